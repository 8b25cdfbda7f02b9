//! Work packages: what can be done to them, and what the actions have in common.

use commands::{Ctx, Error, Message, Reply, Result};
use serde_json::json;

use super::{
    OpenProject,
    api::signed,
    card,
    hal::{Draft, Resource, duration, formattable},
    names::is_none,
    param, problem,
    schema::Form,
};

mod change;
mod children;
mod create;
mod custom_action;
mod delete;
pub(super) mod export;
mod files;
pub(super) mod list;
mod planning;
mod relations;
mod show;
mod status;
mod watchers;

pub use change::{Assign, Comment, Update};
pub use children::Children;
pub use create::Create;
pub use custom_action::Run;
pub use delete::Delete;
pub use export::Export;
pub use files::{Attach, Detach, Fetch, Files};
pub use list::{List, Search};
pub use planning::{Move, Progress};
pub use relations::{Relate, Relations, Unrelate};
pub use show::{History, Show};
pub use status::{Close, SetStatus};
pub use watchers::{Unwatch, Watch, Watchers};

/// The parameters that hold a work package's attributes, for placing OpenProject's complaints.
const PLACES: &[&str] = &[
    "subject",
    "description",
    "project",
    "type",
    "status",
    "priority",
    "assignee",
    "accountable",
    "version",
    "category",
    "budget",
    "parent",
    "start_date",
    "due_date",
    "estimate",
    "remaining",
    "done",
    "field",
];

/// What a person wants a work package's attributes to be, as typed.
#[derive(Default)]
struct Wanted<'a> {
    status: Option<&'a str>,
    priority: Option<&'a str>,
    assignee: Option<&'a str>,
    accountable: Option<&'a str>,
    version: Option<&'a str>,
    category: Option<&'a str>,
    budget: Option<&'a str>,
    parent: Option<&'a param::PackageId>,
    start_date: Option<jiff::civil::Date>,
    due_date: Option<jiff::civil::Date>,
    estimate: Option<&'a str>,
    remaining: Option<&'a str>,
    done: Option<u8>,
    fields: &'a [String],
}

impl Wanted<'_> {
    /// Into the draft, by what the form allows. Every problem is found at once.
    async fn write(&self, on: &OpenProject, ctx: &Ctx, form: &Form, project: u64, draft: &mut Draft) -> Result<()> {
        let mut problems: Vec<Error> = Vec::new();
        let chosen = [
            ("status", "status", self.status),
            ("priority", "priority", self.priority),
            ("version", "version", self.version),
            ("category", "category", self.category),
            ("budget", "budget", self.budget),
        ];
        for (key, field, text) in chosen {
            if let Some(text) = text {
                problems.extend(on.choose(form, key, field, text, draft).await.err());
            }
        }
        for (key, field, text) in [("assignee", "assignee", self.assignee), ("responsible", "accountable", self.accountable)] {
            let Some(text) = text else { continue };
            if let Err(error) = form.writable(key, field) {
                problems.push(error);
            } else if is_none(text) {
                draft.unlink(key);
            } else {
                match on.person(ctx, field, text, Some(project)).await {
                    Ok(person) => drop(draft.link(key, person.href)),
                    Err(error) => problems.push(error),
                }
            }
        }
        match self.parent {
            Some(parent) if parent.is_none() => drop(draft.unlink("parent")),
            Some(parent) => match parent.number("parent") {
                Ok(id) => drop(draft.link("parent", format!("/api/v3/work_packages/{id}"))),
                Err(error) => problems.push(error),
            },
            None => {}
        }
        for (key, field, text) in [("estimatedTime", "estimate", self.estimate), ("remainingTime", "remaining", self.remaining)] {
            match text {
                Some(text) if is_none(text) => drop(draft.put(key, serde_json::Value::Null)),
                Some(text) => match param::read_hours(field, text) {
                    Ok(hours) => drop(draft.put(key, duration(hours))),
                    Err(error) => problems.push(error),
                },
                None => {}
            }
        }
        let is_milestone = form.attribute("date").is_some() && form.attribute("dueDate").is_none();
        let due = if is_milestone { "date" } else { "dueDate" };
        draft.put_some("startDate", self.start_date.filter(|_| !is_milestone).map(|it| it.to_string()));
        draft.put_some(due, self.due_date.map(|it| it.to_string()));
        if let Some(done) = self.done {
            match form.writable("percentageDone", "done") {
                Ok(_) => drop(draft.put("percentageDone", done)),
                Err(error) => problems.push(error),
            }
        }
        problems.extend(on.custom(ctx, form, self.fields, draft).await.err());
        problem::all(problems).map_or(Ok(()), Err)
    }
}

impl OpenProject {
    /// What may be changed of a work package.
    async fn package_form(&self, package: &Resource) -> Result<Form> {
        let id = package.id();
        let body = json!({ "lockVersion": package.0["lockVersion"] });
        let form = self.form_at(&format!("/api/v3/work_packages/{id}/form"), &body).await;
        form.map_err(|error| problem::about(error, &format!("work package #{id}"), "Edit work packages"))
    }

    /// Changes a work package, says there who asked, and shows what became of it.
    async fn change_package(&self, ctx: &Ctx, before: &Resource, draft: &Draft, comment: &str, did: &str) -> Result<Reply> {
        let id = before.id();
        let changed = self.change(&format!("/api/v3/work_packages/{id}"), before, draft).await;
        let after = changed.map_err(|error| {
            problem::place(problem::about(error, &format!("work package #{id}"), "Edit work packages"), PLACES)
        })?;
        // Who acts as themselves has nothing to add, and OpenProject takes no empty comment.
        if signed(comment, ctx).is_empty() {
            return self.card_of(ctx, after, Message::text(did)).await;
        }
        // The change is made: that nobody can be told who asked must not look like failing to make it. OpenProject joins a
        // comment to the change that it follows, so that both are one entry of its activity.
        let said = match self.comment(ctx, id, comment).await {
            Ok(_) => Message::text(did),
            Err(error) => {
                Message::text(did).context(format!("OpenProject took the change, but not the comment on it: {}", error.message))
            }
        };
        self.card_of(ctx, after, said).await
    }

    /// Writes what a person says about a work package.
    async fn comment(&self, ctx: &Ctx, id: u64, text: &str) -> Result<Resource> {
        let body = json!({ "comment": formattable(&signed(text, ctx)) });
        let commented = self.post(&format!("/api/v3/work_packages/{id}/activities"), &body).await;
        commented.map_err(|error| problem::about(error, &format!("work package #{id}"), "Add comments"))
    }

    /// What was done, and the work package as it is now. It is done: failing to read the rest must not look like failing.
    async fn card_of(&self, ctx: &Ctx, package: Resource, said: Message) -> Result<Reply> {
        match self.shown(package).await {
            Ok(shown) => Ok(card::reply(self.http.base(), &shown, ctx, said, Message::new())),
            Err(_) => Ok(Reply::to_channel(said)),
        }
    }

    /// The same for one that has to be read again.
    async fn after(&self, ctx: &Ctx, id: u64, did: &str) -> Result<Reply> {
        match self.ask(&format!("/api/v3/work_packages/{id}"), &[]).await {
            Ok(package) => self.card_of(ctx, package, Message::text(did)).await,
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}
