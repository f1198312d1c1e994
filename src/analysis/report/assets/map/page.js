/* The map page: data from its own elements, the view in its address. */
import * as Common from "../common.js";
import * as Explorer from "./explorer.js";

const PART = 1 << 18; // a multiple of 4, so that Base64 can be cut there

function bytesOf(base64) {
  if ("fromBase64" in Uint8Array) return /** @type {any} */ (Uint8Array).fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function* pieces(name) {
  const text = document.getElementById(`map-${name}`).textContent;
  for (let at = 0; at < text.length; at += PART) yield bytesOf(text.slice(at, at + PART));
}

const parsed = () => /** @type {Promise<void>} */ (new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
}));

async function begin() {
  const root = document.documentElement;
  /* Where a paper is drawn, for scripts outside the page. */
  const show = (page) => Object.assign(globalThis, { papertide: { page } });
  const source = { meta: Common.read("map-data"), pieces, whole: parsed };
  try {
    const explorer = await Explorer.start(Common.page(), source, { link: true, shown: show });
    await explorer.ready;
    addEventListener("hashchange", explorer.restore);
    root.dataset.ready = "true";
    performance.mark("papertide-ready");
  } catch (error) {
    root.dataset.ready = "failed";
    throw error;
  }
}

begin();
