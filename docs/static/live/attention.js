// Attention as lesson 19 writes it: scores, softmax, weighted sum, for the place under the pointer.
live.attention = {
  dot: (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0),
  softmax(scores) {
    const largest = Math.max(...scores), powers = scores.map((s) => Math.exp(s - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((p) => p / sum);
  },
  weights(query, keys, place, { causal, scaled }) {
    const scores = keys.map((key, j) => (causal && j > place ? -Infinity : live.attention.dot(query, key) / (scaled ? Math.sqrt(query.length) : 1)));
    return [scores, live.attention.softmax(scores)];
  },
  mix: (weights, values) => values[0].map((_, k) => weights.reduce((sum, w, j) => sum + w * values[j][k], 0)),
};

live.part("attention", ({ panels, controls, told, words, given }) => {
  const { number, text, line, circle, cell, box } = live;
  const { weights: weigh, mix } = live.attention;
  const { letters, key, value } = given, query = structuredClone(given.query), n = letters.length;
  const options = { causal: true, scaled: true };
  let place = 1;
  const top = (i) => 62 + 62 * i;
  const choose = (i) => {
    if (i < 0 || i >= n || i === place) return;
    place = i;
    places.put(i);
    sliders.forEach((slider, k) => slider.put(query[place][k]));
    draw();
  };
  const point = (x, y) => choose(Math.floor((y - 52) / 62));
  const asked = live.panel(panels, 340, 226, point), taken = live.panel(panels, 340, 226, point);
  const plane = live.panel(panels, 340, 270), bars = live.panel(panels, 340, 270);

  function drawTables(weights, output) {
    const row = (x, y, numbers, kind) => numbers.map((v, k) => cell(x + 32 * k, y, 32, 34, v, 3, number(v, Number.isInteger(v) ? 0 : 1), kind));
    asked(
      told.textContent, text(96, 26, words.query, "soft"), text(272, 26, words.key, "soft"),
      letters.map((letter, i) => [
        text(14, top(i) + 17, letter, "large"), row(32, top(i), query[i], i === place ? "" : "quiet"), row(208, top(i), key[i]),
        line(164, top(place) + 17, 204, top(i) + 17, weights[i] ? "blue" : "faint", 1 + 7 * weights[i]),
      ]),
      box(30, top(place) - 2, 132, 38, "frame"),
    );
    taken(
      words.output, text(75, 26, words.weight, "soft"), text(200, 26, words.value, "soft"), text(296, 26, words.output, "soft"),
      letters.map((letter, i) => [
        box(20, top(i) + 7, 110, 20, "paper edge"), box(20, top(i) + 7, 110 * weights[i], 20, "above", 0.55), text(75, top(i) + 17, number(weights[i])), text(145, top(i) + 17, "·"),
        value[i].map((v, k) => cell(160 + 40 * k, top(i), 40, 34, v, 8, number(v, 0), weights[i] ? "" : "quiet")),
        line(242, top(i) + 17, 254, top(1) + 17, weights[i] ? "blue" : "faint", 1 + 7 * weights[i]),
      ]),
      output.map((v, k) => cell(256 + 40 * k, top(1), 40, 34, v, 8, number(v, 1), "chosen")),
    );
  }

  function drawPlane(weights, output) {
    const across = (v) => 52 + 60 * v, up = (v) => 222 - 25 * v;
    plane(
      words.plane,
      [0, 1, 2, 3, 4].map((v) => [line(across(v), up(0), across(v), up(8), "faint"), text(across(v), up(0) + 20, v, "soft")]),
      [0, 2, 4, 6, 8].map((v) => [line(across(0), up(v), across(4), up(v), "faint"), text(26, up(v), v, "soft")]),
      value.map(([a, b], j) => (weights[j] ? line(across(a), up(b), across(output[0]), up(output[1]), "blue", 1 + 7 * weights[j]) : "")),
      value.map(([a, b], j) => [circle(across(a), up(b), 12, weights[j] ? "" : "quiet"), text(across(a), up(b), letters[j], weights[j] ? "strong" : "soft")]),
      text(across(output[0]), up(output[1]) + 1, "★", "star"), text(170, 258, words.plane, "soft"),
    );
  }

  function drawBars(scores, weights) {
    const x = (j) => 80 + 90 * j, most = Math.max(3, ...scores.filter(Number.isFinite).map(Math.abs));
    const bar = (v, zero, high) => box(0, Math.min(zero, zero - high * v), 44, Math.abs(high * v), v < 0 ? "below edge" : "above edge", 0.75).replace('x="0"', "");
    bars(
      words.bars,
      [[100, "score"], [226, "weight"]].map(([y, name]) => [line(30, y, 310, y, "soft-line"), live.tag("text", { x: 30, y: y - 74, class: "left soft" }, words[name])]),
      letters.map((letter, j) => [
        live.tag("g", { transform: `translate(${x(j) - 22} 0)` }, (Number.isFinite(scores[j]) ? bar(scores[j], 100, 40 / most) : "") + bar(weights[j], 226, 66)),
        text(x(j), 100 - 8 - (40 * Math.max(0, Number.isFinite(scores[j]) ? scores[j] : 0)) / most, Number.isFinite(scores[j]) ? number(scores[j]) : "−∞"),
        text(x(j), 218 - 66 * weights[j], number(weights[j])), text(x(j), 114, letter, "soft halo"), text(x(j), 240, letter, "soft halo"),
      ]),
    );
  }

  function draw() {
    const [scores, weights] = weigh(query[place], key, place, options), output = mix(weights, value);
    const parts = weights.map((w, j) => `${number(w)} · (${value[j].map((v) => number(v, 0)).join("; ")})`);
    told.textContent = `${letters[place]}: ${parts.join(" + ")} = (${output.map((v) => number(v)).join("; ")})`;
    drawTables(weights, output);
    drawPlane(weights, output);
    drawBars(scores, weights);
  }

  const places = live.choice(controls, words.place, letters, place, choose);
  const sliders = query[place].map((v, k) => live.slider(controls, `${words.query} ${k + 1}`, [-3, 3, 0.1, v], (v) => ((query[place][k] = v), draw()), (v) => number(v, 1)));
  live.choice(controls, words.mask, words.onOff, 0, (i) => ((options.causal = !i), draw()));
  live.choice(controls, words.divide, words.onOff, 0, (i) => ((options.scaled = !i), draw()));
  draw();
});
