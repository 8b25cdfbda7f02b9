//! Members: who they are, and which boards they are on.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Trello, accounts, names::is_me, param, problem, view, wire};
use crate::connector::Whose;

/// Shows a member of Trello, with their boards that the bot sees.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a Trello username.
    member: Person,
}

impl Action for Show {
    type On = Trello;
    const NAME: &str = "member show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["member show me", "member show ben"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let typed = self.member.0.trim().trim_start_matches('@');
        let found = match () {
            () if is_me(typed) => accounts::asker(on, ctx).await?,
            () if typed.contains('@') => accounts::lookup(on, Whose::Email(typed)).await?,
            () => accounts::lookup(on, Whose::Login(typed)).await?,
        };
        let Some(member) = found else {
            return Err(problem::at("member", format!("Trello tells me of nobody called `{typed}`. Write a Trello username.")));
        };
        let boards: Vec<wire::Board> = on.get(&format!("/1/members/{}/boards", member.id), &[("filter", "open")]).await?;
        let names: Vec<&str> = boards.iter().map(|it| it.name.as_str()).collect();
        let names = if names.is_empty() { "none that the bot sees".to_owned() } else { names.join(", ") };
        let message = Message::new()
            .heading(&member.full_name)
            .facts(vec![("Username".into(), member.username.as_str().into()), ("Boards".into(), names.into())])
            .buttons(vec![Button::run("Cards", ctx.call("card mine", json!({ "of": member.username })))]);
        Ok(Reply::to_channel(message))
    }
}

/// What a member may do on a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works on it.
    #[default]
    Normal,
    /// Changes the board itself as well.
    Admin,
    /// Looks on.
    Observer,
}

impl Role {
    fn title(self) -> &'static str {
        match self {
            Role::Normal => "a member",
            Role::Admin => "an administrator",
            Role::Observer => "an observer",
        }
    }
}

/// Adds somebody to a board, or gives them another role there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Add {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// Who: @ana, an email address, a Trello username.
    member: Person,
    /// As what.
    #[serde(default)]
    role: Role,
}

impl Action for Add {
    type On = Trello;
    const NAME: &str = "member add";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member add chloe board=apollo", "member add chloe@example.org board=apollo role=observer"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        let typed = self.member.0.trim().trim_start_matches('@');
        let found = match () {
            () if is_me(typed) => accounts::asker(on, ctx).await?,
            () if typed.contains('@') => accounts::lookup(on, Whose::Email(typed)).await?,
            () => accounts::lookup(on, Whose::Login(typed)).await?,
        };
        let did = match found {
            Some(member) => {
                let path = format!("/1/boards/{}/members/{}", board.id, member.id);
                on.put::<Value>(&path, &json!({ "type": self.role })).await?;
                format!("{} is {} of {} now.", member.full_name, self.role.title(), board.name)
            }
            // Trello invites who has no account yet.
            None if typed.contains('@') => {
                let path = format!("/1/boards/{}/members", board.id);
                on.send::<Value>(on.http.put(&path).query(&[("email", typed), ("type", &role(self.role))]).json(&json!({})))
                    .await?;
                format!("Invited {typed} to {} as {}.", board.name, self.role.title())
            }
            None => {
                let message =
                    format!("Trello knows nobody with the username `{typed}`. Write an email address to invite somebody new.");
                return Err(problem::at("member", message));
            }
        };
        on.worlds.invalidate(&board.id).await;
        Ok(Reply::to_channel(did))
    }
}

fn role(role: Role) -> String {
    json!(role).as_str().unwrap_or_default().to_owned()
}

/// Takes somebody off a board, and off its cards.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    /// The board.
    #[schemars(extend("x-named" = true))]
    board: param::Board,
    /// Who: @ana, a Trello username.
    member: Person,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Remove {
    type On = Trello;
    const NAME: &str = "member remove";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["member remove chloe board=apollo"];

    async fn run(self, on: &Trello, ctx: &Ctx) -> Result<Reply> {
        let world = on.world_of("board", &self.board.0).await?;
        let member = on.member("member", &self.member.0, &world, ctx).await?;
        if !world.members.iter().any(|it| it.id == member.id) {
            return Err(problem::at("member", format!("{} is no member of {}.", member.full_name, world.board.name)));
        }
        if self.confirm.is_none() {
            let cards: Vec<wire::Card> = on.get(&format!("/1/boards/{}/cards/open", world.board.id), &[]).await?;
            let theirs = cards.iter().filter(|it| it.id_members.contains(&member.id)).count();
            let what = format!(
                "{} would be taken off {}, and off {}.",
                member.full_name,
                world.board.name,
                view::count(theirs, "open card")
            );
            let params = json!({ "board": world.board.short_link, "member": member.username });
            return Ok(view::ask(ctx, "member remove", params, "Remove them", &what));
        }
        on.delete(&format!("/1/boards/{}/members/{}", world.board.id, member.id)).await?;
        on.worlds.invalidate(&world.board.id).await;
        Ok(Reply::to_channel(Text::from(format!("Took {} off {}.", member.full_name, world.board.name))))
    }
}
