/* Plotly figures of the report: colours of the page, coordinates, landmarks. */
import * as Common from "./common.js";

const home = Common.page();
const { colour } = home;
const PROSE = new Set(["text", "hovertext", "name", "rows", "label", "x", "y"]);
/* plotly's own toolbar has a button that uploads the chart; it is left out here. */
const CONFIG = Object.freeze({
  displaylogo: false, responsive: true, showSendToCloud: false, plotlyServerURL: "",
  modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]],
});
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/* The greys of the figures, meant for white paper, and the colour of the page for each. */
const GREYS = {
  "#24292f": "ink", "#6b7280": "muted", "#d9dce1": "line", "#eceef1": "grid", white: "paper",
  "rgba(255,255,255,.78)": "halo",
};

function recoloured(value) {
  if (typeof value === "string") return value in GREYS ? colour(GREYS[value]) : value;
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === "object" || item in GREYS)
      ? value.map(recoloured) : value;
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, PROSE.has(key) ? item : recoloured(item)]));
}

/* Labels are darkened for white paper; on a dark page their colour is mixed with its ink. */
function readable(label) {
  const own = label.font && label.font.color;
  if (!home.isDark() || !/^#[0-9a-f]{6}$/i.test(own || "")) return label;
  const [from, to] = [own, colour("ink")].map((hex) =>
    [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  const mixed = from.map((value, i) => Math.round(0.4 * value + 0.6 * to[i]));
  return { ...label, font: { ...label.font, color: `rgb(${mixed.join()})` } };
}

/* The layout of the figure in the colours of the page; its axis settings are kept. */
function themed(original) {
  const layout = recoloured(original);
  const [ink, muted] = [colour("ink"), colour("muted")];
  const out = {
    ...layout, annotations: (layout.annotations || []).map(readable), paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
    font: { ...layout.font, family: FONT, color: ink },
    legend: { ...layout.legend, bgcolor: "rgba(0,0,0,0)" },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: ink },
    hoverlabel: {
      ...layout.hoverlabel, font: { color: ink, family: FONT }, bgcolor: colour("paper"),
      bordercolor: muted,
    },
  };
  delete out.width;
  delete out.height;
  return out;
}

/* Traces have row numbers instead of coordinates, so that nothing is embedded twice. */
function placed(trace, papers, selected) {
  const { rows, ...rest } = trace;
  const out = {
    ...recoloured(rest), x: rows.map((row) => papers.x[row]), y: rows.map((row) => papers.y[row]),
    hoverinfo: "none",
  };
  if (selected) {
    out.selectedpoints = rows.flatMap((row, i) => (selected.has(row) ? [i] : []));
    out.selected = { marker: { opacity: 1 } };
    out.unselected = { marker: { opacity: 0.06 } };
  }
  return out;
}

/* The whole map, whatever part is visible: isolating a group must not move the rest. */
function extent(papers) {
  const around = (values) => {
    const [low, high] = values.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const room = 0.04 * (high - low) || 1;
    return [low - room, high + room];
  };
  return { x: around(papers.x), y: around(papers.y) };
}

const onMap = (axis, range) => ({ ...axis, range: [...range], autorange: false });

const CELL = 1; // the map's longer side is 20 wide

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/* Where a group is densest: the centre of its papers in the fullest three by three cells. */
function heart(rows, papers) {
  const cellOf = (row) => [Math.floor(papers.x[row] / CELL), Math.floor(papers.y[row] / CELL)];
  const counts = new Map();
  for (const row of rows) {
    const key = cellOf(row).join();
    counts.set(key, (counts.get(key) || 0) + 1);
  }
  const around = (/** @type {number[]} */ [a, b]) => {
    let sum = 0;
    for (const i of [-1, 0, 1]) for (const j of [-1, 0, 1]) sum += counts.get([a + i, b + j].join()) || 0;
    return sum;
  };
  let best = null;
  let most = 0;
  for (const row of rows) {
    const cell = cellOf(row);
    const sum = around(cell);
    if (sum > most) [best, most] = [cell, sum];
  }
  const near = rows.filter((row) => cellOf(row).every((part, k) => Math.abs(part - best[k]) <= 1));
  return [middle(near.map((row) => papers.x[row])), middle(near.map((row) => papers.y[row]))];
}

/* Landmarks: a label where each group is densest, largest first, without overlaps. */
function landmarks(groups, papers, plot, shown) {
  const { xaxis, yaxis } = plot.layout;
  const box = plot.getBoundingClientRect();
  if (!xaxis.range || !yaxis.range || !box.width) return [];
  const size = box.width < 600 ? 10 : 12;
  const taken = [];
  const out = [];
  for (const group of groups) {
    const rows = shown ? group.rows.filter((row) => shown.has(row)) : group.rows;
    if (!rows.length) continue;
    const [x, y] = heart(rows, papers);
    const px = ((x - xaxis.range[0]) / (xaxis.range[1] - xaxis.range[0])) * box.width;
    const py = ((y - yaxis.range[0]) / (yaxis.range[1] - yaxis.range[0])) * box.height;
    const half = (group.letters * size * 0.62) / 2 + 5;
    const clash = taken.some(
      (t) => Math.abs(t.px - px) < t.half + half && Math.abs(t.py - py) < size * 2);
    if (clash || px < 0 || py < 0 || px > box.width || py > box.height) continue;
    taken.push({ px, py, half });
    // At the edge a label moves inwards instead of being cut off.
    const xshift = Math.max(0, half - px) || Math.min(0, box.width - half - px);
    out.push({
      x, y, xshift, text: group.plotly_label, showarrow: false, borderpad: 2, bgcolor: colour("halo"),
      font: { size, color: colour("ink"), family: FONT, weight: 600 },
    });
  }
  return out;
}

export { recoloured, themed, placed, extent, onMap, landmarks, CONFIG, home };
