/* The words and two-word phrases that distinguish papers from all others: their log-odds, with a
 prior from all papers, over its standard error (B. L. Monroe, M. P. Colaresi and K. M. Quinn (2008),
 "Fightin' Words", Political Analysis 16:372-403), counted in papers. */
import * as Data from "./data.js";
const MOST = 1500; // papers of each side that are read, evenly spaced
const PRIOR = 10; // papers
const AT_ONCE = 200;
const PHRASE = 1.3; // a phrase says more than a word of the same score

function* termsOf(text, stop) {
  for (const part of text.toLowerCase().split(/[^\p{L}\p{N}\s'’-]+/u)) {
    let before = "";
    for (const word of part.match(/\p{L}[\p{L}\p{N}-]*/gu) || []) {
      const counts = word.length > 2 && !stop.has(word);
      if (counts) yield word;
      if (counts && before) yield `${before} ${word}`;
      before = counts ? word : "";
    }
  }
}

const spaced = (rows) => (rows.length <= MOST ? rows
  : Array.from({ length: MOST }, (_, i) => rows[Math.floor((i * (rows.length - 1)) / (MOST - 1))]));

async function counted(data, rows, stop, among) {
  const out = new Map();
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    for (const row of rows.slice(from, from + AT_ONCE)) {
      const text = `${data.texts.one(0, row)}. ${data.abstracts.one(0, row)}`;
      for (const term of new Set(termsOf(text, stop))) {
        if (!among || among.has(term)) out.set(term, (out.get(term) || 0) + 1);
      }
    }
    await Data.pause();
  }
  return out;
}

/* Terms by their score, most distinctive first, from counts of papers. */
function ranked(inside, outside, n, others) {
  const scored = [];
  for (const [term, k] of inside) {
    const other = outside.get(term) || 0;
    if (k < Math.min(2, n)) continue;
    const share = (k + other + 0.5) / (n + others + 1);
    const [a, b] = [k + PRIOR * share, other + PRIOR * share];
    const [without, withoutOther] = [Math.max(0.5, n + PRIOR - a), Math.max(0.5, others + PRIOR - b)];
    const score = (Math.log(a / without) - Math.log(b / withoutOther)) / Math.sqrt(1 / a + 1 / b)
      * (term.includes(" ") ? PHRASE : 1);
    if (score > 1) scored.push({ term, k, score });
  }
  return scored.sort((a, b) => b.score - a.score || (a.term < b.term ? -1 : 1));
}

/* Without terms that share a word with a better one. */
function unrepeated(scored, most) {
  const out = [];
  for (const one of scored) {
    const words = one.term.split(" ");
    const overlaps = out.some(({ term }) => {
      const other = term.split(" ");
      return words.some((word) => other.includes(word)
        || other.some((their) => `${their}s` === word || `${word}s` === their));
    });
    if (!overlaps) out.push(one);
    if (out.length === most) break;
  }
  return out.map(({ term }) => term);
}

/**
 * @param {any} data @param {Uint8Array} mask 0 or 1 per row
 * @returns {Promise<string[]>} empty if the texts are not read yet, or all papers are selected
 */
async function distinctive(data, mask, most = 8) {
  if (!data.abstracts) return [];
  const [inside, outside] = [[], []];
  for (let row = 0; row < data.n; row += 1) (mask[row] ? inside : outside).push(row);
  if (!inside.length || !outside.length) return [];
  const stop = new Set(data.stop.split(" "));
  const [mine, theirs] = [spaced(inside), spaced(outside)];
  const counts = await counted(data, mine, stop, null);
  const others = await counted(data, theirs, stop, counts);
  return unrepeated(ranked(counts, others, mine.length, theirs.length), most);
}

export { distinctive, termsOf, ranked };
