//! What is set up now, whichever door it came in by.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{Item, is_kept, rank};
use crate::{
    app::App,
    connections::Origin,
    resources::{
        By,
        ledger::{self, Applied, CONNECTION, HOOK, SEALED},
    },
};

/// Something that is set up.
#[derive(Clone)]
pub struct Live {
    pub kind: String,
    pub name: String,
    pub body: Map<String, Value>,
    /// 0 of what stands in the file that is served.
    pub version: i64,
    pub stands: Stands,
    /// What a file said of it last, where one did.
    pub applied: Option<Applied>,
}

/// Where something stands, and so where it is changed.
#[derive(Clone)]
pub enum Stands {
    /// In the file that is served, with what it says of it.
    Served(Box<Item>),
    Kept {
        by: By,
        at: Timestamp,
    },
}

/// Everything at one moment.
pub struct Now {
    pub all: Vec<Live>,
    /// Changes with every change.
    pub generation: i64,
    pub applied: Vec<Applied>,
    /// Connections that the chats of the served file are besides, by name and kind.
    pub implied: Vec<(String, String)>,
}

impl Now {
    pub fn find(&self, kind: &str, name: &str) -> Option<&Live> {
        self.all.iter().find(|it| it.kind == kind && it.name.eq_ignore_ascii_case(name))
    }
}

impl App {
    /// Everything that is set up now, in the order in which it is written.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn set_up(&self) -> anyhow::Result<Now> {
        // What an older version of the program left gets its first version here.
        let mut tx = self.store.begin().await?;
        ledger::note(&mut tx).await?;
        let generation = ledger::generation(&mut tx).await?;
        tx.commit().await?;
        let applied = ledger::applied(&self.store).await?;
        let said: BTreeMap<(&str, String), &Applied> =
            applied.iter().map(|it| ((it.kind.as_str(), it.name.to_lowercase()), it)).collect();
        let mut all: Vec<Live> = Vec::new();
        for item in self.served.iter().filter(|it| !is_kept(&it.kind)) {
            all.push(Live {
                kind: item.kind.clone(),
                name: item.name.clone(),
                body: item.body.clone(),
                version: 0,
                stands: Stands::Served(Box::new(item.clone())),
                applied: None,
            });
        }
        for (_, kept) in ledger::newest(&self.store).await? {
            let Some(body) = kept.body else { continue };
            if all.iter().any(|it| it.kind == kept.kind && it.name.eq_ignore_ascii_case(&kept.name)) {
                continue;
            }
            let applied = said.get(&(kept.kind.as_str(), kept.name.to_lowercase())).map(|it| (*it).clone());
            let stands = Stands::Kept { by: kept.by, at: kept.at };
            all.push(Live { kind: kept.kind, name: kept.name, body, version: kept.version, stands, applied });
        }
        all.sort_by(|a, b| (rank(&a.kind), &a.name).cmp(&(rank(&b.kind), &b.name)));
        let implied = self.connections.all().into_iter().filter(|it| it.origin == Origin::File);
        let implied = implied.map(|it| (it.name.clone(), it.kind.name.to_owned()));
        let implied = implied.filter(|(name, _)| !all.iter().any(|it| it.kind == CONNECTION && it.name == *name)).collect();
        Ok(Now { all, generation, applied, implied })
    }

    /// The secrets that something has, by key. Not for eyes.
    ///
    /// # Errors
    /// They cannot be opened.
    pub async fn secrets_of(&self, live: &Live) -> anyhow::Result<BTreeMap<String, SecretString>> {
        if let Stands::Served(item) = &live.stands {
            let known = item.secrets.iter().filter_map(|(key, it)| match it {
                super::Secret::New(secret) => Some((key.clone(), secret.clone())),
                _ => None,
            });
            return Ok(known.collect());
        }
        let version = live.body.get(SEALED).and_then(Value::as_i64);
        self.sealed(&live.kind, &live.name, version).await
    }

    /// Those that the vault keeps as that version.
    ///
    /// # Errors
    /// They cannot be opened.
    pub async fn sealed(&self, kind: &str, name: &str, version: Option<i64>) -> anyhow::Result<BTreeMap<String, SecretString>> {
        let (Some(vault), Some(version)) = (&self.vault, version) else { return Ok(BTreeMap::new()) };
        Ok(match kind {
            CONNECTION => vault.load_version(name, version).await?.map(|it| it.secrets).unwrap_or_default(),
            HOOK => {
                let found = vault.load_version(&format!("{HOOK}:{name}"), version).await?;
                let secret = found.and_then(|it| it.secrets.get(HOOK).cloned());
                secret.map(|it| ("secret".to_owned(), it)).into_iter().collect()
            }
            _ => BTreeMap::new(),
        })
    }
}

/// Whether both are the same, in a time that does not depend on what they are.
pub fn is_same_secret(one: &SecretString, other: &SecretString) -> bool {
    subtle::ConstantTimeEq::ct_eq(one.expose_secret().as_bytes(), other.expose_secret().as_bytes()).into()
}
