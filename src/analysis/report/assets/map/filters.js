/* The filters: words, topic, dates, weight, groups of the legend; combined, and in words. */
import * as Data from "./data.js";
const { NO_DAY, isoDay } = Data;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
const NO_TOPIC = -1;

/**
 * What is asked for; `only` has the codes of a colouring that pass, by its key.
 * @typedef {{query: string, hits: Uint8Array | null, topic: number | null, from: number | null,
 *   to: number | null, weight: number, only: Record<string, number[]>}} State
 */

/** @returns {State} */
const none = () => ({
  query: "", hits: null, topic: null, from: null, to: null, weight: 0, only: {},
});

/* Rows of one topic as 0 or 1; for `NO_TOPIC`, those in none. */
function rowsOfTopic(data, topic) {
  const { member } = data.column;
  const out = new Uint8Array(data.n);
  for (let row = 0; row < data.n; row += 1) {
    let any = false;
    for (let i = data.memberStart[row]; i < data.memberStart[row + 1]; i += 1) {
      if (member[i] === topic) out[row] = 1;
      if (data.groups[member[i]].kind === "topic") any = true;
    }
    if (topic === NO_TOPIC && !any) out[row] = 1;
  }
  return out;
}

/* The last day that a date may stand for: the end of its month or year if only that is known. */
const lastDay = (day, precision) => {
  if (!precision) return day;
  const [year, month] = isoDay(day).split("-").map(Number);
  return (precision === 1 ? Date.UTC(year, month, 1) : Date.UTC(year + 1, 0, 1)) / 864e5 - 1;
};

/**
 * Rows that pass as 1; `except` names a filter, or a key of `only`, to leave out.
 * @param {any} data @param {State} state @param {(key: string) => any} lookFor
 */
function passing(data, state, lookFor, except = "") {
  const { day, precision, weight } = data.column;
  const topic = state.topic === null || except === "topic" ? null : rowsOfTopic(data, state.topic);
  const dated = (state.from !== null || state.to !== null) && except !== "dates";
  const [from, to] = [state.from ?? -Infinity, state.to ?? Infinity];
  const least = Math.fround(state.weight);
  const tests = Object.entries(state.only).filter(([key]) => key !== except).map(([key, codes]) => {
    const { code, entries } = lookFor(key);
    return { code, passes: entries.map((entry) => codes.includes(entry.code)) };
  });
  const out = new Uint8Array(data.n);
  for (let row = 0; row < data.n; row += 1) {
    if (state.hits && !state.hits[row]) continue;
    if (topic && !topic[row]) continue;
    if (dated && (day[row] === NO_DAY || day[row] > to || lastDay(day[row], precision[row]) < from)) continue;
    if (weight[row] < least) continue;
    if (tests.every(({ code, passes }) => passes[code[row]])) out[row] = 1;
  }
  return out;
}

const isAny = (state) => Boolean(
  state.query.trim() || state.topic !== null || state.from !== null || state.to !== null
  || state.weight || Object.keys(state.only).length);

/* `only` with the codes of one key replaced; none of them removes the key. */
function narrowed(only, key, codes) {
  const { [key]: _, ...rest } = only;
  return codes.length ? { ...rest, [key]: codes } : rest;
}

/* Only codes that a colouring has. */
function known(only, lookFor) {
  let out = {};
  for (const [key, codes] of Object.entries(only)) {
    const there = new Set(lookFor(key).entries.map(({ code }) => code));
    out = narrowed(out, key, codes.filter((code) => there.has(code)));
  }
  return out;
}

function dayWords(day) {
  const [year, month, date] = isoDay(day).split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/* 2025; March 2025; March 2024 to May 2025; else two days. */
function dateWords(from, to) {
  const [a, b] = [isoDay(from), isoDay(to + 1)];
  const month = (iso) => `${MONTHS[Number(iso.slice(5, 7)) - 1]} ${iso.slice(0, 4)}`;
  if (!a.endsWith("-01") || !b.endsWith("-01")) return `${dayWords(from)} to ${dayWords(to)}`;
  const last = isoDay(to);
  if (a.endsWith("01-01") && b.endsWith("01-01")) {
    const years = [a.slice(0, 4), last.slice(0, 4)];
    return years[0] === years[1] ? years[0] : years.join(" to ");
  }
  return month(a) === month(last) ? month(a) : `${month(a)} to ${month(last)}`;
}

function entryWords(codes, look) {
  const chosen = look.entries.filter((entry) => codes.includes(entry.code));
  const names = chosen.slice(0, 3).map((entry) => `“${entry.label}”`);
  const more = chosen.length > 3 ? ` and ${chosen.length - 3} more` : "";
  return `${look.name} ${names.join(" or ")}${more}`;
}

function daysAsked({ from, to }) {
  if (from === null) return `until ${dayWords(to)}`;
  return to === null ? `from ${dayWords(from)}` : dateWords(from, to);
}

function parts(data, state, lookFor) {
  const out = [];
  if (state.query.trim()) out.push(`“${state.query.trim()}”`);
  if (state.from !== null || state.to !== null) out.push(daysAsked(state));
  if (state.topic === NO_TOPIC) out.push("in no topic");
  else if (state.topic !== null) out.push(`topic ${data.groups[state.topic].label}`);
  for (const [key, codes] of Object.entries(state.only)) out.push(entryWords(codes, lookFor(key)));
  if (state.weight) out.push(`weight in their cluster at least ${state.weight.toFixed(2)}`);
  return out;
}

const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const papers = (n) => `${number(n)} ${n === 1 ? "paper" : "papers"}`;

/* 1,204 of 5,840 papers: “agents”, 2025, topic Multimodal. */
function words(data, state, lookFor, n) {
  if (!isAny(state)) return papers(data.n);
  const found = n ? number(n) : "None";
  return `${found} of ${papers(data.n)}: ${parts(data, state, lookFor).join(", ")}`;
}

export { none, narrowed, known, passing, isAny, words, dateWords, papers, number, NO_TOPIC };
