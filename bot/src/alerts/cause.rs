//! Whose doing an alert may be: nobody is paged for what they did themselves.

use commands::Event;
use jiff::SignedDuration;

use super::{apply::cut, signal, store};
use crate::{app::App, notify::card::tone, store::Tx};

/// For so long what somebody did may be why something fires.
const CAUSES: SignedDuration = SignedDuration::from_mins(15);
/// Events that are looked at for it.
const LOOKED_AT: i64 = 200;

impl App {
    /// Who did what an event may come of: its own actor, or whoever deployed or merged there a moment ago; and what they did.
    pub(super) async fn cause(&self, tx: &mut Tx, event: &Event, places: &[String]) -> anyhow::Result<Option<(String, String)>> {
        let platforms: Vec<&str> = match places.iter().filter_map(|it| it.split(':').next()).collect::<Vec<_>>() {
            named if named.is_empty() => self.platforms.all().map(|it| it.name()).collect(),
            named => named,
        };
        let who = |event: &Event| {
            let actor = event.actor.as_deref()?;
            let known = |platform: &&str| {
                self.names(&event.source, platform, "")
                    .find(actor, event.actor_id.as_deref())
                    .map(|it| (it.id.to_string(), it.name.clone()))
            };
            platforms.iter().find_map(known)
        };
        if let Some((id, name)) = who(event) {
            return Ok(Some((id, format!("{name} did"))));
        }
        let since = tx.now().saturating_sub(CAUSES)?;
        let place = event.object.place.clone().unwrap_or_default();
        let named = ["service", "app", "project", "repository", "namespace"].iter().filter_map(|it| signal::label(event, it));
        let wanted: Vec<String> = named.chain([place]).filter(|it| !it.is_empty()).map(|it| it.to_lowercase()).collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        for done in store::reported_since(tx, since, LOOKED_AT).await? {
            let is_release =
                tone::is_deployment(&done.kind) || done.kind.ends_with(".merged") || done.kind == "release.published";
            let at = done.object.place.as_deref().unwrap_or_default().to_lowercase();
            let is_there = wanted.iter().any(|it| *it == at || at.rsplit('/').next() == Some(it));
            if is_release
                && is_there
                && let Some((id, name)) = who(&done)
            {
                let what = if done.kind.ends_with(".merged") { "merged" } else { "released" };
                return Ok(Some((id, format!("{name} {what} ({})", cut(&done.object.title, 80)))));
            }
        }
        Ok(None)
    }
}
