// A message of the Zulip-like organization, with its widget and reactions.

import { avatar, h, icon, timeOf } from "./dom.js";
import { emoji, ZULIP_CHOICES } from "./emoji.js";
import { confirm, menu, reactionPicker } from "./overlay.js";
import { sanitize } from "./sanitize.js";

// Whose plain text was asked for; it stays so when the message is drawn again.
const asText = new Set();

export function drawMessage(message, place) {
  const { act } = place;
  const body = h("div", { class: "rendered" });
  const widget = form(message);
  // Zulip's web app puts a widget in the place of the text; its phone apps show the text alone.
  const draw = () => {
    const text = !widget || asText.has(message.id);
    body.replaceChildren(text ? sanitize(message.rendered_content, place.follow) : choices(widget, message, act));
    if (widget) body.append(h("button", { type: "button", class: "link other", onclick: () => { if (!asText.delete(message.id)) asText.add(message.id); draw(); } },
      text ? "Show the buttons" : "Show the text, as phones do"));
  };
  draw();
  return h("article", { class: "message", "aria-label": `Message of ${message.sender_full_name}`, dataset: { id: String(message.id) } },
    avatar(message.sender_full_name),
    h("div", { class: "content" },
      h("p", { class: "by" }, h("strong", {}, message.sender_full_name), message.sender_email.includes("-bot@") ? h("span", { class: "app" }, "Bot") : null,
        h("time", { datetime: new Date(message.timestamp * 1000).toISOString() }, timeOf(message.timestamp))),
      body,
      message.is_edited ? h("small", { class: "edited" }, "(edited)") : null,
      reactions(message, place)),
    tools(message, place));
}

/** The numbered choices of a `zform`. */
function form(message) {
  for (const it of message.submessages ?? []) {
    try {
      const widget = JSON.parse(it.content);
      if (widget.widget_type === "zform") return widget.extra_data;
    } catch {
      // No widget of ours: the text stands.
    }
  }
  return null;
}

function choices(widget, message, act) {
  return h("div", { class: "zform" }, h("p", { class: "heading" }, widget.heading),
    h("ul", {}, widget.choices.map((choice, at) => h("li", {},
      h("button", { type: "button", class: "number", "aria-label": `${choice.short_name}: ${choice.long_name}`, title: choice.reply, onclick: () => act({ do: "choose", message: message.id, choice: at }) }, choice.short_name),
      h("span", {}, choice.long_name)))));
}

function reactions(message, place) {
  const groups = new Map();
  for (const it of message.reactions ?? []) groups.set(it.emoji_name, [...(groups.get(it.emoji_name) ?? []), it.user_id]);
  if (!groups.size) return null;
  return h("div", { class: "reactions" }, [...groups].map(([name, users]) => {
    const mine = users.includes(place.me());
    const who = users.map(place.nameOf).join(", ");
    return h("button", { type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: `${who}: ${name}`, "aria-label": `${name}, ${users.length}, by ${who}`,
      onclick: () => place.act({ do: mine ? "unreact" : "react", message: message.id, name }) }, emoji(name), h("span", {}, String(users.length)));
  }));
}

function tools(message, place) {
  const react = h("button", { type: "button", class: "plain", "aria-label": "Add a reaction", title: "React", onclick: () =>
    reactionPicker(react, ZULIP_CHOICES, emoji, (name) => place.act({ do: "react", message: message.id, name })) }, icon("smile"));
  const more = h("button", { type: "button", class: "plain", "aria-label": "More actions for this message", title: "More", "aria-haspopup": "menu", onclick: () =>
    menu(more, [
      { label: "Copy text", act: () => navigator.clipboard?.writeText(message.content) },
      ...(message.sender_id === place.me() ? [{ label: "Delete message…", danger: true, act: async () => {
        if (await confirm({ title: "Delete message", text: "It is gone for everyone.", confirm: "Delete", deny: "Cancel", style: "danger" })) place.act({ do: "delete", message: message.id });
      } }] : []),
    ], "Actions for this message") }, icon("more"));
  return h("div", { class: "tools", role: "group", "aria-label": "Message tools" }, react, more);
}
