/* Plotly figures of the report in the colours of the page. */
import * as Common from "./common.js";

const home = Common.page();
const { colour } = home;
const PROSE = new Set(["text", "hovertext", "name", "x", "y"]);
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

export { recoloured, themed, CONFIG, home };
