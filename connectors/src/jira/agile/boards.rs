//! Boards.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::jira::{
    Jira,
    api::Api,
    moment,
    names::{count, either, pick, same},
    param, problem, wire,
};

/// As many boards as are looked through.
const ALL: usize = 500;

impl Api<'_> {
    /// The boards that the bot sees, of a project where one is named.
    pub async fn boards(&self, project: Option<&str>) -> Result<Vec<wire::Board>> {
        let query: Vec<(&str, &str)> = project.map(|it| ("projectKeyOrId", it)).into_iter().collect();
        self.all("/rest/agile/1.0/board", "values", &query, ALL).await.map_err(no_software)
    }

    /// The board that is meant; where none is named, the only one there is.
    ///
    /// # Errors
    /// At `board`, with those there are.
    pub async fn board(&self, typed: Option<&param::Board>, project: Option<&str>) -> Result<wire::Board> {
        let typed = typed.map(|it| it.0.trim()).filter(|it| !it.is_empty());
        if let Some(id) = typed.filter(|it| it.bytes().all(|it| it.is_ascii_digit())) {
            let found = self.get(&format!("/rest/agile/1.0/board/{id}"), &[]).await;
            return found.map_err(|error| problem::about(error, &format!("board {id}"), "Browse Projects"));
        }
        let all = self.boards(project).await?;
        if let Some(typed) = typed {
            let named: Vec<(String, String)> = all.iter().map(|it| (it.id.to_string(), it.name.clone())).collect();
            let (id, _) = pick("board", "board", typed, &named, |(id, name)| (id, name))?;
            let board = all.into_iter().find(|it| it.id.to_string() == *id);
            return board.ok_or_else(|| Error::internal("a board that was found is gone"));
        }
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        match all.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(problem::at(
                "board",
                "Jira shows the bot's account no board. Boards are made in Jira Software, for a project.",
            )),
            _ => Err(problem::at("board", format!("Which board? There is {}.", either(&names)))),
        }
    }

    /// The board that is meant, where it has sprints; of several without a name, the only one with sprints.
    pub async fn scrum_board(&self, typed: Option<&param::Board>, project: Option<&str>) -> Result<wire::Board> {
        if typed.is_none() {
            let mut all = self.boards(project).await?;
            all.retain(|it| it.kind != "kanban");
            if let [one] = all.as_slice() {
                return Ok(one.clone());
            }
        }
        let board = self.board(typed, project).await?;
        match board.kind.as_str() {
            "kanban" => Err(problem::at("board", format!("{} is a Kanban board, which has no sprints.", board.name))),
            _ => Ok(board),
        }
    }

    pub async fn configuration(&self, board: u64) -> Result<Configuration> {
        self.get_kept(&format!("/rest/agile/1.0/board/{board}/configuration"), &[]).await
    }
}

/// How a board is set up.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::jira) struct Configuration {
    #[serde(default)]
    pub column_config: Columns,
    /// None where work is not estimated.
    pub estimation: Option<Estimation>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::jira) struct Columns {
    #[serde(default)]
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::jira) struct Column {
    pub name: String,
    #[serde(default)]
    pub statuses: Vec<wire::Named>,
    /// The most issues that may be in it.
    pub max: Option<f64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::jira) struct Estimation {
    pub field: Option<EstimationField>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::jira) struct EstimationField {
    pub field_id: String,
}

impl Configuration {
    /// The field that holds what an issue is estimated at.
    pub fn points(&self) -> Option<&str> {
        Some(self.estimation.as_ref()?.field.as_ref()?.field_id.as_str())
    }
}

/// Without Jira Software there is no such path.
pub(in crate::jira) fn no_software(error: Error) -> Error {
    match error.kind {
        ErrorKind::NotFound => {
            let message = "This Jira has no boards: they come with Jira Software. An administrator can see under Administration → Applications \
                           whether it is licensed, and give the bot's account access to it.";
            Error { message: message.to_owned(), ..error }
        }
        _ => error,
    }
}

pub(in crate::jira) fn address(api: &Api<'_>, board: &wire::Board) -> String {
    match board.location.as_ref().and_then(|it| it.project_key.as_ref()).filter(|_| api.is_cloud()) {
        Some(key) => format!("{}/jira/software/projects/{key}/boards/{}", api.jira.site, board.id),
        None => format!("{}/secure/RapidBoard.jspa?rapidView={}", api.jira.site, board.id),
    }
}

/// Lists boards.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those of this project.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "board list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board list", "board list APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = match &self.project {
            Some(project) => Some(api.project(&project.0).await?.key),
            None => None,
        };
        let boards = api.boards(project.as_deref()).await?;
        let line = |it: &wire::Board| {
            let place =
                it.location.as_ref().and_then(|it| it.display_name.clone()).map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(address(&api, it), &*it.name).plain(format!(" (#{}) · {}{place}", it.id, it.kind))
        };
        Ok(Reply::to_channel(match boards.is_empty() {
            true => Message::text("No board matches."),
            false => Message::text(Text::new().bold(count(boards.len(), "board"))).list(boards.iter().map(line).collect()),
        }))
    }
}

/// Shows a board: its columns with what is in them, and its sprint.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The board, by name or number.
    #[schemars(extend("x-positional" = true))]
    board: Option<param::Board>,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "board show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board show Apollo board", "board show 1"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let board = api.board(self.board.as_ref(), None).await?;
        let configuration = api.configuration(board.id).await?;
        let sprint = if board.kind == "kanban" { None } else { api.active_sprint(board.id).await? };
        let path = match &sprint {
            Some(sprint) => format!("/rest/agile/1.0/board/{}/sprint/{}/issue", board.id, sprint.id),
            None => format!("/rest/agile/1.0/board/{}/issue", board.id),
        };
        let issues: Vec<wire::Issue> = api.all(&path, "issues", &[("fields", "summary,status,assignee,security")], 500).await?;
        let mut message = Message::new().heading(&*board.name).paragraph(Text::new().link(address(&api, &board), "Open in Jira"));
        if let Some(sprint) = &sprint {
            let end = sprint.end().map(|it| format!(", until {}", moment::day(it))).unwrap_or_default();
            message = message.paragraph(format!("{} is under way{end}.", sprint.name));
        }
        let row = |column: &Column| {
            let within = |it: &&wire::Issue| column.statuses.iter().any(|status| status.id == it.status().id);
            let keys: Vec<&str> = issues.iter().filter(within).map(|it| it.key.as_str()).collect();
            let most = column.max.map(|it| format!(" of {it}")).unwrap_or_default();
            let more = if keys.len() > 12 { format!(" and {} more", keys.len() - 12) } else { String::new() };
            let shown = keys.iter().take(12).copied().collect::<Vec<_>>().join(", ");
            vec![Text::from(column.name.as_str()), format!("{}{most}", keys.len()).into(), format!("{shown}{more}").into()]
        };
        let header = ["Column", "Issues", "Which"].map(str::to_owned).to_vec();
        let rows = configuration.column_config.columns.iter().map(row).collect();
        let mut buttons = vec![Button::run("Backlog", ctx.call("backlog list", json!({ "board": board.id.to_string() })))];
        if board.kind != "kanban" {
            buttons.push(Button::run("Sprints", ctx.call("sprint list", json!({ "board": board.id.to_string() }))));
            buttons.push(Button::run("Velocity", ctx.call("metrics velocity", json!({ "board": board.id.to_string() }))));
        }
        Ok(Reply::to_channel(message.block(commands::Block::Table { header, rows }).buttons(buttons)))
    }
}

/// Whether a sprint's or board's number or name is meant.
pub(in crate::jira) fn is(id: u64, name: &str, typed: &str) -> bool {
    same(name, typed) || typed.trim() == id.to_string()
}

/// A body that names issues.
pub(in crate::jira) fn issues(keys: &[String]) -> Value {
    json!({ "issues": keys })
}
