// Gradient descent in the valley of lesson 12, with its three rules.
live.descent = {
  loss: ([w1, w2]) => (w1 ** 2 + 25 * w2 ** 2) / 2,
  gradient: ([w1, w2]) => [w1, 25 * w2],
  rules: {
    plain: (lr) => (gradient) => gradient.map((g) => lr * g),
    momentum(lr, momentum) {
      let velocity = [0, 0];
      return (gradient) => {
        velocity = velocity.map((v, i) => momentum * v + gradient[i]);
        return velocity.map((v) => lr * v);
      };
    },
    adam(lr) {
      let mean = [0, 0], square = [0, 0], t = 0;
      return (gradient) => {
        t += 1;
        mean = mean.map((m, i) => 0.9 * m + 0.1 * gradient[i]);
        square = square.map((s, i) => 0.999 * s + 0.001 * gradient[i] * gradient[i]);
        return mean.map((m, i) => (lr * (m / (1 - 0.9 ** t))) / (Math.sqrt(square[i] / (1 - 0.999 ** t)) + 1e-8));
      };
    },
  },
  run(rule, steps, start) {
    const path = [start];
    for (let i = 0; i < steps; i++) {
      const change = rule(live.descent.gradient(path[i]));
      path.push(path[i].map((w, j) => w - change[j]));
    }
    return path;
  },
};

live.part("descent", ({ panels, controls, told, words }) => {
  const { number, text, line, path, circle, tag } = live;
  const { loss, rules, run } = live.descent;
  const STEPS = 30, kinds = ["plain", "momentum", "adam"];
  const rates = [0.07, 0.07, 0.3];
  let chosen = 0, momentum = 0.7, step = STEPS, start = [-4, 1];
  const across = (w) => 350 + 70 * w, up = (w) => 120 - 70 * w;
  const valley = live.panel(panels, 700, 240, (x, y, pressed) => {
    if (!pressed) return;
    start = [(x - 350) / 70, (120 - y) / 70].map((w, i) => Math.round(10 * Math.max(-[4.8, 1.4][i], Math.min([4.8, 1.4][i], w))) / 10);
    draw();
  });
  const curves = live.panel(panels, 700, 210);
  const paths = () => kinds.map((kind, i) => run(rules[kind](rates[i], momentum), STEPS, start));
  const near = ([a, b]) => Math.abs(a) < 50 && Math.abs(b) < 50;

  function drawValley(every) {
    const rings = [0.125, 0.5, 2, 4.5, 8, 12.5, 18, 24.5, 32].map((level) =>
      tag("ellipse", { cx: 350, cy: 120, rx: 70 * Math.sqrt(2 * level), ry: 14 * Math.sqrt(2 * level), class: "ring-of-loss" }));
    const drawn = every.map((places, i) => {
      const shown = places.slice(0, step + 1).filter(near).map(([a, b]) => [across(a), up(b)]);
      const dots = i === chosen ? shown.map(([x, y]) => circle(x.toFixed(1), y.toFixed(1), 3.5, "step " + kinds[i])) : "";
      const [x, y] = shown[shown.length - 1];
      return [i === chosen, path(shown, kinds[i] + (i === chosen ? " thick" : " pale")) + [dots].flat().join("") + text(x, y + 1, "★", "star " + kinds[i])];
    }).sort((a, b) => a[0] - b[0]);
    valley(
      told.textContent, rings, drawn.map((d) => d[1]), live.box(across(start[0]) - 5, up(start[1]) - 5, 10, 10, "square"), text(350, 120, "+", "soft"),
      text(664, 224, "w₁ →", "soft"), text(24, 20, "w₂ ↑", "soft"),
    );
  }

  function drawCurves(every) {
    const right = (i) => 86 + 20 * i, high = (l) => 100 - 20 * Math.max(-4.4, Math.min(4.4, Math.log10(l || 1e-9)));
    curves(
      words.curves,
      [4, 2, 0, -2, -4].map((k) => [line(86, 100 - 20 * k, 686, 100 - 20 * k, "faint"), text(42, 100 - 20 * k, { 4: number(1e4, 0), 2: "100", 0: "1", "-2": number(0.01), "-4": number(0.0001, 4) }[k], "soft")]),
      [0, 10, 20, 30].map((i) => text(right(i), 201, i, "soft")), line(right(step), 10, right(step), 190, "soft-line"),
      every.map((places, i) => path(places.map((w, t) => [right(t), high(loss(w))]), kinds[i] + (i === chosen ? " thick" : ""))),
      kinds.map((kind, i) => [line(480, 20 + 24 * i, 530, 20 + 24 * i, kind + (i === chosen ? " thick" : "")), tag("text", { x: 540, y: 20 + 24 * i, class: "left" + (i === chosen ? " strong" : "") }, words.rules[i])]),
    );
  }

  function draw() {
    const every = paths(), w = every[chosen][step];
    const places = near(w) ? `w₁ = ${number(w[0], 3)}, w₂ = ${number(w[1], 3)}, ${words.loss} ${number(loss(w), 4)}` : words.away;
    told.textContent = `${words.rules[chosen]}, ${words.step} ${step}: ${places}`;
    drawValley(every);
    drawCurves(every);
  }

  live.choice(controls, words.rule, words.rules, chosen, (i) => {
    chosen = i;
    rate.put(rates[i]);
    second.parentElement.hidden = i !== 1;
    draw();
  });
  const rate = live.slider(controls, words.rate, [0.005, 0.5, 0.005, rates[0]], (v) => ((rates[chosen] = v), draw()), (v) => number(v, 3));
  const second = live.slider(controls, words.momentum, [0, 0.99, 0.01, momentum], (v) => ((momentum = v), draw()));
  second.parentElement.hidden = true;
  const at = live.slider(controls, words.step, [0, STEPS, 1, step], (v) => ((step = v), draw()), (v) => number(v, 0));
  live.player(controls, words, 180, () => {
    step = step === STEPS ? 0 : step + 1;
    at.put(step);
    return step < STEPS;
  }, draw);
  draw();
});
