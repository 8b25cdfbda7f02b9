//! `sprint list`, `sprint show`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{CLOSED, dates, state};
use crate::jira::{Jira, agile::boards, api::Api, card, moment, param, wire::Sprint};

/// Lists the sprints of a board: those under way and to come, and the last closed ones.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The board, by name or number.
    #[schemars(extend("x-positional" = true))]
    board: Option<param::Board>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "sprint list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["sprint list", "sprint list Apollo board"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let board = api.scrum_board(self.board.as_ref(), None).await?;
        let all = api.sprints(board.id, "active,future,closed").await?;
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("{} has no sprints yet.", board.name)));
        }
        let closed = all.iter().filter(|it| it.state == "closed").count();
        let mut skip = closed.saturating_sub(CLOSED);
        let shown = all.iter().filter(|it| {
            let hidden = it.state == "closed" && skip > 0;
            skip -= usize::from(hidden);
            !hidden
        });
        let line = |it: &Sprint| {
            let goal = it.goal.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().bold(&*it.name).plain(format!(" (#{}) · {}{}{goal}", it.id, state(it), dates(it)))
        };
        let head = Text::new().plain("Sprints of ").link(boards::address(&api, &board), &*board.name);
        Ok(Reply::to_channel(Message::text(head).list(shown.map(line).collect())))
    }
}

/// Shows a sprint: its goal, how far it is, and its issues.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The sprint, by name or number; the one under way, where you do not say.
    #[schemars(extend("x-positional" = true))]
    sprint: Option<param::Sprint>,
    /// Of which board.
    board: Option<param::Board>,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "sprint show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["sprint show", "sprint show Apollo 3"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let sprint = api.sprint(self.sprint.as_ref(), self.board.as_ref(), None).await?;
        Ok(Reply::to_channel(shown(&api, ctx, &sprint, Message::new()).await?))
    }
}

async fn shown(api: &Api<'_>, ctx: &Ctx, sprint: &Sprint, said: Message) -> Result<Message> {
    let issues = api.sprint_issues(sprint.id, "summary,status,assignee,security").await?;
    let done = issues.iter().filter(|it| it.status().is_done()).count();
    let under_way = issues.iter().filter(|it| it.status().is_under_way()).count();
    let mut facts: Vec<(String, Text)> = vec![
        ("State".into(), format!("{}{}", state(sprint), dates(sprint)).into()),
        ("Issues".into(), format!("{} done, {under_way} under way, {} to do", done, issues.len() - done - under_way).into()),
    ];
    if let Some(left) = sprint.end().filter(|_| sprint.state == "active").map(|it| it.duration_since(ctx.now)) {
        let late = if left.is_negative() { " over" } else { " left" };
        facts.push(("Time".into(), format!("{}{late}", moment::span(left.abs())).into()));
    }
    if let Some(goal) = sprint.goal.as_deref().filter(|it| !it.is_empty()) {
        facts.push(("Goal".into(), goal.into()));
    }
    let id = sprint.id.to_string();
    let buttons = match sprint.state.as_str() {
        "active" => vec![
            Button::run("Burndown", ctx.call("metrics burndown", json!({ "sprint": id }))),
            Button::form("Complete", ctx.call("sprint complete", json!({ "sprint": id }))),
        ],
        "future" => vec![
            Button::form("Start", ctx.call("sprint start", json!({ "sprint": id }))),
            Button::form("Add issues", ctx.call("sprint move", json!({ "sprint": id }))),
        ],
        _ => vec![Button::run("Commitment", ctx.call("metrics commitment", json!({ "sprint": id })))],
    };
    let mut message = said;
    message = message.heading(&*sprint.name).facts(facts);
    let open: Vec<Text> =
        issues.iter().filter(|it| !card::is_restricted(it)).take(30).map(|it| card::line(api.jira, it)).collect();
    if !open.is_empty() {
        message = message.list(open);
    }
    Ok(message.buttons(buttons))
}

/// What was done, and the sprint as it is now; what was done is done, whether it can be shown or not.
pub(super) async fn after(api: &Api<'_>, ctx: &Ctx, id: u64, said: Message) -> Reply {
    let sprint = api.get::<Sprint>(&format!("/rest/agile/1.0/sprint/{id}"), &[]).await;
    match sprint {
        Ok(sprint) => Reply::to_channel(shown(api, ctx, &sprint, said.clone()).await.unwrap_or(said)),
        Err(_) => Reply::to_channel(said),
    }
}
