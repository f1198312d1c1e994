"use strict";
/* Names of clusters on the map: the broad ones from afar, finer ones nearer, none over another. */
papertide.labels = (() => {
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  const WIDE = 24; // characters to a line
  const STEPS = 1.9; // so many times nearer, the next finer level

  function wrapped(text) {
    const lines = [""];
    for (const word of text.split(" ")) {
      const last = lines[lines.length - 1];
      if (!last) lines[lines.length - 1] = word;
      else if (`${last} ${word}`.length <= WIDE) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    const cut = (line) => (line.length > WIDE + 4 ? `${[...line].slice(0, WIDE).join("")}…` : line);
    return (lines.length > 3 ? [...lines.slice(0, 2), `${lines[2]} …`] : lines).map(cut);
  }

  const sizeOf = (width, depth, broadest) =>
    (width < 600 ? 11 : 13) + (depth < 0 || broadest ? 2 : 0) - (depth > 0 ? 1 : 0);

  function measured(context, label, font, size) {
    context.font = font;
    const lines = label.lines;
    const width = Math.max(...lines.map((line) => context.measureText(line).width));
    return { width: width + 8, height: lines.length * size * 1.18 + 4 };
  }

  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  function boxAt(px, py, { width, height }) {
    return { left: px - width / 2, right: px + width / 2, top: py - height / 2, bottom: py + height / 2 };
  }

  /* The middle, then a little above, below and beside it. */
  const TRIES = [[0, 0], [0, -0.7], [0, 0.7], [0.3, 0], [-0.3, 0], [0, -1.3], [0, 1.3]];

  function placeFor(px, py, size, taken, view) {
    for (const [dx, dy] of TRIES) {
      const box = boxAt(px + dx * size.width, py + dy * size.height, size);
      const right = Math.max(0, 6 - box.left) + Math.min(0, view.width - 6 - box.right);
      const down = Math.max(0, 6 - box.top) + Math.min(0, view.height - 6 - box.bottom);
      const moved = boxAt((box.left + box.right) / 2 + right, (box.top + box.bottom) / 2 + down, size);
      if (!taken.some((other) => meets(moved, other))) return moved;
    }
    return null;
  }

  /* Choose the labels of a view, and a box for each: the level that fits the zoom first, then
     finer ones where there is room. `alive` says whether a group has papers that are asked for. */
  function placed(context, data, camera, { alive, reserved }) {
    const view = camera.now();
    const levels = Math.max(0, ...data.labels.map((label) => label.level));
    const at = Math.min(levels, Math.max(0, Math.floor(Math.log(view.zoom) / Math.log(STEPS))));
    const taken = [...reserved];
    const out = [];
    const most = Math.max(6, (view.width * view.height) / 17000);
    for (let level = at; level <= levels && out.length < most; level += 1) {
      if (level > at && levels > 0 && view.zoom < STEPS ** (level - 0.45)) break;
      for (const label of data.labels) {
        if (label.level !== level || out.length >= most) continue;
        const group = data.groups[label.group];
        if (!alive(label.group)) continue;
        const [px, py] = camera.toScreen(label.x, label.y);
        if (px < 0 || py < 0 || px > view.width || py > view.height) continue;
        const size = sizeOf(view.width, level - at, level < levels);
        const font = `${level > at ? 500 : 650} ${size}px ${FONT}`;
        const lines = wrapped(group.label);
        const box = placeFor(px, py, measured(context, { lines }, font, size), taken, view);
        if (!box) continue;
        taken.push(box);
        out.push({ group: label.group, lines, font, size, box, x: label.x, y: label.y,
          dx: (box.left + box.right) / 2 - px, dy: (box.top + box.bottom) / 2 - py });
      }
    }
    return out;
  }

  function draw(context, camera, chosen, { inkOf, paper }) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = paper;
    for (const label of chosen) {
      const [px, py] = camera.toScreen(label.x, label.y);
      const [x, y] = [px + label.dx, py + label.dy];
      context.font = label.font;
      context.lineWidth = 4;
      context.globalAlpha = 0.88;
      const lineAt = (i) => y + (i - (label.lines.length - 1) / 2) * label.size * 1.18;
      label.lines.forEach((line, i) => context.strokeText(line, x, lineAt(i)));
      context.globalAlpha = 1;
      context.fillStyle = inkOf(label.group);
      label.lines.forEach((line, i) => context.fillText(line, x, lineAt(i)));
    }
  }

  return { placed, draw };
})();
