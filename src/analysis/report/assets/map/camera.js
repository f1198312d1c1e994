/* The camera: which part of the map is on screen, and which paper is at a position. */
const MOST = 120; // times the whole map

function camera(data) {
  const range = (values) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  };
  const [left, right] = range(data.x);
  const [bottom, top] = range(data.y);
  const home = {
    x: (left + right) / 2, y: (bottom + top) / 2,
    width: (right - left) || 1, height: (top - bottom) || 1,
  };
  const view = { x: home.x, y: home.y, zoom: 1, width: 1, height: 1 };

  /* Space for names at the edge; on a phone also for the tools, which are above the map. */
  const fit = () => {
    const [across, down] = view.width < 600 ? [50, 130] : [60, 70];
    return Math.min(Math.max(view.width - across, 40) / home.width,
      Math.max(view.height - down, 40) / home.height);
  };
  const scale = () => fit() * view.zoom;
  const toScreen = (x, y) => [
    view.width / 2 + (x - view.x) * scale(), view.height / 2 - (y - view.y) * scale()];
  const toMap = (px, py) => [
    view.x + (px - view.width / 2) / scale(), view.y - (py - view.height / 2) / scale()];

  /* Part of the map always stays on screen. */
  function keep() {
    view.zoom = Math.min(MOST, Math.max(0.7, view.zoom));
    view.x = Math.min(home.x + home.width / 2, Math.max(home.x - home.width / 2, view.x));
    view.y = Math.min(home.y + home.height / 2, Math.max(home.y - home.height / 2, view.y));
  }
  const set = (to) => {
    Object.assign(view, to);
    keep();
  };
  const pan = (dx, dy) => set({ x: view.x - dx / scale(), y: view.y + dy / scale() });
  function zoomAt(factor, px, py) {
    const [x, y] = toMap(px, py);
    const zoom = Math.min(MOST, Math.max(0.7, view.zoom * factor));
    const after = fit() * zoom;
    set({ zoom, x: x - (px - view.width / 2) / after, y: y + (py - view.height / 2) / after });
  }
  const reset = () => set({ x: home.x, y: home.y, zoom: 1 });
  const isWhole = () => view.zoom === 1 && view.x === home.x && view.y === home.y;
  /* What the view shows, to compare it and draw from it later. */
  const now = () => ({
    x: view.x, y: view.y, scale: scale(), width: view.width, height: view.height, zoom: view.zoom,
  });
  return { view, home, toScreen, toMap, set, pan, zoomAt, reset, isWhole, now, scale };
}

/* Rows sorted into squares, to find what is near a position without checking all rows. */
function grid(data) {
  const { n, x, y } = data;
  const across = Math.max(1, Math.ceil(Math.sqrt(n / 2)));
  const size = (data.scale.step * 65535) / across || 1;
  const clamp = (value) => Math.min(across - 1, Math.max(0, Math.floor(value)));
  const squareOf = (px, py) =>
    clamp((py - data.scale.y) / size) * across + clamp((px - data.scale.x) / size);
  const starts = new Uint32Array(across * across + 1);
  const square = new Uint32Array(n);
  for (let row = 0; row < n; row += 1) {
    square[row] = squareOf(x[row], y[row]);
    starts[square[row] + 1] += 1;
  }
  for (let i = 0; i < across * across; i += 1) starts[i + 1] += starts[i];
  const next = starts.slice();
  const rows = new Uint32Array(n);
  for (let row = 0; row < n; row += 1) rows[next[square[row]]++] = row;

  /* Call `each` with every row in a rectangle of the map, and some just outside it, until it
     returns true. */
  function inside(left, bottom, right, top, each) {
    const [a, b] = [clamp((left - data.scale.x) / size), clamp((right - data.scale.x) / size)];
    const [c, d] = [clamp((bottom - data.scale.y) / size), clamp((top - data.scale.y) / size)];
    for (let j = c; j <= d; j += 1) {
      for (let i = starts[j * across + a]; i < starts[j * across + b + 1]; i += 1) if (each(rows[i])) return;
    }
  }

  function nearest(px, py, reach, fits) {
    let best = -1;
    let least = reach * reach;
    inside(px - reach, py - reach, px + reach, py + reach, (row) => {
      const distance = (x[row] - px) ** 2 + (y[row] - py) ** 2;
      if (distance <= least && fits(row)) [best, least] = [row, distance];
    });
    return best;
  }
  return { inside, nearest };
}

/* Whether a point is in a polygon, by the even-odd rule. */
function isIn(polygon, px, py) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[j];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

export { camera, grid, isIn };
