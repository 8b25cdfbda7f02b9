//! What a connector is, and how the bot holds one without knowing its type.

use std::{borrow::Cow, fmt, future::Future, marker::PhantomData, sync::Arc};

use commands::{
    ActionDef, ActionSpec, BoxFuture, Call, Choice, Ctx, Error, ErrorKind, Event, Group, Reply, Result,
    action::{Parameters, parameters_of},
    event::Object,
    form,
    param::Secret,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    HookMade, HookWanted, Hooking, Http, Tasks, Webhook,
    auth::Consent,
    http::{Policy, Trust},
    standin::Standin,
};

/// An external system that the bot acts in. Everything it can do is listed here.
pub trait Connector: Sized + Send + Sync + 'static {
    /// What administrators type: `redmine`.
    const NAME: &'static str;
    /// What people read: `Redmine`.
    const TITLE: &'static str;
    /// The noun that may be left out of a command.
    const NOUN: Option<&'static str> = None;
    /// The action that a bare number or a pasted link runs.
    const SHOW: Option<&'static str> = None;
    /// The web address of an object below the connection's own, for events of systems that send none.
    const LINK: Option<Link> = None;
    /// Whether an address that people paste leads to what [`Connector::SHOW`] shows, where it is another than the
    /// connection's own or holds no number. The action reads the address itself.
    const LINKS: Option<fn(&str) -> bool> = None;
    /// Hosts of such addresses, of which a chat is to ask us for previews: `docs.google.com`.
    const LINK_HOSTS: &'static [&'static str] = &[];
    /// Where people see the system, by the connection's `url`, where that is its API's: pasted links start with it.
    const SITE: fn(&str) -> String = str::to_owned;
    /// What an administrator fills in to connect it. Its secrets are [`commands::param::Secret`].
    type Config: DeserializeOwned + JsonSchema + 'static;
    /// What people and workflows can ask of it.
    const ACTIONS: &'static [ActionDef<Self>];
    /// Where the values of fields with `x-lookup` come from.
    const LOOKUPS: &'static [LookupDef<Self>] = &[];
    /// What of it is a person's own: shown on their page, the most urgent first.
    const MINE: &'static [Mine] = &[];
    /// How a person's account in the system is found, where it can act for people.
    const ACCOUNTS: Option<Accounts<Self>> = None;
    /// How people let the bot in on the vendor's own page (OAuth 2.0), where it has one.
    const CONSENT: Option<Consent> = None;
    /// Actions that a chat offers on a message.
    const SHORTCUTS: &'static [Shortcut] = &[];
    /// How it tells us that something happened, if it can.
    const WEBHOOK: Option<Webhook> = None;
    /// How its webhooks are set up and taken down by its own API, where it has one.
    const HOOKING: Option<Hooking<Self>> = None;
    /// Whether teams run it on machines of their own, with certificates of their own: its settings have those of [`Trust`] too.
    const SELF_HOSTED: bool = false;
    /// How the service wants to be treated, unless an administrator says otherwise.
    const POLICY: Policy = Policy::USUAL;
    /// How its tasks are kept the same as another system's, where it has any.
    const TASKS: Option<fn(&Self) -> &dyn Tasks> = None;
    /// How we find out where it cannot.
    const POLL: Option<Poll<Self>> = None;
    /// The simulated vendor.
    const STANDIN: fn() -> Box<dyn Standin>;
    /// How an administrator connects it: Markdown.
    const DOCS: &'static str;

    /// # Errors
    /// [`ErrorKind::BadConfig`] when this configuration cannot work, whatever the server says.
    fn connect(config: Self::Config, http: Http) -> Result<Self>;

    /// Asks the system whether this connection works: reachability, credentials, permissions, quota.
    fn health(&self) -> impl Future<Output = Vec<Check>> + Send;

    /// Asks the system what it is, and so what it cannot do. Only for those whose versions or editions differ.
    ///
    /// # Errors
    /// By class, when it could not be asked.
    fn features(&self) -> impl Future<Output = Result<Features>> + Send {
        async { Ok(Features::default()) }
    }

    /// Asks the system on which day the connection's credentials end; none where they do not, or it does not tell.
    ///
    /// # Errors
    /// By class, when it could not be asked.
    fn ends(&self) -> impl Future<Output = Result<Option<Date>>> + Send {
        async { Ok(None) }
    }
}

/// What a server is, and what it lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Features {
    /// As people call it: `Redmine 5.0.4`, `Bitbucket Data Center 9.4.1`.
    pub version: Option<String>,
    pub missing: Vec<Missing>,
}

/// An action that this server cannot do: it is not offered, and says why when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Missing {
    pub action: &'static str,
    /// A sentence, with the way out: `Pipelines are switched off in this project. Switch them on under …`.
    pub why: String,
}

/// One thing that was checked, and what to do when it is not right.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Check {
    /// `credentials`, `permission to create issues`.
    pub name: String,
    pub state: State,
    /// What was found: `signed in as ana (administrator)`.
    pub detail: String,
    /// What to do, when the state is not [`State::Ok`].
    pub fix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    Warning,
    Failed,
}

impl Check {
    pub fn ok(name: impl Into<String>, detail: impl Into<String>) -> Check {
        Check { name: name.into(), state: State::Ok, detail: detail.into(), fix: None }
    }

    pub fn warning(name: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Check {
        Check { name: name.into(), state: State::Warning, detail: detail.into(), fix: Some(fix.into()) }
    }

    pub fn failed(name: impl Into<String>, detail: impl Into<String>, fix: impl Into<String>) -> Check {
        Check { name: name.into(), state: State::Failed, detail: detail.into(), fix: Some(fix.into()) }
    }
}

/// Values for a picker.
pub struct LookupDef<C> {
    /// As in a field's `x-lookup`.
    pub name: &'static str,
    pub run: Lookup<C>,
}

pub type Lookup<C> = for<'a> fn(&'a C, &'a Query) -> BoxFuture<'a, Result<Vec<Choice>>>;

/// What a picker wants to know.
#[derive(Clone, Default)]
pub struct Query {
    /// What was typed so far; the choices contain it, in value or label, in any case.
    pub typed: String,
    /// The form's other values, for choices that depend on them: the versions of this project.
    pub given: Map<String, Value>,
    /// Who chooses, so that people are offered what they may see; none leaves it to the bot's own account.
    pub asker: Option<Ctx>,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asker = self.asker.as_ref().map(|it| &it.actor);
        f.debug_struct("Query").field("typed", &self.typed).field("given", &self.given).field("asker", &asker).finish()
    }
}

/// A person's account in a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the system knows them by, and what [`commands::Ctx::account`] will hold.
    pub login: String,
    /// What people read.
    pub name: String,
    /// As the system tells it to us.
    pub email: Option<String>,
}

/// Whose account is looked for.
#[derive(Clone, Copy)]
pub enum Whose<'a> {
    /// Who has this address, in any case.
    Email(&'a str),
    Login(&'a str),
    /// Whoever's key this is: it proves that they are who they say. It is used for this alone, and kept nowhere.
    Key(&'a Secret),
}

/// Finds an account that is there and may be used; none when there is no such account.
///
/// # Errors
/// By class, when the system could not be asked; [`ErrorKind::Permission`] when it does not tell us.
pub type Accounts<C> = for<'a> fn(&'a C, Whose<'a>) -> BoxFuture<'a, Result<Option<Account>>>;

/// See [`Connector::LINK`]: of the connection's address, without a slash at its end, and what an event is about.
pub type Link = fn(&str, &Object) -> Option<String>;

/// "Create Redmine issue" in the menu of a chat message.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// At most 24 characters (Slack's limit).
    pub label: &'static str,
    pub action: &'static str,
    /// The field that gets the message's first line.
    pub title_field: Option<&'static str>,
    /// The field that gets the message's text and its permalink.
    pub text_field: Option<&'static str>,
}

/// Something of a system that is a person's own: their open issues, the reviews they are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Mine {
    /// What it is, before "in Redmine": `My open issues`.
    pub title: &'static str,
    /// The command that shows it, of an action that only reads, without the connection's name: `issue list assignee=me`.
    pub command: &'static str,
}

/// Finding changes by asking for them.
pub struct Poll<C> {
    /// Seconds between two polls unless the connection says otherwise.
    pub every: u32,
    pub run: for<'a> fn(&'a C, cursor: Option<&'a str>, now: Timestamp) -> BoxFuture<'a, Result<Polled>>,
}

/// What a poll found, and where the next one starts. Without a cursor (the first time) it finds
/// nothing and starts from now.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled {
    pub events: Vec<Event>,
    pub cursor: String,
}

/// Makes a connection of settings, which hold its secrets. Asks nobody yet.
pub type Connect = fn(Map<String, Value>, Http) -> Result<Arc<dyn Connected>>;

/// A connector type as a value: what [`crate::ALL`] is a list of.
pub struct Kind {
    pub name: &'static str,
    pub title: &'static str,
    pub noun: Option<&'static str>,
    pub show: Option<&'static str>,
    pub link: Option<Link>,
    pub links: Option<fn(&str) -> bool>,
    pub link_hosts: &'static [&'static str],
    pub site: fn(&str) -> String,
    pub mine: &'static [Mine],
    pub shortcuts: &'static [Shortcut],
    pub webhook: Option<Webhook>,
    pub policy: Policy,
    /// Whether hooks can be set up by its API, and for what there.
    pub hooking: Option<Option<&'static str>>,
    /// See [`Hooking::lasts`].
    pub hooks_last: Option<SignedDuration>,
    /// Whether its tasks can be kept the same as another system's.
    pub has_tasks: bool,
    /// Seconds between two polls, where it polls.
    pub poll_every: Option<u32>,
    pub docs: &'static str,
    /// See [`Connector::SELF_HOSTED`].
    pub self_hosted: bool,
    pub config: fn() -> &'static Parameters,
    pub actions: fn() -> Vec<ActionSpec>,
    pub lookups: fn() -> Vec<&'static str>,
    /// Whether people have accounts there that we can act as.
    pub has_accounts: bool,
    pub consent: Option<Consent>,
    pub standin: fn() -> Box<dyn Standin>,
    pub connect: Connect,
}

impl Kind {
    pub const fn of<C: Connector>() -> Kind {
        Kind {
            name: C::NAME,
            title: C::TITLE,
            noun: C::NOUN,
            show: C::SHOW,
            link: C::LINK,
            links: C::LINKS,
            link_hosts: C::LINK_HOSTS,
            site: C::SITE,
            mine: C::MINE,
            shortcuts: C::SHORTCUTS,
            webhook: C::WEBHOOK,
            policy: C::POLICY,
            hooking: match &C::HOOKING {
                Some(hooking) => Some(hooking.of),
                None => None,
            },
            hooks_last: match &C::HOOKING {
                Some(hooking) => hooking.lasts,
                None => None,
            },
            has_tasks: C::TASKS.is_some(),
            poll_every: match &C::POLL {
                Some(poll) => Some(poll.every),
                None => None,
            },
            docs: C::DOCS,
            self_hosted: C::SELF_HOSTED,
            config: match C::SELF_HOSTED {
                true => parameters_of::<SelfHosted<C::Config>>,
                false => parameters_of::<C::Config>,
            },
            actions: actions::<C>,
            lookups: lookups::<C>,
            has_accounts: C::ACCOUNTS.is_some(),
            consent: C::CONSENT,
            standin: C::STANDIN,
            connect: connect::<C>,
        }
    }

    /// What an administrator fills in, as form fields.
    pub fn config_fields(&self) -> &'static [form::Field] {
        &(self.config)().fields
    }

    /// `http` as `settings` say how it comes to its server; what they say of that is taken out of them, since it is no matter of the
    /// connector's.
    ///
    /// # Errors
    /// [`ErrorKind::BadConfig`] when a certificate cannot be read.
    pub fn trusting(&self, settings: &mut Map<String, Value>, http: Http) -> Result<Http> {
        if self.self_hosted { http.trusting(&Trust::take(settings)?) } else { Ok(http) }
    }

    /// The commands of a connection called `name` at `url`.
    pub fn group(&self, name: &str, url: Option<&str>) -> Group {
        Group {
            name: name.into(),
            title: self.title.into(),
            noun: self.noun,
            show: self.show,
            url: url.map(self.site),
            links: self.links,
            actions: (self.actions)(),
            missing: Vec::new(),
        }
    }
}

/// A connector's own settings with those of [`Trust`].
struct SelfHosted<C>(PhantomData<C>);

impl<C: JsonSchema + 'static> JsonSchema for SelfHosted<C> {
    fn schema_name() -> Cow<'static, str> {
        C::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = C::json_schema(generator);
        let own = Trust::json_schema(generator);
        if let (Some(all), Some(own)) = (schema.get_mut("properties").and_then(Value::as_object_mut), own.get("properties")) {
            all.extend(own.as_object().cloned().unwrap_or_default());
        }
        schema
    }
}

fn actions<C: Connector>() -> Vec<ActionSpec> {
    C::ACTIONS.iter().map(|it| it.spec).collect()
}

fn lookups<C: Connector>() -> Vec<&'static str> {
    C::LOOKUPS.iter().map(|it| it.name).collect()
}

fn connect<C: Connector>(config: Map<String, Value>, http: Http) -> Result<Arc<dyn Connected>> {
    let config =
        serde_json::from_value(Value::Object(config)).map_err(|err| Error::new(ErrorKind::BadConfig, err.to_string()))?;
    Ok(Arc::new(C::connect(config, http)?))
}

/// A connected [`Connector`], with its type erased.
pub trait Connected: Send + Sync {
    fn run<'a>(&'a self, call: &'a Call, ctx: &'a Ctx) -> BoxFuture<'a, Result<Reply>>;
    fn lookup<'a>(&'a self, name: &'a str, query: &'a Query) -> BoxFuture<'a, Result<Vec<Choice>>>;
    /// None as well where [`Kind::has_accounts`] is not so.
    fn account<'a>(&'a self, whose: Whose<'a>) -> BoxFuture<'a, Result<Option<Account>>>;
    fn poll<'a>(&'a self, cursor: Option<&'a str>, now: Timestamp) -> BoxFuture<'a, Result<Polled>>;
    /// # Errors
    /// Those of [`Hooking::create`]; [`ErrorKind::Internal`] where [`Kind::hooking`] is none.
    fn create_hook<'a>(&'a self, wanted: HookWanted<'a>) -> BoxFuture<'a, Result<HookMade>>;
    /// # Errors
    /// Those of [`Hooking::remove`]; [`ErrorKind::Internal`] where [`Kind::hooking`] is none.
    fn remove_hook<'a>(&'a self, made: &'a HookMade) -> BoxFuture<'a, Result<()>>;
    fn health(&self) -> BoxFuture<'_, Vec<Check>>;
    fn features(&self) -> BoxFuture<'_, Result<Features>>;
    /// See [`Connector::ends`].
    fn ends(&self) -> BoxFuture<'_, Result<Option<Date>>>;
    /// None where [`Kind::has_tasks`] is not so.
    fn tasks(&self) -> Option<&dyn Tasks>;
}

impl<C: Connector> Connected for C {
    fn run<'a>(&'a self, call: &'a Call, ctx: &'a Ctx) -> BoxFuture<'a, Result<Reply>> {
        match C::ACTIONS.iter().find(|it| it.spec.name == call.action) {
            Some(action) => (action.run)(self, Value::Object(call.params.clone()), ctx),
            None => Box::pin(async { Err(Error::bad_input(format!("{} has no command `{}`", C::TITLE, call.action))) }),
        }
    }

    fn lookup<'a>(&'a self, name: &'a str, query: &'a Query) -> BoxFuture<'a, Result<Vec<Choice>>> {
        match C::LOOKUPS.iter().find(|it| it.name == name) {
            Some(lookup) => (lookup.run)(self, query),
            None => Box::pin(async move { Err(Error::internal(format!("{} has no look-up `{name}`", C::TITLE))) }),
        }
    }

    fn account<'a>(&'a self, whose: Whose<'a>) -> BoxFuture<'a, Result<Option<Account>>> {
        match &C::ACCOUNTS {
            Some(find) => find(self, whose),
            None => Box::pin(async { Ok(None) }),
        }
    }

    fn poll<'a>(&'a self, cursor: Option<&'a str>, now: Timestamp) -> BoxFuture<'a, Result<Polled>> {
        match &C::POLL {
            Some(poll) => (poll.run)(self, cursor, now),
            None => Box::pin(async { Err(Error::internal(format!("{} is not polled", C::TITLE))) }),
        }
    }

    fn create_hook<'a>(&'a self, wanted: HookWanted<'a>) -> BoxFuture<'a, Result<HookMade>> {
        match &C::HOOKING {
            Some(hooking) => (hooking.create)(self, wanted),
            None => Box::pin(async { Err(Error::internal(format!("{} sets no webhooks up", C::TITLE))) }),
        }
    }

    fn remove_hook<'a>(&'a self, made: &'a HookMade) -> BoxFuture<'a, Result<()>> {
        match &C::HOOKING {
            Some(hooking) => (hooking.remove)(self, made),
            None => Box::pin(async { Err(Error::internal(format!("{} takes no webhooks down", C::TITLE))) }),
        }
    }

    fn health(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(Connector::health(self))
    }

    fn features(&self) -> BoxFuture<'_, Result<Features>> {
        Box::pin(Connector::features(self))
    }

    fn ends(&self) -> BoxFuture<'_, Result<Option<Date>>> {
        Box::pin(Connector::ends(self))
    }

    fn tasks(&self) -> Option<&dyn Tasks> {
        C::TASKS.map(|of| of(self))
    }
}
