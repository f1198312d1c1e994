/* The linked table: papers shown or selected, page by page. */
function render({ model, el }) {
  el.classList.add("pt-table");
  const words = element("p", { class: "pt-words", role: "status" });
  const body = element("div");
  el.append(words, body);

  const update = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const heading = ([name, label]) => {
    const sorted = model.get("sort") === name;
    const down = sorted && model.get("descending");
    const button = element("button", {
      type: "button", "data-key": `sort ${name}`, text: `${label}${sorted ? (down ? " ↓" : " ↑") : ""}`,
      click: () => update({ sort: name, descending: sorted ? !down : name !== "title", page: 0 }),
    });
    return element("th", {
      scope: "col", class: `pt-${name}`, "aria-sort": sorted ? (down ? "descending" : "ascending") : "none",
    }, button);
  };
  const cell = (row, name) => element("td", { class: `pt-${name}` },
    name === "title" ? webLink(row.title, row.url) : element("bdi", { text: row[name] }));

  function line(row) {
    const tick = element("input", {
      type: "checkbox", "aria-label": `Select ${row.title}`, "data-key": `tick ${row.id}`,
      change: (event) => model.send({ kind: "tick", id: row.id, on: event.target.checked }),
    });
    tick.checked = row.selected;
    const look = element("button", {
      type: "button", class: "pt-open", "aria-label": `Show ${row.title} on the map`,
      title: "Show on the map", text: "◎", "data-key": `open ${row.id}`,
      click: () => model.send({ kind: "open", id: row.id }),
    });
    return element("tr", { class: row.selected ? "pt-selected" : "", "data-id": row.id },
      element("td", {}, tick), element("td", {}, look),
      ...model.get("columns").map(([name]) => cell(row, name)));
  }

  function bar() {
    const tab = (name, label, n) => element("button", {
      type: "button", class: "pt-button", "aria-pressed": String(model.get("listed") === name),
      "data-key": `tab ${name}`, text: `${label} (${n.toLocaleString("en")})`,
      disabled: name === "selected" && !n, click: () => update({ listed: name, page: 0 }),
    });
    const [page, pages] = [model.get("page"), model.get("pages")];
    const turn = (by, label, text) => element("button", {
      type: "button", class: "pt-button", "aria-label": label, text, "data-key": `turn ${by}`,
      disabled: page + by < 0 || page + by >= pages, click: () => update({ page: page + by }),
    });
    return element("div", { class: "pt-line" },
      tab("shown", "Shown", model.get("n_shown")), tab("selected", "Selected", model.get("n_selected")),
      element("span", { class: "pt-space" }),
      turn(-1, "Previous page", "‹"),
      element("span", { class: "pt-status", text: `page ${page + 1} of ${pages.toLocaleString("en")}` }),
      turn(1, "Next page", "›"));
  }

  function draw() {
    if (words.textContent !== model.get("words")) words.textContent = model.get("words");
    const rows = model.get("rows");
    redraw(body, () => body.replaceChildren(bar(), rows.length
      ? element("table", {},
        element("thead", {}, element("tr", {},
          element("th", { scope: "col" }, element("span", { class: "pt-unseen", text: "Selected" })),
          element("th", { scope: "col" }, element("span", { class: "pt-unseen", text: "On the map" })),
          ...model.get("columns").map(heading))),
        element("tbody", {}, ...rows.map(line)))
      : element("p", { class: "pt-muted", text: "No papers to list." })));
  }

  /* A button redrawn between press and release would miss its click. */
  let waiting = 0;
  let pressed = false;
  const press = () => { pressed = true; };
  const release = () => setTimeout(() => { pressed = false; });
  const due = () => {
    waiting = pressed ? requestAnimationFrame(due) : 0;
    if (!waiting) draw();
  };
  const soon = () => {
    waiting ||= requestAnimationFrame(due);
  };
  body.addEventListener("pointerdown", press);
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);
  model.on("change", soon);
  draw();
  return () => {
    cancelAnimationFrame(waiting);
    document.removeEventListener("pointerup", release);
    document.removeEventListener("pointercancel", release);
    model.off("change", soon);
  };
}
export default { render };
