//! What changes an issue: `issue update`, `comment`, `assign`, `close`, `reopen`, `label`.

use commands::{
    Action, Audience, Ctx, Effect, Error, Reply, Result,
    param::{Date, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::find;
use crate::gitlab::{GitLab, list::given, names::is_none, param, problem::at};

/// Changes an issue. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// What is wrong or wanted, in a line.
    title: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// Who works on it.
    #[serde(default)]
    assignee: Vec<Person>,
    /// Its labels from now on; `issue label` adds and removes.
    #[serde(default)]
    label: Vec<param::Label>,
    /// The milestone it belongs to.
    milestone: Option<param::Milestone>,
    /// Last day: a date, or none.
    due: Option<String>,
    /// How heavy it is.
    #[schemars(range(min = 0))]
    weight: Option<u32>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "issue update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue update demo/printer#1 due=2026-12-01 milestone=v1.0", "issue update #1 assignee=none"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let milestone = match &self.milestone {
            // 0 is GitLab's way to say none.
            Some(it) if is_none(&it.0) => Some(json!(0)),
            Some(it) => Some(json!(acting.milestone(&found.project, &it.0).await?.id)),
            None => None,
        };
        let people = acting.people("assignee", &self.assignee).await?;
        let labels = match self.label.as_slice() {
            [one] if is_none(&one.0) => Some(json!([])),
            [] => None,
            all => Some(json!(param::labels(all))),
        };
        let body = given(vec![
            ("title", self.title.as_deref().map(|it| json!(it.trim()))),
            ("description", self.description.as_ref().map(|it| json!(if is_none(&it.0) { "" } else { it.0.trim() }))),
            ("assignee_ids", (!people.is_empty()).then(|| json!(people))),
            ("labels", labels),
            ("milestone_id", milestone),
            ("due_date", self.due.as_deref().map(|it| due(it, ctx)).transpose()?),
            ("weight", self.weight.map(|it| json!(it))),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            let message = format!("What shall change in {}? Write it as a name and a value, such as due=2026-12-01.", found.key);
            return Err(Error::bad_input(message));
        }
        found.put(&acting, ctx, &body, &format!("Updated {}.", found.key)).await
    }
}

/// A date as people write it, or nothing.
fn due(text: &str, ctx: &Ctx) -> Result<Value> {
    if is_none(text) {
        return Ok(json!(""));
    }
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = commands::form::day(text, today);
    day.map(|it: jiff::civil::Date| json!(Date(it)))
        .ok_or_else(|| at("due", format!("`{text}` is no date. Write one like {today}, friday, or none.")))
}

/// Comments on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// What to say.
    text: Markdown,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// Only for members of the project.
    #[serde(default)]
    internal: bool,
}

impl Action for Comment {
    type On = GitLab;
    const NAME: &str = "issue comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue comment demo/printer#1 The fire is out."];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "A comment needs words."));
        }
        let mut body = json!({ "body": acting.sign(&self.text.0) });
        if self.internal {
            body["internal"] = json!(true);
        }
        let _: Value = acting.post(&format!("{}/notes", found.path), &body).await.map_err(|error| found.about(error))?;
        let reply = found.after(&acting, ctx, &format!("Commented on {}.", found.key)).await;
        Ok(if self.internal { Reply { audience: Audience::Private, ..reply } } else { reply })
    }
}

/// Gives an issue to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// Who: me, @ana, a login, an email address, or none; several with commas.
    to: Vec<Person>,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Assign {
    type On = GitLab;
    const NAME: &str = "issue assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue assign demo/printer#1 me", "issue assign demo/printer#1 @ana"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        let people = acting.people("to", &self.to).await?;
        let did = match people.as_slice() {
            [0] => format!("{} is nobody's now.", found.key),
            _ => format!("Assigned {}.", found.key),
        };
        found.put(&acting, ctx, &json!({ "assignee_ids": people }), &did).await
    }
}

/// Closes an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// Why, or what was done.
    comment: Option<Markdown>,
}

impl Action for Close {
    type On = GitLab;
    const NAME: &str = "issue close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue close demo/printer#1 comment=\"Fixed in v1.0\""];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        if let Some(comment) = self.comment.filter(|it| !it.0.trim().is_empty()) {
            let body = json!({ "body": acting.sign(&comment.0) });
            let _: Value = acting.post(&format!("{}/notes", found.path), &body).await.map_err(|error| found.about(error))?;
        }
        found.put(&acting, ctx, &json!({ "state_event": "close" }), &format!("Closed {}.", found.key)).await
    }
}

/// Opens a closed issue again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Reopen {
    type On = GitLab;
    const NAME: &str = "issue reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue reopen demo/printer#3"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        found.put(&acting, ctx, &json!({ "state_event": "reopen" }), &format!("{} is open again.", found.key)).await
    }
}

/// Adds labels to an issue and takes labels off it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// The issue: demo/printer#4, #4, or its link.
    issue: param::Issue,
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
    const NAME: &str = "issue label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue label demo/printer#1 urgent", "issue label demo/printer#1 add=doing remove=todo"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.issue, self.project.as_ref()).await?;
        if self.add.is_empty() && self.remove.is_empty() {
            return Err(at("add", "Which label? Write add=urgent or remove=todo."));
        }
        let list = |all: &[param::Label]| (!all.is_empty()).then(|| json!(param::labels(all)));
        let body = given(vec![("add_labels", list(&self.add)), ("remove_labels", list(&self.remove))]);
        found.put(&acting, ctx, &body, &format!("Changed the labels of {}.", found.key)).await
    }
}
