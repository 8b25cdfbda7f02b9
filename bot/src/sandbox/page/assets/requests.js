// The raw requests between the bot, the simulated platforms and the stand-in systems.

import { fill, h, icon, preciseTime, stickToEnd } from "./dom.js";
import { ask } from "./feed.js";

const SOURCES = {
  slack_requests: { path: "/sandbox/slack/requests", name: "Slack" },
  zulip_requests: { path: "/sandbox/zulip/requests", name: "Zulip" },
  system_requests: { path: "/sandbox/exchanges", name: "Systems" },
};
const KEPT = 300;
// What proves who sent a request.
const PROOF = /^(x-slack-signature|x-slack-request-timestamp|authorization|x-redmine-api-key|x-redmine-switch-user|x-hub-signature.*|.*-signature|.*-token)$/i;

export function requestsPanel(live) {
  const list = h("div", { class: "rows", role: "log", "aria-label": "Raw requests", tabindex: "0" });
  const empty = h("p", { class: "nothing" }, "Nothing was sent yet. Type a command, and each request appears here with its headers and body.");
  let wanted = "all";
  const filters = [["all", "All"], ...Object.entries(SOURCES).map(([key, it]) => [key, it.name])].map(([key, label]) =>
    h("button", { type: "button", class: "tab", "aria-pressed": String(key === "all"), onclick: (event) => choose(key, event.currentTarget) }, label));
  const clear = h("button", { type: "button", class: "tab quiet", onclick: () => { fill(list, empty); } }, "Clear");
  const panel = h("section", { class: "panel requests", "aria-label": "Raw requests" },
    h("header", {}, h("h2", {}, "Requests"), h("div", { class: "tabs" }, filters), clear), list);
  list.append(empty);

  function choose(key, button) {
    wanted = key;
    filters.forEach((it) => it.setAttribute("aria-pressed", String(it === button)));
    for (const row of list.querySelectorAll(".exchange")) row.hidden = wanted !== "all" && row.dataset.source !== wanted;
  }

  function add(source, exchanges) {
    const rows = exchanges.map((it) => draw(source, it)).filter((row) => !list.querySelector(`[data-id="${CSS.escape(row.dataset.id)}"]`));
    if (!rows.length) return;
    stickToEnd(list, () => {
      empty.remove();
      for (const row of rows) {
        row.hidden = wanted !== "all" && wanted !== source;
        // Answers arrive when they are complete, so a slow request belongs further up.
        const later = [...list.children].find((it) => it.dataset.at > row.dataset.at);
        list.insertBefore(row, later ?? null);
      }
      const old = [...list.querySelectorAll(".exchange")];
      old.slice(0, Math.max(0, old.length - KEPT)).forEach((it) => it.remove());
    });
  }

  function draw(source, it) {
    const toApp = it.direction === "to_app";
    const name = it.system ? it.system[0].toUpperCase() + it.system.slice(1) : SOURCES[source].name;
    const path = it.url ?? it.path ?? "";
    const signed = it.headers.find(([name]) => PROOF.test(name) && !/timestamp|switch-user/i.test(name));
    const level = it.status === null || it.status >= 500 ? "bad" : it.status >= 400 ? "warn" : "good";
    const elapsed = it.elapsed_ms ?? 0;
    const row = h("details", { class: "exchange", dataset: { source, id: `${source}-${it.id ?? `${it.at} ${it.method} ${path}`}`, at: it.at }, ontoggle: () => { if (row.open && row.children.length === 1) row.append(detail(it)); } },
      h("summary", {},
        h("time", {}, preciseTime(new Date(it.at))),
        h("span", { class: `way ${toApp ? "in" : "out"}` }, toApp ? `${name} → Bellhop` : `Bellhop → ${name}`),
        h("span", { class: "method" }, it.method),
        h("span", { class: "path", title: path }, path.replace(/^https?:\/\/[^/]+/, "")),
        h("span", { class: "signed", title: signed ? `Carries ${signed[0]}` : "" }, signed ? icon("key", `with ${signed[0]}`) : null),
        h("span", { class: `status ${level}` }, it.status === null ? "no answer" : String(it.status)),
        h("span", { class: "ms" }, `${elapsed} ms`)));
    return row;
  }

  for (const [source, { path }] of Object.entries(SOURCES)) {
    live.follow(source, async () => {
      const all = await ask(path);
      add(source, all);
      return all.at(-1)?.id;
    }, (kind, data) => { if (kind === "exchange") add(source, [data]); });
  }
  return panel;
}

function detail(it) {
  const answered = it.status === null ? [h("p", { class: "bad" }, it.error ?? "No answer came.")] : [headers(it.answer_headers ?? []), body(it.answer, it.answer_headers ?? [])];
  return h("div", { class: "detail" },
    h("div", {}, h("h3", {}, "Request"), h("p", { class: "address" }, `${it.method} ${it.url ?? it.path}`), headers(it.headers), body(it.body, it.headers)),
    h("div", {}, h("h3", {}, it.status === null ? "No answer" : `Answer ${it.status}`), answered));
}

function headers(all) {
  return h("dl", {}, all.map(([name, value]) => [h("dt", { class: PROOF.test(name) ? "proof" : null }, name), h("dd", { class: PROOF.test(name) ? "proof" : null }, value)]));
}

function body(text, all) {
  if (!text) return h("p", { class: "nothing" }, "No body.");
  const kind = all.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return h("pre", { tabindex: "0" }, pretty(text, kind));
}

/** JSON indented; a form a field a line, with JSON in it indented too. */
function pretty(text, kind) {
  const json = (it) => { try { return JSON.stringify(JSON.parse(it), null, 2); } catch { return null; } };
  if (kind.includes("form-urlencoded")) {
    return [...new URLSearchParams(text)].map(([name, value]) => `${name} = ${/^\s*[[{]/.test(value) ? json(value) ?? value : value}`).join("\n");
  }
  return json(text) ?? text;
}
