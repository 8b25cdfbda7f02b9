//! What people need not type: defaults of a channel, aliases of a channel or a person.

mod store;

use commands::{Ctx, Error, Group, Result};
use serde_json::{Map, Value, json};

use crate::{
    chat::{Answering, Place},
    store::Store,
};

/// Whose a default or an alias is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(String);

impl Scope {
    /// The channel a command was given in.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] when it was given outside of any.
    pub fn channel(ctx: &Ctx) -> Result<Scope> {
        let outside = || Error::bad_input("This belongs to a channel: give the command in the channel it is for.");
        ctx.channel.as_ref().map(|it| Scope(format!("channel:{it}"))).ok_or_else(outside)
    }

    pub fn person(ctx: &Ctx) -> Scope {
        let actor = &ctx.actor;
        Scope(format!("person:{}:{}:{}", actor.platform, actor.workspace, actor.id))
    }

    fn of_place(place: &Place) -> Scope {
        Scope(format!("channel:{}", place.channel_key()))
    }

    fn of_asker(to: &Answering) -> Scope {
        Scope(format!("person:{}:{}:{}", to.place.platform, to.place.workspace, to.asker))
    }

    /// `yours`, `this channel's`.
    pub fn whose(&self) -> &'static str {
        if self.0.starts_with("person:") { "yours" } else { "this channel's" }
    }
}

/// The stored defaults and aliases. Cheap to clone.
#[derive(Clone)]
pub struct Shorthand {
    store: Store,
    /// By scope and sort, for as long as another process may know better: every line that is typed asks.
    cache: connectors::cache::Cache<String, Vec<(String, String)>>,
}

/// Whether a line may begin with this word without any alias: a connection, `help`, a command of the bot itself.
pub fn is_command(groups: &[Group], word: &str) -> bool {
    let own = groups.iter().filter(|it| it.name == crate::app::OWN).flat_map(|it| &it.actions);
    word.eq_ignore_ascii_case("help")
        || groups.iter().any(|it| it.name.eq_ignore_ascii_case(word))
        || own.filter_map(|it| it.name.split(' ').next()).any(|it| it.eq_ignore_ascii_case(word))
}

const DEFAULT: &str = "default";
const ALIAS: &str = "alias";

impl Shorthand {
    pub fn new(store: Store) -> Shorthand {
        let cache = connectors::cache::Cache::new(10_000, std::time::Duration::from_secs(5));
        Shorthand { store, cache }
    }

    /// Values that this place gives to fields nobody typed; none, with a log line, when the store cannot be read.
    pub async fn defaults(&self, place: &Place) -> Map<String, Value> {
        let all = self.read(DEFAULT, &Scope::of_place(place)).await;
        all.into_iter().map(|(name, value)| (name, json!(value))).collect()
    }

    /// `line` with an alias at its beginning replaced, the person's before the channel's. `bellhop bug …`
    /// and `bug …` are the same. What is a command is no alias, whichever was there first; and what an alias stands for
    /// is not replaced again, so that none can stand for itself.
    pub async fn expand(&self, to: &Answering, groups: &[Group], line: &str) -> String {
        let own = line.strip_prefix(crate::app::OWN).filter(|it| it.starts_with(' ')).unwrap_or(line).trim_start();
        let (first, rest) = own.split_once(char::is_whitespace).map_or((own, ""), |(first, _)| (first, &own[first.len()..]));
        if is_command(groups, first) {
            return line.to_owned();
        }
        for scope in [Scope::of_asker(to), Scope::of_place(&to.place)] {
            let aliases = self.read(ALIAS, &scope).await;
            if let Some((_, command)) = aliases.into_iter().find(|(name, _)| name == first) {
                return format!("{command}{rest}");
            }
        }
        line.to_owned()
    }

    /// The aliases that the person may use there, with whose they are; the person's own first, and before the channel's
    /// of the same name.
    pub async fn aliases(&self, to: &Answering) -> Vec<(String, String, &'static str)> {
        let mut all: Vec<(String, String, &'static str)> = Vec::new();
        for scope in [Scope::of_asker(to), Scope::of_place(&to.place)] {
            for (name, command) in self.read(ALIAS, &scope).await {
                if !all.iter().any(|it| it.0 == name) {
                    all.push((name, command, scope.whose()));
                }
            }
        }
        all
    }

    /// What is known is read anew.
    pub fn forget_all(&self) {
        self.cache.invalidate_all();
    }

    async fn read(&self, sort: &str, scope: &Scope) -> Vec<(String, String)> {
        self.list(sort, scope).await.unwrap_or_else(|err| {
            tracing::error!("Defaults and aliases cannot be read: {err:#}");
            Vec::new()
        })
    }

    /// # Errors
    /// When the store cannot be written to.
    pub async fn set_default(&self, scope: &Scope, field: &str, value: &str) -> anyhow::Result<()> {
        self.set(DEFAULT, scope, field, value).await
    }

    /// Whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub async fn remove_default(&self, scope: &Scope, field: &str) -> anyhow::Result<bool> {
        self.remove(DEFAULT, scope, field).await
    }

    /// # Errors
    /// When the store cannot be read.
    pub async fn list_defaults(&self, scope: &Scope) -> anyhow::Result<Vec<(String, String)>> {
        self.list(DEFAULT, scope).await
    }

    /// # Errors
    /// When the store cannot be written to.
    pub async fn set_alias(&self, scope: &Scope, name: &str, command: &str) -> anyhow::Result<()> {
        self.set(ALIAS, scope, name, command).await
    }

    /// Whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub async fn remove_alias(&self, scope: &Scope, name: &str) -> anyhow::Result<bool> {
        self.remove(ALIAS, scope, name).await
    }

    /// # Errors
    /// When the store cannot be read.
    pub async fn list_aliases(&self, scope: &Scope) -> anyhow::Result<Vec<(String, String)>> {
        self.list(ALIAS, scope).await
    }
}
