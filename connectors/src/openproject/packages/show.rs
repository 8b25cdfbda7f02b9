//! `wp show`, `history`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::openproject::{OpenProject, card, hal::Resource, param, reply};

/// How many entries of a history are shown.
const LAST: usize = 15;

/// Shows a work package, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The work package's number, or a link to it.
    package: param::PackageId,
    /// Show the last comments too.
    #[serde(default)]
    comments: bool,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "wp show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp show 42", "wp show 42 --comments"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let package = on.package(id).await?;
        let mut extra = Message::new();
        if self.comments {
            let all = on.activities(id).await?;
            let comments: Vec<Text> = all.iter().filter(|it| !it.raw("comment").is_empty()).map(comment).collect();
            let first = comments.len().saturating_sub(5);
            extra = extra.paragraph(if comments.is_empty() { "No comments yet." } else { "Last comments" });
            if !comments.is_empty() {
                extra = extra.list(comments.into_iter().skip(first).collect());
            }
        }
        let shown = on.shown(package).await?;
        Ok(card::reply(on.http.base(), &shown, ctx, Message::new(), extra))
    }
}

/// Shows what happened to a work package: changes and comments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct History {
    /// The work package's number.
    package: param::PackageId,
}

impl Action for History {
    type On = OpenProject;
    const NAME: &str = "wp history";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp history 42"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let all = on.activities(id).await?;
        let first = all.len().saturating_sub(LAST);
        let lines = all[first..].iter().map(entry).collect();
        let head = Text::new().plain("What happened to ").link(card::url(on.http.base(), id), format!("#{id}"));
        let mut message = Message::text(head);
        message.blocks.extend(reply::listed(lines, first + 1, all.len(), "entry", None).blocks);
        Ok(Reply::to_channel(message))
    }
}

impl OpenProject {
    /// What happened to a work package, oldest first. Internal comments stay in OpenProject: the channel may hold people
    /// who may not read them.
    async fn activities(&self, id: u64) -> Result<Vec<Resource>> {
        let all = self.get(&format!("/api/v3/work_packages/{id}/activities")).await;
        let all =
            all.map_err(|error| crate::openproject::problem::about(error, &format!("work package #{id}"), "View work packages"))?;
        let mut all: Vec<Resource> = all.elements().into_iter().filter(|it| !it.flag("internal")).collect();
        // Versions differ in whether a name stands beside the number.
        for activity in &mut all {
            let Some(user) = activity.link("user").filter(|it| it.title.is_empty()) else { continue };
            if let Ok(user) = self.settled(&self.below(&user.href)).await {
                activity.0["_links"]["user"]["title"] = user.name().into();
            }
        }
        Ok(all)
    }
}

fn head(activity: &Resource) -> Text {
    let text = Text::new().bold(activity.title("user").unwrap_or_else(|| "somebody".into()));
    match activity.moment("createdAt") {
        Some(at) => text.plain(" ").time(at),
        None => text,
    }
}

fn comment(activity: &Resource) -> Text {
    head(activity).plain(format!(": {}", card::shorten(activity.raw("comment"), 300)))
}

/// Changes as OpenProject words them, and what was said.
fn entry(activity: &Resource) -> Text {
    let details = activity.0["details"].as_array().into_iter().flatten();
    let mut parts: Vec<String> = details.filter_map(|it| it["raw"].as_str()).map(|it| card::shorten(it, 120)).collect();
    let said = activity.raw("comment");
    if !said.is_empty() {
        parts.push(format!("“{}”", card::shorten(said, 200)));
    }
    head(activity).plain(if parts.is_empty() { ": created".into() } else { format!(": {}", parts.join("; ")) })
}
