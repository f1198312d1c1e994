/* Names of clusters on the map: broad ones when zoomed out, finer ones when zoomed in, no overlaps. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const WIDE = 24; // characters to a line
const STEPS = 1.9; // at this zoom factor, the next finer level

function wrapped(text) {
  const lines = [];
  // The name of a broader cluster joins those of its parts with a dot: one part per line.
  for (const part of text.replaceAll(" · ", " ·\n").split("\n")) {
    lines.push("");
    for (const word of part.split(" ")) {
      const last = lines[lines.length - 1];
      if (!last) lines[lines.length - 1] = word;
      else if (`${last} ${word}`.length <= WIDE) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
  }
  const cut = (line) => (line.length > WIDE + 4 ? `${[...line].slice(0, WIDE).join("")}…` : line);
  return (lines.length > 3 ? [...lines.slice(0, 2), `${lines[2]} …`] : lines).map(cut);
}

const sizeOf = (width, depth, isBroad) =>
  (width < 600 ? 11 : 13) + (depth ? -1.5 : isBroad ? 2 : 0);

function measured(context, label, font, size) {
  context.font = font;
  const lines = label.lines;
  const width = Math.max(...lines.map((line) => context.measureText(line).width));
  return { width: width + (label.depth ? 22 : 8), height: lines.length * size * 1.18 + 4 };
}

const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function boxAt(px, py, { width, height }) {
  return { left: px - width / 2, right: px + width / 2, top: py - height / 2, bottom: py + height / 2 };
}

/* The centre, then a little above, below and to the sides. */
const TRIES = [[0, 0], [0, -0.7], [0, 0.7], [0.3, 0], [-0.3, 0], [0, -1.3], [0, 1.3]];
/* If there are few points, a name goes next to them: places all around the centre, nearest first. */
const AROUND = [
  [0, 0], [0, -0.9], [0, 0.9], [0.62, 0], [-0.62, 0], [0.5, -0.9], [-0.5, -0.9], [0.5, 0.9],
  [-0.5, 0.9], [0, -1.5], [0, 1.5], [0.75, -0.5], [-0.75, -0.5], [0.75, 0.5], [-0.75, 0.5],
];
const FEW = 2500;

function boxFor(px, py, size, /** @type {number[]} */ [dx, dy], view) {
  const box = boxAt(px + dx * size.width, py + dy * size.height, size);
  const right = Math.max(0, 6 - box.left) + Math.min(0, view.width - 6 - box.right);
  const down = Math.max(0, 6 - box.top) + Math.min(0, view.height - 6 - box.bottom);
  return boxAt((box.left + box.right) / 2 + right, (box.top + box.bottom) / 2 + down, size);
}

function placeFor(px, py, size, { taken, view, covered }) {
  let best = null;
  let least = Infinity;
  for (const [i, offset] of (covered ? AROUND : TRIES).entries()) {
    const box = boxFor(px, py, size, offset, view);
    if (taken.some((other) => meets(box, other))) continue;
    if (!covered) return box;
    const cost = covered(box) + 0.22 * i;
    if (cost < least) [best, least] = [box, cost];
  }
  return best;
}

/* The number of points under a box. */
function counter(data, camera, grid) {
  return (box) => {
    const [left, top] = camera.toMap(box.left - 4, box.top - 2);
    const [right, bottom] = camera.toMap(box.right + 4, box.bottom + 2);
    let n = 0;
    grid.inside(left, bottom, right, top, (row) => {
      const [x, y] = [data.x[row], data.y[row]];
      if (x > left && x < right && y > bottom && y < top) n += 1;
    });
    return n;
  };
}

/* The labels of a view: those of the level that fits its zoom (a cluster without parts has its
   own label at every finer level), then finer ones; groups with many of the papers that pass the
   filters before those with few. `standing` gives the rank of a group: 2, 1 or 0. */
function ordered(data, at, standing) {
  const whole = (label) => label.level < at && label.leaf;
  return data.labels.filter((label) => (label.level >= at || whole(label)) && standing(label.group))
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
    n: sums[3 * group], x: sums[3 * group + 1] / sums[3 * group], y: sums[3 * group + 2] / sums[3 * group],
  });
}

/* A name is placed where its cluster is densest; if that is out of view, but much of the cluster
   is not, in the centre of the visible part. */
function anchored(label, camera, seen) {
  const { width, height } = camera.view;
  const [px, py] = camera.toScreen(label.x, label.y);
  if (px >= 0 && py >= 0 && px <= width && py <= height) return label;
  const there = seen(label.group);
  return there.n >= Math.max(6, 0.12 * label.n) ? { ...label, x: there.x, y: there.y } : null;
}

/* Choose the labels of a view, and a box for each. */
function placed(context, data, camera, { standing, reserved, grid, level, parents }) {
  const view = camera.now();
  const levels = Math.max(0, ...data.labels.map((label) => label.level));
  const at = Math.min(levels, Math.max(0, Math.floor(Math.log(view.zoom) / Math.log(STEPS))));
  const taken = [...reserved];
  const covered = data.n < FEW ? counter(data, camera, grid) : null;
  const most = Math.max(6, (view.width * view.height) / 17000);
  const out = [];
  const seen = inView(data, camera, { grid, level, parents });
  for (const one of ordered(data, at, standing)) {
    if (out.length >= most) break;
    const label = anchored(one, camera, seen);
    if (!label) continue;
    if (label.depth > 1) continue;
    const [px, py] = camera.toScreen(label.x, label.y);
    const size = sizeOf(view.width, label.depth, !label.leaf);
    const font = `${label.depth || !label.strong ? 500 : 650} ${size}px ${FONT}`;
    const lines = wrapped(data.groups[label.group].label);
    const box = placeFor(px, py, measured(context, { lines, depth: label.depth }, font, size), { taken, view, covered });
    if (!box) continue;
    taken.push(box);
    out.push({ ...label, lines, font, size, dx: (box.left + box.right) / 2 - px, dy: (box.top + box.bottom) / 2 - py });
  }
  return out;
}

function draw(context, camera, chosen, { inkOf, paper, muted }) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = paper;
  for (const label of chosen) {
    const [px, py] = camera.toScreen(label.x, label.y);
    const [x, y] = [px + label.dx, py + label.dy];
    context.font = label.font;
    context.lineWidth = label.size > 13 ? 5 : 4;
    context.globalAlpha = 0.9;
    const lineAt = (i) => y + (i - (label.lines.length - 1) / 2) * label.size * 1.18;
    label.lines.forEach((line, i) => context.strokeText(line, x, lineAt(i)));
    context.globalAlpha = 1;
    context.fillStyle = label.strong ? inkOf(label.group) : muted;
    label.lines.forEach((line, i) => context.fillText(line, x, lineAt(i)));
  }
}

export { placed, draw };
