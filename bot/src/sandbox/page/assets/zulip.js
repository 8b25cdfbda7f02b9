// The Zulip-like organization: channels with topics, and direct messages.

import { fill, h, icon, keep, stickToEnd } from "./dom.js";
import { ask } from "./feed.js";
import { composer, hints } from "./composer.js";
import { note } from "./overlay.js";
import { drawMessage } from "./zulip-message.js";

const HINTS = ["@Bellhop redmine create Printer on fire project=demo", "@Bellhop redmine create", "@Bellhop redmine help"];

export function zulipPane(session) {
  const state = { people: [], channels: [], messages: new Map(), bot: {} };
  // `{channel, topic}` or `{with: [ids of the others]}`.
  let at = null;
  let jump = true;
  const unread = new Set();
  const me = () => state.people.find((it) => it.full_name.toLowerCase() === session.person)?.user_id;
  const nameOf = (id) => state.people.find((it) => it.user_id === id)?.full_name ?? String(id);
  const botName = () => nameOf(state.bot.user);

  const keyOf = (it) => (it.type === "stream" ? `${it.stream_id}>${it.subject}` : it.display_recipient.map((one) => one.id).sort((a, b) => a - b).join(","));
  const here = () => (at?.with ? [...at.with, me()].sort((a, b) => a - b).join(",") : `${at?.channel}>${at?.topic}`);
  const mine = (it) => it.type === "stream" || it.display_recipient.some((one) => one.id === me());

  async function act(what) {
    try {
      return await ask("/sandbox/zulip/act", { as: session.person, ...what });
    } catch (error) {
      note(error.message);
      return null;
    }
  }

  const target = () => (at?.with ? { to: at.with } : { channel: String(state.channels.find((it) => it.id === at?.channel)?.name), topic: topic.value.trim() || at?.topic });
  // Zulip's own typing help makes `@**Bellhop**` of a name that one chooses.
  const mentions = (text) => state.people.reduce((out, it) => out.replace(new RegExp(`(^|\\s)@${it.full_name}(?![\\w*])`, "gi"), `$1@**${it.full_name}**`), text);
  const BOT = () => new RegExp(`^(@\\**${botName()}\\**\\s+)(.*)$`, "is");

  async function say(text) {
    jump = true;
    const answer = await act({ do: "say", ...target(), text: mentions(text) });
    if (answer && !at.with) go({ channel: at.channel, topic: answer.message.subject });
    return answer;
  }

  const topic = h("input", { class: "topic", type: "text", maxlength: 60, "aria-label": "Topic", placeholder: "Topic", autocomplete: "off" });
  const to = h("div", { class: "to" });
  const write = composer({
    name: "Message in Zulip", placeholder: "Message", before: to, send: say,
    attach: async (file) => { jump = true; return act({ do: "upload", ...target(), ...file }); },
    query: (text) => {
      if (text.includes("\n")) return null;
      const said = BOT().exec(text);
      const line = said ? said[2] : at?.with?.includes(state.bot.user) && text ? text.replace(/^\//, "") : null;
      return line === null ? null : { line, platform: "zulip", person: String(me()), channel: at?.with ? "" : String(at?.channel ?? "") };
    },
    finish: (line) => (at?.with ? line : `@${botName()} ${line}`),
  });

  const side = h("nav", { class: "side", "aria-label": "Zulip channels and topics" });
  const title = h("header", { class: "title" });
  const list = h("div", { class: "messages", role: "log", "aria-label": "Zulip messages", tabindex: "0" });
  const hintLine = hints(HINTS, (text) => write.put(text), () => session.forgetHints());
  const pane = h("section", { class: "pane zulip", "aria-label": "Zulip organization" },
    h("div", { class: "rail" }, h("div", { class: "workspace" }, h("strong", {}, "Example"), h("span", { class: "kind" }, "Zulip")), side),
    h("div", { class: "main" }, title, list, hintLine, write));

  const place = {
    act, me, nameOf,
    follow(hash) {
      const found = /^#narrow\/channel\/(\d+)[^/]*(?:\/topic\/(.*))?$/.exec(hash);
      if (!found) return;
      const decoded = (found[2] ?? "").replace(/(\.[0-9A-F]{2})+/g, (it) => decodeURIComponent(it.replaceAll(".", "%")));
      go({ channel: Number(found[1]), topic: decoded || topicsOf(Number(found[1]))[0] || "" });
    },
  };

  const topicsOf = (channel) => [...new Set([...state.messages.values()].filter((it) => it.stream_id === channel).sort((a, b) => b.id - a.id).map((it) => it.subject))];

  function go(where) {
    const same = JSON.stringify(where) === JSON.stringify(at);
    at = where;
    jump ||= !same;
    unread.delete(here());
    if (!same && !at.with) topic.value = at.topic;
    draw();
  }

  function entry(text, where, key, kind, quiet) {
    const current = here() === key;
    return h("button", { type: "button", class: `place ${kind} ${unread.has(key) ? "unread" : ""} ${quiet ? "quiet" : ""}`, "aria-current": current ? "page" : null, dataset: { place: text }, onclick: () => go(where) },
      kind === "direct" ? h("span", { class: "dot" }) : null, h("span", {}, text), unread.has(key) ? h("span", { class: "badge", "aria-label": "unread" }) : null);
  }

  function drawSide() {
    const conversations = new Map([[state.bot.user, []], ...state.people.filter((it) => !it.is_bot && it.user_id !== me()).map((it) => [it.user_id, []])]);
    const groups = new Map();
    for (const it of state.messages.values()) {
      if (it.type === "stream" || !mine(it)) continue;
      const others = it.display_recipient.map((one) => one.id).filter((id) => id !== me());
      if (others.length === 1) conversations.set(others[0], others);
      else groups.set(keyOf(it), others);
    }
    const direct = (ids) => entry(ids.map(nameOf).join(", ") || nameOf(me()), { with: ids }, [...ids, me()].sort((a, b) => a - b).join(","), "direct");
    fill(side, h("h3", {}, "Channels"), state.channels.filter((it) => it.subscribers.includes(me())).map((it) => {
      const topics = topicsOf(it.id);
      if (at?.channel === it.id && at.topic && !topics.includes(at.topic)) topics.unshift(at.topic);
      return [h("button", { type: "button", class: "place channel", dataset: { place: `#${it.name}` }, onclick: () => go({ channel: it.id, topic: topics[0] ?? "general chat" }) }, icon("hash"), h("span", {}, it.name)),
        topics.slice(0, 5).map((name) => entry(name, { channel: it.id, topic: name }, `${it.id}>${name}`, "topic"))];
    }), h("h3", {}, "Direct messages"), [...conversations.keys()].map((id) => direct([id])), [...groups.values()].map(direct));
  }

  function draw() {
    if (!at) {
      const first = state.channels.find((it) => it.name === "dev") ?? state.channels[0];
      if (!first) return;
      at = { channel: first.id, topic: topicsOf(first.id)[0] ?? "printers" };
      topic.value = at.topic;
    }
    drawSide();
    const channel = state.channels.find((it) => it.id === at.channel);
    const head = at.with ? [h("h2", {}, at.with.map(nameOf).join(", "))] : [h("h2", {}, icon("hash"), channel?.name), h("span", { class: "chevron", "aria-hidden": "true" }, "›"), h("h2", { class: "topic-name" }, at.topic)];
    fill(title, head, h("span", { class: "topic" }, at.with ? "Direct message" : channel?.description ?? ""));
    if (at.with) {
      to.hidden = true;
    } else if (to.hidden || !to.hasChildNodes()) {
      to.hidden = false;
    }
    if (!at.with) fill(to, icon("hash"), h("span", {}, channel?.name ?? ""), h("span", { class: "chevron", "aria-hidden": "true" }, "›"), topic);
    write.describe(at.with ? `Message ${at.with.map(nameOf).join(", ")}` : `Message #${channel?.name}`);
    const shown = [...state.messages.values()].filter((it) => mine(it) && keyOf(it) === here()).sort((a, b) => a.id - b.id);
    pane.classList.toggle("empty", shown.length === 0);
    stickToEnd(list, () => keep(list, shown, {
      key: (it) => it.id,
      mark: (it) => JSON.stringify([it, session.person]),
      draw: (it) => drawMessage(it, place),
    }), jump);
    jump = false;
    hintLine.hidden = session.hintsForgotten;
  }

  async function load() {
    const whole = await ask("/sandbox/zulip/state");
    Object.assign(state, whole, { messages: new Map(whole.messages.map((it) => [it.id, it])) });
    draw();
    return whole.last_event_id;
  }

  function change(kind, data) {
    if (kind === "message") {
      const fresh = !state.messages.has(data.id);
      state.messages.set(data.id, data);
      if (fresh && mine(data) && keyOf(data) !== here() && data.sender_id !== me()) unread.add(keyOf(data));
    } else if (kind === "deleted") state.messages.delete(data.id);
    else if (kind === "channels") return void load();
    else return;
    draw();
  }

  session.onPerson(() => { if (at?.with) at = null; jump = true; draw(); });
  session.live.follow("zulip", load, change);
  return { pane, put: (text) => write.put(text) };
}
