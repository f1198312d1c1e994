/* The map: the state of its filters and selection, and the parts of the page that show it. */
import * as Common from "../common.js";
import * as Address from "./address.js";
import * as Camera from "./camera.js";
import * as Colours from "./colours.js";
import * as Controls from "./controls.js";
import * as Data from "./data.js";
import * as Dates from "./dates.js";
import * as Filters from "./filters.js";
import * as Hand from "./hand.js";
import * as Input from "./input.js";
import * as Panel from "./panel.js";
import * as Scene from "./scene.js";
import * as Search from "./search.js";
import * as Table from "./table.js";

const NARROW = 760;

/* The layout for a narrow place, a phone or a column of a notebook. */
function watchWidth(home) {
  const app = home.byId("app");
  const fit = () => app.classList.toggle("narrow", app.clientWidth <= NARROW);
  fit();
  new ResizeObserver(fit).observe(app);
  return { ...home, isNarrow: () => app.classList.contains("narrow") };
}

/**
 * Show a map in its place and return what controls it once its points are drawn; it is `ready`
 * when its texts are read.
 * @param {Common.Home} place
 * @param {Data.Source} source
 * @param {{link?: boolean, shown?: (page: any) => void, told?: (what: string) => void}} options
 *   `link`: the address holds the view; `shown`: called when the points are drawn; `told`: called
 *   with what a reader has changed: selected, filters, camera, hovered, opened or colour.
 */
async function start(place, source, { link = false, shown = () => {}, told = () => {} }) {
  const home = watchWidth(place);
  const { byId } = home;
  const plot = byId("plot");
  const failed = (error) => {
    const waiting = byId("waiting") || Common.element("p", { class: "waiting", role: "alert" });
    waiting.textContent = error.message;
    plot.append(waiting);
    throw error;
  };

  const data = await Data.points(source).catch(failed);
  const camera = Camera.camera(data);
  const scene = Scene.make(home, data, camera, plot);
  const hover = home.hoverCard();
  const byFinger = Common.fingers(plot);
  const looks = new Map();
  let colouring = data.colourings[0];
  let state = Filters.none();
  let passes = new Uint8Array(data.n).fill(1);
  let haystack = null;
  let selected = null; // 0 or 1 per row
  let outline = null;
  let note = ""; // what the status line says beside the counts

  const lookOf = (one) => {
    if (!looks.has(one.key)) looks.set(one.key, Colours.look(data, one));
    return looks.get(one.key);
  };
  const lookFor = (key) => lookOf(data.colourings.find((one) => one.key === key));
  const rowsWhere = (test) => {
    const out = [];
    for (let row = 0; row < data.n; row += 1) if (test(row)) out.push(row);
    return Uint32Array.from(out);
  };
  const inView = (row) => {
    const [x, y] = camera.toScreen(data.x[row], data.y[row]);
    return x >= 0 && y >= 0 && x <= camera.view.width && y <= camera.view.height;
  };
  const keep = link ? Address.keeper(() => Address.written({
    data, camera, colouring, state, focus: hand.row(), outline, tableOpen: table.isOpen(),
  })) : () => {};
  const say = (text) => { byId("said").textContent = text; };

  const table = Table.make(home, data, {
    rowsOf: (which) => rowsWhere({
      found: (row) => passes[row], view: (row) => passes[row] && inView(row),
      selected: (row) => selected && selected[row],
    }[which]),
    look: (row) => hand.take(row, { centre: true }), tick, isSelected: (row) => Boolean(selected?.[row]),
  });
  const hand = Hand.make(home, data, {
    camera, scene, plot, hover, inView, say, query: () => state.query,
    changed: () => {
      list();
      moved();
      told("opened");
    },
  });
  const dates = Dates.make(home, data, {
    changed: ({ from, to }) => ask({ from, to }, "dates"),
  });

  const isAnything = () => Filters.isAny(state) || Boolean(selected);

  function tell() {
    const n = passes.reduce((sum, one) => sum + one, 0);
    const chosen = selected ? rowsWhere((row) => selected[row]).length : 0;
    byId("count").textContent = Filters.words(data, state, lookFor, n)
      + (chosen ? ` · ${Filters.papers(chosen)} selected` : "") + (note && ` · ${note}`);
    byId("reset").classList.toggle("hidden", !isAnything());
    byId("unselect").classList.toggle("hidden", !selected);
    byId("weight-words").textContent = state.weight ? `at least ${state.weight.toFixed(2)}` : "any";
    byId("show-selected").textContent = `Selected (${Filters.number(chosen)})`;
  }

  function legend() {
    const look = lookOf(colouring);
    let counts = null;
    if (Filters.isAny({ ...state, only: Filters.narrowed(state.only, look.key, []) })) {
      const others = Filters.passing(data, state, lookFor, look.key);
      counts = look.entries.map(() => 0);
      for (let row = 0; row < data.n; row += 1) if (others[row] && counts.length) counts[look.code[row]] += 1;
    }
    Panel.legend(home, look, state.only[look.key] || [], counts, (code, add) => isolate(look.key, code, add));
  }

  function list() {
    const rows = isAnything() ? rowsWhere((row) => passes[row] && (!selected || selected[row])) : null;
    Panel.found(home, data, data.texts ? rows : null, state, (row) => hand.take(row, { centre: true }));
    byId("hint").classList.toggle("hidden", Boolean(rows) || hand.row() >= 0);
  }

  /* Update everything that depends on the filters; `from` names the part that changed them. */
  function refresh(from = "") {
    passes = Filters.passing(data, state, lookFor);
    scene.stand(passes, selected, isAnything());
    scene.changed();
    tell();
    legend();
    list();
    if (from !== "dates") dates.take(state);
    dates.show(Filters.passing(data, state, lookFor, "dates"));
    table.refresh(state.query, true);
    keep();
  }

  function ask(change, from) {
    state = { ...state, ...change };
    refresh(from);
    told("filters");
  }

  function setQuery(query) {
    const hits = haystack ? Search.search(haystack, query) : null;
    ask({ query, hits }, "search");
    hand.refresh();
  }

  /* Show one entry of a colouring alone, or all again; `add` adds it to others or takes it away. */
  function isolate(key, code, add) {
    const before = state.only[key] || [];
    const without = before.filter((one) => one !== code);
    const has = without.length < before.length;
    const codes = add ? (has ? without : [...before, code]) : has && !without.length ? [] : [code];
    ask({ only: Filters.narrowed(state.only, key, codes) }, "legend");
  }

  function colourBy(one) {
    colouring = one;
    scene.look = lookOf(one);
    scene.changed({ colours: true });
    refresh();
    told("colour");
  }

  /* Selection: by an outline on the map, or paper by paper. */
  function choose(corners, add) {
    const inside = new Uint8Array(data.n);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    scene.grid.inside(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (row) => {
      if (passes[row] && Camera.isIn(corners, data.x[row], data.y[row])) inside[row] = 1;
    });
    if (add && selected) selected.forEach((one, row) => { if (one) inside[row] = 1; });
    select(inside, add ? null : corners);
    say(selected ? byId("count").textContent : "No papers inside.");
    if (selected) table.show("selected");
  }

  function tick(row, yes) {
    const ticked = selected ? selected.slice() : new Uint8Array(data.n);
    ticked[row] = yes ? 1 : 0;
    select(ticked, null, table.which() === "selected");
  }

  function unselect() {
    select(new Uint8Array(data.n), null);
    leaveEmptyList();
  }

  function select(mask, corners, alsoTable = true) {
    selected = mask.includes(1) ? mask : null;
    outline = selected ? corners : null;
    scene.outline = outline;
    afterSelecting(alsoTable);
    told("selected");
  }

  /* Without a selection, a list of it would stay behind empty. */
  const leaveEmptyList = () => { if (!selected && table.which() === "selected") table.show("found"); };

  function afterSelecting(alsoTable = true) {
    scene.stand(passes, selected, isAnything());
    scene.changed();
    tell();
    list();
    if (alsoTable) table.refresh();
    keep();
  }

  function reset() {
    dates.stop();
    state = Filters.none();
    Controls.show(home, data, colouring, state);
    select(new Uint8Array(data.n), null, false);
    leaveEmptyList();
    refresh();
    told("filters");
  }

  let timer = 0;
  function moved() {
    scene.moved();
    keep();
    clearTimeout(timer);
    timer = setTimeout(() => {
      told("camera");
      if (table.isOpen() && table.which() === "view") table.refresh();
    }, 250);
  }

  function hoverAt(row) {
    if (row === scene.hover) return;
    scene.hover = row;
    scene.soon();
    told("hovered");
  }

  const input = Input.make(plot, camera, {
    moved,
    find: scene.find,
    hover: (row, event) => {
      hoverAt(row);
      plot.classList.toggle("pointing", row >= 0);
      if (row < 0) hover.hide();
      else hover.show(Panel.hoverLines(data, row), event);
    },
    leave: () => {
      hover.hide();
      hoverAt(-1);
    },
    press: (row) => { if (row >= 0) hand.take(row, { focus: !byFinger() }); },
    enter: () => { if (scene.hover >= 0) hand.take(scene.hover); },
    step: hand.step,
    outline: (path) => {
      scene.drawing = path;
      scene.soon();
    },
    chosen: (corners, add) => {
      scene.drawing = null;
      choose(corners, add);
    },
  });
  Controls.connect(home, {
    data, scene, camera, input, moved, setQuery, ask, colourBy, reset, isAnything, unselect,
    putAway: () => { if (hand.row() >= 0) hand.take(-1); },
    showAll: () => {
      table.open(true);
      table.show(selected ? "selected" : "found");
      byId("table-scroll").focus();
    },
  });

  /* Only codes that a colouring has. */
  function known(only) {
    let out = {};
    for (const [key, codes] of Object.entries(only)) {
      const there = new Set(lookFor(key).entries.map(({ code }) => code));
      out = Filters.narrowed(out, key, codes.filter((code) => there.has(code)));
    }
    return out;
  }

  /* Take over filters and a colouring that come from elsewhere. */
  function take(asked) {
    colouring = asked.colouring;
    scene.look = lookOf(colouring);
    const { query, topic, from, to, weight } = asked;
    state = { query, hits: null, topic, from, to, weight, only: known(asked.only) };
    if (haystack) state.hits = Search.search(haystack, state.query);
    Controls.show(home, data, colouring, state);
    scene.changed({ colours: true });
    refresh();
  }

  /* Put the page into the state given by its address. */
  function restore() {
    const asked = Address.read(data, link ? location.hash : "");
    if (asked.at) camera.set(asked.at);
    else camera.reset();
    selected = null;
    outline = null;
    scene.outline = null;
    take(asked);
    if (asked.outline) choose(asked.outline, false);
    table.open(asked.tableOpen);
    if (data.texts) {
      const row = asked.paper ? data.texts.some(1, 0, data.n).indexOf(asked.paper) : -1;
      if (row >= 0) hand.take(row, { focus: false });
      else if (hand.row() >= 0) hand.take(-1);
    }
  }

  await Data.pause();
  scene.look = lookOf(colouring);
  scene.resize();
  byId("waiting").remove();
  restore();
  performance.mark("papertide-map");
  new ResizeObserver(() => { if (scene.resize()) scene.changed(); }).observe(plot);
  shown(Object.freeze({
    data, whereIs: (row) => camera.toScreen(data.x[row], data.y[row]), isIdle: scene.isIdle,
    level: scene.level, view: camera.view, names: scene.placedNames,
  }));
  async function read() {
    try {
      await Data.rest(data, source);
      haystack = await Search.index(data);
    } catch (error) {
      say(error.message);
      failed(error);
    }
    if (link && location.hash) restore();
    else if (byId("search").value) setQuery(byId("search").value);
    else refresh();
    hand.refresh();
  }

  return {
    restore, take, camera, data, ready: read(),
    now: () => ({ state, colouring, selected, hovered: scene.hover, opened: hand.row() }),
    /* Select from outside, as an array of 0 or 1 per row. */
    select: (mask) => {
      selected = mask.includes(1) ? mask : null;
      outline = null;
      scene.outline = null;
      leaveEmptyList();
      afterSelecting();
    },
    open: (row) => { if (row !== hand.row()) hand.take(row, { centre: true, focus: false }); },
    look: (at) => {
      if (at) camera.set(at);
      else camera.reset();
      scene.moved();
    },
    say: (words) => {
      note = words;
      tell();
    },
  };
}

export { start };
