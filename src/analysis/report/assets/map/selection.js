/* The selection: drawn on the map, ticked in the table, or set from elsewhere; and a first one kept to compare. */
import * as Camera from "./camera.js";

/**
 * @param {any} data
 * @param {{scene: any, passes: () => Uint8Array, changed: (alsoTable: boolean) => void,
 *   told: (what: string) => void}} page
 *   `passes`: the rows that pass the filters; `changed`: shows the selection; `told`: a reader changed it.
 */
function make(data, { scene, passes, changed, told }) {
  let mask = null; // 0 or 1 per row; null if nothing is selected
  let outline = null;
  let kept = null;

  function put(next, corners, alsoTable = true) {
    mask = next && next.includes(1) ? next : null;
    outline = mask ? corners : null;
    scene.outline = outline;
    changed(alsoTable);
  }

  function set(next, corners = null, alsoTable = true) {
    put(next, corners, alsoTable);
    told("selected");
  }

  /* The papers inside an outline that pass the filters; `add` keeps those selected before. */
  function choose(corners, add) {
    const inside = new Uint8Array(data.n);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    scene.grid.inside(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (row) => {
      if (passes()[row] && Camera.isIn(corners, data.x[row], data.y[row])) inside[row] = 1;
    });
    if (add && mask) mask.forEach((one, row) => { if (one) inside[row] = 1; });
    set(inside, add ? null : corners);
  }

  function tick(row, yes, alsoTable) {
    const ticked = mask ? mask.slice() : new Uint8Array(data.n);
    ticked[row] = yes ? 1 : 0;
    set(ticked, null, alsoTable);
  }

  /* These rows and no others. */
  function only(rows) {
    const next = new Uint8Array(data.n);
    for (const row of rows) next[row] = 1;
    set(next);
  }

  function keep(yes) {
    kept = yes ? mask : null;
    changed(false);
  }

  return {
    put, set, only, choose, tick, keep, clear: (alsoTable = true) => set(null, null, alsoTable),
    mask: () => mask, outline: () => outline, kept: () => kept,
    has: (row) => Boolean(mask?.[row]),
  };
}

export { make };
