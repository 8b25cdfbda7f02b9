//! How an alert is told: a card in each of its places, edited as it changes, and its story in the card's thread.

use commands::{Block, Button, Message, Text};

use super::{
    Who,
    batch::{NewLine, Said, Working},
    card, page, signal,
    store::{self, Row},
};
use crate::{
    app::App,
    chat::{Post, Target},
    config::Destination,
    dispatch::post::{
        PostJob,
        card::{AlertPart, CardPost, EditJob},
        digest::Told,
    },
    people::PersonId,
    queue::{NewJob, Priority, Queue},
    store::Tx,
};

/// The name under which it is kept where an alert's card stands in a place.
pub(super) fn card_name(alert: i64, place: &str) -> String {
    format!("card:alert:{alert}:{}", signal::digest([place]))
}

fn target(place: &str) -> Option<Target> {
    Destination::parse(place).map(|it| it.target()).ok()
}

/// Posts the cards that are not there yet; where. Before anything is said, so that it stands below them.
pub(super) async fn cards(tx: &mut Tx, it: &mut Working) -> anyhow::Result<Vec<String>> {
    let id = it.row.id;
    // One that nobody has heard of is told to nobody, even when it is over.
    let is_silent = it.row.holds_until.is_some();
    let mut posted = Vec::new();
    for (place, key) in std::mem::take(&mut it.places) {
        if store::add_place(tx, id, &place).await? && !is_silent {
            post_card(tx, it, &place, &key).await?;
            posted.push(place);
        }
    }
    let was_silent = it.before.as_ref().is_some_and(|it| it.holds_until.is_some());
    if was_silent && !is_silent {
        for place in store::places(tx, id).await? {
            if !posted.contains(&place) {
                post_card(tx, it, &place, &format!("{}:{}:{place}", it.row.source, it.row.event.id)).await?;
                posted.push(place);
            }
        }
    }
    Ok(posted)
}

/// What was said of it since this was called last.
pub(super) async fn lines(tx: &mut Tx, it: &mut Working) -> anyhow::Result<()> {
    let id = it.row.id;
    let lines = std::mem::take(&mut it.lines);
    let is_told = it.row.holds_until.is_none() && lines.iter().any(|it| it.said != Said::Quietly);
    let places = if is_told { store::places(tx, id).await? } else { Vec::new() };
    for it in lines {
        let line = store::add_line(tx, id, it.who.as_deref(), &it.text).await?;
        for place in places.iter().filter(|_| it.said != Said::Quietly) {
            say(tx, id, place, line, &|to| it.at(to), it.said).await?;
        }
    }
    Ok(())
}

impl NewLine {
    /// As it is said there: whom it names is mentioned where they are.
    fn at(&self, to: &Target) -> Text {
        let Some((at, who)) = &self.named else { return Text::from(self.text.as_str()) };
        let here = PersonId::parse(&who.id).filter(|it| it.platform == to.platform());
        let here = here.filter(|it| [it.workspace.as_str(), ""].contains(&to.workspace()) || it.workspace.is_empty());
        match (here, self.text.get(*at..).and_then(|it| it.strip_prefix(who.name.as_str()))) {
            (Some(person), Some(after)) => {
                let before = Some(&self.text[..*at]).filter(|it| !it.is_empty());
                before.map_or_else(Text::new, |it| Text::new().plain(it)).person(person.id, &who.name).plain(after)
            }
            _ => Text::from(self.text.as_str()),
        }
    }
}

/// Tells somebody directly of an alert that is theirs, with what they can do about it; `key` tells this from what they are told else.
pub(super) async fn directly(
    app: &App,
    tx: &mut Tx,
    row: &Row,
    to: &Who,
    said: Text,
    more: Vec<Button>,
    key: &str,
) -> anyhow::Result<()> {
    let Some(person) = PersonId::parse(&to.id).filter(|it| app.platforms.get(&it.platform).is_some()) else { return Ok(()) };
    let mut message = page::draw(row, &store::Firing::default(), Some(&person));
    message.blocks.insert(0, Block::Paragraph(said));
    if !more.is_empty() {
        message = message.buttons(more);
    }
    let key = format!("alert:{}:{key}:{person}", row.id);
    let post = Post { about: Some(format!("alert {}", row.id)), ..Post::new(person.target(), message, &key) };
    let job = PostJob::new(post, &key).into_job(Priority::Command);
    Queue::enqueue(tx, &NewJob { unique: Some(key), ..job }).await?;
    Ok(())
}

/// Brings the cards up to date that were not just `posted`.
pub(super) async fn redraw(tx: &mut Tx, it: &Working, posted: &[String]) -> anyhow::Result<()> {
    if it.row.holds_until.is_some() {
        return Ok(());
    }
    for place in store::places(tx, it.row.id).await?.iter().filter(|it| !posted.contains(it)) {
        let job = EditJob::of_alert(card_name(it.row.id, place), it.row.id, it.row.version).into_job(tx.now());
        Queue::enqueue(tx, &job).await?;
    }
    Ok(())
}

async fn post_card(tx: &mut Tx, it: &Working, place: &str, key: &str) -> anyhow::Result<()> {
    let Some(to) = target(place) else { return Ok(()) };
    let row = &it.row;
    let told = Told {
        source: row.source.clone(),
        kind: row.event.kind.clone(),
        at: row.event.at,
        line: Text::new().bold(row.title.clone()).plain(format!(" fires ({})", super::severity_name(row.severity))),
    };
    // It is drawn when it leaves; this is for whoever looks at the job.
    let post =
        Post { about: Some(format!("alert {}", row.id)), ..Post::new(to, card::draw(row, &store::Firing::default()), key) };
    let about = CardPost::Alert { alert: row.id, name: card_name(row.id, place), part: AlertPart::Card };
    Queue::enqueue(tx, &PostJob::new(post, key).telling(told).about(about).into_job(Priority::Chatter)).await?;
    Ok(())
}

async fn say(
    tx: &mut Tx,
    alert: i64,
    place: &str,
    line: i64,
    text: &(dyn Fn(&Target) -> Text + Sync),
    said: Said,
) -> anyhow::Result<()> {
    let Some(to) = target(place) else { return Ok(()) };
    let name = card_name(alert, place);
    let key = format!("{name}:{line}");
    let part = if said == Said::InChannel { AlertPart::News } else { AlertPart::Story };
    let message = Message::text(text(&to));
    let post = Post { about: Some(format!("alert {alert}")), ..Post::new(to, message, &key) };
    let about = CardPost::Alert { alert, name, part };
    Queue::enqueue(tx, &PostJob::new(post, key).about(about).into_job(Priority::Chatter)).await?;
    Ok(())
}

/// Says a line that was written already in the thread of each of the alert's cards.
pub(super) async fn story(tx: &mut Tx, alert: i64, line: i64, text: &str) -> anyhow::Result<()> {
    for place in store::places(tx, alert).await? {
        say(tx, alert, &place, line, &|_| Text::from(text), Said::InThread).await?;
    }
    Ok(())
}
