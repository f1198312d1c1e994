/* Legend, open paper, and the card that follows the pointer over the map. */
function cardParts(card) {
  const facts = card.facts.map(([name, text]) =>
    element("div", {}, element("dt", { text: name }), element("dd", { text, dir: "auto" })));
  return [
    element("dl", {}, ...facts),
    element("p", { class: card.snippet ? "pt-snippet" : "pt-muted", dir: "auto",
      text: card.snippet || "The source has no abstract." }),
  ];
}

function placeCard(box, at) {
  const margin = 14;
  const right = at.x + margin + box.offsetWidth < innerWidth;
  const down = at.y + margin + box.offsetHeight < innerHeight;
  box.style.left = `${Math.max(4, right ? at.x + margin : at.x - margin - box.offsetWidth)}px`;
  box.style.top = `${Math.max(4, down ? at.y + margin : at.y - margin - box.offsetHeight)}px`;
}

function hoverCard(el) {
  const box = element("div", { class: "pt-hover pt-hidden", role: "presentation" });
  const pointer = { x: 0, y: 0, over: false };
  let map = null;
  document.body.append(box);
  const follow = (event) => {
    Object.assign(pointer, { x: event.clientX, y: event.clientY, over: true });
  };
  const hide = () => {
    pointer.over = false;
    box.classList.add("pt-hidden");
  };
  return {
    attach(element) {
      map = element;
      map.addEventListener("pointermove", follow, true);
      map.addEventListener("pointerleave", hide);
    },
    show(card) {
      if (!card || !pointer.over || !el.isConnected) return box.classList.add("pt-hidden");
      box.replaceChildren(element("strong", { text: card.title, dir: "auto" }), ...cardParts(card));
      box.classList.remove("pt-hidden");
      placeCard(box, pointer);
    },
    remove() {
      map?.removeEventListener("pointermove", follow, true);
      map?.removeEventListener("pointerleave", hide);
      box.remove();
    },
  };
}

function legendLine(entry, send) {
  const count = entry.n_shown === entry.n
    ? entry.n.toLocaleString("en")
    : `${entry.n_shown.toLocaleString("en")} of ${entry.n.toLocaleString("en")}`;
  const parts = [
    glyph(entry.color, entry.symbol), element("bdi", { class: "pt-name", text: entry.label }),
    element("span", { class: "pt-count", text: count }),
  ];
  const line = entry.group
    ? element("button", {
      type: "button", class: "pt-entry", "aria-pressed": String(entry.pressed),
      "data-key": `group ${entry.group}`, click: () => send({ kind: "group", id: entry.group }),
    }, ...parts)
    : element("div", { class: "pt-entry" }, ...parts);
  return element("li", { class: entry.n_shown ? "" : "pt-none" }, line);
}

function paperSection(card, send) {
  const near = card.near.map(([id, title, more]) => element("li", {},
    element("button", { type: "button", class: "pt-near", "data-key": `near ${id}`,
      click: () => send({ kind: "open", id }) },
    element("bdi", { text: title }), element("small", { text: more, dir: "auto" }))));
  return [
    element("header", {},
      element("h4", { dir: "auto" }, webLink(card.title, card.url)),
      element("button", { type: "button", class: "pt-close", "aria-label": "Close",
        text: "×", click: () => send({ kind: "close" }) })),
    ...cardParts(card),
    ...(near.length ? [element("h5", { text: "Nearest papers, with shared words" }),
      element("ol", {}, ...near)] : []),
  ];
}

function hasWebGL() {
  const context = document.createElement("canvas").getContext("webgl");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

/* The map is beside the panel, but may appear later, or come and go as the notebook scrolls. */
function watchMap(el, model, card, send) {
  const sizes = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 0 && Math.abs(width - model.get("map_width")) > 2) {
      model.set("map_width", width);
      model.save_changes();
    }
  });
  const waiting = setInterval(() => {
    const view = el.closest(".papertide-view");
    const map = view?.querySelector(".papertide-map");
    if (!map) return;
    clearInterval(waiting);
    card.attach(map);
    view.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys for its cells
    sizes.observe(map);
    send({ kind: "ready", width: Math.round(map.clientWidth), webgl: hasWebGL() });
  }, 40);
  return () => {
    clearInterval(waiting);
    sizes.disconnect();
  };
}

function render({ model, el }) {
  const send = (content) => model.send(content);
  const legend = element("section", { class: "pt-legend" });
  const paper = element("section", { class: "pt-paper", "aria-live": "polite" });
  const card = hoverCard(el);
  el.classList.add("pt-panel");
  el.append(paper, legend);
  const drawLegend = () => redraw(legend, () => {
    const entries = model.get("entries");
    legend.classList.toggle("pt-hidden", !entries.length);
    legend.replaceChildren(
      element("h4", { text: model.get("title") }),
      element("ul", {}, ...entries.map((entry) => legendLine(entry, send))));
  });
  const receive = (message) => {
    if (message.kind === "hover") card.show(message.card);
    if (message.kind === "paper") {
      redraw(paper, () =>
        paper.replaceChildren(...(message.card ? paperSection(message.card, send) : [])));
      el.scrollTop = 0;
    }
  };
  model.on("change:entries", drawLegend);
  model.on("msg:custom", receive);
  drawLegend();
  const unwatch = watchMap(el, model, card, send);
  return () => {
    unwatch();
    card.remove();
    model.off("change:entries", drawLegend);
    model.off("msg:custom", receive);
  };
}
export default { render };
