/* Search: every word must begin a word of title or abstract; "words in quotes" must be adjacent. */
import * as Common from "../common.js";
import * as Data from "./data.js";
const { pause } = Data;
const WORD = /[\p{L}\p{N}]+/gu;
const LETTER = /[\p{L}\p{N}]/u;
const PLAIN = /^[\x00-\x7f]*$/;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const BLOCK = 1 << 17; // bytes of text searched as one string

const fold = (text) => (PLAIN.test(text) ? text.toLowerCase()
  : text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase());
const wordsOf = (text) => fold(text).match(WORD) || [];

/* Folded texts, many papers per string, with the start of each paper. */
async function index(data) {
  const { n, texts, abstracts } = data;
  const blocks = [];
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && abstracts.size(0, from, to + 1) + texts.size(0, from, to + 1) < BLOCK) to += 1;
    blocks.push(block(texts.some(0, from, to), abstracts.some(0, from, to), from));
    from = to;
    await pause();
  }
  return { n, blocks, last: null };
}

function block(titles, abstracts, first) {
  const starts = new Uint32Array(titles.length + 1);
  const lines = fold(titles.map((title, i) => `${title} ${abstracts[i]}`).join("\n")).split("\n");
  lines.forEach((line, i) => { starts[i + 1] = starts[i] + line.length + 1; });
  return { first, starts, text: `${lines.join("\n")}\n` };
}

/* The query: words, longest first (usually the rarest), and phrases. */
function understood(query) {
  const phrases = [...query.matchAll(/["“”„«]([^"“”„«»]+)["“”«»]/gu)]
    .map(([, inside]) => wordsOf(inside)).filter((words) => words.length > 1)
    .map((words) => new RegExp(`(?<![\\p{L}\\p{N}])${words.join("[^\\p{L}\\p{N}]+")}`, "u"));
  return { words: wordsOf(query).sort((a, b) => b.length - a.length), phrases };
}

function begins(text, word, at) {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  if (before < 128) {
    return !((before > 96 && before < 123) || (before > 47 && before < 58));
  }
  return !LETTER.test(text[at - 1]) || UNSPACED.test(word);
}

function holds(line, word) {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    if (begins(line, word, at)) return true;
  }
  return false;
}

const fits = (line, { words, phrases }, from) =>
  words.every((word, i) => i < from || holds(line, word))
  && phrases.every((phrase) => phrase.test(line));

function searchBlock({ first, starts, text }, asked, found, within) {
  const [word] = asked.words;
  let i = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at)) {
    while (starts[i + 1] <= at) i += 1;
    const open = !within || within[first + i];
    if (open && !begins(text, word, at)) {
      at += 1;
      continue;
    }
    if (open && fits(text.slice(starts[i], starts[i + 1]), asked, 1)) found[first + i] = 1;
    at = starts[i + 1];
  }
}

const isLonger = (words, before) =>
  before.every((old) => words.some((word) => word.startsWith(old)));

/* Rows that match as 0 or 1; null if the query is empty. */
function search(haystack, query) {
  if (!query.trim()) return null;
  const found = new Uint8Array(haystack.n);
  const asked = understood(query);
  if (!asked.words.length) return found;
  const { last } = haystack;
  const within = last && isLonger(asked.words, last.words) ? last.found : null;
  for (const part of haystack.blocks) searchBlock(part, asked, found, within);
  haystack.last = asked.phrases.length ? null : { words: asked.words, found };
  return found;
}

/* A text as nodes in which the matching words are marked. */
function marked(text, query) {
  const words = wordsOf(query);
  if (!words.length) return [document.createTextNode(text)];
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const folded = fold(match[0]);
    if (!words.some((word) => folded.startsWith(word) || (UNSPACED.test(word) && folded.includes(word)))) continue;
    nodes.push(text.slice(done, match.index));
    nodes.push(Common.element("mark", { text: match[0] }));
    done = match.index + match[0].length;
  }
  nodes.push(text.slice(done));
  return nodes;
}

export { index, search, marked };
