//! Connections that are up: what `redmine` in a command line leads to.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use commands::{Error, Group, Result, param::Secret};
use connectors::{
    Connected, Features, Http, Kind,
    auth::{Credentials, consent::People},
    http::{BreakerState, Policy, Quota},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::grants::{Desk, Grants, Own};

/// A connection, ready to use.
pub struct Live {
    pub name: String,
    pub kind: &'static Kind,
    pub url: Option<String>,
    pub connected: Arc<dyn Connected>,
    pub origin: Origin,
    pub needs: Vec<String>,
    /// Seconds between two polls, where its system is polled.
    pub poll_every: Option<u32>,
    /// What may be seen of its settings, to be changed in a form.
    pub settings: Map<String, Value>,
    /// What may not, by field: only to be known again where somebody pastes it.
    secrets: BTreeMap<String, SecretString>,
    /// Its own way out, to see how it fares.
    http: Http,
    /// Where people are asked to let it in, where its settings name an app.
    desk: Option<Desk>,
    /// What the connection itself comes in by, where that is what somebody agreed to.
    own: Option<Arc<Own>>,
    rate: Option<u32>,
    /// What the server said it is, when it was asked last.
    features: RwLock<Arc<Features>>,
}

/// Where a connection was made, and so where it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// In the configuration file.
    File,
    /// In chat; kept sealed in the store.
    Chat,
}

impl Live {
    /// Makes the client; asks nobody yet.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadConfig`] when these settings cannot work.
    pub fn open(
        name: &str,
        kind: &'static Kind,
        settings: Map<String, Value>,
        origin: Origin,
        needs: Vec<String>,
        rate: Option<u32>,
    ) -> Result<Live> {
        let fields = kind.config_fields();
        let setting = |key: &str| settings.get(key).cloned().or_else(|| fields.iter().find(|it| it.name == key)?.default.clone());
        let url = setting("url").and_then(|it| it.as_str().map(|it| it.trim_end_matches('/').to_owned()));
        let poll_every = setting("poll_seconds").and_then(|it| u32::try_from(it.as_u64()?).ok()).or(kind.poll_every);
        let policy = Policy { per_second: rate.unwrap_or(kind.policy.per_second), ..kind.policy.clone() };
        let http = Http::new(name, kind.title, url.as_deref().unwrap_or_default(), policy)?;
        let mut own_settings = settings.clone();
        let http = kind.trusting(&mut own_settings, http)?;
        let asks = kind.asks(&settings);
        let own = asks.as_ref().filter(|it| it.own).map(|_| Arc::<Own>::default());
        let http = match &own {
            Some(own) => http.with_grant(own.clone()),
            None => http,
        };
        let connected = (kind.connect)(own_settings, http.clone())?;
        let desk = asks.map(|it| Desk::new(name, kind.title, it, http.clone()));
        let (settings, secrets) = super::split(kind, settings);
        let (poll_every, features) = (kind.poll_every.and(poll_every), RwLock::default());
        Ok(Live {
            name: name.into(),
            kind,
            url,
            connected,
            origin,
            needs,
            poll_every,
            settings,
            secrets,
            http,
            desk,
            own,
            rate,
            features,
        })
    }

    /// Where people are asked to let it in; none without an app.
    pub(super) fn desk(&self) -> Option<&Desk> {
        self.desk.as_ref()
    }

    /// Whether somebody has to agree on the vendor's page before the connection itself can be used.
    pub fn comes_by_consent(&self) -> bool {
        self.own.is_some()
    }

    /// What somebody agreed to, where the connection itself comes in by that.
    pub(super) fn own(&self) -> Option<Arc<dyn Credentials>> {
        self.own.clone().map(|it| -> Arc<dyn Credentials> { it })
    }

    /// Whether people can have things done by their own accounts.
    pub fn acts_as_people(&self) -> bool {
        self.desk.as_ref().is_some_and(|it| it.asks.consent.people == People::Themselves)
    }

    /// The connection itself comes in by what is kept of a consent.
    pub fn attach(&self, grants: &Grants) {
        if let (Some(own), Some(desk)) = (&self.own, &self.desk) {
            own.attach(grants, desk);
        }
    }

    /// The same by what was just given, and is tried before it is kept.
    pub(super) fn attach_trial(&self, access: &Secret) {
        if let Some(own) = &self.own {
            own.attach_trial(access);
        }
    }

    /// All settings, as they were given.
    pub(super) fn whole(&self) -> Map<String, Value> {
        super::whole_of(&self.settings, &self.secrets)
    }

    /// Requests a second, where the connection says that itself.
    pub(super) fn rate(&self) -> Option<u32> {
        self.rate
    }

    /// What people read: `Redmine`, and which one where its name is another.
    pub fn title(&self) -> String {
        match self.name == self.kind.name {
            true => self.kind.title.to_owned(),
            false => format!("{} ({})", self.kind.title, self.name),
        }
    }

    pub fn group(&self) -> Group {
        let missing = self.features().missing.iter().map(|it| (it.action, it.why.clone())).collect();
        Group { missing, ..self.kind.group(&self.name, self.url.as_deref()) }
    }

    /// Whether a secret is kept for this field.
    pub fn keeps(&self, field: &str) -> bool {
        self.secrets.contains_key(field)
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        self.secrets.values()
    }

    pub fn features(&self) -> Arc<Features> {
        self.features.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether its requests go out, or are kept back because the last ones failed.
    pub fn breaker(&self) -> BreakerState {
        self.http.condition().breaker
    }

    /// Whether something was sent after `then`, and failed.
    pub fn failed_since(&self, then: Timestamp) -> bool {
        self.http.condition().last_error.is_some_and(|(at, _)| at >= then)
    }

    /// Has the next request go out although the breaker would keep it back.
    pub fn ask_again(&self) {
        self.http.half_open();
    }

    /// The day on which the certificate ends that it shows to the system, where it shows one.
    pub fn certificate_ends(&self) -> Option<Date> {
        self.http.certificate_ends()
    }

    /// What the system lets it do, as it said last.
    pub fn quota(&self) -> Option<Quota> {
        self.http.condition().quota
    }

    /// How far the system's clock is ahead of ours, where its answers say it.
    pub fn clock(&self) -> Option<SignedDuration> {
        self.http.condition().clock
    }
}

/// All live connections, by name, and the commands that they make. Cheap to clone.
#[derive(Clone)]
pub struct Connections(Arc<RwLock<Inner>>);

struct Inner {
    /// The bot's own commands.
    own: Group,
    live: BTreeMap<String, Arc<Live>>,
    groups: Arc<[Group]>,
    /// Where consents are kept, from when that is known.
    grants: Option<Grants>,
}

impl Inner {
    fn refresh(&mut self) {
        self.groups = std::iter::once(self.own.clone()).chain(self.live.values().map(|it| it.group())).collect();
    }
}

impl Connections {
    /// None yet; `own` are the bot's own commands.
    pub fn new(own: Group) -> Connections {
        let mut inner = Inner { own, live: BTreeMap::new(), groups: Arc::new([]), grants: None };
        inner.refresh();
        Connections(Arc::new(RwLock::new(inner)))
    }

    /// All groups of commands: the bot's own first, then the connections by name.
    pub fn groups(&self) -> Arc<[Group]> {
        self.read().groups.clone()
    }

    /// Connections come in by what `grants` keep, where they come in by a consent.
    pub fn grant(&self, grants: &Grants) {
        let mut inner = self.write();
        inner.live.values().for_each(|it| it.attach(grants));
        inner.grants = Some(grants.clone());
    }

    pub fn put(&self, live: Live) {
        let mut inner = self.write();
        if let Some(grants) = &inner.grants {
            live.attach(grants);
        }
        inner.live.insert(live.name.clone(), Arc::new(live));
        inner.refresh();
    }

    /// Takes note of what the server of `name` is, and so of what it can do.
    pub fn learn(&self, name: &str, features: Features) {
        let mut inner = self.write();
        let Some(live) = inner.live.get(name).filter(|it| *it.features() != features) else { return };
        *live.features.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(features);
        inner.refresh();
    }

    pub fn remove(&self, name: &str) -> Option<Arc<Live>> {
        let mut inner = self.write();
        let removed = inner.live.remove(name);
        inner.refresh();
        removed
    }

    pub fn all(&self) -> Vec<Arc<Live>> {
        self.read().live.values().cloned().collect()
    }

    /// # Errors
    /// [`commands::ErrorKind::NotFound`], naming the connections there are.
    pub fn get(&self, name: &str) -> Result<Arc<Live>> {
        let all = &self.read().live;
        all.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = all.keys().map(String::as_str).collect();
            let hint =
                if known.is_empty() { "Nothing is connected yet".to_owned() } else { format!("There is: {}", known.join(", ")) };
            Error::not_found(format!(
                "There is no connection `{name}`. {hint}; an administrator adds one with `bellhop connect`."
            ))
        })
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Inner> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
