// Where the points of a graph stand: a row for each step away from the leaves, few crossings, edges that bend between rows.
//
// layered(points, edges): points are {id, width}, edges {from, to}, in an order in which each point comes after those that lead to it.
// Returns {width, height, at: id -> {x, y} of the middle, ways: for each edge its bends}.

const ROW = 84, GAP = 18, HEIGHT = 44, MARGIN = 14;

function layered(points, edges) {
  const rank = ranks(points, edges);
  const cells = points.map((p) => ({ id: p.id, width: p.width, rank: rank.get(p.id), up: [], down: [], x: 0 }));
  const cellOf = new Map(cells.map((cell) => [cell.id, cell]));
  const chains = edges.map(({ from, to }) => chain(cellOf.get(from), cellOf.get(to), cells));
  const rows = [];
  for (const cell of cells) (rows[cell.rank] ||= []).push(cell);
  rows.forEach((row) => row.forEach((cell, i) => (cell.order = i)));
  for (let sweep = 0; sweep < 24; sweep++) untangle(rows, sweep % 2 === 0);
  place(rows);
  const left = Math.min(...cells.map((c) => c.x - c.width / 2)), right = Math.max(...cells.map((c) => c.x + c.width / 2));
  const spot = (cell) => ({ x: cell.x - left + MARGIN, y: cell.rank * ROW + HEIGHT / 2 + MARGIN });
  return {
    width: right - left + 2 * MARGIN,
    height: (rows.length - 1) * ROW + HEIGHT + 2 * MARGIN,
    at: new Map(points.map((p) => [p.id, spot(cellOf.get(p.id))])),
    ways: chains.map((cells) => cells.map(spot)),
  };
}

// Each point as late as those allow that use it: rows are counted from the leaves on the longest way.
function ranks(points, edges) {
  const into = new Map(points.map((p) => [p.id, []])), out = new Map(points.map((p) => [p.id, []]));
  for (const { from, to } of edges) { into.get(to).push(from); out.get(from).push(to); }
  const rank = new Map();
  for (const { id } of points) rank.set(id, Math.max(-1, ...into.get(id).map((f) => rank.get(f))) + 1);
  for (const { id } of [...points].reverse()) if (out.get(id).length) rank.set(id, Math.min(...out.get(id).map((t) => rank.get(t))) - 1);
  return rank;
}

// The cells that an edge passes: a narrow one in each row between.
function chain(from, to, cells) {
  const passed = [from];
  for (let r = from.rank + 1; r < to.rank; r++) {
    const bend = { width: 8, rank: r, up: [], down: [], x: 0 };
    cells.push(bend);
    passed.push(bend);
  }
  passed.push(to);
  for (let i = 1; i < passed.length; i++) { passed[i - 1].down.push(passed[i]); passed[i].up.push(passed[i - 1]); }
  return passed;
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

// Each row in the order of the middles of its neighbours in the row before (or after).
function untangle(rows, downwards) {
  for (const row of downwards ? rows : [...rows].reverse()) {
    const near = (cell) => (downwards ? cell.up : cell.down);
    for (const cell of row) cell.wish = near(cell).length ? mean(near(cell).map((n) => n.order / rows[n.rank].length)) : (cell.order + 0.5) / row.length;
    row.sort((a, b) => a.wish - b.wish);
    row.forEach((cell, i) => (cell.order = i));
  }
}

// Every cell as near to the middle of its neighbours as the others in its row allow. The longer the ways that end in a cell, the more it
// counts, so that a long computation goes straight down, and what joins it makes room.
function place(rows) {
  for (const row of rows) row.reduce((x, cell) => ((cell.x = x + cell.width / 2), x + cell.width + GAP), 0);
  for (const row of rows) for (const cell of row) cell.depth = Math.max(-1, ...cell.up.map((n) => n.depth)) + 1;
  for (const cell of rows.flat()) cell.weight = 0.2 + cell.depth;
  for (let sweep = 0; sweep < 41; sweep++) {
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      for (const cell of row) {
        const near = sweep % 2 ? cell.down : cell.up, weight = near.reduce((sum, n) => sum + n.weight, 0);
        cell.wish = near.length ? near.reduce((sum, n) => sum + n.weight * n.x, 0) / weight : cell.x;
      }
      settle(row);
    }
  }
}

// The wishes of a row as far as no two cells overlap: cells that would are pushed together, and their block goes where it wishes on average.
function settle(row) {
  const blocks = [];
  let offset = 0;
  for (const [i, cell] of row.entries()) {
    if (i) offset += (row[i - 1].width + cell.width) / 2 + GAP;
    let block = { start: i, sum: cell.weight * (cell.wish - offset), weight: cell.weight, count: 1 };
    cell.offset = offset;
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).weight >= block.sum / block.weight) {
      const { start, sum, weight, count } = blocks.pop();
      block = { start, sum: sum + block.sum, weight: weight + block.weight, count: count + block.count };
    }
    blocks.push(block);
  }
  blocks.forEach(({ start, sum, weight, count }) => { for (let i = start; i < start + count; i++) row[i].x = sum / weight + row[i].offset; });
}
