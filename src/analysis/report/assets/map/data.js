/* The data of the page: packed columns and texts, unpacked in pieces so that the page stays responsive. */
const PART = 1 << 18;
const NONE = 0xffff;
const NO_DAY = -(2 ** 31);
const TYPES = {
  u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, i32: Int32Array, f32: Float32Array,
};
const OLD = "This browser is too old for this page: it cannot unpack its data (DecompressionStream). "
  + "The page needs Chrome or Edge 80, Safari 16.4 or Firefox 113, or a later version.";

/* Let the browser draw and respond between two pieces of work. */
const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();
const pause = () => new Promise((resolve) => {
  waiting.push(resolve);
  channel.port2.postMessage(0);
});

/**
 * Where the data come from: short values at once, and packed blocks in deflated pieces.
 * @typedef {{meta: any, pieces: (name: string) => AsyncIterable<Uint8Array>, whole: () => Promise<void>}} Source
 */

async function feed(pieces, writer) {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PART) {
      await writer.write(piece.subarray(at, at + PART));
      await pause();
    }
  }
  await writer.close();
}

/** @param {Source} source @param {string} name */
async function unpack(source, name) {
  if (typeof DecompressionStream === "undefined") throw new Error(OLD);
  const stream = new DecompressionStream("deflate");
  const fed = feed(source.pieces(name), stream.writable.getWriter());
  const parts = [];
  const reader = stream.readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
  }
  await fed;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const columns = (bytes, index) => Object.fromEntries(
  Object.entries(index).map(([name, { kind, start, length }]) =>
    [name, new TYPES[kind](bytes.buffer, start, length)]));

/* Lines of text, decoded one by one on demand. */
async function lines(bytes, fields, n) {
  const starts = new Uint32Array(fields * n + 1);
  let at = 0;
  for (let i = 0; i < fields * n; i += 1) {
    at = bytes.indexOf(10, at) + 1;
    starts[i + 1] = at;
    if (i % 20000 === 19999) await pause();
  }
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const one = (field, row) => {
    const i = field * n + row;
    return decoder.decode(bytes.subarray(starts[i], starts[i + 1] - 1));
  };
  /* The lines of rows from..to-1 at once. */
  const some = (field, from, to) => {
    const [a, b] = [starts[field * n + from], starts[field * n + to]];
    return decoder.decode(bytes.subarray(a, b)).split("\n").slice(0, to - from);
  };
  const size = (field, from, to) => starts[field * n + to] - starts[field * n + from];
  return { one, some, size };
}

/** @typedef {Awaited<ReturnType<typeof points>>} MapData */

/** @param {Source} source */
async function points(source) {
  const { meta } = source;
  const column = columns(await unpack(source, "points"), meta.columns);
  const { n, scale } = meta;
  const place = (from, corner) => {
    const out = new Float32Array(n);
    for (let row = 0; row < n; row += 1) out[row] = corner + from[row] * scale.step;
    return out;
  };
  const memberStart = new Uint32Array(n + 1);
  for (let row = 0; row < n; row += 1) memberStart[row + 1] = memberStart[row] + column.members[row];
  return {
    ...meta, column, memberStart, x: place(column.x, scale.x), y: place(column.y, scale.y),
    texts: null, abstracts: null, nearby: null,
  };
}

/**
 * Data needed only after the first image: titles, then nearest papers, then abstracts.
 * @param {MapData} data @param {Source} source
 */
async function rest(data, source) {
  await source.whole();
  data.texts = await lines(await unpack(source, "texts"), 4 + data.cited.length, data.n);
  const near = columns(await unpack(source, "near"), data.near);
  data.nearby = { ...near, each: near.near.length / data.n };
  data.abstracts = await lines(await unpack(source, "abstracts"), 1, data.n);
}

/* The texts of one paper; empty if missing or not loaded yet. */
function paper(data, row) {
  const { column, texts } = data;
  const text = (field) => (texts ? texts.one(field, row) : "");
  return {
    row, title: text(0), id: text(1), url: text(2), why: text(3),
    abstract: data.abstracts ? data.abstracts.one(0, row) : "",
    date: dateWords(column.day[row], column.precision[row]), members: membersOf(data, row),
  };
}

function membersOf(data, row) {
  const out = [];
  for (let i = data.memberStart[row]; i < data.memberStart[row + 1]; i += 1) {
    const group = data.groups[data.column.member[i]];
    out.push({ kind: group.kind, label: group.label, weight: data.column.member_weight[i] / 100 });
  }
  return out;
}

function nearest(data, row) {
  const { near, similar, each } = data.nearby;
  const out = [];
  for (let i = row * each; i < (row + 1) * each; i += 1) {
    if (near[i] < data.n) out.push([near[i], similar[i] / 100]);
  }
  return out;
}

/* A value of one of the extra columns as text; empty if there is none. */
function valueOf(data, name, row) {
  const value = data.values[name];
  const found = data.column[value.column][row];
  if (value.kind === "date") return found === NO_DAY ? "" : isoDay(found);
  if (value.kind === "number") return Number.isNaN(found) ? "" : String(Math.round(found * 1e4) / 1e4);
  return found === NONE ? "" : value.values[found];
}

/* A column that citations name: a text of its own, or one of the values. */
function citedOf(data, name, row) {
  const field = data.cited.indexOf(name);
  if (field >= 0) return data.texts.one(4 + field, row);
  return name in data.values ? valueOf(data, name, row) : "";
}

const isoDay = (day) => new Date(day * 864e5).toISOString().slice(0, 10);

const dateWords = (day, precision) =>
  day === NO_DAY ? "undated" : isoDay(day).slice(0, [10, 7, 4][precision]);

export {
  NONE, NO_DAY, pause, points, rest, paper, nearest, membersOf, valueOf, citedOf, isoDay, dateWords,
};
