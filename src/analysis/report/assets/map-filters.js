"use strict";
/* The filters: words, topic, dates, weight, groups of the legend; combined, and in words. */
papertide.filters = (() => {
  const { NO_DAY, isoDay } = papertide.data;
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December"];
  const NO_TOPIC = -1;

  const none = () => ({
    query: "", hits: null, topic: null, from: null, to: null, weight: 0, entries: new Set(),
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

  /* Rows that pass as 1; `except` names a filter to leave out. */
  function passing(data, state, look, except = "") {
    const { day, weight } = data.column;
    const topic = state.topic === null || except === "topic" ? null : rowsOfTopic(data, state.topic);
    const dated = state.from !== null && except !== "dates";
    const least = Math.fround(state.weight);
    const entries = state.entries.size && except !== "entries"
      ? look.entries.map((entry) => state.entries.has(entry.code)) : null;
    const out = new Uint8Array(data.n);
    for (let row = 0; row < data.n; row += 1) {
      if (state.hits && !state.hits[row]) continue;
      if (topic && !topic[row]) continue;
      if (dated && (day[row] === NO_DAY || day[row] < state.from || day[row] > state.to)) continue;
      if (weight[row] < least) continue;
      if (entries && !entries[look.code[row]]) continue;
      out[row] = 1;
    }
    return out;
  }

  const isAny = (state) => Boolean(
    state.query.trim() || state.topic !== null || state.from !== null || state.weight
    || state.entries.size);

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

  function entryWords(state, look) {
    const chosen = look.entries.filter((entry) => state.entries.has(entry.code));
    const names = chosen.slice(0, 3).map((entry) => `“${entry.label}”`);
    const more = chosen.length > 3 ? ` and ${chosen.length - 3} more` : "";
    return `${look.name} ${names.join(" or ")}${more}`;
  }

  function parts(data, state, look) {
    const out = [];
    if (state.query.trim()) out.push(`“${state.query.trim()}”`);
    if (state.from !== null) out.push(dateWords(state.from, state.to));
    if (state.topic === NO_TOPIC) out.push("in no topic");
    else if (state.topic !== null) out.push(`topic ${data.groups[state.topic].label}`);
    if (state.entries.size) out.push(entryWords(state, look));
    if (state.weight) out.push(`weight in their cluster at least ${state.weight.toFixed(2)}`);
    return out;
  }

  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const papers = (n) => `${number(n)} ${n === 1 ? "paper" : "papers"}`;

  /* 1,204 of 5,840 papers: “agents”, 2025, topic Multimodal. */
  function words(data, state, look, n) {
    if (!isAny(state)) return papers(data.n);
    const found = n ? number(n) : "None";
    return `${found} of ${papers(data.n)}: ${parts(data, state, look).join(", ")}`;
  }

  return { none, passing, isAny, words, dateWords, papers, number, NO_TOPIC };
})();
