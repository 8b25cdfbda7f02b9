//! `mr update`, `comment`, `assign`, `review`, `label`.

use commands::{
    Action, Ctx, Effect, Error, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::find;
use crate::gitlab::{GitLab, list::given, names::is_none, param, problem::at};

/// Changes a merge request. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// What it does, in a line.
    title: Option<String>,
    /// What reviewers should know; replaces what was there.
    description: Option<Markdown>,
    /// The branch it goes into.
    target: Option<param::Branch>,
    /// Its labels from now on.
    #[serde(default)]
    label: Vec<param::Label>,
    /// The milestone it belongs to.
    milestone: Option<param::Milestone>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "mr update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr update demo/printer!1 milestone=v1.0 label=urgent"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let milestone = match &self.milestone {
            Some(it) if is_none(&it.0) => Some(json!(0)),
            Some(it) => Some(json!(acting.milestone(&found.project, &it.0).await?.id)),
            None => None,
        };
        let labels = match self.label.as_slice() {
            [one] if is_none(&one.0) => Some(json!([])),
            [] => None,
            all => Some(json!(param::labels(all))),
        };
        let body = given(vec![
            ("title", self.title.as_deref().map(|it| json!(it.trim()))),
            ("description", self.description.as_ref().map(|it| json!(if is_none(&it.0) { "" } else { it.0.trim() }))),
            ("target_branch", self.target.as_ref().map(|it| json!(it.0.trim()))),
            ("labels", labels),
            ("milestone_id", milestone),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            let message = format!("What shall change in {}? Write it as a name and a value, such as target=main.", found.key);
            return Err(Error::bad_input(message));
        }
        found.put(&acting, ctx, &body, &format!("Updated {}.", found.key)).await
    }
}

/// Comments on a merge request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// What to say.
    text: Markdown,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Comment {
    type On = GitLab;
    const NAME: &str = "mr comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr comment demo/printer!1 Looks good, one question about the fan."];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "A comment needs words."));
        }
        let body = json!({ "body": acting.sign(&self.text.0) });
        let _: Value = acting.post(&format!("{}/notes", found.path), &body).await.map_err(|error| found.about(error))?;
        Ok(found.after(&acting, ctx, &format!("Commented on {}.", found.key)).await)
    }
}

/// Gives a merge request to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Who: me, @ana, a login, an email address, or none; several with commas.
    to: Vec<Person>,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Assign {
    type On = GitLab;
    const NAME: &str = "mr assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr assign demo/printer!1 me"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let people = acting.people("to", &self.to).await?;
        let did = if people == [0] { format!("{} is nobody's now.", found.key) } else { format!("Assigned {}.", found.key) };
        found.put(&acting, ctx, &json!({ "assignee_ids": people }), &did).await
    }
}

/// Asks people for a review.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Review {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Who shall review it, beside those who do already; none asks nobody any more.
    from: Vec<Person>,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Review {
    type On = GitLab;
    const NAME: &str = "mr review";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr review demo/printer!1 @chloe"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let mut people = acting.people("from", &self.from).await?;
        let mut did = format!("Nobody is asked for a review of {} any more.", found.key);
        if people != [0] {
            did = format!("Asked for a review of {}.", found.key);
            // GitLab replaces the list; who is on it stays.
            let before = found.get(&acting).await?;
            let known: Vec<u64> = before.reviewers.iter().map(|it| it.id).collect();
            people.retain(|it| !known.contains(it));
            people.splice(0..0, known);
        }
        found.put(&acting, ctx, &json!({ "reviewer_ids": people }), &did).await
    }
}

/// Adds labels to a merge request and takes labels off it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Labels to add, with commas between them.
    #[serde(default)]
    #[schemars(extend("x-positional" = true))]
    add: Vec<param::Label>,
    /// Labels to take off.
    #[serde(default)]
    remove: Vec<param::Label>,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Label {
    type On = GitLab;
    const NAME: &str = "mr label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr label demo/printer!1 urgent", "mr label demo/printer!1 add=doing remove=todo"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        if self.add.is_empty() && self.remove.is_empty() {
            return Err(at("add", "Which label? Write add=urgent or remove=todo."));
        }
        let list = |all: &[param::Label]| (!all.is_empty()).then(|| json!(param::labels(all)));
        let body = given(vec![("add_labels", list(&self.add)), ("remove_labels", list(&self.remove))]);
        found.put(&acting, ctx, &body, &format!("Changed the labels of {}.", found.key)).await
    }
}
