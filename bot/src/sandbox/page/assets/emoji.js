// Emoji, drawn by us so that they look the same on every machine, also on those without an emoji font.

import { icon } from "./dom.js";

const DRAWN = {
  "+1": "thumbs-up", thumbsup: "thumbs-up", thumbs_up: "thumbs-up",
  "-1": "thumbs-down", thumbsdown: "thumbs-down", thumbs_down: "thumbs-down",
  check: "check", white_check_mark: "check", check_mark: "check", heavy_check_mark: "check",
  x: "cross", cross_mark: "cross", eyes: "eyes", tada: "tada", heart: "heart",
  smile: "smile", slightly_smiling_face: "smile", warning: "warning", rotating_light: "siren",
  hourglass: "hourglass", hourglass_flowing_sand: "hourglass", rocket: "rocket", fire: "fire",
  working_on_it: "wrench", wrench: "wrench", hammer_and_wrench: "wrench",
};

/** What the pickers offer; the names that each platform has for them. */
export const SLACK_CHOICES = ["+1", "white_check_mark", "eyes", "tada", "heart", "fire", "rocket", "-1"];
export const ZULIP_CHOICES = ["thumbs_up", "check", "eyes", "tada", "heart", "fire", "rocket", "thumbs_down"];

/** A drawing, or the name in colons. */
export function emoji(name) {
  const drawn = DRAWN[name];
  return drawn ? icon(`e-${drawn}`, name) : document.createTextNode(`:${name}:`);
}

/** Text with the known `:names:` in it drawn. */
export function withEmoji(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(/:([a-z0-9_+-]+):/g)) {
    if (!DRAWN[found[1]]) continue;
    parts.push(document.createTextNode(text.slice(from, found.index)), emoji(found[1]));
    from = found.index + found[0].length;
  }
  parts.push(document.createTextNode(text.slice(from)));
  return parts.filter((it) => it.nodeType !== Node.TEXT_NODE || it.data);
}
