"use strict";
/* The map page: one map, several colourings, a search, a panel with the paper in hand. */
(() => {
  const { element, link, isWeb } = papertide;
  const { papers, topics, colourings, groups, near } = papertide.read("map-data");
  const byId = (id) => document.getElementById(id);
  const plot = byId("plot");
  const byFinger = papertide.fingers(plot);
  const card = papertide.hoverCard();
  const shownAtOnce = 60;
  const whole = papertide.extent(papers);

  let colouring = colourings[0];
  let isolated = new Set();
  let hits = null;
  let chosen = null; // rows of the one topic that is asked for
  let listed = shownAtOnce;
  let focus = -1;

  /* Search: every word must begin a word of the title or abstract. */
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase();
  const words = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) || [];
  const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
  let haystacks = null;
  const haystack = (row) => ` ${words(`${papers.title[row]} ${papers.abstract[row]}`).join(" ")}`;

  const prepare = () => {
    haystacks ||= papers.title.map((_, row) => haystack(row));
  };

  function search(query) {
    const asked = words(query).map((word) => (unspaced.test(word) ? word : ` ${word}`));
    if (!query.trim()) return null;
    prepare();
    const found = new Set();
    if (!asked.length) return found;
    haystacks.forEach((text, row) => {
      if (asked.every((word) => text.includes(word))) found.add(row);
    });
    return found;
  }

  /* The papers that stay bright: the hits within the topic that is chosen; null where all do. */
  function bright() {
    if (!hits || !chosen) return hits || chosen;
    return new Set([...hits].filter((row) => chosen.has(row)));
  }

  /* What is asked for: the bright ones, or all, within the groups that are isolated. */
  function asked() {
    const selected = bright();
    if (!selected && !isolated.size) return null;
    const inside = isolated.size
      ? [...isolated].flatMap((entry) => colouring.traces[entry].rows)
      : papers.title.map((_, row) => row);
    return inside.filter((row) => !selected || selected.has(row)).sort((a, b) => a - b);
  }

  /* The map */
  const config = {
    ...papertide.CONFIG, scrollZoom: true, doubleClick: "reset",
    toImageButtonOptions: { filename: "topic-map", scale: 2 },
  };

  function layout() {
    const base = papertide.themed(colouring.layout);
    const narrow = plot.clientWidth < 600;
    return {
      ...base, title: undefined, showlegend: false, dragmode: "pan", hovermode: "closest",
      hoverdistance: 12, uirevision: "map", margin: { l: 8, r: narrow ? 8 : 12, t: 8, b: 8 },
      xaxis: papertide.onMap(base.xaxis, whole.x), yaxis: papertide.onMap(base.yaxis, whole.y),
      shapes: rings(), annotations: plot.layout ? landmarks() : [],
    };
  }

  function landmarks() {
    if (!byId("labels")?.checked) return [];
    const rows = asked();
    return papertide.landmarks(groups, papers, plot, rows && new Set(rows));
  }

  function ring(row, radius, width) {
    const [x, y] = [papers.x[row], papers.y[row]];
    return {
      type: "circle", xref: "x", yref: "y", xsizemode: "pixel", ysizemode: "pixel", xanchor: x,
      yanchor: y, x0: -radius, x1: radius, y0: -radius, y1: radius,
      line: { color: papertide.colour("ink"), width },
    };
  }

  function rings() {
    if (focus < 0) return [];
    return [ring(focus, 10, 2.5), ...near[focus].map(([row]) => ring(row, 7, 1))];
  }

  function draw() {
    const selected = bright();
    const traces = colouring.traces.map((trace, entry) => ({
      ...papertide.placed(trace, papers, selected),
      visible: !isolated.size || isolated.has(entry),
    }));
    return Plotly.react(plot, traces, layout(), config).then(relabel);
  }

  const relabel = () => Plotly.relayout(plot, { annotations: landmarks(), shapes: rings() });

  /* The legend */
  function drawLegend() {
    const list = byId("legend-entries");
    const selected = bright();
    const entries = colouring.traces.map((trace, entry) => {
      const n = trace.rows.length;
      const found = selected ? trace.rows.filter((row) => selected.has(row)).length : n;
      const button = element(
        "button", { type: "button", class: "entry", "aria-pressed": String(isolated.has(entry)) },
        ...(trace.color ? [papertide.glyph(trace.color, trace.symbol)] : []),
        element("bdi", { class: "name", text: trace.label }),
        element("span", { class: "num", text: selected ? `${found} of ${n}` : String(n) }));
      button.addEventListener("click", (event) =>
        isolate(entry, event.ctrlKey || event.metaKey || event.shiftKey));
      return element("li", {}, button);
    });
    list.replaceChildren(...entries);
    list.classList.toggle("narrowed", isolated.size > 0);
    byId("show-all").classList.toggle("hidden", isolated.size === 0);
    byId("legend").classList.toggle("hidden", colouring.traces.length < 2);
    byId("legend-title").textContent = colouring.name;
  }

  function isolate(entry, add) {
    const alone = isolated.size === 1 && isolated.has(entry);
    if (add) {
      if (!isolated.delete(entry)) isolated.add(entry);
    } else {
      isolated = alone ? new Set() : new Set([entry]);
    }
    listed = shownAtOnce;
    refresh();
    byId("legend-entries").querySelectorAll("button")[entry].focus();
  }

  /* The list of what was asked for */
  function paperButton(row, more) {
    const show = element(
      "button", { type: "button", click: () => lookAt(row) },
      element("bdi", { text: papers.title[row] }), element("small", { text: more }));
    const item = element("li", {}, show);
    if (isWeb(papers.url[row])) {
      const away = link("open ↗", papers.url[row]);
      away.setAttribute("aria-label", `Open ${papers.title[row]} in a new tab`);
      item.append(away);
    }
    return item;
  }

  function drawList() {
    const rows = asked();
    const section = byId("found");
    section.classList.toggle("hidden", !rows);
    byId("hint").classList.toggle("hidden", Boolean(rows) || focus >= 0);
    if (!rows) return;
    const head = `${rows.length ? rows.length.toLocaleString("en") : "No"} ${rows.length === 1 ? "paper" : "papers"}`;
    byId("found-title").textContent = head;
    const shown = rows.slice(0, listed);
    byId("found-papers").replaceChildren(
      ...shown.map((row) => paperButton(row, papers.date[row])));
    byId("more").classList.toggle("hidden", rows.length <= listed);
  }

  /* The paper in hand */
  const groupsOf = (row) =>
    [["Cluster", papers.cluster[row]], ["Topics", papers.why[row] || papers.topics[row]]]
      .filter(([, text]) => text);

  function lookAt(row) {
    focus = row;
    const url = papers.url[row];
    const title = isWeb(url) ? link(papers.title[row], url) : papers.title[row];
    const facts = [["Date", papers.date[row]], ...groupsOf(row)].map(([name, text]) =>
      element("div", {}, element("dt", { text: name }), element("dd", { text, dir: "auto" })));
    const section = byId("paper");
    section.replaceChildren(
      element("h2", { dir: "auto", tabindex: "-1" }, title),
      element("dl", { class: "facts" }, ...facts),
      element("p", {
        class: papers.abstract[row] ? "abstract" : "hint", dir: "auto",
        text: papers.abstract[row] || "The source has no abstract; the title alone places it.",
      }));
    if (near[row].length) {
      section.append(
        element("h3", { text: "Nearest papers" }),
        element("ol", { class: "papers" }, ...near[row].map(([other, similarity]) =>
          paperButton(other, `${papers.date[other]} · similarity ${similarity.toFixed(2)}`))));
    }
    section.classList.remove("hidden");
    byId("hint").classList.add("hidden");
    if (innerWidth > 760) byId("panel").scrollTo({ top: section.offsetTop - byId("panel").offsetTop });
    section.querySelector("h2").focus({ preventScroll: true });
    relabel();
  }

  function refresh() {
    drawLegend();
    drawList();
    return draw();
  }

  function tell() {
    const selected = bright();
    const n = selected ? selected.size : 0;
    const verb = hits ? (n === 1 ? " matches" : " match") : "";
    byId("count").textContent = selected
      ? `${n ? n.toLocaleString("en") : "no"} ${n === 1 ? "paper" : "papers"}${verb}` : "";
  }

  function setQuery(query) {
    hits = search(query);
    listed = shownAtOnce;
    tell();
    refresh();
  }

  function setTopic(value) {
    chosen = value === "" ? null : new Set(topics[Number(value)].rows);
    listed = shownAtOnce;
    tell();
    refresh();
  }

  function connect() {
    const box = byId("search");
    let waiting = 0;
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => setQuery(box.value), papers.title.length > 2000 ? 180 : 60);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && (box.value || isolated.size || chosen)) {
        clearTimeout(waiting);
        box.value = "";
        isolated = new Set();
        if (byId("topic")) byId("topic").value = "";
        chosen = null;
        setQuery("");
      } else if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
        event.preventDefault();
        box.focus();
      }
    });
    byId("colour").addEventListener("change", (event) => {
      colouring = colourings[Number(event.target.value)];
      isolated = new Set();
      refresh();
    });
    byId("topic")?.addEventListener("change", (event) => setTopic(event.target.value));
    byId("labels")?.addEventListener("change", relabel);
    byId("show-all").addEventListener("click", () => {
      isolated = new Set();
      refresh();
    });
    byId("more").addEventListener("click", () => {
      listed += 10 * shownAtOnce;
      drawList();
    });
    papertide.onTheme(draw);
  }

  function connectMap() {
    const rowOf = (event) => {
      const point = event.points[0];
      return colouring.traces[point.curveNumber].rows[point.pointNumber];
    };
    plot.on("plotly_hover", (event) => {
      const row = rowOf(event);
      const lines = [papers.title[row], papers.date[row]];
      for (const [name, text] of groupsOf(row)) lines.push(`${name}: ${text}`);
      lines.push(papertide.firstLines(papers.abstract[row], 300));
      if (byFinger() && isWeb(papers.url[row])) lines.push("Tap again to open the paper.");
      card.show(lines, event.event);
    });
    plot.on("plotly_unhover", card.hide);
    plot.on("plotly_click", (event) => {
      const row = rowOf(event);
      // A finger cannot hover: its first tap shows the card, the second opens the paper.
      if (!byFinger() || row === focus) papertide.open(papers.url[row]);
      if (!byFinger()) card.hide();
      lookAt(row);
    });
    plot.on("plotly_relayout", (change) => {
      if (Object.keys(change).some((key) => key.startsWith("xaxis"))) relabel();
    });
  }

  byId("waiting").remove();
  connect();
  refresh().then(() => {
    connectMap();
    document.documentElement.dataset.ready = "true";
    setTimeout(prepare, 200);
  });
})();
