//! `sprint create`, `update`, `move`, `delete`.

use commands::{Action, Button, Ctx, Effect, Error, Message, Reply, Result, param::Date};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{PERMISSION, about, keys, show::after};
use crate::jira::{Jira, confirm, moment, names::count, param, wire::Sprint};

/// Creates a sprint.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    name: String,
    /// Of which board.
    board: Option<param::Board>,
    /// First day.
    start: Option<Date>,
    /// Last day.
    end: Option<Date>,
    /// What it is for.
    goal: Option<String>,
}

impl Action for Create {
    type On = Jira;
    const NAME: &str = "sprint create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["sprint create Apollo 5 goal=\"No more fires\"", "sprint create Apollo 5 board=1 start=monday end=+2w"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let board = api.scrum_board(self.board.as_ref(), None).await?;
        let mut body = json!({ "name": self.name.trim(), "originBoardId": board.id });
        for (key, date) in [("startDate", self.start), ("endDate", self.end)] {
            if let Some(date) = date {
                body[key] = json!(moment::write(moment::start_of(date.0)));
            }
        }
        if let Some(goal) = &self.goal {
            body["goal"] = json!(goal);
        }
        let sprint: Sprint = api
            .post("/rest/agile/1.0/sprint", &body)
            .await
            .map_err(|it| about(it, &format!("board {}", board.name), PERMISSION))?;
        Ok(after(&api, ctx, sprint.id, Message::text(format!("Created the sprint {}.", sprint.name))).await)
    }
}

/// Changes a sprint's name, dates or goal.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The sprint, by name or number.
    sprint: param::Sprint,
    /// Of which board.
    board: Option<param::Board>,
    /// What it shall be called.
    name: Option<String>,
    /// First day.
    start: Option<Date>,
    /// Last day.
    end: Option<Date>,
    /// What it is for.
    goal: Option<String>,
}

impl Action for Update {
    type On = Jira;
    const NAME: &str = "sprint update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["sprint update active goal=\"No more fires\"", "sprint update \"Apollo 4\" end=2026-12-18"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(Some(&self.sprint), self.board.as_ref(), None).await?;
        let mut body = json!({});
        for (key, date) in [("startDate", self.start), ("endDate", self.end)] {
            if let Some(date) = date {
                body[key] = json!(moment::write(moment::start_of(date.0)));
            }
        }
        for (key, text) in [("name", &self.name), ("goal", &self.goal)] {
            if let Some(text) = text {
                body[key] = json!(text.trim());
            }
        }
        if body.as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(Error::bad_input(format!(
                "What shall change in {}? Write it as a name and a value, such as end=friday.",
                sprint.name
            )));
        }
        api.change_sprint(&sprint, &body).await?;
        Ok(after(&api, ctx, sprint.id, Message::text(format!("Changed the sprint {}.", sprint.name))).await)
    }
}

/// Moves issues into a sprint.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The issues' keys.
    issues: Vec<param::IssueKey>,
    /// Into which sprint: by name or number, active, next, or backlog.
    #[schemars(extend("x-named" = true))]
    sprint: param::Sprint,
    /// Of which board.
    board: Option<param::Board>,
}

impl Action for Move {
    type On = Jira;
    const NAME: &str = "sprint move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["sprint move APO-7 APO-8 sprint=next", "sprint move APO-7 sprint=backlog"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let keys = keys(&self.issues)?;
        let said = keys.join(", ");
        if self.sprint.0.trim().eq_ignore_ascii_case("backlog") {
            api.move_to_backlog(&keys).await?;
            return Ok(Reply::to_channel(format!("Moved {said} to the backlog.")));
        }
        let sprint = api.sprint(Some(&self.sprint), self.board.as_ref(), None).await?;
        api.move_issues(sprint.id, &keys).await?;
        let show = Button::run("Show the sprint", ctx.call("sprint show", json!({ "sprint": sprint.id.to_string() })));
        Ok(Reply::to_channel(Message::text(format!("Moved {said} to {}.", sprint.name)).buttons(vec![show])))
    }
}

/// Deletes a sprint; its issues go to the backlog. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The sprint, by name or number.
    sprint: param::Sprint,
    /// Of which board.
    board: Option<param::Board>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "sprint delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["sprint delete Apollo 4"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(Some(&self.sprint), self.board.as_ref(), None).await?;
        let (id, name) = (sprint.id, &sprint.name);
        if self.confirm.is_none() {
            let issues = api.sprint_issues(id, "status").await?;
            let losses = [
                format!("Back in the backlog, where they are open: {}.", count(issues.len(), "issue")),
                "Its dates, its goal and its report cannot be brought back.".to_owned(),
            ];
            return Ok(confirm::ask(
                ctx,
                Self::NAME,
                json!({ "sprint": id.to_string() }),
                &format!("Delete the sprint {name}?"),
                &losses,
            ));
        }
        api.delete(&format!("/rest/agile/1.0/sprint/{id}"), &[])
            .await
            .map_err(|it| about(it, &format!("sprint {name}"), PERMISSION))?;
        Ok(Reply::to_channel(format!("Deleted the sprint {name}.")))
    }
}
