//! What changes an issue: `issue update`, `assign`, `status`, `close`, `comment`.

use commands::{
    Action, Ctx, Effect, Reply, Result,
    param::{Date, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{NOBODY, PLACES, Wanted, done, ignored, put};
use crate::{
    http::Repeatable,
    redmine::{
        Redmine,
        api::Acting,
        names::{self, is_none},
        param, problem, wire,
    },
};

/// Changes an issue. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The issue's number.
    issue: param::IssueId,
    /// What is wrong or wanted, in a line.
    subject: Option<String>,
    /// All that helps; replaces what was there.
    description: Option<Markdown>,
    /// Kind of issue.
    tracker: Option<param::Tracker>,
    /// Where it is in the workflow.
    status: Option<param::Status>,
    /// How urgent it is.
    priority: Option<param::Priority>,
    /// Who works on it.
    assignee: Option<Person>,
    /// The project's category.
    category: Option<param::Category>,
    /// The version it is planned for.
    version: Option<param::Version>,
    /// The issue it is part of.
    #[schemars(extend("x-step" = 2))]
    parent: Option<param::IssueId>,
    /// First day of work.
    #[schemars(extend("x-step" = 2))]
    start_date: Option<Date>,
    /// Last day.
    #[schemars(extend("x-step" = 2))]
    due_date: Option<Date>,
    /// Hours it will take.
    #[schemars(extend("x-step" = 2), range(min = 0.0))]
    estimate: Option<f64>,
    /// How much is done, in percent.
    #[schemars(extend("x-step" = 2), range(min = 0, max = 100))]
    done_ratio: Option<u8>,
    /// Only for those who may see private issues: yes or no.
    #[schemars(extend("x-step" = 2))]
    private: Option<YesNo>,
    /// A custom field with its value: Severity=high.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
    /// A comment on the change.
    #[schemars(extend("x-step" = 2))]
    comment: Option<Markdown>,
}

/// A yes or a no that may also be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    Yes,
    No,
}

impl Action for Update {
    type On = Redmine;
    const NAME: &str = "issue update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["issue update 42 priority=Urgent due_date=friday", "issue update 42 assignee=none field=Severity=low"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let before = acting.issue(id).await?;
        let project = acting.project(&before.project.id.to_string()).await?;
        let wanted = Wanted {
            tracker: self.tracker.as_ref(),
            status: self.status.as_ref(),
            priority: self.priority.as_ref(),
            assignee: self.assignee.as_ref().map(|it| it.0.as_str()),
            category: self.category.as_ref(),
            version: self.version.as_ref(),
            parent: self.parent.as_ref(),
            fields: &self.field,
        };
        let mut issue = acting.attributes(wanted, &project, Some(&before)).await?;
        put(&mut issue, "subject", self.subject.as_deref().map(str::trim));
        put(&mut issue, "description", self.description.as_ref().map(|it| if is_none(&it.0) { "" } else { it.0.trim() }));
        put(&mut issue, "start_date", self.start_date.map(|it| it.0));
        put(&mut issue, "due_date", self.due_date.map(|it| it.0));
        put(&mut issue, "estimated_hours", self.estimate);
        put(&mut issue, "done_ratio", self.done_ratio);
        put(&mut issue, "is_private", self.private.map(|it| it == YesNo::Yes));
        if issue.is_empty() && self.comment.is_none() {
            return Err(commands::Error::bad_input(format!(
                "What shall change in #{id}? Write it as a name and a value, such as priority=High."
            )));
        }
        let notes = self.comment.as_ref().map_or("", |it| it.0.trim());
        change(&acting, ctx, id, issue, notes, &names::custom_names(&self.field), &format!("Updated #{id}.")).await
    }
}

/// Gives an issue to somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The issue's number.
    issue: param::IssueId,
    /// Who: me, @ana, a login, an email address, or none.
    to: Person,
}

impl Action for Assign {
    type On = Redmine;
    const NAME: &str = "issue assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue assign 42 me", "issue assign 42 @ana"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let mut issue = Map::new();
        let did = if is_none(&self.to.0) {
            issue.insert("assigned_to_id".into(), json!(NOBODY));
            format!("#{id} is nobody's now.")
        } else {
            let before = acting.issue(id).await?;
            let person = acting.person("to", &self.to.0, Some(before.project.id)).await?;
            issue.insert("assigned_to_id".into(), json!(person.id));
            format!("Assigned #{id} to {}.", person.name)
        };
        let reply = change(&acting, ctx, id, issue, "", &[], &did).await;
        // Redmine calls it the assignee; here the field is `to`.
        reply.map_err(|mut error| {
            error.fields.iter_mut().filter(|it| it.field == "assignee").for_each(|it| it.field = "to".into());
            error
        })
    }
}

/// Moves an issue to another status.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetStatus {
    /// The issue's number.
    issue: param::IssueId,
    /// The status, by name.
    status: param::Status,
    /// A comment on the change.
    comment: Option<Markdown>,
}

impl Action for SetStatus {
    type On = Redmine;
    const NAME: &str = "issue status";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue status 42 In Progress"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let status = on.entry(names::List::Status, "status", &self.status.0).await?;
        let before = acting.issue(id).await?;
        check_allowed(&before, &status)?;
        let issue = Map::from_iter([("status_id".to_owned(), json!(status.id))]);
        let notes = self.comment.as_ref().map_or("", |it| it.0.trim());
        change(&acting, ctx, id, issue, notes, &[], &format!("#{id} is {} now.", status.name)).await
    }
}

/// Closes an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The issue's number.
    issue: param::IssueId,
    /// Which of the closed statuses; the first that the workflow allows where you do not say.
    status: Option<param::Status>,
    /// Why, or what was done.
    comment: Option<Markdown>,
}

impl Action for Close {
    type On = Redmine;
    const NAME: &str = "issue close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue close 42", "issue close 42 status=Rejected comment=\"Works as designed\""];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let before = acting.issue(id).await?;
        if before.status.is_closed && self.status.is_none() {
            let did = format!("#{id} is {} already.", before.status.name);
            return Ok(done(&acting, &before, ctx, &did, vec![acting.note()]));
        }
        let statuses = on.entries(names::List::Status).await?;
        let closed = |it: &&names::Entry| it.is_closed;
        let status = match &self.status {
            Some(text) => {
                let status = on.entry(names::List::Status, "status", &text.0).await?;
                if !status.is_closed {
                    let names = statuses.iter().filter(closed).map(|it| it.name.clone()).collect::<Vec<_>>();
                    let names = problem::either(&names);
                    return Err(problem::at(
                        "status",
                        format!("An issue that is {} is not closed. Closed are {names}.", status.name),
                    ));
                }
                check_allowed(&before, &status)?;
                status
            }
            None => {
                let allowed = |it: &&names::Entry| {
                    before.allowed_statuses.as_ref().is_none_or(|all| all.iter().any(|allowed| allowed.id == it.id))
                };
                let first = statuses.iter().filter(closed).find(allowed);
                first.cloned().ok_or_else(|| not_allowed(&before, "closed"))?
            }
        };
        let issue = Map::from_iter([("status_id".to_owned(), json!(status.id))]);
        let notes = self.comment.as_ref().map_or("", |it| it.0.trim());
        change(&acting, ctx, id, issue, notes, &[], &format!("#{id} is {} now.", status.name)).await
    }
}

/// Comments on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The issue's number.
    issue: param::IssueId,
    /// What to say.
    text: Markdown,
    /// Only for those who may read private comments.
    #[serde(default)]
    private: bool,
}

impl Action for Comment {
    type On = Redmine;
    const NAME: &str = "issue comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue comment 42 The fire is out."];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let id = self.issue.number("issue")?;
        let text = self.text.0.trim();
        if text.is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        let mut issue = Map::new();
        if self.private {
            issue.insert("private_notes".into(), json!(true));
        }
        let reply = change(&acting, ctx, id, issue, text, &[], &format!("Commented on #{id}.")).await?;
        // The channel may hold people who may not read it in Redmine.
        Ok(if self.private { Reply { audience: commands::Audience::Private, ..reply } } else { reply })
    }
}

/// Sends the change and shows what became of the issue.
async fn change(
    acting: &Acting<'_>,
    ctx: &Ctx,
    id: u64,
    mut issue: Map<String, Value>,
    notes: &str,
    custom: &[(String, String)],
    did: &str,
) -> Result<Reply> {
    let notes = acting.sign(notes);
    // Setting attributes twice is setting them once, but a comment would be there twice.
    let repeatable = if notes.is_empty() { Repeatable::Yes } else { Repeatable::No };
    put(&mut issue, "notes", Some(notes).filter(|it| !it.is_empty()));
    let body = json!({ "issue": Value::Object(issue.clone()) });
    acting.put(&format!("/issues/{id}.json"), &body, repeatable).await.map_err(|error| {
        let error = problem::about(error, &format!("issue #{id}"), "Edit issues or Add notes");
        problem::place(error, PLACES, custom)
    })?;
    // It is done: failing to read the issue again must not look like failing to change it.
    match acting.issue(id).await {
        Ok(after) => {
            let dropped = ignored(&issue, &after);
            let did = if dropped.is_some() && issue.len() == 1 { format!("Nothing changed in #{id}.") } else { did.to_owned() };
            Ok(done(acting, &after, ctx, &did, vec![dropped, acting.note()]))
        }
        Err(_) => Ok(Reply::to_channel(did)),
    }
}

/// Redmine ignores a status that the workflow does not allow, so it is asked before.
fn check_allowed(issue: &wire::Issue, status: &names::Entry) -> Result<()> {
    let Some(allowed) = &issue.allowed_statuses else { return Ok(()) };
    let is_it = issue.status.id == status.id || allowed.iter().any(|it| it.id == status.id);
    if is_it { Ok(()) } else { Err(not_allowed(issue, &status.name)) }
}

fn not_allowed(issue: &wire::Issue, status: &str) -> commands::Error {
    let next: Vec<String> =
        issue.allowed_statuses.iter().flatten().filter(|it| it.id != issue.status.id).map(|it| it.name.clone()).collect();
    let way = match next.as_slice() {
        [] => "Your role may not change its status at all: ask a manager of the project.".to_owned(),
        next => format!("From there it can become {}.", problem::either(next)),
    };
    let from = &issue.status.name;
    problem::at("status", format!("Redmine's workflow does not let #{} go from {from} to {status}. {way}", issue.id))
}
