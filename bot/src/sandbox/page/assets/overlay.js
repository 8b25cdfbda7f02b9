// What floats above the page: menus beside a button, questions, and notes that pass.

import { h, icon } from "./dom.js";

let open = null;

/** Shows `content` beside `anchor` until Escape, a click elsewhere, or `close()`. */
export function popover(anchor, content, { onClose, wide = false, above = false } = {}) {
  closePopover();
  const box = h("div", { class: wide ? "popover wide" : "popover" }, content);
  // Inside an open dialog only what it contains can be reached.
  (anchor.closest("dialog") ?? document.body).append(box);
  const place = () => {
    const at = anchor.getBoundingClientRect();
    if (wide) box.style.width = `${at.width}px`;
    const below = window.innerHeight - at.bottom;
    const up = above || (below < box.offsetHeight + 12 && at.top > below);
    box.style.maxHeight = `${Math.max(120, Math.min(320, (up ? at.top : below) - 16))}px`;
    box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = up ? `${at.top - box.offsetHeight - 4}px` : `${at.bottom + 4}px`;
  };
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) closePopover();
  };
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closePopover();
    anchor.focus();
  };
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", key, true);
  window.addEventListener("resize", place);
  const watch = new ResizeObserver(place);
  watch.observe(box);
  place();
  const mine = {
    anchor, box, place,
    close() {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("keydown", key, true);
      window.removeEventListener("resize", place);
      watch.disconnect();
      box.remove();
      onClose?.();
    },
  };
  open = mine;
  return mine;
}

export function closePopover() {
  const closing = open;
  open = null;
  closing?.close();
}

export const popoverAnchor = () => open?.anchor;

/** A menu of `{label, help, act, danger}` beside `anchor`. */
export function menu(anchor, entries, name) {
  const buttons = entries.map((entry) =>
    h("button", { type: "button", role: "menuitem", class: entry.danger ? "entry danger" : "entry", onclick: () => { closePopover(); anchor.focus(); entry.act(); } },
      h("span", {}, entry.label), entry.help ? h("small", {}, entry.help) : null));
  const list = h("div", { class: "menu", role: "menu", "aria-label": name, onkeydown: (event) => arrows(event, buttons) }, buttons);
  anchor.setAttribute("aria-expanded", "true");
  popover(anchor, list, { onClose: () => anchor.setAttribute("aria-expanded", "false") });
  buttons[0]?.focus();
}

function arrows(event, buttons) {
  const at = buttons.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  buttons[(at + step + buttons.length) % buttons.length].focus();
}

/** A row of reactions to choose from. */
export function reactionPicker(anchor, names, draw, choose) {
  const buttons = names.map((name) =>
    h("button", { type: "button", class: "emoji", "aria-label": `React with ${name}`, title: name, onclick: () => { closePopover(); choose(name); } }, draw(name)));
  popover(anchor, h("div", { class: "emojis", role: "group", "aria-label": "Reactions", onkeydown: (event) => arrows(event, buttons) }, buttons));
  buttons[0].focus();
}

/** Asks before something is done: a Block Kit confirmation object. Resolves to whether to go on. */
export function confirm(asked) {
  return new Promise((resolve) => {
    const answer = (given) => { dialog.close(); dialog.remove(); resolve(given); };
    const dialog = h("dialog", { class: "dialog small", "aria-label": asked.title, oncancel: (event) => { event.preventDefault(); answer(false); } },
      h("header", {}, h("h2", {}, asked.title)),
      h("div", { class: "body" }, asked.text),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => answer(false) }, asked.deny),
        h("button", { type: "button", class: `button ${asked.style === "danger" ? "danger" : "primary"}`, onclick: () => answer(true) }, asked.confirm)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

const notes = h("div", { class: "notes", role: "status", "aria-live": "polite" });

/** A note that passes. */
export function note(text) {
  // What is below an open dialog is dimmed.
  const host = document.querySelector("dialog[open]") ?? document.body;
  if (notes.parentNode !== host) host.append(notes);
  const one = h("div", { class: "note" }, h("span", {}, text),
    h("button", { type: "button", class: "plain", "aria-label": "Close this note", onclick: () => one.remove() }, icon("close")));
  notes.append(one);
  setTimeout(() => one.remove(), 8000);
}

