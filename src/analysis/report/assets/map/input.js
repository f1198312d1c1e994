/* Pointer, wheel, fingers and keys on the map. */
const NEAR = 9; // pixels
const LEAST = 4; // a press that moves less is a click

function make(plot, camera, act) {
  const pointers = new Map();
  let start = null; // where a press began, and its effect
  let tool = "move";

  const place = (event) => {
    const box = plot.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const rowAt = (/** @type {number[]} */ [x, y], touch = false) => act.find(x, y, touch ? 2.4 * NEAR : NEAR);

  function pinch(before) {
    const [a, b] = [...pointers.values()];
    const [c, d] = before;
    const gap = (p, q) => Math.max(1, Math.hypot(p[0] - q[0], p[1] - q[1]));
    const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    camera.pan(middle[0] - (c[0] + d[0]) / 2, middle[1] - (c[1] + d[1]) / 2);
    camera.zoomAt(gap(a, b) / gap(c, d), ...middle);
    act.moved();
  }

  function down(event) {
    if (event.button || event.target.closest("button")) return;
    plot.setPointerCapture(event.pointerId);
    const at = place(event);
    pointers.set(event.pointerId, at);
    const does = event.shiftKey && tool === "move" ? "box" : tool;
    start = pointers.size === 1
      ? { at, does, path: [at], still: true, add: event.ctrlKey || event.metaKey, touch: event.pointerType === "touch" } : null;
    act.leave();
  }

  function move(event) {
    const at = place(event);
    if (!pointers.has(event.pointerId)) {
      if (event.pointerType !== "touch" && !event.target.closest("button")) act.hover(rowAt(at), event);
      return;
    }
    const before = [...pointers.values()];
    const last = pointers.get(event.pointerId);
    pointers.set(event.pointerId, at);
    if (pointers.size === 2) pinch(before);
    if (!start || pointers.size > 1) return;
    if (start.still && Math.hypot(at[0] - start.at[0], at[1] - start.at[1]) < LEAST) return;
    start.still = false;
    if (start.does === "move") {
      camera.pan(at[0] - last[0], at[1] - last[1]);
      act.moved();
    } else {
      if (start.does === "lasso") start.path.push(at);
      else start.path = box(start.at, at);
      act.outline(start.path);
    }
  }

  const box = (/** @type {number[]} */ [a, b], /** @type {number[]} */ [c, d]) => [[a, b], [c, b], [c, d], [a, d]];

  function up(event) {
    pointers.delete(event.pointerId);
    const done = start;
    start = null;
    if (!done || event.type === "pointercancel") {
      act.outline(null);
      return;
    }
    if (done.still) act.press(rowAt(done.at, done.touch), done.at);
    else if (done.does !== "move") act.chosen(done.path.map(([x, y]) => camera.toMap(x, y)), done.add);
  }

  function wheel(event) {
    event.preventDefault();
    const by = event.deltaMode === 1 ? 16 : 1;
    camera.zoomAt(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * by)) * 0.0022), ...place(event));
    act.leave();
    act.moved();
  }

  function key(event) {
    if (event.target !== plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const { width, height } = camera.view;
    if (step && event.shiftKey) act.step(...step);
    else if (step) camera.pan(-70 * step[0], -70 * step[1]);
    else if (event.key === "+" || event.key === "=") camera.zoomAt(1.4, width / 2, height / 2);
    else if (event.key === "-" || event.key === "_") camera.zoomAt(1 / 1.4, width / 2, height / 2);
    else if (event.key === "0") camera.reset();
    else if (event.key === "Enter") act.enter();
    else return;
    event.preventDefault();
    act.moved();
  }

  plot.addEventListener("pointerdown", down);
  plot.addEventListener("pointermove", move);
  plot.addEventListener("pointerup", up);
  plot.addEventListener("pointercancel", up);
  plot.addEventListener("pointerleave", () => { if (!pointers.size) act.leave(); });
  plot.addEventListener("wheel", wheel, { passive: false });
  plot.addEventListener("keydown", key);
  plot.addEventListener("dblclick", (event) => {
    if (event.target.closest("button")) return;
    camera.zoomAt(2, ...place(event));
    act.moved();
  });
  return {
    take: (name) => {
      tool = name;
      plot.dataset.tool = name;
    },
  };
}

export { make };
