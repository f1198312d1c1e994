/* The selected papers in the panel: their share over time, their words, and a comparison with others. */
import * as Common from "../common.js";
import * as Chart from "./chart.js";
import * as Cite from "./cite.js";
import * as Filters from "./filters.js";
import * as Shown from "./shown.js";
import * as Table from "./table.js";
import * as Terms from "./terms.js";
import * as Trend from "./trend.js";
const { element } = Common;

const sizeOf = (mask) => (mask ? mask.reduce((sum, one) => sum + one, 0) : 0);

function both(one, other) {
  return one && other ? one.map((yes, row) => yes & other[row]) : null;
}

/* One selection, or two with the one that was kept first. */
function sidesOf({ mask, kept }) {
  if (!kept) return [{ name: "Selected", number: 1, mask }];
  return [{ name: "Kept", number: 2, mask: kept }, ...(mask ? [{ name: "Selected", number: 1, mask }] : [])];
}

function sizes(sides) {
  return element("ul", { class: "sides" }, ...sides.map(({ name, number, mask }) =>
    element("li", { class: `side-${number}` }, element("span", { class: "key", "aria-hidden": "true" }),
      ` ${name}: ${Filters.papers(sizeOf(mask))}`)));
}

function shared({ mask, kept }, selection, button) {
  const common = both(mask, kept);
  const n = sizeOf(common);
  const line = element("p", { text: `${n ? Filters.papers(n) : "No papers"} in both. ` });
  if (n && n < sizeOf(mask)) line.append(button("Select these", () => selection.set(common)));
  return line;
}

const rowsOf = (data, mask) => Shown.rowsWhere(data, (row) => mask[row]);

function make(home, data, { selection, say }) {
  const part = home.byId("chosen");
  let drawn = { mask: null, kept: null, texts: null };
  let format = Object.keys(Cite.FORMATS)[0];
  const known = new WeakMap(); // terms by selection

  const button = (text, click) => element("button", { type: "button", class: "plain", text, click });

  function termLine({ name, mask }, isOne) {
    const line = element("p", { class: "terms" }, element("span", { class: "muted", text: isOne ? "Typical words: " : `Typical of ${name.toLowerCase()}: ` }));
    const fill = (terms) => line.append(element("bdi", { text: terms.join(", ") || "none" }));
    if (!data.abstracts) line.append("reading the abstracts …");
    else if (known.has(mask)) fill(known.get(mask));
    else {
      Terms.distinctive(data, mask).then((terms) => {
        known.set(mask, terms);
        fill(terms);
      });
    }
    return line;
  }

  function keep(yes) {
    selection.keep(yes);
    say(yes ? "Kept. Select other papers to compare them." : "The comparison has ended.");
    (part.querySelector("button") || home.byId("plot")).focus();
  }

  function trend(sides) {
    const series = sides.map(({ name, number, mask }) => ({ name, number, points: Trend.shares(data, mask) }));
    if (!series[0].points) return [];
    return [element("h3", { text: "Share over time, 95 % intervals" }), Chart.chart(series, Math.max(180, Math.min(420, part.clientWidth || 320))), Chart.numbers(series)];
  }

  /* Citations to the clipboard, and the papers as a file. */
  function exported(mask) {
    const formats = element("select", { "aria-label": "Format of the citations", autocomplete: "off" },
      ...Object.keys(Cite.FORMATS).map((text) => element("option", { text })));
    formats.value = format;
    formats.addEventListener("change", () => { format = formats.value; });
    const done = (text) => {
      said.textContent = text;
      say(text);
    };
    const said = element("span", { class: "muted" });
    const copy = button("Copy citations", async () => {
      const copied = await Cite.copy(Cite.list(data, rowsOf(data, mask), format));
      done(copied ? "Copied." : "The browser does not allow copying.");
    });
    const csv = button("Save as CSV", async () =>
      Table.save(await Table.csv(data, rowsOf(data, mask)), `papers-selected-${data.run}.csv`));
    return element("p", { class: "actions" }, copy, formats, csv, said);
  }

  /* Draw the section again if the selection has changed since. */
  function show() {
    const now = { mask: selection.mask(), kept: selection.kept(), texts: data.abstracts };
    if (Object.keys(now).every((key) => now[key] === drawn[key])) return;
    drawn = now;
    part.classList.toggle("hidden", !now.mask && !now.kept);
    if (!now.mask && !now.kept) return part.replaceChildren();
    const sides = sidesOf(now);
    const title = now.kept ? "Two selections compared" : `${Filters.papers(sizeOf(now.mask))} selected`;
    const actions = now.kept
      ? button("End the comparison", () => keep(false))
      : button("Keep, to compare with other papers", () => keep(true));
    part.replaceChildren(
      element("h2", { text: title }), ...(now.kept ? [sizes(sides)] : []),
      ...(now.kept ? [now.mask ? shared(now, selection, button)
        : element("p", { class: "hint", text: "Select other papers to compare them with these." })] : []),
      ...trend(sides), ...sides.map((side) => termLine(side, sides.length === 1 && !now.kept)),
      ...(now.mask && data.abstracts ? [exported(now.mask)] : []), element("p", { class: "actions" }, actions));
  }

  return { show };
}

export { make };
