//! `sprint start`, `sprint complete`.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{show::after, state};
use crate::jira::{Jira, moment, names::count, param, problem};

/// Starts a sprint.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Start {
    /// The sprint, by name or number; the next one, where you do not say.
    #[schemars(extend("x-positional" = true))]
    sprint: Option<param::Sprint>,
    /// Of which board.
    board: Option<param::Board>,
    /// How many weeks it goes on, where it has no end yet.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 8))]
    weeks: u8,
    /// What it is for.
    goal: Option<String>,
}

fn two() -> u8 {
    2
}

impl Action for Start {
    type On = Jira;
    const NAME: &str = "sprint start";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["sprint start", "sprint start Apollo 4 weeks=1"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let next = param::Sprint("next".to_owned());
        let sprint = api.sprint(Some(self.sprint.as_ref().unwrap_or(&next)), self.board.as_ref(), None).await?;
        if sprint.state != "future" {
            return Err(problem::at(
                "sprint",
                format!("{} is {}: only one that is to come can be started.", sprint.name, state(&sprint)),
            ));
        }
        let weeks = ctx.now.checked_add((i64::from(self.weeks) * 7 * 24).hours());
        let end = sprint.end().filter(|it| *it > ctx.now).or(weeks.ok()).unwrap_or(ctx.now);
        let mut body = json!({ "state": "active", "startDate": moment::write(ctx.now), "endDate": moment::write(end) });
        if let Some(goal) = &self.goal {
            body["goal"] = json!(goal.trim());
        }
        api.change_sprint(&sprint, &body).await?;
        Ok(after(&api, ctx, sprint.id, Message::text(format!("Started the sprint {}.", sprint.name))).await)
    }
}

/// Completes a sprint, and says where its open issues go.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Complete {
    /// The sprint, by name or number; the one under way, where you do not say.
    #[schemars(extend("x-positional" = true))]
    sprint: Option<param::Sprint>,
    /// Of which board.
    board: Option<param::Board>,
    /// Where its open issues go: a sprint, `next`, or `backlog`.
    #[serde(default = "backlog")]
    move_open_to: param::Sprint,
}

fn backlog() -> param::Sprint {
    param::Sprint("backlog".to_owned())
}

impl Action for Complete {
    type On = Jira;
    const NAME: &str = "sprint complete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["sprint complete", "sprint complete active move_open_to=next"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(self.sprint.as_ref(), self.board.as_ref(), None).await?;
        if sprint.state != "active" {
            return Err(problem::at(
                "sprint",
                format!("{} is {}: only one that is under way can be completed.", sprint.name, state(&sprint)),
            ));
        }
        let target = match self.move_open_to.0.trim() {
            text if text.eq_ignore_ascii_case("backlog") => None,
            _ => {
                let board = self.board.clone().or(sprint.origin_board_id.map(|it| param::Board(it.to_string())));
                let target = api.sprint(Some(&self.move_open_to), board.as_ref(), None).await;
                Some(target.map_err(|it| problem::renamed(it, "sprint", "move_open_to"))?)
            }
        };
        let issues = api.sprint_issues(sprint.id, "status").await?;
        let open: Vec<String> = issues.iter().filter(|it| !it.status().is_done()).map(|it| it.key.clone()).collect();
        api.change_sprint(&sprint, &json!({ "state": "closed" })).await?;
        let mut said = Message::text(format!(
            "Completed the sprint {}: {} of {} done.",
            sprint.name,
            issues.len() - open.len(),
            count(issues.len(), "issue")
        ));
        if !open.is_empty() {
            let (place, moved) = match &target {
                Some(target) => (target.name.clone(), api.move_issues(target.id, &open).await),
                None => ("the backlog".to_owned(), api.move_to_backlog(&open).await),
            };
            // The sprint is closed: what became of its issues is another matter.
            said = match moved {
                Ok(()) => said.context(format!("{} went to {place}.", count(open.len(), "open issue"))),
                Err(error) => {
                    said.context(format!("{} did not go to {place}: {}", count(open.len(), "open issue"), error.message))
                }
            };
        }
        Ok(after(&api, ctx, sprint.id, said).await)
    }
}
