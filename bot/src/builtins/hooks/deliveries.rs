//! What came to a hook, one by one, and doing it again.

use commands::{Action, Audience, Block, Button, Ctx, Effect, Error, Message, Reply, Result, Text, Tone};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{at, find, told, unreadable};
use crate::{
    app::App,
    builtins::jobs::age,
    hooks::{
        arrival::{Kept, Verdict},
        job_key,
        replay::{Posting, Replayed, State},
        store::{REFUSED_BODY, Which},
    },
    notify::{card::line, people::Names},
};

/// The most deliveries that are replayed at once.
const AT_ONCE: i64 = 200;

/// List what came to hooks, also what was refused, the newest first.
#[derive(Deserialize, JsonSchema)]
pub struct Deliveries {
    /// Only of this hook.
    #[schemars(extend("x-positional" = true, "x-lookup" = "hook"))]
    name: Option<String>,
    /// Only those that ended so.
    #[serde(default)]
    verdict: Option<Ended>,
    /// At most so many.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 100))]
    limit: i64,
}

fn ten() -> i64 {
    10
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Accepted,
    Unread,
    Handshake,
    Refused,
}

impl From<Ended> for Verdict {
    fn from(ended: Ended) -> Verdict {
        match ended {
            Ended::Accepted => Verdict::Accepted,
            Ended::Unread => Verdict::Unread,
            Ended::Handshake => Verdict::Handshake,
            Ended::Refused => Verdict::Refused,
        }
    }
}

impl Action for Deliveries {
    type On = App;
    const NAME: &str = "hooks deliveries";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks deliveries", "hooks deliveries ci verdict=refused"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = self.name.as_deref().map(|it| find(app, it).map(|it| it.name.clone())).transpose()?;
        let which = Which { hook, verdict: self.verdict.map(Verdict::from), since: None };
        let all = app.store.arrivals(&which, self.limit.clamp(1, 100)).await.map_err(unreadable)?;
        if all.is_empty() {
            return Ok(Reply::to_asker("No delivery of the last seven days fits."));
        }
        let now = app.store.now();
        let row = |it: &Kept| {
            let why = it.arrival.reason.clone().or(it.arrival.proof.as_ref().map(|it| format!("verified by {it}")));
            let again = if it.repeats > 0 { format!(" (came {} more times)", it.repeats) } else { String::new() };
            vec![
                Text::from(it.id.to_string()),
                format!("{} ago", age(now.duration_since(it.at))).into(),
                Text::new().code(it.arrival.hook.clone()),
                format!("{} {}", it.arrival.verdict.name(), it.arrival.status).into(),
                format!("{}{again}", why.unwrap_or_default()).into(),
            ]
        };
        let header = ["Id", "When", "Hook", "Ended", "Why"].map(str::to_owned).to_vec();
        let show = |it: &Kept| Button::run(format!("Show {}", it.id), ctx.call(Inspect::NAME, json!({ "delivery": it.id })));
        let buttons = all.iter().take(4).map(show).collect();
        let table = Block::Table { header, rows: all.iter().map(row).collect() };
        Ok(Reply::to_asker(Message::new().heading("Deliveries").block(table).buttons(buttons)))
    }
}

/// A list of deliveries for programs.
///
/// # Errors
/// The hook is not there; the store cannot be read.
pub async fn listed(app: &App, name: Option<&str>, limit: i64) -> Result<Vec<Value>> {
    let hook = name.map(|it| find(app, it).map(|it| it.name.clone())).transpose()?;
    let all = app.store.arrivals(&Which { hook, ..Which::default() }, limit).await.map_err(unreadable)?;
    Ok(all.iter().map(brief).collect())
}

fn brief(kept: &Kept) -> Value {
    let it = &kept.arrival;
    json!({
        "id": kept.id, "at": kept.at, "hook": it.hook, "key": it.key, "verdict": it.verdict, "status": it.status,
        "verified_by": it.proof, "reason": it.reason, "method": it.method, "from": it.peer, "bytes": it.size, "repeats": kept.repeats,
    })
}

/// Show one delivery: how it was verified, what it said, what it became and where that is seen.
#[derive(Deserialize, JsonSchema)]
pub struct Inspect {
    /// The delivery's number, as `hooks deliveries` shows it.
    delivery: i64,
}

impl Action for Inspect {
    type On = App;
    const NAME: &str = "hooks delivery";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks delivery 17"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let kept = arrival(app, self.delivery).await?;
        let it = &kept.arrival;
        let mut facts = vec![
            ("Hook".to_owned(), Text::new().code(it.hook.clone())),
            ("Came".to_owned(), Text::new().time(kept.at)),
            ("Ended".to_owned(), Text::new().bold(it.verdict.name()).plain(format!(", answered {}", it.status))),
        ];
        let mut fact = |name: &str, value: Option<String>| facts.extend(value.map(|it| (name.to_owned(), Text::from(it))));
        fact("Verified by", it.proof.clone());
        fact("Why not", it.reason.clone());
        fact("From", it.peer.clone());
        fact("Key", it.key.clone());
        fact("Came again", (kept.repeats > 0).then(|| format!("{} times", kept.repeats)));
        let job = match &it.key {
            Some(key) if it.verdict == Verdict::Unread => {
                app.store.given_up(&job_key(&it.hook, key)).await.map_err(unreadable)?
            }
            _ => None,
        };
        fact("Given up", job.as_ref().map(|(id, reason)| format!("as job {id}: {reason}")));
        let tone = if matches!(it.verdict, Verdict::Refused | Verdict::Unread) { Tone::Bad } else { Tone::Neutral };
        let mut message = Message::new().heading(format!("Delivery {}", kept.id)).facts(facts).tone(tone);
        let brought = match &it.key {
            Some(key) => app.store.news_of_delivery(&it.hook, key).await.map_err(unreadable)?,
            None => Vec::new(),
        };
        for news in brought.iter().take(10) {
            let keys: Vec<String> = news.news.decisions.iter().map(|it| it.post.clone()).collect();
            let states = app.states_of(&keys).await.map_err(unreadable)?;
            let mut lines = Vec::new();
            for decision in &news.news.decisions {
                let state = states.iter().find(|(key, _)| *key == decision.post).map_or(State::New, |(_, state)| state.clone());
                lines.push(told::decision(app, &it.hook, decision, &state).await);
            }
            if lines.is_empty() {
                lines.push("no subscription hears of it".into());
            }
            message = message.paragraph(line(&news.news.event, &Names::none())).list(lines);
        }
        let query = if it.query.is_empty() { String::new() } else { format!("?{}", it.query) };
        let head: Vec<String> = it.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        message = message.block(Block::Code(format!("{} /hooks/{}{query}\n{}", it.method, it.hook, head.join("\n"))));
        if let Some(body) = body(app, &kept).await? {
            message = message.document(format!("delivery-{}.{}", kept.id, if is_json(&body) { "json" } else { "txt" }), "", body);
        }
        let mut buttons = Vec::new();
        if it.key.is_some() {
            buttons.push(Button::run("What would it do now?", ctx.call(Replay::NAME, json!({ "which": kept.id.to_string() }))));
        }
        buttons.push(Button::run(format!("Hook {}", it.hook), ctx.call("hooks show", json!({ "name": it.hook }))));
        Ok(Reply::new(message.buttons(buttons), Audience::Private))
    }
}

/// One delivery for programs.
///
/// # Errors
/// It is not there; the store cannot be read.
pub async fn inspected(app: &App, id: i64) -> Result<Value> {
    let kept = arrival(app, id).await?;
    let mut value = brief(&kept);
    let news = match &kept.arrival.key {
        Some(key) => app.store.news_of_delivery(&kept.arrival.hook, key).await.map_err(unreadable)?,
        None => Vec::new(),
    };
    let keys: Vec<String> = news.iter().flat_map(|it| it.news.decisions.iter().map(|it| it.post.clone())).collect();
    let states = app.states_of(&keys).await.map_err(unreadable)?;
    let state = |key: &str| match states.iter().find(|(it, _)| it == key) {
        Some((_, State::Posted(stands))) => json!({ "posted": stands.landed.message, "at": stands.at }),
        Some((_, State::Waiting)) => json!("waiting"),
        _ => json!("not posted"),
    };
    value["headers"] = json!(kept.arrival.headers);
    value["query"] = json!(kept.arrival.query);
    value["body"] = json!(body(app, &kept).await?);
    value["events"] = news
        .iter()
        .map(|it| {
            let told: Vec<Value> = it
                .news
                .decisions
                .iter()
                .map(|it| json!({ "to": it.to, "filter": it.filter, "mode": it.mode, "state": state(&it.post) }))
                .collect();
            json!({ "event": it.news.event, "told": told })
        })
        .collect();
    Ok(value)
}

async fn arrival(app: &App, id: i64) -> Result<Kept> {
    let found = app.store.arrival(id).await.map_err(unreadable)?;
    found.ok_or_else(|| {
        Error::not_found(format!("There is no delivery {id}: it never was, or it came more than seven days ago. `bellhop hooks deliveries` lists those there are."))
    })
}

/// As text, pretty where it is JSON.
async fn body(app: &App, kept: &Kept) -> Result<Option<String>> {
    let it = &kept.arrival;
    let (bytes, is_cut) = match &it.key {
        Some(key) => (app.store.delivered(&it.hook, key).await.map_err(unreadable)?, false),
        None => (it.body.as_ref().map(|it| it.to_vec()), it.size > REFUSED_BODY),
    };
    let Some(bytes) = bytes.filter(|it| !it.is_empty()) else { return Ok(None) };
    if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
        return Ok(serde_json::to_string_pretty(&value).ok());
    }
    let text: String = String::from_utf8_lossy(&bytes)
        .chars()
        .map(|it| if it.is_control() && !"\n\t".contains(it) { '\u{fffd}' } else { it })
        .collect();
    Ok(Some(if is_cut { format!("{text}\n… and more, which is not kept of what is refused") } else { text }))
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '['])
}

/// Read a delivery again, or all of a hook since a time, and see what it would do; post what was missed, if you say so.
#[derive(Deserialize, JsonSchema)]
pub struct Replay {
    /// A delivery's number, or a hook's name.
    which: String,
    /// Of a hook: since when, such as 2h or 3d.
    since: Option<String>,
    /// Post what was not posted before.
    #[serde(default)]
    post: bool,
    /// With post: also what was posted already, once more.
    #[serde(default)]
    again: bool,
}

impl Action for Replay {
    type On = App;
    const NAME: &str = "hooks replay";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks replay 17", "hooks replay ci since=2h post=yes"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let posting = match (self.post, self.again) {
            (false, _) => Posting::No,
            (true, false) => Posting::New,
            (true, true) => Posting::Again,
        };
        let all = replayed(app, &self.which, self.since.as_deref(), posting).await?;
        let mut message = Message::new().heading(match posting {
            Posting::No => "What it would do now",
            Posting::New | Posting::Again => "Replayed",
        });
        let (mut new, mut seen, mut events) = (0, 0, 0);
        let mut lines = Vec::new();
        for it in &all {
            match &it.outcome {
                Err(reason) => lines.push(Text::new().bold(format!("{}: ", it.id)).plain(reason.clone())),
                Ok(told) => {
                    for told in told {
                        events += 1;
                        let fresh = told.decisions.iter().filter(|(_, state)| *state == State::New).count();
                        (new, seen) = (new + fresh, seen + told.decisions.len() - fresh);
                        let places: Vec<String> = told
                            .decisions
                            .iter()
                            .map(|(it, state)| match state {
                                State::New => it.to.clone(),
                                State::Waiting => format!("{} (on its way)", it.to),
                                State::Posted(_) => format!("{} (posted already)", it.to),
                            })
                            .collect();
                        let to = if places.is_empty() { "nowhere".to_owned() } else { places.join(", ") };
                        let text = Text(
                            Text::new()
                                .bold(format!("{}: ", it.id))
                                .0
                                .into_iter()
                                .chain(line(&told.event, &Names::none()).0)
                                .collect(),
                        );
                        lines.push(text.plain(format!(" → {to}")));
                    }
                }
            }
        }
        let shown = lines.len().min(20);
        let more = lines.len() - shown;
        lines.truncate(shown);
        let posted: usize = all.iter().map(|it| it.posted).sum();
        let deliveries = if all.len() == 1 { "1 delivery".to_owned() } else { format!("{} deliveries", all.len()) };
        message = message.paragraph(match posting {
            Posting::No => format!("{deliveries}, {events} events: {new} posts would be new, {seen} are there already."),
            Posting::New => format!("{deliveries}, {events} events: {posted} posts are on their way, {seen} are there already."),
            Posting::Again => {
                format!("{deliveries}, {events} events: {posted} posts are on their way, also those that were there.")
            }
        });
        message = message.list(lines);
        if more > 0 {
            message = message.context(format!("… and {more} more."));
        }
        if posting == Posting::No && new > 0 {
            let mut params = json!({ "which": self.which, "post": true });
            if let Some(since) = self.since {
                params["since"] = since.into();
            }
            message = message
                .buttons(vec![Button::run(format!("Post the {new} that are new"), ctx.call(Replay::NAME, params)).primary()]);
        }
        Ok(Reply::to_asker(message))
    }
}

/// Replays a delivery by its number, or those of a hook, the oldest first.
///
/// # Errors
/// Nothing fits; the store cannot be used.
pub async fn replayed(app: &App, which: &str, since: Option<&str>, posting: Posting) -> Result<Vec<Replayed>> {
    let which = which.trim();
    let mut chosen = match which.parse::<i64>() {
        Ok(id) => vec![arrival(app, id).await?],
        Err(_) => {
            let hook = find(app, which)?.name.clone();
            let since = since_when(app.store.now(), since.unwrap_or("1h"))?;
            let which = Which { hook: Some(hook), since: Some(since), verdict: None };
            let mut all = app.store.arrivals(&which, AT_ONCE + 1).await.map_err(unreadable)?;
            all.retain(|it| it.arrival.key.is_some());
            if all.len() > usize::try_from(AT_ONCE).unwrap_or_default() {
                return Err(at("since", format!("More than {AT_ONCE} deliveries came since then: choose a shorter time.")));
            }
            all
        }
    };
    if chosen.is_empty() {
        return Err(Error::not_found("Nothing that could be read came since then."));
    }
    chosen.sort_by_key(|it| (it.at, it.id));
    let mut done = Vec::with_capacity(chosen.len());
    for kept in &chosen {
        done.push(app.replay(kept, posting).await.map_err(unreadable)?);
    }
    Ok(done)
}

fn since_when(now: Timestamp, text: &str) -> Result<Timestamp> {
    let wrong = || at("since", format!("`{text}` is no time of up to seven days: write 30m, 2h or 3d."));
    let span: jiff::Span = text.trim().parse().map_err(|_| wrong())?;
    let ago = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    match ago > SignedDuration::ZERO && ago <= SignedDuration::from_hours(7 * 24) {
        true => now.checked_sub(ago).map_err(|_| wrong()),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_up_to_seven_days_ago() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a moment");
        assert_eq!(since_when(now, "2h").expect("a time").to_string(), "2026-11-21T10:00:00Z");
        assert_eq!(since_when(now, "3d").expect("a time").to_string(), "2026-11-18T12:00:00Z");
        for wrong in ["8d", "-2h", "soon", "0s"] {
            assert!(since_when(now, wrong).expect_err("wrong").message.contains(wrong), "{wrong}");
        }
    }
}
