//! What the simulated Drive reports: that something changed, by headers alone
//! (<https://developers.google.com/workspace/drive/api/guides/push#understand-notification>).

use super::state::State;
use crate::standin::report::Report;

/// To each channel, when the log is longer than it was.
pub fn told(known: usize, state: &State, origin: &str) -> Vec<Report> {
    let new = state.changes.get(known..).unwrap_or_default();
    let mut all = Vec::new();
    for channel in &state.channels {
        let file = channel.resource.strip_prefix("resource-of-");
        let (path, word) = match file {
            Some(id) if new.iter().any(|it| it.id == id) => (format!("files/{id}"), "update"),
            None if !new.is_empty() => ("changes".to_owned(), "change"),
            _ => continue,
        };
        all.push(Report {
            url: channel.address.clone(),
            headers: vec![
                ("x-goog-channel-id", channel.id.clone()),
                ("x-goog-channel-token", channel.token.clone()),
                ("x-goog-resource-id", channel.resource.clone()),
                ("x-goog-resource-uri", format!("{origin}/drive/v3/{path}?alt=json")),
                ("x-goog-resource-state", word.to_owned()),
                // It grows within a channel, though not by one.
                ("x-goog-message-number", (state.changes.len() + 1).to_string()),
            ],
            body: String::new(),
        });
    }
    all
}
