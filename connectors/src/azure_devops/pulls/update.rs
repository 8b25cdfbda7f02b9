//! `pr update` and `pr link`.

use commands::{Action, Ctx, Effect, Error, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::azure_devops::{AzureDevOps, api::segment, items, list::given, param, people::is_none};

/// Changes a pull request's title, description or target branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// What it does, in a line.
    title: Option<String>,
    /// What it is about; replaces what was there, `none` empties it.
    description: Option<Markdown>,
    /// The branch that it goes into from now on.
    target: Option<String>,
}

impl Action for Update {
    type On = AzureDevOps;
    const NAME: &str = "pr update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr update 7 title=\"An even quieter fan\"", "pr update 7 target=release"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let description = self.description.as_ref().map(|it| if is_none(&it.0) { "" } else { it.0.trim() });
        let target = self.target.as_deref().map(str::trim);
        let body = given(vec![
            ("title", self.title.as_deref().map(|it| json!(it.trim()))),
            ("description", description.map(|it| json!(it))),
            (
                "targetRefName",
                target.map(|it| json!(if it.starts_with("refs/") { it.into() } else { format!("refs/heads/{it}") })),
            ),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(Error::bad_input("What shall change? Write it as a name and a value, such as title=\"A quieter fan\"."));
        }
        let pull = acting.pull(&self.pr).await?;
        acting.change_pull(ctx, &pull, &body, &format!("Updated !{}.", pull.pull_request_id)).await
    }
}

/// Links a pull request to a work item.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Connect {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// The work item's number, or its link.
    item: param::Item,
}

impl Action for Connect {
    type On = AzureDevOps;
    const NAME: &str = "pr link";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr link 7 1"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let item = on.item_number(&self.item)?;
        let pull = acting.pull(&self.pr).await?;
        let (id, repository) = (pull.pull_request_id, &pull.repository);
        // The link is the work item's, and holds ids, not names.
        let place = segment(&format!("{}/{}/{id}", repository.project.id, repository.id));
        let value = json!({
            "rel": "ArtifactLink", "url": format!("vstfs:///Git/PullRequestId/{place}"), "attributes": { "name": "Pull Request" },
        });
        let operation = json!({ "op": "add", "path": "/relations/-", "value": value });
        acting
            .change(ctx, item, &[operation], &format!("Linked !{id} to work item {item}."))
            .await
            .map_err(|error| items::about(error, item))
    }
}
