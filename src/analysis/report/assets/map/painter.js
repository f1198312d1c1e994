/* Painting the points: small masks blended into an image, slice by slice, so that no GPU is needed
 and the page stays responsive. While the view moves, the last image moves along. */
import * as Colours from "./colours.js";
import * as Data from "./data.js";
import * as Density from "./density.js";
const SLICE = 9; // milliseconds
const STEP = 2048; // points between two checks of the clock
const MARGIN = 160; // pixels painted beyond each edge
const SHAPES = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.abs(x) <= 0.86 && Math.abs(y) <= 0.86,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 1.2,
  "triangle-up": (x, y) => y <= 0.75 && y >= 1.95 * Math.abs(x) - 1.1,
  x: (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) <= 0.5 && Math.max(Math.abs(x), Math.abs(y)) <= 0.95,
};
const PLACES = 4; // positions inside a pixel, each way

const made = new Map();

function masks(symbol, radius) {
  const key = `${symbol} ${radius.toFixed(2)}`;
  if (!made.has(key)) {
    if (made.size > 200) made.clear();
    made.set(key, makeMasks(symbol, radius));
  }
  return made.get(key);
}

/* How much of each pixel a shape covers, for each position inside a pixel: 0..255. */
function makeMasks(symbol, radius) {
  const reach = Math.ceil(radius * 1.2 + 1);
  const side = 2 * reach + 1;
  const inside = SHAPES[symbol] || SHAPES.circle;
  const fine = radius > 2.5 ? 4 : 6;
  const all = [];
  for (let place = 0; place < PLACES * PLACES; place += 1) {
    const [ox, oy] = [(place % PLACES) / PLACES, Math.floor(place / PLACES) / PLACES];
    const mask = new Uint8Array(side * side);
    for (let i = 0; i < mask.length; i += 1) {
      let hits = 0;
      for (let k = 0; k < fine * fine; k += 1) {
        const px = (i % side) - reach + (k % fine + 0.5) / fine - 0.5 - ox;
        const py = Math.floor(i / side) - reach + (Math.floor(k / fine) + 0.5) / fine - 0.5 - oy;
        if (inside(px / radius, py / radius)) hits += 1;
      }
      mask[i] = Math.round((255 * hits) / (fine * fine));
    }
    all.push(mask);
  }
  return { reach, side, all };
}

function stamp(picture, { reach, side, all }, px, py, r, g, b, alpha) {
  const { data, width, height } = picture;
  const [ix, iy] = [Math.floor(px), Math.floor(py)];
  const mask = all[Math.floor((py - iy) * PLACES) * PLACES + Math.floor((px - ix) * PLACES)];
  const [left, top] = [ix - reach, iy - reach];
  if (left < 0 || top < 0 || left + side > width || top + side > height) return;
  for (let j = 0; j < side; j += 1) {
    let at = ((top + j) * width + left) * 4;
    for (let i = j * side; i < (j + 1) * side; i += 1, at += 4) {
      const cover = mask[i];
      if (cover) {
        const part = cover * alpha;
        data[at] += (r - data[at]) * part;
        data[at + 1] += (g - data[at + 1]) * part;
        data[at + 2] += (b - data[at + 2]) * part;
      }
    }
  }
}

/* An order independent of the data, so that no year or group is drawn above the others. */
function shuffled(n) {
  const rows = new Uint32Array(n);
  for (let row = 0; row < n; row += 1) rows[row] = row;
  let seed = 12345;
  for (let i = n - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}

const radiusOf = (n, { zoom, width }) =>
  Math.min(9, Math.max(1, 21 * n ** -0.25) * Math.min(3.2, Math.max(0.8, zoom ** 0.38)))
  * (width < 600 ? 0.75 : 1);

/* 2 for a paper that passes the filters, 1 if it passes but is not selected, else 0. */
function strengths(n, radius, dark) {
  const full = n > 30000 ? 0.8 : 0.88;
  const faint = Math.min(0.16, Math.max(0.035, radius * 0.03)) * (dark ? 1.3 : 1);
  return [faint, 0.22, full];
}

function* points(picture, job) {
  const { data, order, level, look, palette, view, ratio, dark, paper } = job;
  // In steps, so that few masks are made while zooming.
  const radius = (Math.round(radiusOf(data.n, view) * 4) / 4) * ratio;
  const alphas = strengths(data.n, radius / ratio, dark).map((alpha) => alpha / 255);
  const cache = palette.symbols.map(() => null);
  const maskOf = (code) => {
    const symbol = palette.symbols[code];
    cache[code] = [masks(symbol, radius), ring && masks(symbol, radius + 0.9 * ratio)];
    return cache[code];
  };
  const ring = radius >= 3.2 * ratio && data.n < 20000;
  const [grey] = [dark ? 150 : 120];
  const [cx, cy] = [picture.width / 2, picture.height / 2];
  const k = view.scale * ratio;
  const shown = level.some((one) => one !== 2) ? [0, 1, 2] : [2];
  for (const strength of shown) {
    for (let i = 0; i < data.n; i += 1) {
      if (i % STEP === 0) yield;
      const row = order[i];
      if (level[row] !== strength) continue;
      const px = cx + (data.x[row] - view.x) * k;
      const py = cy - (data.y[row] - view.y) * k;
      if (!(px > 0 && py > 0 && px < picture.width && py < picture.height)) continue;
      const code = look.code[row];
      const [mask, wider] = cache[code] || maskOf(code);
      const weak = look.pale && data.column.weight[row] < data.counted;
      const alpha = alphas[strength] * (weak && strength ? 0.42 : 1);
      if (strength === 0) stamp(picture, mask, px, py, grey, grey, grey, alpha);
      else {
        if (ring) stamp(picture, wider, px, py, paper[0], paper[1], paper[2], 0.75 / 255);
        const [r, g, b] = [palette.rgb[3 * code], palette.rgb[3 * code + 1], palette.rgb[3 * code + 2]];
        stamp(picture, mask, px, py, r, g, b, alpha);
      }
    }
  }
}

function make(data, canvas) {
  const order = shuffled(data.n);
  let done = null; // the finished image, and the view that it shows
  let running = null;
  let wanted = null;
  let listener = () => {};
  let spare = null;
  const sheets = [document.createElement("canvas"), document.createElement("canvas")];

  /* Images and canvases are reused, to spare the garbage collector. */
  function blank(width, height, [r, g, b]) {
    if (spare && (spare.width !== width || spare.height !== height)) spare = null;
    const picture = spare || new ImageData(width, height);
    spare = null;
    new Uint32Array(picture.data.buffer).fill((255 << 24) | (b << 16) | (g << 8) | r);
    return picture;
  }

  function sheetFor(picture) {
    const free = sheets.find((sheet) => sheet !== done?.sheet);
    if (free.width !== picture.width || free.height !== picture.height) {
      [free.width, free.height] = [picture.width, picture.height];
    }
    return free;
  }

  function begin(job) {
    const { view, ratio, paper } = job;
    const picture = blank(
      Math.round((view.width + 2 * MARGIN) * ratio), Math.round((view.height + 2 * MARGIN) * ratio), paper);
    const dense = Density.wanted(data, view, job.grid);
    const work = dense ? Density.paint(picture, job) : points(picture, { ...job, data, order });
    return { job, picture, work };
  }

  function finish({ job, picture }) {
    const sheet = sheetFor(picture);
    sheet.getContext("2d").putImageData(picture, 0, 0);
    spare = picture;
    done = { sheet, view: job.view, ratio: job.ratio };
    running = null;
    listener();
    if (wanted) start(wanted);
  }

  function slice(task) {
    if (running !== task) return;
    const until = performance.now() + SLICE;
    while (performance.now() < until) {
      if (task.work.next().done) {
        finish(task);
        return;
      }
    }
    Data.pause().then(() => slice(task));
  }

  function start(job) {
    wanted = null;
    running = begin(job);
    slice(running);
  }

  /* Paint as soon as the current image is done; `restart` if that image is of no use. */
  function ask(job, restart) {
    wanted = job;
    if (restart) running = null;
    if (!running) start(job);
  }

  function now(job) {
    running = null;
    wanted = null;
    const task = begin(job);
    while (!task.work.next().done);
    finish(task);
  }

  /* The last image, moved and scaled to the current view. */
  function show(view, ratio, paper) {
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext("2d", { alpha: false });
    context.fillStyle = Colours.css(paper);
    context.fillRect(0, 0, width, height);
    if (!done) return;
    const k = (view.scale / done.view.scale) * (ratio / done.ratio);
    const left = width / 2 + (done.view.x - view.x) * view.scale * ratio - (done.sheet.width / 2) * k;
    const top = height / 2 - (done.view.y - view.y) * view.scale * ratio - (done.sheet.height / 2) * k;
    if (k === 1) context.drawImage(done.sheet, Math.round(left), Math.round(top));
    else context.drawImage(done.sheet, left, top, done.sheet.width * k, done.sheet.height * k);
  }

  /* Whether the last image, moved, still covers the view, so that none needs to be painted. */
  function covers(view) {
    const shift = (a, b) => Math.abs(a - b) * view.scale;
    const from = running ? running.job.view : done?.view;
    return Boolean(from) && from.scale === view.scale && from.width === view.width
      && from.height === view.height && shift(from.x, view.x) < MARGIN * 0.7
      && shift(from.y, view.y) < MARGIN * 0.7;
  }

  const isIdle = () => !running && !wanted;
  return { ask, now, show, covers, isIdle, onDone: (call) => { listener = call; } };
}

export { make, radiusOf, shuffled };
