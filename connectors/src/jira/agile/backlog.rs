//! The backlog of a board: what is in no sprint, in the order of its rank.

use commands::{Action, Button, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    boards::{issues, no_software},
    sprints::keys,
};
use crate::{
    http::Repeatable,
    jira::{
        Jira,
        api::{Api, Found},
        issues::{LINE, listed},
        param, problem, wire,
    },
};

/// How many are shown.
const SHOWN: usize = 15;

impl Api<'_> {
    /// Jira takes 50 at once.
    pub async fn move_to_backlog(&self, keys: &[String]) -> Result<()> {
        for some in keys.chunks(50) {
            let sent = self.do_post("/rest/agile/1.0/backlog/issue", &issues(some), Repeatable::Yes).await;
            sent.map_err(|error| problem::about(error, "board with those issues", "Schedule Issues"))?;
        }
        Ok(())
    }
}

/// Lists the backlog of a board, the next to do first.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The board, by name or number.
    #[schemars(extend("x-positional" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    board: Option<param::Board>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    #[serde(default)]
    offset: usize,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "backlog list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["backlog list Apollo board"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let board = api.board(self.board.as_ref(), None).await?;
        let fields = LINE.join(",");
        let path = format!("/rest/agile/1.0/board/{}/backlog", board.id);
        let page =
            api.counted::<wire::Issue>(&path, "issues", &[("fields", &fields)], self.offset, SHOWN).await.map_err(no_software)?;
        let next = self.offset + page.items.len();
        let found = Found { next: (!page.last).then(|| next.to_string()), total: page.total, issues: page.items };
        let again = |_: &str| {
            let params = List { board: Some(param::Board(board.id.to_string())), offset: next };
            Button::run("Show more", ctx.call(Self::NAME, serde_json::to_value(params).unwrap_or_default()))
        };
        let mut message = listed(&api, &found, found.total, again);
        message.blocks.insert(0, commands::Block::Heading(format!("Backlog of {}", board.name)));
        Ok(Reply::to_channel(message))
    }
}

/// Moves issues out of their sprint, to the backlog.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The issues' keys.
    issues: Vec<param::IssueKey>,
}

impl Action for Add {
    type On = Jira;
    const NAME: &str = "backlog add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["backlog add APO-7 APO-8"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let keys = keys(&self.issues)?;
        on.api(ctx).await?.move_to_backlog(&keys).await?;
        Ok(Reply::to_channel(format!("Moved {} to the backlog.", keys.join(", "))))
    }
}

/// Ranks an issue before or after another.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rank {
    /// The issue's key.
    issue: param::IssueKey,
    /// The issue that it shall stand before.
    before: Option<param::IssueKey>,
    /// The issue that it shall stand after.
    after: Option<param::IssueKey>,
}

impl Action for Rank {
    type On = Jira;
    const NAME: &str = "backlog rank";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["backlog rank APO-8 before=APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let (name, other, said) = match (&self.before, &self.after) {
            (Some(other), None) => ("rankBeforeIssue", other.key("before")?, "before"),
            (None, Some(other)) => ("rankAfterIssue", other.key("after")?, "after"),
            _ => return Err(problem::at("before", "Where? Write before=APO-7 or after=APO-7, and not both.")),
        };
        let mut body = json!({ "issues": [key] });
        body[name] = json!(other);
        let put = api.put("/rest/agile/1.0/issue/rank", &body, Repeatable::Yes).await.map_err(no_software);
        put.map_err(|error| problem::about(error, &format!("issue {key}"), "Schedule Issues"))?;
        Ok(Reply::to_channel(format!("{key} stands {said} {other} now.")))
    }
}
