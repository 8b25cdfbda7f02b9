//! The whole bot in one value, and how it is put together.

use std::{collections::BTreeMap, sync::Arc};

use commands::{ActionDef, Ctx, Effect, Group, Host, Reply, Result, Text};
use connectors::{Http, http::Aged};
use serde_json::Value;

use crate::{
    alerts::rule::Rules,
    builtins,
    chat::Platform,
    config::{Alerts, Digest},
    connections::{self, Connections, Live, Origin, expiry::Ends, follow::Followed, grants::Grants, store::Vault},
    dispatch::{Awaiting, Choices, channels::Renames, home::Home, post::pause::Paused, shorthand::Shorthand},
    documents::Documents,
    escalation::desk::Desk,
    forms::Forms,
    health::Health,
    hooks::Hooks,
    notify::{people::Directory, subscriptions::Subscriptions},
    people::{People, PersonId},
    plan,
    queue::Queue,
    resources::{By, Resources, ledger, unread::Unread},
    setup::Setups,
    store::Store,
};

/// Everything a request may need. Built once by [`crate::cli`], shared as `Arc<App>`.
pub struct App {
    pub store: Store,
    pub queue: Queue,
    pub forms: Forms,
    pub documents: Documents,
    pub shorthand: Shorthand,
    pub people: People,
    /// What stands in the file that is served.
    pub served: Vec<plan::Item>,
    /// Which versions of connections are open here.
    pub followed: Followed,
    /// None without `[secrets] key`: then nothing can be connected from chat.
    pub vault: Option<Vault>,
    pub connections: Connections,
    /// What people agreed to on vendors' pages.
    pub grants: Grants,
    pub platforms: Platforms,
    pub hooks: Hooks,
    pub subscriptions: Subscriptions,
    /// What was set up besides.
    pub resources: Resources,
    /// Who is who in the chats, for what is told.
    pub directory: Directory,
    pub alerts: Alerts,
    /// What makes alerts of events, as it was read.
    pub(crate) rules: Rules,
    pub digest: Digest,
    pub health: Health,
    /// For what people link to in public.
    pub web: Http,
    pub public_url: Option<String>,
    /// Forms whose sender still waits for the outcome.
    pub awaiting: Awaiting,
    /// What is remembered of people's own pages.
    pub home: Home,
    /// Where channels are that the configuration calls by an old name.
    pub renames: Renames,
    /// Chats that refuse the bot's credentials.
    pub paused: Paused,
    /// Values for pickers.
    pub choices: Choices,
    /// When credentials end.
    pub ends: Ends,
    /// Where escalations are written; set when the bot begins to work.
    pub desk: std::sync::OnceLock<Desk>,
    /// What administrators connect one after the other.
    pub setups: Setups,
}

/// The chats this bot lives in, by name.
#[derive(Clone, Default)]
pub struct Platforms(BTreeMap<&'static str, Arc<dyn Platform>>);

impl Platforms {
    pub fn add(&mut self, platform: Arc<dyn Platform>) {
        self.0.insert(platform.name(), platform);
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Platform>> {
        self.0.get(name)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Platform>> {
        self.0.values()
    }
}

/// The bot's own commands, as a group like any other.
pub const OWN: &str = "bellhop";

impl App {
    /// All groups of commands there are at this moment.
    pub fn groups(&self) -> Arc<[Group]> {
        self.connections.groups()
    }

    /// Runs an action of a connection or of the bot itself, at once: by the asker's own account where they let the bot in.
    ///
    /// # Errors
    /// Those of the action.
    pub async fn run(&self, call: &commands::Call, ctx: &Ctx) -> Result<Reply> {
        self.run_by(Account::Askers, call, ctx).await
    }

    /// The same by the bot's account in any case: for what is shown to others without anybody having asked for it.
    ///
    /// # Errors
    /// Those of the action.
    pub async fn run_as_bot(&self, call: &commands::Call, ctx: &Ctx) -> Result<Reply> {
        self.run_by(Account::Bots, call, ctx).await
    }

    async fn run_by(&self, account: Account, call: &commands::Call, ctx: &Ctx) -> Result<Reply> {
        if call.group == OWN {
            return match builtins::find(&call.action) {
                Some(builtin) => Box::pin(self.run_builtin(&builtin, call, ctx)).await,
                None => Err(commands::Error::bad_input(format!(
                    "Bellhop has no command `{}`. `bellhop help` lists them.",
                    call.action
                ))),
            };
        }
        let live = self.connections.get(&call.group)?;
        if let Some(it) = live.features().missing.iter().find(|it| it.action == call.action) {
            let message = lacking(&live.title(), it.action, &it.why);
            return Err(commands::Error::new(commands::ErrorKind::BadConfig, message));
        }
        let reads = live.kind.group(&live.name, None).find(&call.action).is_some_and(|it| it.effect == Effect::Read);
        let person = PersonId::from(&ctx.actor);
        let asked = async {
            match account {
                Account::Askers => self.as_asker(&live, &person, live.connected.run(call, ctx)).await,
                Account::Bots => live.connected.run(call, ctx).await,
            }
        };
        if !reads {
            let reply = asked.await?;
            return Ok(Box::pin(builtins::follow::completed(self, reply, ctx)).await);
        }
        let (reply, age) = connectors::http::telling_age(asked).await;
        match age {
            Some(age) => reply.map(|it| aged(it, &live.title(), &age)),
            None => reply,
        }
    }

    async fn run_builtin(&self, builtin: &builtins::Builtin, call: &commands::Call, ctx: &Ctx) -> Result<Reply> {
        let params = Value::Object(call.params.clone());
        // Whatever it changes of what is set up, it changes as whoever asked.
        let by = By::person(&PersonId::from(&ctx.actor));
        let running = async {
            match builtin {
                builtins::Builtin::Action(ActionDef { run, .. }) => run(self, params, ctx).await,
                builtins::Builtin::Connect(kind) => builtins::connect::run(self, kind, call.params.clone(), ctx).await,
            }
        };
        ledger::as_by(by, running).await
    }

    /// Opens the connections of the file and, over them, those made in chat.
    ///
    /// # Errors
    /// When the store cannot be read. A connection that cannot be opened is left out ([`App::unread`]).
    pub async fn open_connections(&self, configured: &[crate::config::Connection]) -> anyhow::Result<()> {
        for it in configured {
            match Live::open(&it.name, it.kind, it.settings.clone(), Origin::File, it.needs.clone(), it.rate) {
                Ok(live) => self.connections.put(live),
                Err(err) => anyhow::bail!("connection `{}`: {err}", it.name),
            }
        }
        let Some(vault) = &self.vault else { return Ok(()) };
        let saved = vault.list().await?;
        self.followed.replace(saved.iter().map(|it| (it.name.clone(), it.version)).collect());
        let mut left_out = Vec::new();
        for saved in saved {
            let Some(saved) = vault.load(&saved.name).await? else { continue };
            if configured.iter().any(|it| it.name == saved.name) {
                tracing::warn!(connection = %saved.name, "The file's connection hides the one made in chat");
                continue;
            }
            match connections::open(&saved) {
                Ok(live) => self.connections.put(live),
                Err(err) => left_out.push((Unread::new(ledger::CONNECTION, &saved.name), err.to_string())),
            }
        }
        self.followed.left_out.replace(left_out);
        Ok(())
    }
}

/// By which account something is done.
#[derive(Clone, Copy)]
enum Account {
    Askers,
    Bots,
}

/// Why a server cannot do something.
pub fn lacking(title: &str, action: &str, why: &str) -> String {
    format!("This {title} cannot do `{action}`. {why}")
}

/// A reply that was made of what was known from earlier, saying so.
fn aged(mut reply: Reply, title: &str, age: &Aged) -> Reply {
    let text = Text::new()
        .plain(format!("{title} cannot be asked now. This is what it said at "))
        .time(age.since)
        .plain(format!(": {}", age.why.message));
    reply.message = reply.message.context(text);
    reply
}

/// What actions may ask of the chat they were called from.
pub struct ChatHost {
    pub platform: Option<Arc<dyn Platform>>,
    pub workspace: String,
    /// Files that were given on a form's page.
    pub forms: Forms,
    pub web: Http,
}

/// The largest file that is carried from chat to a system.
const FILE_LIMIT: usize = 25 * 1024 * 1024;

impl Host for ChatHost {
    fn download<'a>(&'a self, file: &'a str) -> commands::BoxFuture<'a, Result<commands::Download>> {
        Box::pin(async move {
            let kept = self.forms.file(file).await.map_err(|err| {
                tracing::error!("A file cannot be read: {err:#}");
                commands::Error::internal("The file that was given with the form cannot be read now. Try again in a moment.")
            })?;
            if let Some(kept) = kept {
                return Ok(kept);
            }
            if let Some(platform) = &self.platform
                && let Some(download) = platform.download(&self.workspace, file).await?
            {
                return Ok(download);
            }
            if file.starts_with("https://") || file.starts_with("http://") {
                return self.web.fetch_public(file, FILE_LIMIT).await;
            }
            Err(commands::Error::bad_input(format!(
                "`{file}` is neither a file of this chat nor a web address. Attach the file, or give a link that starts with https://."
            )))
        })
    }
}
