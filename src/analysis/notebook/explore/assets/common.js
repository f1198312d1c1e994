/* Functions that the widgets share. Texts of papers become text nodes, never markup. */
const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  circle: "M8 1.6a6.4 6.4 0 1 1 0 12.8a6.4 6.4 0 1 1 0-12.8z",
  square: "M2.4 2.4h11.2v11.2H2.4z",
  diamond: "M8 .6L15.4 8L8 15.4L.6 8z",
  "triangle-up": "M8 1.6L15.2 14.4H.8z",
  x: "M3 1l5 5l5-5l2 2l-5 5l5 5l-2 2l-5-5l-5 5l-2-2l5-5l-5-5z",
};

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") node.textContent = value;
    else if (typeof value === "function") node.addEventListener(key, value);
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function glyph(color, symbol) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", "pt-glyph");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[symbol] || SHAPES.circle);
  path.style.fill = color;
  drawing.append(path);
  return drawing;
}

function webLink(text, url) {
  let safe = false;
  try {
    safe = /^https?:$/.test(new URL(url).protocol);
  } catch { /* not an address */ }
  if (!safe) return element("bdi", { text });
  const rules = { href: url, target: "_blank", rel: "noopener noreferrer" };
  return element("a", rules, element("bdi", { text }));
}

/* Redraw without losing keyboard focus: elements are identified by data-key. */
function redraw(root, draw) {
  const key = root.contains(document.activeElement) && document.activeElement.dataset.key;
  draw();
  if (key) [...root.querySelectorAll("[data-key]")].find((e) => e.dataset.key === key)?.focus();
}

const plural = (n, noun) => `${n.toLocaleString("en")} ${n === 1 ? noun : `${noun}s`}`;
