//! `mr list` and `mr show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Person};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find;
use crate::gitlab::{
    GitLab,
    api::segment,
    card,
    list::{USUAL, given, listed},
    names::{self, is_none},
    param, wire,
};

/// Lists merge requests, the last changed first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Words in the title or description.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
    /// Only this project; everywhere where you do not say.
    project: Option<param::Project>,
    /// Which ones.
    #[serde(default)]
    state: State,
    /// Who wrote it.
    author: Option<Person>,
    /// Who is asked for a review: me, @ana, none.
    reviewer: Option<Person>,
    /// Who takes care of it: me, @ana, none.
    assignee: Option<Person>,
    /// With all of these labels.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Into this branch.
    target: Option<param::Branch>,
    /// Drafts: only them, or none of them.
    draft: Option<YesNo>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// Which merge requests.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Open,
    Merged,
    Closed,
    All,
}

/// A yes or a no that may also be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    Yes,
    No,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "mr list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["mr list project=demo/printer", "mr list reviewer=me", "mr list state=merged author=@ben"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = match &self.project {
            Some(it) => Some(on.project_of(Some(it)).await?),
            None => None,
        };
        let state = match self.state {
            State::Open => "opened",
            State::Merged => "merged",
            State::Closed => "closed",
            State::All => "all",
        };
        let mut query = vec![("state", state.to_owned()), ("order_by", "updated_at".into()), ("scope", "all".into())];
        if let Some(author) = &self.author {
            query.push(("author_username", acting.person("author", &author.0).await?.username));
        }
        for (field, person) in [("reviewer", &self.reviewer), ("assignee", &self.assignee)] {
            match person {
                Some(it) if is_none(&it.0) => {
                    query.push((if field == "reviewer" { "reviewer_id" } else { "assignee_id" }, "None".into()));
                }
                Some(it) => {
                    let found = acting.person(field, &it.0).await?;
                    let login = ("reviewer_username", found.username);
                    query.push(if field == "reviewer" { login } else { ("assignee_id", found.id.to_string()) });
                }
                None => {}
            }
        }
        if !self.label.is_empty() {
            query.push(("labels", param::labels(&self.label).join(",")));
        }
        if let Some(target) = &self.target {
            query.push(("target_branch", target.0.trim().to_owned()));
        }
        if let Some(draft) = self.draft {
            query.push(("wip", if draft == YesNo::Yes { "yes".into() } else { "no".into() }));
        }
        if let Some(words) = self.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("search", words.to_owned()));
        }
        let path =
            project.as_ref().map_or("/merge_requests".to_owned(), |it| format!("/projects/{}/merge_requests", segment(it)));
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::MergeRequest>(&path, &query, number, self.limit.unwrap_or(USUAL)).await;
        let page = page.map_err(|error| names::in_project(error, project.as_deref().unwrap_or_default()))?;
        let call = ctx.call(
            "mr list",
            given(vec![
                ("words", self.words.as_ref().map(|it| json!(it))),
                ("project", project.map(|it| json!(it))),
                ("state", Some(json!(self.state))),
                ("author", self.author.as_ref().map(|it| json!(it))),
                ("reviewer", self.reviewer.as_ref().map(|it| json!(it))),
                ("assignee", self.assignee.as_ref().map(|it| json!(it))),
                ("label", (!self.label.is_empty()).then(|| self.label.iter().map(|it| it.0.clone()).collect())),
                ("target", self.target.as_ref().map(|it| json!(it.0))),
                ("draft", self.draft.map(|it| json!(it))),
                ("limit", self.limit.map(|it| json!(it))),
            ]),
        );
        Ok(listed(&page, number, ("merge request", "merge requests"), call, card::merge_request_line))
    }
}

/// Shows a merge request: its state, approvals, pipeline and last comments, with buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The merge request: demo/printer!2, !2, or its link.
    pub(in crate::gitlab) mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    pub(in crate::gitlab) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "mr show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["mr show demo/printer!1", "mr show 1 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let it = found.get(&acting).await?;
        let approvals = found.approvals(&acting).await;
        let query = [("sort", "desc".to_owned())];
        let path = format!("{}/notes", found.path);
        let mut notes = acting.page::<wire::Note>(&path, &query, 1, 10).await?.items;
        notes.retain(|it| !it.system);
        notes.truncate(3);
        notes.reverse();
        Ok(card::merge_request(&it, approvals.as_ref(), ctx, Message::new(), &notes))
    }
}
