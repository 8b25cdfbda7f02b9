//! `wp status`, `close`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::openproject::{
    OpenProject,
    hal::{Draft, Link, Resource},
    names::{List, same},
    param,
    problem::{at, either},
    schema::Form,
};

/// Moves a work package to another status.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetStatus {
    /// The work package's number.
    package: param::PackageId,
    /// The status, by name.
    status: param::Status,
    /// A comment on the change.
    comment: Option<Markdown>,
}

impl Action for SetStatus {
    type On = OpenProject;
    const NAME: &str = "wp status";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp status 42 In progress"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        let form = on.package_form(&before).await?;
        let wanted = on.entry(List::Status, "status", &self.status.0).await?;
        let next = reachable(&form)?;
        let Some(status) = next.iter().find(|it| same(&it.title, wanted.name())) else {
            return Err(not_allowed(&before, wanted.name(), &next));
        };
        let comment = self.comment.as_ref().map_or("", |it| it.0.as_str());
        to(on, ctx, &before, status, comment).await
    }
}

/// Closes a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The work package's number.
    package: param::PackageId,
    /// Which of the closed statuses; the first that the workflow allows where you do not say.
    status: Option<param::Status>,
    /// Why, or what was done.
    comment: Option<Markdown>,
}

impl Action for Close {
    type On = OpenProject;
    const NAME: &str = "wp close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp close 42", "wp close 42 status=Rejected comment=\"Works as designed\""];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        let statuses = on.entries(List::Status).await?;
        let closed: Vec<&Resource> = statuses.iter().filter(|it| it.flag("isClosed")).collect();
        let now = before.title("status").unwrap_or_default();
        if closed.iter().any(|it| same(it.name(), &now)) && self.status.is_none() {
            return on.card_of(ctx, before, Message::text(format!("#{id} is {now} already."))).await;
        }
        let next = reachable(&on.package_form(&before).await?)?;
        let status = match &self.status {
            Some(text) => {
                let Some(wanted) = closed.iter().find(|it| same(it.name(), &text.0)) else {
                    let names: Vec<String> = closed.iter().map(|it| it.name().to_owned()).collect();
                    return Err(at("status", format!("`{}` is no closed status. Closed are {}.", text.0.trim(), either(&names))));
                };
                next.iter().find(|it| same(&it.title, wanted.name())).ok_or_else(|| not_allowed(&before, wanted.name(), &next))?
            }
            None => {
                let is_closed = |it: &&Link| closed.iter().any(|status| same(status.name(), &it.title));
                next.iter().find(is_closed).ok_or_else(|| not_allowed(&before, "closed", &next))?
            }
        };
        let comment = self.comment.as_ref().map_or("", |it| it.0.as_str());
        to(on, ctx, &before, status, comment).await
    }
}

async fn to(on: &OpenProject, ctx: &Ctx, before: &Resource, status: &Link, comment: &str) -> Result<Reply> {
    let mut draft = Draft::default();
    draft.link("status", &status.href);
    on.change_package(ctx, before, &draft, comment, &format!("#{} is {} now.", before.id(), status.title)).await
}

/// Where the workflow lets the bot go.
fn reachable(form: &Form) -> Result<Vec<Link>> {
    Ok(form.writable("status", "status")?.listed())
}

fn not_allowed(before: &Resource, status: &str, next: &[Link]) -> commands::Error {
    let from = before.title("status").unwrap_or_default();
    let next: Vec<String> = next.iter().map(|it| it.title.clone()).filter(|it| !same(it, &from)).collect();
    let way = match next.as_slice() {
        [] => {
            "The bot's role may not change its status at all: somebody who administers OpenProject can give it a role that may."
                .to_owned()
        }
        next => format!("From there it can become {}.", either(next)),
    };
    at("status", format!("The workflow does not let #{} go from {from} to {status}. {way}", before.id()))
}
