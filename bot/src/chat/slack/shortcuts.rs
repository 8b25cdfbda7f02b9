//! The shortcuts of the app's manifest: <https://docs.slack.dev/interactivity/implementing-shortcuts>.
//!
//! Slack lets an app have ten. First come the bot's own, then each connector's first one, on messages
//! and everywhere, then each one's second, in the order of `connectors::ALL`: what everybody uses is
//! there however many connectors there are, and which ones are is the same on every machine.

use connectors::{Kind, Shortcut};
use serde_json::{Value, json};

use super::escape::plain_cut;

/// As many as Slack takes.
const MOST: usize = 10;

/// At the end of a global shortcut's `callback_id`: ids are unique in an app.
pub const GLOBAL: &str = ":global";

/// The bot's own, everywhere: a label, the command, what it is for.
const OWN: &[(&str, &str, &str)] = &[("Run a command…", "bellhop:run", "Choose or type any of Bellhop's commands")];

pub fn of(kinds: &[Kind]) -> Vec<Value> {
    let own = OWN.iter().map(|(label, command, help)| shortcut("global", format!("{command}{GLOBAL}"), label, help));
    let turns = kinds.iter().map(|it| it.shortcuts.len()).max().unwrap_or(0);
    let of_connectors = (0..turns).flat_map(|turn| kinds.iter().filter_map(move |kind| Some((kind, kind.shortcuts.get(turn)?))));
    let both = of_connectors.flat_map(|(kind, it): (&Kind, &Shortcut)| {
        let callback = format!("{}:{}", kind.name, it.action);
        [
            shortcut("message", callback.clone(), it.label, &format!("{} from this message", it.label)),
            shortcut("global", callback + GLOBAL, it.label, &format!("{} with a form", it.label)),
        ]
    });
    own.chain(both).take(MOST).collect()
}

fn shortcut(of: &str, callback: String, label: &str, help: &str) -> Value {
    json!({ "name": plain_cut(label, 24), "type": of, "callback_id": callback, "description": plain_cut(help, 150) })
}
