// The time machine. A moment is one operation forwards, one node backwards, or one step of the optimizer; all that is shown follows from
// the moment, the point that was picked, the groups that are open, the language and the theme: `state`. `draw` shows them.

const record = JSON.parse(document.getElementById("record").textContent);
const state = { moment: 0, picked: null, language: record.language, theme: "light", open: new Set(), large: new Set() };
const MANY = 200, FOLDED = 60; // operations that are shown at first without folding, and with
const moments = record.steps.flatMap((step, s) => [
  ...step.ops.map((_, op) => ({ s, kind: "forward", op })),
  ...step.visits.map((visit, v) => ({ s, kind: "backward", op: visit.op, v })),
  { s, kind: "update" },
]);

const $ = (id) => document.getElementById(id);
const word = (key, values = {}) => WORDS[key][state.language === "pt" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const now = () => moments[state.moment];
const step = () => record.steps[now().s];

// An element: el("p", {class: "soft"}, "text", child)
function el(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "rect", "text", "tspan", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// ---------------------------------------------------------------------------------------------------------------------
// Numbers and arrays
// ---------------------------------------------------------------------------------------------------------------------
function number(value) {
  if (typeof value !== "number") return String(value);
  let text = Math.abs(value) >= 1000 && Math.abs(value) < 1e6 ? value.toFixed(0) : String(+value.toPrecision(3));
  if (value && Math.abs(value) < 0.001) text = value.toExponential(1).replace("e+", "e");
  text = text.replaceAll("-", "−");
  return state.language === "pt" ? text.replace(".", ",") : text;
}

const shapeText = (shape) => shape.join(" × ");

// An array in a few letters: its number, or its shape.
function brief(id) {
  if (id === null || id === undefined) return "?";
  const { shape, cells } = record.arrays[id];
  return shape.reduce((a, b) => a * b, 1) === 1 ? number(cells[0][0][0]) : shapeText(shape);
}

// Blue below zero, orange above, stronger the larger; below zero there is a line too, so that grey tells as much.
function colour(value, most) {
  if (typeof value !== "number" || !most || !value) return "transparent";
  const part = Math.min(1, Math.abs(value) / most);
  return `rgba(var(${value < 0 ? "--negative" : "--positive"}), ${(0.08 + 0.62 * part).toFixed(3)})`;
}

function figureOf(name, id, note = "") {
  if (id === null || id === undefined) return el("p", { class: "soft" }, name ? `${name}: ` : "", word("unknown"));
  const { shape, dtype, cells } = record.arrays[id];
  const rows = cells[0]?.length ?? 0, columns = cells[0]?.[0]?.length ?? 0;
  const fits = rows <= 12 && columns <= 8 && cells.length <= 2;
  const numbers = fits !== state.large.has(id);
  const [all, shown] = [shape.reduce((a, b) => a * b, 1), cells.flat(2).length];
  const facts = [shape.length ? shapeText(shape) : "", dtype === "float32" ? "" : dtype];
  if (shown < all) facts.push(`… ${all.toLocaleString(state.language)} ${word("values")}`);
  const other = () => { state.large.has(id) ? state.large.delete(id) : state.large.add(id); draw(); };
  const button = fits ? null : el("button", { type: "button", onclick: other }, word(numbers ? "picture" : "numbers"));
  return el("figure", { class: "array" },
    el("figcaption", {}, name ? el("b", {}, name) : null, el("span", { class: "soft" }, facts.filter(Boolean).join(" · ")), note ? el("span", { class: "soft" }, note) : null, button),
    el("div", { class: "tables" }, cells.map((table) => (numbers ? tableOf(table, id) : pictureOf(table, id)))));
}

function tableOf(table, id) {
  const { shape, most } = record.arrays[id];
  const hidden = shape.length && table[0]?.length < shape.at(-1), below = shape.length > 1 && table.length < shape.at(-2);
  const line = (value) => (value < 0 ? `linear-gradient(to top, rgb(var(--negative)) 2px, transparent 2px)` : "none");
  const row = (values) => el("tr", {}, values.map((value) => el("td", { style: `background-color: ${colour(value, most)}; background-image: ${line(value)}` }, number(value))), hidden ? el("td", { class: "more" }, "…") : null);
  return el("table", { class: "cells" }, table.map(row), below ? el("tr", {}, el("td", { class: "more", colspan: table[0].length + hidden }, "⋮")) : null);
}

function pictureOf(table, id) {
  const { most, shape } = record.arrays[id], columns = table[0].length;
  const side = Math.max(5, Math.min(14, Math.floor(300 / columns)));
  const canvas = el("canvas", { width: columns * side, height: table.length * side, role: "img", "aria-label": `${shapeText(shape)} ${word("values")}` });
  const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const paint = { true: style.getPropertyValue("--negative"), false: style.getPropertyValue("--positive") };
  table.forEach((row, i) => row.forEach((value, j) => {
    if (typeof value !== "number") return;
    pen.fillStyle = `rgba(${paint[value < 0]}, ${most ? Math.min(1, Math.abs(value) / most) : 0})`;
    pen.fillRect(j * side, i * side, side, side);
    if (value < 0) pen.fillRect(j * side + 1, (i + 1) * side - 2, side - 2, 1);
  }));
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const [i, j] = [Math.floor(((event.clientY - box.top) / box.height) * table.length), Math.floor(((event.clientX - box.left) / box.width) * columns)];
    canvas.title = `[${i}, ${j}] ${number(table[i]?.[j])}`;
  });
  return canvas;
}

// ---------------------------------------------------------------------------------------------------------------------
// What is known at a moment
// ---------------------------------------------------------------------------------------------------------------------
// How far the moment is: operations that ran, nodes that the backward pass has visited.
function progress() {
  const { kind, op, v } = now();
  if (kind === "forward") return { ran: op + 1, visited: 0 };
  return { ran: step().ops.length, visited: kind === "backward" ? v + 1 : step().visits.length };
}

// For each point of each step of training: what came to it, {v, by, flow, place}, one for each way, and the visit that made its gradient whole.
const arrivals = record.steps.map(({ ops, visits }) => {
  const came = new Map(), whole = new Map();
  visits.forEach(({ op, flows, settled }, v) => {
    if (op === null) return;
    whole.set(`o${op}`, v);
    settled.forEach((leaf) => whole.set(leaf, v));
    ops[op].inputs.forEach(({ from, place }, i) => {
      if (from === null || flows[i] === null || flows[i] === undefined) return;
      if (!came.has(from)) came.set(from, []);
      came.get(from).push({ v, by: op, flow: flows[i], place });
    });
  });
  return { came, whole };
});

// What has come to a point after so many visits.
const parts = (id, visited = Infinity) => (arrivals[now().s].came.get(id) ?? []).filter(({ v }) => v < visited);

// The whole gradient at a point: what the engine brought there.
function gradientsOf(id, visited = Infinity) {
  const v = arrivals[now().s].whole.get(id);
  if (v === undefined || v >= visited) return [];
  return id[0] === "o" ? step().visits[v].gradients : [step().gradients[id]];
}

const pointOf = (id) => (id[0] === "o" ? step().ops[+id.slice(1)] : step().leaves[+id.slice(1)]);
const symbolOf = (op) => `${op.symbol} ${op.name}`.trim();
function titleOf(id) {
  const point = pointOf(id);
  if (id[0] === "l") return point.name || word(point.kind);
  return point.variable ? `${point.variable} = ${symbolOf(point)}` : symbolOf(point);
}
const groupTitle = ({ name, kind }) => (name && kind ? `${name} · ${kind}` : name || kind);

// ---------------------------------------------------------------------------------------------------------------------
// The graph
// ---------------------------------------------------------------------------------------------------------------------
const key = (s, group) => `${s}:${group}`;

// The groups that an operation stands in, outermost first.
function chainOf({ ops, groups }, op) {
  const found = [];
  for (let g = ops[op].group; g !== null; g = groups[g].parent) found.unshift(g);
  return found;
}

// What stands for an operation in the picture: itself, or the outermost group that is folded.
function standsFor(op) {
  const shut = chainOf(step(), op).find((group) => !state.open.has(key(now().s, group)));
  return shut === undefined ? `o${op}` : `g${shut}`;
}

// At first everything is open if it is not too much; else the outermost groups are opened, as many as leave it readable.
function openAtFirst() {
  record.steps.forEach(({ ops, groups }, s) => {
    const few = ops.length <= MANY;
    let visible = new Set(ops.map((_, op) => chainOf({ ops, groups }, op)[0] ?? `o${op}`)).size;
    groups.forEach((_, g) => {
      const inner = new Set(ops.flatMap((_, op) => { const chain = chainOf({ ops, groups }, op), i = chain.indexOf(g); return i < 0 ? [] : [chain[i + 1] ?? `o${op}`]; })).size;
      const seen = groups[g].parent === null || state.open.has(key(s, groups[g].parent));
      if (few || (seen && visible + inner <= FOLDED)) { state.open.add(key(s, g)); visible += inner - 1; }
    });
  });
}

let drawing = null; // the layout of the graph as it is folded now

function layoutOf() {
  const { ops, leaves, groups } = step(), points = [], users = leaves.map(() => new Set());
  const stand = ops.map((_, op) => standsFor(op)), standing = [...new Set(stand)];
  const edges = new Map();
  ops.forEach(({ inputs }, op) => inputs.forEach(({ from }) => {
    if (from === null) return;
    const source = from[0] === "o" ? stand[+from.slice(1)] : from;
    if (from[0] === "l") users[+from.slice(1)].add(stand[op]);
    else if (source !== stand[op]) edges.set(`${source} ${stand[op]}`, { from: source, to: stand[op] });
  }));
  const rank = ranks(standing.map((id) => ({ id })), [...edges.values()]);
  users.forEach((to, i) => {
    const id = `l${i}`;
    const drawn = []; // used in rows that lie far apart, a leaf is drawn again there; used in a folded group, it is folded with it
    for (const user of [...to].filter((user) => user[0] !== "g").sort((a, b) => rank.get(a) - rank.get(b))) {
      if (!drawn.length || rank.get(user) > rank.get(drawn.at(-1)[0]) + 3) drawn.push([user]);
      else drawn.at(-1).push(user);
    }
    drawn.forEach((near, n) => {
      const at = n ? `${id}@${n}` : id;
      points.push({ id: at, of: id, texts: [shorter(titleOf(id)), [leaves[i].value, fullGradient(id)]] });
      near.forEach((user) => edges.set(`${at} ${user}`, { from: at, to: user, of: `${id} ${user}` }));
    });
  });
  for (const id of standing) {
    const inside = stand.filter((other) => other === id).length;
    const texts = id[0] === "g" ? [groupTitle(groups[+id.slice(1)]) || "…", `${inside} ${word(inside === 1 ? "operation" : "operations")}`] : [titleOf(id), [ops[+id.slice(1)].value[0], fullGradient(id)]];
    points.push({ id, of: id, texts });
  }
  for (const point of points) {
    const [title, below] = point.texts;
    const letters = typeof below === "string" ? below.length : brief(below[0]).length + (below[1] === null ? 0 : brief(below[1]).length + 5);
    point.width = Math.max(60, 7.6 * title.length + 22, 6.6 * letters + 22);
  }
  const list = [...edges.values()];
  return { points, edges: list, ...layered(points, list), stand };
}

// Of a long name, blocks.0.mlp.2.weight, the end.
const shorter = (name) => (name.length > 16 ? name.split(".").slice(-2).join(".") : name);
const fullGradient = (id) => gradientsOf(id)[0] ?? null;

function drawGraph() {
  const fold = `${now().s} ${state.language} ${[...state.open].join()}`;
  if (drawing?.fold !== fold) drawing = { ...layoutOf(), fold };
  const { points, edges, at, ways, stand, width, height } = drawing, { ran, visited } = progress();
  const mine = now().op === undefined || now().op === null ? null : stand[now().op];
  const done = new Set(stand.slice(0, ran)), returned = new Set(step().visits.slice(0, visited).map((v) => stand[v.op]));
  const sent = new Set(step().visits.slice(0, visited).flatMap(({ op, flows }) =>
    step().ops[op].inputs.flatMap(({ from }, i) => (from === null || flows[i] === null || flows[i] === undefined ? [] : [`${from[0] === "o" ? stand[+from.slice(1)] : from} ${stand[op]}`]))));
  const lines = edges.map((edge, i) => {
    const back = sent.has(edge.of ?? `${edge.from} ${edge.to}`), flown = done.has(edge.to);
    const active = edge.to === mine && (now().kind === "forward" || back);
    return wayOf(ways[i], `${back ? "returned" : flown ? "flown" : ""} ${active ? "now" : ""}`, back);
  });
  const boxes = points.map((point) => boxOf(point, at.get(point.id), {
    now: point.id === mine || (now().kind === "update" && step().update.leaves.some((l) => l.leaf === point.of)),
    done: done.has(point.id),
    returned: returned.has(point.id) || (point.id[0] === "l" && gradientsOf(point.of, visited).length > 0),
    waiting: point.id[0] !== "l" && !done.has(point.id),
  }, visited));
  const box = $("graph").querySelector(".content");
  const focused = document.activeElement?.dataset?.point;
  const label = `${word("graph")}: ${step().ops.length} ${word("operations")}`;
  const fit = (box.clientWidth - 4) / width, scale = fit > 1 ? 1 : fit > 0.7 ? fit : 0.9; // a little smaller, rather than cut
  const size = { width: width * scale, height: height * scale, viewBox: `0 0 ${width} ${height}` };
  box.replaceChildren(el("svg", { ...size, role: "group", "aria-label": label }, lines, boxes));
  if (focused) box.querySelector(`[data-point="${focused}"]`)?.focus({ preventScroll: true });
  const place = at.get(state.picked ?? mine);
  if (place) {
    box.scrollTo({ left: place.x * scale - box.clientWidth / 2, top: place.y * scale - box.clientHeight / 2 });
  }
}

// A curve through the bends of an edge, with a head where it arrives: below, or above for a gradient.
function wayOf(bends, kind, back) {
  const start = { ...bends[0], y: bends[0].y + HEIGHT / 2 }, end = { ...bends.at(-1), y: bends.at(-1).y - HEIGHT / 2 };
  const points = [start, ...bends.slice(1, -1), end];
  let path = `M${start.x},${start.y}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]], middle = (a.y + b.y) / 2;
    path += `C${a.x},${middle} ${b.x},${middle} ${b.x},${b.y}`;
  }
  const { x, y } = back ? start : end, d = back ? 7 : -7;
  return el("g", {}, el("path", { d: path, class: `way ${kind}` }), el("path", { d: `M${x},${y}l-4.5,${d}h9z`, class: `head ${kind}` }));
}

function boxOf({ id: own, of: id, width, texts }, { x, y }, marks, visited) {
  const leaf = id[0] === "l", kind = leaf ? `leaf ${pointOf(id).kind}` : id[0] === "g" ? "group" : "operation";
  const names = Object.entries({ ...marks, picked: state.picked === id }).filter(([, on]) => on).map(([name]) => name);
  const shape = { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT, rx: leaf ? HEIGHT / 2 : 7 };
  const [title, below] = texts;
  const come = typeof below === "string" ? [] : gradientsOf(id, visited), partial = typeof below === "string" ? 0 : parts(id, visited).length;
  const gradient = come.length ? `∂ ${brief(come[0])}` : partial ? "∂ …" : "";
  const second = typeof below === "string" ? [below] : [
    el("tspan", { class: "value" }, leaf || marks.done ? brief(below[0]) : ""), gradient ? el("tspan", { class: "gradient", dx: 8 }, gradient) : null];
  const pick = () => (id[0] === "g" ? toggle(+id.slice(1)) : choose(state.picked === id ? null : id));
  return el("g", {
    class: `point ${kind} ${names.join(" ")}`, tabindex: 0, role: "button", "data-point": own, onclick: pick,
    "aria-label": `${title}${id[0] === "g" ? `, ${word("open")}` : ""}${gradient ? `, ${gradient}` : ""}`,
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); pick(); } },
  },
    id[0] === "g" ? el("rect", { ...shape, x: shape.x + 4, y: shape.y + 4, class: "behind" }) : null,
    el("rect", { ...shape, class: "box" }),
    el("text", { x, y: y - 3, class: "name" }, title),
    el("text", { x, y: y + 13, class: "small" }, second));
}

// ---------------------------------------------------------------------------------------------------------------------
// The program
// ---------------------------------------------------------------------------------------------------------------------
const linesNow = () => (state.picked?.[0] === "o" ? pointOf(state.picked).lines : now().kind === "update" ? step().update.lines : now().op === null ? [] : step().ops[now().op].lines);

function drawProgram() {
  const here = linesNow(), last = here.at(-1), box = $("program").querySelector(".content");
  const used = new Map(); // file:line -> the first moment of this step of training
  moments.forEach(({ s, kind, op }, m) => {
    const lines = s !== now().s ? [] : kind === "forward" ? step().ops[op].lines.slice(-1) : kind === "update" ? step().update.lines.slice(-1) : [];
    lines.forEach((line) => used.has(line.join(":")) || used.set(line.join(":"), m));
  });
  const texts = record.sources.map(({ name, lines }, file) => {
    let before = 0;
    const rows = lines.flatMap(([n, text]) => {
      const at = `${file}:${n}`, gap = n > before + 1 ? [el("span", { class: "line gap" }, "⋯")] : [];
      before = n;
      const kind = last && last[0] === file && last[1] === n ? "here" : here.some(([f, l]) => f === file && l === n) ? "around" : "";
      const jump = used.has(at) ? { onclick: () => go(used.get(at)) } : {};
      const hang = Math.max(0, text.search(/\S/)) + 4; // where a long line goes on
      return [...gap, el("span", { class: `line ${kind} ${used.has(at) ? "used" : ""}`, "data-line": n, ...jump }, el("i", {}, String(n)), el("span", { style: `padding-left: ${hang}ch; text-indent: -${hang}ch` }, text || " "))];
    });
    return rows.length ? [el("p", { class: "file" }, name), el("pre", { class: "code" }, rows)] : [];
  });
  box.replaceChildren(...texts.flat());
  if (!box.childElementCount) box.append(el("p", { class: "quiet" }, word("noLines")));
  const line = box.querySelector(".here");
  if (line) box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
}

// ---------------------------------------------------------------------------------------------------------------------
// The arrays
// ---------------------------------------------------------------------------------------------------------------------
const link = (id) => el("button", { type: "button", class: "link", onclick: () => choose(id) }, titleOf(id));

function forwardOf(op) {
  const { inputs, value, torch } = step().ops[op];
  const given = inputs.map((input) => {
    const source = input.from === null ? "" : titleOf(input.from);
    const name = source && source !== input.name ? `${input.name ? `${input.name}: ` : ""}${source}` : input.name;
    if (input.from === null && !input.text) return null;
    return input.from === null ? el("p", { class: "quiet" }, el("b", {}, `${input.name} `), input.text) : el("div", { class: "input" }, figureOf(name, input.value));
  });
  const outputs = value.map((id, i) => figureOf(value.length > 1 ? `${word("output")} ${i}` : titleOf(`o${op}`), id));
  return [el("h3", {}, word("inputs")), ...given, el("h3", {}, word("value"), " ", el("small", {}, torch)), ...outputs];
}

// The parts of a gradient that came on several ways.
function sumOf(id, ways) {
  return [el("p", {}, word("adds")), ...ways.flatMap((way, i) => [figureOf(`${i ? "+ " : ""}${word("by")} ${titleOf(`o${way.by}`)}`, way.flow)])];
}

function arrivalOf(id, gradients) {
  const ways = parts(id), several = gradients.length > 1;
  const first = id[0] === "o" && step().visits[0]?.op === +id.slice(1) && !ways.length;
  return [
    el("h3", {}, word("arrives")),
    ...(first ? [el("p", { class: "soft" }, word("begins"))] : []),
    ...(ways.length > 1 && !several ? sumOf(id, ways) : []),
    ...gradients.map((gradient, i) => (gradient === null && several ? null : figureOf(`${ways.length > 1 && !several ? "= " : ""}∂ ${several ? `${word("output")} ${i}` : titleOf(id)}`, gradient))),
  ];
}

function backwardOf(op, v) {
  const { inputs, pulls, rule } = step().ops[op], visit = step().visits[v];
  const sent = inputs.map((input, i) => {
    if (input.from === null) return null;
    if (visit.flows[i] === null || visit.flows[i] === undefined) return el("p", { class: "quiet" }, `${input.name || titleOf(input.from)}: ${word("none")}`);
    const to = input.from, all = parts(to).length, come = parts(to, v + 1).length, settled = to[0] === "l" ? visit.settled.includes(to) : come === all;
    const note = all < 2 ? null : el("p", { class: "soft" }, word(settled ? "complete" : "partly", { n: come, all }));
    const total = all > 1 && settled ? gradientsOf(to)[input.place] ?? null : null;
    return el("div", { class: "flow" },
      el("p", {}, el("b", {}, input.name), ` ${word("to")} `, link(to)),
      pulls[i] && pulls[i] !== pulls[i - 1] ? el("pre", { class: "pull" }, pulls[i]) : null,
      figureOf(`∂ ${titleOf(to)}`, visit.flows[i]), note, total === null ? null : figureOf(`= ${word("sum")}`, total));
  });
  return [...arrivalOf(`o${op}`, visit.gradients), el("h3", {}, word("sends")), ...sent];
}

function ruleOf(op, back) {
  const { rule, pulls } = step().ops[op];
  if (rule === null) return [];
  const { file, line, text } = record.rules[rule];
  let pieces = [text];
  for (const pull of back ? new Set(pulls.filter(Boolean)) : []) {
    pieces = pieces.flatMap((piece) => (typeof piece === "string" ? piece.split(pull).flatMap((part, i) => (i ? [el("mark", {}, pull), part] : [part])) : [piece]));
  }
  return [el("h3", {}, word("rule"), " ", el("small", {}, `${file}:${line}`)), el("pre", { class: "rule" }, pieces)];
}

function updateOf() {
  const { leaves } = step().update;
  if (!leaves.length) return [el("p", {}, word("unchanged"))];
  return [el("h3", {}, word("moved")), ...leaves.map(({ leaf, before, gradient, after }) => el("div", { class: "moves" },
    el("p", {}, link(leaf)), figureOf(word("before"), before), figureOf(`∂ ${word("gradient")}`, gradient), figureOf(word("after"), after)))];
}

function storyOf(id) {
  const jumps = [el("button", { type: "button", onclick: () => choose(null) }, word("close"))];
  const find = (kind, op) => moments.findIndex((m) => m.s === now().s && m.kind === kind && m.op === op);
  const jump = (kind, text, op) => { const m = find(kind, op); if (m >= 0) jumps.unshift(el("button", { type: "button", onclick: () => go(m) }, word(text))); };
  const head = el("h3", {}, `${word("story")}: ${titleOf(id)}`);
  if (id[0] === "o") {
    const op = +id.slice(1), v = step().visits.findIndex((visit) => visit.op === op);
    jump("backward", "goBackward", op);
    jump("forward", "goForward", op);
    const group = step().ops[op].group;
    if (group !== null) jumps.push(el("button", { type: "button", onclick: () => toggle(group) }, `${word("shut")} ${groupTitle(step().groups[group])}`));
    return [head, el("div", { class: "jumps" }, jumps), ...forwardOf(op), ...(v < 0 ? [el("p", {}, word("nothing"))] : backwardOf(op, v)), ...ruleOf(op, true)];
  }
  const { kind, value, key: same } = pointOf(id), gradients = gradientsOf(id);
  const before = record.steps.flatMap(({ leaves }, s) => leaves.filter((leaf) => leaf.key === same).map((leaf) => figureOf(`${word("step")} ${s + 1}`, leaf.value)));
  return [head, el("div", { class: "jumps" }, jumps), el("p", { class: "soft" }, word(kind)), figureOf(titleOf(id), value),
    ...(kind === "constant" ? [] : gradients.length ? arrivalOf(id, gradients) : [el("p", {}, word("nothing"))]),
    ...(before.length > 1 && kind !== "constant" ? [el("h3", {}, word("history")), ...before] : [])];
}

function drawArrays() {
  const { kind, op, v } = now(), box = $("arrays").querySelector(".content");
  const shown = state.picked ? storyOf(state.picked)
    : kind === "forward" ? [...forwardOf(op), ...ruleOf(op, false)]
    : kind === "backward" ? [...backwardOf(op, v), ...ruleOf(op, true)]
    : updateOf();
  box.replaceChildren(...shown.filter(Boolean));
  const mark = box.querySelector("pre.rule mark");
  if (mark) mark.closest("pre").scrollTop = mark.offsetTop - mark.closest("pre").offsetTop - 60;
}

// ---------------------------------------------------------------------------------------------------------------------
// The controls
// ---------------------------------------------------------------------------------------------------------------------
function drawControls() {
  const { kind, op, v, s } = now(), all = kind === "forward" ? step().ops.length : step().visits.length;
  const title = op === undefined || op === null ? "" : titleOf(`o${op}`);
  const group = op === undefined || op === null ? [] : chainOf(step(), op).map((g) => groupTitle(step().groups[g])).filter(Boolean);
  const where = kind === "update" ? "" : ` ${(kind === "forward" ? op : v) + 1} ${word("of")} ${all}`;
  const parts = [el("b", {}, word(kind), where), title ? ` · ${title}` : "", group.length ? el("span", { class: "soft" }, ` ${word("inside")} ${group.join(" › ")}`) : ""];
  $("now").replaceChildren(...parts);
  document.body.classList.toggle("backward", kind === "backward");
  $("slider").max = moments.length - 1;
  $("slider").value = state.moment;
  $("slider").setAttribute("aria-valuetext", $("now").textContent);
  $("count").textContent = `${state.moment + 1} / ${moments.length}`;
  $("first").disabled = $("back").disabled = state.moment === 0;
  $("last").disabled = $("next").disabled = state.moment === moments.length - 1;
  for (const [id, path] of Object.entries(ICONS)) $(id).replaceChildren(el("svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" }, el("path", { d: path, class: "icon" })));
  if (timer) $("play").querySelector("path").setAttribute("d", STOP);
  $("play").setAttribute("aria-pressed", Boolean(timer));
  const buttons = record.steps.map((one, i) => {
    const root = one.ops.at(-1)?.value[0] ?? null, loss = root === null ? "" : brief(root);
    return el("button", { type: "button", "aria-current": i === s, onclick: () => go(moments.findIndex((m) => m.s === i)) }, `${word("step")} ${i + 1}: ${loss}`);
  });
  $("steps").replaceChildren(...buttons);
  for (const id of ["program", "graph", "arrays"]) { $(id).querySelector("h2").textContent = word(id); $(id).setAttribute("aria-label", word(id)); }
  for (const id of ["first", "back", "play", "next", "last", "slider", "theme"]) { $(id).title = word(id); $(id).setAttribute("aria-label", word(id)); }
  $("fold").textContent = word("fold");
  $("unfold").textContent = word("unfold");
  $("fold").hidden = $("unfold").hidden = !step().groups.length;
  $("language").textContent = word("otherLanguage");
  $("language").lang = state.language === "pt" ? "en" : "pt-BR";
  document.documentElement.lang = state.language === "pt" ? "pt-BR" : "en";
  document.documentElement.dataset.theme = state.theme;
}

function draw() {
  drawControls();
  drawGraph();
  drawProgram();
  drawArrays();
  const picked = state.picked ? `&pick=${state.picked}` : "";
  history.replaceState(null, "", `#moment=${state.moment}&lang=${state.language}&theme=${state.theme}${picked}`);
}

function go(moment) {
  state.moment = Math.max(0, Math.min(moments.length - 1, moment));
  state.picked = null;
  $("arrays").querySelector(".content").scrollTop = 0;
  draw();
}

function choose(id) {
  state.picked = id;
  $("arrays").querySelector(".content").scrollTop = 0;
  draw();
}

// Open or fold a group, in all steps of training alike.
function toggle(group) {
  const open = !state.open.has(key(now().s, group));
  record.steps.forEach((_, s) => (open ? state.open.add(key(s, group)) : state.open.delete(key(s, group))));
  if (!open) state.picked = null;
  draw();
}

function toggleAll(open) {
  state.open.clear();
  if (open) record.steps.forEach(({ groups }, s) => groups.forEach((_, g) => state.open.add(key(s, g))));
  state.picked = null;
  draw();
}

const ICONS = {
  first: "M3 3h2v12h-2zM15 3v12l-9-6z", back: "M13 3v12l-9-6z", play: "M3 2l13 7l-13 7z", next: "M5 3l9 6l-9 6z", last: "M3 3l9 6l-9 6zM13 3h2v12h-2z",
};
const STOP = "M3 3h4v12h-4zM11 3h4v12h-4z";
let timer = null;
function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => (state.moment < moments.length - 1 ? go(state.moment + 1) : play(false)), 900) : null;
  if (on && state.moment === moments.length - 1) go(0);
  else draw();
}

const KEYS = { ArrowRight: () => go(state.moment + 1), ArrowLeft: () => go(state.moment - 1), Home: () => go(0), End: () => go(moments.length - 1), " ": () => play(!timer) };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in KEYS) || (event.key === " " && event.target.closest("button, summary"))) return;
  event.preventDefault();
  KEYS[event.key]();
});
$("first").onclick = KEYS.Home;
$("back").onclick = KEYS.ArrowLeft;
$("next").onclick = KEYS.ArrowRight;
$("last").onclick = KEYS.End;
$("play").onclick = KEYS[" "];
$("slider").oninput = () => go(+$("slider").value);
$("fold").onclick = () => toggleAll(false);
$("unfold").onclick = () => toggleAll(true);
$("language").onclick = () => { state.language = state.language === "pt" ? "en" : "pt"; draw(); };
$("theme").onclick = () => { state.theme = state.theme === "dark" ? "light" : "dark"; draw(); };

// A finger drawn along the line that tells the moment steps too.
let touched = 0;
$("now").addEventListener("touchstart", (event) => (touched = event.touches[0].clientX), { passive: true });
$("now").addEventListener("touchend", (event) => {
  const moved = event.changedTouches[0].clientX - touched;
  if (Math.abs(moved) > 30) go(state.moment + (moved < 0 ? 1 : -1));
});

// #moment=12&lang=pt&theme=dark&pick=o3 opens the page there
function read() {
  const asked = new URLSearchParams(location.hash.slice(1));
  state.theme = asked.get("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  state.language = asked.get("lang") ?? state.language;
  state.moment = Math.max(0, Math.min(moments.length - 1, Number(asked.get("moment")) || 0));
  const pick = asked.get("pick");
  state.picked = pick && pointOf(pick) ? pick : null;
  draw();
}
openAtFirst();
window.addEventListener("hashchange", read);
read();
