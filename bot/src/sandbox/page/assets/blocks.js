// Block Kit in messages and modals: https://docs.slack.dev/reference/block-kit/blocks

import { h, icon } from "./dom.js";
import { control } from "./elements.js";
import { withEmoji } from "./emoji.js";
import { link, mrkdwn, richText } from "./mrkdwn.js";

/** A text object. */
export function words(text, names) {
  if (!text) return null;
  if (text.type === "mrkdwn") return mrkdwn(text.text, names);
  return h("span", {}, text.emoji === false ? text.text : withEmoji(text.text));
}

/**
 * Draws blocks. `place` says where they are: `names`, `use(block, element, value)`, `options(block,
 * element, typed)`, `people`, and in modals `input(block)`.
 */
export const drawBlocks = (blocks, place) => (blocks ?? []).map((block) => drawBlock(block, place));

function drawBlock(block, place) {
  const { names } = place;
  switch (block.type) {
    case "header": return h("h3", { class: "block-header" }, words(block.text, names));
    case "section": return section(block, place);
    case "context":
      return h("div", { class: "block-context" }, block.elements.map((it) => (it.type === "image" ? picture(it) : h("span", {}, words(it, names)))));
    case "divider": return h("hr");
    case "image": return h("figure", { class: "block-image" }, block.title ? h("figcaption", {}, words(block.title, names)) : null, picture(block));
    case "actions":
      return h("div", { class: "block-actions" }, block.elements.map((element) => control(element, block, place)));
    case "rich_text": return richText(block, names);
    case "input": return place.input(block);
    case "markdown": return h("div", { class: "block-section" }, h("div", { class: "text" }, mrkdwn(block.text, names)));
    default: return h("p", { class: "unknown" }, `(a block of the type ${block.type})`);
  }
}

function section(block, place) {
  const { names } = place;
  return h("div", { class: "block-section" },
    h("div", { class: "text" },
      block.text ? h("div", {}, words(block.text, names)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, words(field, names)))) : null),
    block.accessory ? h("div", { class: "accessory" }, control(block.accessory, block, place)) : null);
}

// The page loads nothing from elsewhere, so a picture from elsewhere is a link to it.
export function picture(image) {
  const url = image.image_url ?? "";
  return url.startsWith("/") ? h("img", { src: url, alt: image.alt_text ?? "" }) : link(url, icon("file"), ` ${image.alt_text || url}`);
}

/** An attachment: a colour bar beside blocks or the older fields. */
export function attachment(given, place) {
  const { names } = place;
  const bar = h("div", { class: "attachment" });
  if (/^#[0-9a-f]{6}$/i.test(given.color ?? "")) bar.style.borderLeftColor = given.color;
  bar.append(...drawBlocks(given.blocks, place));
  if (!given.blocks) {
    const title = given.title && (given.title_link ? link(given.title_link, given.title) : given.title);
    bar.append(...[given.pretext, title && h("strong", {}, title), given.text && h("div", {}, mrkdwn(given.text, names)),
      given.fields && h("div", { class: "fields" }, given.fields.map((field) => h("div", {}, h("strong", {}, field.title), h("br"), mrkdwn(field.value, names)))),
      given.footer && h("small", {}, given.footer)].filter(Boolean));
  }
  if (given.is_app_unfurl) bar.append(h("small", { class: "unfurled" }, "Added by Bellhop"));
  return bar;
}
