// The network of lesson 13 on its two moons: the same first weights, batches and steps, from torch's own random stream.
live.moons = {
  // The Mersenne Twister: a function that gives its 32-bit numbers one after the other.
  stream(seed) {
    const words = new Uint32Array(624);
    words[0] = seed;
    for (let i = 1; i < 624; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    let next = 624;
    return () => {
      for (let i = 0; next === 624 && i < 624; i++) {
        const y = (words[i] & 0x80000000) | (words[(i + 1) % 624] & 0x7fffffff);
        words[i] = words[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      next %= 624;
      let y = words[next++];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> 0;
    };
  },
  // value, and slope from z and the value
  activations: [
    [(z) => z, () => 1],
    [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
    [Math.tanh, (z, a) => 1 - a * a],
    [(z) => 1 / (1 + Math.exp(-z)), (z, a) => a * (1 - a)],
  ],
  // Linear(2, hidden), an activation, Linear(hidden, 1), as nn.Linear begins: uniform between -1/√inputs and 1/√inputs.
  network(hidden, seed) {
    const draw = live.moons.stream(seed);
    const uniform = (n, inputs) => Array.from({ length: n }, () => {
      const bound = Math.fround(1 / Math.sqrt(inputs));
      return Math.fround((draw() & 0xffffff) / 2 ** 24 * 2 * bound - bound);
    });
    return { draw, W: uniform(2 * hidden, 2), b: uniform(hidden, 2), V: uniform(hidden, hidden), c: uniform(1, hidden) };
  },
  score({ W, b, V, c }, [x1, x2], [f]) {
    let score = c[0];
    for (let i = 0; i < b.length; i++) score += V[i] * f(W[2 * i] * x1 + W[2 * i + 1] * x2 + b[i]);
    return score;
  },
  // BCEWithLogitsLoss of one score: -log of the probability of its class
  loss: (score, y) => Math.max(score, 0) - score * y + Math.log1p(Math.exp(-Math.abs(score))),
  // One step of gradient descent on these samples. Returns the sum of their losses.
  step(network, points, labels, batch, activation, lr) {
    const { W, b, V, c } = network, [f, slope] = activation, n = b.length;
    const grad = { W: new Float64Array(2 * n), b: new Float64Array(n), V: new Float64Array(n), c: new Float64Array(1) };
    let total = 0;
    for (const k of batch) {
      const [x1, x2] = points[k], score = live.moons.score(network, points[k], activation);
      total += live.moons.loss(score, labels[k]);
      const g = (1 / (1 + Math.exp(-score)) - labels[k]) / batch.length; // the slope of the mean loss along the score
      grad.c[0] += g;
      for (let i = 0; i < n; i++) {
        const z = W[2 * i] * x1 + W[2 * i + 1] * x2 + b[i], a = f(z), back = g * V[i] * slope(z, a);
        grad.V[i] += g * a;
        grad.b[i] += back;
        grad.W[2 * i] += back * x1;
        grad.W[2 * i + 1] += back * x2;
      }
    }
    for (const name in grad) grad[name].forEach((g, i) => (network[name][i] -= lr * g));
    return total;
  },
  // One pass in batches of 24, shuffled as DataLoader does: its order has a stream of its own. Returns the mean loss.
  epoch(network, points, labels, n, activation, lr) {
    for (let i = 0; i < 3; i++) network.draw();
    const draw = live.moons.stream(network.draw()), order = Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (draw() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    let total = 0;
    for (let i = 0; i < n; i += 24) total += live.moons.step(network, points, labels, order.slice(i, i + 24), activation, lr);
    return total / n;
  },
};

live.part("moons", ({ panels, controls, told, words, given }) => {
  const { number, text, line, path, circle, tag, moons } = live;
  const { labels, training } = given, points = given.points.map((point) => point.map(Math.fround)), valid = points.length - training;
  let hidden = 16, kind = 1, lr = 0.5, seed = 1, network, history;
  const across = (x) => 112 + 84 * x, up = (y) => 146 - 84 * y;
  const plane = live.panel(panels, 340, 270), curves = live.panel(panels, 340, 270);
  const score = (point) => moons.score(network, point, moons.activations[kind]);
  const places = points.slice(training).map(([x, y], i) =>
    labels[training + i] ? tag("path", { d: `M${across(x)} ${up(y) - 5}l4.5 8h-9z`, class: "triangle" }) : circle(across(x), up(y), 4, "dot"));

  // The region of class 1: of each small square, the part where the score is above 0.
  function region() {
    const side = 7, grid = [], area = [], border = [];
    for (let j = 0; j <= 36; j++) grid.push(Array.from({ length: 47 }, (_, i) => score([(5 + side * i - 112) / 84, (146 - 8 - side * j) / 84])));
    for (let j = 0; j < 36; j++)
      for (let i = 0; i < 46; i++) {
        const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([a, b]) => [i + a, j + b, grid[j + b][i + a]]);
        const [inside, cut] = live.clip(corners);
        const way = (way) => "M" + way.map(([x, y]) => `${(5 + side * x).toFixed(1)} ${(8 + side * y).toFixed(1)}`).join("L");
        if (inside.length) area.push(way(inside) + "z");
        for (let k = 0; k + 1 < cut.length; k += 2) border.push(way(cut.slice(k, k + 2)));
      }
    return tag("path", { d: area.join(""), class: "region" }) + tag("path", { d: area.join(""), class: "hatch" }) + tag("path", { d: border.join(""), class: "boundary" });
  }

  function draw() {
    const epoch = history.length - 1, [train, validation, right] = history[epoch];
    told.textContent = `${words.epoch} ${epoch}: ${epoch ? `${words.train} ${number(train, 3)}, ` : ""}${words.valid} ${number(validation, 3)}, ${words.right} ${number(100 * right, 0)}%`;
    plane(`${words.plane} ${told.textContent}`, region(), places, live.box(5, 8, 322, 252, "edge"));
    const end = Math.max(100, epoch), x = (i) => 40 + (285 * i) / end, y = (l) => 228 - 260 * Math.min(l, 0.8);
    const curve = (k, kind) => path(history.map((losses, i) => [x(i), y(losses[k])]).slice(1 - k), kind);
    curves(
      words.curves,
      [0, 0.2, 0.4, 0.6, 0.8].map((l) => [line(40, y(l), 325, y(l), "faint"), text(20, y(l), number(l, 1), "soft")]),
      [0, end / 2, end].map((i) => text(x(i), 243, number(i, 0), "soft")), text(182, 260, words.epoch, "soft"),
      curve(1, "momentum thick"), curve(0, "plain thick"),
      ["train", "valid"].map((name, i) => [line(150, 32 + 20 * i, 180, 32 + 20 * i, ["plain", "momentum"][i] + " thick"), tag("text", { x: 188, y: 32 + 20 * i, class: "left" }, words[name])]),
    );
  }

  function measure(loss) {
    const scores = points.slice(training).map(score), truth = labels.slice(training);
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    history.push([loss, sum(scores.map((s, i) => moons.loss(s, truth[i]))) / valid, sum(scores.map((s, i) => s > 0 === truth[i] > 0)) / valid]);
  }
  function train() {
    measure(moons.epoch(network, points, labels, training, moons.activations[kind], lr));
    return (history.length - 1) % 100 > 0;
  }
  function begin() {
    stop();
    [network, history] = [moons.network(hidden, seed), []];
    measure(NaN);
    draw();
  }

  live.slider(controls, words.hidden, [1, 32, 1, hidden], (v) => ((hidden = v), begin()), (v) => number(v, 0));
  live.slider(controls, words.rate, [0.05, 2, 0.05, lr], (v) => (lr = v));
  live.slider(controls, words.seed, [1, 20, 1, seed], (v) => ((seed = v), begin()), (v) => number(v, 0));
  live.choice(controls, words.activation, words.activations, kind, (i) => ((kind = i), begin()));
  const stop = live.player(controls, words, 60, train, draw);
  live.button(controls, words.one, () => (stop(), train(), draw()));
  live.button(controls, words.again, begin);
  begin();
});
