/* The report page: its charts in the colours of the page, also in print. */
import * as Common from "./common.js";
import * as Figures from "./figures.js";

/** @type {any} */
const plotly = Reflect.get(globalThis, "Plotly");
const charts = Common.read("report-data");
const config = { ...Figures.CONFIG, displayModeBar: "hover" };

function draw(chart) {
  const plot = document.getElementById(chart.id);
  plot.style.height = `${chart.layout.height}px`;
  return plotly.react(plot, Figures.recoloured(chart.data), Figures.themed(chart.layout), config);
}

const drawAll = () => Promise.all(charts.map(draw));
const size = (width) => {
  for (const { id } of charts) plotly.relayout(id, width ? { width } : { width: null, autosize: true });
};

drawAll().then(() => { document.documentElement.dataset.ready = "true"; });
Figures.home.onTheme(drawAll);
matchMedia("print").addEventListener("change", drawAll);
window.addEventListener("beforeprint", () => size(920));
window.addEventListener("afterprint", () => size(0));
