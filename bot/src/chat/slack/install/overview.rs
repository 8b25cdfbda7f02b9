//! All workspaces at once: how each does, who administers them, and the list for people.

use std::sync::Arc;

use commands::{Error, ErrorKind, Result};
use connectors::Check;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    super::{Slack, manifest, workspace::Workspace},
    Install, Installing, UNINSTALLED,
    credential::unreadable,
    record::Sort,
};
use crate::chat::{Ending, InstalledWorkspace, Target};

/// Workspaces that are asked at the same time.
const AT_ONCE: usize = 8;
/// Workspaces of an organization whose administrators are told: the first that the app was let into.
const OF_AN_ORGANIZATION: usize = 10;

impl Installing {
    /// The workspaces in which the administrators of an install can be written to. An organization has no channels of its own: its
    /// people are those of the workspaces that it let the app into, without an install of their own.
    async fn people_of(&self, install: &Install, all: &[Install]) -> Result<Vec<Arc<Workspace>>> {
        if install.sort == Sort::Workspace {
            return Ok(self.reaching(&install.id).await?.into_iter().collect());
        }
        let is_its_own = |id: &str| all.iter().any(|it| it.id == id && it.gone.is_none());
        let mut found = Vec::new();
        for team in
            self.opened(&install.id, install)?.let_into(1).await?.iter().filter(|it| !is_its_own(it)).take(OF_AN_ORGANIZATION)
        {
            found.push(self.opened(team, install)?);
        }
        Ok(found)
    }
}

impl Slack {
    /// The configuration's workspace, then all installs by name, each check with its workspace's name in front.
    pub(in crate::chat::slack) async fn checks_of_all(&self) -> Vec<Check> {
        let mut checks = match &self.home {
            Some(home) => home.checks(&self.clock).await,
            None => Vec::new(),
        };
        let Some(installing) = &self.installing else { return checks };
        let installs = match installing.list().await {
            Ok(installs) => installs,
            Err(err) => {
                checks.push(Check::failed("installs", err.message, "Look at the database: its server or disk, and `store.url`."));
                return checks;
            }
        };
        if installs.is_empty() && self.home.is_none() {
            let fix = format!("Open {} in a browser.", installing.way_back());
            checks.push(Check::warning("installs", "the app is not installed in any workspace yet", fix));
        }
        if installing.allowed.is_none() {
            let fix = "Name the workspaces' ids in `slack.workspaces`, unless all that Slack lets install the app are welcome.";
            checks.push(Check::warning("who may install", "every workspace that reaches /slack/install", fix));
        }
        let each: Vec<Vec<Check>> =
            stream::iter(installs).map(|install| self.checks_of(installing, install)).buffered(AT_ONCE).collect().await;
        checks.extend(each.into_iter().flatten());
        checks
    }

    async fn checks_of(&self, installing: &Installing, install: Install) -> Vec<Check> {
        let named = |mut check: Check| {
            check.name = format!("{} ({}): {}", install.name, install.id, check.name);
            check
        };
        let again = format!("Install it again at {}", installing.way_back());
        if let Some(gone) = &install.gone {
            let detail = format!("not installed since {}: {}", written(gone.at), gone.why);
            let fix = format!("{again}, or forget it: `/bellhop workspaces forget {}`.", install.id);
            return vec![named(Check::warning("install", detail, fix))];
        }
        let mut checks = match installing.reaching(&install.id).await {
            Ok(Some(workspace)) => workspace.checks(&self.clock).await,
            Ok(None) => Vec::new(),
            Err(err) => vec![Check::failed("credentials", err.message, format!("{again}."))],
        };
        // Slack lists what a token allows only with its answers; what was granted stands in the row too.
        if !checks.iter().any(|it| it.name.starts_with("scope")) {
            let missing: Vec<&str> =
                manifest::SCOPES.iter().map(|it| it.name).filter(|it| !install.scopes.iter().any(|has| has == it)).collect();
            checks.push(match missing.is_empty() {
                true => Check::ok("scopes", format!("all {} are granted", manifest::SCOPES.len())),
                false => Check::warning("scopes", format!("missing: {}", missing.join(", ")), format!("{again}.")),
            });
        }
        // Its token may have been renewed by the questions above.
        let now = installing.installs.load(&install.id).await.ok().flatten().unwrap_or_else(|| install.clone());
        checks.extend(token_check(&now, &again));
        checks.into_iter().map(named).collect()
    }

    /// Those of the configuration's workspace and of all installs.
    pub(in crate::chat::slack) async fn administrators_of_all(&self) -> Result<Vec<Target>> {
        let mut workspaces: Vec<_> = self.home.iter().cloned().collect();
        let mut failed: Option<Error> = None;
        if let Some(installing) = &self.installing {
            let installs = installing.list().await?;
            for install in installs.iter().filter(|it| it.gone.is_none()) {
                match installing.people_of(install, &installs).await {
                    Ok(found) => workspaces.extend(found),
                    Err(err) => failed = Some(err),
                }
            }
        }
        let asked = stream::iter(workspaces).map(|it| async move { it.find_administrators().await }).buffered(AT_ONCE);
        let asked: Vec<Result<Vec<Target>>> = asked.collect().await;
        let mut found = Vec::new();
        for answer in asked {
            match answer {
                Ok(them) => found.extend(them),
                Err(err) => failed = Some(err),
            }
        }
        match failed {
            // Somebody can be told: who cannot be found now is not waited for.
            Some(err) if found.is_empty() => Err(err),
            Some(err) => {
                tracing::warn!("The administrators of a Slack workspace cannot be found: {err}");
                Ok(found)
            }
            None => Ok(found),
        }
    }

    /// The configuration's token is one, and each install has its own.
    pub(in crate::chat::slack) async fn credentials_of(&self, workspace: &str) -> String {
        let Some(installing) = &self.installing else { return String::new() };
        match (&self.home, installing.reaching(workspace).await) {
            // A workspace that nobody installed the app in is the configuration's, or nobody's.
            (Some(_), Ok(None)) => String::new(),
            (Some(_), _) if workspace.is_empty() => String::new(),
            // Of an organization's token all its workspaces have a share.
            (_, Ok(Some(found))) => found.by.clone(),
            _ => workspace.to_owned(),
        }
    }

    /// Installs whose tokens Slack renews no more, and those that this ended today: whoever uninstalls the app knows it.
    pub(in crate::chat::slack) async fn ending_installs(&self) -> Result<Vec<Ending>> {
        let Some(installing) = &self.installing else { return Ok(Vec::new()) };
        let now = installing.installs.now();
        let is_today = |at: Timestamp| now.duration_since(at) < SignedDuration::from_hours(24);
        let told = |install: &Install| {
            let (at, why) = match (&install.gone, &install.refused, install.lifetime) {
                (Some(gone), ..) if is_today(gone.at) && gone.why != UNINSTALLED => (gone.at, &gone.why),
                (None, Some(why), Some(lifetime)) => (lifetime.expires, why),
                _ => return None,
            };
            let of = format!("the Slack workspace {} ({})", install.name, install.id);
            let verb = if at > now { "end" } else { "ended" };
            let reason = format!(
                "Bellhop's credentials for {of} {verb} on {}: {why}. Install it again at {}; then what was kept can be tried again.",
                written(at),
                installing.way_back()
            );
            Some(Ending { of, at, reason })
        };
        Ok(installing.list().await?.iter().filter_map(told).collect())
    }

    /// What `/bellhop workspaces` shows.
    pub(in crate::chat::slack) async fn list_workspaces(&self) -> Result<Vec<InstalledWorkspace>> {
        let mut all = Vec::new();
        if let Some(home) = &self.home {
            // A token that does not work is a row of the list, not the end of it.
            let id = home.team().await.unwrap_or_default();
            let state =
                if id.is_empty() { "its token cannot be asked; see `bellhop health`" } else { "token of the configuration file" };
            all.push(InstalledWorkspace { id, name: "(configured)".into(), installed: None, state: state.into(), gone: false });
        }
        let Some(installing) = &self.installing else { return Ok(all) };
        all.extend(installing.list().await?.into_iter().map(|it| InstalledWorkspace {
            installed: Some((it.who.clone(), it.at)),
            state: state(&it),
            gone: it.gone.is_some(),
            id: it.id,
            name: it.name,
        }));
        Ok(all)
    }

    /// # Errors
    /// When there is no such install, or it is not gone.
    pub(in crate::chat::slack) async fn forget_install(&self, id: &str) -> Result<()> {
        let none = || {
            Error::new(
                ErrorKind::NotFound,
                format!("No Slack workspace that is gone has the id `{id}`. `bellhop workspaces` lists them."),
            )
        };
        let installing = self.installing.as_ref().ok_or_else(none)?;
        if !installing.installs.forget(id).await.map_err(unreadable)? {
            return Err(none());
        }
        installing.forget(id).await;
        Ok(())
    }
}

fn token_check(install: &Install, again: &str) -> Option<Check> {
    let lifetime = install.lifetime?;
    Some(match &install.refused {
        Some(why) => Check::failed(
            "token",
            format!("works until {}, and then no more: {why}", written(lifetime.expires)),
            format!("{again}."),
        ),
        None => Check::ok("token", format!("renewed by itself, next after {}", written(lifetime.renew_at))),
    })
}

fn state(install: &Install) -> String {
    let sort = match install.sort {
        Sort::Workspace => "",
        Sort::Organization => "the whole organization; ",
    };
    match (&install.gone, &install.refused, install.lifetime) {
        (Some(gone), ..) => format!("{sort}gone since {}: {}", written(gone.at), gone.why),
        (None, Some(why), Some(lifetime)) => format!("{sort}ends at {}: {why}", written(lifetime.expires)),
        (None, _, Some(lifetime)) => format!("{sort}token renewed after {}", written(lifetime.renew_at)),
        (None, _, None) => format!("{sort}token does not expire"),
    }
}

fn written(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}
