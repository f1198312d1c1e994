/* The table of papers: those found, in view or selected; sorted, page by page, and as CSV. */
import * as Common from "../common.js";
import * as Data from "./data.js";
import * as Filters from "./filters.js";
import * as Search from "./search.js";
const { element, isWeb } = Common;
const { NONE, NO_DAY } = Data;
const PAGE = 50;
const CELLS = [{}, {}, {}, {}, { dir: "auto" }, { class: "num" }, { dir: "auto" }];
const FORMULA = /^[=+\-@＝＋－＠]/u;

/* As `escaping.for_spreadsheet`: a cell that a spreadsheet would read as a formula gets an apostrophe. */
function cell(text) {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvColumns(data) {
  const names = Object.keys(data.values);
  return {
    head: ["paper_id", "title", data.cut ? "abstract_first_lines" : "abstract", "published",
      "published_precision", "url", ...names, "cluster", "cluster_weight", "topics"],
    line: (row) => {
      const paper = Data.paper(data, row);
      const { day, precision, weight } = data.column;
      const dated = day[row] !== NO_DAY;
      const main = paper.members.find(({ kind }) => kind === "cluster");
      const topics = paper.members.filter(({ kind }) => kind === "topic").map(({ label }) => label);
      return [
        paper.id, paper.title, paper.abstract, dated ? Data.isoDay(day[row]) : "",
        dated ? ["day", "month", "year"][precision[row]] : "", paper.url,
        ...names.map((name) => Data.valueOf(data, name, row)),
        main ? main.label : "", main ? String(Math.round(weight[row] * 1e4) / 1e4) : "", topics.join("; "),
      ];
    },
  };
}

/* The rows as a CSV file, assembled in pieces; a byte order mark tells Excel that it is UTF-8. */
async function csv(data, rows) {
  const { head, line } = csvColumns(data);
  const parts = [`\ufeff${head.map(cell).join(",")}\n`];
  for (let from = 0; from < rows.length; from += 2000) {
    const lines = Array.from(rows.slice(from, from + 2000), (row) => `${line(row).map(cell).join(",")}\n`);
    parts.push(lines.join(""));
    await Data.pause();
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const away = element("a", { href: url, download: name });
  document.body.append(away);
  away.click();
  away.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/* The sort keys: one number per row. */
function keys(data, column) {
  const { rank, day, weight, cluster, topic } = data.column;
  const names = data.groups.map((group, i) => [group.label.toLowerCase(), i])
    .sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  const place = new Float64Array(data.groups.length);
  names.forEach(([, group], i) => { place[group] = i; });
  const ofGroup = (codes) => (row) => (codes[row] === NONE ? Infinity : place[codes[row]]);
  return {
    title: (row) => rank[row], date: (row) => (day[row] === NO_DAY ? -Infinity : day[row]),
    weight: (row) => weight[row], cluster: ofGroup(cluster), topic: ofGroup(topic),
  }[column];
}

function make(home, data, { rowsOf, look, tick, isSelected }) {
  const { byId, all } = home;
  let which = "found";
  let page = 0;
  let sort = { column: "date", down: true };
  let rows = new Uint32Array(0);

  function sorted(from) {
    const key = keys(data, sort.column);
    const value = Float64Array.from(from, key);
    const order = Uint32Array.from(from, (_, i) => i);
    const sign = sort.down ? -1 : 1;
    order.sort((a, b) => (value[a] === value[b] ? a - b : sign * (value[a] < value[b] ? -1 : 1)));
    return Uint32Array.from(order, (i) => from[i]);
  }

  function line(row, query) {
    const paper = Data.paper(data, row);
    const box = element("input", { type: "checkbox", "aria-label": `Select ${paper.title}` });
    box.checked = isSelected(row);
    box.addEventListener("change", () => tick(row, box.checked));
    const title = element("button", { type: "button", click: () => look(row) },
      element("bdi", {}, ...Search.marked(paper.title, query)));
    const name = (codes) => (codes[row] === NONE ? "" : data.groups[codes[row]].label);
    const topics = paper.members.filter(({ kind }) => kind === "topic").map(({ label }) => label);
    const away = isWeb(paper.url) ? Common.link("↗", paper.url) : "";
    if (away) away.setAttribute("aria-label", `Open ${paper.title} in a new tab`);
    const cells = [box, title, away, paper.date, name(data.column.cluster),
      data.column.cluster[row] === NONE ? "" : data.column.weight[row].toFixed(2), topics.join(", ")];
    return element("tr", {}, ...cells.map((content, i) => element("td", CELLS[i], content)));
  }

  function draw(query) {
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    page = Math.min(page, pages - 1);
    const shown = [...rows.slice(page * PAGE, (page + 1) * PAGE)];
    byId("rows").replaceChildren(...shown.map((row) => line(row, query)));
    const words = rows.length
      ? `${Filters.number(page * PAGE + 1)} to ${Filters.number(page * PAGE + shown.length)} of ${Filters.papers(rows.length)}`
      : { found: "No papers match these filters.", view: "None of these papers is in view.",
        selected: "No paper is selected: draw around some with the lasso or the box, or tick them here." }[which];
    byId("page-words").textContent = words;
    byId("page-back").disabled = page === 0;
    byId("page-on").disabled = page >= pages - 1;
    byId("csv").disabled = !rows.length;
    all("#table th[data-sort]").forEach((head) => {
      const by = head.dataset.sort === sort.column;
      head.setAttribute("aria-sort", by ? (sort.down ? "descending" : "ascending") : "none");
    });
    for (const name of ["found", "view", "selected"]) {
      byId(`show-${name}`).setAttribute("aria-pressed", String(name === which));
    }
  }

  let query = "";
  const isOpen = () => !byId("table").classList.contains("hidden");
  function refresh(asked = query, first = false) {
    query = asked;
    if (first) page = 0;
    if (!isOpen()) return;
    rows = sorted(rowsOf(which));
    draw(query);
  }

  function show(name) {
    which = name;
    page = 0;
    refresh();
  }

  function open(yes) {
    byId("table").classList.toggle("hidden", !yes);
    byId("table-open").setAttribute("aria-expanded", String(yes));
    refresh();
  }

  const turn = (by) => () => {
    page += by;
    draw(query);
    byId("table-scroll").scrollTop = 0;
  };
  byId("page-back").addEventListener("click", turn(-1));
  byId("page-on").addEventListener("click", turn(1));
  for (const name of ["found", "view", "selected"]) byId(`show-${name}`).addEventListener("click", () => show(name));
  all("#table th[data-sort] button").forEach((button) => {
    button.addEventListener("click", () => {
      const column = button.parentElement.dataset.sort;
      const down = sort.column === column ? !sort.down : column === "date" || column === "weight";
      sort = { column, down };
      page = 0;
      refresh();
    });
  });
  byId("table-open").addEventListener("click", () => open(!isOpen()));
  byId("table-shut").addEventListener("click", () => {
    open(false);
    byId("table-open").focus();
  });
  byId("csv").addEventListener("click", async () => {
    const name = { found: "found", view: "in-view", selected: "selected" }[which];
    save(await csv(data, rows), `papers-${name}-${data.run}.csv`);
  });
  return { refresh, show, open, isOpen, which: () => which };
}

export { make, csv, save };
