//! Boards, and how the work on them goes.

mod activity;
mod flow;
mod history;
mod metrics;
mod update;

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use activity::Activity;
pub use flow::Flow;
pub use metrics::Metrics;
pub use update::Update;

use super::{Trello, api, names::World, param, problem, view, wire};

/// Lists the boards that the bot's member is on, with how much is open.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Trello;
    const NAME: &str = "board list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board list"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let boards = on.boards().await?;
        if boards.is_empty() {
            return Ok(Reply::to_channel("The bot's member is on no board. Invite it in Trello: the board, Share."));
        }
        let paths: Vec<String> = boards.iter().map(|it| format!("/boards/{}/cards/open", it.id)).collect();
        let answers = on.batch(&paths).await?;
        let line = |(board, cards): (&wire::Board, Result<Value>)| {
            let text = Text::new().link(&board.short_url, &board.name);
            let Ok(cards) = cards.and_then(api::read::<Vec<wire::Card>>) else { return text };
            let late = cards.iter().filter(|it| view::is_late(it, ctx)).count();
            let late = if late > 0 { format!(", {late} overdue") } else { String::new() };
            text.plain(format!(" · {}{late}", view::count(cards.len(), "open card")))
        };
        let lines = boards.iter().zip(answers).map(line).collect();
        Ok(Reply::to_channel(Message::text(view::count(boards.len(), "board")).list(lines)))
    }
}

/// Shows a board: its lists with their cards, its labels and members.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The board.
    board: param::Board,
}

impl Action for Show {
    type On = Trello;
    const NAME: &str = "board show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board show demo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        shown(on, &world, ctx).await
    }
}

/// A board with its lists.
pub(super) async fn shown(on: &Trello, world: &World, ctx: &Ctx) -> Result<Reply> {
    let cards: Vec<wire::Card> = on.get(&format!("/1/boards/{}/cards/open", world.board.id), &[]).await?;
    let board = &world.board;
    let state = if board.closed { " · closed" } else { "" };
    let mut message = Message::new().heading(&board.name).paragraph(
        Text::new()
            .link(&board.short_url, "Open in Trello")
            .plain(format!(" · {}{state}", view::count(cards.len(), "open card"))),
    );
    if !board.desc.trim().is_empty() {
        message = message.block(commands::Block::Quote(view::shorten(board.desc.trim(), 600).into()));
    }
    let lists: Vec<Text> = world
        .lists
        .iter()
        .map(|list| {
            let on_it: Vec<&wire::Card> = cards.iter().filter(|it| it.id_list == list.id).collect();
            let first: Vec<&str> = on_it.iter().take(3).map(|it| it.name.as_str()).collect();
            let more = if on_it.len() > first.len() { ", …" } else { "" };
            let first = if first.is_empty() { String::new() } else { format!(": {}{more}", first.join(", ")) };
            Text::new().bold(&list.name).plain(format!(" {}{first}", on_it.len()))
        })
        .collect();
    if !lists.is_empty() {
        message = message.list(lists);
    }
    let names = |all: Vec<&str>| Text::from(if all.is_empty() { "none".to_owned() } else { all.join(", ") });
    message = message.facts(vec![
        ("Members".into(), names(world.members.iter().map(|it| it.full_name.as_str()).collect())),
        ("Labels".into(), names(world.labels.iter().map(wire::Label::title).collect())),
    ]);
    let call = |action: &str| ctx.call(action, json!({ "board": board.short_link }));
    message = message.buttons(vec![
        Button::form("Create a card", call("card create")).primary(),
        Button::run("Cards", call("card list")),
        Button::run("Metrics", call("board metrics")),
    ]);
    Ok(Reply::to_channel(message))
}

/// Who may see a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its members.
    Private,
    /// Everybody in the workspace.
    Org,
    /// Everybody.
    Public,
}

/// Creates a board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    #[schemars(length(min = 1, max = 16384))]
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Its lists, from left to right; To Do, Doing, Done where you do not say.
    #[serde(default)]
    list: Vec<String>,
    /// The workspace, by its short name in the address.
    workspace: Option<String>,
    /// Who may see it.
    visibility: Option<Visibility>,
    /// A board to copy the lists of.
    template: Option<param::Board>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "board create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["board create Apollo 2", "board create Apollo 2 list=Ideas list=Doing list=Done visibility=private"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let mut body = json!({
            "name": self.name.trim(),
            "desc": api::sign(ctx, self.description.as_deref().unwrap_or_default().trim()),
            "defaultLists": self.list.is_empty() && self.template.is_none(),
        });
        if let Some(workspace) = &self.workspace {
            let found: Result<Value> = on.get(&format!("/1/organizations/{}", slug(workspace)?), &[]).await;
            let found = found.map_err(|error| match error.kind {
                commands::ErrorKind::NotFound => {
                    problem::at("workspace", format!("Trello has no workspace `{workspace}` that the bot can see."))
                }
                _ => error,
            })?;
            body["idOrganization"] = found["id"].clone();
        }
        if let Some(visibility) = self.visibility {
            body["prefs_permissionLevel"] = json!(visibility);
        }
        if let Some(template) = &self.template {
            body["idBoardSource"] = json!(on.board("template", &template.0).await?.id);
            body["keepFromSource"] = json!("none");
        }
        let board: wire::Board =
            on.post("/1/boards/", &body).await.map_err(|it| problem::place(it, &[("name", "name"), ("desc", "description")]))?;
        for name in &self.list {
            on.post::<Value>("/1/lists", &json!({ "name": name.trim(), "idBoard": board.id, "pos": "bottom" })).await.map_err(
                |mut error| {
                    error.message = format!("The board is there, but not its list {name}. {}", error.message);
                    error
                },
            )?;
        }
        let message = Message::text(Text::new().plain("Created the board ").link(&board.short_url, &board.name).plain("."));
        let buttons = vec![
            Button::form("Create a card", ctx.call("card create", json!({ "board": board.short_link }))).primary(),
            Button::form("Add a member", ctx.call("member add", json!({ "board": board.short_link }))),
        ];
        Ok(Reply::to_channel(message.buttons(buttons)))
    }
}

/// A workspace's short name, as it stands in an address.
fn slug(text: &str) -> Result<&str> {
    let text = text.trim().trim_end_matches('/');
    let text = text.rsplit('/').next().unwrap_or(text);
    if !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-')) {
        return Ok(text);
    }
    Err(problem::at("workspace", "Write the workspace's short name, as it stands in its address: trello.com/w/demo."))
}

/// Closes a board. Its cards stay, and it can be reopened.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The board.
    board: param::Board,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Close {
    type On = Trello;
    const NAME: &str = "board close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["board close demo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        if self.confirm.is_none() {
            let cards: Vec<Value> = on.get(&format!("/1/boards/{}/cards/open", board.id), &[]).await?;
            let what = format!(
                "{} would be closed with {}: nobody could change them until it is reopened, which its administrators can.",
                board.name,
                view::count(cards.len(), "open card")
            );
            return Ok(view::ask(ctx, "board close", json!({ "board": board.short_link }), "Close the board", &what));
        }
        on.put::<Value>(&format!("/1/boards/{}", board.id), &json!({ "closed": true })).await?;
        on.worlds.invalidate(&board.id).await;
        let reopen = Button::run("Reopen", ctx.call("board reopen", json!({ "board": board.short_link })));
        Ok(Reply::to_channel(Message::text(format!("Closed the board {}.", board.name)).buttons(vec![reopen])))
    }
}

/// Reopens a closed board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The board, by its link or short link.
    board: param::Board,
}

impl Action for Reopen {
    type On = Trello;
    const NAME: &str = "board reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["board reopen iqXXzYEj"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        on.put::<Value>(&format!("/1/boards/{}", board.id), &json!({ "closed": false })).await?;
        on.worlds.invalidate(&board.id).await;
        Ok(Reply::to_channel(Message::text(
            Text::new().plain("Reopened the board ").link(&board.short_url, &board.name).plain("."),
        )))
    }
}

/// Lists who is on a board, and as what.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Members {
    /// The board.
    board: param::Board,
}

impl Action for Members {
    type On = Trello;
    const NAME: &str = "board members";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["board members demo"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Membership {
            member_type: String,
            member: Option<wire::Member>,
        }
        let board = on.board("board", &self.board.0).await?;
        let path = format!("/1/boards/{}/memberships", board.id);
        let all: Vec<Membership> = on.get(&path, &[("member", "true")]).await?;
        let line = |it: &Membership| {
            let member = it.member.as_ref()?;
            Some(Text::new().bold(&member.full_name).plain(format!(" @{} · {}", member.username, it.member_type)))
        };
        let lines: Vec<Text> = all.iter().filter_map(line).collect();
        Ok(Reply::to_channel(Message::text(format!("{} on {}", view::count(lines.len(), "member"), board.name)).list(lines)))
    }
}
