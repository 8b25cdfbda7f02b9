//! One delivery: sent by a person, or by the bot for what happened.

use commands::{Action, Ctx, Effect, Error, ErrorKind, FieldProblem, Reply, Result, Text, param::Markdown};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Webhook;
use crate::http::Repeatable;

/// Tell the endpoint that something happened.
#[derive(Deserialize, JsonSchema)]
pub struct Send {
    /// What happened: words with dots between them, `deploy.finished`.
    #[serde(rename = "type")]
    what: String,
    /// What is to be known of it, in JSON.
    data: Option<Markdown>,
    /// The delivery's id, which a repeat keeps. Made up when it is left out.
    id: Option<String>,
    /// When it happened. Now, when it is left out.
    at: Option<commands::param::Moment>,
}

impl Action for Send {
    type On = Webhook;
    const NAME: &str = "send";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["send deploy.finished data='{\"version\": \"1.4\"}'"];

    async fn run(self, on: &Webhook, ctx: &Ctx) -> Result<Reply> {
        let is_word = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-'));
        let what = self.what.trim();
        if !what.split('.').all(is_word) {
            return Err(problem(
                "type",
                format!("`{what}` is no type of event: write words with dots between them, `deploy.finished`."),
            ));
        }
        let data: Value = match self.data.as_ref().map(|it| it.0.trim()).filter(|it| !it.is_empty()) {
            None => json!({}),
            Some(text) => serde_json::from_str(text)
                .map_err(|err| problem("data", format!("The data is no JSON: {err}. Write it like {{\"version\": \"1.4\"}}.")))?,
        };
        let id = self.id.unwrap_or_else(|| id_of(&[&ctx.request_id, what]));
        on.deliver(what, &data, &id, self.at.map_or(ctx.now, |it| it.0), ctx.now).await?;
        Ok(Reply::to_asker(
            Text::new()
                .plain("Sent ")
                .bold(what.to_owned())
                .plain(" to ")
                .plain(on.http.base().to_owned())
                .plain(" as ")
                .code(id)
                .plain("."),
        ))
    }
}

/// Try the endpoint out: it is sent `bellhop.test`.
#[derive(Deserialize, JsonSchema)]
pub struct Test {}

impl Action for Test {
    type On = Webhook;
    const NAME: &str = "test";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["test"];

    async fn run(self, on: &Webhook, ctx: &Ctx) -> Result<Reply> {
        let id = id_of(&[&ctx.request_id, "test"]);
        on.deliver("bellhop.test", &json!({ "asked_by": ctx.actor.name }), &id, ctx.now, ctx.now).await?;
        Ok(Reply::to_asker(format!("{} took the test.", on.http.base())))
    }
}

/// A delivery's id, the same for the same parts.
pub fn id_of(parts: &[&str]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part.as_bytes()).chain_update([0]));
    format!("msg_{}", hex::encode(&digest.finalize()[..16]))
}

fn problem(field: &str, message: String) -> Error {
    Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

impl Webhook {
    /// Sends it once. Only a status of 200 to 299 says that it was taken.
    async fn deliver(&self, what: &str, data: &Value, id: &str, at: Timestamp, now: Timestamp) -> Result<()> {
        // RFC 3339, as the specification's examples have it.
        let body = json!({ "type": what, "timestamp": at.to_string(), "data": data }).to_string();
        let signatures: Vec<String> = self.keys.iter().map(|key| key.sign(id, now, body.as_bytes())).collect();
        self.http
            .post("")
            .header("webhook-id", id)
            .header("webhook-timestamp", &now.as_second().to_string())
            .header("webhook-signature", &signatures.join(" "))
            .bytes("application/json", body.into_bytes())
            // The receiver knows a repeat by its id.
            .repeatable(Repeatable::Yes)
            .send_empty()
            .await
    }
}
