//! How an alert is told: a card in each of its places, edited as it changes, and its story in the card's thread.

use commands::{Message, Text};

use super::{
    batch::{NewLine, Said, Working},
    card, signal, store,
};
use crate::{
    chat::{Post, Target},
    config::Destination,
    dispatch::post::{
        PostJob,
        card::{AlertPart, CardPost, EditJob},
        digest::Told,
    },
    queue::{Priority, Queue},
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
    for NewLine { who, text, said } in lines {
        let line = store::add_line(tx, id, who.as_deref(), &text).await?;
        for place in places.iter().filter(|_| said != Said::Quietly) {
            say(tx, id, place, line, &text, said).await?;
        }
    }
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

async fn say(tx: &mut Tx, alert: i64, place: &str, line: i64, text: &str, said: Said) -> anyhow::Result<()> {
    let Some(to) = target(place) else { return Ok(()) };
    let name = card_name(alert, place);
    let key = format!("{name}:{line}");
    let part = if said == Said::InChannel { AlertPart::News } else { AlertPart::Story };
    let post = Post { about: Some(format!("alert {alert}")), ..Post::new(to, Message::text(text), &key) };
    let about = CardPost::Alert { alert, name, part };
    Queue::enqueue(tx, &PostJob::new(post, key).about(about).into_job(Priority::Chatter)).await?;
    Ok(())
}

/// Says a line that was written already in the thread of each of the alert's cards.
pub(super) async fn story(tx: &mut Tx, alert: i64, line: i64, text: &str) -> anyhow::Result<()> {
    for place in store::places(tx, alert).await? {
        say(tx, alert, &place, line, text, Said::InThread).await?;
    }
    Ok(())
}
