/* Names of clusters on the map: broad ones when zoomed out, finer ones when zoomed in. Where they
   stand follows the rule of figures/label_placement.py: on or near a spot of their own, no overlap,
   few papers hidden, and never where most of those hidden are of another cluster. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const BROKEN = [26, 15]; // characters to a line: the ways in which a name may be broken
const STEPS = 1.9; // at this zoom factor, the next finer level
const EDGE = 6;
const PAD = 3;
const LINE_FROM = 14;
const OVER = [0.35, 0.7]; // of half the size of a name
const GAPS = [2, 7, 14, 24, 38, 56, 80, 110];
const DIRECTIONS = [...Array(12).keys()].map((i) => [Math.cos((i * Math.PI) / 6), Math.sin((i * Math.PI) / 6)]);
const HIDING = 0.0018; // cost of a hidden paper: the square of its marker's area, as few are large
const BESIDE = 10; // pixels around a name in which papers of other clusters cost a part of that
const SPOTS = 3;
const SECOND = 40; // pixels that a name moves away from a denser spot before it takes the next one
const LEADING = 1.18;

function wrapped(text, wide) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (!last) lines[lines.length - 1] = word;
    else if (`${last} ${word}`.length <= wide) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const cut = (line) => (line.length > wide + 12 ? `${[...line].slice(0, wide + 8).join("")}…` : line);
  return (lines.length > 3 ? [...lines.slice(0, 2), `${lines[2]} …`] : lines).map(cut);
}

/* The ways of writing a name: lines, width and height. */
function wordings(context, text, size) {
  const ways = new Map(BROKEN.map((wide) => wrapped(text, wide)).map((lines) => [lines.join("\n"), lines]));
  return [...ways.values()].map((lines) => ({
    lines, height: lines.length * size * LEADING, lead: (LEADING - 1) * size / 2,
    width: Math.max(...lines.map((line) => context.measureText(line).width)),
  }));
}

const meets = (a, b) => a.left - PAD < b.right && b.left - PAD < a.right
  && a.top - PAD < b.bottom && b.top - PAD < a.bottom;

/* Whether a line from one point to another goes through a box. */
function crosses(/** @type {number[]} */ [x, y], /** @type {number[]} */ [toX, toY], box) {
  let [enters, leaves] = [0, 1];
  for (const [from, step, low, high] of [[x, toX - x, box.left, box.right], [y, toY - y, box.top, box.bottom]]) {
    const [a, b] = [(low - from) / (step || 1e-9), (high - from) / (step || 1e-9)];
    [enters, leaves] = [Math.max(enters, Math.min(a, b)), Math.min(leaves, Math.max(a, b))];
  }
  return enters <= leaves;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/* A place of a name: its box, the spot that it names, and where its line would end. */
function placeAt(/** @type {number[]} */ [px, py], dx, dy, way, extra, view) {
  const [x, y] = [px + dx, py + dy];
  const [left, right] = [x - way.width / 2, x + way.width / 2];
  const [top, bottom] = [y - way.height / 2, y + way.height / 2];
  if (left < EDGE || top < EDGE || right > view.width - EDGE || bottom > view.height - EDGE) return null;
  const end = [clamp(px, left, right), clamp(py, top, bottom)];
  const gap = Math.hypot(end[0] - px, end[1] - py);
  return {
    left, right, top, bottom, x, y, way, spot: [px, py], line: gap > LINE_FROM ? end : null,
    cost: gap + 0.15 * Math.hypot(dx, dy) + extra,
  };
}

function places(spots, ways, view) {
  const out = [];
  spots.forEach((spot, i) => ways.forEach((way, j) => {
    const [w, h] = [way.width / 2, way.height / 2];
    const add = (dx, dy) => {
      const place = placeAt(spot, dx, dy, way, SECOND * i + 2 * j, view);
      if (place) out.push(place);
    };
    add(0, 0);
    for (const [across, down] of DIRECTIONS) {
      for (const part of OVER) add(across * w * part, down * h * part);
      for (const gap of GAPS) add(across * (w + gap), down * (h + gap));
    }
  }));
  return out.sort((a, b) => a.cost - b.cost);
}

/* The cheapest place that is free; `hides` tells what a box would hide, at most as much as asked. */
function cheapest(spots, ways, { taken, others, view, hides }) {
  let best = null;
  let least = Infinity;
  for (const one of places(spots, ways, view)) {
    if (one.cost >= least) break;
    if (taken.some((other) => meets(one, other))
      || others.some(({ spot, line }) => line && crosses(spot, line, one))
      || (one.line && taken.some((other) => crosses(one.spot, one.line, other)))) continue;
    const cost = one.cost + hides(one, least - one.cost);
    if (cost < least) [best, least] = [one, cost];
  }
  return best;
}

/* What it costs to hide papers under a box, wholly or in part; Infinity if most of those whose
   centre lies under it are of other clusters, with the space above and below its letters or without. */
function counter(data, camera, { grid, radius, isOwn }) {
  const each = HIDING * (2 * radius) ** 4;
  const over = radius / camera.scale();
  const beside = BESIDE / camera.scale() + over;
  return (box, most) => {
    const [left, top] = camera.toMap(box.left, box.top);
    const [right, bottom] = camera.toMap(box.right, box.bottom);
    const lead = box.way.lead / camera.scale();
    let [cost, more, moreUnderLetters] = [0, 0, 0];
    grid.inside(left - beside, bottom - beside, right + beside, top + beside, (row) => {
      const away = Math.max(
        left - data.x[row], data.x[row] - right, bottom - data.y[row], data.y[row] - top);
      const letters = away <= 0 && data.y[row] >= bottom + lead && data.y[row] <= top - lead;
      if (away > beside) return false;
      const own = isOwn[data.column.cluster[row]];
      if (away > over) cost += own ? 0 : each / 4;
      else cost += own ? each / 2 : each;
      if (away <= 0) more += own ? -1 : 1;
      if (letters) moreUnderLetters += own ? -1 : 1;
      return cost >= most;
    });
    return Math.max(more, moreUnderLetters) > 0 ? Infinity : cost;
  };
}

/* Which groups are a group or a part of it. */
function within(group, parents) {
  const out = new Uint8Array(parents.length);
  for (let part = 0; part < parents.length; part += 1) {
    let up = part;
    while (up !== undefined && up !== group) up = parents[up];
    out[part] = up === group ? 1 : 0;
  }
  return out;
}

/* The labels of a view: those of the level that fits its zoom (a cluster without parts has its
   own label at every finer level), then finer ones; groups with many of the papers that pass the
   filters before those with few. `standing` gives the rank of a group: 2, 1 or 0. */
function ordered(data, at, standing) {
  const whole = (label) => label.level < at && label.leaf;
  return data.labels.filter((label) =>
    (label.level >= at || whole(label)) && label.level < at + 2 && standing(label.group))
    .map((label) => ({ ...label, depth: Math.max(0, label.level - at), strong: standing(label.group) > 1 }))
    .sort((a, b) => b.strong - a.strong || a.depth - b.depth || b.n - a.n || a.group - b.group);
}

/* How many papers of each cluster that stand out are in view, and the middle of them. */
function inView(data, camera, { grid, level, parents }) {
  const { view } = camera;
  const [left, top] = camera.toMap(0, 0);
  const [right, bottom] = camera.toMap(view.width, view.height);
  const sums = new Float64Array(data.groups.length * 3);
  grid.inside(left, bottom, right, top, (row) => {
    const [x, y] = [data.x[row], data.y[row]];
    if (level[row] !== 2 || x < left || x > right || y < bottom || y > top) return;
    for (let group = data.column.cluster[row]; group < parents.length; group = parents[group]) {
      sums[3 * group] += 1;
      sums[3 * group + 1] += x;
      sums[3 * group + 2] += y;
    }
  });
  return (group) => ({
    n: sums[3 * group], at: [sums[3 * group + 1] / sums[3 * group], sums[3 * group + 2] / sums[3 * group]],
  });
}

/* Where a name may stand, on the screen: spots that are in view; if there is none, but much of the
   cluster is in view, the centre of what can be seen. */
function spotsOf(label, camera, seen) {
  const { width, height } = camera.view;
  const there = label.spots.map(([x, y]) => camera.toScreen(x, y))
    .filter(([px, py]) => px >= 0 && py >= 0 && px <= width && py <= height);
  if (there.length) return there.slice(0, SPOTS);
  const { n, at } = seen(label.group);
  return n >= Math.max(6, 0.12 * label.n) ? [camera.toScreen(at[0], at[1])] : [];
}

const sizeOf = (label, most, narrow) =>
  (narrow ? 10 : 11.5) + (label.depth ? 0 : (narrow ? 3 : 5.5) * Math.sqrt(label.n / most));

/* Choose the labels of a view and a place for each, as a spot on the map and the way from there. */
function placed(context, data, camera, { standing, reserved, grid, level, parents, radius }) {
  const view = camera.now();
  const levels = Math.max(0, ...data.labels.map((label) => label.level));
  const at = Math.min(levels, Math.max(0, Math.floor(Math.log(view.zoom) / Math.log(STEPS))));
  const chosen = ordered(data, at, standing);
  const most = Math.max(...chosen.map(({ n }) => n));
  const out = [];
  const seen = inView(data, camera, { grid, level, parents });
  for (const label of chosen) {
    if (out.length >= Math.max(6, (view.width * view.height) / 17000)) break;
    const spots = spotsOf(label, camera, seen);
    if (!spots.length) continue;
    const size = sizeOf(label, most, view.width < 600);
    context.font = `${label.depth || !label.strong ? 500 : 650} ${size.toFixed(1)}px ${FONT}`;
    const ways = wordings(context, data.groups[label.group].label, size);
    const hides = counter(data, camera, { grid, radius, isOwn: within(label.group, parents) });
    const place = cheapest(spots, ways, { taken: [...reserved, ...out], others: out, view, hides });
    if (place) out.push({ ...label, ...place, ...place.way, font: context.font, size, map: camera.toMap(...place.spot) });
  }
  return out;
}

function draw(context, camera, chosen, { inkOf, paper, muted }) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const now = chosen.map((label) => {
    const [px, py] = camera.toScreen(...label.map);
    return { ...label, ink: label.strong ? inkOf(label.group) : muted, by: [px - label.spot[0], py - label.spot[1]] };
  });
  for (const { spot, line, by, ink } of now.filter(({ line }) => line)) {
    for (const [width, color] of [[3, paper], [1, ink]]) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.beginPath();
      context.moveTo(spot[0] + by[0], spot[1] + by[1]);
      context.lineTo(line[0] + by[0], line[1] + by[1]);
      context.stroke();
    }
  }
  context.strokeStyle = paper;
  for (const label of now) {
    const [x, y] = [label.x + label.by[0], label.y + label.by[1]];
    context.font = label.font;
    context.lineWidth = label.size > 13 ? 5 : 4;
    context.globalAlpha = 0.9;
    const lineAt = (i) => y + (i - (label.lines.length - 1) / 2) * label.size * LEADING;
    label.lines.forEach((line, i) => context.strokeText(line, x, lineAt(i)));
    context.globalAlpha = 1;
    context.fillStyle = label.ink;
    label.lines.forEach((line, i) => context.fillText(line, x, lineAt(i)));
  }
}

export { placed, draw };
