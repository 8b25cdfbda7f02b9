// Where one types: sends with Enter, completes commands as they are typed, takes files.

import { base64, calm, fill, h, icon } from "./dom.js";
import { ask } from "./feed.js";
import { note } from "./overlay.js";

let count = 0;

/**
 * `send(text)` and `attach({name, base64})` do it; `query(text)` gives the completion's parameters, or
 * none where the text is no command; `finish(line)` is the text for a completed line.
 */
export function composer({ name, placeholder, send, attach, query, finish, before }) {
  const id = `complete-${++count}`;
  let offered = [];
  let active = -1;
  let asked = 0;
  const list = h("div", { id, class: "completion", role: "listbox", "aria-label": "Completions", hidden: true });
  const box = h("textarea", {
    rows: 1, class: "line", "aria-label": name, placeholder, "aria-autocomplete": "list", "aria-controls": id, autocomplete: "off", spellcheck: "true",
    oninput: () => { grow(); complete(); },
    onkeydown: key,
    onblur: () => setTimeout(() => document.activeElement !== box && hide(), 150),
    onfocus: () => complete(),
  });
  const file = h("input", { type: "file", hidden: true, multiple: true, "aria-label": `Files for ${name}`, onchange: upload });
  const form = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submit(); } },
    list, before ?? null,
    h("div", { class: "row" },
      h("button", { type: "button", class: "plain", "aria-label": "Attach a file", title: "Attach a file", onclick: () => file.click() }, icon("clip")),
      file, box,
      h("button", { type: "submit", class: "plain send", "aria-label": "Send", title: "Send (Enter)" }, icon("send"))));

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
    form.classList.toggle("filled", box.value.trim() !== "");
  }

  const complete = calm(async () => {
    const wanted = query(box.value);
    if (!wanted || document.activeElement !== box) return hide();
    const mine = ++asked;
    let found;
    try {
      found = await ask(`/sandbox/complete?${new URLSearchParams(wanted)}`);
    } catch {
      found = [];
    }
    if (mine !== asked || document.activeElement !== box) return;
    offered = found.slice(0, 12);
    active = -1;
    draw();
  }, 80);

  function draw() {
    list.hidden = offered.length === 0;
    fill(list, offered.map((it, at) => h("div", {
      class: at === active ? "option active" : "option", role: "option", id: `${id}-${at}`, "aria-selected": String(at === active),
      onpointerdown: (event) => { event.preventDefault(); accept(at); },
    }, h("code", {}, it.label), h("small", {}, it.help ?? ""))),
    h("div", { class: "keys", "aria-hidden": "true" }, h("kbd", {}, "Tab"), " completes  ", h("kbd", {}, "↑↓"), " choose  ", h("kbd", {}, "Enter"), " sends"));
    if (active >= 0) {
      box.setAttribute("aria-activedescendant", `${id}-${active}`);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  function hide() {
    asked++;
    offered = [];
    active = -1;
    list.hidden = true;
  }

  function accept(at) {
    box.value = finish(offered[at].line);
    hide();
    grow();
    box.focus();
    complete();
  }

  function key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && offered.length) {
      event.preventDefault();
      active = active < 0 && step < 0 ? offered.length - 1 : (active + step + offered.length) % offered.length;
      draw();
    } else if (event.key === "Tab" && !event.shiftKey && offered.length) {
      event.preventDefault();
      accept(Math.max(0, active));
    } else if (event.key === "Escape" && offered.length) {
      event.preventDefault();
      hide();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (active >= 0) accept(active);
      else submit();
    }
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    hide();
    grow();
    const taken = await send(text);
    // What was refused is not lost, unless something else was typed meanwhile.
    if (taken === null && box.value === "") {
      box.value = text;
      grow();
    }
  }

  async function upload() {
    for (const one of file.files) {
      if (one.size > 20 << 20) note(`${one.name} is larger than the 20 MB that the sandbox takes.`);
      else await attach({ name: one.name, base64: await base64(one) });
    }
    file.value = "";
  }

  form.put = (text) => {
    box.value = text;
    grow();
    box.focus();
    box.setSelectionRange(text.length, text.length);
    complete();
  };
  form.describe = (text) => box.setAttribute("placeholder", text);
  return form;
}

/** Commands to begin with: a click puts one into the composer. */
export function hints(commands, put, forget) {
  return h("div", { class: "hints" }, icon("bulb"), h("span", {}, "Try"),
    commands.map((it) => h("button", { type: "button", title: it, onclick: () => put(it) }, it)),
    h("button", { type: "button", class: "plain", "aria-label": "Hide these hints", onclick: forget }, icon("close")));
}
