/* Colours of the papers, legible on light and on dark. */
import * as Data from "./data.js";
import * as Filters from "./filters.js";
const { NONE, NO_DAY, isoDay } = Data;
const GREY = "#8b929c";
const STEPS = 256;
/* Old to new, low to high; the far end contrasts with the page in either theme. */
const RAMPS = {
  light: ["#f2b33d", "#ec7a4a", "#d2476b", "#92378f", "#4a3aa7", "#1f2a6b"],
  dark: ["#4956c9", "#8a55cf", "#cf5aa5", "#f07c6c", "#f9b44f", "#faec8a"],
};
const OWN = [
  "#3d6fd6", "#d98200", "#1a8a72", "#d6452b", "#8a56c2", "#0f8fb0", "#b3428c", "#7d8f1d",
  "#a0673c", "#5b6bb5", "#c2578a", "#3f9a4d", "#b08a00", "#6d7f99", "#e0703a", "#2f7f9f",
  "#9a4fb0", "#5f8a3c", "#c24f4f", "#4a9a8f",
];

const parse = (hex) => {
  const found = /^#([0-9a-f]{6})$/i.exec(hex || "") || [null, GREY.slice(1)];
  const value = parseInt(found[1], 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};
const css = (/** @type {number[]} */ [r, g, b]) => `rgb(${r}, ${g}, ${b})`;
const mix = (a, b, part) => a.map((value, i) => Math.round(value + (b[i] - value) * part));

/* WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

/* The colour, moved towards the ink until it is readable on the page and on points of the same colour. */
function readable(home, rgb, ratio = 6.5) {
  const [paper, ink] = [parse(home.colour("paper")), parse(home.colour("ink"))];
  for (let part = 0.1; part < 1; part += 0.1) {
    const tried = mix(rgb, ink, part);
    if (contrast(tried, paper) >= ratio) return css(tried);
  }
  return css(ink);
}

/* On a dark page the group colours, which were chosen for a white one, are lightened a little. */
const shade = (home, hex) => {
  const rgb = parse(hex);
  return home.isDark() ? mix(rgb, [255, 255, 255], 0.16) : rgb;
};

function ramp(home) {
  const stops = RAMPS[home.isDark() ? "dark" : "light"].map(parse);
  const out = [];
  for (let i = 0; i < STEPS; i += 1) {
    const at = (i / (STEPS - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(at));
    out.push(mix(stops[from], stops[from + 1], at - from));
  }
  return out;
}

/* The entries of a legend, most papers first, and the entry of each paper. */
function coded(data, codes, entryOf, none) {
  const counts = new Map();
  for (const code of codes) counts.set(code, (counts.get(code) || 0) + 1);
  const order = [...counts.keys()].filter((code) => code !== NONE)
    .sort((a, b) => counts.get(b) - counts.get(a) || a - b);
  const entries = order.map((code) => ({ ...entryOf(code), n: counts.get(code), code }));
  if (counts.has(NONE)) {
    entries.push({ label: none, color: GREY, symbol: "circle", n: counts.get(NONE), code: NONE });
  }
  const place = new Map(entries.map((entry, i) => [entry.code, i]));
  return { entries, code: Uint16Array.from(codes, (code) => place.get(code)) };
}

function scaled(data, colouring) {
  const values = data.column[colouring.column];
  const dated = colouring.kind === "date";
  const known = (value) => (dated ? value !== NO_DAY : !Number.isNaN(value));
  const about = dated ? { log: false } : data.values[colouring.value];
  const bend = (value) => (about.log ? Math.log1p(value) : value);
  let [low, high, missing] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (!known(value)) missing += 1;
    else [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  const [from, span] = [bend(low), bend(high) - bend(low) || 1];
  const code = Uint16Array.from(values, (value) =>
    (known(value) ? Math.round(((bend(value) - from) / span) * (STEPS - 1)) : STEPS));
  const words = (part) => {
    const value = from + span * part;
    if (dated) return isoDay(Math.round(value)).slice(0, 7);
    const number = about.log ? Math.expm1(value) : value;
    return Math.abs(number) >= 100 ? Filters.number(Math.round(number)) : String(Number(number.toPrecision(3)));
  };
  return { code, ticks: [0, 0.5, 1].map(words), missing, entries: [] };
}

/* The map in one colouring, independent of the theme. */
function look(data, colouring) {
  const common = { ...colouring, pale: colouring.key === "cluster" };
  if (colouring.kind === "date" || colouring.kind === "number") {
    return { ...common, ...scaled(data, colouring) };
  }
  const codes = data.column[colouring.column];
  if (colouring.kind === "groups") {
    const groupOf = (code) => data.groups[code];
    return { ...common, ...coded(data, codes, groupOf, `no ${colouring.name}`) };
  }
  const { values } = data.values[colouring.value];
  const entryOf = (code) => ({
    label: values[code], color: OWN[code] || GREY, symbol: "circle",
  });
  return { ...common, ...coded(data, codes, entryOf, "not known") };
}

/* Colours and shapes of the codes in today's theme. */
function palette(home, look) {
  const colors = look.entries.length
    ? look.entries.map((entry) => shade(home, entry.color)) : [...ramp(home), shade(home, GREY)];
  const symbols = look.entries.length
    ? look.entries.map((entry) => entry.symbol) : colors.map(() => "circle");
  return { rgb: Uint8Array.from(colors.flat()), symbols };
}

const stops = (home) => ramp(home).filter((_, i) => i % 15 === 0).map(css);
const gradient = (home) => `linear-gradient(to right, ${stops(home).join(", ")})`;

export { look, palette, gradient, stops, readable, shade, css, parse };
