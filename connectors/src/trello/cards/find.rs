//! `card list`, `card mine`, `card search`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::trello::{
    Trello, accounts,
    names::{is_me, is_none},
    param, problem, view, wire,
};

const LIMIT: usize = 20;

/// Lists a board's cards, from left to right and top to bottom.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The board.
    board: param::Board,
    /// Only this list.
    list: Option<param::List>,
    /// Only whose cards: me, @ana, none.
    member: Option<Person>,
    /// Only with this label.
    label: Option<param::Label>,
    /// Only those that are late.
    #[serde(default)]
    overdue: bool,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<usize>,
}

impl Action for List {
    type On = Trello;
    const NAME: &str = "card list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["card list demo", "card list demo list=Doing member=me", "card list demo label=urgent --overdue"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let list = self.list.as_ref().map(|it| world.list("list", &it.0)).transpose()?;
        let label = self.label.as_ref().map(|it| world.label("label", &it.0)).transpose()?;
        let whose = match &self.member {
            Some(person) if !is_none(&person.0) => Some(on.member("member", &person.0, &world, ctx).await?.id),
            _ => None,
        };
        let nobodys = self.member.as_ref().is_some_and(|it| is_none(&it.0));
        let path = match list {
            Some(list) => format!("/1/lists/{}/cards", list.id),
            None => format!("/1/boards/{}/cards/open", world.board.id),
        };
        let mut cards: Vec<wire::Card> = on.get(&path, &[]).await?;
        cards.retain(|it| {
            whose.as_ref().is_none_or(|id| it.id_members.contains(id))
                && (!nobodys || it.id_members.is_empty())
                && label.is_none_or(|label| it.labels.iter().any(|it| it.id == label.id))
                && (!self.overdue || view::is_late(it, ctx))
        });
        let place = |card: &wire::Card| world.lists.iter().position(|it| it.id == card.id_list).unwrap_or(usize::MAX);
        cards.sort_by_key(place);

        let (offset, limit, total) = (self.offset.unwrap_or(0), self.limit.unwrap_or(LIMIT), cards.len());
        let shown: Vec<Text> = cards
            .iter()
            .skip(offset)
            .take(limit)
            .map(|card| {
                let name = world.lists.get(place(card)).map(|it| it.name.as_str()).filter(|_| list.is_none());
                view::line(card, name, &world.members, ctx)
            })
            .collect();
        let until = offset + shown.len();
        let heading = match total {
            0 => format!("No cards like that on {}.", world.board.name),
            _ if shown.len() < total => {
                format!("{} to {until} of {} on {}", offset + 1, view::count(total, "card"), world.board.name)
            }
            _ => format!("{} on {}", view::count(total, "card"), world.board.name),
        };
        let mut message = Message::text(heading);
        if !shown.is_empty() {
            message = message.list(shown);
        }
        if until < total {
            let mut params = json!({ "board": self.board.0, "limit": limit, "offset": until });
            let given = [
                ("list", self.list.map(|it| it.0)),
                ("member", self.member.map(|it| it.0)),
                ("label", self.label.map(|it| it.0)),
            ];
            given.into_iter().filter_map(|(key, value)| Some((key, value?))).for_each(|(key, value)| params[key] = json!(value));
            if self.overdue {
                params["overdue"] = json!(true);
            }
            message = message.buttons(vec![Button::run("Show more", ctx.call("card list", params))]);
        }
        Ok(Reply::to_channel(message))
    }
}

/// Lists your cards on all boards, what is due first at the top.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Mine {
    /// Somebody else's: a Trello username or @ana.
    of: Option<Person>,
    /// How many at most.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
}

impl Action for Mine {
    type On = Trello;
    const NAME: &str = "card mine";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["card mine", "card mine of=ben"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        use crate::connector::Whose;
        let member = match self.of.as_ref().map(|it| it.0.trim().trim_start_matches('@')).filter(|it| !is_me(it)) {
            None => accounts::asker(on, ctx).await?.ok_or_else(|| {
                problem::at("of", "I do not know who you are in Trello. Link the account, or write of= and your Trello username.")
            })?,
            Some(typed) => {
                let whose = if typed.contains('@') { Whose::Email(typed) } else { Whose::Login(typed) };
                accounts::lookup(on, whose)
                    .await?
                    .ok_or_else(|| problem::at("of", format!("Trello knows nobody called `{typed}`. Write a Trello username.")))?
            }
        };
        let mut cards: Vec<wire::Card> = on.get(&format!("/1/members/{}/cards", member.id), &[("filter", "visible")]).await?;
        cards.retain(|it| !it.closed && !it.due_complete);
        cards.sort_by_key(|it| (it.due.is_none(), it.due, std::cmp::Reverse(it.date_last_activity)));
        let boards = on.boards().await?;
        let limit = self.limit.unwrap_or(LIMIT);
        let line = |card: &wire::Card| {
            let board = boards.iter().find(|it| it.id == card.id_board).map(|it| it.name.as_str());
            view::line(card, board, &[], ctx)
        };
        let heading = match cards.len() {
            0 => format!("{} has no open cards that the bot can see.", member.full_name),
            total => format!("{} of {}", view::count(total, "card"), member.full_name),
        };
        let mut message = Message::text(heading);
        if !cards.is_empty() {
            message = message.list(cards.iter().take(limit).map(line).collect());
        }
        Ok(Reply::to_asker(message))
    }
}

/// Searches cards, in names, descriptions, comments and checklists.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// Words, and Trello's operators such as due:week, label:red, is:archived.
    query: String,
    /// Only this board.
    board: Option<param::Board>,
    /// How many at most.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
}

impl Action for Search {
    type On = Trello;
    const NAME: &str = "card search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["card search printer", "card search printer due:week board=demo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let board = match &self.board {
            Some(board) => Some(on.board("board", &board.0).await?),
            None => None,
        };
        let limit = self.limit.unwrap_or(LIMIT);
        // One more than is shown says whether there is more.
        let found = on.search(&self.query, board.as_ref().map(|it| it.id.as_str()), limit + 1).await?;
        let boards = on.boards().await?;
        let line = |card: &wire::Card| {
            let board = boards.iter().find(|it| it.id == card.id_board).map(|it| it.name.as_str());
            view::line(card, board, &[], ctx)
        };
        let shown: Vec<Text> = found.iter().take(limit).map(line).collect();
        let message = match (found.len(), found.len() > limit) {
            (0, _) => Message::text(format!("Trello finds no card for `{}`.", self.query)),
            (_, true) => Message::text(format!("More than {}; the first of them", view::count(limit, "card"))).list(shown),
            (count, false) => Message::text(view::count(count, "card")).list(shown),
        };
        Ok(Reply::to_channel(message))
    }
}

impl Trello {
    /// Cards that Trello's search finds.
    pub(in crate::trello) async fn search(&self, words: &str, board: Option<&str>, limit: usize) -> Result<Vec<wire::Card>> {
        #[derive(Deserialize)]
        struct Found {
            cards: Vec<wire::Card>,
        }
        let limit = limit.to_string();
        let mut query = vec![("query", words.trim()), ("modelTypes", "cards"), ("cards_limit", &limit), ("partial", "true")];
        query.extend(board.map(|it| ("idBoards", it)));
        Ok(self.get::<Found>("/1/search", &query).await?.cards)
    }
}
