//! `issue list`, by project or everywhere the bot may look.

use commands::{
    Action, Ctx, Effect, Reply, Result,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::gitlab::{
    GitLab,
    api::segment,
    card,
    list::{USUAL, given, listed},
    names::{self, is_none},
    param, wire,
};

/// Lists issues, the last changed first.
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
    /// Who works on it: me, @ana, none.
    assignee: Option<Person>,
    /// Who wrote it.
    author: Option<Person>,
    /// With all of these labels.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Of this milestone.
    milestone: Option<param::Milestone>,
    /// Changed on this day or later.
    since: Option<Date>,
    /// What comes first.
    #[serde(default)]
    sort: Order,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// Which issues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Open,
    Closed,
    All,
}

/// An order of issues.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Last changed first.
    #[default]
    Updated,
    /// Newest first.
    Created,
    /// Next due first.
    Due,
    /// Most urgent first, by label priority.
    Priority,
    /// Most voted first.
    Popular,
}

impl Order {
    fn query(self) -> (&'static str, &'static str) {
        match self {
            Order::Updated => ("updated_at", "desc"),
            Order::Created => ("created_at", "desc"),
            Order::Due => ("due_date", "asc"),
            Order::Priority => ("label_priority", "asc"),
            Order::Popular => ("popularity", "desc"),
        }
    }
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "issue list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["issue list project=demo/printer", "issue list assignee=me sort=due", "issue list fire label=bug"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = match &self.project {
            Some(it) => Some(on.project_of(Some(it)).await?),
            None => None,
        };
        let (order, sort) = self.sort.query();
        let state = match self.state {
            State::Open => "opened",
            State::Closed => "closed",
            State::All => "all",
        };
        let mut query = vec![("state", state.to_owned()), ("order_by", order.to_owned()), ("sort", sort.to_owned())];
        if project.is_none() {
            // Without it GitLab tells only what the bot itself wrote.
            query.push(("scope", "all".into()));
        }
        match &self.assignee {
            Some(it) if is_none(&it.0) => query.push(("assignee_id", "None".into())),
            Some(it) => query.push(("assignee_username[]", acting.person("assignee", &it.0).await?.username)),
            None => {}
        }
        if let Some(author) = &self.author {
            query.push(("author_username", acting.person("author", &author.0).await?.username));
        }
        if !self.label.is_empty() {
            query.push(("labels", param::labels(&self.label).join(",")));
        }
        if let Some(milestone) = &self.milestone {
            query.push(("milestone", milestone.0.trim().to_owned()));
        }
        if let Some(since) = self.since {
            query.push(("updated_after", format!("{}T00:00:00Z", since.0)));
        }
        if let Some(words) = self.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("search", words.to_owned()));
        }
        let path = project.as_ref().map_or("/issues".to_owned(), |it| format!("/projects/{}/issues", segment(it)));
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::Issue>(&path, &query, number, self.limit.unwrap_or(USUAL)).await;
        let mut page = page.map_err(|error| names::in_project(error, project.as_deref().unwrap_or_default()))?;
        // What others here may not see is not told to all of them.
        let all = page.items.len();
        page.items.retain(|it| !it.confidential);
        let hidden = all - page.items.len();
        let call = ctx.call(
            "issue list",
            given(vec![
                ("words", self.words.as_ref().map(|it| json!(it))),
                ("project", project.map(|it| json!(it))),
                ("state", Some(json!(self.state))),
                ("assignee", self.assignee.as_ref().map(|it| json!(it))),
                ("author", self.author.as_ref().map(|it| json!(it))),
                ("label", (!self.label.is_empty()).then(|| self.label.iter().map(|it| it.0.clone()).collect())),
                ("milestone", self.milestone.as_ref().map(|it| json!(it.0))),
                ("since", self.since.map(|it| json!(it))),
                ("sort", Some(json!(self.sort))),
                ("limit", self.limit.map(|it| json!(it))),
            ]),
        );
        let mut reply = listed(&page, number, ("issue", "issues"), call, card::issue_line);
        if hidden > 0 {
            reply.message = reply.message.context(format!("{hidden} confidential not shown."));
        }
        Ok(reply)
    }
}
