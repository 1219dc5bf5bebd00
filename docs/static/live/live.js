// What the live pictures share: shapes, controls, numbers as the page's language writes them. No library, no request.
"use strict";
const live = {};

live.number = (value, digits = 2) => {
  if (!Number.isFinite(value)) return "∞";
  const text = value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
  return document.documentElement.lang.startsWith("pt") ? text.replace(".", ",") : text;
};
live.factor = (value, digits) => (value < 0 ? `(${live.number(value, digits)})` : live.number(value, digits));

// Shapes are text: a picture is drawn anew after each change.
live.tag = (name, attributes, inner = "") =>
  `<${name} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(" ")}>${inner}</${name}>`;
live.text = (x, y, text, kind = "") => live.tag("text", { x, y, class: kind }, text);
live.line = (x1, y1, x2, y2, kind = "", width = 1.2) =>
  live.tag("line", { x1, y1, x2, y2, class: kind, "stroke-width": width });
live.points = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
live.path = (points, kind) => live.tag("polyline", { points: live.points(points), class: kind });
live.circle = (cx, cy, r, kind = "") => live.tag("circle", { cx, cy, r, class: kind });
live.box = (x, y, width, height, kind, opacity = 1) => live.tag("rect", { x, y, width, height, class: kind, opacity });
// A number as a cell: blue above 0; orange and hatched below, so that it shows in grey too.
live.cell = (x, y, width, height, value, most, text = "", kind = "") =>
  live.box(x, y, width, height, "paper") +
  live.box(x, y, width, height, value < 0 ? "below" : "above", 0.65 * Math.min(1, Math.abs(value) / most)) +
  (value < 0 ? live.box(x, y, width, height, "hatch") : "") +
  live.box(x, y, width, height, "edge " + kind) +
  live.text(x + width / 2, y + height / 2, text);

// Of a polygon of corners [x, y, s], the part where s is above 0, and the points of its border where s is 0.
live.clip = (corners) => {
  const inside = [], cut = [];
  corners.forEach(([x, y, s], k) => {
    const [x2, y2, s2] = corners[(k + 1) % corners.length];
    if (s > 0) inside.push([x, y]);
    if (s > 0 === s2 > 0) return;
    cut.push([x + ((x2 - x) * s) / (s - s2), y + ((y2 - y) * s) / (s - s2)]);
    inside.push(cut[cut.length - 1]);
  });
  return [inside, cut];
};

// A panel to draw in; `pick(x, y, pressed)` is told where the pointer is.
live.panel = (root, width, height, pick) => {
  const hatch = '<pattern id="live-hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0"/></pattern>';
  root.insertAdjacentHTML("beforeend", `<svg viewBox="0 0 ${width} ${height}" role="img"><defs>${hatch}</defs><g></g></svg>`);
  const svg = root.lastElementChild;
  const tell = (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    pick(x * width, y * height, event.type === "pointerdown" || event.buttons > 0);
  };
  if (pick) for (const type of ["pointerdown", "pointermove"]) svg.addEventListener(type, tell);
  return (said, ...shapes) => {
    svg.setAttribute("aria-label", said);
    svg.lastElementChild.innerHTML = shapes.flat(9).join("");
  };
};

live.slider = (root, label, [min, max, step, value], changed, show = live.number) => {
  root.insertAdjacentHTML("beforeend", `<label><span>${label}</span><input type="range" min="${min}" max="${max}" step="${step}"><b></b></label>`);
  const input = root.lastElementChild.children[1];
  input.put = (value) => {
    input.value = value;
    input.nextSibling.textContent = show(input.valueAsNumber);
    input.setAttribute("aria-valuetext", input.nextSibling.textContent);
  };
  input.addEventListener("input", () => (input.put(input.value), changed(input.valueAsNumber)));
  input.put(value);
  return input;
};
live.choice = (root, legend, names, chosen, changed) => {
  const group = "live-" + document.querySelectorAll(".live fieldset").length;
  const buttons = names.map((name, i) => `<label><input type="radio" name="${group}" value="${i}"${i === chosen ? " checked" : ""}>${name}</label>`);
  root.insertAdjacentHTML("beforeend", `<fieldset><legend>${legend}</legend>${buttons.join("")}</fieldset>`);
  const made = root.lastElementChild;
  made.addEventListener("change", (event) => changed(+event.target.value));
  made.put = (i) => (made.querySelectorAll("input")[i].checked = true);
  return made;
};
live.button = (root, text, pressed) => {
  if (root.lastElementChild.className !== "buttons") root.insertAdjacentHTML("beforeend", '<div class="buttons"></div>');
  const made = document.createElement("button");
  [made.type, made.textContent, made.onclick] = ["button", text, pressed];
  return root.lastElementChild.appendChild(made);
};
// Steps on a button, until `step` says false; who wants no motion sees the end at once.
live.player = (root, words, wait, step, draw) => {
  let timer = 0;
  const told = root.nextElementSibling; // is not read aloud while it moves
  const stop = () => (clearInterval(timer), (timer = 0), (button.textContent = words.play), (told.ariaLive = "polite"));
  const button = live.button(root, words.play, () => {
    if (timer) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      while (step());
      return draw();
    }
    [button.textContent, told.ariaLive] = [words.pause, "off"];
    timer = setInterval(() => (step() || stop(), draw()), wait);
  });
  return stop;
};
// Each place of the page that asks for this part gets it: panels, then controls, then what is told in words.
live.part = (name, build) => {
  for (const figure of document.querySelectorAll(`.live[data-live=${name}]`)) {
    const { words, given } = JSON.parse(figure.dataset.given);
    const [panels, controls, told] = ["panels", "controls", "told"].map((kind) => {
      const made = figure.insertBefore(document.createElement(kind === "told" ? "output" : "div"), figure.querySelector("figcaption"));
      made.className = kind;
      return made;
    });
    build({ panels, controls, told, words, given });
  }
};
