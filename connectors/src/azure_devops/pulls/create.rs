//! `pr create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown;
use crate::azure_devops::{AzureDevOps, api::segment, list::given, param, problem, wire};

/// Opens a pull request for a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it does, in a line.
    title: String,
    /// The repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repository,
    /// The branch with the changes.
    #[schemars(extend("x-named" = true))]
    source: param::Branch,
    /// The branch they go into; the default branch where you do not say.
    target: Option<param::Branch>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// What reviewers should know.
    description: Option<Markdown>,
    /// Who is asked for a review.
    #[serde(default)]
    reviewer: Vec<Person>,
    /// Work items that it is about.
    #[serde(default)]
    item: Vec<param::Item>,
    /// Not ready to be merged yet.
    #[serde(default)]
    draft: bool,
}

impl Action for Create {
    type On = AzureDevOps;
    const NAME: &str = "pr create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr create Quieter fan repo=printer source=quiet-fan project=demo reviewer=@ben"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let repository = acting.repository(&project, &self.repo).await?;
        let target = match &self.target {
            Some(it) => format!("refs/heads/{}", it.0.trim()),
            None => repository.default_branch.clone().unwrap_or_else(|| "refs/heads/main".into()),
        };
        let mut reviewers = Vec::new();
        for person in &self.reviewer {
            reviewers.push(json!({ "id": acting.person("reviewer", &person.0).await?.id }));
        }
        let mut items: Vec<Value> = Vec::new();
        for item in &self.item {
            items.push(json!({ "id": on.number("item", &item.0, param::Noun::Item)?.to_string() }));
        }
        let description = acting.sign(self.description.as_ref().map_or("", |it| &it.0));
        let body = given(vec![
            ("title", Some(json!(self.title.trim()))),
            ("description", Some(json!(description))),
            ("sourceRefName", Some(json!(format!("refs/heads/{}", self.source.0.trim())))),
            ("targetRefName", Some(json!(target))),
            ("reviewers", (!reviewers.is_empty()).then(|| json!(reviewers))),
            ("workItemRefs", (!items.is_empty()).then(|| json!(items))),
            ("isDraft", self.draft.then_some(json!(true))),
        ]);
        let path = format!("/{}/_apis/git/repositories/{}/pullrequests", segment(&project), segment(&repository.id));
        let created: Result<wire::Pull> = acting.post(&path, &body).await;
        let pull = created.map_err(|error| problem::place(error, &["title", "source", "target"]))?;
        Ok(shown(on, &pull, ctx, Message::text(format!("Opened !{}.", pull.pull_request_id))))
    }
}
