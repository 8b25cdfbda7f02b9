//! What happened to an object, and what became of each event.

use commands::{Button, Ctx, Event, Message, Result, Text, filter::Filter};
use serde_json::json;

use super::{Here, asked::Object, nothing, personal, since, unreadable};
use crate::{
    app::App,
    builtins::hooks::told as words,
    config::{Mode, Subscription},
    hooks::replay::State,
    notify::{
        card::line,
        news::{Kept, Named},
        people::Names,
    },
};

/// The most events that are shown.
pub(super) const SHOWN: usize = 8;
/// The most that are looked at.
const MOST: i64 = 200;

/// Everything about an object within seven days, the newest first.
pub(super) async fn told(app: &App, ctx: &Ctx, here: &Here, object: &Object) -> Result<Message> {
    let mut all = find(app, object).await?;
    let since = since(app.store.now());
    all.retain(|it| it.at >= since);
    let hidden = all.iter().any(|it| !here.may_hear(app, it));
    all.retain(|it| here.may_hear(app, it));
    let Some(newest) = all.first() else { return nothing::heard(app, ctx, here, object, hidden).await };
    // The same number may name several objects: the one that something happened to last is told of.
    let address = |it: &Event| it.object.url.clone().unwrap_or_else(|| format!("{} {}", it.source, it.object.key));
    let wanted = address(&newest.news.event);
    let mut others: Vec<String> = Vec::new();
    for it in all.iter().filter(|it| address(&it.news.event) != wanted) {
        let name = format!("{} {}", it.news.event.object.key, it.news.event.object.title);
        if !others.contains(&name) {
            others.push(name);
        }
    }
    let source = newest.news.event.source.clone();
    all.retain(|it| address(&it.news.event) == wanted);
    let object = &all[0].news.event.object;
    let name = format!("{} {}", object.key, object.title);
    let head = match &object.url {
        Some(url) => Text::new().link(url.clone(), name),
        None => Text::new().bold(name),
    };
    let count = if all.len() == 1 { "one event".to_owned() } else { format!("{} events", all.len()) };
    let mut message = Message::text(head.plain(format!(": {count} in the last seven days")));
    message = events(app, here, all.iter().take(SHOWN), message, &[]).await?;
    if all.len() > SHOWN {
        message = message.context(format!("… and {} older ones.", all.len() - SHOWN));
    }
    if !others.is_empty() {
        others.truncate(5);
        message = message.context(format!("There are also: {}. Give an address to ask for one of them.", others.join("; ")));
    }
    Ok(personal(app, ctx, &source, message).await)
}

async fn find(app: &App, object: &Object) -> Result<Vec<Kept>> {
    let mut found: Vec<Kept> = Vec::new();
    let mut add = |more: Vec<Kept>| {
        for it in more {
            if !found.iter().any(|known| known.id == it.id) {
                found.push(it);
            }
        }
    };
    match object {
        Object::Url(url) => {
            let bare = url.split(['#', '?']).next().unwrap_or(url).trim_end_matches('/');
            for url in [url.as_str(), bare] {
                add(app.store.news_of(Named::Url(url), MOST).await.map_err(unreadable)?);
            }
        }
        Object::Named { text, number, nouns } => {
            if nouns.is_empty() {
                for key in [text.clone(), text.to_uppercase(), format!("#{text}")] {
                    add(app.store.news_of(Named::Key(&key), MOST).await.map_err(unreadable)?);
                }
            }
            if let Some(number) = number.as_deref().filter(|_| !nouns.is_empty() || found_by_number(text)) {
                let all = app.store.news_of(Named::Number(number), MOST).await.map_err(unreadable)?;
                let is_wanted = |it: &Kept| nouns.is_empty() || nouns.iter().any(|noun| it.news.event.kind.starts_with(noun));
                add(all.into_iter().filter(is_wanted).collect());
            }
        }
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.id));
    Ok(found)
}

/// Whether a number alone was written: what is before it in a whole key says which.
fn found_by_number(text: &str) -> bool {
    text.trim_start_matches('#').bytes().all(|it| it.is_ascii_digit())
}

/// Events: what brought each, where it was told by which rule, or what held it. With `posts`, only what these posts say.
pub(super) async fn events<'a>(
    app: &App,
    here: &Here,
    all: impl Iterator<Item = &'a Kept>,
    message: Message,
    posts: &[String],
) -> Result<Message> {
    // Together: chats are asked where their messages are.
    let told = futures::future::try_join_all(all.map(|it| event(app, here, it, posts))).await?;
    Ok(told.into_iter().fold(message, |message, (head, lines)| message.paragraph(head).list(lines)))
}

async fn event(app: &App, here: &Here, kept: &Kept, posts: &[String]) -> Result<(Text, Vec<Text>)> {
    let event = &kept.news.event;
    let head = Text(Text::new().time(kept.at).plain(" ").0.into_iter().chain(line(event, &Names::none()).0).collect());
    let mut lines = vec![brought(app, here, kept).await?];
    let keys: Vec<String> = kept.news.decisions.iter().map(|it| it.post.clone()).collect();
    let states = app.states_of(&keys).await.map_err(unreadable)?;
    let mut elsewhere = 0;
    for decision in kept.news.decisions.iter().filter(|it| posts.is_empty() || posts.contains(&it.post)) {
        if !here.may_see(&decision.to) {
            elsewhere += 1;
            continue;
        }
        let state = states.iter().find(|(key, _)| *key == decision.post).map_or(State::New, |(_, state)| state.clone());
        let mut text = words::decision(app, &event.source, decision, &state).await;
        // What its object got later may be what let it pass.
        let verdict = Filter::parse(&decision.filter).ok().map(|it| it.judge(event));
        if let Some(verdict) = verdict.filter(|it| it.is_passed() && !it.reasons().is_empty()) {
            text = text.plain(format!("; {verdict}"));
        }
        if let Some(late) = decision.late {
            text = text.plain("; it was held first, and passed with what its object got by ").time(late);
        }
        let waits = matches!(state, State::Waiting | State::New);
        if waits && words::subscription(app, &event.source, decision).is_some_and(|it| it.mode == Mode::Digest) {
            text = text.plain(": its digest is still to come");
        } else if state == State::New {
            text = text.plain(": its post was given up, or is being made; `bellhop jobs` says which");
        }
        lines.push(text);
    }
    if elsewhere > 0 {
        lines.push(if elsewhere == 1 {
            "told in one other place".into()
        } else {
            format!("told in {elsewhere} other places").into()
        });
    }
    if posts.is_empty() {
        lines.extend(held(app, here, kept));
    }
    Ok((head, lines))
}

/// Which delivery brought it, and how that was verified.
async fn brought(app: &App, here: &Here, kept: &Kept) -> Result<Text> {
    let event = &kept.news.event;
    let reported = Text::new().plain("reported by ").code(event.source.clone());
    let Some(key) = &kept.news.delivery else { return Ok(reported.plain(", which was asked for changes")) };
    let Some(arrival) = app.store.arrival_of(&event.source, key).await.map_err(unreadable)? else { return Ok(reported) };
    let proof = arrival.arrival.proof.clone().unwrap_or_else(|| "nothing".into());
    let text = reported.plain(format!(" as {}, verified by {proof}, at ", event.kind)).time(arrival.at);
    Ok(if here.is_admin { text.plain(format!(" (delivery {})", arrival.id)) } else { text })
}

/// Why this channel's other subscriptions did not tell it.
fn held(app: &App, here: &Here, kept: &Kept) -> Vec<Text> {
    let event = &kept.news.event;
    let decided = |it: &Subscription| {
        let (to, filter) = (it.to.to_string(), it.filter.to_string());
        kept.news.decisions.iter().any(|decision| decision.to == to && decision.filter == filter)
    };
    let all = app.subscriptions.all();
    let mine: Vec<_> = all.iter().filter(|it| it.from == event.source && here.hears(it)).collect();
    let reason = |it: &&&std::sync::Arc<Subscription>| {
        let filter = it.filter.to_string();
        let text = Text::new().plain("held by this channel's ");
        let verdict = it.filter.judge(event);
        match verdict.is_passed() {
            false => text.code(filter).plain(format!(": {verdict}")),
            true if filter.is_empty() => text.plain("subscription to everything, which is younger than this event"),
            true => text.code(filter).plain(", which would let it pass now: it is younger than this event, or was changed"),
        }
    };
    let mut lines: Vec<Text> = mine.iter().filter(|it| !decided(it)).map(|it| reason(&it)).collect();
    if mine.is_empty() && !here.names.is_empty() {
        lines.push(Text::new().plain("this channel hears nothing of ").code(event.source.clone()));
    }
    lines
}

/// A way to hear of a source from now on.
pub(super) fn subscribe(ctx: &Ctx, source: &str) -> Button {
    Button::form("Subscribe…", ctx.call("subscribe", json!({ "from": source })))
}
