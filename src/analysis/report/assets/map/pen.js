/* A canvas context as far as names and outlines need one, that writes SVG elements instead. */
import * as Common from "../common.js";
const ANCHORS = { center: "middle", right: "end", end: "end", left: "start", start: "start" };

/**
 * @param {SVGElement} parent receives the elements
 * @param {CanvasRenderingContext2D} ruler measures texts
 */
function pen(parent, ruler) {
  const state = {
    font: "12px sans-serif", fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineJoin: "miter",
    textAlign: "start", textBaseline: "alphabetic", globalAlpha: 1, lineCap: "butt",
  };
  const saved = [];
  let path = "";
  let dash = [];
  const put = (tag, attributes, text) => {
    const out = Common.svgElement(tag, attributes);
    if (text !== undefined) out.textContent = text;
    parent.append(out);
  };
  const strokes = () => ({
    stroke: self.strokeStyle, "stroke-width": self.lineWidth, "stroke-linejoin": self.lineJoin,
    "stroke-opacity": self.globalAlpha, ...(dash.length ? { "stroke-dasharray": dash.join(" ") } : {}),
  });
  const fills = () => ({ fill: self.fillStyle, "fill-opacity": self.globalAlpha });
  const write = (text, x, y, paint) => {
    const [, weight, size, family] = /^(?:(\w+)\s+)?([\d.]+)px\s+(.+)$/.exec(self.font) || ["", "", "12", "sans-serif"];
    const lift = self.textBaseline === "middle" ? 0.35 * Number(size) : 0;
    put("text", {
      x: x.toFixed(1), y: (y + lift).toFixed(1), "font-size": size, "font-family": family.replaceAll('"', "'"),
      "font-weight": weight || 400, "text-anchor": ANCHORS[self.textAlign] || "start", ...paint,
    }, text);
  };
  const self = {
    ...state,
    beginPath: () => { path = ""; },
    moveTo: (x, y) => { path += `M${x.toFixed(1)} ${y.toFixed(1)}`; },
    lineTo: (x, y) => { path += `L${x.toFixed(1)} ${y.toFixed(1)}`; },
    closePath: () => { path += "Z"; },
    arc: (x, y, r) => {
      path += `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
    },
    rect: (x, y, w, h) => { path += `M${x} ${y}h${w}v${h}h${-w}Z`; },
    fillRect: (x, y, width, height) => put("rect", { x, y, width, height, ...fills() }),
    stroke: () => put("path", { d: path, fill: "none", ...strokes() }),
    fill: () => put("path", { d: path, ...fills() }),
    setLineDash: (lengths) => { dash = lengths; },
    fillText: (text, x, y) => write(text, x, y, fills()),
    strokeText: (text, x, y) => write(text, x, y, { fill: "none", ...strokes() }),
    save: () => saved.push({ values: Object.fromEntries(Object.keys(state).map((key) => [key, self[key]])), dash }),
    restore: () => {
      const { values, dash: lengths } = saved.pop();
      Object.assign(self, values);
      dash = lengths;
    },
    measureText: (text) => {
      ruler.font = self.font;
      return ruler.measureText(text);
    },
  };
  return self;
}

export { pen };
