//! `mr create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::PLACES;
use crate::gitlab::{GitLab, api::segment, card, list::given, names, param, problem, wire};

/// Opens a merge request for a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it does, in a line.
    title: String,
    /// The branch with the changes.
    #[schemars(extend("x-named" = true))]
    source: param::Branch,
    /// Project, such as demo/printer; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// The branch they go into; the default branch where you do not say.
    target: Option<param::Branch>,
    /// What reviewers should know.
    description: Option<Markdown>,
    /// Who is asked for a review.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    reviewer: Vec<Person>,
    /// Who takes care of it.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    assignee: Vec<Person>,
    /// A label; several with commas.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    label: Vec<param::Label>,
    /// The milestone it belongs to.
    #[schemars(extend("x-step" = 2))]
    milestone: Option<param::Milestone>,
    /// Not ready to be merged yet.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    draft: bool,
    /// Delete the branch once it is merged.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    remove_branch: bool,
    /// Make one commit of it when it is merged.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    squash: bool,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "mr create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr create Quieter fan source=quiet-fan project=demo/printer reviewer=@ben"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let target = match &self.target {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let milestone = match &self.milestone {
            Some(title) => Some(json!(acting.milestone(&project, &title.0).await?.id)),
            None => None,
        };
        let reviewers = acting.people("reviewer", &self.reviewer).await?;
        let assignees = acting.people("assignee", &self.assignee).await?;
        let labels = param::labels(&self.label);
        let draft = if self.draft { "Draft: " } else { "" };
        let description = acting.sign(self.description.as_ref().map_or("", |it| &it.0));
        let body = given(vec![
            ("title", Some(json!(format!("{draft}{}", self.title.trim())))),
            ("source_branch", Some(json!(self.source.0.trim()))),
            ("target_branch", Some(json!(target))),
            ("description", Some(json!(description)).filter(|it| it != "")),
            ("reviewer_ids", (!reviewers.is_empty()).then(|| json!(reviewers))),
            ("assignee_ids", (!assignees.is_empty()).then(|| json!(assignees))),
            ("labels", (!labels.is_empty()).then(|| json!(labels))),
            ("milestone_id", milestone),
            ("remove_source_branch", self.remove_branch.then_some(json!(true))),
            ("squash", self.squash.then_some(json!(true))),
        ]);
        let created = acting.post(&format!("/projects/{}/merge_requests", segment(&project)), &body).await;
        let it: wire::MergeRequest = created.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        Ok(card::merge_request(&it, None, ctx, Message::text(format!("Opened {}.", it.references.full)), &[]))
    }
}
