"use strict";
/* The panel: legend, papers found, and the selected paper. */
papertide.panel = (() => {
  const { element, byId, isWeb, glyph } = papertide;
  const { marked } = papertide.search;
  const AT_ONCE = 40;

  const count = (n) => papertide.filters.number(n);
  const weightWords = (weight) => weight.toFixed(2);

  /* One entry of the legend that isolates its group; `n` of them pass the other filters. */
  function entryButton(entry, n, pressed, narrowed, choose) {
    const button = element(
      "button", {
        type: "button", class: "entry", "aria-pressed": String(pressed),
        ...(entry.grade ? { title: entry.grade } : {}),
      },
      glyph(papertide.colours.css(papertide.colours.shade(entry.color)), entry.symbol),
      element("bdi", { class: "name", text: entry.label }),
      element("span", { class: "num", text: narrowed ? `${count(n)} of ${count(entry.n)}` : count(entry.n) }));
    button.addEventListener("click", (event) =>
      choose(entry.code, event.ctrlKey || event.metaKey || event.shiftKey));
    return element("li", {}, button);
  }

  function scale(look) {
    const ticks = element("div", { class: "ticks" }, ...look.ticks.map((text) => element("span", { text })));
    const bar = element("div", { class: "ramp" });
    bar.style.background = papertide.colours.gradient();
    const items = [element("li", {}, bar, ticks)];
    if (look.missing) {
      const words = `${papertide.filters.number(look.missing)} ${look.kind === "date" ? "undated" : "without a value"}, grey`;
      items.push(element("li", { class: "hint", text: words }));
    }
    return items;
  }

  function legend(look, state, counts, choose) {
    const list = byId("legend-entries");
    const narrowed = counts !== null;
    const held = list.contains(document.activeElement)
      ? [...list.querySelectorAll("button")].indexOf(document.activeElement) : -1;
    const entries = look.entries.map((entry, i) => entryButton(
      entry, narrowed ? counts[i] : entry.n, state.entries.has(entry.code), narrowed, choose));
    list.replaceChildren(...(entries.length ? entries : scale(look)));
    list.classList.toggle("narrowed", state.entries.size > 0);
    byId("legend-hint").classList.toggle("hidden", look.entries.length < 2);
    if (held >= 0) list.querySelectorAll("button")[held]?.focus();
  }

  function open(paper) {
    const away = papertide.link("open ↗", paper.url);
    away.setAttribute("aria-label", `Open ${paper.title} in a new tab`);
    return away;
  }

  function paperItem(paper, more, query, look) {
    const show = element(
      "button", { type: "button", click: () => look(paper.row) },
      element("bdi", {}, ...marked(paper.title, query)), element("small", { text: more }));
    const item = element("li", {}, show);
    if (isWeb(paper.url)) item.append(open(paper));
    return item;
  }

  /* The first of the rows found; `rows` is null if there is no query or filter. */
  function found(data, rows, state, look) {
    const part = byId("found");
    part.classList.toggle("hidden", !rows);
    if (!rows) return;
    byId("found-title").textContent = rows.length
      ? papertide.filters.papers(rows.length) : "No papers match these filters";
    const items = [...rows.slice(0, AT_ONCE)].map((row) => {
      const paper = papertide.data.paper(data, row);
      return paperItem(paper, paper.date, state.query, look);
    });
    byId("found-papers").replaceChildren(...items);
    byId("more").classList.toggle("hidden", rows.length <= AT_ONCE);
  }

  function weights(members) {
    const items = members.map(({ kind, label, weight }) => {
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--part", `${Math.round(weight * 100)}%`);
      return element("li", {}, element("span", { class: "kind", text: kind }),
        element("bdi", { text: label }), bar, element("span", { class: "num", text: weightWords(weight) }));
    });
    return element("ul", { class: "weights", "aria-label": "Groups, with the paper's weight in each" }, ...items);
  }

  function facts(data, paper) {
    const rows = [["Date", paper.date], ["Why", paper.why]];
    for (const [name, value] of Object.entries(data.values)) {
      if (value.kind === "values" && value.values.length < 2) continue;
      rows.push([name, papertide.data.valueOf(data, name, paper.row)]);
    }
    return element("dl", { class: "facts" }, ...rows.filter(([, text]) => text).map(([name, text]) =>
      element("div", {}, element("dt", { text: name, dir: "auto" }), element("dd", { text, dir: "auto" }))));
  }

  function abstract(data, paper, query) {
    if (!data.abstracts) return element("p", { class: "hint", text: "Reading the abstracts …" });
    if (!paper.abstract) {
      return element("p", { class: "hint", text: "The source has no abstract; the paper is placed by its title alone." });
    }
    return element("p", { class: "abstract", dir: "auto" }, ...marked(paper.abstract, query));
  }

  /* The selected paper: title as a link, groups with weights, why, abstract, nearest papers. */
  function card(data, row, query, { look, close }) {
    const paper = papertide.data.paper(data, row);
    const title = element("h2", { dir: "auto", tabindex: "-1" });
    if (isWeb(paper.url)) {
      const away = papertide.link("", paper.url);
      away.append(...marked(paper.title, query));
      title.append(away);
    } else title.append(...marked(paper.title, query));
    const shut = element("button", { type: "button", class: "shut", "aria-label": "Close this paper", text: "×", click: close });
    const part = byId("paper");
    part.replaceChildren(
      shut, title, facts(data, paper), weights(paper.members), abstract(data, paper, query));
    const near = data.nearby ? papertide.data.nearest(data, row) : [];
    if (near.length) {
      part.append(
        element("h3", { text: "Nearest papers" }),
        element("ol", { class: "papers" }, ...near.map(([other, similarity]) => {
          const one = papertide.data.paper(data, other);
          return paperItem(one, `${one.date} · similarity ${similarity.toFixed(2)}`, "", look);
        })));
    }
    part.classList.remove("hidden");
    return title;
  }

  /* Lines for the card that follows the pointer. */
  function hoverLines(data, row) {
    const paper = papertide.data.paper(data, row);
    const clusters = paper.members.filter(({ kind }) => kind === "cluster")
      .map(({ label, weight }) => `${label} ${weightWords(weight)}`);
    const lines = [paper.title, paper.date];
    if (clusters.length) lines.push(`Cluster: ${clusters.join("; ")}`);
    if (paper.why) lines.push(`Topics: ${paper.why}`);
    lines.push(papertide.firstLines(paper.abstract, 280));
    return lines;
  }

  return { legend, found, card, hoverLines };
})();
