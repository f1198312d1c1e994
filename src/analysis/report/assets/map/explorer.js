/* The map: the state of its filters and selection, and the parts of the page that show it. */
import * as Common from "../common.js";
import * as Address from "./address.js";
import * as Camera from "./camera.js";
import * as Chosen from "./chosen.js";
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
import * as Selection from "./selection.js";
import * as Shown from "./shown.js";
import * as Table from "./table.js";

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
  const home = Shown.watchWidth(place);
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
  let note = ""; // what the status line says beside the counts

  const lookOf = (one) => {
    if (!looks.has(one.key)) looks.set(one.key, Colours.look(data, one));
    return looks.get(one.key);
  };
  const lookFor = (key) => lookOf(data.colourings.find((one) => one.key === key));
  const inView = (row) => {
    const [x, y] = camera.toScreen(data.x[row], data.y[row]);
    return x >= 0 && y >= 0 && x <= camera.view.width && y <= camera.view.height;
  };
  const keep = link ? Address.keeper(() => Address.written({
    data, camera, colouring, state, focus: hand.row(), outline: selection.outline(), tableOpen: table.isOpen(),
  })) : () => {};
  const say = (text) => { byId("said").textContent = text; };

  const selection = Selection.make(data, {
    scene, passes: () => passes, changed: afterSelecting, told,
  });
  const chosen = Chosen.make(home, data, { selection, say });
  const table = Table.make(home, data, {
    rowsOf: (which) => Shown.rowsWhere(data, {
      found: (row) => passes[row], view: (row) => passes[row] && inView(row),
      selected: selection.has,
    }[which]),
    look: (row) => hand.take(row, { centre: true }), isSelected: selection.has,
    tick: (row, yes) => selection.tick(row, yes, table.which() === "selected"),
  });
  const hand = Hand.make(home, data, {
    camera, scene, plot, hover, inView, say, query: () => state.query, select: selection.only,
    changed: () => {
      list();
      moved();
      told("opened");
    },
  });
  const dates = Dates.make(home, data, {
    changed: ({ from, to }) => ask({ from, to }, "dates"),
  });

  const { tell, legend, list, isAnything } = Shown.make(home, data, {
    now: () => ({ state, passes, colouring, selection, note, opened: hand.row() }),
    lookFor, isolate, look: (row) => hand.take(row, { centre: true }),
  });

  /* Update everything that depends on the filters; `from` names the part that changed them. */
  function refresh(from = "") {
    passes = Filters.passing(data, state, lookFor);
    scene.stand(passes, selection.mask(), isAnything());
    scene.changed();
    tell();
    legend();
    chosen.show();
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

  function choose(corners, add) {
    selection.choose(corners, add);
    say(selection.mask() ? byId("count").textContent : "No papers inside.");
    if (selection.mask()) table.show("selected");
  }

  /* Without a selection, a list of it would stay behind empty. */
  const leaveEmptyList = () => { if (!selection.mask() && table.which() === "selected") table.show("found"); };

  function afterSelecting(alsoTable = true) {
    scene.stand(passes, selection.mask(), isAnything());
    scene.changed();
    tell();
    chosen.show();
    list();
    if (alsoTable) table.refresh();
    keep();
  }

  function reset() {
    dates.stop();
    state = Filters.none();
    Controls.show(home, data, colouring, state);
    selection.clear(false);
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
    data, scene, camera, input, moved, setQuery, ask, colourBy, reset, isAnything,
    selectFound: () => selection.set(passes.slice()),
    unselect: () => {
      selection.clear();
      leaveEmptyList();
    },
    putAway: () => { if (hand.row() >= 0) hand.take(-1); },
    showAll: () => {
      table.open(true);
      table.show(selection.mask() ? "selected" : "found");
      byId("table-scroll").focus();
    },
  });

  /* Take over filters and a colouring that come from elsewhere. */
  function take(asked) {
    colouring = asked.colouring;
    scene.look = lookOf(colouring);
    const { query, topic, from, to, weight } = asked;
    state = { query, hits: null, topic, from, to, weight, only: Filters.known(asked.only, lookFor) };
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
    selection.put(null, null, false);
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
    now: () => ({ state, colouring, selected: selection.mask(), hovered: scene.hover, opened: hand.row() }),
    /* Select from outside, as an array of 0 or 1 per row. */
    select: (mask) => {
      selection.put(mask, null);
      leaveEmptyList();
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
