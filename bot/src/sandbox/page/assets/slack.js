// The Slack-like workspace.

import { fill, h, icon, keep, stickToEnd } from "./dom.js";
import { ask } from "./feed.js";
import { composer, hints } from "./composer.js";
import { homeTab } from "./home.js";
import { modalHost } from "./modal.js";
import { note } from "./overlay.js";
import { drawMessage, isReply } from "./slack-message.js";

const HINTS = ["/redmine create Printer on fire project=demo", "/redmine create", "/redmine help"];

export function slackPane(session) {
  const state = { people: [], channels: [], messages: new Map(), views: {}, homes: {}, app: {}, team: {} };
  let channel = null;
  let thread = null;
  let jump = true;
  const unread = new Set();
  const idOf = (message) => `${message.channel}|${message.ts}`;
  const me = () => state.people.find((it) => it.name === session.person)?.id;
  const names = {
    user: (id) => (id === "USLACKBOT" ? "Slackbot" : state.people.find((it) => it.id === id)?.real_name),
    channel: (id) => state.channels.find((it) => it.id === id)?.name,
  };

  async function act(what) {
    try {
      const answer = await ask("/sandbox/slack/act", { as: session.person, ...what });
      if (answer.failed && what.do !== "submit" && what.do !== "say") note(`The app did not answer as it should: ${answer.failed}.`);
      return answer;
    } catch (error) {
      note(error.message);
      return null;
    }
  }

  const place = {
    names, act, me,
    people: () => state.people.filter((it) => !it.is_bot),
    channels: () => state.channels.filter((it) => it.kind === "channel"),
    shortcuts: () => (state.app.settings?.shortcuts ?? []).filter((it) => it.type === "message"),
    replies: (message) => [...state.messages.values()].filter((it) => it.channel === message.channel && it.thread_ts === message.ts && it.ts !== message.ts && !it.only_for),
    openThread: (message) => { thread = message.thread_ts ?? message.ts; draw(); threadComposer.querySelector("textarea").focus(); },
    /** A file for a modal goes to the conversation with oneself, as nothing else was told to hold it. */
    async keepFile(file) {
      const notes = await act({ do: "open", with: [session.person] });
      const sent = notes && (await act({ do: "upload", channel: notes.channel.id, ...file }));
      return sent?.message.files?.[0] ?? null;
    },
  };
  const modal = modalHost(place);
  const home = homeTab(place, () => draw());

  const query = (text) => (/^\/\S/.test(text) && !text.includes("\n") ? { line: text.slice(1), platform: "slack", person: me() ?? "", channel: channel ?? "" } : text === "/" ? { line: "", platform: "slack", person: me() ?? "", channel: channel ?? "" } : null);
  const finish = (line) => `/${line}`;
  const inThread = () => (thread ? { thread } : {});
  const write = composer({
    name: "Message in Slack", placeholder: "Message", query, finish,
    send: (text) => { jump = true; return act({ do: "say", channel, text }); },
    attach: (file) => { jump = true; return act({ do: "upload", channel, ...file }); },
  });
  const threadComposer = composer({
    name: "Reply in the thread", placeholder: "Reply…", query, finish,
    send: (text) => act({ do: "say", channel, text, ...inThread() }),
    attach: (file) => act({ do: "upload", channel, ...file, ...inThread() }),
  });

  const side = h("nav", { class: "side", "aria-label": "Slack channels" });
  const title = h("header", { class: "title" });
  const list = h("div", { class: "messages", role: "log", "aria-label": "Slack messages", tabindex: "0" });
  const threadList = h("div", { class: "messages", role: "log", "aria-label": "Thread", tabindex: "0" });
  const threadPane = h("aside", { class: "thread", "aria-label": "Thread", hidden: true },
    h("header", { class: "title" }, h("h2", {}, "Thread"), h("button", { type: "button", class: "plain", "aria-label": "Close the thread", onclick: () => { thread = null; draw(); } }, icon("close"))),
    threadList, threadComposer);
  const hintLine = hints(HINTS, (text) => write.put(text), () => session.forgetHints());
  const main = h("div", { class: "main" }, title, list, home.pane, hintLine, write, threadPane);
  const pane = h("section", { class: "pane slack", "aria-label": "Slack workspace" },
    h("div", { class: "rail" }, h("div", { class: "workspace" }, h("strong", {}, "Example"), h("span", { class: "kind" }, "Slack")), side), main);

  const visible = (message) => (!message.only_for || message.only_for === me());
  const mine = () => state.channels.filter((it) => it.members?.includes(me()));

  function label(it) {
    if (it.kind !== "im") return it.kind === "mpim" ? it.members.filter((id) => id !== me()).map((id) => names.user(id)).join(", ") : it.name;
    const other = it.members.find((id) => id !== me());
    return other ? names.user(other) : `${names.user(me())} (you)`;
  }

  function row(it) {
    const direct = it.kind === "im" || it.kind === "mpim";
    return h("button", {
      type: "button", class: unread.has(it.id) ? "place unread" : "place", "aria-current": it.id === channel ? "page" : null, dataset: { channel: it.name || label(it) },
      onclick: () => go(it.id),
    }, direct ? h("span", { class: "dot" }) : icon("hash"), h("span", {}, label(it)), unread.has(it.id) ? h("span", { class: "badge", "aria-label": "unread" }) : null);
  }

  function go(id) {
    if (channel !== id) home.leave();
    channel = id;
    thread = null;
    jump = true;
    unread.delete(id);
    draw();
  }

  async function openDirect(person) {
    const answer = await act({ do: "open", with: [person] });
    if (answer) { await load(); go(answer.channel.id); }
  }

  function drawSide() {
    const channels = mine();
    const direct = channels.filter((it) => it.kind === "im" || it.kind === "mpim");
    const others = state.people.filter((it) => it.id !== me() && !direct.some((dm) => dm.kind === "im" && dm.members.includes(it.id)));
    others.sort((a, b) => Number(b.is_bot) - Number(a.is_bot));
    fill(side, h("h3", {}, "Channels"), channels.filter((it) => !direct.includes(it)).map(row),
      h("h3", {}, "Direct messages"), direct.map(row),
      others.map((it) => h("button", { type: "button", class: "place quiet", dataset: { channel: it.real_name }, onclick: () => openDirect(it.id) }, h("span", { class: "dot" }), h("span", {}, it.real_name))));
  }

  function show(into, messages, force) {
    stickToEnd(into, () => keep(into, messages, {
      key: (it) => it.ts,
      mark: (it) => JSON.stringify([it, session.person, into === list ? place.replies(it).map((reply) => reply.ts) : 0]),
      draw: (it) => drawMessage(it, place, into === list ? "channel" : "thread"),
    }), force);
  }

  function draw() {
    if (!mine().some((it) => it.id === channel)) channel = mine().find((it) => it.name === "dev")?.id ?? mine()[0]?.id ?? null;
    const at = state.channels.find((it) => it.id === channel);
    drawSide();
    if (!at) return;
    const isApp = at.kind === "im" && at.members?.includes(state.app.user);
    fill(title, h("h2", {}, at.kind === "channel" || at.kind === "group" ? icon("hash") : null, label(at)), h("span", { class: "topic" }, at.topic?.value ?? ""), isApp ? home.tabs() : null);
    const atHome = home.show(isApp, state.homes[me()]);
    list.hidden = write.hidden = atHome;
    write.describe(`Message ${at.name && at.kind === "channel" ? "#" : ""}${label(at)}`);
    const here = [...state.messages.values()].filter((it) => it.channel === channel && visible(it));
    here.sort((a, b) => a.ts.localeCompare(b.ts));
    const top = here.filter((it) => !isReply(it) || it.subtype === "thread_broadcast");
    pane.classList.toggle("empty", top.length === 0);
    show(list, top, jump);
    threadPane.hidden = !thread;
    if (thread) show(threadList, here.filter((it) => it.ts === thread || it.thread_ts === thread), jump);
    jump = false;
    hintLine.hidden = session.hintsForgotten || atHome;
    modal.show(state.views[me()]);
  }

  async function load() {
    const whole = await ask("/sandbox/slack/state");
    Object.assign(state, whole, { messages: new Map(whole.messages.map((it) => [idOf(it), it])) });
    draw();
    return whole.last_event_id;
  }

  function change(kind, data) {
    if (kind === "message") {
      const fresh = !state.messages.has(idOf(data));
      state.messages.set(idOf(data), data);
      if (fresh && data.channel !== channel && data.user !== me() && visible(data)) unread.add(data.channel);
    } else if (kind === "deleted") state.messages.delete(idOf(data));
    else if (kind === "views") state.views[data.user] = data.views;
    else if (kind === "home") state.homes[data.user] = data.view;
    else if (kind === "channel") return void load();
    draw();
  }

  session.onPerson(() => { thread = null; jump = true; draw(); });
  session.live.follow("slack", load, change);
  return { pane, put: (text) => write.put(text) };
}
