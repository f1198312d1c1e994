/* The controls around the map: search, colour, topic, weight, tools, theme, printing. */
import * as Picture from "./picture.js";
import * as Table from "./table.js";
const THEMES = [["", "System"], ["light", "Light"], ["dark", "Dark"]];

function connectFilters(home, page) {
  const { byId, all } = home;
  const box = byId("search");
  let waiting = 0;
  const search = () => {
    clearTimeout(waiting);
    page.setQuery(box.value);
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 40);
  });
  box.addEventListener("change", search);
  all("[data-query]").forEach((button) =>
    button.addEventListener("click", () => {
      box.value = button.dataset.query;
      search();
    }));
  byId("colour").addEventListener("change", (event) =>
    page.colourBy(page.data.colourings[Number(event.target.value)]));
  byId("topic")?.addEventListener("change", ({ target }) =>
    page.ask({ topic: target.value === "" ? null : Number(target.value) }, "topic"));
  byId("weight")?.addEventListener("input", ({ target }) =>
    page.ask({ weight: Number(target.value) }, "weight"));
  byId("reset").addEventListener("click", () => {
    page.reset();
    box.focus();
  });
  byId("unselect").addEventListener("click", page.unselect);
  byId("select-found").addEventListener("click", page.selectFound);
  byId("more").addEventListener("click", page.showAll);
  byId("labels")?.addEventListener("change", ({ target }) => {
    page.scene.names = target.checked;
    page.scene.moved();
  });
  home.node.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(home.active().tagName);
    if (event.key === "Escape" && page.isAnything()) {
      clearTimeout(waiting);
      page.reset();
    } else if (event.key === "Escape") page.putAway();
    else if (event.key === "/" && !typing) {
      event.preventDefault();
      box.focus();
    }
  });
}

function connectTools(home, { scene, camera, input, data, moved }) {
  const { byId } = home;
  const tools = ["move", "box", "lasso"];
  const take = (name) => {
    input.take(name);
    tools.forEach((one) => byId(`tool-${one}`).setAttribute("aria-pressed", String(one === name)));
  };
  tools.forEach((name) => byId(`tool-${name}`).addEventListener("click", () => take(name)));
  take("move");
  const zoom = (factor) => () => {
    camera.zoomAt(factor, camera.view.width / 2, camera.view.height / 2);
    moved();
  };
  byId("zoom-in").addEventListener("click", zoom(1.6));
  byId("zoom-out").addEventListener("click", zoom(1 / 1.6));
  byId("zoom-whole").addEventListener("click", () => {
    camera.reset();
    moved();
  });
  const page = { home, scene, camera, data };
  byId("picture").addEventListener("click", async () =>
    Table.save(await Picture.png(page), `topic-map-${data.run}.png`));
  byId("picture-svg").addEventListener("click", () =>
    Table.save(Picture.vector(page), `topic-map-${data.run}.svg`));
}

function connectTheme(home, { scene }) {
  const { byId } = home;
  const button = byId("theme");
  home.onTheme(() => scene.changed({ colours: true }));
  if (!button) return;
  let at = 0;
  button.addEventListener("click", () => {
    at = (at + 1) % THEMES.length;
    const [name, words] = THEMES[at];
    home.setTheme(name);
    byId("theme-words").textContent = words;
  });
  /* Paper is white: the map is repainted in light colours before printing, and back afterwards. */
  window.addEventListener("beforeprint", () => {
    home.setTheme("light");
    scene.resize();
    scene.paintNow();
  });
  window.addEventListener("afterprint", () => {
    home.setTheme(THEMES[at][0]);
    scene.resize();
    scene.changed({ colours: true });
  });
}

function connect(home, page) {
  connectFilters(home, page);
  connectTools(home, page);
  connectTheme(home, page);
}

/* Update the controls after a change that did not come from a control. */
function show({ byId }, data, colouring, state) {
  byId("search").value = state.query;
  byId("colour").value = String(data.colourings.indexOf(colouring));
  if (byId("topic")) byId("topic").value = state.topic === null ? "" : String(state.topic);
  if (byId("weight")) byId("weight").value = String(state.weight);
}

export { connect, show };
