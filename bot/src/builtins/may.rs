//! The question whether somebody may run a command, and what decides it.

use commands::{
    Action, Actor, Ctx, Effect, Error, FieldProblem, Group, Message, Reply, Result, Text, Tone,
    param::{Channel, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::whom;
use crate::{
    app::{App, OWN},
    people::rules::{Decided, Standing, Verdict, Why},
};

/// Say whether somebody may run a command, and what decides.
#[derive(Deserialize, JsonSchema)]
pub struct May {
    /// Who: mention them.
    who: Person,
    /// The command, such as `redmine issue delete`.
    command: String,
    /// In which channel; here when left out.
    #[serde(rename = "in", default)]
    within: Option<Channel>,
}

impl Action for May {
    type On = App;
    const NAME: &str = "may";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["may @ana jira issue delete in=#dev"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let person = whom(app, ctx, "who", &self.who.0).await?;
        let groups = app.groups();
        let (group, spec) = named_action(&groups, &self.command)?;
        let channel = match &self.within {
            Some(channel) => Some(key_of(&person, &channel.0)),
            None => ctx.channel.clone(),
        };
        let authority = app.whole_authority(&person, channel.as_deref(), &[]).await;
        let verdict = authority.may(&group.name, spec);
        let line = format!("{} {}", group.name, spec.name);
        let place = match (&self.within, &channel) {
            (Some(it), _) => format!("in {}", it.0),
            (None, Some(_)) => "here".to_owned(),
            (None, None) => "outside of channels".to_owned(),
        };
        let yes = if verdict.is_allowed() { "Yes" } else { "No" };
        let may = if verdict.is_allowed() { "may" } else { "may not" };
        let text = Text::new().bold(yes).plain(format!(": {} {may} run ", person.name)).code(line).plain(format!(" {place}. "));
        let text = Text(text.0.into_iter().chain(why(&verdict).0).collect());
        let mut message = Message::text(text).tone(if verdict.is_allowed() { Tone::Good } else { Tone::Bad });
        if let Some(required) = authority.required(&group.name, spec).filter(|_| verdict.is_allowed()) {
            let text = Text::new()
                .plain(format!(
                    "Then others have to agree ({} of {}), by the rule ",
                    required.rule.count,
                    required.rule.approvers.join(", ")
                ))
                .code(required.name.clone())
                .plain(".");
            message = message.paragraph(text);
        }
        Ok(Reply::to_asker(message))
    }
}

/// What decided.
fn why(verdict: &Verdict) -> Text {
    let Verdict { decided, needed, standing } = verdict;
    match decided {
        Decided::Denied(grant) => Text::new().plain("The grant ").code(grant.clone()).plain(" denies it."),
        Decided::Allowed(grant) => Text::new().plain("The grant ").code(grant.clone()).plain(" allows it."),
        Decided::RoleSuffices | Decided::RoleIsTooLow => {
            let text = Text::new().plain(format!("It takes {}; they are {}, ", needed.one(), standing.role.one()));
            Text(text.0.into_iter().chain(because(standing).0).chain(Text::new().plain(".").0).collect())
        }
    }
}

/// Why somebody has their role.
pub fn because(standing: &Standing) -> Text {
    match &standing.why {
        Why::Document(name) => Text::new().plain("by the document ").code(name.clone()),
        Why::CommandLine => "as whoever runs the program is".into(),
        Why::First => "as the first here, since nobody else is named an owner".into(),
        Why::Administrator => "as one who administers the chat".into(),
        Why::Nothing => "as everybody is of whom nothing else is said".into(),
    }
}

/// The action that a command begins with.
fn named_action<'a>(groups: &'a [Group], command: &str) -> Result<(&'a Group, &'a commands::ActionSpec)> {
    let words: Vec<String> = command.trim().trim_start_matches('/').split_whitespace().map(str::to_lowercase).collect();
    let (first, rest) = match words.split_first() {
        Some((first, rest)) if groups.iter().any(|it| it.name.eq_ignore_ascii_case(first)) => (first.clone(), rest.to_vec()),
        _ => (OWN.to_owned(), words.clone()),
    };
    let group = groups.iter().find(|it| it.name.eq_ignore_ascii_case(&first));
    let rest = rest.join(" ");
    let begins = |name: &str| rest.strip_prefix(name).is_some_and(|it| it.is_empty() || it.starts_with(' '));
    let find = |group: &'a Group| {
        let with_noun = group.noun.map(|noun| format!("{noun} {rest}"));
        let named = group.actions.iter().filter(|it| begins(it.name)).max_by_key(|it| it.name.len());
        named.or_else(|| group.actions.iter().find(|it| with_noun.as_deref() == Some(it.name)))
    };
    group.and_then(|group| Some((group, find(group)?))).ok_or_else(|| {
        let message = format!("`{command}` is no command. Write its words, such as `redmine issue delete`.");
        Error { fields: vec![FieldProblem::new("command", message.clone())], ..Error::bad_input(message) }
    })
}

/// The key of a channel that was named in full, in the workspace of `actor`.
fn key_of(actor: &Actor, address: &str) -> String {
    let bare = address.split('>').next().unwrap_or(address);
    match bare.split_once(':') {
        Some((platform, rest)) if platform == actor.platform => format!("{platform}:{}:{rest}", actor.workspace),
        _ => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_words() {
        let kind = connectors::find("redmine").expect("the connector is there");
        let groups = [crate::builtins::group(), kind.group("redmine", None)];
        let found = |line: &str| named_action(&groups, line).map(|(group, spec)| format!("{} {}", group.name, spec.name)).ok();
        assert_eq!(found("/redmine issue create Printer on fire").as_deref(), Some("redmine issue create"));
        assert_eq!(found("redmine create").as_deref(), Some("redmine issue create"));
        assert_eq!(found("bellhop roles give").as_deref(), Some("bellhop roles give"));
        assert_eq!(found("disconnect").as_deref(), Some("bellhop disconnect"));
        assert_eq!(found("redmine burn"), None);
    }
}
