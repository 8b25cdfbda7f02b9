// Zulip's `rendered_content` as elements: only the tags and attributes that its Markdown can make.

import { withEmoji } from "./emoji.js";

const TAGS = new Set(["A", "B", "BLOCKQUOTE", "BR", "CODE", "DEL", "DIV", "EM", "H1", "H2", "H3", "H4", "H5", "H6", "HR", "I", "LI", "OL", "P",
  "PRE", "SPAN", "STRONG", "TABLE", "TBODY", "TD", "TH", "THEAD", "TIME", "TR", "UL"]);
const CLASSES = new Set(["user-mention", "silent", "stream", "codehilite", "spoiler-block", "spoiler-header", "spoiler-content", "timestamp-error"]);

/** `follow(hash)`: goes to a place in the workspace. */
export function sanitize(html, follow) {
  const out = document.createDocumentFragment();
  // A document of its own: nothing in it loads or runs.
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const child of parsed.body.childNodes) copy(child, out, follow, false);
  return out;
}

function copy(from, into, follow, inCode) {
  if (from.nodeType === Node.TEXT_NODE) {
    into.append(...(inCode ? [from.data] : withEmoji(from.data)));
    return;
  }
  if (from.nodeType !== Node.ELEMENT_NODE) return;
  let target = into;
  if (TAGS.has(from.tagName)) {
    target = document.createElement(from.tagName);
    target.className = [...from.classList].filter((it) => CLASSES.has(it)).join(" ");
    if (!target.className) target.removeAttribute("class");
    if (from.tagName === "A") address(target, from.getAttribute("href") ?? "", follow);
    if (from.tagName === "OL" && /^\d+$/.test(from.getAttribute("start") ?? "")) target.start = Number(from.getAttribute("start"));
    if (from.tagName === "TIME") local(target, from.getAttribute("datetime"));
    into.append(target);
    if (from.tagName === "TIME" && target.textContent) return;
  } else if (["SCRIPT", "STYLE", "TEMPLATE"].includes(from.tagName)) {
    return;
  }
  for (const child of from.childNodes) copy(child, target, follow, inCode || ["CODE", "PRE"].includes(from.tagName));
}

function address(anchor, href, follow) {
  const narrow = /^\/?(#narrow\/.*)$/.exec(href);
  if (narrow) {
    anchor.href = narrow[1];
    anchor.addEventListener("click", (event) => { event.preventDefault(); follow(narrow[1]); });
    return;
  }
  const upload = /^\/user_uploads\/([\w./-]+)$/.exec(href);
  if (upload && !href.includes("..")) {
    anchor.href = `/sandbox/zulip/files/${upload[1]}`;
    anchor.download = upload[1].split("/").at(-1);
    anchor.className = "upload";
  } else if (/^(https?:|mailto:)/i.test(href)) {
    anchor.href = href;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
  }
}

function local(element, stamp) {
  const at = new Date(stamp);
  if (Number.isNaN(at.getTime())) return;
  element.dateTime = at.toISOString();
  element.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
