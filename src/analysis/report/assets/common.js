"use strict";
/* Shared by the pages. Data enter the page only as textContent. */
const papertide = (() => {
  const SHAPES = {
    circle: "M8 2a6 6 0 1 0 .01 0z", square: "M3 3h10v10H3z", diamond: "M8 1l6 7-6 7-6-7z",
    "triangle-up": "M8 2l7 12H1z", x: "M4 2l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z",
  };

  const read = (id) => JSON.parse(document.getElementById(id).textContent);

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

  function glyph(color, symbol) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("class", "glyph");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", SHAPES[symbol] || SHAPES.circle);
    path.setAttribute("fill", color);
    svg.append(path);
    return svg;
  }

  function isWeb(url) {
    try {
      return ["http:", "https:"].includes(new URL(url).protocol);
    } catch {
      return false;
    }
  }

  const open = (url) => {
    if (isWeb(url)) window.open(url, "_blank", "noopener,noreferrer");
  };

  /* Whether the last press on a node was by touch, which cannot hover. */
  function fingers(node) {
    let last = "mouse";
    node.addEventListener("pointerdown", (event) => { last = event.pointerType; }, true);
    return () => last === "touch";
  }

  const link = (text, url) =>
    element("a", { href: url, target: "_blank", rel: "noopener noreferrer", text });

  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  /* One card that follows the pointer: title, date, groups, first lines of the abstract. */
  function hoverCard() {
    const card = element("div", { id: "hover-card", class: "hidden", "aria-hidden": "true" });
    document.body.append(card);
    const hide = () => card.classList.add("hidden");
    const show = (lines, event) => {
      const [title, ...rest] = lines.filter(Boolean);
      card.replaceChildren(
        element("strong", { text: title, dir: "auto" }),
        ...rest.map((text) => element("p", { text, dir: "auto" })));
      card.classList.remove("hidden");
      const { width, height } = card.getBoundingClientRect();
      const beside = event.clientX + 16 + width < innerWidth;
      const left = beside ? event.clientX + 16 : event.clientX - width - 16;
      const top = Math.min(event.clientY + 12, innerHeight - height - 8);
      card.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
      card.style.top = `${Math.max(8, top)}px`;
    };
    window.addEventListener("scroll", hide, { passive: true });
    return { show, hide };
  }

  const firstLines = (text, limit) =>
    text.length <= limit ? text : `${text.slice(0, limit).replace(/\s+\S*$/u, "")}…`;

  /* Light or dark as in the system, until the reader chooses on the page. */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];

  const isDark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : dark.matches;
  };

  function onTheme(draw) {
    listeners.push(draw);
    dark.addEventListener("change", draw);
  }

  function setTheme(name) {
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
    listeners.forEach((draw) => draw());
  }

  const byId = (id) => document.getElementById(id);

  return {
    read, element, byId, glyph, isWeb, open, link, fingers, hoverCard, firstLines, onTheme,
    setTheme, isDark, colour,
  };
})();
