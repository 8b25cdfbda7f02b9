//! Values for pickers. A picker does not say who is choosing: it shows what is open to all of the
//! organization, and what is chosen is checked when the action runs.

use commands::{Choice, Result};

use super::{Zulip, param, resolve::Among};
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Zulip>] = &[
    LookupDef { name: "channel", run: |on, query| Box::pin(channels(on, query)) },
    LookupDef { name: "topic", run: |on, query| Box::pin(topics(on, query)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "group", run: |on, query| Box::pin(groups(on, query)) },
];

async fn channels(on: &Zulip, query: &Query) -> Result<Vec<Choice>> {
    let all = on.client.channels().await?;
    Ok(matching(query, all.into_iter().filter(|it| !it.invite_only).map(|it| (it.name.clone(), it.name))))
}

/// Of the form's channel; none until it is chosen.
async fn topics(on: &Zulip, query: &Query) -> Result<Vec<Choice>> {
    let Some(channel) = query.given.get("channel").and_then(|it| it.as_str()).filter(|it| !it.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let channel = on.channel("channel", &param::Channel(channel.to_owned()), Among::Active).await?;
    if channel.invite_only {
        return Ok(Vec::new());
    }
    let all = on.client.topics(channel.stream_id).await?;
    Ok(matching(query, all.into_iter().map(|it| (it.name.clone(), it.name))))
}

async fn users(on: &Zulip, query: &Query) -> Result<Vec<Choice>> {
    let all = on.everyone().await?;
    let people = all.iter().filter(|it| it.is_active && !it.is_bot);
    Ok(matching(query, people.map(|it| (format!("{}|{}", it.full_name, it.user_id), it.full_name.clone()))))
}

async fn groups(on: &Zulip, query: &Query) -> Result<Vec<Choice>> {
    let all = on.client.groups().await?;
    Ok(matching(query, all.into_iter().filter(|it| !it.deactivated).map(|it| (it.name.clone(), it.title().to_owned()))))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
