// A message of the Slack-like workspace.

import { avatar, bytes, h, icon, timeOf } from "./dom.js";
import { attachment, drawBlocks } from "./blocks.js";
import { heldIn } from "./elements.js";
import { emoji, SLACK_CHOICES } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { confirm, menu, reactionPicker } from "./overlay.js";

export const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

/** `where`: `channel` (with its replies counted) or `thread`. */
export function drawMessage(message, place, where) {
  const { act, names } = place;
  const key = { channel: message.channel, ts: message.ts };
  const author = message.bot_id ? message.username ?? "Bellhop" : names.user(message.user) ?? message.user;
  const inside = {
    ...place,
    use: (block, element, value) => act({ do: "use", ...key, block_id: block.block_id, action_id: element.action_id, value }),
    options: async (block, element, typed) => {
      const answer = await act({ do: "options", ...key, block_id: block.block_id, action_id: element.action_id, typed });
      return (answer?.options ?? []).map((it) => ({ value: it.value, label: it.text.text }));
    },
    held: (block, element) => heldIn(message.values?.[block.block_id]?.[element.action_id]),
    input: (block) => h("p", {}, block.label?.text),
  };
  const blocks = message.blocks ?? [];
  // Without blocks the text is the message; with attachments alone it stands above them.
  const text = blocks.length === 0 && message.text ? h("div", { class: "text" }, mrkdwn(message.text, names)) : null;
  const article = h("article", { class: message.only_for ? "message ephemeral" : "message", "aria-label": `Message of ${author}`, dataset: { ts: message.ts } },
    avatar(author),
    h("div", { class: "content" },
      message.only_for ? h("p", { class: "only" }, icon("eye"), "Only visible to you · ",
        h("button", { type: "button", class: "link", onclick: () => act({ do: "dismiss", ...key }) }, "Dismiss message")) : null,
      h("p", { class: "by" }, h("strong", {}, author), message.bot_id || message.user === "USLACKBOT" ? h("span", { class: "app" }, "App") : null,
        h("time", { datetime: new Date(message.ts * 1000).toISOString() }, timeOf(Number(message.ts)))),
      text, drawBlocks(blocks, inside),
      (message.attachments ?? []).map((it) => attachment(it, inside)),
      (message.files ?? []).map((file) => drawFile(file)),
      message.edited ? h("small", { class: "edited" }, "(edited)") : null,
      reactions(message, key, place),
      where === "channel" ? replies(message, place) : null),
    message.only_for ? null : tools(message, key, place, where));
  return article;
}

function drawFile(file) {
  const url = `/sandbox/slack/files/${file.id}`;
  const image = /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype);
  return h("a", { class: "file", href: url, download: file.name },
    image ? h("img", { src: url, alt: file.title || file.name }) : icon("file"),
    h("span", {}, h("strong", {}, file.name), h("small", {}, bytes(file.size))));
}

function reactions(message, key, place) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((it) => {
    const mine = it.users.includes(place.me());
    const who = it.users.map((id) => place.names.user(id)).join(", ");
    return h("button", {
      type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: `${who}: ${it.name}`, "aria-label": `${it.name}, ${it.count}, by ${who}`,
      onclick: () => place.act({ do: mine ? "unreact" : "react", ...key, name: it.name }),
    }, emoji(it.name), h("span", {}, String(it.count)));
  }));
}

function replies(message, place) {
  const all = place.replies(message);
  if (!all.length) return null;
  const people = [...new Set(all.map((it) => (it.bot_id ? "Bellhop" : place.names.user(it.user))))];
  return h("button", { type: "button", class: "replies", onclick: () => place.openThread(message) },
    people.slice(0, 3).map((name) => avatar(name)), h("span", {}, all.length === 1 ? "1 reply" : `${all.length} replies`),
    h("small", {}, `last at ${timeOf(Number(all.at(-1).ts))}`));
}

function tools(message, key, place, where) {
  const { act } = place;
  const more = h("button", { type: "button", class: "plain", "aria-label": "More actions for this message", title: "More", "aria-haspopup": "menu", onclick: () => {
    const shortcuts = place.shortcuts().map((it) => ({ label: it.name, help: it.description || "Bellhop", act: () => act({ do: "message_shortcut", ...key, callback_id: it.callback_id }) }));
    const own = message.user === place.me() ? [{ label: "Delete message…", danger: true, act: async () => {
      if (await confirm({ title: "Delete message", text: "It is gone for everyone.", confirm: "Delete", deny: "Cancel", style: "danger" })) act({ do: "delete", ...key });
    } }] : [];
    const link = { label: "Copy text", act: () => navigator.clipboard?.writeText(message.text) };
    menu(more, [...shortcuts, link, ...own], "Actions for this message");
  } }, icon("more"));
  const react = h("button", { type: "button", class: "plain", "aria-label": "Add a reaction", title: "React", onclick: () =>
    reactionPicker(react, SLACK_CHOICES, emoji, (name) => act({ do: "react", ...key, name })) }, icon("smile"));
  const reply = where === "channel" ? h("button", { type: "button", class: "plain", "aria-label": "Reply in a thread", title: "Reply in a thread", onclick: () => place.openThread(message) }, icon("reply")) : null;
  return h("div", { class: "tools", role: "group", "aria-label": "Message tools" }, react, reply, more);
}
