//! All hooks, and one.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    find,
    status::{More, Status, status, statuses},
    unreadable,
};
use crate::{app::App, builtins::jobs::age, hooks::store::Day};

/// List the hooks that systems report to, and how they fare.
#[derive(Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = App;
    const NAME: &str = "hooks";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        Ok(Reply::to_asker(list(app, ctx, &statuses(app).await.map_err(unreadable)?)))
    }
}

fn list(app: &App, ctx: &Ctx, all: &[Status]) -> Message {
    let add = Button::form("Add a hook…", ctx.call("hooks add", json!({})));
    if all.is_empty() {
        let text = "No system reports here yet: a hook is an address that one calls when something happens.";
        return Message::text(text).buttons(vec![add]);
    }
    let now = app.store.now();
    let row = |it: &Status| {
        let last = it.pulse.last.map_or_else(|| "-".to_owned(), |at| format!("{} ago", age(now.duration_since(at))));
        vec![
            Text::new().code(it.name.clone()),
            it.kind.clone().into(),
            it.state.into(),
            last.into(),
            it.pulse.day.to_string().into(),
            (it.pulse.refused + it.pulse.unread).to_string().into(),
        ]
    };
    let header = ["Hook", "Kind", "State", "Last", "In 24 h", "Failed in 24 h"].map(str::to_owned).to_vec();
    let rows = all.iter().map(row).collect();
    let tone = if all.iter().any(|it| it.state == "failing") { Tone::Warning } else { Tone::Neutral };
    // Those that need somebody first.
    let mut first: Vec<&Status> = all.iter().collect();
    first.sort_by_key(|it| it.state == "works" || it.state == "disabled");
    let show = |it: &&Status| Button::run(format!("Show {}", it.name), ctx.call("hooks show", json!({ "name": it.name })));
    let buttons = first.iter().take(4).map(show).chain([add]).collect();
    Message::new().heading("Hooks").block(Block::Table { header, rows }).tone(tone).buttons(buttons)
}

/// Show how one hook fares: deliveries by day, why some failed, how long posts took, its last events.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The hook's name.
    #[schemars(extend("x-lookup" = "hook"))]
    name: String,
}

impl Action for Show {
    type On = App;
    const NAME: &str = "hooks show";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hooks show ci"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let hook = find(app, &self.name)?;
        let status = status(app, &hook).await.map_err(unreadable)?;
        let mut facts = vec![
            ("State".to_owned(), Text::new().bold(status.state)),
            ("Kind".to_owned(), status.kind.clone().into()),
            ("Made by".to_owned(), status.made_by.clone().map_or("the configuration file".into(), Text::from)),
        ];
        if let Some(address) = &status.address {
            facts.insert(2, ("Address".to_owned(), Text::new().code(address.clone())));
        }
        if !hook.allow.is_empty() {
            let all: Vec<String> = hook.allow.iter().map(ToString::to_string).collect();
            facts.push(("May send".to_owned(), all.join(", ").into()));
        }
        if let Some(vendor) = hook.made.as_ref().and_then(|it| it.vendor.as_ref()) {
            let of = vendor.hook.of.as_deref().map(|it| format!(" for {it}")).unwrap_or_default();
            facts.push(("Set up".to_owned(), format!("by the connection {}{of}", vendor.connection).into()));
            if let Some(ends) = vendor.ends {
                facts.push(("Made anew".to_owned(), Text::new().plain("by itself, before it ends ").time(ends)));
            }
        }
        let mut message = Message::new().heading(format!("Hook {}", hook.name)).facts(facts);
        if let Some(more) = &status.more {
            message = analytics(message, more);
        }
        let here = json!({ "name": hook.name });
        let mut buttons = vec![Button::run("Deliveries", ctx.call("hooks deliveries", here.clone()))];
        if hook.made.is_some() {
            let switch = match hook.disabled {
                true => Button::run("Enable", ctx.call("hooks enable", here.clone())),
                false => Button::run("Disable", ctx.call("hooks disable", here.clone())),
            };
            buttons.push(
                Button::run("New secret", ctx.call("hooks rotate", here.clone()))
                    .danger("A new secret is made and sent to you. The present one is taken for another day."),
            );
            buttons.push(switch);
            buttons.push(Button::run("Delete …", ctx.call("hooks delete", here)));
        }
        Ok(Reply::to_asker(message.buttons(buttons)))
    }
}

fn analytics(mut message: Message, more: &More) -> Message {
    if let Some(until) = more.previous_secret_until {
        message =
            message.paragraph(Text::new().plain("The secret before the last rotation is taken until ").time(until).plain("."));
    }
    if !more.days.is_empty() {
        let header = ["Day (UTC)", "Taken", "Not read", "Refused", ""].map(str::to_owned).to_vec();
        let most = more.days.iter().map(|it| it.accepted + it.unread).max().unwrap_or(1).max(1);
        let row = |it: &Day| {
            let bar = usize::try_from((it.accepted + it.unread) * 20 / most).unwrap_or(0);
            let cells = [it.accepted, it.unread, it.refused].map(|it| Text::from(it.to_string()));
            let day = Text::from(it.day.strftime("%a %Y-%m-%d").to_string());
            std::iter::once(day).chain(cells).chain([Text::new().code("▇".repeat(bar.max(1)))]).collect()
        };
        message = message.block(Block::Table { header, rows: more.days.iter().map(row).collect() });
    }
    if !more.failures.is_empty() {
        let line = |(reason, count): &(String, i64)| Text::new().bold(format!("{count}× ")).plain(reason.clone());
        message =
            message.paragraph(Text::new().bold("Failed in 24 hours")).list(more.failures.iter().take(8).map(line).collect());
    }
    if let (Some(half), Some(most)) = (more.latency_p50, more.latency_p99) {
        message = message.context(format!("From receipt to posted: half within {half:.0} ms, 99 of 100 within {most:.0} ms."));
    }
    if !more.last_events.is_empty() {
        let line = |it: &super::status::LastEvent| {
            let places = match it.told {
                0 => "heard nowhere".to_owned(),
                1 => "heard in 1 place".to_owned(),
                n => format!("heard in {n} places"),
            };
            let actor = it.actor.as_ref().map(|it| format!("{it} ")).unwrap_or_default();
            let what = format!(" {actor}{} {} {}: {places}", it.kind, it.key, it.title);
            Text::new().time(it.at).plain(what)
        };
        message = message.paragraph(Text::new().bold("Last events")).list(more.last_events.iter().map(line).collect());
    }
    message
}
