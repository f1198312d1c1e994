/* The view as a picture with title, legend and date: SVG, or from it PNG with two pixels for each. */
import * as Common from "../common.js";
import * as Colours from "./colours.js";
import * as Filters from "./filters.js";
import * as Labels from "./labels.js";
import * as Painter from "./painter.js";
import * as Pen from "./pen.js";
const { svgElement } = Common;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const MOST_POINTS = 20000; // more are one image inside the picture
const [HEAD, FOOT, MARGIN, ENTRY, LEGEND] = [58, 14, 16, 20, 250];
const ALPHA = [0.12, 0.22, 0.88]; // does not pass, passes but is not selected, stands out

function text(content, attributes) {
  const out = svgElement("text", { "font-family": FONT, ...attributes });
  out.textContent = content;
  return out;
}

/* A text cut so that it fits a width. */
function fitted(content, width, size, ruler) {
  ruler.font = `${size}px ${FONT}`;
  if (ruler.measureText(content).width <= width) return content;
  const letters = [...content];
  while (letters.length && ruler.measureText(`${letters.join("")}…`).width > width) letters.pop();
  return `${letters.join("")}…`;
}

function symbol(name, x, y, radius, color) {
  if (name === "circle") return svgElement("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: radius.toFixed(2), fill: color });
  const scale = radius / 7;
  return svgElement("path", {
    d: Common.SHAPES[name] || Common.SHAPES.circle, fill: color,
    transform: `translate(${(x - 8 * scale).toFixed(1)} ${(y - 8 * scale).toFixed(1)}) scale(${scale.toFixed(3)})`,
  });
}

function pointsOf(page, colors) {
  const { data, scene, camera, home } = page;
  if (data.n > MOST_POINTS) {
    const { width, height } = camera.view;
    return [svgElement("image", { width, height, href: home.byId("points").toDataURL("image/png") })];
  }
  const radius = Painter.radiusOf(data.n, camera.view);
  const layers = ALPHA.map((alpha) => svgElement("g", { "fill-opacity": alpha }));
  for (const row of Painter.shuffled(data.n)) {
    const [x, y] = camera.toScreen(data.x[row], data.y[row]);
    if (x < -radius || y < -radius || x > camera.view.width + radius || y > camera.view.height + radius) continue;
    const strength = scene.level[row];
    const code = scene.look.code[row];
    const one = symbol(colors.symbols[code], x, y, radius, strength ? colors.css[code] : "#7d8590");
    if (scene.look.pale && strength && data.column.weight[row] < data.counted) one.setAttribute("opacity", "0.42");
    layers[strength].append(one);
  }
  return layers;
}

function above({ home, data, scene, camera }, ruler) {
  const group = svgElement("g", {});
  const drawn = Pen.pen(group, ruler);
  const accent = home.colour("accent");
  if (scene.outline) {
    drawn.strokeStyle = accent;
    drawn.lineWidth = 1.5;
    drawn.setLineDash([5, 4]);
    scene.outline.map(([x, y]) => camera.toScreen(x, y)).forEach(([x, y], i) => (i ? drawn.lineTo(x, y) : drawn.moveTo(x, y)));
    drawn.closePath();
    drawn.stroke();
    drawn.setLineDash([]);
  }
  const inkOf = (place) => Colours.readable(home, Colours.shade(home, data.groups[place].color));
  Labels.draw(drawn, camera, scene.placedNames(), { inkOf, paper: home.colour("paper"), muted: home.colour("muted") });
  if (scene.focus >= 0) {
    const [x, y] = camera.toScreen(data.x[scene.focus], data.y[scene.focus]);
    group.append(svgElement("circle", { cx: x, cy: y, r: Painter.radiusOf(data.n, camera.view) + 5, fill: "none", stroke: accent, "stroke-width": 2.5 }));
  }
  return group;
}

function scaleOf(home, look, width) {
  const [ink, muted] = [home.colour("ink"), home.colour("muted")];
  const stops = Colours.stops(home).map((color, i, { length }) =>
    svgElement("stop", { offset: i / (length - 1), "stop-color": color }));
  const ticks = look.ticks.map((tick, i) => text(tick, {
    x: (i * width) / 2, y: 46, "font-size": 12, fill: ink, "text-anchor": ["start", "middle", "end"][i],
  }));
  const missing = look.missing ? [text(`${Filters.number(look.missing)} not known, grey`, { x: 0, y: 66, "font-size": 12, fill: muted })] : [];
  return [svgElement("linearGradient", { id: "ramp" }, ...stops),
    svgElement("rect", { y: 18, width, height: 12, rx: 3, fill: "url(#ramp)" }), ...ticks, ...missing];
}

function legend({ home, scene }, { width, height, ruler, colors }) {
  const { look } = scene;
  const [ink, muted] = [home.colour("ink"), home.colour("muted")];
  const head = text(`Colour: ${look.name}`, { x: 0, y: 8, "font-size": 12, fill: muted });
  if (!look.entries.length) return [head, ...scaleOf(home, look, width)];
  const room = Math.max(1, Math.floor((height - 14) / ENTRY));
  const shown = look.entries.length > room ? look.entries.slice(0, room - 1) : look.entries;
  const rows = shown.flatMap((entry, i) => {
    const y = 28 + i * ENTRY;
    const n = Filters.number(entry.n);
    return [symbol(entry.symbol, 6, y - 4, 5, colors.css[i]),
      text(fitted(entry.label, width - 64, 12.5, ruler), { x: 18, y, "font-size": 12.5, fill: ink }),
      text(n, { x: width, y, "font-size": 11.5, fill: muted, "text-anchor": "end" })];
  });
  const more = look.entries.length - shown.length;
  if (more) rows.push(text(`and ${Filters.number(more)} more`, { x: 18, y: 28 + shown.length * ENTRY, "font-size": 12, fill: muted }));
  return [head, ...rows];
}

/* The view as an SVG element; in a narrow view the legend stands below. */
function svg(page) {
  const { home, scene, camera } = page;
  const [width, height] = [camera.view.width, camera.view.height].map(Math.ceil);
  const ruler = document.createElement("canvas").getContext("2d");
  const narrow = width < 600;
  const { rgb, symbols } = Colours.palette(home, scene.look);
  const colors = { symbols, css: symbols.map((_, i) => Colours.css([rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]])) };
  const below = Math.min(12, (scene.look.entries.length || 3) + 1) * ENTRY + 14;
  const whole = narrow
    ? { width, height: HEAD + height + below + FOOT } : { width: width + LEGEND + 2 * MARGIN, height: HEAD + height + FOOT };
  const side = narrow
    ? { x: MARGIN, y: HEAD + height + 10, width: width - 2 * MARGIN, height: below }
    : { x: width + MARGIN, y: HEAD + 10, width: LEGEND, height: height - 10 };
  const fill = home.colour("ink");
  const about = home.all(".what p")[0].textContent.trim();
  const clip = svgElement("clipPath", { id: "view" }, svgElement("rect", { width, height }));
  const map = svgElement("g", { transform: `translate(0 ${HEAD})`, "clip-path": "url(#view)" },
    ...pointsOf(page, colors), above(page, ruler));
  const room = whole.width - 2 * MARGIN;
  const title = svgElement("title", {});
  title.textContent = `Topic map. ${about}`;
  return svgElement(
    "svg", { ...whole, viewBox: `0 0 ${whole.width} ${whole.height}` }, title, clip,
    svgElement("rect", { ...whole, fill: home.colour("paper") }),
    text(fitted(home.byId("count").textContent, room, 17, ruler), { x: MARGIN, y: 26, "font-size": 17, "font-weight": 600, fill }),
    text(fitted(`Topic map · ${about}`, room, 12.5, ruler), { x: MARGIN, y: 46, "font-size": 12.5, fill: home.colour("muted") }),
    map,
    svgElement("g", { transform: `translate(${side.x} ${side.y})` }, ...legend(page, { ...side, ruler, colors })));
}

const written = (page) => new XMLSerializer().serializeToString(svg(page));
const TYPE = "image/svg+xml;charset=utf-8";

/** @param {any} page with home, data, scene and camera */
async function png(page) {
  const image = new Image();
  image.src = `data:${TYPE},${encodeURIComponent(written(page))}`;
  await image.decode();
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [2 * image.width, 2 * image.height];
  sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
  return new Promise((resolve) => { sheet.toBlob(resolve, "image/png"); });
}

const vector = (page) => new Blob([written(page)], { type: TYPE });

export { png, vector };
