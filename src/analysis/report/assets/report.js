/* The report page: its map and its share charts in the colours of the page, also in print. */
import * as Common from "./common.js";
import * as Figures from "./figures.js";

/** @type {any} */
const plotly = Reflect.get(globalThis, "Plotly");
/** @type {(id: string) => any} */
const byId = (id) => document.getElementById(id);
const { charts, papers, groups } = Common.read("report-data");
const whole = papers && Figures.extent(papers);
const card = Figures.home.hoverCard();
const config = { ...Figures.CONFIG, displayModeBar: "hover" };

function mapLayout(chart, plot) {
  const base = Figures.themed(chart.layout);
  return {
    ...base, xaxis: Figures.onMap(base.xaxis, whole.x),
    yaxis: Figures.onMap(base.yaxis, whole.y), title: undefined, showlegend: false, dragmode: "pan",
    hovermode: "closest", hoverdistance: 12, uirevision: "map",
    margin: { l: 8, r: 8, t: 8, b: 8 },
    annotations: plot.layout ? Figures.landmarks(groups, papers, plot, null) : [],
  };
}

function draw(chart) {
  const plot = byId(chart.id);
  if (chart.kind === "map") {
    const traces = chart.traces.map((trace) => Figures.placed(trace, papers, null));
    return plotly.react(plot, traces, mapLayout(chart, plot), config).then(() => name(plot));
  }
  plot.style.height = `${chart.layout.height}px`;
  const data = Figures.recoloured(chart.data);
  return plotly.react(plot, data, Figures.themed(chart.layout), config);
}

const name = (plot) =>
  plotly.relayout(plot, { annotations: Figures.landmarks(groups, papers, plot, null) });

function connectMap(chart) {
  const plot = byId(chart.id);
  const byFinger = Common.fingers(plot);
  const rowOf = (event) => {
    const point = event.points[0];
    return chart.traces[point.curveNumber].rows[point.pointNumber];
  };
  plot.on("plotly_hover", (event) => {
    const row = rowOf(event);
    const lines = [papers.title[row], papers.date[row]];
    if (papers.cluster[row]) lines.push(`Cluster: ${papers.cluster[row]}`);
    if (papers.topics[row]) lines.push(`Topics: ${papers.topics[row]}`);
    lines.push(papers.snippet[row]);
    card.show(lines, event.event);
  });
  plot.on("plotly_unhover", card.hide);
  let last = -1;
  plot.on("plotly_click", (event) => {
    const row = rowOf(event);
    // Touch cannot hover: the first tap shows the card, the second opens the paper.
    if (!byFinger() || row === last) Common.open(papers.url[row]);
    last = row;
  });
  plot.on("plotly_relayout", (change) => {
    if (Object.keys(change).some((key) => key.startsWith("xaxis"))) name(plot);
  });
}

const drawAll = () => Promise.all(charts.map(draw));
const size = (width) => {
  for (const chart of charts) {
    const plot = byId(chart.id);
    plotly.relayout(plot, width ? { width } : { width: null, autosize: true });
  }
};

drawAll().then(() => {
  charts.filter((chart) => chart.kind === "map").forEach(connectMap);
  document.documentElement.dataset.ready = "true";
});
Figures.home.onTheme(drawAll);
matchMedia("print").addEventListener("change", drawAll);
window.addEventListener("beforeprint", () => size(920));
window.addEventListener("afterprint", () => size(0));
