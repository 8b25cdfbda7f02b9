//! Carrying a plan out: everything in one transaction, or nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use commands::{Error, ErrorKind, Result, filter::Filter};
use connectors::State;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::{Item, Secret, Step, difference::fields, is_kept, live::Now};
use crate::{
    app::{App, OWN},
    audit,
    config::{self, Destination},
    connections::{KEYS, Live, Origin, store::Change},
    hooks::registry::{KeptSecret, Told},
    notify::subscriptions::Wish,
    people::{
        PersonId,
        teams::{Bound, Member, Team},
    },
    resources::{
        By,
        ledger::{self, ALIAS, CONNECTION, DEFAULT, HOOK, LABELS, SEALED, SUBSCRIPTION, TEAM, What},
    },
    store::Tx,
};

/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether connections are tried against their systems first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    Each,
    Skip,
}

/// What is to be carried out together.
pub struct Work<'a> {
    pub what: What,
    /// Of an apply: the file's name; of a rollback: what it goes back to.
    pub subject: &'a str,
    pub steps: &'a [Step],
    /// Of an apply: everything that the file says, by kind and name.
    pub said: Option<&'a [(String, String)]>,
    /// [`Now::generation`] of what the steps were made of.
    pub generation: i64,
    pub by: &'a By,
}

/// Puts the teams, defaults and aliases of the served file in place, where they are otherwise.
///
/// # Errors
/// The store cannot be used.
pub async fn settle(app: &App) -> anyhow::Result<()> {
    let now = app.set_up().await?;
    let differs = |item: &&Item| match now.find(&item.kind, &item.name) {
        Some(live) => !fields(&item.kind, &live.body, &item.body).is_empty(),
        None => true,
    };
    let steps: Vec<Step> = app.served.iter().filter(|it| is_kept(&it.kind)).filter(differs).cloned().map(Step::Put).collect();
    if steps.is_empty() {
        return Ok(());
    }
    let by = By { who: "bellhop".into(), why: "the file that is served says so".into() };
    let work = Work { what: What::Edit, subject: "", steps: &steps, said: None, generation: now.generation, by: &by };
    match app.carry_out(work, &now).await {
        Ok(_) => Ok(()),
        // Another bot on the same database puts the same in place.
        Err(err) if err.kind == ErrorKind::Conflict => Ok(()),
        Err(err) => Err(anyhow::anyhow!("{err}")),
    }
}

impl App {
    /// Tries every connection that is put, and each that it needs, in that order.
    ///
    /// # Errors
    /// [`ErrorKind::Validation`] with what every system said that does not take it.
    pub async fn try_out(&self, steps: &[Step], now: &Now) -> Result<()> {
        let mut failed = Vec::new();
        let mut needed: Vec<String> = Vec::new();
        for step in steps {
            let Step::Put(item) = step else { continue };
            if item.kind != CONNECTION {
                continue;
            }
            let live = match self.connected(item, now).await {
                Ok(live) => live,
                Err(err) => {
                    failed.push(format!("The connection `{}` cannot be opened: {}", item.name, err.message));
                    continue;
                }
            };
            needed.extend(live.needs.clone());
            failed.extend(asked(&live).await);
        }
        needed.sort();
        needed.dedup();
        needed.retain(|name| !steps.iter().any(|it| it.kind() == CONNECTION && it.name() == name));
        for name in needed {
            if let Ok(live) = self.connections.get(&name) {
                failed.extend(asked(&live).await.map(|it| format!("{it} Others need it.")));
            }
        }
        match failed.is_empty() {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Validation, format!("Nothing was written. {}", failed.join("\n")))),
        }
    }

    async fn connected(&self, item: &Item, now: &Now) -> Result<Live> {
        let kind = item.body.get("kind").and_then(Value::as_str).unwrap_or_default();
        let Some(kind) = connectors::find(kind) else { return Err(Error::bad_input(format!("there is no connector `{kind}`"))) };
        let mut settings = settings(&item.body);
        for (key, secret) in self.resolved(item, now).await? {
            settings.insert(key, json!(secret.expose_secret()));
        }
        let (needs, rate) = own_keys(&item.body);
        let live = Live::open(&item.name, kind, settings, Origin::Chat, needs, rate)?;
        live.attach(&self.grants);
        Ok(live)
    }

    /// The secrets themselves.
    async fn resolved(&self, item: &Item, now: &Now) -> Result<BTreeMap<String, SecretString>> {
        let known = match now.find(&item.kind, &item.name) {
            Some(live) => self.secrets_of(live).await.map_err(unopened)?,
            None => BTreeMap::new(),
        };
        let mut resolved = BTreeMap::new();
        for (key, secret) in &item.secrets {
            let found = match secret {
                Secret::New(secret) => Some(secret.clone()),
                Secret::Kept(_) => known.get(key).cloned(),
                Secret::Of(version) => self.sealed(&item.kind, &item.name, Some(*version)).await.map_err(unopened)?.remove(key),
            };
            match found {
                Some(found) => drop(resolved.insert(key.clone(), found)),
                None => {
                    let message =
                        format!("The secret `{key}` of the {} `{}` is not kept any more: set it anew.", item.kind, item.name);
                    return Err(Error::new(ErrorKind::NotFound, message));
                }
            }
        }
        Ok(resolved)
    }

    /// Writes all steps and that they were one change, in one transaction; the change's number. This process knows of it when
    /// this returns, others within seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when something was changed since the steps were made; whatever else keeps it from being written.
    /// Then nothing was.
    pub async fn carry_out(&self, work: Work<'_>, now: &Now) -> Result<i64> {
        let mut secrets = Vec::new();
        for step in work.steps {
            secrets.push(match step {
                Step::Put(item) if item.kind == CONNECTION => self.resolved(item, now).await?,
                _ => BTreeMap::new(),
            });
        }
        let mut tx = self.store.begin().await.map_err(|err| unwritten(err.into()))?;
        let written = self.write(&mut tx, &work, secrets).await;
        let id = match written {
            Ok(id) => id,
            Err(err) => {
                if let Err(err) = tx.rollback().await {
                    tracing::warn!("A transaction ends by itself: {err}");
                }
                return Err(err);
            }
        };
        tx.commit().await.map_err(|err| unwritten(err.into()))?;
        tracing::info!(change = id, who = work.by.who, "Carried out {} steps", work.steps.len());
        let gone: Vec<(&str, Option<Arc<Live>>)> = work.steps.iter().filter_map(|it| self.disconnects(it)).collect();
        self.know_anew().await.map_err(unwritten)?;
        for (name, live) in gone {
            // What was asked for is done: what is left of consents is nobody's key to anything that is connected.
            if let Err(err) = self.grants.forget_all(live.as_deref(), name).await {
                tracing::error!(connection = name, "What people agreed to is still kept: {err}");
            }
        }
        Ok(id)
    }

    /// The connection that a step takes away, as it was open until then.
    fn disconnects<'a>(&self, step: &'a Step) -> Option<(&'a str, Option<Arc<Live>>)> {
        match step {
            Step::Remove { kind, name, .. } if kind == CONNECTION => Some((name, self.connections.get(name).ok())),
            _ => None,
        }
    }

    async fn write(&self, tx: &mut Tx, work: &Work<'_>, secrets: Vec<BTreeMap<String, SecretString>>) -> Result<i64> {
        if ledger::generation(tx).await.map_err(|err| unwritten(err.into()))? != work.generation {
            let message = "Something was set up otherwise meanwhile, so nothing was written. Look at the plan again.";
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let id = ledger::begin(tx, work.what, work.subject, work.by).await.map_err(|err| unwritten(err.into()))?;
        let writing = async {
            for (step, secrets) in work.steps.iter().zip(secrets) {
                match step {
                    Step::Put(item) => self.put(tx, id, item, secrets, work.by).await?,
                    Step::Remove { kind, name, body } => self.take_away(tx, id, (kind, name), body, work.by).await?,
                }
            }
            ledger::note(tx).await.map_err(|err| unwritten(err.into()))
        };
        ledger::as_part_of(id, work.by.clone(), writing).await?;
        if let Some(said) = work.said {
            ledger::say_applied(tx, work.subject, said).await.map_err(|err| unwritten(err.into()))?;
        }
        let verb = match work.what {
            What::Edit => "settle",
            What::Apply => "apply",
            What::Rollback => "rollback",
        };
        let action = format!("{OWN} {verb} {} (change {id}, {} steps)", work.subject, work.steps.len());
        let record = audit::Record { actor: work.by.who.clone(), action, request_id: format!("change-{id}") };
        audit::append(tx, &record).await.map_err(|err| unwritten(err.into()))?;
        Ok(id)
    }

    async fn put(&self, tx: &mut Tx, change: i64, item: &Item, secrets: BTreeMap<String, SecretString>, by: &By) -> Result<()> {
        let (name, body) = (&item.name, &item.body);
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        match item.kind.as_str() {
            CONNECTION => {
                let Some(vault) = &self.vault else { return Err(no_vault()) };
                let mut settings = body.clone();
                settings.retain(|key, _| key != "kind" && !key.starts_with('$'));
                let change = Change { name: name.clone(), kind: text("kind").into(), settings, secrets, who: by.who.clone() };
                vault.save_in(tx, &change).await.map(|_| ()).map_err(unwritten)
            }
            HOOK => {
                let secret = match item.secrets.get("secret") {
                    Some(Secret::New(secret)) => KeptSecret::New(secret.expose_secret().to_owned().into()),
                    Some(Secret::Of(version)) => KeptSecret::Of(*version),
                    Some(Secret::Kept(_)) | None => KeptSecret::Same,
                };
                if self.vault.is_none() && !matches!(secret, KeptSecret::Same) {
                    return Err(no_vault());
                }
                let networks = body.get("allow").and_then(Value::as_array).into_iter().flatten();
                let allow: Vec<IpNet> = networks.filter_map(|it| config::network(it.as_str()?)).collect();
                let told = Told {
                    name: name.clone(),
                    kind: text("kind").into(),
                    allow,
                    template: Some(text("template").to_owned()).filter(|it| !it.is_empty()),
                    rate: body.get("rate").and_then(|it| u32::try_from(it.as_u64()?).ok()),
                    disabled: body.get("disabled") == Some(&Value::Bool(true)),
                    secret,
                };
                self.hooks.put_in(tx, told, &by.who).await.map_err(unwritten)
            }
            SUBSCRIPTION => {
                let wish = wish(body)?;
                self.subscriptions.put_in(tx, &wish, text("fallback"), &by.who).await.map_err(unwritten)
            }
            TEAM => self.people.put_team_in(tx, &team(name, body), &by.who).await.map_err(unwritten),
            sort @ (DEFAULT | ALIAS) => {
                let (scope, word, value) = shorthand(sort, body);
                self.shorthand.put_in(tx, sort, &scope, word, Some(value)).await.map_err(unwritten)
            }
            kind => self.resources.put_as(tx, change, (kind, name), body, by).await.map(|_| ()),
        }
    }

    async fn take_away(&self, tx: &mut Tx, change: i64, what: (&str, &str), body: &Map<String, Value>, by: &By) -> Result<()> {
        let (kind, name) = what;
        match kind {
            CONNECTION => {
                let Some(vault) = &self.vault else { return Err(no_vault()) };
                vault.remove_in(tx, name, &by.who).await.map(|_| ()).map_err(unwritten)
            }
            HOOK => self.hooks.remove_in(tx, name).await.map_err(unwritten),
            SUBSCRIPTION => {
                let wish = wish(body)?;
                self.subscriptions.remove_in(tx, &wish.from, &wish.filter, &wish.to).await.map_err(unwritten)
            }
            TEAM => self.people.remove_team_in(tx, name).await.map_err(unwritten),
            DEFAULT | ALIAS => {
                let (scope, word, _) = shorthand(kind, body);
                self.shorthand.put_in(tx, kind, &scope, word, None).await.map_err(unwritten)
            }
            kind => self.resources.remove_as(tx, change, kind, name, by).await,
        }
    }
}

/// What a connection's system says against it.
async fn asked(live: &Live) -> Option<String> {
    let checks = match tokio::time::timeout(PATIENCE, live.connected.health()).await {
        Ok(checks) => checks,
        Err(_) => return Some(format!("{} did not answer within {} s.", live.title(), PATIENCE.as_secs())),
    };
    let failed: Vec<String> = checks
        .iter()
        .filter(|it| it.state == State::Failed)
        .map(|it| format!("{}: {}. {}", it.name, it.detail.trim_end_matches('.'), it.fix.as_deref().unwrap_or_default()))
        .collect();
    (!failed.is_empty()).then(|| format!("{} did not accept `{}`. {}", live.kind.title, live.name, failed.join(" ")))
}

/// What the connector reads.
fn settings(body: &Map<String, Value>) -> Map<String, Value> {
    let is_its = |key: &str| key != "kind" && !KEYS.contains(&key) && !key.starts_with('$');
    body.iter().filter(|(key, _)| is_its(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn own_keys(body: &Map<String, Value>) -> (Vec<String>, Option<u32>) {
    let needs = body.get("needs").and_then(|it| serde_json::from_value(it.clone()).ok()).unwrap_or_default();
    (needs, body.get("rate").and_then(|it| u32::try_from(it.as_u64()?).ok()))
}

/// A subscription's body as somebody would have asked for it.
fn wish(body: &Map<String, Value>) -> Result<Wish> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let bad = |what: String| Error::new(ErrorKind::Validation, what);
    let mut to = Destination::parse(text("to")).map_err(bad)?;
    if let Some(workspace) = body.get("$workspace").and_then(Value::as_str) {
        to.workspace = workspace.to_owned();
    }
    let zone = match text("timezone") {
        "" => jiff::tz::TimeZone::system(),
        name => jiff::tz::TimeZone::get(name).map_err(|_| bad(format!("`{name}` is no time zone here.")))?,
    };
    let (mode, when) = config::manner(text("mode"), &zone).map_err(bad)?;
    let every = config::interval(text("every")).map_or_else(config::Rhythm::default, config::Rhythm::Every);
    Ok(Wish {
        from: text("from").into(),
        filter: Filter::parse(text("filter"))?,
        mine: body.get("$mine").and_then(Value::as_str).and_then(|it| Filter::parse(it).ok()),
        to,
        mode,
        broadcast: body.get("broadcast").and_then(config::Broadcast::written).unwrap_or_default(),
        rhythm: when.unwrap_or(every),
        replaces: None,
    })
}

fn team(name: &str, body: &Map<String, Value>) -> Team {
    let ids = |key: &str| -> Vec<PersonId> {
        let all = body.get(key).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|it| PersonId::parse(it.as_str()?)).collect()
    };
    let label = |id: &PersonId| {
        let known = body.get(LABELS).and_then(|it| it.get(id.to_string())).and_then(Value::as_str);
        known.map_or_else(|| id.id.clone(), str::to_owned)
    };
    let members = ids("members").into_iter().map(|person| Member { label: label(&person), person }).collect();
    let groups = ids("groups").into_iter().map(|group| Bound {
        team: name.to_owned(),
        label: label(&group),
        platform: group.platform,
        workspace: group.workspace,
        id: group.id,
        pushed: None,
        found: None,
    });
    Team { name: name.to_owned(), members, groups: groups.collect() }
}

/// Whose it is, which word, and what it stands for.
fn shorthand<'a>(sort: &str, body: &'a Map<String, Value>) -> (String, &'a str, &'a str) {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let scope = match text("person") {
        Some(person) => format!("person:{person}"),
        None => format!("channel:{}", text("channel").unwrap_or_default()),
    };
    let (word, value) = if sort == DEFAULT { (text("field"), text("value")) } else { (text("word"), text("command")) };
    (scope, word.unwrap_or_default(), value.unwrap_or_default())
}

fn no_vault() -> Error {
    Error::new(
        ErrorKind::BadConfig,
        "Secrets cannot be kept yet: whoever runs Bellhop must set `key` in the [secrets] section (`bellhop keys new` prints one).",
    )
}

fn unopened(err: anyhow::Error) -> Error {
    Error::new(ErrorKind::BadConfig, format!("{err:#}"))
}

fn unwritten(err: anyhow::Error) -> Error {
    tracing::error!("What is set up cannot be written: {err:#}");
    Error::internal(format!("Nothing was written: {err:#}"))
}

/// Of [`SEALED`]: the secrets that a version had.
pub(super) fn sealed_of(body: &Map<String, Value>, keys: impl IntoIterator<Item = String>) -> BTreeMap<String, Secret> {
    let Some(version) = body.get(SEALED).and_then(Value::as_i64) else { return BTreeMap::new() };
    keys.into_iter().map(|key| (key, Secret::Of(version))).collect()
}
