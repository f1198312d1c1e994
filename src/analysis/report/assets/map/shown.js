/* What the page says of its filters and selection: the status line, the legend, the papers found. */
import * as Filters from "./filters.js";
import * as Panel from "./panel.js";

/* The layout for a narrow place, a phone or a column of a notebook. */
const NARROW = 760;

function watchWidth(home) {
  const app = home.byId("app");
  const fit = () => app.classList.toggle("narrow", app.clientWidth <= NARROW);
  fit();
  new ResizeObserver(fit).observe(app);
  return { ...home, isNarrow: () => app.classList.contains("narrow") };
}

function rowsWhere(data, test) {
  const out = [];
  for (let row = 0; row < data.n; row += 1) if (test(row)) out.push(row);
  return Uint32Array.from(out);
}

/**
 * @param {any} home
 * @param {any} data
 * @param {{now: () => any, lookFor: (key: string) => any, isolate: any, look: (row: number) => void}} page
 *   `now` has `state`, `passes`, `colouring`, `selection`, `note` and `opened`.
 */
function make(home, data, { now, lookFor, isolate, look }) {
  const { byId } = home;
  const isAnything = () => Filters.isAny(now().state) || Boolean(now().selection.mask());

  function tell() {
    const { state, passes, selection, note } = now();
    const n = passes.reduce((sum, one) => sum + one, 0);
    const chosen = rowsWhere(data, selection.has).length;
    byId("count").textContent = Filters.words(data, state, lookFor, n)
      + (chosen ? ` · ${Filters.papers(chosen)} selected` : "") + (note && ` · ${note}`);
    byId("reset").classList.toggle("hidden", !isAnything());
    byId("unselect").classList.toggle("hidden", !chosen);
    byId("select-found").classList.toggle("hidden", !n || n === data.n || Boolean(chosen));
    byId("weight-words").textContent = state.weight ? `at least ${state.weight.toFixed(2)}` : "any";
    byId("show-selected").textContent = `Selected (${Filters.number(chosen)})`;
  }

  /* How many papers that pass the other filters each entry has; null if there are no others. */
  function counted(one) {
    const { state } = now();
    if (!Filters.isAny({ ...state, only: Filters.narrowed(state.only, one.key, []) })) return null;
    const others = Filters.passing(data, state, lookFor, one.key);
    const counts = one.entries.map(() => 0);
    for (let row = 0; row < data.n; row += 1) if (others[row] && counts.length) counts[one.code[row]] += 1;
    return counts;
  }

  function legend() {
    const { state, colouring } = now();
    const one = lookFor(colouring.key);
    Panel.legend(home, one, state.only[one.key] || [], counted(one), (code, add) => isolate(one.key, code, add));
    facets();
  }

  /* Bars of the columns with values, drawn only while they are open. */
  function facets() {
    const { state } = now();
    if (!byId("facets")?.open) return;
    const looks = data.colourings.filter(({ kind }) => kind === "values").map(({ key }) => lookFor(key));
    Panel.facets(home, looks, (key) => state.only[key] || [],
      (one) => counted(one) || one.entries.map(({ n }) => n), isolate);
  }
  byId("facets")?.addEventListener("toggle", facets);

  function list() {
    const { state, passes, selection, opened } = now();
    const rows = isAnything()
      ? rowsWhere(data, (row) => passes[row] && (!selection.mask() || selection.has(row))) : null;
    Panel.found(home, data, data.texts ? rows : null, state, look);
    byId("hint").classList.toggle("hidden", Boolean(rows) || opened >= 0);
  }

  return { tell, legend, list, isAnything };
}

export { make, watchWidth, rowsWhere };
