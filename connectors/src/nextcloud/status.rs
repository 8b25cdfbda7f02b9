//! Who is there, and what they say about it
//! (<https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-status-api.html>).

use commands::{
    Action, Ctx, Effect, ErrorKind, Reply, Result, Text,
    param::{Moment, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Nextcloud, card::listed, path, problem::at};

const PATH: &str = "/apps/user_status/api/v1";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    user_id: String,
    status: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    icon: Option<String>,
    #[serde(default)]
    clear_at: Option<i64>,
}

impl Status {
    fn line(&self) -> Text {
        let state = if self.status == "dnd" { "do not disturb" } else { &self.status };
        let mut text = Text::new().bold(&self.user_id).plain(format!(" · {state}"));
        let said = [self.icon.as_deref(), self.message.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !said.is_empty() {
            text = text.plain(format!(" · {said}"));
        }
        match self.clear_at.and_then(|it| jiff::Timestamp::from_second(it).ok()) {
            Some(until) => text.plain(" · until ").time(until),
            None => text,
        }
    }
}

/// Shows whether somebody is there.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a user name, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "status show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["status show @ana"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        match on.ocs_get::<Status>(&format!("{PATH}/statuses/{}", path::encode_part(&person.id)), &[]).await {
            Ok(status) => Ok(Reply::to_channel(status.line())),
            Err(error) if error.kind == ErrorKind::NotFound => {
                Ok(Reply::to_channel(format!("{} says nothing about it.", person.shown())))
            }
            Err(error) => Err(error),
        }
    }
}

/// Lists what people say about where they are.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "status list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["status list"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let all: Vec<Status> = on.ocs_get(&format!("{PATH}/statuses"), &[("limit", "51"), ("offset", "0")]).await?;
        let lines = all.iter().take(50).map(Status::line).collect();
        Ok(Reply::to_channel(listed("Who is there", "Nobody says anything about it.", lines, all.len() > 50)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum State {
    Online,
    Away,
    Dnd,
    Busy,
    Invisible,
    Offline,
}

/// Sets what the bot's own account says: the API lets nobody speak for others.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Set {
    /// What it says.
    #[schemars(extend("x-positional" = true), length(max = 80))]
    message: Option<String>,
    /// Whether it is there.
    state: Option<State>,
    /// One emoji before it.
    icon: Option<String>,
    /// Until when.
    until: Option<Moment>,
}

impl Action for Set {
    type On = Nextcloud;
    const NAME: &str = "status set";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["status set \"Moving files tonight\" state=busy"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        if self.message.is_none() && self.state.is_none() {
            return Err(at("message", "What shall it say? Write a message, or state=away."));
        }
        if let Some(until) = self.until.filter(|it| it.0 <= ctx.now) {
            return Err(at("until", format!("{} is over. Write a later time, such as +2h.", until.0)));
        }
        if let Some(state) = self.state {
            on.ocs_put::<Value>(&format!("{PATH}/user_status/status"), &json!({ "statusType": state })).await?;
        }
        if let Some(message) = &self.message {
            let mut body = json!({ "message": message.trim() });
            if let Some(icon) = &self.icon {
                body["statusIcon"] = json!(icon.trim());
            }
            if let Some(until) = self.until {
                body["clearAt"] = json!(until.0.as_second());
            }
            let set = on.ocs_put::<Value>(&format!("{PATH}/user_status/message/custom"), &body).await;
            set.map_err(|error| match error.kind {
                ErrorKind::Validation => super::problem::placed(error, if self.icon.is_some() { "icon" } else { "message" }),
                _ => error,
            })?;
        }
        let now: Status = on.ocs_get(&format!("{PATH}/user_status"), &[]).await?;
        Ok(Reply::to_channel(now.line()))
    }
}

/// Lets the bot's own account say nothing any more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Clear {}

impl Action for Clear {
    type On = Nextcloud;
    const NAME: &str = "status clear";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["status clear"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        on.ocs_delete(&format!("{PATH}/user_status/message"), &[]).await?;
        Ok(Reply::to_channel("The bot's account says nothing any more."))
    }
}
