/* The selected paper: its card, its rings on the map, and moving to the next one by keys. */
import * as Data from "./data.js";
import * as Panel from "./panel.js";
function make(home, data, { camera, scene, plot, hover, inView, say, query, select, changed }) {
  const { byId } = home;
  let focus = -1;

  function refresh() {
    if (focus < 0) return null;
    byId("hint").classList.add("hidden");
    return Panel.card(home, data, focus, query(), {
      look: (row) => take(row, { centre: true }), close: () => take(-1), select,
    });
  }

  function show(title, goThere) {
    const side = byId("panel");
    if (!home.isNarrow()) side.scrollTo({ top: byId("paper").offsetTop - side.offsetTop - 12 });
    if (goThere) title.focus({ preventScroll: !home.isNarrow() });
  }

  /* Select a paper, or deselect it with -1; `centre` brings it into view. */
  function take(row, { centre = false, focus: goThere = true } = {}) {
    focus = row;
    scene.focus = row;
    scene.near = row >= 0 && data.nearby ? Data.nearest(data, row).map(([other]) => other) : [];
    if (row < 0) {
      byId("paper").classList.add("hidden");
      plot.focus({ preventScroll: true });
    } else {
      if (centre && !inView(row)) camera.set({ x: data.x[row], y: data.y[row] });
      show(refresh(), goThere);
    }
    changed();
  }

  /* The next paper in a direction, for keyboard users. */
  function step(dx, dy) {
    const next = scene.following(scene.hover >= 0 ? scene.hover : focus, dx, dy);
    if (next < 0) return;
    scene.hover = next;
    if (!inView(next)) camera.set({ x: data.x[next], y: data.y[next] });
    const lines = Panel.hoverLines(data, next);
    say(lines.slice(0, 3).join(". "));
    const [px, py] = camera.toScreen(data.x[next], data.y[next]);
    const box = plot.getBoundingClientRect();
    hover.show(lines, { clientX: box.left + px, clientY: box.top + py });
  }

  return { take, step, refresh, row: () => focus };
}

export { make };
