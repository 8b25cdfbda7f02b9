//! What a shared link shows below the message: the card that the link's own command shows, to all who read there.
//!
//! That makes it more careful than a command. It is run as who shared the link, and only if their account in the
//! system is known: nobody sees what the bot alone may see. It shows nothing that its action would
//! not show to a whole channel, and nothing but the object that the link leads to. A message with more than
//! two links is left alone, and none is shown again in a channel within half an hour. Who is not known is told so, once a day.

use std::{sync::Arc, time::Duration};

use commands::{
    Actor, Audience, Block, BoxFuture, Button, Call, Error, Group, Message, Span, Text,
    grammar::{self, Parsed, Setting},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use sha2::{Digest, Sha256};

use super::line::today;
use crate::{
    app::{App, OWN},
    builtins,
    chat::{Platform, Sharing, Stage},
    queue::{Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Writes},
    resources::features::LINK_CARDS,
};

/// Of one message.
const MOST: usize = 2;
/// How long a link is not shown again in a channel.
const AGAIN: SignedDuration = SignedDuration::from_mins(30);
/// How long somebody whose account is not known is not told so again.
const HINT_AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// How long a message is worth a card: nobody looks at it later.
const WORTH: SignedDuration = SignedDuration::from_mins(10);
/// What a system may take to show an object.
const PATIENCE: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(5);

/// Links to be shown, as stored in a job of kind [`LinksJob::KIND`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinksJob {
    sharing: Sharing,
    links: Vec<Link>,
    request_id: String,
}

/// A link, and the command that shows what it leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Link {
    url: String,
    call: Call,
}

impl LinksJob {
    pub const KIND: &'static str = "links";

    /// None when none of these links leads to anything that can be shown.
    pub(super) fn of(groups: &[Group], sharing: Sharing, urls: &[String], request_id: String) -> Option<LinksJob> {
        let mut links: Vec<Link> = Vec::new();
        for url in urls {
            if links.iter().all(|it| it.url != *url)
                && let Some(call) = command_of(groups, url)
            {
                links.push(Link { url: url.clone(), call });
            }
        }
        // A message with more is a list, which cards would tear apart.
        (1..=MOST).contains(&links.len()).then_some(LinksJob { sharing, links, request_id })
    }

    pub(super) fn into_job(self) -> NewJob {
        // One after the other in a channel: two messages with the same link show it once.
        let said = self.sharing.stage == Stage::Said;
        NewJob {
            kind: LinksJob::KIND,
            lane: said.then(|| format!("links:{}", self.sharing.place.channel_key())),
            priority: Priority::Command,
            payload: Payload::of(&self),
            run_at: None,
            expires: None,
            unique: None,
        }
    }
}

/// The command that shows what a link leads to, of the connection whose address is the longest one above it.
fn command_of(groups: &[Group], url: &str) -> Option<Call> {
    let (defaults, today) = (Map::new(), today());
    let setting = Setting { defaults: &defaults, today };
    let mut systems: Vec<&Group> = groups.iter().filter(|it| it.show.is_some() && it.url.is_some()).collect();
    systems.sort_by_key(|it| std::cmp::Reverse(it.url.as_ref().map(String::len)));
    systems.into_iter().find_map(|group| match grammar::parse(groups, &setting, &format!("{} {url}", group.name)) {
        Ok(Parsed::Call(call)) if call.group == group.name && group.show == Some(call.action.as_str()) => Some(call),
        _ => None,
    })
}

/// Shows [`LinksJob`]s.
pub struct ShowLinks {
    pub app: Arc<App>,
}

/// What became of the links of a message.
#[derive(Default)]
struct Looked {
    cards: Vec<(String, Message)>,
    /// The stored times that go with the cards.
    shown: Vec<(String, String)>,
    /// Titles of systems that do not know the person.
    strange: Vec<String>,
    /// Those that could not be looked at now, and why.
    later: Vec<Link>,
    err: Option<Error>,
}

impl Handler for ShowLinks {
    fn run<'a>(&'a self, job: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = match job.payload.read::<LinksJob>() {
                Ok(asked) => asked,
                Err(err) => return cancel(format!("the job cannot be read: {err}")),
            };
            let Some(platform) = self.app.platforms.get(&asked.sharing.place.platform).map(Arc::clone) else {
                return cancel("the chat is not there any more".into());
            };
            if !self.app.feature(&LINK_CARDS, Some(&asked.sharing.place.channel_key())) {
                return cancel(format!("the feature `{}` is off in this channel", LINK_CARDS.name));
            }
            let id = asked.request_id.clone();
            connectors::http::scope(id, self.show(job, asked, platform.as_ref())).await
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // Shown twice, a link looks as if it had been shown once.
        Box::pin(async { Outcome::Retry { after: None, reason: "the bot stopped".into(), writes: Writes::default() } })
    }
}

impl ShowLinks {
    async fn show(&self, job: &Job, asked: LinksJob, platform: &dyn Platform) -> Outcome {
        let sharing = &asked.sharing;
        let actor = match platform.person(&sharing.place.workspace, &sharing.person).await {
            Ok(actor) => actor,
            Err(err) => return self.later(job, &err, Writes::default()),
        };
        let looked = self.look(&asked, &actor).await;
        let mut writes = Writes { cursors: looked.shown, ..Writes::default() };
        if !looked.cards.is_empty() {
            if let Err(err) = platform.show_links(sharing, &looked.cards).await {
                return self.later(job, &err, Writes::default());
            }
            tracing::info!(request.id = %asked.request_id, job.id = job.id, "Showed {} shared links", looked.cards.len());
        } else if !looked.strange.is_empty() && sharing.stage == Stage::Said {
            match self.hint(sharing, &actor, &looked.strange, platform).await {
                Ok(cursor) => writes.cursors.extend(cursor),
                Err(err) => tracing::info!(job.id = job.id, "A person could not be told why a link is not shown: {err}"),
            }
        }
        match looked.err {
            Some(err) => {
                writes.payload = Some(Payload::of(&LinksJob { links: looked.later, ..asked }));
                self.later(job, &err, writes)
            }
            None => Outcome::Done(writes),
        }
    }

    async fn look(&self, asked: &LinksJob, actor: &Actor) -> Looked {
        let (app, sharing) = (&self.app, &asked.sharing);
        let now = app.store.now();
        let mut looked = Looked::default();
        for link in &asked.links {
            let name = &link.call.group;
            let Ok(live) = app.connections.get(name) else { continue };
            let once = format!("once:link:{}:{}", sharing.place.channel_key(), digest(&link.url));
            if sharing.stage == Stage::Said && self.was_within(&once, AGAIN, now).await {
                tracing::debug!("A link was shown here lately");
                continue;
            }
            let ctx = match app.ctx_of(actor.clone(), name, &asked.request_id, &sharing.place).await {
                Ok(ctx) => ctx,
                Err(err) => {
                    looked.later.push(link.clone());
                    looked.err = Some(err);
                    continue;
                }
            };
            // By a link of theirs, or by the address that the chat vouches for and their account there is found by.
            if ctx.account.is_none() && actor.email.is_none() {
                looked.strange.push(live.title());
                continue;
            }
            if app.authorize(actor, &link.call, Some(&sharing.place.channel_key())).await.is_err() {
                tracing::debug!("A shared link leads to what is not for who shared it");
                continue;
            }
            let ran = tokio::time::timeout(PATIENCE, app.run_as_bot(&link.call, &ctx)).await;
            let ran = ran.unwrap_or_else(|_| Err(Error::new(commands::ErrorKind::Timeout, "The system is slow.")));
            match ran {
                Ok(reply) if reply.audience == Audience::Channel && leads_to(&reply.message, &link.url) => {
                    looked.cards.push((link.url.clone(), reply.message));
                    if sharing.stage == Stage::Said {
                        looked.shown.push((once, now.to_string()));
                    }
                }
                Ok(_) => tracing::debug!("A shared link leads to something else, or to something private"),
                Err(err) if err.is_temporary() => {
                    looked.later.push(link.clone());
                    looked.err = Some(err);
                }
                // Not there, or not for them: nothing is shown, and nobody is told which.
                Err(err) => tracing::info!(request.id = %asked.request_id, "A shared link is not shown: {err}"),
            }
        }
        looked
    }

    /// Tells who shared links of systems that do not know them how that is changed; what to remember of it.
    async fn hint(
        &self,
        sharing: &Sharing,
        actor: &Actor,
        systems: &[String],
        platform: &dyn Platform,
    ) -> commands::Result<Option<(String, String)>> {
        let now = self.app.store.now();
        let once = format!("once:hint:{}:{}:{}", actor.platform, actor.workspace, actor.id);
        if self.was_within(&once, HINT_AGAIN, now).await {
            return Ok(None);
        }
        platform.hint_at_links(sharing, &hint(&systems.join(" and "))).await?;
        Ok(Some((once, now.to_string())))
    }

    /// Whether what `name` remembers happened less than `span` ago.
    async fn was_within(&self, name: &str, span: SignedDuration, now: Timestamp) -> bool {
        match self.app.store.cursor(name).await {
            Ok(at) => at.and_then(|it| it.parse::<Timestamp>().ok()).is_some_and(|at| now.duration_since(at) < span),
            Err(err) => {
                tracing::error!("The store cannot be read: {err:#}");
                false
            }
        }
    }

    /// Again soon, as long as anybody may look at the message.
    fn later(&self, job: &Job, err: &Error, writes: Writes) -> Outcome {
        let reason = err.message.clone();
        if !err.is_temporary() || self.app.store.now().duration_since(job.created_at) > WORTH {
            return Outcome::Cancel { reason, writes: Writes { payload: None, ..writes } };
        }
        Outcome::Retry { after: Some(err.retry_after.unwrap_or(SOON)), reason, writes }
    }
}

fn hint(systems: &str) -> Message {
    let text = Text::new().plain(format!(
        "Links to {systems} show what they lead to, once Bellhop knows who you are there. It does not, so nothing was shown. "
    ));
    let link = builtins::find("link").is_some();
    if !link {
        let text = text.plain("It goes by your email address, which this chat does not tell: ask an administrator.");
        return Message::text(text);
    }
    Message::text(text).buttons(vec![Button::form("Link my account", Call::new(OWN, "link", json!({})))])
}

fn cancel(reason: String) -> Outcome {
    Outcome::Cancel { reason, writes: Writes::default() }
}

fn digest(url: &str) -> String {
    hex::encode(&Sha256::digest(url.as_bytes())[..16])
}

/// Whether what was shown names `url` as its own address. A number in a link may be another object's: that of
/// `/versions/42` is no issue's.
fn leads_to(message: &Message, url: &str) -> bool {
    message.blocks.iter().any(|block| match block {
        Block::Paragraph(text) | Block::Context(text) => has_link(text, url),
        Block::List(items) => items.iter().any(|it| has_link(it, url)),
        Block::Facts(facts) => facts.iter().any(|(_, it)| has_link(it, url)),
        _ => false,
    })
}

fn has_link(text: &Text, url: &str) -> bool {
    let bare = |url: &str| url.split('#').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let path = |url: &str| bare(url.split(['?', '#']).next().unwrap_or_default());
    text.0.iter().any(|span| match span {
        Span::Link { url: own, .. } if own.contains('?') => bare(own) == bare(url),
        Span::Link { url: own, .. } => path(own) == path(url),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Place;

    fn groups() -> Vec<Group> {
        let kind = connectors::find("redmine").expect("the connector is there");
        vec![
            builtins::group(),
            kind.group("redmine", Some("https://dev.example.org")),
            kind.group("projects", Some("https://dev.example.org/redmine")),
        ]
    }

    fn sharing() -> Sharing {
        let place = Place { platform: "slack".into(), workspace: "T0DEMO".into(), channel: "C0OPS".into(), thread: None };
        Sharing { place, person: "U0ANA".into(), message: "1763690004.000100".into(), preview: None, stage: Stage::Said }
    }

    /// Which connection shows what of each link.
    fn of(urls: &[&str]) -> Vec<String> {
        let urls: Vec<String> = urls.iter().map(|it| (*it).to_owned()).collect();
        let job = LinksJob::of(&groups(), sharing(), &urls, "r1".into());
        let line = |it: &Link| format!("{} {} {}", it.call.group, it.call.action, it.url.rsplit('/').next().unwrap_or_default());
        job.map(|it| it.links).unwrap_or_default().iter().map(line).collect()
    }

    #[test]
    fn a_link_is_its_connections_show_command_and_a_message_with_many_is_left_alone() {
        assert_eq!(of(&["https://dev.example.org/issues/42#note-3"]), ["redmine issue show 42#note-3"]);
        assert_eq!(of(&["https://dev.example.org/redmine/issues/7"]), ["projects issue show 7"], "the nearest system");
        let many = ["1", "1", "2", "3"].map(|it| format!("https://dev.example.org/issues/{it}"));
        let many = many.each_ref().map(String::as_str);
        assert_eq!(of(&many[..3]), ["redmine issue show 1", "redmine issue show 2"]);
        assert!(of(&many).is_empty());
        assert!(of(&["https://example.org/issues/42", "https://dev.example.org.evil.example/issues/42"]).is_empty());
        assert!(of(&["https://dev.example.org/projects/demo", "https://dev.example.org"]).is_empty());
    }

    #[test]
    fn only_the_object_that_the_link_leads_to_is_shown() {
        let card = Message::new().heading("#42").paragraph(Text::new().link("https://dev.example.org/issues/42", "Bug #42"));
        for url in ["", "/", "#note-3", "?tab=history", "?tab=history#note-3"] {
            assert!(leads_to(&card, &format!("https://dev.example.org/issues/42{url}")), "{url}");
        }
        for other in ["versions/42", "attachments/42", "issues/4", "issues/42/edit", "issues/421"] {
            assert!(!leads_to(&card, &format!("https://dev.example.org/{other}")), "{other}");
        }
        let by_query = Message::text(Text::new().link("https://dev.example.org/show?id=42", "#42"));
        assert!(leads_to(&by_query, "https://dev.example.org/show?id=42#top"));
        assert!(!leads_to(&by_query, "https://dev.example.org/show?id=43"));
    }
}
