// The page: who one is, two workspaces side by side, and the panels below them.

import { avatar, h, icon } from "./dom.js";
import { Live } from "./feed.js";
import { requestsPanel } from "./requests.js";
import { slackPane } from "./slack.js";
import { systemsPanel } from "./systems.js";
import { zulipPane } from "./zulip.js";

const PEOPLE = [["ana", "Ana", "admin"], ["ben", "Ben", ""], ["chloe", "Chloe", ""]];
const HINTS_GONE = "bellhop-sandbox-hints-gone";
const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* A private window forgets. */ } };

const connection = h("span", { class: "connection", role: "status" });
const live = new Live((up) => {
  connection.textContent = up ? "" : "The sandbox does not answer; trying again…";
  document.body.classList.toggle("offline", !up);
});

const session = {
  live,
  // In the address, so that two tabs can be two people.
  person: PEOPLE.some(([id]) => location.hash === `#${id}`) ? location.hash.slice(1) : "ana",
  hintsForgotten: remembered(HINTS_GONE) === "yes",
  listeners: [],
  onPerson(listener) { this.listeners.push(listener); },
  become(person) {
    this.person = person;
    history.replaceState(null, "", `#${person}`);
    people.querySelector(`input[value=${person}]`).checked = true;
    this.listeners.forEach((it) => it());
  },
  forgetHints() {
    this.hintsForgotten = true;
    remember(HINTS_GONE, "yes");
    this.listeners.forEach((it) => it());
  },
};

const people = h("fieldset", { class: "people" }, h("legend", {}, "You are"), PEOPLE.map(([id, name, role]) =>
  h("label", {}, h("input", { type: "radio", name: "person", value: id, checked: id === session.person, onchange: () => session.become(id) }),
    h("span", { class: "person" }, avatar(name), name, role ? h("small", {}, role) : null))));
window.addEventListener("hashchange", () => {
  const person = location.hash.slice(1);
  if (PEOPLE.some(([id]) => id === person)) session.become(person);
});

const slack = slackPane(session);
const zulip = zulipPane(session);
const panels = h("div", { class: "panels", id: "panels" }, requestsPanel(live), systemsPanel(live));
const narrow = window.matchMedia("(max-width: 1199px)");
const toggle = h("button", { type: "button", class: "button toggle", "aria-label": "Requests and systems", "aria-controls": "panels", onclick: () => show(panels.hidden) }, icon("panel"), h("span", {}, "Requests & systems"));
function show(wanted) {
  panels.hidden = !wanted;
  toggle.setAttribute("aria-expanded", String(wanted));
}
show(!narrow.matches);
narrow.addEventListener("change", () => show(!narrow.matches));

// Below the width for two, one workspace at a time.
const which = h("div", { class: "which", role: "group", "aria-label": "Workspace" }, [["slack", "Slack"], ["zulip", "Zulip"]].map(([id, name], at) =>
  h("button", { type: "button", class: "tab", "aria-pressed": String(at === 0), onclick: (event) => {
    document.body.dataset.which = id;
    which.querySelectorAll("button").forEach((it) => it.setAttribute("aria-pressed", String(it === event.currentTarget)));
  } }, name)));
document.body.dataset.which = "slack";

document.body.append(
  h("header", { class: "bar" }, h("h1", {}, icon("bell"), "Bellhop", h("span", {}, "sandbox")), people, which, connection, toggle),
  h("main", {}, h("div", { class: "panes" }, slack.pane, zulip.pane), panels));
live.start();
