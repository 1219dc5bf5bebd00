// A filter moving over a digit: the windows and filters of lesson 15, one row and column of zeros around.
live.convolution = {
  window: (picture, i, j) => [-1, 0, 1].map((a) => [-1, 0, 1].map((b) => picture[i + a]?.[j + b] ?? 0)),
  dot: (window, filter) => window.flat().reduce((sum, x, k) => sum + x * filter.flat()[k], 0),
  convolve: (picture, filter) =>
    picture.map((row, i) => row.map((_, j) => live.convolution.dot(live.convolution.window(picture, i, j), filter))),
};

live.part("convolution", ({ panels, controls, told, words, given }) => {
  const { number, factor, text, cell, box } = live;
  const { window, dot, convolve } = live.convolution;
  const filters = structuredClone(given.filters);
  let digit = 0, chosen = 0, i = 3, j = 1;
  const SIDE = 33, place = (k) => 5 + SIDE * (k + 1);
  const point = (x, y) => {
    const [row, column] = [y, x].map((v) => Math.max(0, Math.min(7, Math.floor((v - place(0)) / SIDE))));
    if (row !== i || column !== j) go(row, column);
  };
  const left = live.panel(panels, 340, 340, point), right = live.panel(panels, 340, 340, point);
  const first = live.panel(panels, 340, 144, (x, y, pressed) => pressed && turn(x, y)), second = live.panel(panels, 340, 144);

  // A press on a weight of the filter of one's own: 0, 1, 2, -2, -1, 0
  function turn(x, y) {
    const [row, column] = [Math.floor((y - 26) / 38), Math.floor((x - 196) / 46)];
    if (chosen < filters.length - 1 || !(row >= 0 && row < 3 && column >= 0 && column < 3)) return;
    const own = filters[chosen];
    own[row][column] = own[row][column] === 2 ? -2 : own[row][column] + 1;
    draw();
  }

  function grid(values, x, title, digits, most) {
    return [text(x + 69, 12, title, "soft"), values.map((row, a) => row.map((v, b) => cell(x + 46 * b, 26 + 38 * a, 46, 38, v, most, number(v, digits))))];
  }

  function draw() {
    const picture = given.digits[digit].map((row) => row.map((v) => v / 16)), filter = filters[chosen];
    const map = convolve(picture, filter), seen = window(picture, i, j), most = Math.max(...map.flat().map(Math.abs), 1e-9);
    const products = seen.map((row, a) => row.map((v, b) => v * filter[a][b]));
    told.textContent = `${words.row} ${i + 1}, ${words.column} ${j + 1}: ${words.sum} ${number(dot(seen, filter))}`;
    const zeros = [];
    for (let a = -1; a < 9; a++) for (let b = -1; b < 9; b++) if (picture[a]?.[b] === undefined) zeros.push(box(place(b), place(a), SIDE, SIDE, "zero"));
    left(
      words.picture, zeros, picture.map((row, a) => row.map((v, b) => [box(place(b), place(a), SIDE, SIDE, "edge"), box(place(b), place(a), SIDE, SIDE, "ink", v)])),
      box(place(j - 1), place(i - 1), 3 * SIDE, 3 * SIDE, "frame"),
    );
    right(
      `${words.map}. ${told.textContent}`,
      map.map((row, a) => row.map((v, b) => cell(place(b), place(a), SIDE, SIDE, v, most, number(v, 1), a === i && b === j ? "strong" : ""))),
      box(place(j), place(i), SIDE, SIDE, "frame"), text(170, 20, words.map, "soft"),
    );
    first(words.window, grid(seen, 5, words.window, 2, 1), text(169, 83, "×", "large"), grid(filter, 196, words.filter, 0, 2));
    second(
      told.textContent, text(14, 83, "=", "large"), grid(products, 38, words.products, 2, 2), text(208, 83, "Σ", "large"), text(236, 83, "=", "large"),
      cell(262, 64, 70, 38, dot(seen, filter), most, number(dot(seen, filter)), "chosen"),
    );
  }

  function go(row, column) {
    [i, j] = [row, column];
    sliders[0].put(i + 1);
    sliders[1].put(j + 1);
    draw();
  }
  const whole = (v) => number(v, 0);
  const sliders = [
    live.slider(controls, words.row, [1, 8, 1, i + 1], (v) => go(v - 1, j), whole),
    live.slider(controls, words.column, [1, 8, 1, j + 1], (v) => go(i, v - 1), whole),
  ];
  live.slider(controls, words.digit, [0, 9, 1, 0], (v) => ((digit = v), draw()), whole);
  live.choice(controls, words.filter, words.filters, chosen, (k) => ((chosen = k), draw()));
  live.player(controls, words, 250, () => {
    const at = (8 * i + j + 1) % 64;
    go(Math.floor(at / 8), at % 8);
    return at < 63;
  }, draw);
  draw();
});
