/* The part of the address after #: the view, so that a link can point at a finding. Its content
 is not trusted: a number in its range, a name that the page knows, or nothing. */
import * as Data from "./data.js";
import * as Filters from "./filters.js";
const LONGEST = 300; // characters of a search
const MOST_CORNERS = 60;

const round = (value, digits) => Number(value.toFixed(digits));

function written({ data, camera, colouring, state, focus, outline, tableOpen }) {
  const out = new URLSearchParams();
  if (!camera.isWhole()) {
    const { x, y, zoom } = camera.view;
    out.set("at", [round(x, 4), round(y, 4), round(zoom, 3)].join(","));
  }
  if (colouring !== data.colourings[0]) out.set("colour", colouring.key);
  if (state.query.trim()) out.set("q", state.query.trim().slice(0, LONGEST));
  if (state.topic !== null) out.set("topic", state.topic < 0 ? "none" : `t-${data.groups[state.topic].id}`);
  if (state.from !== null || state.to !== null) {
    out.set("dates", [state.from, state.to].map((day) => (day === null ? "" : Data.isoDay(day))).join("_"));
  }
  if (state.weight) out.set("weight", String(state.weight));
  for (const [key, codes] of Object.entries(state.only)) {
    if (key === colouring.key) out.set("only", codes.join(","));
    else out.append("also", `${codes.join(",")}~${key}`);
  }
  if (focus >= 0 && data.texts) out.set("paper", data.texts.one(1, focus));
  if (outline) out.set("select", thinned(outline).flat().map((value) => round(value, 3)).join(","));
  if (tableOpen) out.set("table", "1");
  return out.toString();
}

function thinned(outline) {
  const step = Math.ceil(outline.length / MOST_CORNERS);
  return outline.filter((_, i) => i % step === 0);
}

const numbers = (text, most) => {
  const found = (text || "").slice(0, 4000).split(",").slice(0, most).map(Number);
  return text && found.every(Number.isFinite) ? found : [];
};

const dayNumber = (text) => {
  const found = /^\d{4}-\d\d-\d\d$/.test(text || "") ? Date.parse(`${text}T00:00:00Z`) / 864e5 : NaN;
  return Number.isInteger(found) ? found : null;
};

const colouringOf = (data, given) =>
  data.colourings.find(({ key }) => key === given.get("colour")) || data.colourings[0];

/* The codes asked for by key: those of the colouring, then those of others. */
function onlyOf(data, given) {
  const out = {};
  const asked = [[given.get("only"), colouringOf(data, given).key],
    ...given.getAll("also").map((text) => [text.split("~", 1)[0], text.slice(text.indexOf("~") + 1)])];
  for (const [text, key] of asked) {
    const codes = numbers(text, 400).filter(Number.isInteger);
    if (codes.length && data.colourings.some((one) => one.key === key)) out[key] = codes;
  }
  return out;
}

function read(data, hash) {
  const given = new URLSearchParams(hash.replace(/^#/, "").slice(0, 20000));
  const at = numbers(given.get("at"), 3);
  const [from, to] = (given.get("dates") || "").split("_").map(dayNumber);
  const dated = (from ?? -Infinity) <= (to ?? Infinity);
  const topic = given.get("topic") || "";
  const place = data.groups.findIndex((group) => group.kind === "topic" && `t-${group.id}` === topic);
  const weight = Number(given.get("weight"));
  const corners = numbers(given.get("select"), 2 * MOST_CORNERS);
  return {
    at: at.length === 3 && at[2] > 0 ? { x: at[0], y: at[1], zoom: at[2] } : null,
    colouring: colouringOf(data, given),
    query: (given.get("q") || "").slice(0, LONGEST),
    topic: topic === "none" ? Filters.NO_TOPIC : place < 0 ? null : place,
    from: (dated && from) || null, to: (dated && to) || null,
    weight: weight > 0 && weight <= 1 ? weight : 0,
    only: onlyOf(data, given),
    paper: given.get("paper") || "",
    outline: corners.length >= 6 && corners.length % 2 === 0
      ? Array.from({ length: corners.length / 2 }, (_, i) => [corners[2 * i], corners[2 * i + 1]]) : null,
    tableOpen: given.get("table") === "1",
  };
}

/* Safari allows a hundred changes in half a minute, so several are combined. */
function keeper(now) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = now();
      const address = text ? `#${text}` : location.pathname + location.search;
      if (text === location.hash.slice(1)) return;
      try {
        history.replaceState(null, "", address);
      } catch {
        // A page in a sandbox has no history; its address then does not hold the view.
      }
    }, 300);
  };
}

export { written, read, keeper, dayNumber };
