// A neuron: the weighted sum of lesson 01, the bias of lesson 04, the activation functions of lesson 09.
live.neuron = {
  activations: {
    identity: (z) => z,
    step: (z) => (z > 0 ? 1 : 0),
    sigmoid: (z) => 1 / (1 + Math.exp(-z)),
    tanh: (z) => Math.tanh(z),
    relu: (z) => Math.max(z, 0),
  },
  weightedSum(inputs, weights, bias) {
    let z = bias;
    inputs.forEach((x, i) => (z += x * weights[i]));
    return z;
  },
};

live.part("neuron", ({ panels, controls, told, words, given }) => {
  const { number, factor, text, line, circle, box, path } = live;
  const { activations, weightedSum } = live.neuron;
  const names = Object.keys(activations), shade = `live-shade-${document.querySelectorAll(".live svg").length}`;
  let { inputs, weights, bias, activation } = structuredClone(given);
  const diagram = live.panel(panels, 340, 250);
  const plane = live.panel(panels, 340, 250, (x, y, pressed) => {
    if (!pressed) return;
    inputs = [(x - 46) / 280, (206 - y) / 190].map((v) => Math.round(100 * Math.min(1, Math.max(0, v))) / 100);
    sliders.forEach((slider, i) => slider.put(inputs[i]));
    draw();
  });
  const across = (x) => 46 + 280 * x, up = (y) => 206 - 190 * y;

  function drawDiagram(f, z, y) {
    const lows = [70, 160];
    const edges = weights.map((w, i) => [
      line(62, lows[i], 150, 115, w < 0 ? "orange dashed" : "blue", 1 + Math.abs(w)),
      text(104, i ? 160 : 72, "× " + number(w, 1), "halo"),
    ]);
    const places = inputs.map((x, i) => [
      circle(40, lows[i], 22), text(40, lows[i], number(x)), text(40, lows[i] + (i ? 36 : -34), words.inputs[i], "soft"),
    ]);
    const curve = [], h = Math.max(1, Math.abs(y));
    for (let i = -40; i <= 40; i++) curve.push([270 + i, 115 - (32 * f(i / 8)) / h]);
    const inside = curve.filter(([, y]) => y >= 78 && y <= 152);
    diagram(
      told.textContent, edges, places,
      line(172, 215, 172, 140), text(172, 228, `${words.bias} ${number(bias, 1)}`),
      line(196, 115, 226, 115), circle(172, 115, 25), text(172, 115, "Σ", "large"), text(172, 76, "z = " + number(z)),
      box(226, 74, 88, 82, "paper edge"), line(230, 115, 310, 115, "faint"), line(270, 78, 270, 152, "faint"), path(inside, "curve"),
      circle(270 + 8 * Math.max(-5, Math.min(5, z)), 115 - (32 * y) / h, 5, "mark"),
      text(270, 60, words.activations[activation], "soft"), text(270, 176, `${words.output} ${number(y)}`, "strong"),
    );
  }

  function drawPlane(f) {
    const corners = [[46, 206], [326, 206], [326, 16], [46, 16]].map(([x, y]) => [x, y, weightedSum([(x - 46) / 280, (206 - y) / 190], weights, bias)]);
    const zs = corners.map((corner) => corner[2]), low = Math.min(...zs), high = Math.max(...zs);
    // z grows along one direction only, and so does the output: a gradient of colour, from where z is lowest to where it is highest
    const [gx, gy] = [weights[0] / 280, -weights[1] / 190], length = gx * gx + gy * gy || 1e-9;
    const where = (z) => [46 + ((z - zs[0]) * gx) / length, 206 + ((z - zs[0]) * gy) / length];
    const marks = Array.from({ length: 41 }, (_, i) => low + ((high - low) * i) / 40).concat(-1e-9, 1e-9).filter((z) => z >= low && z <= high).sort((a, b) => a - b);
    const stops = marks.map((z) => live.tag("stop", { offset: (z - low) / (high - low || 1), class: f(z) < 0 ? "below" : "above", "stop-opacity": 0.65 * Math.min(1, Math.abs(f(z))) }));
    const [[x1, y1], [x2, y2]] = [where(low), where(high)];
    const field = live.tag("linearGradient", { id: shade, gradientUnits: "userSpaceOnUse", x1, y1, x2, y2 }, stops.join(""));
    const negative = f(-1) < 0 ? live.clip(corners.map(([x, y, z]) => [x, y, -z]))[0] : [];
    plane(
      words.plane, field, live.tag("rect", { x: 46, y: 16, width: 280, height: 190, style: `fill: url(#${shade})` }),
      live.tag("polygon", { points: live.points(negative), class: "hatch" }), box(46, 16, 280, 190, "edge"), path(live.clip(corners)[1], "boundary"),
      text(186, 240, words.inputs[0]), live.tag("text", { transform: "translate(14 111) rotate(-90)" }, words.inputs[1]),
      [0, 0.5, 1].map((v) => [text(across(v), 219, number(v, 1), "soft"), text(33, up(v), number(v, 1), "soft")]),
      given.fruits.map(([x, y], i) => [
        i ? live.tag("path", { d: `M${across(x)} ${up(y) - 8}l7 13h-14z`, class: "triangle" }) : circle(across(x), up(y), 6, "dot"),
        text(across(x) - 2, up(y) - 17, words.fruits[i], "halo"),
      ]),
      circle(across(inputs[0]), up(inputs[1]), 11, "ring"),
    );
  }

  function draw() {
    const f = activations[names[activation]], z = weightedSum(inputs, weights, bias), y = f(z);
    const products = inputs.map((x, i) => `${number(x)} · ${factor(weights[i], 1)}`).join(" + ");
    told.textContent = `z = ${products} + ${factor(bias, 1)} = ${number(z)};  ${words.activations[activation]}(z) = ${number(y)}`;
    drawDiagram(f, z, y);
    drawPlane(f);
  }

  weights.forEach((w, i) => live.slider(controls, words.weights[i], [-6, 6, 0.1, w], (v) => ((weights[i] = v), draw()), (v) => number(v, 1)));
  live.slider(controls, words.bias, [-6, 6, 0.1, bias], (v) => ((bias = v), draw()), (v) => number(v, 1));
  const sliders = inputs.map((x, i) => live.slider(controls, words.inputs[i], [0, 1, 0.01, x], (v) => ((inputs[i] = v), draw())));
  live.choice(controls, words.activation, words.activations, activation, (i) => ((activation = i), draw()));
  draw();
});
