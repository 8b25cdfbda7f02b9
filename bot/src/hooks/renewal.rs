//! Hooks at a vendor that ends them by itself, as Google Drive does its channels after a week.
//!
//! An hourly schedule makes those anew that have less than a quarter of their time left: the new one first, so that nothing is
//! missed, and the old one taken down after it. What cannot be made anew is said to administrators once a day, while there is
//! still time to do it by hand; the next hour tries again.

use std::sync::Arc;

use commands::{BoxFuture, Error, ErrorKind, Result, param::Secret};
use connectors::{HookMade, HookWanted};
use jiff::{SignedDuration, Timestamp};

use super::{Hook, registry::AtVendor};
use crate::{
    app::App,
    connections::Live,
    dispatch::post::note::NoteJob,
    queue::{CatchUp, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Repeating, Timetable, Writes},
    store::unreadable,
};

/// What the schedule is called.
pub const SCHEDULE: &str = "hooks that end";

/// Makes hooks anew before they end: the handler of [`Renew::KIND`].
pub struct Renew {
    pub app: Arc<App>,
}

/// Once an hour, for as long as one of them ends by itself.
pub(super) fn repeating() -> Repeating {
    let timetable = Timetable::parse("17 * * * *", "UTC").expect("a constant timetable is one");
    let job = NewJob {
        kind: Renew::KIND,
        lane: Some("hooks that end".into()),
        priority: Priority::Command,
        payload: Payload::of(&()),
        run_at: None,
        expires: None,
        unique: None,
    };
    Repeating { name: SCHEDULE.into(), timetable, job, catch_up: CatchUp::Latest, who: "bellhop".into() }
}

impl AtVendor {
    /// Whether it is time to make it anew.
    fn is_due(&self, now: Timestamp) -> bool {
        let (Some(made), Some(ends)) = (self.made, self.ends) else { return false };
        let quarter = ends.duration_since(made).checked_div(4).unwrap_or(SignedDuration::ZERO);
        ends.duration_since(now) <= quarter
    }
}

impl App {
    /// Sets a hook up at the vendor, which calls `url` from then on.
    ///
    /// # Errors
    /// Those of the vendor; nothing was noted then.
    pub async fn set_up_hook(&self, name: &str, live: &Live, wanted: HookWanted<'_>) -> Result<HookMade> {
        let made = self.store.now();
        let hook = live.connected.create_hook(wanted).await?;
        let ends = live.kind.hooks_last.and_then(|lasts| made.checked_add(lasts).ok());
        let vendor = AtVendor { connection: live.name.clone(), hook: hook.clone(), made: Some(made), ends };
        let kept = self.hooks.set_vendor(name, vendor).await;
        kept.map(|_| hook)
            .map_err(|err| unreadable(err.context(format!("how the hook `{name}` was set up cannot be written down"))))
    }

    /// The same in place of one that is there: the new one first, so that nothing is missed, though for a moment something may be
    /// told twice. Vendors that keep one hook an address take the new one only when the old one is gone.
    ///
    /// # Errors
    /// Those of the vendor.
    pub async fn replace_hook(&self, name: &str, old: &AtVendor, url: &str, secret: &Secret) -> Result<()> {
        let live = self.connections.get(&old.connection)?;
        let HookMade { of, .. } = &old.hook;
        let wanted = HookWanted { of: of.as_deref(), url, secret };
        match self.set_up_hook(name, &live, wanted).await {
            Ok(new) if !is_part(&new, &old.hook) => return live.connected.remove_hook(&old.hook).await,
            // It was found there as it is, with the old secret.
            Ok(_) => {}
            Err(err) if matches!(err.kind, ErrorKind::Validation | ErrorKind::Conflict) => {}
            Err(err) => return Err(err),
        }
        live.connected.remove_hook(&old.hook).await?;
        self.set_up_hook(name, &live, wanted).await.map(drop)
    }

    async fn renew_hook(&self, hook: &Hook, vendor: &AtVendor) -> Result<()> {
        let base = self.public_url.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::BadConfig, "Nobody outside could reach it: `public_url` in the [server] section is gone.")
        })?;
        let none = Secret::from(String::new());
        let url = format!("{base}/hooks/{}", hook.name);
        self.replace_hook(&hook.name, vendor, &url, hook.secret.as_ref().unwrap_or(&none)).await
    }
}

/// Whether something of the one is something of the other: vendors' ids stand between commas.
fn is_part(new: &HookMade, old: &HookMade) -> bool {
    new.id.split(',').any(|it| old.id.split(',').any(|other| it == other))
}

impl Renew {
    pub const KIND: &'static str = "hook.renew";

    /// What is to be said of those that could not be made anew.
    async fn renew(&self, now: Timestamp) -> Vec<NewJob> {
        let mut notes = Vec::new();
        for hook in self.app.hooks.all() {
            let vendor = hook.made.as_ref().and_then(|it| it.vendor.as_ref());
            let Some(vendor) = vendor.filter(|it| it.is_due(now)) else { continue };
            match self.app.renew_hook(&hook, vendor).await {
                Ok(()) => tracing::info!(hook = %hook.name, "Made a hook anew that was about to end"),
                Err(err) => {
                    tracing::warn!(hook = %hook.name, "A hook that is about to end cannot be made anew: {err}");
                    let ends = vendor.ends.unwrap_or(now);
                    notes.push(NoteJob::hook_ends(&hook.name, ends, &err.message).into_job(now));
                }
            }
        }
        notes
    }
}

impl Handler for Renew {
    fn run<'a>(&'a self, _: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let jobs = self.renew(self.app.store.now()).await;
            Outcome::Done(Writes { jobs, ..Writes::default() })
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // What was made twice tells twice until the old one ends, and a delivery that is told twice is known by its key.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::{Engine, prelude::BASE64_STANDARD};
    use connectors::standin::{Server, Standin};

    use super::{
        super::registry::{Wanted, new_secret},
        *,
    };
    use crate::{
        cli::start,
        config,
        store::testing::{Bench, on_each},
    };

    /// A bot that is connected to this vendor, on this database.
    async fn app(bench: &Bench, kind: &str, standin: &dyn Standin, url: &str) -> Arc<App> {
        let mut connection = standin.connection(url);
        for key in ["name", "kind"] {
            connection.insert(key.into(), kind.into());
        }
        let connection = toml::to_string(&connection).expect("a connection is a table").replace('$', "$$");
        let key = BASE64_STANDARD.encode([7; 32]);
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://bot.example.org\"\n[secrets]\nkey = \"{key}\"\n[[connection]]\n{connection}"
        );
        let config = config::read(&text, &|_| None).unwrap_or_else(|_| panic!("a configuration"));
        start::assemble_on(bench.store.clone(), config).await.expect("a bot").0
    }

    /// The channels that were opened and closed since, in order: `+` and `-`.
    fn channels(server: &Server, since: usize) -> String {
        let word = |path: &str| {
            let path = path.split('?').next().unwrap_or_default();
            if path.ends_with("/changes/watch") { Some('+') } else { path.ends_with("/channels/stop").then_some('-') }
        };
        server.exchanges()[since..].iter().filter_map(|it| word(&it.path)).collect()
    }

    #[tokio::test]
    async fn a_channel_of_a_week_is_made_anew_in_its_last_days_and_then_let_go() {
        on_each(|bench| async move {
            let standin: Arc<dyn Standin> = Arc::from((connectors::find("drive").expect("a connector").standin)());
            let server = Server::start(standin.clone(), 0).await.expect("a free port");
            let app = app(&bench, "drive", standin.as_ref(), &server.url()).await;
            let secret = new_secret();
            let (name, kind, who) = ("drive".to_owned(), "drive".to_owned(), "slack:T1:CHLOE".to_owned());
            let kept = Secret::from(secret.expose().to_owned());
            assert!(app.hooks.make(Wanted { name, kind, secret: Some(kept), allow: Vec::new(), who }).await.expect("kept"));
            let live = app.connections.get("drive").expect("a connection");
            let wanted = HookWanted { of: None, url: "https://bot.example.org/hooks/drive", secret: &secret };
            let first = app.set_up_hook("drive", &live, wanted).await.expect("set up");
            let made = channels(&server, 0);
            assert!(made.starts_with('+') && !made.contains('-'), "{made}");

            let renew = Renew { app: app.clone() };
            bench.clock.advance(Duration::from_hours(125));
            let since = server.exchanges().len();
            assert!(renew.renew(app.store.now()).await.is_empty());
            assert_eq!(channels(&server, since), "", "there is time");

            // While Google does not answer the old ones go on, and administrators are told.
            bench.clock.advance(Duration::from_hours(2));
            server.set_fault(connectors::standin::Fault::Forbidden).await.expect("the same port");
            assert_eq!(renew.renew(app.store.now()).await.len(), 1);
            server.set_fault(connectors::standin::Fault::None).await.expect("the same port");
            assert_eq!(app.hooks.find("drive").and_then(|it| it.made.clone()?.vendor).expect("as it was").hook, first);

            let since = server.exchanges().len();
            assert!(renew.renew(app.store.now()).await.is_empty());
            let all = channels(&server, since);
            // No moment without one, and none that tells twice for good.
            assert_eq!(all, format!("{made}{}", made.replace('+', "-")));
            let vendor = app.hooks.find("drive").and_then(|it| it.made.clone()?.vendor).expect("a new one");
            assert!(vendor.hook != first && vendor.ends > Some(app.store.now() + SignedDuration::from_hours(167)));
            assert!(renew.renew(app.store.now()).await.is_empty());
            assert_eq!(channels(&server, since), all, "once");
        })
        .await;
    }

    #[test]
    fn a_hook_is_made_anew_in_its_last_quarter() {
        let made: Timestamp = "2026-11-21T10:00:00Z".parse().expect("a time");
        let week = SignedDuration::from_hours(7 * 24);
        let hook = HookMade { id: "c/r".into(), of: None };
        let it = AtVendor { connection: "drive".into(), hook, made: Some(made), ends: Some(made + week) };
        assert!(!it.is_due(made));
        assert!(!it.is_due(made + SignedDuration::from_hours(125)));
        assert!(it.is_due(made + SignedDuration::from_hours(126)));
        assert!(it.is_due(made + week + week), "after a long stop, too");
        let lasting = AtVendor { ends: None, ..it };
        assert!(!lasting.is_due(made + week));
    }

    #[test]
    fn what_was_written_before_lasts() {
        let old = r#"{"connection":"github","hook":{"id":"1","of":"example/demo"}}"#;
        let read: AtVendor = serde_json::from_str(old).expect("readable");
        assert_eq!((read.made, read.ends), (None, None));
    }
}
