// A menu that filters as one types: every kind of Block Kit select. Options are `{value, label, help}`.

import { calm, fill, h, icon } from "./dom.js";
import { closePopover, popover, popoverAnchor } from "./overlay.js";

let count = 0;

/**
 * `options` are there from the start; or `load(typed)` fetches them. `chosen` is a list of options.
 * `onChange` gets the new list. The returned element has `values`.
 */
export function picker({ label, placeholder, options, load, chosen = [], many = false, clearable = false, least = 0, onChange }) {
  const id = `list-${++count}`;
  let shown = options ?? [];
  let active = -1;
  let asked = 0;
  const face = h("button", {
    type: "button", class: "picker", role: "combobox", "aria-label": label, "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": id,
    onclick: () => (popoverAnchor() === face ? closePopover() : unfold()),
    onkeydown: (event) => { if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); unfold(); } },
  });
  const holder = h("span", { class: many ? "pick many" : "pick" }, face);
  const isChosen = (option) => chosen.some((it) => it.value === option.value);

  function drawFace() {
    const words = chosen.length && !many ? chosen[0].label : placeholder || "Choose";
    fill(face, h("span", { class: chosen.length && !many ? "chosen" : "placeholder" }, words), icon("down"));
    holder.querySelectorAll(".chip, .clear").forEach((it) => it.remove());
    if (many) {
      holder.prepend(...chosen.map((option) => h("span", { class: "chip" }, option.label,
        h("button", { type: "button", "aria-label": `Remove ${option.label}`, onclick: () => set(chosen.filter((it) => it !== option)) }, icon("close")))));
    } else if (clearable && chosen.length) {
      holder.append(h("button", { type: "button", class: "clear plain", "aria-label": `Clear ${label}`, onclick: () => set([]) }, icon("close")));
    }
    holder.values = chosen.map((it) => it.value);
  }

  function set(next) {
    chosen = next;
    drawFace();
    onChange?.(chosen);
  }

  function unfold() {
    const list = h("div", { id, class: "options", role: "listbox", "aria-label": label });
    const box = h("input", {
      type: "text", class: "search", placeholder: "Type to search", "aria-label": `Search ${label}`, autocomplete: "off", "aria-controls": id,
      oninput: () => (load ? (waiting(), later(box.value)) : filter(box.value)),
      onkeydown: (event) => key(event, list),
    });
    const waiting = () => fill(list, h("p", { class: "empty" }, "Loading…"));
    const filter = (typed) => {
      const wanted = typed.trim().toLowerCase();
      shown = (options ?? []).filter((it) => it.label.toLowerCase().includes(wanted));
      drawList(list);
    };
    const fetchOptions = async (typed) => {
      const mine = ++asked;
      if (typed.length < least) return fill(list, h("p", { class: "empty" }, `Type at least ${least} characters.`));
      try {
        const found = await load(typed);
        if (mine !== asked) return;
        shown = found;
        drawList(list);
      } catch (error) {
        if (mine === asked) fill(list, h("p", { class: "empty bad" }, error.message));
      }
    };
    const later = calm(fetchOptions, 150);
    face.setAttribute("aria-expanded", "true");
    popover(face, [box, list], { wide: true, onClose: () => { asked++; face.setAttribute("aria-expanded", "false"); } });
    if (load) {
      waiting();
      fetchOptions("");
    } else filter("");
    box.focus();
  }

  function drawList(list) {
    active = shown.length ? Math.max(0, shown.findIndex(isChosen)) : -1;
    fill(list, shown.length ? shown.map((option, at) =>
      h("div", {
        class: "option", role: "option", id: `${id}-${at}`, "aria-selected": String(isChosen(option)), dataset: { value: option.value },
        onclick: () => choose(option), onpointermove: () => mark(list, at),
      }, isChosen(option) ? icon("tick") : h("span", { class: "gap" }), h("span", {}, option.label, option.help ? h("small", {}, option.help) : null)))
      : h("p", { class: "empty" }, "Nothing fits."));
    mark(list, active);
  }

  function mark(list, at) {
    active = at;
    [...list.children].forEach((it, index) => it.classList.toggle("active", index === at));
    list.previousSibling?.setAttribute("aria-activedescendant", at < 0 ? "" : `${id}-${at}`);
  }

  function choose(option) {
    if (many) {
      set(isChosen(option) ? chosen.filter((it) => it.value !== option.value) : [...chosen, option]);
    } else {
      set([option]);
    }
    closePopover();
    face.focus();
  }

  function key(event, list) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      mark(list, (active + step + shown.length) % shown.length);
      list.children[active].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown[active]) choose(shown[active]);
    } else if (event.key === "Tab") closePopover();
  }

  drawFace();
  return holder;
}
