//! `issue create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Date, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::PLACES;
use crate::gitlab::{GitLab, api::segment, card, list::given, names, param, problem, wire};

/// Creates an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What is wrong or wanted, in a line.
    title: String,
    /// Project, such as demo/printer; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// A label; several with commas.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Who works on it.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    assignee: Vec<Person>,
    /// The milestone it belongs to.
    #[schemars(extend("x-step" = 2))]
    milestone: Option<param::Milestone>,
    /// Last day.
    #[schemars(extend("x-step" = 2))]
    due: Option<Date>,
    /// How heavy it is.
    #[schemars(extend("x-step" = 2), range(min = 0))]
    weight: Option<u32>,
    /// What sort of issue.
    #[serde(rename = "type")]
    #[schemars(extend("x-step" = 2))]
    sort: Option<Sort>,
    /// Only for members of the project.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    confidential: bool,
}

/// What sort of issue.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    Issue,
    Incident,
    Task,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Sort::Issue => "issue",
            Sort::Incident => "incident",
            Sort::Task => "task",
        }
    }
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "issue create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["issue create Printer on fire project=demo/printer", "issue create Login fails assignee=@ana label=bug,urgent"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let milestone = match &self.milestone {
            Some(title) => Some(json!(acting.milestone(&project, &title.0).await?.id)),
            None => None,
        };
        let people = acting.people("assignee", &self.assignee).await?;
        let labels = param::labels(&self.label);
        let description = acting.sign(self.description.as_ref().map_or("", |it| &it.0));
        let body = given(vec![
            ("title", Some(json!(self.title.trim()))),
            ("description", Some(json!(description)).filter(|it| it != "")),
            ("labels", (!labels.is_empty()).then(|| json!(labels))),
            ("assignee_ids", (!people.is_empty()).then(|| json!(people))),
            ("milestone_id", milestone),
            ("due_date", self.due.map(|it| json!(it.0))),
            ("weight", self.weight.map(|it| json!(it))),
            ("issue_type", self.sort.map(|it| json!(it.name()))),
            ("confidential", self.confidential.then_some(json!(true))),
        ]);
        let created = acting.post::<wire::Issue>(&format!("/projects/{}/issues", segment(&project)), &body).await;
        let issue = created.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        let did = format!("Created {}.", issue.references.full);
        Ok(card::issue(&issue, ctx, Message::text(did), &[]))
    }
}
