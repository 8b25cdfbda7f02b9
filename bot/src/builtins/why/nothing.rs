//! Nothing was received: is that the system, its hook, or what people looked for?

use commands::{Ctx, Message, Result, Text, Tone};

use super::{Here, asked::Object, object::subscribe, unreadable};
use crate::{app::App, builtins::jobs::age};

/// What can be said of an object that nothing was heard of, and the next step. `hidden`: something was, but not for this channel.
pub(super) async fn heard(app: &App, ctx: &Ctx, here: &Here, object: &Object, hidden: bool) -> Result<Message> {
    let name = match object {
        Object::Url(url) => url.clone(),
        Object::Named { text, .. } => text.clone(),
    };
    let all = app.subscriptions.all();
    let mut sources: Vec<&str> = all.iter().filter(|it| here.hears(it)).map(|it| it.from.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let likely = match object {
        Object::Url(url) => likely(app, url),
        Object::Named { .. } => None,
    };
    let mut message =
        Message::text(Text::new().plain("This channel hears of nothing in the last seven days about ").code(name).plain("."));
    let silent: Vec<String> = match &likely {
        Some(source) => vec![source.clone()],
        None => sources.iter().map(|it| (*it).to_owned()).collect(),
    };
    let mut lines = Vec::new();
    for source in &silent {
        lines.push(fares(app, source).await?);
    }
    let mut buttons = Vec::new();
    message = match (&likely, silent.is_empty(), hidden) {
        (Some(source), _, _) if !sources.contains(&source.as_str()) => {
            buttons.push(subscribe(ctx, source));
            message.paragraph(
                Text::new()
                    .plain("It would be reported by ")
                    .code(source.clone())
                    .plain(", to which this channel is not subscribed."),
            )
        }
        (_, true, true) => message.paragraph("Something was reported, but this channel subscribes to none of what reports it."),
        (_, true, false) => message.paragraph(Text::marked(
            "It subscribes to nothing. `bellhop subscribe` changes that; an administrator makes a hook with `bellhop hooks add`.",
        )),
        _ => message,
    };
    if !lines.is_empty() {
        message = message.list(lines).tone(Tone::Warning);
    }
    if here.is_admin {
        message = message.context(Text::marked("`bellhop hooks deliveries` shows what came, also what was refused; the system's own page of its webhook shows what it sent."));
    }
    Ok(if buttons.is_empty() { message } else { message.buttons(buttons) })
}

/// The source whose system this address is of, where there is one of them.
fn likely(app: &App, url: &str) -> Option<String> {
    let all = app.connections.all();
    let live = all.iter().find(|it| {
        let site = it.url.as_deref().map(it.kind.site);
        site.is_some_and(|site| url.starts_with(&site)) || it.kind.links.is_some_and(|is_one| is_one(url))
    })?;
    let hooks = app.hooks.all();
    let mut of_kind = hooks.iter().filter(|it| it.kind == live.kind.name);
    let named = hooks.iter().find(|it| it.name == live.name);
    Some(named.or(of_kind.next()).map_or_else(|| live.name.clone(), |it| it.name.clone()))
}

/// How a source fares, and the next step.
async fn fares(app: &App, source: &str) -> Result<Text> {
    let text = Text::new().code(source.to_owned());
    let Some(hook) = app.hooks.find(source) else {
        return Ok(match app.connections.get(source) {
            Ok(live) if live.poll_every.is_some() => {
                let every = live.poll_every.unwrap_or_default();
                let state = app.health.state(source).map_or("not checked yet", |it| match it {
                    connectors::State::Ok => "works",
                    connectors::State::Warning => "works, with warnings",
                    connectors::State::Failed => "fails: `bellhop health` says why",
                });
                text.plain(format!(" is asked for changes every {every} s and {state}"))
            }
            Ok(_) => text.plain(": nothing reports from it yet; an administrator makes a hook with `bellhop hooks add`"),
            Err(_) => text.plain(" is gone"),
        });
    };
    let pulse = app.store.pulse(source).await.map_err(unreadable)?;
    let now = app.store.now();
    let ago = |at| age(now.duration_since(at));
    let next = match hook.state(&pulse) {
        "disabled" => " is disabled: an administrator enables it with `bellhop hooks enable`".to_owned(),
        "waits for its secret" => " takes nothing until an administrator enters its secret".to_owned(),
        "failing" => {
            format!(" refused what came last: {} in 24 hours; its secret may be another than the system's", pulse.refused)
        }
        "nothing yet" => " got nothing in seven days: is it set up in the system, with its address?".to_owned(),
        _ => match pulse.last {
            Some(last) => format!(
                " works: its last delivery came {} ago, and {} in 24 hours. Is the event switched on in the system?",
                ago(last),
                pulse.day
            ),
            None => " works".to_owned(),
        },
    };
    Ok(Text(text.0.into_iter().chain(Text::marked(&next).0).collect()))
}
