// Slack's mrkdwn as elements: https://docs.slack.dev/messaging/formatting-message-text

import { h } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";

const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Only what leads to a page or a mailbox. */
export function link(url, ...label) {
  const safe = /^(https?:|mailto:)/i.test(url);
  return safe ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...label) : h("span", {}, ...label);
}

/** `names`: `user(id)` and `channel(id)`. */
export function mrkdwn(text, names) {
  const out = document.createDocumentFragment();
  const parts = (text ?? "").split("```");
  parts.forEach((part, index) => {
    // An odd part is inside a fence, unless the fence is never closed.
    if (index % 2 === 1 && index < parts.length - 1) out.append(h("pre", {}, plain(unlinked(part.replace(/^\n|\n$/g, "")))));
    else out.append(...lines(index % 2 === 1 ? "```" + part : part, names, index));
  });
  return out;
}

const unlinked = (text) => text.replace(/<([^|>]+)(?:\|([^>]*))?>/g, (_, target, label) => label || target);

function lines(text, names, index) {
  const out = [];
  const all = (index > 0 ? text.replace(/^\n/, "") : text).split("\n");
  let quote = null;
  all.forEach((line, at) => {
    const quoted = /^(>|&gt;) ?/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...inline(line.slice(quoted[0].length), names));
      return;
    }
    if (at > 0 && !quote) out.push(h("br"));
    quote = null;
    out.push(...inline(line, names));
  });
  return out;
}

const MARKS = [
  [/`([^`\n]+)`/, (inside) => h("code", {}, plain(unlinked(inside)))],
  [/<([^<>\n]+)>/, (inside, names) => special(inside, names)],
  [/(?<![\p{L}\p{N}])\*([^*\n]*[^*\s])\*(?![\p{L}\p{N}])/u, (inside, names) => h("strong", {}, inline(inside, names))],
  [/(?<![\p{L}\p{N}])_([^_\n]*[^_\s])_(?![\p{L}\p{N}])/u, (inside, names) => h("em", {}, inline(inside, names))],
  [/(?<![\p{L}\p{N}])~([^~\n]*[^~\s])~(?![\p{L}\p{N}])/u, (inside, names) => h("s", {}, inline(inside, names))],
];

function inline(text, names) {
  let first = null;
  for (const [pattern, draw] of MARKS) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, draw };
  }
  if (!first) return withEmoji(plain(text));
  const { found, draw } = first;
  return [...withEmoji(plain(text.slice(0, found.index))), draw(found[1], names), ...inline(text.slice(found.index + found[0].length), names)];
}

function special(inside, names) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(`@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!")) return mention(`@${target.slice(1).split("^")[0]}`);
  return link(plain(target), plain(label ?? target.replace(/^mailto:/, "")));
}

export const mention = (text) => h("span", { class: "mention" }, text);

function date(target, fallback) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return document.createTextNode(plain(fallback ?? ""));
  const today = new Date().toDateString() === at.toDateString();
  const short = at.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
  const long = at.toLocaleDateString(undefined, { dateStyle: "long" });
  const shown = {
    date_num: at.toISOString().slice(0, 10), date: long, date_short: short, date_long: long,
    date_pretty: today ? "today" : long, date_short_pretty: today ? "today" : short, date_long_pretty: today ? "today" : long,
    time: at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }), time_secs: at.toLocaleTimeString(),
  };
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => shown[name] ?? whole);
  return h("time", { datetime: at.toISOString(), title: at.toString() }, text);
}

/** What people type arrives as a `rich_text` block: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export function richText(block, names) {
  return h("div", { class: "rich" }, block.elements.map((part) => {
    const inside = (part.elements ?? []).map((element) => richElement(element, names));
    switch (part.type) {
      case "rich_text_preformatted": return h("pre", {}, inside);
      case "rich_text_quote": return h("blockquote", {}, inside);
      case "rich_text_list":
        return h(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => h("li", {}, item.elements.map((it) => richElement(it, names)))));
      default: return h("p", {}, inside);
    }
  }));
}

function richElement(element, names) {
  const style = element.style ?? {};
  let drawn;
  switch (element.type) {
    case "user": return mention(`@${names.user(element.user_id) ?? element.user_id}`);
    case "channel": return mention(`#${names.channel(element.channel_id) ?? element.channel_id}`);
    case "broadcast": return mention(`@${element.range}`);
    case "emoji": return emoji(element.name);
    case "link": drawn = link(element.url, element.text ?? element.url); break;
    default: drawn = h("span", {}, withEmoji(element.text ?? ""));
  }
  for (const [name, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (style[name]) drawn = h(tag, {}, drawn);
  }
  return drawn;
}
