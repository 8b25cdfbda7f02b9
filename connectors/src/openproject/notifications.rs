//! What OpenProject tells the bot's own account: mentions and assignments that are meant for it.

use commands::{Action, Button, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    OpenProject,
    api::{filter, filters},
    hal::Resource,
    problem, reply,
};

/// Lists what OpenProject tells the bot's account: mentions, assignments, dates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Those that were read, too.
    #[serde(default)]
    all: bool,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "notification list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["notification list", "notification list --all"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let unread = [filter("readIAN", "=", &["f"])];
        let wanted = filters(if self.all { &[] } else { &unread });
        let page = self.page.unwrap_or(1);
        let offset = page.to_string();
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["id","desc"]]"#), ("pageSize", "15"), ("offset", &offset)];
        let found = on.page("/api/v3/notifications", &query).await?;
        let line = |it: &Resource| {
            let who = it.title("actor").map(|it| format!(" by {it}")).unwrap_or_default();
            let place = it.title("project").map(|it| format!(" · {it}")).unwrap_or_default();
            let text = Text::new().plain(format!("{}{who}: ", reason(it.text("reason"))));
            let text = match it.link("resource") {
                Some(link) => text.link(on.web(&link.href.replace("/api/v3", "")), link.title),
                None => text.plain("something that is gone"),
            };
            let read = if it.flag("readIAN") { " · read" } else { "" };
            text.plain(format!("{place}{read} (")).code(it.id().to_string()).plain(")")
        };
        let lines: Vec<Text> = found.elements().iter().map(line).collect();
        let is_empty = lines.is_empty();
        let more = Button::run("Show more", ctx.call("notification list", json!({ "all": self.all, "page": page + 1 })));
        let from = (page.max(1) as usize - 1) * 15 + 1;
        let message = reply::listed(lines, from, found.total(), "notification", Some(more));
        let read = Button::run("Mark all as read", ctx.call("notification read", json!({})));
        Ok(Reply::to_channel(if is_empty || self.all { message } else { message.buttons(vec![read]) }))
    }
}

/// Marks notifications of the bot's account as read: one, or all.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Read {
    /// The notification's number; all where you do not say.
    #[schemars(extend("x-positional" = true))]
    notification: Option<u64>,
}

impl Action for Read {
    type On = OpenProject;
    const NAME: &str = "notification read";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["notification read", "notification read 12"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let Some(id) = self.notification else {
            on.act("/api/v3/notifications/read_ian").await?;
            return Ok(reply::done("All notifications of the bot's account are read."));
        };
        let read = on.act(&format!("/api/v3/notifications/{id}/read_ian")).await;
        read.map_err(|error| problem::about(error, &format!("notification {id}"), "its own account"))?;
        Ok(reply::done(format!("Notification {id} is read.")))
    }
}

fn reason(name: &str) -> &str {
    match name {
        "dateAlert" => "date",
        "responsible" => "made accountable",
        other => other,
    }
}
