/* A small chart of shares over time with their intervals; the same numbers as a table. */
import * as Common from "../common.js";
import * as Filters from "./filters.js";
const { element, svgElement: node } = Common;
const [HEIGHT, LEFT, FLOOR, TOP] = [122, 34, 102, 8];

const percent = (share) => `${(100 * share).toFixed(share < 0.0995 && share > 0 ? 1 : 0)} %`;
const range = ({ low, high }) =>
  `${percent(low).replace(" %", "")} to ${percent(high)}`;
const words = (point) => (point.of
  ? `${point.label}: ${Filters.number(point.n)} of ${Filters.papers(point.of)}, ${percent(point.share)} (${range(point)})`
  : `${point.label}: no papers`) + (point.isPartial ? ", not yet complete" : "");

/* The highest value of the axis, a round number. */
function topOf(series) {
  const most = Math.max(0.001, ...series.flatMap(({ points }) =>
    points.map(({ share, high }) => (high > 2.5 * share + 0.05 ? share * 1.6 : high) || 0)));
  const power = 10 ** Math.floor(Math.log10(most));
  return Math.min(1, [1, 1.6, 2, 3, 4, 5, 6, 8, 10].map((one) => one * power).find((one) => one >= most) || 1);
}

/* Stretches of points that have papers: a line has a gap where a period has none. */
function stretches(points) {
  const out = [[]];
  points.forEach((point, i) => {
    const last = out[out.length - 1];
    if (point.of) last.push(i);
    else if (last.length) out.push([]);
  });
  return out.filter(({ length }) => length);
}

function drawn({ points, number }, { x, y }) {
  const group = node("g", { class: `series series-${number}` });
  const at = (i, value) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`;
  for (const part of stretches(points)) {
    const back = [...part].reverse();
    group.append(
      node("polygon", { points: [...part.map((i) => at(i, points[i].high)), ...back.map((i) => at(i, points[i].low))].join(" ") }),
      node("polyline", { points: part.map((i) => at(i, points[i].share)).join(" ") }));
    for (const i of part) {
      const place = { cx: x(i).toFixed(1), cy: y(points[i].share).toFixed(1), r: points.length > 40 ? 1.6 : 2.6 };
      const title = node("title", {});
      title.textContent = words(points[i]);
      group.append(node("circle", { ...place, class: points[i].isPartial ? "partial" : "" }, title));
    }
  }
  return group;
}

/**
 * @param {{name: string, number: number, points: any[]}[]} series of the same periods; `number` is 1 or 2
 * @param {number} width in pixels
 */
function chart(series, width) {
  const [{ points }] = series;
  const top = topOf(series);
  const last = points.length - 1;
  const x = (i) => LEFT + 6 + (last ? (i / last) * (width - LEFT - 14) : (width - LEFT) / 2);
  const y = (value) => FLOOR - (Math.min(value, top) / top) * (FLOOR - TOP);
  const text = (place, content) => {
    const out = node("text", place);
    out.textContent = content;
    return out;
  };
  const known = series.map(({ name, points: all }) => {
    const there = all.filter(({ of }) => of);
    return `${name}: ${[there[0], there[there.length - 1]].filter(Boolean).map(words).join("; ")}`;
  });
  return node(
    "svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", class: "trend", "aria-label": `Share of all papers over time, with 95 % intervals. ${known.join(". ")}` },
    ...[0, top / 2, top].flatMap((value) => [
      node("line", { class: "rule", x1: LEFT, x2: width, y1: y(value), y2: y(value) }),
      text({ x: LEFT - 4, y: y(value) + 3.5, "text-anchor": "end" }, percent(value)),
    ]),
    ...series.map((one) => drawn(one, { x, y })),
    text({ x: LEFT, y: HEIGHT - 4 }, points[0].label),
    ...(last ? [text({ x: width, y: HEIGHT - 4, "text-anchor": "end" }, points[last].label)] : []));
}

/* The numbers of the chart. */
function numbers(series) {
  const [{ points }] = series;
  const cell = (point) => (point.of
    ? `${Filters.number(point.n)} of ${Filters.number(point.of)}, ${percent(point.share)} (${range(point)})` : "no papers");
  const head = ["Period", ...series.map(({ name }) => name)].map((text) => element("th", { scope: "col", text }));
  const rows = points.map(({ label, isPartial }, i) => element("tr", {},
    element("th", { scope: "row", text: label + (isPartial ? " *" : "") }),
    ...series.map(({ points: all }) => element("td", { class: "num", text: cell(all[i]) }))));
  const note = points.some(({ isPartial }) => isPartial)
    ? [element("p", { class: "hint", text: "* not yet complete, open point in the chart" })] : [];
  return element("details", { class: "numbers" }, element("summary", { text: "Numbers" }),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers by period, scrollable" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows))),
    ...note);
}

export { chart, numbers };
