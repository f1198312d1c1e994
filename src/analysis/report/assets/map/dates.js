/* The histogram of dates: a slider with two handles that can be dragged, typed and played. */
import * as Data from "./data.js";
import * as Filters from "./filters.js";
const { NO_DAY, isoDay } = Data;
/** @type {[string, number][]} */
const UNITS = [["month", 1], ["quarter", 3], ["half-year", 6], ["year", 12]];

const dayOf = (months) => Date.UTC(Math.floor(months / 12), months % 12, 1) / 864e5;

/* Bars of equal length, at most 80, no finer than the precision of the dates. */
function bins(data) {
  const { day, precision } = data.column;
  let [low, high, coarse] = [Infinity, -Infinity, 0];
  for (let row = 0; row < data.n; row += 1) {
    if (day[row] === NO_DAY) continue;
    if (day[row] < low) low = day[row];
    if (day[row] > high) high = day[row];
    if (precision[row] === 2) coarse += 1;
  }
  if (low > high) return [];
  const monthOf = (value) => {
    const [year, month] = isoDay(value).split("-").map(Number);
    return year * 12 + month - 1;
  };
  const fits = ([, size]) => (monthOf(high) - monthOf(low)) / size < 80;
  const unit = coarse > data.n / 10 ? UNITS[3] : UNITS.find(fits) || UNITS[3];
  const years = Math.ceil((monthOf(high) - monthOf(low) + 1) / 12 / 80);
  const step = unit[1] === 12 ? 12 * Math.max(1, years) : unit[1];
  const first = Math.floor(monthOf(low) / step) * step;
  const out = [];
  for (let month = first; month <= monthOf(high); month += step) {
    out.push({ from: dayOf(month), to: dayOf(month + step) - 1 });
  }
  return out;
}

function make(home, data, { changed }) {
  const { byId, colour } = home;
  const bars = bins(data);
  const part = byId("dates");
  if (bars.length < 2) {
    part.remove();
    return { show: () => {}, take: () => {}, stop: () => {} };
  }
  const canvas = byId("bars");
  const handles = [byId("date-from"), byId("date-to")];
  const play = byId("play");
  const last = bars.length - 1;
  const place = binOf();
  const range = [0, last];
  let counts = null;
  let timer = 0;
  let size = { width: 0, height: 0 };

  function binOf() {
    return data.column.day.map((day) => {
      if (day === NO_DAY) return -1;
      let [a, b] = [0, last];
      while (a < b) {
        const middle = (a + b) >> 1;
        if (bars[middle].to < day) a = middle + 1;
        else b = middle;
      }
      return a;
    });
  }

  function counted(passes) {
    const out = new Uint32Array(bars.length);
    for (let row = 0; row < data.n; row += 1) if (place[row] >= 0 && passes[row]) out[place[row]] += 1;
    return out;
  }
  const all = counted(new Uint8Array(data.n).fill(1));
  const most = Math.max(...all);

  function draw() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const { width, height } = size;
    if (!width) return;
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const [wide, floor] = [width / bars.length, height - 15];
    const bar = (i, n, fill) => {
      const tall = n ? Math.max(1.5, (n / most) * (floor - 3)) : 0;
      context.fillStyle = fill;
      context.fillRect(i * wide + Math.min(1, wide * 0.1), floor - tall, Math.max(1, wide - Math.min(2, wide * 0.2)), tall);
    };
    const [faint, strong] = [colour("line"), colour("bar")];
    for (let i = 0; i <= last; i += 1) {
      bar(i, all[i], faint);
      if (i >= range[0] && i <= range[1]) bar(i, (counts || all)[i], strong);
    }
    years(context, wide, height, width);
  }

  function years(context, wide, height, width) {
    context.font = '11px system-ui, -apple-system, "Segoe UI", sans-serif';
    context.fillStyle = colour("muted");
    context.textAlign = "left";
    let free = -10;
    for (let i = 0; i <= last; i += 1) {
      const iso = isoDay(bars[i].from);
      if (i && iso.slice(0, 4) === isoDay(bars[i - 1].from).slice(0, 4)) continue;
      const x = i * wide + 2;
      if (x < free || x + 26 > width) continue;
      context.fillText(iso.slice(0, 4), x, height - 3);
      free = x + 44;
    }
  }

  const words = () => Filters.dateWords(bars[range[0]].from, bars[range[1]].to);

  function show(passes) {
    if (passes) counts = counted(passes);
    draw();
    handles.forEach((handle, k) => {
      handle.style.left = `${(100 * (range[k] + k)) / bars.length}%`;
      handle.setAttribute("aria-valuenow", String(range[k]));
      handle.setAttribute("aria-valuemin", String(k ? range[0] : 0));
      handle.setAttribute("aria-valuemax", String(k ? last : range[1]));
      const bin = bars[range[k]];
      handle.setAttribute("aria-valuetext", isoDay(k ? bin.to : bin.from));
    });
    byId("date-words").textContent = words();
  }

  function set(from, to) {
    const next = [Math.max(0, Math.min(from, to, last)), Math.min(last, Math.max(from, to, 0))];
    if (next[0] === range[0] && next[1] === range[1]) return;
    [range[0], range[1]] = next;
    show();
    const whole = range[0] === 0 && range[1] === last;
    changed(whole ? { from: null, to: null } : { from: bars[range[0]].from, to: bars[range[1]].to });
  }

  /* Move the handles to the ends of a filter that was set elsewhere. */
  function take({ from, to }) {
    const at = (day, otherwise) => {
      const found = bars.findIndex((bin) => day >= bin.from && day <= bin.to);
      return day === null || found < 0 ? otherwise : found;
    };
    [range[0], range[1]] = [at(from, 0), at(to, last)];
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  function start() {
    let wide = range[1] - range[0];
    if (wide === last) wide = Math.max(0, Math.round(last / 12) - 1);
    set(range[1] >= last ? 0 : range[0], range[1] >= last ? wide : range[0] + wide);
    play.textContent = "Stop";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      if (range[1] >= last) stop();
      else set(range[0] + 1, range[1] + 1);
    }, Math.max(250, Math.min(900, 24000 / bars.length)));
  }

  const at = (event) => {
    const { left, width } = canvas.getBoundingClientRect();
    return Math.max(0, Math.min(last, Math.floor(((event.clientX - left) / width) * bars.length)));
  };

  function drag(node, begin) {
    node.addEventListener("pointerdown", (event) => {
      stop();
      node.setPointerCapture(event.pointerId);
      const move = begin(at(event));
      const follow = (next) => move(at(next));
      node.addEventListener("pointermove", follow);
      const end = () => node.removeEventListener("pointermove", follow);
      node.addEventListener("pointerup", end, { once: true });
      node.addEventListener("pointercancel", end, { once: true });
    });
  }

  drag(canvas, (first) => {
    const part = range[0] > 0 || range[1] < last;
    const [a, b] = range;
    // Inside the selected range the pointer moves it, elsewhere it draws a new one.
    if (part && first >= a && first <= b && b > a) {
      return (now) => {
        const shift = Math.max(-a, Math.min(last - b, now - first));
        set(a + shift, b + shift);
      };
    }
    set(first, first);
    return (now) => set(first, now);
  });
  handles.forEach((handle, k) => {
    const moved = (to) => (k ? set(Math.min(range[0], to), Math.max(range[0], to)) : set(Math.min(to, range[1]), range[1]));
    drag(handle, () => (now) => (k ? set(range[0], Math.max(range[0], now)) : set(Math.min(now, range[1]), range[1])));
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? last : step && range[k] + step;
      if (to === undefined) return;
      event.preventDefault();
      stop();
      moved(k ? Math.max(range[0], Math.min(last, to)) : Math.max(0, to));
    });
  });
  play.addEventListener("click", () => (timer ? stop() : start()));
  new ResizeObserver(([entry]) => {
    size = entry.contentRect;
    draw();
  }).observe(canvas);
  home.onTheme(draw);
  return { show, take, stop };
}

export { make };
