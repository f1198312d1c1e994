/* The map in a notebook: data by message, the state in traits that Python reads and writes. */
import * as Common from "../common.js";
import * as Address from "./address.js";
import * as Data from "./data.js";
import * as Explorer from "./explorer.js";
import * as Filters from "./filters.js";

const PATIENCE = 400; // milliseconds before the map says that the kernel has not answered

/** The replies of the kernel: one for each question, however many views ask. */
function asker(model) {
  const waiting = new Map();
  model.on("msg:custom", (content, buffers) => {
    const done = waiting.get(content.number);
    waiting.delete(content.number);
    if (done) done({ ...content, buffers });
  });
  return (kind) => new Promise((resolve) => {
    const number = `${Date.now()} ${Math.random()}`;
    waiting.set(number, resolve);
    model.send({ kind, number });
  });
}

const bytesOf = (/** @type {DataView} */ view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/* One bit for each paper, the first paper in the lowest bit. */
function packed(mask, n) {
  const out = new Uint8Array(Math.ceil(n / 8));
  if (mask) for (let row = 0; row < n; row += 1) if (mask[row]) out[row >> 3] |= 1 << (row & 7);
  return new DataView(out.buffer);
}

function unpacked(view, n) {
  const bytes = bytesOf(view);
  const out = new Uint8Array(n);
  for (let row = 0; row < n; row += 1) out[row] = ((bytes[row >> 3] || 0) >> (row & 7)) & 1;
  return out;
}

/* The value that a code of a colouring stands for in Python: the id of a group, or a text. */
function valueOf(data, { kind, value }, code) {
  if (code === Data.NONE) return null;
  return kind === "groups" ? data.groups[code].id : data.values[value].values[code];
}

/* The filters as Python has them: ids, days as text, values by the key of their column. */
function written(data, { query, topic, from, to, weight, only }) {
  const day = (number) => (number === null ? null : Data.isoDay(number));
  const colouring = (key) => data.colourings.find((one) => one.key === key);
  const values = Object.entries(only).map(([key, codes]) =>
    [key, codes.map((code) => valueOf(data, colouring(key), code))]);
  const id = topic === null ? null : topic === Filters.NO_TOPIC ? "" : data.groups[topic].id;
  return { text: query, topic: id, from: day(from), to: day(to), weight, only: Object.fromEntries(values) };
}

function read(data, filters, color) {
  const { text = "", topic = null, from = null, to = null, weight = 0, only = {} } = filters;
  const codes = data.colourings.filter(({ key }) => key in only).map((one) => {
    const known = new Map();
    for (const code of data.column[one.column]) if (!known.has(code)) known.set(code, valueOf(data, one, code));
    const found = [...known].filter(([, value]) => only[one.key].includes(value)).map(([code]) => code);
    return [one.key, found.sort((a, b) => a - b)];
  });
  const place = data.groups.findIndex(({ kind, id }) => kind === "topic" && id === topic);
  return {
    query: text, topic: topic === "" ? Filters.NO_TOPIC : place < 0 ? null : place,
    from: Address.dayNumber(from), to: Address.dayNumber(to), weight, only: Object.fromEntries(codes),
    colouring: data.colourings.find(({ key }) => key === color) || data.colourings[0],
  };
}

/* JupyterLab, VS Code and others say on the body whether their theme is dark. */
function followTheme(home) {
  const { body } = document;
  const tell = () => {
    const jupyter = body.dataset.jpThemeLight;
    const code = body.dataset.vscodeThemeKind || "";
    if (jupyter) home.setTheme(jupyter === "false" ? "dark" : "light");
    else if (code) home.setTheme(/dark|high-contrast$/.test(code) ? "dark" : "light");
    else home.setTheme("");
  };
  const observer = new MutationObserver(tell);
  observer.observe(body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  tell();
  return () => observer.disconnect();
}

/* The template of the page, in which every text is escaped; a parsed document runs no scripts. */
function filled(host, { body, style }) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = style;
  root.append(sheet, ...new DOMParser().parseFromString(body, "text/html").body.childNodes);
  return Common.inside(root, host);
}

/* Changes in both directions. What the browser changes is numbered, and counts until Python has
   answered with its number: an older value that arrives meanwhile is out of date. */
function connected(model, explorer) {
  const { n } = explorer.data;
  let sent = 0;
  let timer = 0;
  const isWaiting = () => model.get("answered") < sent;
  const mark = () => {
    clearTimeout(timer);
    if (!isWaiting()) explorer.say("");
    else timer = setTimeout(() => { if (isWaiting()) explorer.say("waiting for the kernel"); }, PATIENCE);
  };
  const values = {
    selected: () => packed(explorer.now().selected, n),
    filters: () => written(explorer.data, explorer.now().state),
    color: () => explorer.now().colouring.key,
    camera: () => {
      const { x, y, zoom } = explorer.camera.view;
      return explorer.camera.isWhole() ? {} : { x, y, zoom };
    },
    opened: () => explorer.now().opened,
    hovered: () => explorer.now().hovered,
  };
  const same = (a, b) => JSON.stringify(a instanceof DataView ? [...bytesOf(a)] : a)
    === JSON.stringify(b instanceof DataView ? [...bytesOf(b)] : b);

  function told(name) {
    const value = values[name]();
    if (same(value, model.get(name))) return;
    model.set(name, value);
    if (name !== "hovered") {
      sent = Math.max(sent, model.get("asked")) + 1;
      model.set("asked", sent);
    }
    model.save_changes();
    mark();
  }

  const takers = {
    selected: () => explorer.select(unpacked(model.get("selected"), n)),
    filters: () => explorer.take(read(explorer.data, model.get("filters"), model.get("color"))),
    color: () => explorer.take(read(explorer.data, model.get("filters"), model.get("color"))),
    camera: () => {
      const at = model.get("camera");
      explorer.look("zoom" in at ? at : null);
    },
    opened: () => explorer.open(model.get("opened")),
  };
  const follow = (name) => () => {
    if (!isWaiting() && !same(values[name](), model.get(name))) takers[name]();
  };
  const listeners = Object.keys(takers).map((name) => [`change:${name}`, follow(name)]);
  listeners.push(["change:answered", mark]);
  listeners.forEach(([name, listener]) => model.on(name, listener));
  Object.keys(takers).forEach((name) => follow(name)());
  return { told, stop: () => listeners.forEach(([name, listener]) => model.off(name, listener)) };
}

let ask = null;
let opening = null;

async function render({ model, el }) {
  ask ||= asker(model);
  opening ||= ask("open");
  const host = Common.element("div", { class: "papertide-map", "data-lm-suppress-shortcuts": "true" });
  el.append(host);
  const opened = await opening;
  const home = filled(host, opened);
  const stopTheme = followTheme(home);
  async function* pieces(name) {
    const { buffers } = name === "points" ? opened : await ask(name);
    yield bytesOf(buffers[0]);
  }
  const source = { meta: opened.meta, pieces, whole: () => Promise.resolve() };
  let link = null;
  const explorer = await Explorer.start(home, source, {
    shown: (page) => { host.papertide = page; },
    told: (name) => link?.told(name),
  });
  link = connected(model, explorer);
  explorer.ready.then(() => { host.dataset.ready = "true"; }, () => { host.dataset.ready = "failed"; });
  return () => {
    stopTheme();
    link.stop();
  };
}

export { render };
