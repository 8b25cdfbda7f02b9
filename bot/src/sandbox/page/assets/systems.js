// The stand-in systems: what is in them, and how they behave.

import { fill, h, icon, keep } from "./dom.js";
import { ask } from "./feed.js";
import { note } from "./overlay.js";

const FAULTS = {
  none: "Works", slow: "Slow: answers after 5 s", failing: "Failing: answers 500", rate_limiting: "Rate-limiting: 429",
  unauthorized: "Unauthorized: 401", forbidden: "Forbidden: 403", html: "HTML instead of JSON", hanging: "Hanging: never answers", down: "Down: refuses connections",
};

export function systemsPanel(live) {
  let systems = [];
  let chosen = null;
  const switches = h("div", { class: "switches", role: "group", "aria-label": "How each system behaves" });
  const tabs = h("div", { class: "tabs" });
  const table = h("div", { class: "objects", tabindex: "0", "aria-label": "Objects" });
  const panel = h("section", { class: "panel systems", "aria-label": "Stand-in systems" },
    h("header", {}, h("h2", {}, "Systems"), tabs), h("div", { class: "split" }, switches, table));

  function draw() {
    keep(switches, systems, { key: (it) => it.name, mark: (it) => JSON.stringify([it.fault, it.title, it.url]), draw: drawSwitch });
    const withPanel = systems.filter((it) => it.panel);
    chosen = withPanel.find((it) => it.name === chosen)?.name ?? withPanel[0]?.name;
    fill(tabs, withPanel.map((it) => h("button", { type: "button", class: "tab", "aria-pressed": String(it.name === chosen), title: it.panel.title, onclick: () => { chosen = it.name; draw(); } }, it.title)));
    const shown = withPanel.find((it) => it.name === chosen);
    if (shown) drawTable(shown);
    else fill(table, h("p", { class: "nothing" }, "No system keeps anything yet."));
  }

  function drawSwitch(it) {
    const select = h("select", { "aria-label": `${it.title} behaves`, dataset: { system: it.name }, onchange: async () => {
      try {
        await ask(`/sandbox/systems/${encodeURIComponent(it.name)}/fault`, { fault: select.value });
      } catch (error) {
        note(error.message);
        select.value = it.fault;
      }
    } }, Object.entries(FAULTS).map(([value, label]) => h("option", { value, selected: value === it.fault }, label)));
    return h("div", { class: it.fault === "none" ? "system" : "system faulty" }, h("span", { class: "lamp", "aria-hidden": "true" }),
      h("strong", {}, it.title), select, icon("down"));
  }

  function drawTable({ name, panel: { header, rows } }) {
    let grid = table.querySelector("table");
    if (!grid || grid.dataset.of !== name) {
      grid = h("table", { dataset: { of: name } }, h("thead", {}, h("tr", {}, header.map((it) => h("th", { scope: "col" }, it)))), h("tbody"));
      fill(table, grid);
    }
    const first = grid.tBodies[0].childElementCount === 0;
    keep(grid.tBodies[0], rows, {
      key: (row) => row[0],
      mark: (row) => JSON.stringify(row),
      draw: (row) => h("tr", { class: first ? null : "fresh" }, row.map((it) => h("td", {}, shownValue(it)))),
    });
  }

  live.follow("systems", async () => { systems = await ask("/sandbox/systems"); draw(); }, refresh);
  async function refresh() {
    systems = await ask("/sandbox/systems");
    draw();
  }
  return panel;
}

/** A time of today as a time; everything else as it is. */
function shownValue(value) {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : null;
  if (!at || Number.isNaN(at.getTime())) return text;
  const today = at.toDateString() === new Date().toDateString();
  return today ? at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) : at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
