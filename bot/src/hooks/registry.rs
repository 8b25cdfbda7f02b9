//! Which hooks there are: those of the configuration file, and those that administrators made in chat.
//!
//! A secret is sealed in the vault as that of a connection `hook:{name}`, so that a change of the master key takes it along. After
//! a rotation the one before is taken as well for a day.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use commands::param::Secret;
use connectors::{HookMade, SecretFrom};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::{
    door::Doors,
    renewal,
    store::{HookRow, Settings},
};
use crate::{
    config,
    connections::store::{Change, HOOK, Vault},
    queue::Queue,
    resources::{ledger, unread::LeftOut},
    store::{Store, Tx},
};

/// How soon another process hears of a change.
const SOON: Duration = Duration::from_secs(5);
/// How long the secret before a rotation is taken.
pub const BOTH: SignedDuration = SignedDuration::from_hours(24);

/// A hook. Not for logs: it has no Debug.
#[derive(Clone)]
pub struct Hook {
    pub name: String,
    pub kind: String,
    /// None until somebody brings the vendor's.
    pub secret: Option<Secret>,
    /// The one before it, and until when it is taken.
    pub previous: Option<(Secret, Timestamp)>,
    /// All, when empty.
    pub allow: Vec<IpNet>,
    pub template: Option<String>,
    pub rate: Option<u32>,
    pub disabled: bool,
    /// None: it stands in the file.
    pub made: Option<Made>,
}

/// Who made a hook in chat.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub who: String,
    pub at: Timestamp,
    pub vendor: Option<AtVendor>,
}

/// A hook that was set up at the vendor by its API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtVendor {
    pub connection: String,
    pub hook: HookMade,
    /// When; not known of those that a version before set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Timestamp>,
    /// When the vendor ends it by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
}

/// A hook to be made.
pub struct Wanted {
    pub name: String,
    pub kind: String,
    pub secret: Option<Secret>,
    pub allow: Vec<IpNet>,
    pub who: String,
}

/// A hook as a file says it.
pub struct Told {
    pub name: String,
    pub kind: String,
    pub allow: Vec<IpNet>,
    pub template: Option<String>,
    pub rate: Option<u32>,
    pub disabled: bool,
    pub secret: KeptSecret,
}

/// Which secret a hook gets.
pub enum KeptSecret {
    /// The one it has.
    Same,
    New(Secret),
    /// That of a version in the vault.
    Of(i64),
}

impl Hook {
    fn of(configured: config::Hook) -> Hook {
        let config::Hook { name, kind, secret, allow, template, rate, disabled } = configured;
        let secret = Some(secret).filter(|it| !it.expose().is_empty());
        let allow = allow.iter().filter_map(|it| config::network(it)).collect();
        Hook { name, kind, secret, previous: None, allow, template, rate, disabled, made: None }
    }

    /// What may verify a delivery now, each with what it is called.
    pub(super) fn secrets(&self, now: Timestamp) -> impl Iterator<Item = (&Secret, &'static str)> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        let current = self.secret.as_ref().map(|it| (it, "its secret"));
        current.into_iter().chain(previous.map(|(it, _)| (it, "the secret before the last rotation")))
    }

    /// Who makes up its secret.
    pub fn secret_from(&self) -> SecretFrom {
        connectors::webhook(&self.kind).map_or(SecretFrom::Us, |(_, it)| it.secret)
    }
}

/// A secret as good as they get: 32 random bytes in base64url.
pub fn new_secret() -> Secret {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *bytes);
    BASE64_URL_SAFE_NO_PAD.encode(*bytes).into()
}

/// All hooks, as far as this process knows.
pub struct Hooks {
    store: Store,
    vault: Option<Vault>,
    configured: Vec<Arc<Hook>>,
    made: RwLock<Vec<Arc<Hook>>>,
    left_out: LeftOut,
    pub(super) doors: Doors,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(super) trusted: Vec<IpNet>,
}

impl Hooks {
    pub fn new(store: Store, vault: Option<Vault>, configured: Vec<config::Hook>, trusted_proxies: &[String]) -> Hooks {
        let configured = configured.into_iter().map(|it| Arc::new(Hook::of(it))).collect();
        let trusted = trusted_proxies.iter().filter_map(|it| config::network(it)).collect();
        Hooks {
            store,
            vault,
            configured,
            made: RwLock::default(),
            left_out: LeftOut::default(),
            doors: Doors::default(),
            trusted,
        }
    }

    /// The file's first.
    pub fn all(&self) -> Vec<Arc<Hook>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        self.configured.iter().chain(made.iter().filter(|it| !self.is_configured(&it.name))).cloned().collect()
    }

    /// The same, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Arc<Hook>> {
        self.all().into_iter()
    }

    pub fn find(&self, name: &str) -> Option<Arc<Hook>> {
        if let Some(found) = self.configured.iter().find(|it| it.name == name) {
            return Some(found.clone());
        }
        self.made.read().unwrap_or_else(PoisonError::into_inner).iter().find(|it| it.name == name).cloned()
    }

    /// Those that were made in chat and cannot be read.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    pub fn is_configured(&self, name: &str) -> bool {
        self.configured.iter().any(|it| it.name == name)
    }

    /// Reads those that were made in chat.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn load(&self) -> anyhow::Result<()> {
        let mut made = Vec::new();
        let (rows, left_out) = HookRow::all(&self.store).await?;
        self.left_out.replace(left_out);
        for row in rows {
            let secret = self.unseal(&row.name, row.secret).await;
            let previous = self.unseal(&row.name, row.previous).await.zip(row.previous_until);
            let HookRow { name, kind, settings: Settings { allow, template, rate, disabled }, vendor, who, at, .. } = row;
            let made_by = Made { who, at, vendor };
            made.push(Arc::new(Hook { name, kind, secret, previous, allow, template, rate, disabled, made: Some(made_by) }));
        }
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = made;
        Ok(())
    }

    /// What cannot be opened verifies nothing: the hook refuses until somebody rotates it.
    async fn unseal(&self, name: &str, version: Option<i64>) -> Option<Secret> {
        let (vault, version) = (self.vault.as_ref()?, version?);
        match vault.load_version(&sealed_as(name), version).await {
            Ok(found) => found?.secrets.get(HOOK).map(|it| it.expose_secret().to_owned().into()),
            Err(err) => {
                tracing::error!(hook = name, "A hook's secret cannot be opened, so it refuses everything: {err:#}");
                None
            }
        }
    }

    /// Keeps up with what other processes change, and writes down what was counted here.
    pub async fn follow(&self) {
        let mut looks = tokio::time::interval(SOON);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(err) = self.load().await {
                tracing::warn!("Hooks cannot be read; those that were known go on: {err:#}");
            }
            let counted = self.doors.take_counted();
            if !counted.is_empty()
                && let Err(err) = self.store.count_refused(&counted).await
            {
                tracing::warn!("Refused deliveries cannot be counted yet: {err:#}");
                self.doors.put_back(counted);
            }
        }
    }

    /// Makes a hook; false when one has that name.
    ///
    /// # Errors
    /// The store cannot be written to; there is no key to seal its secret with.
    pub async fn make(&self, wanted: Wanted) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        if self.is_configured(&wanted.name) || HookRow::find(&mut tx, &wanted.name).await?.is_some() {
            tx.rollback().await?;
            return Ok(false);
        }
        let secret = match &wanted.secret {
            Some(secret) => Some(self.seal(&mut tx, &wanted.name, secret, &wanted.who).await?),
            None => None,
        };
        let row = HookRow {
            name: wanted.name,
            kind: wanted.kind,
            settings: Settings { allow: wanted.allow, ..Settings::default() },
            secret,
            previous: None,
            previous_until: None,
            vendor: None,
            who: wanted.who,
            at: tx.now(),
        };
        row.write(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.load().await?;
        Ok(true)
    }

    /// Gives it another secret; the one before is taken as well for [`BOTH`].
    ///
    /// # Errors
    /// As [`Hooks::make`].
    pub async fn renew(&self, name: &str, secret: &Secret, who: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(mut row) = HookRow::find(&mut tx, name).await? else {
            tx.rollback().await?;
            return Ok(false);
        };
        let new = self.seal(&mut tx, name, secret, who).await?;
        if let (Some(vault), Some(oldest)) = (&self.vault, row.previous) {
            vault.forget(&mut tx, &sealed_as(name), oldest).await?;
        }
        row.previous = row.secret;
        row.previous_until = row.secret.and_then(|_| tx.now().checked_add(BOTH).ok());
        row.secret = Some(new);
        row.write(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.load().await?;
        Ok(true)
    }

    /// Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn disable(&self, name: &str) -> anyhow::Result<bool> {
        self.change(name, |row| row.settings.disabled = true).await
    }

    /// Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn enable(&self, name: &str) -> anyhow::Result<bool> {
        self.change(name, |row| row.settings.disabled = false).await
    }

    /// Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn set_template(&self, name: &str, template: &str) -> anyhow::Result<bool> {
        self.change(name, |row| row.settings.template = Some(template.to_owned())).await
    }

    /// Notes how it was set up at the vendor. Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn set_vendor(&self, name: &str, vendor: AtVendor) -> anyhow::Result<bool> {
        if vendor.ends.is_some() {
            let mut tx = self.store.begin().await?;
            Queue::repeat(&mut tx, &renewal::repeating()).await?;
            tx.commit().await?;
        }
        self.change(name, |row| row.vendor = Some(vendor)).await
    }

    async fn change(&self, name: &str, change: impl FnOnce(&mut HookRow)) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(mut row) = HookRow::find(&mut tx, name).await? else {
            tx.rollback().await?;
            return Ok(false);
        };
        change(&mut row);
        row.write(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.load().await?;
        Ok(true)
    }

    /// Removes it and forgets its secrets. Whether it was there.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn delete(&self, name: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        if !HookRow::delete(&mut tx, name).await? {
            tx.rollback().await?;
            return Ok(false);
        }
        if let Some(vault) = &self.vault {
            vault.forget(&mut tx, &sealed_as(name), i64::MAX).await?;
        }
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.load().await?;
        Ok(true)
    }

    /// Writes it as a file or an earlier version says it, in a transaction of one's own. Call [`Hooks::load`] after the commit.
    ///
    /// # Errors
    /// As [`Hooks::make`]; there is no such secret any more.
    pub async fn put_in(&self, tx: &mut Tx, told: Told, who: &str) -> anyhow::Result<()> {
        let before = HookRow::find(tx, &told.name).await?;
        let (kept, previous, previous_until) =
            before.as_ref().map_or((None, None, None), |it| (it.secret, it.previous, it.previous_until));
        let secret = match told.secret {
            KeptSecret::Same => kept,
            KeptSecret::New(secret) => Some(self.seal(tx, &told.name, &secret, who).await?),
            KeptSecret::Of(version) => {
                let Some(vault) = &self.vault else {
                    anyhow::bail!("there is no `key` in [secrets] to open a hook's secret with")
                };
                let sealed = vault.load_version(&sealed_as(&told.name), version).await?;
                let Some(secret) =
                    sealed.and_then(|it| it.secrets.get(HOOK).map(|it| Secret::from(it.expose_secret().to_owned())))
                else {
                    anyhow::bail!("the secret that the hook `{}` had then is forgotten: rotate it instead", told.name)
                };
                Some(self.seal(tx, &told.name, &secret, who).await?)
            }
        };
        // What the sender still signs with is taken for a day, as after a rotation.
        let is_other = kept.is_some() && secret != kept;
        let (previous, previous_until) = match is_other {
            true => (kept, tx.now().checked_add(BOTH).ok()),
            false => (previous, previous_until),
        };
        let row = HookRow {
            name: told.name,
            kind: told.kind,
            settings: Settings { allow: told.allow, template: told.template, rate: told.rate, disabled: told.disabled },
            secret,
            previous,
            previous_until,
            vendor: before.as_ref().and_then(|it| it.vendor.clone()),
            who: before.as_ref().map_or_else(|| who.to_owned(), |it| it.who.clone()),
            at: before.as_ref().map_or_else(|| tx.now(), |it| it.at),
        };
        row.write(tx).await
    }

    /// Removes it and forgets its secrets, in a transaction of one's own.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn remove_in(&self, tx: &mut Tx, name: &str) -> anyhow::Result<()> {
        HookRow::delete(tx, name).await?;
        if let Some(vault) = &self.vault {
            vault.forget(tx, &sealed_as(name), i64::MAX).await?;
        }
        Ok(())
    }

    async fn seal(&self, tx: &mut Tx, name: &str, secret: &Secret, who: &str) -> anyhow::Result<i64> {
        let Some(vault) = &self.vault else { anyhow::bail!("there is no `key` in [secrets] to seal a hook's secret with") };
        let change = Change {
            name: sealed_as(name),
            kind: HOOK.into(),
            settings: serde_json::Map::new(),
            secrets: [(HOOK.to_owned(), secret.expose().to_owned().into())].into(),
            who: who.to_owned(),
        };
        vault.save_in(tx, &change).await
    }
}

/// What a hook's secret is called in the vault: no connection's name holds a colon.
fn sealed_as(name: &str) -> String {
    format!("{HOOK}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connections::MasterKey, store::testing::on_each};

    fn wanted(name: &str, secret: Option<Secret>) -> Wanted {
        let allow = vec!["10.0.0.0/8".parse().expect("a network")];
        Wanted { name: name.into(), kind: "github".into(), secret, allow, who: "slack:T1:U1".into() }
    }

    #[tokio::test]
    async fn a_rotated_hook_takes_both_secrets_for_a_day() {
        on_each(|bench| async move {
            let key = MasterKey::parse(MasterKey::generate().expose_secret()).expect("a key");
            let vault = Vault::open(&bench.store, key).await.expect("a vault");
            let hooks = || Hooks::new(bench.store.clone(), Some(vault.clone()), Vec::new(), &[]);
            let (one, other) = (hooks(), hooks());
            let (first, second) = (new_secret(), new_secret());
            assert!(first.expose().len() == 43 && first.expose() != second.expose());
            assert!(one.make(wanted("ci", Some(first.clone()))).await.expect("made"));
            assert!(!one.make(wanted("ci", None)).await.expect("asked"), "the name is taken");
            assert!(one.renew("ci", &second, "slack:T1:U2").await.expect("renewed"));
            assert!(!one.renew("other", &second, "slack:T1:U2").await.expect("asked"));

            // Another process hears of it.
            assert!(other.find("ci").is_none());
            other.load().await.expect("read");
            let hook = other.find("ci").expect("the hook");
            let taken = |now: Timestamp| hook.secrets(now).map(|(it, how)| (it.expose().to_owned(), how)).collect::<Vec<_>>();
            let now = bench.store.now();
            let (new, old) = ((second.expose().to_owned(), "its secret"), "the secret before the last rotation");
            assert_eq!(taken(now), [new.clone(), (first.expose().to_owned(), old)]);
            assert_eq!(taken(now + BOTH), [new]);
            assert_eq!(hook.allow.len(), 1);
            assert!(vault.list().await.expect("read").is_empty(), "a hook is no connection");

            assert!(other.disable("ci").await.expect("changed") && other.find("ci").expect("it").disabled);
            assert!(other.delete("ci").await.expect("deleted") && other.find("ci").is_none());
            assert!(vault.load("hook:ci").await.expect("read").is_none_or(|it| it.secrets.is_empty()), "it is forgotten");
        })
        .await;
    }

    #[tokio::test]
    async fn without_a_secret_nothing_is_verified() {
        on_each(|bench| async move {
            let hooks = Hooks::new(bench.store.clone(), None, Vec::new(), &[]);
            assert!(hooks.make(wanted("board", None)).await.expect("made"));
            assert_eq!(hooks.find("board").expect("it").secrets(bench.store.now()).count(), 0);
            hooks.make(wanted("ci", Some(new_secret()))).await.expect_err("there is no vault");
            assert!(hooks.find("ci").is_none());
        })
        .await;
    }
}
