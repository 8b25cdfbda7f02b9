//! The actions a person uses most, as buttons: theirs first, then everybody's, then what connectors recommend.

use std::collections::HashMap;

use commands::{ActionSpec, Actor, Block, Button, Call, Effect, Group, Message};
use serde_json::json;

use crate::{
    app::{App, OWN},
    audit, builtins,
    dispatch::line,
    people::authority::Authority,
};

/// Actions that are offered.
const OFFERED: usize = 4;
/// Commands that are looked back at, of the person's own and of everybody's.
const OWN_COMMANDS: u32 = 100;
const ALL_COMMANDS: u32 = 300;

/// The way to what people want: the actions they use most, help, the tour.
pub(super) async fn actions(app: &App, actor: &Actor) -> Message {
    let groups = app.groups();
    let me = format!("{}:{}:{}", actor.platform, actor.workspace, actor.id);
    let (own, all) = tokio::join!(lately(app, Some(me), OWN_COMMANDS), lately(app, None, ALL_COMMANDS));
    let authority = app.authority(actor, None).await;
    let recommended = app.connections.all().into_iter().flat_map(|live| {
        let of = |it: &connectors::Shortcut| format!("{} {}", live.name, it.action);
        live.kind.shortcuts.iter().map(of).collect::<Vec<_>>()
    });
    let found = offered(&authority, &groups, &[own, all, recommended.collect()]);
    let mut buttons: Vec<Button> = found.iter().map(|(group, spec)| button(&found, group, spec)).collect();
    if let Some(first) = buttons.first_mut() {
        *first = first.clone().primary();
    }
    buttons.push(Button::run("Help", Call::new(OWN, "help", json!({}))));
    if builtins::find("tour").is_some() {
        buttons.push(Button::run("Tour", Call::new(OWN, "tour", json!({}))));
    }
    Message::new().heading("What would you like to do?").block(Block::Buttons(buttons))
}

/// What they may run of the actions in these command lines, each kind of lines after the other.
pub(crate) fn offered<'a>(authority: &Authority, groups: &'a [Group], lines: &[Vec<String>]) -> Vec<(&'a Group, &'a ActionSpec)> {
    let mut found: Vec<(&Group, &ActionSpec)> = Vec::new();
    for (group, spec) in lines.iter().flat_map(|it| ranked(groups, it)) {
        let known = found.iter().any(|(other, found)| other.name == group.name && found.name == spec.name);
        if !known && found.len() < OFFERED && authority.may(&group.name, spec).is_allowed() {
            found.push((group, spec));
        }
    }
    found
}

async fn lately(app: &App, actor: Option<String>, limit: u32) -> Vec<String> {
    match audit::list(&app.store, limit, &audit::Filter { actor, ..audit::Filter::default() }).await {
        Ok(entries) => entries.into_iter().map(|it| it.action).collect(),
        Err(err) => {
            tracing::error!("The audit log cannot be read: {err:#}");
            Vec::new()
        }
    }
}

/// The actions of connections in these command lines, the most used first; of equals the last used one.
fn ranked<'a>(groups: &'a [Group], lines: &[String]) -> Vec<(&'a Group, &'a ActionSpec)> {
    let mut counts: HashMap<(&str, &str), (usize, usize)> = HashMap::new();
    let mut used = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((group, spec)) = action_of(groups, line) else { continue };
        let count = counts.entry((&group.name, spec.name)).or_insert_with(|| {
            used.push((group, spec));
            (0, at)
        });
        count.0 += 1;
    }
    used.sort_by_key(|(group, spec)| {
        let (times, last) = counts[&(group.name.as_str(), spec.name)];
        (std::cmp::Reverse(times), last)
    });
    used
}

/// The action that a printed command line runs; none of the bot's own, which help leads to.
fn action_of<'a>(groups: &'a [Group], line: &str) -> Option<(&'a Group, &'a ActionSpec)> {
    let (name, rest) = line.split_once(' ')?;
    let group = groups.iter().find(|it| it.name == name && it.name != OWN)?;
    let named = |it: &&ActionSpec| rest.strip_prefix(it.name).is_some_and(|it| it.is_empty() || it.starts_with([' ', '\n']));
    let spec = group.actions.iter().filter(named).max_by_key(|it| it.name.len())?;
    (spec.effect < Effect::Admin).then_some((group, spec))
}

/// What needs a value asks for it in a form; what needs none is done.
fn button(all: &[(&Group, &ActionSpec)], group: &Group, spec: &ActionSpec) -> Button {
    let call = Call::new(group.name.clone(), spec.name, json!({}));
    let label = line::title(spec.name);
    let is_one_of_several = all.iter().filter(|it| it.1.name == spec.name).count() > 1;
    let label = if is_one_of_several { format!("{label} in {}", group.name) } else { label };
    match spec.effect == Effect::Read && spec.fields().iter().all(|it| !it.required) {
        true => Button::run(label, call),
        false => Button::form(label, call),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_most_comes_first_and_of_equals_the_last_used_one() {
        let kind = connectors::find("redmine").expect("the connector is there");
        let groups = [builtins::group(), kind.group("redmine", None), kind.group("old", None)];
        let lines = [
            "redmine issue list",
            "redmine issue create A project=demo",
            "bellhop health",
            "old issue show 1",
            "gone x",
            "redmine issue create \"B\"",
            "redmine issue close 42",
            "redmine issue",
            "redmine",
        ];
        let lines = lines.map(str::to_owned);
        let names: Vec<String> =
            ranked(&groups, &lines).iter().map(|(group, spec)| format!("{} {}", group.name, spec.name)).collect();
        assert_eq!(names, ["redmine issue create", "redmine issue list", "old issue show", "redmine issue close"]);
    }
}
