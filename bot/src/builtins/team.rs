//! Teams, and the user groups of chats that follow them.

use commands::{Action, Actor, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{escalation, unreadable, whom};
use crate::{
    app::App,
    chat::UserGroup,
    escalation::Whom,
    people::{
        PersonId,
        teams::{Bound, Member, Team},
    },
};

/// List the teams.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "team list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["team list"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let teams = app.people.teams().await.map_err(unreadable)?;
        if teams.is_empty() {
            let text =
                Text::new().plain("There are no teams yet. An administrator makes one: ").code("bellhop team create oncall");
            return Ok(Reply::to_asker(Message::text(text)));
        }
        let row = |it: &Team| {
            let groups = it.groups.iter().map(|it| format!("{} in {}", it.label, it.platform)).collect::<Vec<_>>().join(", ");
            vec![Text::new().code(it.name.clone()), names(it).into(), groups.into()]
        };
        let header = ["Team", "People", "User groups"].map(str::to_owned).to_vec();
        let table = Block::Table { header, rows: teams.iter().map(row).collect() };
        Ok(Reply::to_asker(Message::new().heading("Teams").block(table)))
    }
}

/// Show a team: who is in it, and which user groups follow it.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "team show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["team show oncall"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        Ok(Reply::to_asker(shown(ctx, &team(app, &self.name).await?)))
    }
}

/// Make a team.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// Its name: one word.
    name: String,
}

impl Action for Create {
    type On = App;
    const NAME: &str = "team create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team create oncall"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > 60 || !name.chars().all(|it| it.is_alphanumeric() || "-_".contains(it)) {
            return Err(Error::bad_input(format!("`{name}` cannot be a team: use one word of letters, digits, - and _.")));
        }
        if !app.people.create_team(name, &PersonId::from(&ctx.actor)).await.map_err(unreadable)? {
            return Err(Error::new(commands::ErrorKind::Conflict, format!("There is a team `{name}` already.")));
        }
        let add = Button::form("Add somebody…", ctx.call("team add", json!({ "name": name })));
        let text = Text::new().plain("The team ").code(name).plain(" is there, with nobody in it yet.");
        Ok(Reply::to_channel(Message::text(text).tone(Tone::Good).buttons(vec![add])))
    }
}

/// Put people into a team.
#[derive(Deserialize, JsonSchema)]
pub struct Add {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
    /// Whom: mention them.
    people: Vec<Person>,
}

impl Action for Add {
    type On = App;
    const NAME: &str = "team add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team add oncall @ana @ben"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        // All of them are known before any is put in.
        for person in persons(app, ctx, &self.people).await? {
            let member = Member { person: (&person).into(), label: person.name };
            app.people.add_member(&team.name, &member).await.map_err(unreadable)?;
        }
        Ok(Reply::to_channel(shown(ctx, &self::team(app, &team.name).await?)))
    }
}

/// Take people out of a team.
#[derive(Deserialize, JsonSchema)]
pub struct Remove {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
    /// Whom: mention them.
    people: Vec<Person>,
}

impl Action for Remove {
    type On = App;
    const NAME: &str = "team remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team remove oncall @ben"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        for person in persons(app, ctx, &self.people).await? {
            if !app.people.remove_member(&team.name, &(&person).into()).await.map_err(unreadable)? {
                return Err(Error::not_found(format!("{} is not in the team `{}`.", person.name, team.name)));
            }
        }
        Ok(Reply::to_channel(shown(ctx, &self::team(app, &team.name).await?)))
    }
}

/// Forget a team. User groups that followed it stay as they are.
#[derive(Deserialize, JsonSchema)]
pub struct Delete {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
}

impl Action for Delete {
    type On = App;
    const NAME: &str = "team delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team delete oncall"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        let policies = app.policies_that_page(&Whom::Team(team.name.clone()));
        escalation::in_use("team", &team.name, "escalation policy", &policies, "escalation edit NAME")?;
        app.people.delete_team(&team.name).await.map_err(unreadable)?;
        let groups: Vec<&str> = team.groups.iter().map(|it| it.label.as_str()).collect();
        let text = Text::new().plain("The team ").code(team.name).plain(" is gone.");
        let text = if groups.is_empty() { text } else { text.plain(format!(" {} stays as it is.", groups.join(", "))) };
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Let a user group of a chat follow a team, so that mentioning it reaches the team's people.
#[derive(Deserialize, JsonSchema)]
pub struct Bind {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
    /// The user group: `@oncall`, or `slack:@oncall` and `zulip:@oncall` for one of the other chat.
    group: String,
    /// Whose people count where the two differ.
    keep: Option<Keep>,
}

#[derive(Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Keep {
    /// The team's: they are put into the group
    Team,
    /// The group's: they are put into the team
    Group,
}

impl Action for Bind {
    type On = App;
    const NAME: &str = "team bind";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team bind oncall slack:@oncall-group", "team bind oncall @oncall keep=team"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        let (bound, group) = self.found(app, ctx, &team).await?;
        if let Some(other) =
            app.people.bound().await.map_err(unreadable)?.into_iter().find(|it| same(it, &bound) && it.team != team.name)
        {
            return Err(Error::new(
                commands::ErrorKind::Conflict,
                format!("{} follows the team `{}` already: unbind it there first.", other.label, other.team),
            ));
        }
        let wanted = team.people_for(&bound);
        // A team of nobody takes the group's people without being asked.
        let keep = self.keep.or(wanted.is_empty().then_some(Keep::Group));
        match keep {
            _ if wanted == group.people => app.people.bind(&bound).await.map_err(unreadable)?,
            Some(Keep::Team) => app.people.bind(&bound).await.map_err(unreadable)?,
            Some(Keep::Group) => {
                app.people.bind(&bound).await.map_err(unreadable)?;
                take(app, &bound, &group.people).await?;
            }
            None => return Ok(Reply::to_asker(self.which(app, ctx, &team, &bound, &wanted, &group.people).await)),
        }
        Ok(Reply::to_channel(shown(ctx, &self::team(app, &team.name).await?)))
    }
}

impl Bind {
    async fn found(&self, app: &App, ctx: &Ctx, team: &Team) -> Result<(Bound, UserGroup)> {
        let (platform, workspace, wanted) = place(ctx, &self.group);
        let Some(chat) = app.platforms.get(platform) else {
            return Err(Error::bad_input(format!("This bot is not connected to {platform}.")));
        };
        let Some(group) = chat.group(workspace, wanted).await? else {
            return Err(Error::not_found(format!(
                "There is no user group `{wanted}` in {platform}. Make it there first, then bind it."
            )));
        };
        let bound = Bound {
            team: team.name.clone(),
            platform: platform.into(),
            workspace: workspace.into(),
            id: group.id.clone(),
            label: group.name.clone(),
            pushed: Some(group.people.clone()),
            found: None,
        };
        Ok((bound, group))
    }

    /// Asks which of the two shall count.
    async fn which(&self, app: &App, ctx: &Ctx, team: &Team, bound: &Bound, wanted: &[String], there: &[String]) -> Message {
        let only = async |here: &[String], others: &[String]| {
            let ids: Vec<String> = here.iter().filter(|it| !others.contains(it)).cloned().collect();
            let found = members(app, bound, &ids).await;
            found.into_iter().map(|it| it.label).collect::<Vec<_>>().join(", ")
        };
        let facts = [("Only in the team", only(wanted, there).await), ("Only in the group", only(there, wanted).await)];
        let facts = facts.into_iter().filter(|it| !it.1.is_empty()).map(|(name, all)| (name.to_owned(), Text::from(all)));
        let text = Text::new().plain("The team ").code(&team.name).plain(" and the user group ").code(&bound.label);
        let call = |keep: &str| ctx.call("team bind", json!({ "name": team.name, "group": self.group, "keep": keep }));
        Message::text(text.plain(" hold different people. Whose shall count? Nothing was changed yet."))
            .facts(facts.collect())
            .tone(Tone::Warning)
            .buttons(vec![Button::run("The team's", call("team")), Button::run("The group's", call("group"))])
    }
}

/// Let a user group go its own way again; it stays as it is.
#[derive(Deserialize, JsonSchema)]
pub struct Unbind {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
    /// The user group: `@oncall`, or `slack:@oncall` and `zulip:@oncall` for one of the other chat.
    group: String,
}

impl Action for Unbind {
    type On = App;
    const NAME: &str = "team unbind";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team unbind oncall slack:@oncall-group"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        let (platform, _, wanted) = place(ctx, &self.group);
        let name = wanted.trim_start_matches('@').trim_matches('*');
        // The group itself may be gone by now.
        let is_it = |it: &&Bound| {
            it.platform == platform && (it.id == name || it.label.trim_start_matches('@').eq_ignore_ascii_case(name))
        };
        let Some(bound) = team.groups.iter().find(is_it) else {
            return Err(Error::not_found(format!("No user group `{wanted}` of {platform} follows the team `{}`.", team.name)));
        };
        app.people.unbind(bound).await.map_err(unreadable)?;
        let text = Text::new().code(&bound.label).plain(" does not follow the team ").code(&team.name).plain(" any more.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Put a team's people back into its user groups, where somebody changed them by hand.
#[derive(Deserialize, JsonSchema)]
pub struct Push {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
}

impl Action for Push {
    type On = App;
    const NAME: &str = "team push";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team push oncall"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        let groups = app.people.overrule(&team.name).await.map_err(unreadable)?;
        let text = Text::new().plain("The team ").code(team.name).plain(match groups {
            0 => " and its user groups agree; they are compared once more now.",
            _ => " counts: its people are put back into its user groups now.",
        });
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Take the people of a team's user groups into the team, where somebody changed them by hand.
#[derive(Deserialize, JsonSchema)]
pub struct Take {
    /// The team.
    #[schemars(extend("x-lookup" = "team"))]
    name: String,
}

impl Action for Take {
    type On = App;
    const NAME: &str = "team take";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["team take oncall"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let team = team(app, &self.name).await?;
        for bound in &team.groups {
            if let Some(found) = &bound.found {
                take(app, bound, found).await?;
            }
        }
        Ok(Reply::to_channel(shown(ctx, &self::team(app, &team.name).await?)))
    }
}

async fn team(app: &App, name: &str) -> Result<Team> {
    let teams = app.people.teams().await.map_err(unreadable)?;
    if let Some(team) = teams.iter().find(|it| it.name.eq_ignore_ascii_case(name.trim())) {
        return Ok(team.clone());
    }
    if teams.is_empty() {
        return Err(Error::not_found("There are no teams yet. An administrator makes one: `bellhop team create oncall`."));
    }
    let hint = crate::config::source::nearest(name, teams.iter().map(|it| it.name.as_str()));
    Err(Error::not_found(format!("There is no team `{name}`{hint}.")))
}

async fn persons(app: &App, ctx: &Ctx, people: &[Person]) -> Result<Vec<Actor>> {
    let mut found = Vec::new();
    for person in people {
        found.push(whom(app, ctx, "people", &person.0).await?);
    }
    Ok(found)
}

/// The chat, the workspace and the group that `slack:@oncall` or `@oncall` names, as typed where the asker is.
fn place<'a>(ctx: &'a Ctx, group: &'a str) -> (&'a str, &'a str, &'a str) {
    let named = group.trim().split_once(':').filter(|(platform, _)| ["slack", "zulip"].contains(platform));
    match named {
        Some((platform, group)) if platform != ctx.actor.platform => (platform, "", group.trim()),
        Some((_, group)) => (&ctx.actor.platform, &ctx.actor.workspace, group.trim()),
        None => (&ctx.actor.platform, &ctx.actor.workspace, group.trim()),
    }
}

fn same(one: &Bound, other: &Bound) -> bool {
    (&one.platform, &one.id) == (&other.platform, &other.id)
        && (one.workspace == other.workspace || one.workspace.is_empty() || other.workspace.is_empty())
}

async fn take(app: &App, bound: &Bound, ids: &[String]) -> Result<()> {
    app.people.take_people(bound, &members(app, bound, ids).await).await.map_err(unreadable)
}

/// People by id, with the names that the chat has for them.
async fn members(app: &App, bound: &Bound, ids: &[String]) -> Vec<Member> {
    let mut all = Vec::new();
    for id in ids {
        let known = match app.platforms.get(&bound.platform) {
            Some(platform) => platform.person(&bound.workspace, id).await.ok(),
            None => None,
        };
        let label = known.as_ref().map_or_else(|| id.clone(), |it| it.name.clone());
        let workspace = known.map_or_else(|| bound.workspace.clone(), |it| it.workspace);
        all.push(Member { person: PersonId::new(&bound.platform, &workspace, id), label });
    }
    all
}

fn names(team: &Team) -> String {
    let names: Vec<&str> = team.members.iter().map(|it| it.label.as_str()).collect();
    if names.is_empty() { "nobody yet".into() } else { names.join(", ") }
}

fn shown(ctx: &Ctx, team: &Team) -> Message {
    let mut facts = vec![("People".to_owned(), Text::from(names(team)))];
    let mut differs = false;
    for bound in &team.groups {
        let state = match &bound.found {
            Some(_) => "somebody changed it by hand, and nothing was changed back",
            None if bound.pushed.as_ref() == Some(&team.people_for(bound)) => "holds the same people",
            None => "is being put in order",
        };
        differs |= bound.found.is_some();
        facts.push((format!("{} in {}", bound.label, bound.platform), state.into()));
    }
    let message = Message::new().heading(format!("Team {}", team.name)).facts(facts);
    if !differs {
        return message;
    }
    let call = |action: &str| ctx.call(action, json!({ "name": team.name }));
    message.tone(Tone::Warning).buttons(vec![
        Button::run("Take the group's people", call("team take")),
        Button::run("Put the team's people back", call("team push")),
    ])
}
