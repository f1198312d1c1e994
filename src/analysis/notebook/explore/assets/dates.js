/* A histogram of dates that is also a slider and can play. */
const STEP = 700;
const bound = (value, low, high) => Math.min(high, Math.max(low, value));

function render({ model, el }) {
  el.classList.add("pt-dates");
  const last = () => Math.max(0, model.get("labels").length - 1);
  let timer = 0;
  let dragged = null;

  const select = (low, high) => {
    model.set("low", bound(Math.min(low, high), 0, last()));
    model.set("high", bound(Math.max(low, high), 0, last()));
    model.save_changes();
  };
  const play = element("button", { type: "button", class: "pt-button", click: () => toggle() });
  const status = element("output", { class: "pt-status" });
  const all = element("button", {
    type: "button", class: "pt-button", text: "All dates",
    click: () => { stop(); select(0, last()); },
  });
  const bars = element("div", { class: "pt-bars", "aria-hidden": "true" });
  const handle = (name, trait) => element("input", {
    type: "range", min: 0, step: 1, "aria-label": name,
    input: (event) => {
      const value = Number(event.target.value);
      stop();
      select(...(trait === "low" ? [Math.min(value, model.get("high")), model.get("high")]
        : [model.get("low"), Math.max(value, model.get("low"))]));
    },
  });
  const low = handle("First period shown", "low");
  const high = handle("Last period shown", "high");
  const note = element("p", { class: "pt-muted" });
  el.append(
    element("div", { class: "pt-line" }, play, status, all),
    element("div", { class: "pt-track" }, bars, low, high), note);

  function stop() {
    clearInterval(timer);
    timer = 0;
    showStatus();
  }

  /* If all dates are selected, the range grows from the first; otherwise the range moves on. */
  function toggle() {
    if (timer) return stop();
    const growing = model.get("low") === 0 && model.get("high") === last();
    const width = model.get("high") - model.get("low");
    if (growing) select(0, 0);
    else if (model.get("high") === last()) select(0, width);
    timer = setInterval(() => {
      if (!el.isConnected || model.get("high") >= last()) return stop();
      select(model.get("low") + (growing ? 0 : 1), model.get("high") + 1);
    }, STEP);
    showStatus();
  }

  function showStatus() {
    const labels = model.get("labels");
    const [from, to] = [model.get("low"), model.get("high")];
    const counts = model.get("counts");
    const n = counts.slice(from, to + 1).reduce((sum, value) => sum + value, 0);
    const whole = from === 0 && to === last();
    play.textContent = timer ? "❚❚ Pause" : "▶ Play";
    play.setAttribute("aria-pressed", String(Boolean(timer)));
    all.disabled = whole;
    const range = from === to ? labels[from] : `${labels[from]} to ${labels[to]}`;
    status.textContent = labels.length ? `${range} · ${plural(n, "paper")}` : "No papers have a date.";
    for (const [input, value] of [[low, from], [high, to]]) {
      input.max = last();
      input.value = value;
      input.setAttribute("aria-valuetext", labels[value] || "");
    }
    [...bars.children].forEach((bar, at) =>
      bar.classList.toggle("pt-out", at < from || at > to));
  }

  function draw() {
    const [labels, totals, counts] = ["labels", "totals", "counts"].map((name) => model.get(name));
    const most = Math.max(1, ...totals);
    el.classList.toggle("pt-hidden", labels.length < 2);
    bars.replaceChildren(...labels.map((label, at) => {
      const bar = element("div", { class: "pt-bar", title: `${label}: ${counts[at]} of ${plural(totals[at], "paper")}` });
      for (const [name, value] of [["pt-all", totals[at]], ["pt-some", counts[at]]]) {
        const part = element("i", { class: name });
        part.style.height = `${value ? Math.max(2, 100 * value / most) : 0}%`;
        bar.append(part);
      }
      return bar;
    }));
    note.textContent = model.get("note");
    note.classList.toggle("pt-hidden", !model.get("note"));
    showStatus();
  }

  const barAt = (event) => {
    const box = bars.getBoundingClientRect();
    return bound(Math.floor((event.clientX - box.left) / box.width * (last() + 1)), 0, last());
  };
  bars.addEventListener("pointerdown", (event) => {
    stop();
    dragged = barAt(event);
    bars.setPointerCapture(event.pointerId);
    select(dragged, dragged);
  });
  bars.addEventListener("pointermove", (event) => {
    if (dragged !== null) select(dragged, barAt(event));
  });
  bars.addEventListener("pointerup", () => { dragged = null; });

  const changes = ["labels", "totals", "counts", "note"].map((name) => `change:${name}`).join(" ");
  model.on(changes, draw);
  model.on("change:low change:high", showStatus);
  draw();
  return () => {
    clearInterval(timer);
    model.off(changes, draw);
    model.off("change:low change:high", showStatus);
  };
}
export default { render };
