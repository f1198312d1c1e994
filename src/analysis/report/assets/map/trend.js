/* The share of a selection over time with its interval: the numbers of `view.trend()` in Python
 (`trends.count_papers`, `trends.clump_correlation`, `trends.share_interval`). */
import * as Beta from "./beta.js";
import * as Data from "./data.js";

const ALONE = 0xffffffff;
const MIN_CLUMPS = 10;
const LEVEL = 0.95;
const TOWARDS_EXACT = 1 / 3;

/* The period of each paper, -1 for none: undated, too coarsely dated, or before the first one. */
function periodsOf({ n, column, periods }) {
  const { start, end, freq } = periods;
  const out = new Int32Array(n).fill(-1);
  for (let row = 0; row < n; row += 1) {
    const day = column.day[row];
    if (day === Data.NO_DAY || (freq !== "year" && column.precision[row] === 2)) continue;
    let [a, b] = [0, start.length - 1];
    while (a < b) {
      const middle = (a + b) >> 1;
      if (end[middle] < day) a = middle + 1;
      else b = middle;
    }
    if (day >= start[a] && day <= end[a]) out[row] = a;
  }
  return out;
}

/* Papers that arrive together: those of a day or a venue, or all of a period. */
function clumpsOf(data, period) {
  const { column, periods: { clump } } = data;
  const keyOf = {
    day: (row) => (column.precision[row] === 0 ? column.day[row] : `alone ${row}`),
    venue: (row) => (column.venue[row] === ALONE ? `alone ${row}` : column.venue[row]),
    none: () => "",
  }[clump];
  const known = new Map();
  const of = new Int32Array(data.n).fill(-1);
  const [size, inPeriod] = [[], []];
  for (let row = 0; row < data.n; row += 1) {
    if (period[row] < 0) continue;
    const key = `${period[row]} ${keyOf(row)}`;
    if (!known.has(key)) {
      known.set(key, size.length);
      size.push(0);
      inPeriod.push(period[row]);
    }
    of[row] = known.get(key);
    size[of[row]] += 1;
  }
  return { of, size, inPeriod };
}

/* Sums by period of what does not depend on the selection. */
function basis(data) {
  const period = periodsOf(data);
  const clumps = clumpsOf(data, period);
  const { length } = data.periods.start;
  const [n, s2, s3, count] = [0, 1, 2, 3].map(() => new Float64Array(length));
  clumps.size.forEach((m, i) => {
    const at = clumps.inPeriod[i];
    n[at] += m;
    s2[at] += m * m;
    s3[at] += m * m * m;
    count[at] += 1;
  });
  return { period, clumps, n, s2, s3, count };
}

function correlationOf(data, { clumps, n, s2, s3, count }, inClump) {
  if (data.periods.clump === "none") return 0;
  const { length } = n;
  const used = Array.from(n, (_, t) => !data.periods.partial[t] && count[t] > 1);
  if (count.reduce((sum, one, t) => sum + (used[t] ? one - 1 : 0), 0) < MIN_CLUMPS) return 0;
  const [papers, squares, cross] = [0, 1, 2].map(() => new Float64Array(length));
  clumps.size.forEach((m, i) => {
    const [k, at] = [inClump[i], clumps.inPeriod[i]];
    papers[at] += k;
    squares[at] += k * k;
    cross[at] += k * m;
  });
  const parts = [];
  for (let t = 0; t < length; t += 1) {
    if (!used[t]) continue;
    const share = papers[t] / n[t];
    parts.push({
      n: n[t], s2: s2[t], spread: share * (1 - share),
      observed: squares[t] - 2 * share * cross[t] + share * share * s2[t],
      alone: n[t] - s2[t] / n[t],
      together: s2[t] - (2 * s3[t]) / n[t] + (s2[t] / n[t]) ** 2,
    });
  }
  return solved(parts);
}

function solved(parts) {
  let correlation = 0;
  for (let i = 0; i < 20; i += 1) {
    let [largest, excess] = [0, 0];
    for (const { n, s2, spread, observed, alone, together } of parts) {
      const effect = 1 - correlation + (correlation * s2) / n;
      const unbiased = spread / Math.max(1 - effect / n, 0.05);
      largest += unbiased * (together - alone);
      excess += observed - unbiased * alone;
    }
    if (largest <= 0) return 0;
    correlation = Math.min(0.95, Math.max(0, excess / largest));
  }
  return correlation;
}

/** The 95 % interval of `k` of `n` papers, with design effect `phi`; NaN without papers. */
function interval(k, n, phi = 1) {
  if (!n) return [NaN, NaN];
  const [hits, misses, tail] = [k / phi, (n - k) / phi, (1 - LEVEL) / 2];
  const [inside, outside] = [0.5 - TOWARDS_EXACT, 0.5 + TOWARDS_EXACT];
  const low = k === 0 ? 0 : Beta.quantile(tail, hits + inside, misses + outside);
  const high = k === n ? 1 : Beta.quantile(1 - tail, hits + outside, misses + inside);
  return [Math.min(low, k / n), Math.max(high, k / n)];
}

const bases = new WeakMap();

/**
 * The selection by period; null if the run has no periods.
 * @param {any} data @param {Uint8Array} mask 0 or 1 per row
 */
function shares(data, mask) {
  if (!data.periods) return null;
  if (!bases.has(data)) bases.set(data, basis(data));
  const known = bases.get(data);
  const { period, clumps, n, s2 } = known;
  const papers = new Uint32Array(n.length);
  const inClump = new Uint32Array(clumps.size.length);
  for (let row = 0; row < data.n; row += 1) {
    if (!mask[row] || period[row] < 0) continue;
    papers[period[row]] += 1;
    inClump[clumps.of[row]] += 1;
  }
  const correlation = correlationOf(data, known, inClump);
  return Array.from(papers, (k, t) => {
    const phi = Math.max(1, 1 + correlation * ((n[t] ? s2[t] / n[t] : 1) - 1));
    const [low, high] = interval(k, n[t], phi);
    return {
      label: data.periods.label[t], isPartial: Boolean(data.periods.partial[t]),
      n: k, of: n[t], share: n[t] ? k / n[t] : NaN, low, high,
    };
  });
}

export { shares, interval };
