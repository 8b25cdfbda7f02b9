//! Values for pickers. Whoever is choosing is offered what they can see in Slack, and what is chosen
//! is checked again when the action runs.

use commands::{Choice, Result};

use super::Slack;
use crate::{LookupDef, Query};

/// As many as Slack shows.
const MOST: usize = 100;

pub(super) const ALL: &[LookupDef<Slack>] = &[
    LookupDef { name: "channel", run: |on, query| Box::pin(channels(on, query)) },
    LookupDef { name: "user", run: |on, query| Box::pin(users(on, query)) },
    LookupDef { name: "group", run: |on, query| Box::pin(groups(on, query)) },
];

async fn channels(on: &Slack, query: &Query) -> Result<Vec<Choice>> {
    let all = on.visible(query.asker.as_ref()).await?;
    Ok(matching(query, all.into_iter().filter(|it| !it.is_archived).map(|it| (it.id.clone(), it.title()))))
}

async fn users(on: &Slack, query: &Query) -> Result<Vec<Choice>> {
    let all = on.everyone().await?;
    let people = all.iter().filter(|it| !it.deleted && it.is_person());
    Ok(matching(query, people.map(|it| (format!("{}|{}", it.title(), it.id), it.title().to_owned()))))
}

async fn groups(on: &Slack, query: &Query) -> Result<Vec<Choice>> {
    let all = on.client.groups().await?;
    Ok(matching(query, all.into_iter().map(|it| (it.handle.clone(), format!("{} (@{})", it.name, it.handle)))))
}

fn matching(query: &Query, all: impl Iterator<Item = (String, String)>) -> Vec<Choice> {
    let typed = query.typed.trim().to_lowercase();
    let contains =
        |(value, label): &(String, String)| value.to_lowercase().contains(&typed) || label.to_lowercase().contains(&typed);
    all.filter(contains).take(MOST).map(|(value, label)| Choice::new(value, label)).collect()
}
