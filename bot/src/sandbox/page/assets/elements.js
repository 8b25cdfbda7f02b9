// Block Kit's interactive elements: https://docs.slack.dev/reference/block-kit/block-elements

import { h, icon } from "./dom.js";
import { confirm, menu } from "./overlay.js";
import { picker } from "./picker.js";
import { picture, words } from "./blocks.js";

const plain = (text) => text?.text ?? "";
const option = (given) => ({ value: given.value, label: plain(given.text), help: plain(given.description) });

/** An element in a message, or in a modal outside of an input: using it tells the app at once. */
export function control(element, block, place) {
  if (element.type === "image") return picture(element);
  if (element.type === "button" || element.type === "workflow_button") return button(element, block, place);
  if (element.type === "overflow") return overflow(element, block, place);
  const held = place.held?.(block, element);
  return field(element, {
    label: plain(element.placeholder) || element.action_id,
    held,
    people: place.people, channels: place.channels,
    load: (typed) => place.options(block, element, typed),
    onChange: (value) => asked(element, place, () => place.use(block, element, value)),
  });
}

async function asked(element, place, act) {
  if (element.confirm) {
    const { title, text, confirm: yes, deny, style } = element.confirm;
    const agreed = await confirm({ title: plain(title), text: words(text, place.names), confirm: plain(yes), deny: plain(deny), style });
    if (!agreed) return place.redraw?.();
  }
  await act();
}

function button(element, block, place) {
  const face = h(element.url ? "a" : "button", {
    class: `button ${element.style ?? ""}`, type: element.url ? null : "button",
    href: /^https?:/i.test(element.url ?? "") ? element.url : null, target: element.url ? "_blank" : null, rel: element.url ? "noopener noreferrer" : null,
    "aria-label": element.accessibility_label,
    onclick: () => asked(element, place, async () => {
      face.setAttribute("aria-busy", "true");
      try {
        await place.use(block, element, null);
      } finally {
        face.removeAttribute("aria-busy");
      }
    }),
  }, words(element.text, place.names));
  return face;
}

function overflow(element, block, place) {
  const face = h("button", { type: "button", class: "button square", "aria-label": "More actions", "aria-haspopup": "menu", onclick: () =>
    menu(face, element.options.map((it) => ({ label: plain(it.text), help: plain(it.description), act: () => asked(element, place, () => place.use(block, element, it.value)) })), "More actions"),
  }, icon("more"));
  return face;
}

/**
 * An element that holds a value. `held` is what it holds now, as the simulator's API takes it: a text,
 * an option's value, an id, a date, or a list of them. `onChange` gets the same.
 */
export function field(element, { label, held, people, channels, load, onChange, describedBy, upload }) {
  const common = { "aria-label": label, "aria-describedby": describedBy, placeholder: plain(element.placeholder) || null };
  const typed = (more) => h("input", { class: "box", ...common, value: held ?? "", oninput: (event) => onChange(event.target.value), ...more });
  switch (element.type) {
    case "plain_text_input":
      return element.multiline
        ? h("textarea", { class: "box", rows: 4, ...common, value: held ?? "", maxlength: element.max_length, oninput: (event) => onChange(event.target.value) })
        : typed({ type: "text", maxlength: element.max_length, autocomplete: "off" });
    case "number_input":
      return typed({ type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", autocomplete: "off" });
    case "url_text_input": return typed({ type: "url", placeholder: common.placeholder ?? "https://", autocomplete: "off" });
    case "email_text_input": return typed({ type: "email", autocomplete: "off" });
    case "datepicker": return typed({ type: "date" });
    case "timepicker": return typed({ type: "time" });
    case "datetimepicker":
      return typed({ type: "datetime-local", value: held ? localTime(held) : "", oninput: (event) =>
        onChange(event.target.value ? Math.floor(new Date(event.target.value).getTime() / 1000) : null) });
    case "rich_text_input":
      return h("textarea", { class: "box", rows: 4, ...common, value: richWords(held), oninput: (event) => onChange(rich(event.target.value)) });
    case "checkboxes": return ticks(element, "checkbox", held ?? [], onChange, label);
    case "radio_buttons": return ticks(element, "radio", held ? [held] : [], (all) => onChange(all[0] ?? null), label);
    case "file_input": return files(element, held ?? [], onChange, upload, common);
    default: return select(element, { label, held, people, channels, load, onChange, placeholder: common.placeholder });
  }
}

/** Seconds since 1970 as a browser's own box for date and time takes them. */
function localTime(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** A typed text as a rich text block, and back: the tool bar of Slack's own box is not drawn here. */
const rich = (text) => (text ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] } : null);

function richWords(block) {
  const words = (it) => it.text ?? it.url ?? (it.elements ?? []).map(words).join(it.type === "rich_text_list" ? "\n" : "");
  return (block?.elements ?? []).map(words).join("\n");
}

function ticks(element, type, held, onChange, label) {
  const name = `${element.action_id}-${Math.random().toString(36).slice(2)}`;
  const boxes = element.options.map((it) => h("input", { type, name, value: it.value, checked: held.includes(it.value), onchange: () => onChange(boxes.filter((box) => box.checked).map((box) => box.value)) }));
  return h("div", { class: "ticks", role: "group", "aria-label": label }, element.options.map((it, at) =>
    h("label", {}, boxes[at], h("span", {}, plain(it.text), it.description ? h("small", {}, plain(it.description)) : null))));
}

function files(element, held, onChange, upload, common) {
  const list = h("ul", { class: "picked" });
  let kept = held;
  const draw = () => list.replaceChildren(...kept.map((file) => h("li", {}, icon("file"), file.name,
    h("button", { type: "button", class: "plain", "aria-label": `Remove ${file.name}`, onclick: () => { kept = kept.filter((it) => it !== file); onChange(kept); draw(); } }, icon("close")))));
  const input = h("input", { type: "file", class: "box", ...common, multiple: (element.max_files ?? 10) > 1, onchange: async () => {
    for (const file of input.files) kept = [...kept, await upload(file)].slice(-(element.max_files ?? 10));
    input.value = "";
    onChange(kept);
    draw();
  } });
  draw();
  return h("div", {}, input, list);
}

function select(element, { label, held, people, channels, load, onChange, placeholder }) {
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "");
  const values = many ? held ?? [] : held === null || held === undefined || held === "" ? [] : [held];
  const lists = {
    static_select: () => (element.options ?? (element.option_groups ?? []).flatMap((it) => it.options)).map(option),
    users_select: () => people().map((it) => ({ value: it.id, label: it.real_name })),
    conversations_select: () => channels().map((it) => ({ value: it.id, label: `#${it.name}` })),
    channels_select: () => channels().map((it) => ({ value: it.id, label: `#${it.name}` })),
  };
  const options = lists[kind]?.();
  const known = [...(options ?? []), ...[element.initial_option, ...(element.initial_options ?? [])].filter(Boolean).map(option)];
  const chosen = values.map((value) => (typeof value === "object" ? option(value) : known.find((it) => it.value === value) ?? { value, label: value }));
  return picker({
    label, many, options, chosen, clearable: true, placeholder: placeholder || (many ? "Add…" : "Choose…"),
    load: kind === "external_select" ? load : undefined, least: element.min_query_length ?? (kind === "external_select" ? 3 : 0),
    onChange: (all) => onChange(many ? all.map((it) => it.value) : all[0]?.value ?? null, all),
  });
}

/** What the simulator holds for an element (`selected_option`, `value` …), as [`field`] takes it. */
export function heldIn(state) {
  if (!state) return undefined;
  for (const name of ["selected_option", "selected_options", "selected_user", "selected_users", "selected_date", "selected_time", "selected_date_time", "rich_text_value",
    "selected_conversation", "selected_conversations", "selected_channel", "selected_channels", "files", "value"]) {
    if (!(name in state)) continue;
    const held = state[name];
    const texts = ["checkboxes", "radio_buttons"].includes(state.type);
    if (texts && Array.isArray(held)) return held.map((it) => it.value);
    if (texts && held) return held.value;
    return held;
  }
  return undefined;
}

/** A held value as the simulator's API takes it back. */
export function given(held) {
  const one = (it) => (it && typeof it === "object" && "value" in it ? it.value : it);
  return Array.isArray(held) ? held.map(one) : one(held) ?? null;
}
