//! Milestones of a repository: list, create, close.

use commands::{
    Action, Ctx, Effect, Reply, Result, Text,
    param::{Date, Markdown},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{GitHub, access::Level, card, issues::State, param, place::Right, problem, wire};

/// Lists milestones, the next due first, and how far they are.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// Which: open, closed or any.
    #[serde(default)]
    state: State,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "milestone list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["milestone list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Read).await?;
        let state = match self.state {
            State::Open => "open",
            State::Closed => "closed",
            State::Any => "all",
        };
        let query = [("state", state), ("sort", "due_on"), ("direction", "asc")];
        let all: Vec<wire::Milestone> = place.first("/milestones", &query, 200).await?.items;
        let lines = all.iter().map(line).collect();
        let title = format!("{} in {}", card::count(all.len() as u64, "milestone"), place.repo);
        Ok(Reply::to_channel(card::listed(title, &format!("No milestone in {} matches.", place.repo), lines, 1, None)))
    }
}

/// `1.0: 3 of 4 done · due 2026-12-01`.
fn line(it: &wire::Milestone) -> Text {
    let total = it.open_issues + it.closed_issues;
    let mut rest = format!(": {} of {total} done", it.closed_issues);
    if let Some(due) = it.due_on {
        rest.push_str(&format!(" · due {}", due.strftime("%Y-%m-%d")));
    }
    if it.state == "closed" {
        rest.push_str(" · closed");
    }
    if let Some(description) = card::excerpt(it.description.as_deref(), 100) {
        rest.push_str(&format!(" · {}", description.replace('\n', " ")));
    }
    Text::new().link(&it.html_url, &it.title).plain(rest)
}

/// Creates a milestone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its title.
    title: String,
    /// When it is due.
    due: Option<Date>,
    /// What it is about.
    description: Option<Markdown>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "milestone create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone create 1.1 due=2026-12-24 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Write).await?;
        let mut body = json!({ "title": self.title.trim() });
        if let Some(due) = self.due {
            // GitHub keeps the day in its own time zone: noon is on that day in all of America and Europe.
            body["due_on"] = json!(format!("{}T12:00:00Z", due.0));
        }
        if let Some(description) = &self.description {
            body["description"] = json!(description.0.trim());
        }
        let made: Result<wire::Milestone> = place.post("/milestones", &body).await;
        let fields = [("title", "title"), ("due_on", "due"), ("description", "description")];
        let made = made.map_err(|it| problem::place(it, &fields))?;
        Ok(Reply::to_channel(
            Text::new().plain("Created the milestone ").link(&made.html_url, &made.title).plain(format!(" in {}.", place.repo)),
        ))
    }
}

/// Closes a milestone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// Its title.
    milestone: param::Milestone,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Close {
    type On = GitHub;
    const NAME: &str = "milestone close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone close 1.0 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Write).await?;
        let number = place.milestone(&self.milestone.0).await?;
        let Some(number) = number.as_u64() else { return Err(problem::at("milestone", "Which milestone? Write its title.")) };
        let closed: wire::Milestone = place.patch(&format!("/milestones/{number}"), &json!({ "state": "closed" })).await?;
        let open = match closed.open_issues {
            0 => String::new(),
            count => {
                format!(" {} in it still open.", if count == 1 { "1 issue is".into() } else { format!("{count} issues are") })
            }
        };
        Ok(Reply::to_channel(format!("Closed the milestone {} of {}.{open}", closed.title, place.repo)))
    }
}
