// The app's Home tab: https://docs.slack.dev/surfaces/app-home

import { fill, h } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { heldIn } from "./elements.js";

/** The tabs of the conversation with the app, and what its Home tab shows. */
export function homeTab(place, onChange) {
  let tab = "messages";
  let drawn = null;
  const pane = h("div", { class: "home", role: "region", "aria-label": "Home of Bellhop", tabindex: "0", hidden: true });
  const choice = (name, label) => h("button", { type: "button", class: "tab", "aria-pressed": String(tab === name), onclick: () => open(name) }, label);

  function open(name) {
    tab = name;
    drawn = null;
    if (name === "home") place.act({ do: "open_home" });
    onChange();
  }

  /** The tabs, for the title of this conversation. */
  const tabs = () => h("div", { class: "tabs", role: "group", "aria-label": "Tabs of Bellhop" }, choice("home", "Home"), choice("messages", "Messages"));

  /** Draws the Home tab where it is chosen; whether it is. */
  function show(isApp, view) {
    pane.hidden = !(isApp && tab === "home");
    if (pane.hidden) {
      drawn = null;
      return false;
    }
    const mark = `${view?.id} ${view?.hash}`;
    if (mark === drawn) return true;
    drawn = mark;
    const inside = view && {
      ...place,
      use: (block, element, value) => place.act({ do: "use", view: view.id, block_id: block.block_id, action_id: element.action_id, value }),
      options: async () => [],
      held: (block, element) => heldIn(view.state?.values?.[block.block_id]?.[element.action_id]),
      input: (block) => h("p", {}, block.label?.text),
    };
    fill(pane, view ? drawBlocks(view.blocks, inside) : h("p", { class: "empty" }, "The app has not shown anything here yet."));
    return true;
  }

  return { pane, tabs, show, leave: () => { tab = "messages"; } };
}
