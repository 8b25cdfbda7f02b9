//! At the boundary: Slack's requests in, Slack's API out.

mod attacks;
mod calling;
mod drawing;
mod events;
mod finding;
mod forgeries;
mod forms;
mod guarding;
mod home;
mod kit;
mod limits;
mod manifest;
mod parts;
mod reading;
mod rich;
mod signing;

use commands::{Group, Press, message::Button};

/// The groups that the readers need to know by name.
fn groups() -> Vec<Group> {
    let group =
        |name: &str| Group { name: name.into(), title: name.into(), noun: None, show: None, url: None, links: None, actions: Vec::new() };
    vec![group("redmine"), group("bellhop")]
}

/// Enough of a printed command to see which button it belongs to.
fn print(button: &Button) -> String {
    let params: String =
        button.call.params.iter().map(|(name, value)| format!(" {name}={}", value.as_str().unwrap_or_default())).collect();
    let form = if button.press == Press::Form { " --form" } else { "" };
    format!("{} {}{params}{form}", button.call.group, button.call.action)
}
