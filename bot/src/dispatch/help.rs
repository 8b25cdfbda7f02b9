//! Help, for the one person who asks: what they may run, the short names they have, and where to begin.

use commands::{Block, Button, Call, Group, Message, Text, Tone, help};
use serde_json::json;

use super::{Dispatch, replies, typed};
use crate::{
    app::{OWN, lacking},
    chat::Answering,
    people::PersonId,
};

/// The group that help is asked for; none for all. `/bellhop help` is how people ask for everything.
pub fn group_asked_for(group: Option<String>, action: Option<&str>, line: &str) -> Option<String> {
    group.filter(|it| it != OWN || action.is_some() || line.contains(&format!("help {OWN}")))
}

impl Dispatch {
    /// What `help` says to whoever asked. Of a command that is there and not for them, it says who may run it.
    pub(super) async fn help(&self, to: &Answering, group: Option<&str>, action: Option<&str>) -> Message {
        let app = &self.app;
        let (all, actor) = (app.groups(), self.actor(to).await);
        let channel = to.place.channel_key();
        let authority = app.authority(&actor, Some(&channel)).await;
        let named = |it: &&Group| group.is_some_and(|name| it.name == name);
        let groups = match all.iter().find(named) {
            // What is asked about one connection needs no other.
            Some(group) => authority.visible(std::slice::from_ref(group)),
            None => authority.visible(&all),
        };
        let typed = |name: &str| typed(&to.place.platform, name);
        if let Some(action) = action {
            let owners = || all.iter().filter(|it| group.is_none_or(|name| it.name == name));
            if let Some((group, why)) = owners().find_map(|it| Some((it, it.lacks(action)?))) {
                return Message::text(Text::marked(&lacking(&group.title, action, why))).tone(Tone::Warning);
            }
            let named = owners().filter_map(|it| Some((it, it.find(action)?)));
            let (may, hidden): (Vec<_>, Vec<_>) = named.partition(|(group, spec)| authority.may(&group.name, spec).is_allowed());
            if let (true, Some((group, spec))) = (may.is_empty(), hidden.first())
                && let Err(refusal) =
                    app.authorize(&actor, &Call::new(group.name.clone(), spec.name, json!({})), Some(&channel)).await
            {
                return replies::failure(&refusal);
            }
            let aliases = app.shorthand.aliases(to).await;
            if let Some((name, command, whose)) = aliases.into_iter().find(|it| it.0 == action) {
                let text = Text::new().code(name).plain(" stands for ").code(command).plain(format!(": an alias, {whose}."));
                return Message::text(text);
            }
        }
        let message = help::message(&groups, &typed, group, action);
        if group.is_some() || action.is_some() {
            return message;
        }
        self.overview(to, message).await
    }

    /// The overview, with what is this person's and this channel's own.
    async fn overview(&self, to: &Answering, mut message: Message) -> Message {
        let app = &self.app;
        let aliases = app.shorthand.aliases(to).await;
        if !aliases.is_empty() {
            let mut text = Text::new().bold("Short names").plain(": ");
            for (at, (name, command, _)) in aliases.into_iter().enumerate() {
                text = text.plain(if at > 0 { ", " } else { "" }).code(name).plain(" for ").code(command);
            }
            message = message.paragraph(text);
        }
        let defaults = app.shorthand.defaults(&to.place).await;
        if !defaults.is_empty() {
            let mut text = Text::new().bold("Filled in here").plain(": ");
            for (at, (name, value)) in defaults.iter().enumerate() {
                let value = value.as_str().unwrap_or_default();
                text = text.plain(if at > 0 { ", " } else { "" }).code(format!("{name}={value}"));
            }
            message = message.paragraph(text);
        }
        let newcomer = app.people.is_newcomer(&PersonId::asker(to)).await.unwrap_or_else(|err| {
            tracing::error!("Whether somebody is new cannot be read: {err:#}");
            false
        });
        if newcomer {
            let tour = Text::new()
                .plain("New here? ")
                .code(format!("{} tour", typed(&to.place.platform, OWN)))
                .plain(" shows you around in two minutes.");
            message.blocks.insert(0, Block::Paragraph(tour));
            message = message.buttons(vec![Button::run("Take the tour", Call::new(OWN, "tour", json!({}))).primary()]);
        }
        message
    }
}
