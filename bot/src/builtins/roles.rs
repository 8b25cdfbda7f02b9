//! Who may do what: roles, grants, and the question whether somebody may.

use commands::{
    Action, Actor, Block, Button, Ctx, Effect, Error, ErrorKind, FieldProblem, Group, Message, Reply, Result, Text, Tone,
    param::{Channel, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{unreadable, whom};
use crate::{
    app::{App, OWN},
    people::{
        PersonId,
        authority::COMMAND_LINE,
        grants::{self, Grant as GrantDocument, Pattern},
        roles::{Given, Role},
        rules::{Decided, Standing, Verdict, Why},
        who::{FORMS, Who},
    },
    resources::{By, Named, Origin},
};

/// Show who has which role.
#[derive(Deserialize, JsonSchema)]
pub struct Roles {}

impl Action for Roles {
    type On = App;
    const NAME: &str = "roles";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["roles"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut rows = Vec::new();
        for Named { name, origin, value } in app.resources.all::<Given>() {
            let whom = names(app, &value.to).await;
            let origin = if origin == Origin::File { "the configuration file" } else { "chat" };
            let place = said_where(&value.on, &value.within);
            rows.push(vec![value.role.name().into(), whom.into(), place.into(), Text::new().code(name), origin.into()]);
        }
        let mut message = Message::new().heading("Roles");
        if !rows.is_empty() {
            let header = ["Role", "Who", "Where", "Document", "From"].map(str::to_owned).to_vec();
            message = message.block(Block::Table { header, rows });
        }
        let rest = "Everybody else is a member; who administers the chat is an admin. A viewer looks, a member does what people do \
                    every day, an operator also deletes, an admin says how the bot works, an owner says who owns it.";
        message = message.context(rest);
        if ctx.actor.admin {
            message = message.buttons(vec![
                Button::form("Give a role…", ctx.call("roles give", json!({}))),
                Button::run("Grants", ctx.call("grants", json!({}))),
            ]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Give somebody a role, in place of the one they have there.
#[derive(Deserialize, JsonSchema)]
pub struct Give {
    /// Whom: mention them, or write `team:oncall`, `group:@oncall` or `everybody`.
    who: Person,
    /// The role.
    role: Role,
    /// Only for these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Give {
    type On = App;
    const NAME: &str = "roles give";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["roles give @ana operator", "roles give team:oncall operator on=redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let own = own_role(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        known_groups(app, &self.on)?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let given = Given { role: self.role, to: vec![who.to_string()], on: self.on, within };
        let name = document_name(&who, &given.on, &given.within);
        let before = app.resources.get::<Given>(&name);
        let highest = before.as_ref().map_or(given.role, |it| it.value.role.max(given.role));
        if highest > own {
            let message = format!("You are {} yourself, and only {} gives or takes that role.", own.one(), highest.one());
            return Err(Error::new(ErrorKind::Permission, message));
        }
        if before.as_ref().is_some_and(|it| it.value.role == Role::Owner) && given.role < Role::Owner {
            is_not_the_last_owner(app, &name, &label)?;
        }
        app.resources.save(&name, &given, &by(ctx, self.why)).await?;
        let mut text = Text::new().bold(label).plain(format!(" is {} ", given.role.one()));
        text = text.plain(said_where(&given.on, &given.within)).plain(" from now on");
        text = match before {
            Some(it) => text.plain(format!("; until now {}.", it.value.role.one())),
            None => text.plain("."),
        };
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

/// Take back the role that somebody was given.
#[derive(Deserialize, JsonSchema)]
pub struct Take {
    /// Whose: mention them, or write `team:oncall`, `group:@oncall` or `everybody`.
    who: Person,
    /// Only what was given for these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only what was given in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Take {
    type On = App;
    const NAME: &str = "roles take";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["roles take @ana", "roles take team:oncall on=redmine"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let own = own_role(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let is_it = |it: &&Named<Given>| {
            it.value.to.iter().any(|it| Who::parse(it).as_ref() == Some(&who))
                && it.value.on == self.on
                && it.value.within == within
        };
        let all = app.resources.all::<Given>();
        let Some(found) = all.iter().find(is_it) else {
            let place = said_where(&self.on, &within);
            return Err(Error::not_found(format!("{label} was given no role {place}. `bellhop roles` shows who was.")));
        };
        if found.value.role > own {
            let message = format!("You are {} yourself, and only {} takes that role.", own.one(), found.value.role.one());
            return Err(Error::new(ErrorKind::Permission, message));
        }
        if found.value.role == Role::Owner {
            is_not_the_last_owner(app, &found.name, &label)?;
        }
        let mut left = found.value.clone();
        left.to.retain(|it| Who::parse(it).as_ref() != Some(&who));
        let by = by(ctx, self.why);
        match left.to.is_empty() {
            true => app.resources.drop::<Given>(&found.name, &by).await.map(drop)?,
            false => app.resources.save(&found.name, &left, &by).await.map(drop)?,
        }
        let text = Text::new().bold(label).plain(format!(" is not {} any more ", found.value.role.one()));
        Ok(Reply::to_channel(Message::text(text.plain(said_where(&self.on, &within)).plain(".")).tone(Tone::Good)))
    }
}

/// Show what is allowed and denied besides what roles say.
#[derive(Deserialize, JsonSchema)]
pub struct Grants {}

impl Action for Grants {
    type On = App;
    const NAME: &str = "grants";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["grants"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.resources.all::<GrantDocument>();
        if all.is_empty() {
            let text = "No grants: roles alone say who may do what. `bellhop roles` shows them.";
            return Ok(Reply::to_asker(Message::text(Text::marked(text))));
        }
        let mut rows = Vec::new();
        for Named { name, origin, value } in all {
            let origin = if origin == Origin::File { "the configuration file" } else { "chat" };
            rows.push(vec![
                value.effect.name().into(),
                Text::new().code(value.actions.join(", ")),
                names(app, &value.to).await.into(),
                said_where(&value.on, &value.within).into(),
                Text::new().code(name),
                origin.into(),
            ]);
        }
        let header = ["Effect", "Actions", "Who", "Where", "Document", "From"].map(str::to_owned).to_vec();
        let mut message = Message::new().heading("Grants").block(Block::Table { header, rows });
        message = message.context("What denies goes before what allows, and both before roles.");
        if ctx.actor.admin {
            message = message.buttons(vec![Button::form("Allow or deny…", ctx.call("grant", json!({})))]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Allow somebody an action, or deny it to them, whatever their role.
#[derive(Deserialize, JsonSchema)]
pub struct Grant {
    /// Whether they may.
    effect: grants::Effect,
    /// Whom: mention them, or write `team:oncall`, `group:@oncall`, `role:operator` or `everybody`.
    who: Person,
    /// Which: `redmine issue delete`, `redmine *`, `* delete`; `*` stands for one word or more.
    action: String,
    /// Only on these connections.
    #[serde(default)]
    #[schemars(extend("x-lookup" = "group"))]
    on: Vec<String>,
    /// Only in these channels.
    #[serde(rename = "in", default)]
    within: Vec<Channel>,
    /// What the grant is called; made of what it says when left out.
    #[serde(default)]
    name: Option<String>,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Grant {
    type On = App;
    const NAME: &str = "grant";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["grant deny everybody jira issue delete in=#dev", "grant allow @ana jira * name=migration"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        let (who, label) = subject(app, ctx, "who", &self.who.0).await?;
        known_groups(app, &self.on)?;
        let fitting = fitting(&app.groups(), &self.action)?;
        let within: Vec<String> = self.within.into_iter().map(|it| it.0).collect();
        let grant = GrantDocument {
            effect: self.effect,
            actions: vec![self.action.trim().to_owned()],
            to: vec![who.to_string()],
            on: self.on,
            within,
        };
        let made = format!("{} {} {}", grant.effect.name(), grant.actions[0], document_name(&who, &grant.on, &grant.within));
        let name = self.name.map_or_else(|| slug(&made), |it| it.trim().to_owned());
        app.resources.save(&name, &grant, &by(ctx, self.why)).await?;
        let may = if grant.effect == grants::Effect::Allow { "may" } else { "may not" };
        let text = Text::new()
            .bold(label)
            .plain(format!(" {may} run "))
            .code(grant.actions[0].clone())
            .plain(format!(" {} from now on: {fitting}.", said_where(&grant.on, &grant.within)));
        let remove = Button::run("Undo", ctx.call("grants remove", json!({ "name": name })));
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![remove])))
    }
}

/// Remove a grant.
#[derive(Deserialize, JsonSchema)]
pub struct Ungrant {
    /// What it is called.
    #[schemars(extend("x-lookup" = "grant"))]
    name: String,
    /// Why, for the history.
    #[serde(default)]
    why: Option<String>,
}

impl Action for Ungrant {
    type On = App;
    const NAME: &str = "grants remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["grants remove migration"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        may_hand_out(app, ctx).await?;
        let grant = app.resources.wanted::<GrantDocument>(&self.name)?;
        app.resources.drop::<GrantDocument>(&grant.name, &by(ctx, self.why)).await?;
        let text = Text::new().plain("The grant ").code(grant.name).plain(" is removed: roles say again who may do that.");
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good)))
    }
}

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

/// The role of who asks, everywhere: what a channel or a grant gives them does not let them hand out permission.
async fn own_role(app: &App, ctx: &Ctx) -> Result<Role> {
    let actor = match app.platforms.get(&ctx.actor.platform) {
        _ if ctx.actor.platform == COMMAND_LINE => ctx.actor.clone(),
        Some(chat) => chat.person(&ctx.actor.workspace, &ctx.actor.id).await?,
        None => Actor { admin: false, ..ctx.actor.clone() },
    };
    let role = app.whole_authority(&actor, None, &[]).await.standing(OWN).role;
    if role < Role::Admin { Err(not_handed_out()) } else { Ok(role) }
}

pub(super) async fn may_hand_out(app: &App, ctx: &Ctx) -> Result<()> {
    own_role(app, ctx).await.map(drop)
}

fn not_handed_out() -> Error {
    let message = "Who may do what is for administrators to say, everywhere: no grant and no channel gives that away.";
    Error::new(ErrorKind::Permission, message)
}

fn is_not_the_last_owner(app: &App, document: &str, label: &str) -> Result<()> {
    let owners = app.resources.all::<Given>().into_iter().filter(|it| it.value.role == Role::Owner);
    // A document that names several loses one of them.
    let left: usize = owners.map(|it| it.value.to.len() - usize::from(it.name == document)).sum();
    if left > 0 {
        return Ok(());
    }
    let message = format!("{label} is the last owner. Give the role to somebody else first: `bellhop roles give @ana owner`.");
    Err(Error::new(ErrorKind::Conflict, message))
}

/// Whom `text` names, and what they are called.
pub(super) async fn subject(app: &App, ctx: &Ctx, field: &str, text: &str) -> Result<(Who, String)> {
    let text = text.trim();
    let who = match Who::parse(text) {
        Some(who) => who,
        None => {
            let person = whom(app, ctx, field, text).await.map_err(|err| {
                let message = format!("{} For others than people, {FORMS}.", err.message);
                Error { fields: vec![FieldProblem::new(field, message.clone())], message, ..err }
            })?;
            return Ok((Who::Person(PersonId::from(&person)), person.name));
        }
    };
    if let Who::Team(name) = &who {
        let teams = app.people.teams().await.map_err(unreadable)?;
        if !teams.iter().any(|it| it.name.eq_ignore_ascii_case(name)) {
            let message = format!("There is no team `{name}`. `bellhop team list` shows those there are.");
            return Err(Error { fields: vec![FieldProblem::new(field, message.clone())], ..Error::not_found(message) });
        }
    }
    let label = names(app, &[who.to_string()]).await;
    Ok((who, label))
}

/// What those are called whom a document names.
pub(super) async fn names(app: &App, all: &[String]) -> String {
    let mut names = Vec::new();
    for text in all {
        let name = match Who::parse(text) {
            Some(Who::Person(person)) => match app.platforms.get(&person.platform) {
                Some(chat) => chat.person(&person.workspace, &person.id).await.map_or_else(|_| text.clone(), |it| it.name),
                None => text.clone(),
            },
            Some(Who::Team(name)) => format!("team {name}"),
            Some(Who::Group { name, .. }) => format!("group @{name}"),
            Some(Who::Role(role)) => format!("{}s and above", role.name()),
            _ => text.clone(),
        };
        names.push(name);
    }
    names.join(", ")
}

pub(super) fn said_where(on: &[String], within: &[String]) -> String {
    match (on.is_empty(), within.is_empty()) {
        (true, true) => "everywhere".into(),
        (false, true) => format!("on {}", on.join(", ")),
        (true, false) => format!("in {}", within.join(", ")),
        (false, false) => format!("on {} in {}", on.join(", "), within.join(", ")),
    }
}

fn document_name(who: &Who, on: &[String], within: &[String]) -> String {
    let on = on.iter().map(|it| format!(" on {it}"));
    let within = within.iter().map(|it| format!(" in {it}"));
    slug(&on.chain(within).fold(who.to_string(), |name, it| name + &it))
}

pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            '*' => slug.push_str("any"),
            letter if letter.is_alphanumeric() || "._@".contains(letter) => slug.push(letter),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

pub(super) fn by(ctx: &Ctx, why: Option<String>) -> By {
    By { who: PersonId::from(&ctx.actor).to_string(), why: why.unwrap_or_default() }
}

pub(super) fn known_groups(app: &App, on: &[String]) -> Result<()> {
    let groups = app.groups();
    match on.iter().find(|name| !groups.iter().any(|it| it.name.eq_ignore_ascii_case(name))) {
        None => Ok(()),
        Some(name) => {
            let hint = crate::config::source::nearest(name, groups.iter().map(|it| it.name.as_str()));
            let message = format!("There is no connection `{name}`{hint}.");
            Err(Error { fields: vec![FieldProblem::new("on", message.clone())], ..Error::bad_input(message) })
        }
    }
}

/// How many actions of those there are a pattern names, as a sentence's end.
pub(super) fn fitting(groups: &[Group], action: &str) -> Result<String> {
    let at = |message: String| Error { fields: vec![FieldProblem::new("action", message.clone())], ..Error::bad_input(message) };
    let pattern = Pattern::parse(action).ok_or_else(|| {
        at(format!("`{action}` is no action: write its words, such as `redmine issue delete`, with `*` for one or more."))
    })?;
    let all = groups.iter().flat_map(|group| group.actions.iter().map(move |spec| (group, spec)));
    let found: Vec<String> = all
        .filter(|(group, spec)| pattern.fits(&group.name, spec.name))
        .map(|(group, spec)| format!("{} {}", group.name, spec.name))
        .collect();
    match found.as_slice() {
        [] => Err(at(format!(
            "No command here is called `{action}`: `redmine *` names all of a connection, `* delete` all that delete."
        ))),
        [one] => Ok(format!("`{one}`")),
        many if many.len() <= 3 => Ok(format!("`{}`", many.join("`, `"))),
        many => Ok(format!("{} actions, such as `{}`", many.len(), many[0])),
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
        assert!(fitting(&groups, "redmine burn").is_err());
        assert_eq!(fitting(&groups, "redmine issue create").expect("one"), "`redmine issue create`");
    }

    #[test]
    fn documents_are_named_by_what_they_say() {
        let ana = Who::parse("slack:T1:U1").expect("a person");
        assert_eq!(document_name(&ana, &[], &[]), "slack-t1-u1");
        assert_eq!(document_name(&ana, &["redmine".into()], &["slack:#dev".into()]), "slack-t1-u1-on-redmine-in-slack-dev");
        assert_eq!(slug("deny redmine * everybody"), "deny-redmine-any-everybody");
    }
}
