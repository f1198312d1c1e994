/* The image: points below, names, rings and outlines above, drawn at most once per frame. */
import * as Camera from "./camera.js";
import * as Colours from "./colours.js";
import * as Labels from "./labels.js";
import * as Painter from "./painter.js";
function make(home, data, camera, plot) {
  const { byId, colour } = home;
  const over = byId("over");
  const painter = Painter.make(data, byId("points"));
  const grid = Camera.grid(data);
  const scene = {
    look: null, level: new Uint8Array(data.n).fill(2), focus: -1, hover: -1, near: [],
    drawing: null, outline: null, names: true, standing: (/** @type {number} */ _group) => 2,
  };
  const placeOf = new Map(data.groups.map((group, i) => [`${group.kind} ${group.id}`, i]));
  const parents = data.groups.map(({ kind, parent }) => placeOf.get(`${kind} ${parent}`));
  let palette = null;
  let theme = null;
  let inks = new Map();
  let labels = [];
  let frame = 0;
  let reserved = [];
  let settle = 0;
  let stale = false; // whether names must be placed again before the next frame

  const ratio = () => Math.min(2, devicePixelRatio || 1);

  function retheme() {
    palette = Colours.palette(home, scene.look);
    theme = {
      dark: home.isDark(), paper: Colours.parse(colour("paper")),
      ink: colour("ink"), accent: colour("accent"), paperCss: colour("paper"),
      muted: colour("muted"),
    };
    inks = new Map();
  }

  const inkOf = (group) => {
    if (!inks.has(group)) {
      inks.set(group, Colours.readable(home, Colours.shade(home, data.groups[group].color)));
    }
    return inks.get(group);
  };

  const job = () => ({
    data, grid, level: scene.level, look: scene.look, palette, view: camera.now(),
    ratio: ratio(), dark: theme.dark, paper: theme.paper,
  });

  function place() {
    stale = false;
    labels = scene.names && camera.view.width > 1
      ? Labels.placed(over.getContext("2d"), data, camera, {
        standing: scene.standing, reserved, grid, level: scene.level, parents,
        radius: Painter.radiusOf(data.n, camera.view),
      })
      : [];
  }

  function ring(context, row, radius, width, color) {
    const [x, y] = camera.toScreen(data.x[row], data.y[row]);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width + 2;
    context.strokeStyle = theme.paperCss;
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }

  function shape(context, corners) {
    context.beginPath();
    corners.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fillStyle = theme.dark ? "rgba(143, 184, 246, .10)" : "rgba(31, 87, 168, .08)";
    context.fill();
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.strokeStyle = theme.accent;
    context.stroke();
    context.setLineDash([]);
  }

  function overlay() {
    const scale = ratio();
    const { width, height } = camera.view;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (over.width !== w || over.height !== h) [over.width, over.height] = [w, h];
    const context = over.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    if (scene.outline) shape(context, scene.outline.map(([x, y]) => camera.toScreen(x, y)));
    if (scene.drawing) shape(context, scene.drawing);
    const radius = Painter.radiusOf(data.n, camera.view);
    for (const row of scene.near) ring(context, row, radius + 2.5, 1.2, theme.ink);
    Labels.draw(context, camera, labels, { inkOf, paper: theme.paperCss, muted: theme.muted });
    if (scene.hover >= 0) ring(context, scene.hover, radius + 3, 2, theme.ink);
    if (scene.focus >= 0) ring(context, scene.focus, radius + 5, 2.5, theme.accent);
  }

  function draw() {
    frame = 0;
    if (stale) place();
    const view = camera.now();
    painter.show(view, ratio(), theme.paper);
    overlay();
    if (!painter.covers(view)) painter.ask(job());
  }

  const soon = () => { frame ||= requestAnimationFrame(draw); };
  painter.onDone(() => {
    if (frame) return;
    painter.show(camera.now(), ratio(), theme.paper);
  });

  let zoomed = 0;
  /* The camera moved: names are placed again at once after a zoom, otherwise when it rests. */
  function moved() {
    if (camera.view.zoom !== zoomed) stale = true;
    zoomed = camera.view.zoom;
    clearTimeout(settle);
    settle = setTimeout(() => {
      place();
      soon();
    }, 140);
    soon();
  }

  /* What is drawn has changed: colours, filters, size. */
  function changed({ colours = false } = {}) {
    if (colours || !palette) retheme();
    place();
    painter.ask(job(), true);
    soon();
  }

  function resize() {
    const { width, height } = plot.getBoundingClientRect();
    if (!width || !height) return false;
    camera.set({ width, height });
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = plot.querySelector(".tools");
    reserved = [{
      left: offsetLeft - 4, right: offsetLeft + offsetWidth + 4,
      top: offsetTop - 4, bottom: offsetTop + offsetHeight + 4,
    }];
    return true;
  }

  function paintNow() {
    retheme();
    place();
    painter.now(job());
    painter.show(camera.now(), ratio(), theme.paper);
    overlay();
  }

  const find = (px, py, reach) => {
    const [x, y] = camera.toMap(px, py);
    return grid.nearest(x, y, reach / camera.scale(), (row) => scene.level[row] === 2);
  };

  /* Which papers are highlighted: those that pass, and of them the selected ones if there are any.
     A cluster's name is highlighted if it has at least a tenth as many of them as another one. */
  function stand(passes, selected, narrowed) {
    const { level } = scene;
    const counts = new Uint32Array(data.groups.length);
    for (let row = 0; row < data.n; row += 1) {
      level[row] = passes[row] ? (selected && !selected[row] ? 1 : 2) : 0;
      if (level[row] === 2) counts[data.column.cluster[row]] += 1;
    }
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    const standing = new Uint8Array(counts.length);
    counts.forEach((n, group) => {
      if (!n) return;
      const rank = narrowed && n < most / 10 ? 1 : 2;
      for (let up = group; up !== undefined && standing[up] < rank; up = parents[up]) standing[up] = rank;
    });
    scene.standing = (group) => standing[group];
  }

  /* The next paper in a direction; from -1, the one nearest to the centre. */
  function following(from, dx, dy) {
    const [x, y] = from < 0 ? [camera.view.x, camera.view.y] : [data.x[from], data.y[from]];
    let best = -1;
    let least = Infinity;
    for (let row = 0; row < data.n; row += 1) {
      if (row === from || scene.level[row] !== 2) continue;
      const along = (data.x[row] - x) * dx - (data.y[row] - y) * dy;
      const aside = Math.abs((data.x[row] - x) * dy) + Math.abs((data.y[row] - y) * dx);
      const cost = from < 0 ? Math.hypot(along, aside) : along > 0 ? along + 2.5 * aside : Infinity;
      if (cost < least) [best, least] = [row, cost];
    }
    return best;
  }

  return Object.assign(scene, {
    stand, following, moved, changed, resize, soon, paintNow, find, grid,
    isIdle: () => painter.isIdle() && !frame, placedNames: () => labels,
  });
}

export { make };
