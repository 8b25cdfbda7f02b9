//! `release update`.

use commands::{Action, Ctx, Effect, Error, Message, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    super::{GitHub, access::Level, param, place::Right, problem, wire},
    make::FIELDS,
    reply,
};

/// Changes a release.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its tag; latest is the last one.
    release: param::Release,
    /// Another title.
    title: Option<String>,
    /// What is new; replaces what was there.
    body: Option<Markdown>,
    /// Another tag; a new one is put where the release's branch is now.
    tag: Option<String>,
    /// What it is from now on.
    kind: Option<Kind>,
    /// The repository.
    repo: Option<param::Repo>,
}

/// What a release is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Latest: the one that people are shown first.
    Latest,
    /// Release: for production.
    Release,
    /// Pre-release: not for production yet.
    PreRelease,
}

impl Action for Update {
    type On = GitHub;
    const NAME: &str = "release update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "release update v1.2.0 title=\"The cat release\" repo=octo/widgets",
        "release update v1.2.0 kind=latest repo=octo/widgets",
    ];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let mut body: Map<String, Value> = Map::new();
        body.extend(self.title.as_ref().map(|it| ("name".to_owned(), json!(it.trim()))));
        body.extend(self.body.as_ref().map(|it| ("body".to_owned(), json!(it.0.trim()))));
        body.extend(self.tag.as_ref().map(|it| ("tag_name".to_owned(), json!(it.trim()))));
        if let Some(kind) = self.kind {
            body.insert("prerelease".into(), json!(matches!(kind, Kind::PreRelease)));
            if matches!(kind, Kind::Latest) {
                body.insert("make_latest".into(), json!("true"));
            }
        }
        if body.is_empty() {
            let message = format!("What shall change in {}? Write title=…, body=… or kind=latest.", self.release.0.trim());
            return Err(Error::bad_input(message));
        }
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let before = place.release(&self.release.0).await?;
        let after: Result<wire::Release> = place.patch(&format!("/releases/{}", before.id), &Value::Object(body)).await;
        let after = after.map_err(|it| problem::place(it, FIELDS))?;
        let did = format!("Changed the release {} of {}.", after.tag_name, place.repo);
        Ok(reply(&place, ctx, &after, Message::text(did)))
    }
}
