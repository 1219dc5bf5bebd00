// A row of the weight matrix and its neuron: z = x @ W.T + b, as in lessons 03, 05 and 07.
live.weights = {
  dot: (x, row) => x.reduce((sum, v, i) => sum + v * row[i], 0),
  layer: (x, W, b) => W.map((row, i) => live.weights.dot(x, row) + b[i]),
};

live.part("weights", ({ panels, controls, told, words, given }) => {
  const { number, factor, text, line, circle, cell } = live;
  const { X, W, b, names, digits } = given;
  const inputs = W[0].length, neurons = W.length, high = Math.max(54 * inputs, 66 + 34 * neurons);
  let sample = 0, row = Math.min(1, neurons - 1), column = -1;
  const wide = 176 / inputs, least = Math.min(wide, 54), left = 44 + (176 - inputs * least) / 2;
  const over = (high - 52 - 34 * neurons) / 2, top = (i) => over + 50 + 34 * i;
  const most = (numbers) => Math.max(...numbers.flat().map(Math.abs), 1e-9);
  const choose = (i, j) => {
    if (i < 0 || i >= neurons || (i === row && j === column)) return;
    [row, column] = [i, j >= 0 && j < inputs ? j : -1];
    rows?.put(row + 1);
    columns.put(column + 1);
    draw();
  };
  const matrix = live.panel(panels, 340, high, (x, y) => choose(Math.floor((y - top(0)) / 34), Math.floor((x - left) / least)));
  const low = (i, n) => (high * (i + 0.5)) / n;
  const network = live.panel(panels, 340, high, (x, y) => {
    const i = Math.floor((y / high) * neurons), j = Math.floor((y / high) * inputs);
    if (x > 170) choose(i, -1);
    else choose(row, j);
  });

  function drawMatrix(x, z) {
    const cells = W.map((weights, i) => [
      weights.map((w, j) => cell(left + least * j, top(i), least, 34, w, most(W), number(w, digits), i === row ? "" : "quiet")),
      cell(236, top(i), 44, 34, b[i], most([b]), number(b[i], digits), i === row ? "" : "quiet"),
      cell(292, top(i), 46, 34, z[i], most([z]), number(z[i], digits), i === row ? "" : "quiet"),
      text(left - 16, top(i) + 17, i + 1, i === row ? "strong" : "soft"),
    ]);
    matrix(
      told.textContent, text(left - 16, over + 17, "x", "soft"), text(left - 16, top(0) - 9, "W", "soft"),
      x.map((v, j) => cell(left + least * j, over, least, 34, v, most([x]), number(v, given.inputDigits), j === column ? "chosen" : "")),
      text(228, top(row) + 17, "+"), text(286, top(row) + 17, "="), text(258, over + 36, "b", "soft"), text(315, over + 36, "z", "soft"), cells,
      live.box(left - 2, top(row) - 2, inputs * least + 4, 38, "frame"),
      column < 0 ? "" : live.box(left + least * column, top(row), least, 34, "edge chosen"),
    );
  }

  function drawNetwork(x, z) {
    const edges = W.map((weights, i) =>
      weights.map((w, j) => {
        const strong = i === row && (column < 0 || j === column);
        const kind = i !== row ? "faint" : (w < 0 ? "orange dashed" : "blue") + (strong ? "" : " pale");
        return [i !== row, line(100, low(j, inputs), 266, low(i, neurons), kind, i === row ? 1.5 + (3.5 * Math.abs(w)) / most(W) : 1), strong && i === row ? text(100 + 166 * 0.42, low(j, inputs) + (low(i, neurons) - low(j, inputs)) * 0.42, number(w, digits), "halo") : ""];
      }),
    ).flat().sort((p, q) => q[0] - p[0]); // what is chosen lies above
    network(
      told.textContent, edges.map((edge) => edge[1]), edges.map((edge) => edge[2]),
      x.map((v, j) => [circle(78, low(j, inputs), 21), text(78, low(j, inputs), number(v, given.inputDigits)), text(50, low(j, inputs), names[j], "small soft right")]),
      z.map((v, i) => [circle(290, low(i, neurons), 22, i === row ? "chosen" : ""), text(290, low(i, neurons), number(v, digits), i === row ? "strong" : "soft")]),
    );
  }

  function draw() {
    const x = X[sample], z = live.weights.layer(x, W, b);
    const products = x.map((v, j) => `${number(v, given.inputDigits)} · ${factor(W[row][j], digits)}`);
    told.textContent = `${words.neuron} ${row + 1}: ${products.join(" + ")} + ${factor(b[row], digits)} = ${number(z[row], digits)}`;
    if (column >= 0) told.textContent += `;  ${words.weight} ${row + 1}, ${column + 1}: ${number(W[row][column], digits)}`;
    drawMatrix(x, z);
    drawNetwork(x, z);
  }

  const whole = (v) => number(v, 0);
  const rows = neurons > 1 ? live.slider(controls, words.row, [1, neurons, 1, row + 1], (v) => choose(v - 1, column), whole) : undefined;
  const columns = live.slider(controls, words.column, [0, inputs, 1, 0], (v) => choose(row, v - 1), (v) => (v ? whole(v) : words.all));
  if (X.length > 1) live.slider(controls, words.sample, [1, X.length, 1, 1], (v) => ((sample = v - 1), draw()), whole);
  draw();
});
