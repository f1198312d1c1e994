"use strict";
/* The map page: the state of its filters and selection, and the parts of the page that show it. */
(async () => {
  const { byId, element } = papertide;
  const { filters, panel, address } = papertide;
  const root = document.documentElement;
  const plot = byId("plot");
  const failed = (error) => {
    byId("waiting").textContent = error.message;
    root.dataset.ready = "failed";
  };

  let data;
  try {
    data = await papertide.data.points();
  } catch (error) {
    failed(error);
    return;
  }
  const camera = papertide.view.camera(data);
  const scene = papertide.scene.make(data, camera, plot);
  const hover = papertide.hoverCard();
  const byFinger = papertide.fingers(plot);
  const looks = new Map();
  let colouring = data.colourings[0];
  let state = filters.none();
  let passes = new Uint8Array(data.n).fill(1);
  let haystack = null;
  let selected = null; // 0 or 1 per row
  let outline = null;

  const lookOf = (one) => {
    if (!looks.has(one.key)) looks.set(one.key, papertide.colours.look(data, one));
    return looks.get(one.key);
  };
  const rowsWhere = (test) => {
    const out = [];
    for (let row = 0; row < data.n; row += 1) if (test(row)) out.push(row);
    return Uint32Array.from(out);
  };
  const inView = (row) => {
    const [x, y] = camera.toScreen(data.x[row], data.y[row]);
    return x >= 0 && y >= 0 && x <= camera.view.width && y <= camera.view.height;
  };
  const keep = address.keeper(() => address.written({
    data, camera, colouring, state, focus: hand.row(), outline, tableOpen: table.isOpen(),
  }));
  const say = (text) => { byId("said").textContent = text; };

  const table = papertide.table.make(data, {
    rowsOf: (which) => rowsWhere({
      found: (row) => passes[row], view: (row) => passes[row] && inView(row),
      selected: (row) => selected && selected[row],
    }[which]),
    look: (row) => hand.take(row, { centre: true }), tick, isSelected: (row) => Boolean(selected?.[row]),
  });
  const hand = papertide.hand.make(data, {
    camera, scene, plot, hover, inView, say, query: () => state.query,
    changed: () => {
      list();
      moved();
    },
  });
  const dates = papertide.dates.make(data, {
    changed: ({ from, to }) => ask({ from, to }, "dates"),
  });

  const isAnything = () => filters.isAny(state) || Boolean(selected);

  function tell() {
    const n = passes.reduce((sum, one) => sum + one, 0);
    const chosen = selected ? rowsWhere((row) => selected[row]).length : 0;
    byId("count").textContent = filters.words(data, state, lookOf(colouring), n)
      + (chosen ? ` · ${filters.papers(chosen)} selected` : "");
    byId("reset").classList.toggle("hidden", !filters.isAny(state) && !selected);
    byId("unselect").classList.toggle("hidden", !selected);
    byId("weight-words").textContent = state.weight ? `at least ${state.weight.toFixed(2)}` : "any";
    byId("show-selected").textContent = `Selected (${filters.number(chosen)})`;
  }

  function legend() {
    const look = lookOf(colouring);
    let counts = null;
    if (filters.isAny({ ...state, entries: new Set() })) {
      const others = filters.passing(data, state, look, "entries");
      counts = look.entries.map(() => 0);
      for (let row = 0; row < data.n; row += 1) if (others[row] && counts.length) counts[look.code[row]] += 1;
    }
    panel.legend(look, state, counts, isolate);
  }

  function list() {
    const rows = filters.isAny(state) || selected
      ? rowsWhere((row) => passes[row] && (!selected || selected[row])) : null;
    panel.found(data, data.texts ? rows : null, state, (row) => hand.take(row, { centre: true }));
    byId("hint").classList.toggle("hidden", Boolean(rows) || hand.row() >= 0);
  }

  /* Update everything that depends on the filters; `from` names the part that changed them. */
  function refresh(from = "") {
    passes = filters.passing(data, state, lookOf(colouring));
    scene.stand(passes, selected, isAnything());
    scene.changed();
    tell();
    legend();
    list();
    if (from !== "dates") dates.take(state);
    dates.show(filters.passing(data, state, lookOf(colouring), "dates"));
    table.refresh(state.query, true);
    keep();
  }

  function ask(change, from) {
    state = { ...state, ...change };
    refresh(from);
  }

  function setQuery(query) {
    const hits = haystack ? papertide.search.search(haystack, query) : null;
    ask({ query, hits }, "search");
    hand.refresh();
  }

  function isolate(code, add) {
    const alone = state.entries.size === 1 && state.entries.has(code);
    let entries = new Set(alone ? [] : [code]);
    if (add) {
      entries = new Set(state.entries);
      if (!entries.delete(code)) entries.add(code);
    }
    ask({ entries }, "legend");
  }

  function colourBy(one) {
    colouring = one;
    state = { ...state, entries: new Set() };
    scene.look = lookOf(one);
    scene.changed({ colours: true });
    refresh();
  }

  /* Selection: by an outline on the map, or paper by paper. */
  function choose(corners, add) {
    const inside = new Uint8Array(data.n);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    scene.grid.inside(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (row) => {
      if (passes[row] && papertide.view.isIn(corners, data.x[row], data.y[row])) inside[row] = 1;
    });
    if (add && selected) selected.forEach((one, row) => { if (one) inside[row] = 1; });
    selected = inside.includes(1) ? inside : null;
    outline = selected && !add ? corners : null;
    scene.outline = outline;
    afterSelecting();
    say(selected ? byId("count").textContent : "No papers inside.");
    if (selected) table.show("selected");
  }

  function tick(row, yes) {
    selected ||= new Uint8Array(data.n);
    selected[row] = yes ? 1 : 0;
    if (!selected.includes(1)) selected = null;
    outline = null;
    scene.outline = null;
    afterSelecting(table.which() === "selected");
  }

  function afterSelecting(alsoTable = true) {
    scene.stand(passes, selected, isAnything());
    scene.changed();
    tell();
    list();
    if (alsoTable) table.refresh();
    keep();
  }

  function unselect() {
    selected = null;
    outline = null;
    scene.outline = null;
  }

  function reset() {
    dates.stop();
    unselect();
    byId("search").value = "";
    byId("weight").value = "0";
    if (byId("topic")) byId("topic").value = "";
    state = filters.none();
    refresh();
  }

  let timer = 0;
  function moved() {
    scene.moved();
    keep();
    clearTimeout(timer);
    if (table.isOpen() && table.which() === "view") timer = setTimeout(() => table.refresh(), 250);
  }

  const input = papertide.input.make(plot, camera, {
    moved,
    find: scene.find,
    hover: (row, event) => {
      if (row !== scene.hover) {
        scene.hover = row;
        scene.soon();
      }
      plot.classList.toggle("pointing", row >= 0);
      if (row < 0) hover.hide();
      else hover.show(panel.hoverLines(data, row), event);
    },
    leave: () => {
      hover.hide();
      scene.hover = -1;
      scene.soon();
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
  papertide.controls.connect({
    data, scene, camera, input, moved, setQuery, ask, colourBy, reset, isAnything,
    putAway: () => { if (hand.row() >= 0) hand.take(-1); },
    showAll: () => {
      table.open(true);
      table.show(selected ? "selected" : "found");
      byId("table-scroll").focus();
    },
    unselect: () => {
      unselect();
      afterSelecting();
    },
  });

  /* Put the page into the state given by its address. */
  function restore() {
    const asked = address.read(data, location.hash);
    colouring = asked.colouring;
    scene.look = lookOf(colouring);
    const known = new Set(scene.look.entries.map(({ code }) => code));
    state = {
      ...filters.none(), query: asked.query, topic: asked.topic, from: asked.from, to: asked.to,
      weight: asked.weight, entries: new Set(asked.entries.filter((code) => known.has(code))),
    };
    if (haystack) state.hits = papertide.search.search(haystack, state.query);
    papertide.controls.show(data, colouring, state);
    if (asked.at) camera.set(asked.at);
    else camera.reset();
    unselect();
    scene.changed({ colours: true });
    refresh();
    if (asked.outline) choose(asked.outline, false);
    table.open(asked.tableOpen);
    if (data.texts) {
      const row = asked.paper ? data.texts.some(1, 0, data.n).indexOf(asked.paper) : -1;
      if (row >= 0) hand.take(row, { focus: false });
      else if (hand.row() >= 0) hand.take(-1);
    }
  }

  await papertide.data.pause();
  scene.look = lookOf(colouring);
  scene.resize();
  byId("waiting").remove();
  restore();
  performance.mark("papertide-map");
  new ResizeObserver(() => { if (scene.resize()) scene.changed(); }).observe(plot);
  try {
    await papertide.data.rest(data);
    haystack = await papertide.search.index(data);
  } catch (error) {
    say(error.message);
    plot.append(element("p", { class: "waiting", role: "alert", text: error.message }));
    root.dataset.ready = "failed";
    return;
  }
  if (location.hash) restore();
  else if (byId("search").value) setQuery(byId("search").value);
  else refresh();
  hand.refresh();
  addEventListener("hashchange", restore);
  /* Where a paper is drawn, for scripts outside the page. */
  papertide.page = Object.freeze({
    data, whereIs: (row) => camera.toScreen(data.x[row], data.y[row]), isIdle: scene.isIdle,
    level: scene.level, view: camera.view,
  });
  root.dataset.ready = "true";
  performance.mark("papertide-ready");
})();
