//! What became of an event, in words: where it is told, by whose rule, and where that is seen.

use std::time::Duration;

use commands::Text;

use crate::{
    app::App,
    chat::Place,
    config::Subscription,
    hooks::replay::State,
    notify::news::{Decision, Landed, Stands},
    people::PersonId,
};

/// What a chat may take to tell a message's address.
const PATIENCE: Duration = Duration::from_secs(2);

/// `posted in slack:C1 (the message), which follows everything of ci, as Ana asked`.
pub async fn decision(app: &App, source: &str, decision: &Decision, state: &State) -> Text {
    let text = match state {
        State::Posted(stands) => {
            let text = Text::new().plain("posted in ").code(decision.to.clone());
            match link(app, stands).await {
                Some(url) => text.plain(" (").link(url, "the message").plain(")"),
                None => text.plain(" at ").time(stands.at),
            }
        }
        State::Waiting => Text::new().plain("on its way to ").code(decision.to.clone()),
        State::New => Text::new().plain("not posted in ").code(decision.to.clone()),
    };
    let what = match decision.filter.is_empty() {
        true => text.plain(format!(", which hears of everything from {source}")),
        false => text.plain(format!(", which hears of {source} ")).code(decision.filter.clone()),
    };
    let how = what.plain(format!(" (mode {})", decision.mode));
    how.plain(match rule(app, source, decision).await {
        Some(who) => format!(", {who}"),
        None => ", by a subscription that is gone or was changed".to_owned(),
    })
}

/// The subscription that decided, as it is now.
pub fn subscription(app: &App, source: &str, decision: &Decision) -> Option<std::sync::Arc<Subscription>> {
    let is_it =
        |it: &Subscription| it.from == source && it.to.to_string() == decision.to && it.filter.to_string() == decision.filter;
    app.subscriptions.all().into_iter().find(|it| is_it(it))
}

/// Who made the rule.
async fn rule(app: &App, source: &str, decision: &Decision) -> Option<String> {
    let subscription = subscription(app, source, decision)?;
    if let Some(line) = subscription.line {
        return Some(format!("as line {line} of the configuration file says"));
    }
    let made = app.subscriptions.made().into_iter().find(|it| std::sync::Arc::ptr_eq(&it.subscription, &subscription))?;
    Some(format!("as {} asked", person(app, &made.who).await))
}

/// A person's name, of `slack:T1:U1`.
pub async fn person(app: &App, who: &str) -> String {
    let Some(id) = PersonId::parse(who) else { return who.to_owned() };
    let Some(platform) = app.platforms.get(&id.platform) else { return who.to_owned() };
    let asked = tokio::time::timeout(PATIENCE, platform.person(&id.workspace, &id.id)).await;
    asked.ok().and_then(Result::ok).map_or_else(|| who.to_owned(), |it| it.name)
}

/// Where a message is seen, if the chat says.
pub async fn link(app: &App, stands: &Stands) -> Option<String> {
    let Landed { platform, workspace, channel, thread, message, .. } = stands.landed.clone();
    let place = Place { platform, workspace, channel, thread };
    let platform = app.platforms.get(&place.platform)?;
    let asked = tokio::time::timeout(PATIENCE, platform.permalink(&place, message.as_deref()?)).await;
    asked.ok()?.ok()?
}
