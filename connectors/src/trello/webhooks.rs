//! Webhooks at Trello: which addresses it tells of changes. They belong to the bot's token, and end with it.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, param::Link};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Trello, param, problem, view, wire};
use crate::{HookMade, HookWanted, Hooking};

/// A webhook of the bot's token for a board, and its end.
pub(super) const HOOKING: Hooking<Trello> = Hooking {
    of: Some("board"),
    create: |on, wanted| Box::pin(create(on, wanted)),
    remove: |on, made| Box::pin(remove(on, made)),
    lasts: None,
};

/// Lists the webhooks of the bot's token.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Trello;
    const NAME: &str = "webhook list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["webhook list"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let all = on.webhooks().await?;
        if all.is_empty() {
            return Ok(Reply::to_asker("Trello tells nobody of changes. Make a webhook with webhook create."));
        }
        let boards = on.boards().await?;
        let line = |it: &wire::Webhook| {
            let board = boards.iter().find(|board| board.id == it.id_model).map_or(it.id_model.as_str(), |it| it.name.as_str());
            let state = match (it.active, it.consecutive_failures) {
                (true, 0) => "works".to_owned(),
                (true, failures) => format!("failed {failures} times in a row"),
                (false, _) => "switched off by Trello after too many failures".to_owned(),
            };
            Text::new().bold(board).plain(format!(" → {} · {state} · ", it.callback_url)).code(&it.id)
        };
        Ok(Reply::to_asker(Message::text(view::count(all.len(), "webhook")).list(all.iter().map(line).collect())))
    }
}

/// Makes Trello tell an address of everything that happens on a board.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The board.
    board: param::Board,
    /// The hook's address, such as `https://bot.example.org/hooks/trello`. It must answer when Trello tries it.
    url: Link,
    /// What it is for.
    description: Option<String>,
}

impl Action for Create {
    type On = Trello;
    const NAME: &str = "webhook create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["webhook create demo https://bot.example.org/hooks/trello"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let board = on.board("board", &self.board.0).await?;
        let hook = on.watch(&board, &self.url.0, self.description.as_deref().unwrap_or("Bellhop")).await?;
        Ok(Reply::to_asker(
            Message::text(format!("Trello tells {} of everything on {} now.", hook.callback_url, board.name))
                .context(Text::new().plain("Webhook ").code(hook.id)),
        ))
    }
}

/// Makes Trello tell an address no more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The webhook's id, as webhook list shows it.
    webhook: param::Webhook,
}

impl Action for Delete {
    type On = Trello;
    const NAME: &str = "webhook delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["webhook delete 5f0a0000000000000000000b"];

    async fn run(self, on: &Trello, _: &Ctx) -> Result<Reply> {
        let wanted = self.webhook.0.trim();
        let all = on.webhooks().await?;
        let Some(hook) = all.into_iter().find(|it| it.id == wanted) else {
            return Err(problem::at("webhook", format!("There is no webhook `{wanted}` of the bot's token. See webhook list.")));
        };
        on.delete(&format!("/1/webhooks/{}", hook.id)).await?;
        Ok(Reply::to_asker(format!("Trello tells {} no more.", hook.callback_url)))
    }
}

impl Trello {
    /// Has Trello tell `url` of everything on the board.
    ///
    /// # Errors
    /// At `url`: Trello tells it already, or cannot reach it.
    async fn watch(&self, board: &wire::Board, url: &str, description: &str) -> Result<wire::Webhook> {
        let body = json!({ "idModel": board.id, "callbackURL": url, "description": description });
        self.post("/1/webhooks/", &body).await.map_err(|error| {
            let said = error.message.to_lowercase();
            if said.contains("already exists") {
                return problem::at("url", format!("Trello tells {url} of {} already.", board.name));
            }
            if said.contains("callback") || said.contains("did not return 200") || said.contains("url") {
                let message = format!(
                    "Trello could not reach {url}: it must be public, and answer a HEAD request with 200. Trello says: {}",
                    error.message
                );
                return problem::at("url", message);
            }
            error
        })
    }

    pub(super) async fn webhooks(&self) -> Result<Vec<wire::Webhook>> {
        self.send(self.http.get(&format!("/1/tokens/{}/webhooks", self.token.expose().trim()))).await
    }
}

/// Signed with the Power-Up's secret, whatever the hook's is. One that is there already is taken.
async fn create(on: &Trello, wanted: HookWanted<'_>) -> Result<HookMade> {
    let Some(board) = wanted.of.map(str::trim).filter(|it| !it.is_empty()) else {
        return Err(problem::at("board", "Which board? Write its name, or paste its link."));
    };
    let board = on.board("board", board).await?;
    let known = on.webhooks().await?;
    let hook = match known.into_iter().find(|it| it.id_model == board.id && it.callback_url == wanted.url && it.active) {
        Some(hook) => hook,
        None => on.watch(&board, wanted.url, "Bellhop").await?,
    };
    Ok(HookMade { id: hook.id, of: Some(board.name) })
}

async fn remove(on: &Trello, made: &HookMade) -> Result<()> {
    match on.delete(&format!("/1/webhooks/{}", made.id)).await {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        end => end,
    }
}
