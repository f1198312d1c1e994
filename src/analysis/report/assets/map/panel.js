/* The panel: legend, papers found, and the selected paper. */
import * as Common from "../common.js";
import * as Colours from "./colours.js";
import * as Data from "./data.js";
import * as Filters from "./filters.js";
import * as Search from "./search.js";
const { element, isWeb, glyph } = Common;
const { marked } = Search;
const AT_ONCE = 40;
const FACET = 8; // values of a column shown as bars

const count = (n) => Filters.number(n);
const weightWords = (weight) => weight.toFixed(2);

/* One entry of the legend that isolates its group; `n` of them pass the other filters. */
function entryButton(home, entry, n, pressed, narrowed, choose) {
  const button = element(
    "button", {
      type: "button", class: "entry", "aria-pressed": String(pressed),
      ...(entry.grade ? { title: entry.grade } : {}),
    },
    glyph(Colours.css(Colours.shade(home, entry.color)), entry.symbol),
    element("bdi", { class: "name", text: entry.label }),
    element("span", { class: "num", text: narrowed ? `${count(n)} of ${count(entry.n)}` : count(entry.n) }));
  button.addEventListener("click", (event) =>
    choose(entry.code, event.ctrlKey || event.metaKey || event.shiftKey));
  return element("li", {}, button);
}

function scale(home, look) {
  const ticks = element("div", { class: "ticks" }, ...look.ticks.map((text) => element("span", { text })));
  const bar = element("div", { class: "ramp" });
  bar.style.background = Colours.gradient(home);
  const items = [element("li", {}, bar, ticks)];
  if (look.missing) {
    const words = `${Filters.number(look.missing)} ${look.kind === "date" ? "undated" : "without a value"}, grey`;
    items.push(element("li", { class: "hint", text: words }));
  }
  return items;
}

function legend(home, look, chosen, counts, choose) {
  const list = home.byId("legend-entries");
  const narrowed = counts !== null;
  const held = list.contains(home.active())
    ? [...list.querySelectorAll("button")].indexOf(home.active()) : -1;
  const entries = look.entries.map((entry, i) => entryButton(
    home, entry, narrowed ? counts[i] : entry.n, chosen.includes(entry.code), narrowed, choose));
  list.replaceChildren(...(entries.length ? entries : scale(home, look)));
  list.classList.toggle("narrowed", chosen.length > 0);
  home.byId("legend-hint").classList.toggle("hidden", look.entries.length < 2);
  if (held >= 0) list.querySelectorAll("button")[held]?.focus();
}

/* A column as small bars, each of which narrows the papers to its value. */
function facet(look, chosen, counts, choose) {
  const most = Math.max(1, ...counts);
  const shown = look.entries.map((entry, i) => ({ entry, n: counts[i] }))
    .filter(({ entry }, i) => i < FACET || chosen.includes(entry.code));
  const bars = shown.map(({ entry, n }) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--part", `${((100 * n) / most).toFixed(1)}%`);
    const button = element(
      "button", { type: "button", class: "entry", "aria-pressed": String(chosen.includes(entry.code)), "data-code": entry.code },
      element("bdi", { class: "name", text: entry.label }), bar, element("span", { class: "num", text: count(n) }));
    button.addEventListener("click", (event) =>
      choose(look.key, entry.code, event.ctrlKey || event.metaKey || event.shiftKey));
    return element("li", {}, button);
  });
  const more = look.entries.length - shown.length;
  return element("div", { class: "facet", role: "group", "aria-label": look.name },
    element("h3", { text: look.name, dir: "auto" }),
    element("ul", { class: chosen.length ? "narrowed" : "" }, ...bars),
    ...(more > 0 ? [element("p", { class: "hint", text: `${count(more)} more: colour by ${look.name}` })] : []));
}

/* The columns with values as bars, if the reader has opened them. */
function facets(home, looks, chosenOf, countsOf, choose) {
  const list = home.byId("facet-list");
  const held = list.contains(home.active()) ? list.querySelectorAll("button") : null;
  const at = held ? [...held].indexOf(home.active()) : -1;
  list.replaceChildren(...looks.map((look) => facet(look, chosenOf(look.key), countsOf(look), choose)));
  if (at >= 0) list.querySelectorAll("button")[at]?.focus();
}

function open(paper) {
  const away = Common.link("open ↗", paper.url);
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
function found({ byId }, data, rows, state, look) {
  const part = byId("found");
  part.classList.toggle("hidden", !rows);
  if (!rows) return;
  byId("found-title").textContent = rows.length
    ? Filters.papers(rows.length) : "No papers match these filters";
  const items = [...rows.slice(0, AT_ONCE)].map((row) => {
    const paper = Data.paper(data, row);
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
    rows.push([name, Data.valueOf(data, name, paper.row)]);
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
function card({ byId }, data, row, query, { look, close, select }) {
  const paper = Data.paper(data, row);
  const title = element("h2", { dir: "auto", tabindex: "-1" });
  if (isWeb(paper.url)) {
    const away = Common.link("", paper.url);
    away.append(...marked(paper.title, query));
    title.append(away);
  } else title.append(...marked(paper.title, query));
  const shut = element("button", { type: "button", class: "shut", "aria-label": "Close this paper", text: "×", click: close });
  const part = byId("paper");
  part.replaceChildren(
    shut, title, facts(data, paper), weights(paper.members), abstract(data, paper, query));
  const near = data.nearby ? Data.nearest(data, row) : [];
  if (near.length) {
    part.append(
      element("h3", { text: "Papers like this one" }),
      element("button", { type: "button", class: "plain", text: "Select it and these",
        click: () => select([row, ...near.map(([other]) => other)]) }),
      element("ol", { class: "papers" }, ...near.map(([other, similarity]) => {
        const one = Data.paper(data, other);
        return paperItem(one, `${one.date} · similarity ${similarity.toFixed(2)}`, "", look);
      })));
  }
  part.classList.remove("hidden");
  return title;
}

/* Lines for the card that follows the pointer. */
function hoverLines(data, row) {
  const paper = Data.paper(data, row);
  const clusters = paper.members.filter(({ kind }) => kind === "cluster")
    .map(({ label, weight }) => `${label} ${weightWords(weight)}`);
  const lines = [paper.title, paper.date];
  if (clusters.length) lines.push(`Cluster: ${clusters.join("; ")}`);
  if (paper.why) lines.push(`Topics: ${paper.why}`);
  lines.push(Common.firstLines(paper.abstract, 280));
  return lines;
}

export { legend, facets, found, card, hoverLines };
