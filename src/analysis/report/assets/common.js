/* Shared by the pages and the widget. Data enter a page only as textContent. */

/**
 * The place that a map or report is shown in: the document, or the shadow of a notebook's output.
 * @typedef {ReturnType<typeof inside>} Home
 */

const SHAPES = {
  circle: "M8 2a6 6 0 1 0 .01 0z", square: "M3 3h10v10H3z", diamond: "M8 1l6 7-6 7-6-7z",
  "triangle-up": "M8 2l7 12H1z", x: "M4 2l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z",
};

/**
 * An element with attributes; `text` is its content, `click` a listener.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children
 * @returns {any}
 */
function element(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "text") node.textContent = value;
    else if (name === "click") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/**
 * An element of an SVG image.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...Node} children
 * @returns {any}
 */
function svgElement(tag, attributes, ...children) {
  const out = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) out.setAttribute(name, String(value));
  out.append(...children);
  return out;
}

/** @param {string} color @param {string} symbol */
const glyph = (color, symbol) => svgElement(
  "svg", { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" },
  svgElement("path", { d: SHAPES[symbol] || SHAPES.circle, fill: color }));

/** @param {string} url */
function isWeb(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** @param {string} url */
const open = (url) => {
  if (isWeb(url)) window.open(url, "_blank", "noopener,noreferrer");
};

/**
 * Whether the last press on a node was by touch, which cannot hover.
 * @param {HTMLElement} node
 */
function fingers(node) {
  let last = "mouse";
  node.addEventListener("pointerdown", (event) => { last = event.pointerType; }, true);
  return () => last === "touch";
}

/** @param {string} text @param {string} url */
const link = (text, url) =>
  element("a", { href: url, target: "_blank", rel: "noopener noreferrer", text });

/** @param {string} text @param {number} limit */
const firstLines = (text, limit) =>
  text.length <= limit ? text : `${text.slice(0, limit).replace(/\s+\S*$/u, "")}…`;

/**
 * Light or dark as in the system, until something else is chosen.
 * @param {HTMLElement} host the element that has the colours
 */
function themeOf(host) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];
  const isDark = () => (host.dataset.theme ? host.dataset.theme === "dark" : dark.matches);
  const tell = () => listeners.forEach((draw) => draw());
  dark.addEventListener("change", tell);
  const setTheme = (name) => {
    if (name) host.dataset.theme = name;
    else delete host.dataset.theme;
    tell();
  };
  return { isDark, setTheme, onTheme: (draw) => { listeners.push(draw); } };
}

/**
 * @param {Document | ShadowRoot} node
 * @param {HTMLElement} host
 */
function inside(node, host) {
  /** @type {(id: string) => any} */
  const byId = (id) => node.getElementById(id);
  /** @type {(css: string) => any[]} */
  const all = (css) => [...node.querySelectorAll(css)];
  const colour = (name) => getComputedStyle(host).getPropertyValue(`--${name}`).trim();
  /** @type {() => any} */
  const active = () => node.activeElement;
  const under = node instanceof Document ? node.body : node;

  /* One card that follows the pointer: title, date, groups, first lines of the abstract. */
  function hoverCard() {
    const card = element("div", { id: "hover-card", class: "hidden", "aria-hidden": "true" });
    under.append(card);
    const hide = () => card.classList.add("hidden");
    const show = (lines, event) => {
      const [title, ...rest] = lines.filter(Boolean);
      card.replaceChildren(
        element("strong", { text: title, dir: "auto" }),
        ...rest.map((text) => element("p", { text, dir: "auto" })));
      card.classList.remove("hidden");
      card.style.left = "0";
      card.style.top = "0";
      // Inside a notebook, "fixed" may count from a cell instead of the window.
      const { width, height, left: x, top: y } = card.getBoundingClientRect();
      const beside = event.clientX + 16 + width < innerWidth;
      const left = beside ? event.clientX + 16 : event.clientX - width - 16;
      const top = Math.min(event.clientY + 12, innerHeight - height - 8);
      card.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8)) - x}px`;
      card.style.top = `${Math.max(8, top) - y}px`;
    };
    window.addEventListener("scroll", hide, { passive: true, capture: true });
    return { show, hide };
  }

  return { node, host, under, byId, all, active, colour, hoverCard, ...themeOf(host) };
}

/** The home of a page. */
const page = () => inside(document, document.documentElement);

/** @param {string} id */
const read = (id) => JSON.parse(document.getElementById(id).textContent);

export { SHAPES, element, svgElement, glyph, isWeb, open, link, fingers, firstLines, inside, page, read };
