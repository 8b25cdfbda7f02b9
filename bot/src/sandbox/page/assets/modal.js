// The open modal: the top of a person's stack of views. https://docs.slack.dev/surfaces/modals

import { base64, fill, h, icon } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { field, given, heldIn } from "./elements.js";
import { note } from "./overlay.js";

/** `place`: `names`, `people`, `channels`, and `act(what)` as the person. */
export function modalHost(place) {
  const dialog = h("dialog", { class: "dialog modal" });
  let shown = null;
  let errors = {};
  // What was entered in this view and not yet sent: `block_id` → `action_id` → value.
  let entered = {};

  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (shown) place.act({ do: "close", view: shown.id });
  });
  document.body.append(dialog);

  function show(stack) {
    const top = stack?.at(-1);
    if (!top) {
      shown = null;
      if (dialog.open) {
        dialog.close();
        // Chromium gives a text box its focus back without its caret.
        const back = document.activeElement;
        back?.blur();
        back?.focus();
      }
      return;
    }
    const same = shown?.id === top.id && shown.hash === top.hash;
    if (shown?.id !== top.id) entered = {};
    shown = top;
    errors = top.errors ?? {};
    if (same) mark(); else draw(stack.length);
    if (!dialog.open) dialog.showModal();
    if (!same) dialog.querySelector(".body .box, .body .picker")?.focus();
  }

  function draw(depth) {
    const text = (it) => it?.text ?? "";
    const view = shown;
    const inside = {
      ...place,
      input: (block) => input(block),
      held: (block, element) => held(block, element),
      use: (block, element, value) => place.act({ do: "use", view: view.id, block_id: block.block_id, action_id: element.action_id, value }),
      options: (block, element, typed) => options(block, element, typed),
      redraw: () => draw(depth),
    };
    const form = h("form", { novalidate: true, onsubmit: submit },
      h("header", {}, h("h2", { id: "modal-title" }, text(view.title)),
        h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => place.act({ do: "close", view: view.id, all: true }) }, icon("close"))),
      h("div", { class: "body" }, drawBlocks(view.blocks, inside)),
      h("footer", {}, h("span", { class: "trouble", role: "alert" }),
        h("button", { type: "button", class: "button", onclick: () => place.act({ do: "close", view: view.id }) }, text(view.close) || (depth > 1 ? "Back" : "Cancel")),
        view.submit ? h("button", { type: "submit", class: "button primary" }, text(view.submit)) : null));
    dialog.setAttribute("aria-labelledby", "modal-title");
    fill(dialog, form);
    mark();
  }

  function held(block, element) {
    const mine = entered[block.block_id];
    if (mine && element.action_id in mine) return mine[element.action_id];
    return heldIn(shown.state?.values?.[block.block_id]?.[element.action_id]);
  }

  async function options(block, element, typed) {
    const answer = await place.act({ do: "options", view: shown.id, block_id: block.block_id, action_id: element.action_id, typed });
    if (!answer || answer.failed) throw new Error("The choices could not be loaded.");
    const all = answer.options ?? (answer.option_groups ?? []).flatMap((it) => it.options);
    return all.map((it) => ({ value: it.value, label: it.text.text, help: it.description?.text, whole: it }));
  }

  function input(block) {
    const { element } = block;
    const label = block.label?.text ?? "";
    const keep = (value, chosen) => {
      // An external menu's choice is kept with its label, to be drawn again.
      const whole = chosen?.length && chosen.every((it) => it.whole) ? chosen.map((it) => it.whole) : null;
      entered[block.block_id] = { [element.action_id]: whole ? (Array.isArray(value) ? whole : whole[0]) : value };
      if (errors[block.block_id]) {
        delete errors[block.block_id];
        mark();
      }
      if (block.dispatch_action) place.act({ do: "use", view: shown.id, block_id: block.block_id, action_id: element.action_id, value });
    };
    const drawn = field(element, {
      label, held: held(block, element), people: place.people, channels: place.channels,
      load: (typed) => options(block, element, typed), onChange: keep, describedBy: `error-${block.block_id}`,
      upload: async (file) => {
        const sent = await place.keepFile({ name: file.name, base64: await base64(file) });
        if (!sent) throw new Error("The file was not taken.");
        return sent;
      },
    });
    return h("div", { class: "field", dataset: { block: block.block_id } },
      h("div", { class: "label" }, label, block.optional ? h("small", {}, "optional") : null),
      drawn,
      h("p", { class: "error", id: `error-${block.block_id}`, role: "alert" }),
      block.hint ? h("p", { class: "hint" }, block.hint.text) : null);
  }

  function mark() {
    for (const one of dialog.querySelectorAll(".field")) {
      const error = errors[one.dataset.block];
      one.classList.toggle("wrong", Boolean(error));
      one.querySelector(".error").textContent = error ?? "";
    }
    dialog.querySelector(".wrong")?.scrollIntoView({ block: "nearest" });
  }

  async function submit(event) {
    event.preventDefault();
    const values = {};
    for (const block of shown.blocks.filter((it) => it.type === "input")) {
      values[block.block_id] = { [block.element.action_id]: given(held(block, block.element)) };
    }
    const button = dialog.querySelector("button[type=submit]");
    const trouble = dialog.querySelector(".trouble");
    button?.setAttribute("aria-busy", "true");
    trouble.textContent = "";
    const answer = await place.act({ do: "submit", view: shown.id, values });
    button?.removeAttribute("aria-busy");
    if (answer?.failed) trouble.textContent = answer.failed;
    if (answer?.failed && answer.messages) note(answer.messages.join(" "));
  }

  return { show };
}
