//! `issue create`.

use commands::{
    Action, Ctx, Effect, Reply, Result,
    param::{Date, File, Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{One, PLACES, Wanted, done, ignored, put};
use crate::redmine::{Redmine, api::Acting, attachments, names, param, problem, wire};

/// Creates an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
    /// What is wrong or wanted, in a line.
    subject: String,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// Kind of issue, such as Bug; the project's first where you do not say.
    tracker: Option<param::Tracker>,
    /// Who works on it.
    #[schemars(extend("x-step" = 2))]
    assignee: Option<Person>,
    /// How urgent it is.
    #[schemars(extend("x-step" = 2))]
    priority: Option<param::Priority>,
    /// Where it starts in the workflow.
    #[schemars(extend("x-step" = 2))]
    status: Option<param::Status>,
    /// The project's category.
    #[schemars(extend("x-step" = 2))]
    category: Option<param::Category>,
    /// The version it is planned for.
    #[schemars(extend("x-step" = 2))]
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
    /// Only for those who may see private issues.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    private: bool,
    /// Who is told of every change.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    watcher: Vec<Person>,
    /// A custom field with its value: Severity=high.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    field: Vec<String>,
    /// A file from this chat, or a public link to one.
    #[serde(default)]
    #[schemars(extend("x-step" = 2))]
    file: Vec<File>,
}

impl Action for Create {
    type On = Redmine;
    const NAME: &str = "issue create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "issue create Printer on fire project=demo",
        "issue create Printer on fire project=demo tracker=Bug priority=High assignee=@ana field=Severity=high due_date=friday",
    ];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = acting.recent_project(&self.project.0).await?;
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
        let ids = acting.attributes(wanted, &project, None).await?;
        let mut watchers = Vec::new();
        for person in &self.watcher {
            watchers.push(acting.person("watcher", &person.0, Some(project.id)).await?.id);
        }
        let uploads = attachments::upload(&acting, ctx, &self.file).await?;

        let mut issue = Map::new();
        issue.insert("project_id".into(), json!(project.id));
        issue.insert("subject".into(), json!(self.subject.trim()));
        let description = acting.sign(self.description.as_ref().map_or("", |it| it.0.trim()));
        put(&mut issue, "description", Some(description).filter(|it| !it.is_empty()));
        issue.extend(ids);
        put(&mut issue, "start_date", self.start_date.map(|it| it.0));
        put(&mut issue, "due_date", self.due_date.map(|it| it.0));
        put(&mut issue, "estimated_hours", self.estimate);
        put(&mut issue, "done_ratio", self.done_ratio);
        put(&mut issue, "is_private", self.private.then_some(true));
        put(&mut issue, "watcher_user_ids", Some(watchers).filter(|it| !it.is_empty()));
        put(&mut issue, "uploads", Some(uploads).filter(|it| !it.is_empty()));

        let body = json!({ "issue": Value::Object(issue.clone()) });
        let created = acting.post::<One>("/issues.json", &body).await.map(|it| it.issue);
        let created = created.map_err(|error| {
            if error.message.contains("Project cannot be blank") {
                // Redmine forgets a project that the person may not add issues to, and then misses it.
                let right = "To create issues there you need the right “Add issues”; a manager of the project can give it.";
                return problem::at("project", format!("You can see {}, but not create issues in it. {right}", project.name));
            }
            problem::place(error, PLACES, &names::custom_names(&self.field))
        })?;
        let shown = acting.made(created, &issue).await;
        let did = format!("Created #{} in {}.", shown.id, shown.project.name);
        Ok(done(&acting, &shown, ctx, &did, vec![ignored(&issue, &shown), acting.note()]))
    }
}

/// What Redmine's workflow goes by when it says where a new issue may go: whose roles, in which project, with which tracker, from
/// which status, and whether it is theirs as its author, who they are, or as its assignee or one of that group.
/// <https://www.redmine.org/projects/redmine/wiki/RedmineIssueTrackingSetup#Workflow>
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct Offer {
    account: u64,
    project: u64,
    tracker: u64,
    status: u64,
    assignee: Option<u64>,
}

impl Acting<'_> {
    /// The issue that was created a moment ago with `asked`, with what its card shows.
    ///
    /// Redmine's answer to the creation has all of that but the statuses that it may go to, which were asked for within the last half
    /// minute where one like it was created then. Files, watchers and parents are not in it.
    async fn made(&self, created: wire::Issue, asked: &Map<String, Value>) -> wire::Issue {
        if ["uploads", "watcher_user_ids", "parent_issue_id"].iter().any(|key| asked.contains_key(*key)) {
            // The issue exists: failing to read it again must not look like failing to create it.
            return self.issue(created.id).await.unwrap_or(created);
        }
        let offer = Offer {
            account: self.account.as_ref().map_or(0, |it| it.id),
            project: created.project.id,
            tracker: created.tracker.id,
            status: created.status.id,
            assignee: created.assigned_to.as_ref().map(|it| it.id),
        };
        let ask = async { self.issue_with(created.id, "allowed_statuses").await.map(|it| it.allowed_statuses) };
        match self.redmine.offers.or_ask(offer, ask).await {
            Ok(allowed_statuses) => wire::Issue { allowed_statuses, ..created },
            Err(_) => created,
        }
    }
}
