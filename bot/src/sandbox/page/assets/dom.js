// Elements, and keeping lists of them in step with data. Text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** `h("button", {class: "plain", onclick}, "Save")`: null and false children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (["value", "checked", "disabled", "selected", "multiple", "open", "hidden"].includes(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((it) => it !== null && it !== undefined && it !== false));
  return element;
}

/** A drawing of `icons.svg`; decoration, unless it is named. */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 20 20");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/assets/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Puts `children` in the place of all there is. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((it) => it !== null && it !== undefined && it !== false));
  return element;
}

/**
 * Keeps `parent`'s children in step with `items`: those whose `mark` is unchanged stay untouched, with
 * their focus, selection and open menus.
 */
export function keep(parent, items, { key, mark, draw }) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let last = null;
  for (const item of items) {
    const name = String(key(item));
    const sign = mark(item);
    let child = present.get(name);
    present.delete(name);
    if (!child || child.drawnFrom !== sign) {
      const fresh = draw(item);
      fresh.dataset.key = name;
      fresh.drawnFrom = sign;
      if (child) child.replaceWith(fresh);
      child = fresh;
    }
    const place = last ? last.nextSibling : parent.firstChild;
    if (child !== place) parent.insertBefore(child, place);
    last = child;
  }
  for (const child of present.values()) child.remove();
}

/** Draws with `draw` and stays at the end where the reader was there. */
export function stickToEnd(scroller, draw, force) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  draw();
  if (atEnd || force) scroller.scrollTop = scroller.scrollHeight;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const precise = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

/** `14:05` of seconds since 1970. */
export const timeOf = (seconds) => clock.format(new Date(seconds * 1000));
export const preciseTime = (date) => precise.format(date);
export const dayOf = (seconds) => day.format(new Date(seconds * 1000));

/** Waits until nobody called for `wait` ms, then calls. */
export function calm(call, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), wait);
  };
}

const COLOURS = { Ana: "coral", Ben: "blue", Chloe: "green", Bellhop: "brass" };

/** A person's picture: their initial; the bot has its bell. */
export function avatar(name) {
  const content = name === "Bellhop" ? icon("bell") : (name || "?").slice(0, 1).toUpperCase();
  return h("span", { class: `avatar ${COLOURS[name] ?? "grey"}`, "aria-hidden": "true" }, content);
}

export const bytes = (size) => (size < 1024 ? `${size} B` : size < 1048576 ? `${(size / 1024).toFixed(1)} KB` : `${(size / 1048576).toFixed(1)} MB`);

/** A file's content as base64. */
export async function base64(file) {
  const content = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < content.length; at += 0x8000) text += String.fromCharCode(...content.subarray(at, at + 0x8000));
  return btoa(text);
}
