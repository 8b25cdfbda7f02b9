//! Defaults of a channel, and aliases of a channel or a person.

use commands::{Action, Ctx, Effect, Error, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::unreadable;
use crate::{
    app::App,
    dispatch::shorthand::{Scope, is_command},
};

/// Fill a field of every command in this channel, unless it is typed.
#[derive(Deserialize, JsonSchema)]
pub struct DefaultSet {
    /// The field, such as `project`; of one connection only: `github.repo`.
    field: String,
    /// Its value here.
    value: String,
}

impl Action for DefaultSet {
    type On = App;
    const NAME: &str = "default set";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["default set project demo"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let field = self.field.to_lowercase().replace('-', "_");
        let groups = app.groups();
        let named = |group: &commands::Group| {
            let fields = group.actions.iter().flat_map(|it| it.fields());
            let names: Vec<String> = fields.flat_map(|it| [it.name.clone(), format!("{}.{}", group.name, it.name)]).collect();
            names
        };
        let mut known: Vec<String> = groups.iter().flat_map(named).collect();
        known.sort();
        known.dedup();
        if !known.contains(&field) {
            let hint = crate::config::source::nearest(&field, known.iter().map(String::as_str));
            let end = if hint.is_empty() { "." } else { "" };
            return Err(Error::bad_input(format!("No command has a field `{field}`{hint}{end}")));
        }
        app.shorthand.set_default(&Scope::channel(ctx)?, &field, &self.value).await.map_err(unreadable)?;
        let text =
            Text::new().plain("In this channel, ").code(field).plain(" is ").code(self.value).plain(" unless another is typed.");
        Ok(Reply::to_channel(Message::text(text)))
    }
}

/// Forget a default of this channel.
#[derive(Deserialize, JsonSchema)]
pub struct DefaultRemove {
    /// The field.
    field: String,
    /// Only if this is its value.
    #[schemars(extend("x-hidden" = true))]
    value: Option<String>,
}

impl Action for DefaultRemove {
    type On = App;
    const NAME: &str = "default remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["default remove project"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        if let Some(value) = &self.value {
            let all = app.shorthand.list_defaults(&Scope::channel(ctx)?).await.map_err(unreadable)?;
            if let Some((field, other)) = all.iter().find(|it| it.0 == self.field && !it.1.eq_ignore_ascii_case(value)) {
                return Err(Error::not_found(format!("`{field}` stays `{other}` in this channel: it is not `{value}`.")));
            }
        }
        if !app.shorthand.remove_default(&Scope::channel(ctx)?, &self.field).await.map_err(unreadable)? {
            return Err(Error::not_found(format!(
                "This channel has no default for `{}`. `bellhop default list` shows those it has.",
                self.field
            )));
        }
        Ok(Reply::to_channel(Message::text(Text::new().code(self.field).plain(" has no default in this channel any more."))))
    }
}

/// Show the defaults of this channel.
#[derive(Deserialize, JsonSchema)]
pub struct DefaultList {}

impl Action for DefaultList {
    type On = App;
    const NAME: &str = "default list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["default list"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let all = app.shorthand.list_defaults(&Scope::channel(ctx)?).await.map_err(unreadable)?;
        if all.is_empty() {
            return Ok(Reply::to_asker(Message::text(
                Text::new().plain("This channel has no defaults. For example: ").code("bellhop default set project demo"),
            )));
        }
        let facts = all.into_iter().map(|(field, value)| (field, Text::new().code(value))).collect();
        Ok(Reply::to_asker(Message::new().heading("Defaults of this channel").facts(facts)))
    }
}

/// Give a command a short name, for yourself or for a channel.
#[derive(Deserialize, JsonSchema)]
pub struct AliasAdd {
    /// The short name: one word.
    name: String,
    /// What it stands for; more words may follow it when it is used.
    command: String,
    /// For everyone in this channel, not only for you.
    #[serde(default)]
    channel: bool,
}

impl Action for AliasAdd {
    type On = App;
    const NAME: &str = "alias add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alias add bug redmine issue create"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let is_word = self.name.chars().all(|it| it.is_alphanumeric() || "-_".contains(it)) && !self.name.is_empty();
        if !is_word {
            return Err(Error::bad_input(format!(
                "`{}` cannot be an alias: use one word of letters, digits, - and _.",
                self.name
            )));
        }
        let groups = app.groups();
        // A system of that kind may be connected later, and its name goes before an alias.
        if is_command(&groups, &self.name) || connectors::find(&self.name).is_some() {
            return Err(Error::bad_input(format!("`{}` is a command already: choose another word.", self.name)));
        }
        let first = self.command.split_whitespace().next().unwrap_or_default();
        if !groups.iter().any(|it| it.name == first) {
            let aliases = app.shorthand.list_aliases(&Scope::person(ctx)).await.map_err(unreadable)?;
            if let Some((_, command)) = aliases.into_iter().find(|(name, _)| name == first) {
                return Err(Error::bad_input(format!(
                    "`{first}` is an alias itself, and an alias stands for a whole command: write `{command}` in its place."
                )));
            }
            let hint = crate::config::source::nearest(first, groups.iter().map(|it| it.name.as_str()));
            return Err(Error::bad_input(format!("An alias stands for a whole command, and none starts with `{first}`{hint}.")));
        }
        let scope = if self.channel { Scope::channel(ctx)? } else { Scope::person(ctx) };
        app.shorthand.set_alias(&scope, &self.name, &self.command).await.map_err(unreadable)?;
        let (before, between) =
            if self.channel { ("In this channel, ", " now stands for ") } else { ("You can now type ", " for ") };
        let text = Text::new().plain(before).code(self.name).plain(between).code(self.command).plain(".");
        Ok(if self.channel { Reply::to_channel(Message::text(text)) } else { Reply::to_asker(Message::text(text)) })
    }
}

/// Forget an alias.
#[derive(Deserialize, JsonSchema)]
pub struct AliasRemove {
    /// The short name.
    name: String,
    /// The channel's, not yours.
    #[serde(default)]
    channel: bool,
}

impl Action for AliasRemove {
    type On = App;
    const NAME: &str = "alias remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alias remove bug"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let scope = if self.channel { Scope::channel(ctx)? } else { Scope::person(ctx) };
        if !app.shorthand.remove_alias(&scope, &self.name).await.map_err(unreadable)? {
            return Err(Error::not_found(format!(
                "There is no such alias `{}`. `bellhop alias list` shows yours and the channel's.",
                self.name
            )));
        }
        Ok(Reply::to_asker(Message::text(Text::new().code(self.name).plain(" is no alias any more."))))
    }
}

/// Show your aliases and this channel's.
#[derive(Deserialize, JsonSchema)]
pub struct AliasList {}

impl Action for AliasList {
    type On = App;
    const NAME: &str = "alias list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alias list"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let mut facts = Vec::new();
        for scope in [Some(Scope::person(ctx)), Scope::channel(ctx).ok()].into_iter().flatten() {
            let aliases = app.shorthand.list_aliases(&scope).await.map_err(unreadable)?;
            facts.extend(
                aliases.into_iter().map(|(name, command)| (format!("{name} ({})", scope.whose()), Text::new().code(command))),
            );
        }
        if facts.is_empty() {
            return Ok(Reply::to_asker(Message::text(
                Text::new().plain("No aliases yet. For example: ").code("bellhop alias add bug redmine issue create"),
            )));
        }
        Ok(Reply::to_asker(Message::new().heading("Aliases").facts(facts)))
    }
}
