//! What the simulated Trello reports: each action, as it is kept, to the webhooks of its board
//! (<https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>).

use serde_json::{Value, json};

use super::State;
use crate::standin::report::{self, Listener, Report, signed_base64};

/// The secret of the Power-Up, with which Trello signs.
const POWER_UP: &str = "secret0of0the0power0up";

/// All actions but the first `known`.
pub fn told(state: &State, known: usize) -> Vec<Report> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let registered = state.webhooks.iter().filter(|it| it["active"] == true).map(|it| Listener {
        url: text(it, "callbackURL"),
        secret: POWER_UP.to_owned(),
        of: text(it, "idModel"),
    });
    let listeners: Vec<Listener> = registered.chain(state.listeners.iter().cloned()).collect();
    let report = |action: &Value| {
        let board = &action["data"]["board"]["id"];
        let model = state.boards.iter().find(|it| it["id"] == *board);
        let body = json!({ "action": action, "model": model });
        report::to(&listeners, &[board.as_str().unwrap_or_default()], &body, |it, body| {
            vec![("x-trello-webhook", signed_base64(&it.secret, &[body, &it.url]))]
        })
    };
    state.actions.iter().skip(known).flat_map(report).collect()
}
