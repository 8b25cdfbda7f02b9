//! From what people type to what Trello knows: boards, cards, and what is on a board, by their names.

use std::sync::Arc;

use commands::{Ctx, ErrorKind, Result};

use super::{
    Trello, accounts, api,
    problem::{at, either},
    wire,
};
use crate::connector::Whose;

/// A board with what its cards can be given.
pub(super) struct World {
    pub board: wire::Board,
    /// The open ones, from left to right.
    pub lists: Vec<wire::List>,
    /// Cards stay in them.
    pub archived: Vec<wire::List>,
    pub labels: Vec<wire::Label>,
    pub members: Vec<wire::Member>,
    pub fields: Vec<wire::CustomField>,
}

/// A card as it is asked for: with all that its message shows.
pub(super) const WHOLE: &[(&str, &str)] = &[
    ("attachments", "true"),
    ("board", "true"),
    ("checklists", "all"),
    ("customFieldItems", "true"),
    ("list", "true"),
    ("members", "true"),
];

impl Trello {
    /// The boards of the bot's member that are open.
    pub(super) async fn boards(&self) -> Result<Vec<wire::Board>> {
        self.get("/1/members/me/boards", &[("filter", "open")]).await
    }

    /// The board that `text` means.
    ///
    /// # Errors
    /// At `field`: no such board, or more than one.
    pub(super) async fn board(&self, field: &str, text: &str) -> Result<wire::Board> {
        let typed = text.trim();
        let linked = link_part(typed, "b");
        if linked.is_none() {
            let all = self.boards().await?;
            let named = pick(field, "board", typed, &all, |it| &it.name);
            if named.is_ok() || !(is_id(typed) || is_short_link(typed)) {
                return named.cloned();
            }
        }
        let key = linked.unwrap_or(typed);
        self.get(&format!("/1/boards/{key}"), &[]).await.map_err(|error| match error.kind {
            ErrorKind::NotFound | ErrorKind::Permission => at(
                field,
                format!("There is no board `{typed}` in Trello that the bot's member is on. Invite it, or write another name."),
            ),
            _ => error,
        })
    }

    /// What is on a board, of a moment ago at most.
    pub(super) async fn world(&self, board: &str) -> Result<Arc<World>> {
        self.worlds.or_ask(board.to_owned(), self.look_around(board)).await
    }

    async fn look_around(&self, board: &str) -> Result<Arc<World>> {
        let path = format!("/boards/{board}");
        let paths = [
            path.clone(),
            format!("{path}/lists/all"),
            format!("{path}/labels?limit=1000"),
            format!("{path}/members"),
            format!("{path}/customFields"),
        ];
        let mut answers = self.batch(&paths).await?.into_iter();
        let mut next = || answers.next().unwrap_or(Ok(serde_json::Value::Null));
        let whole = api::read(next()?)?;
        let (archived, lists) = api::read::<Vec<wire::List>>(next()?)?.into_iter().partition(|it| it.closed);
        Ok(Arc::new(World {
            board: whole,
            lists,
            archived,
            labels: api::read(next()?)?,
            members: api::read(next()?)?,
            // The Power-Up may be switched off, which takes nothing from the rest.
            fields: next().and_then(api::read).unwrap_or_default(),
        }))
    }

    /// The world of the board that `text` means.
    pub(super) async fn world_of(&self, field: &str, text: &str) -> Result<Arc<World>> {
        let board = self.board(field, text).await?;
        self.world(&board.id).await
    }

    /// The card that `text` means, with all that is on it. A number needs its board.
    ///
    /// # Errors
    /// At `field`: no such card.
    pub(super) async fn card(&self, field: &str, text: &str, board: Option<&str>) -> Result<wire::Card> {
        let typed = text.trim();
        let number = typed.strip_prefix('#').unwrap_or(typed);
        let key = if let Some(key) = link_part(typed, "c") {
            key.to_owned()
        } else if !number.is_empty() && number.len() < 8 && number.bytes().all(|it| it.is_ascii_digit()) {
            let Some(board) = board else {
                return Err(at(field, format!("Which board's card {number}? Write board=… as well, or paste the card's link.")));
            };
            let board = self.board("board", board).await?;
            let numbered: Result<wire::Card> = self.get(&format!("/1/boards/{}/cards/{number}", board.id), &[]).await;
            let missing = |error: commands::Error| match error.kind {
                ErrorKind::NotFound => at(field, format!("There is no card {number} on {}.", board.name)),
                _ => error,
            };
            numbered.map_err(missing)?.id
        } else if is_id(typed) || is_short_link(typed) {
            typed.to_owned()
        } else {
            return Err(at(field, format!("`{typed}` is no card. Paste its link, or write its short link, such as r33ylX2Z.")));
        };
        self.get(&format!("/1/cards/{key}"), WHOLE).await.map_err(|error| match error.kind {
            ErrorKind::NotFound => {
                at(field, format!("There is no card `{typed}` in Trello that the bot can see. Is the bot's member on its board?"))
            }
            _ => error,
        })
    }

    /// The member that `text` means, who is on the board.
    ///
    /// # Errors
    /// At `field`: nobody, or more than one.
    pub(super) async fn member(&self, field: &str, text: &str, world: &World, ctx: &Ctx) -> Result<wire::Member> {
        let typed = text.trim().trim_start_matches('@').trim();
        if typed.is_empty() {
            return Err(at(field, "Who? Write @ana, an email address, a Trello username, or me."));
        }
        if is_me(typed) {
            let Some(me) = accounts::asker(self, ctx).await? else {
                return Err(at(
                    field,
                    "I do not know who you are in Trello, so I cannot take `me`. Write your Trello username, or link the account.",
                ));
            };
            return Ok(me);
        }
        if typed.contains('@') {
            let found = accounts::lookup(self, Whose::Email(typed)).await?;
            return found.ok_or_else(|| {
                at(field, format!("Trello tells me of nobody with the address `{typed}`. Write a Trello username."))
            });
        }
        let name = |it: &&wire::Member| same(&it.username, typed) || same(&it.full_name, typed);
        let first = |it: &&wire::Member| it.full_name.split_whitespace().any(|word| same(word, typed));
        let mut found: Vec<&wire::Member> = world.members.iter().filter(name).collect();
        if found.is_empty() {
            found = world.members.iter().filter(first).collect();
        }
        let names = |all: &[&wire::Member]| either(&all.iter().map(|it| it.username.as_str()).collect::<Vec<_>>());
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let all: Vec<_> = world.members.iter().collect();
                Err(at(
                    field,
                    format!(
                        "Nobody on {} is called `{typed}`. There are {}.",
                        world.board.name,
                        names(&all).replace(" or ", " and ")
                    ),
                ))
            }
            some => Err(at(field, format!("`{typed}` can be any of {}. Write the username.", names(some)))),
        }
    }
}

impl World {
    pub fn list(&self, field: &str, typed: &str) -> Result<&wire::List> {
        pick(field, "list", typed, &self.lists, |it| &it.name)
    }

    /// By name, or by the colour where only one label has it.
    pub fn label(&self, field: &str, typed: &str) -> Result<&wire::Label> {
        let named = pick(field, "label", typed, &self.labels, |it| it.title());
        let of_color: Vec<_> = self.labels.iter().filter(|it| it.color.as_deref().is_some_and(|it| same(it, typed))).collect();
        match (named, of_color.as_slice()) {
            (Err(_), [one]) => Ok(one),
            (named, _) => named,
        }
    }

    pub fn field(&self, field: &str, typed: &str) -> Result<&wire::CustomField> {
        if self.fields.is_empty() {
            return Err(at(
                field,
                format!("{} has no custom fields. Make one with field create, or in Trello.", self.board.name),
            ));
        }
        pick(field, "custom field", typed, &self.fields, |it| &it.name)
    }
}

/// The one of that name, or the only one whose name begins so.
pub(super) fn pick<'a, T>(field: &str, what: &str, typed: &str, all: &'a [T], name: impl Fn(&T) -> &str) -> Result<&'a T> {
    let typed = typed.trim();
    let exact: Vec<&T> = all.iter().filter(|it| same(name(it), typed)).collect();
    let begins = |it: &&T| !typed.is_empty() && name(it).to_lowercase().starts_with(&typed.to_lowercase());
    let found = if exact.is_empty() { all.iter().filter(begins).collect() } else { exact };
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names: Vec<&str> = all.iter().map(&name).collect();
            let hint =
                if names.is_empty() { String::new() } else { format!(" There are {}.", either(&names).replace(" or ", " and ")) };
            Err(at(field, format!("There is no {what} `{typed}`.{hint}")))
        }
        some => {
            let names: Vec<&str> = some.iter().map(|it| name(it)).collect();
            Err(at(
                field,
                format!(
                    "`{typed}` can be any of {} {what}s: {}. Write the whole name, or rename one in Trello.",
                    some.len(),
                    either(&names)
                ),
            ))
        }
    }
}

/// The `r33ylX2Z` of `https://trello.com/c/r33ylX2Z/12-name`, for `kind` c; b for boards.
fn link_part<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once("://")?;
    let mut parts = rest.split(['/', '?', '#']).skip(1);
    (parts.next()? == kind)
        .then(|| parts.next())
        .flatten()
        .filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric()))
}

/// Whether a link leads to a card or a board: of Trello, or of a simulated one on this machine.
pub(super) fn is_shown(link: &str) -> bool {
    let host = link.split_once("://").map(|(_, rest)| rest.split(['/', ':']).next().unwrap_or(rest));
    matches!(host, Some("trello.com" | "127.0.0.1" | "localhost")) && (link_part(link, "c").is_some() || is_board(link))
}

/// Whether a link leads to a board.
pub(super) fn is_board(link: &str) -> bool {
    link_part(link, "b").is_some()
}

fn is_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

fn is_short_link(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|it| it.is_ascii_alphanumeric())
}

pub(super) fn is_me(text: &str) -> bool {
    same(text, "me") || same(text, "myself")
}

pub(super) fn is_none(text: &str) -> bool {
    same(text.trim(), "none")
}

pub(super) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
