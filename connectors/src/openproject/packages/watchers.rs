//! Who is told of changes: `wp watch`, `unwatch`, `watchers`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::openproject::{OpenProject, param, problem, reply};

/// Makes somebody a watcher of a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Watch {
    /// The work package's number.
    package: param::PackageId,
    /// Who: you where you do not say.
    #[schemars(extend("x-positional" = true))]
    who: Option<Person>,
}

impl Action for Watch {
    type On = OpenProject;
    const NAME: &str = "wp watch";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp watch 42", "wp watch 42 @ana"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let person = on.person(ctx, "who", self.who.as_ref().map_or("me", |it| &it.0), None).await?;
        // Who watches already stays a watcher: OpenProject answers 200 then.
        let body = json!({ "user": { "href": person.href } });
        let request = on.http.post(&format!("/api/v3/work_packages/{id}/watchers")).json(&body);
        let made = on.send(request.repeatable(crate::http::Repeatable::Yes)).await;
        made.map_err(|error| {
            let error = problem::about(error, &format!("work package #{id}"), "Add watchers");
            // OpenProject calls it the user; here the field is `who`.
            let mut error = problem::place(error, &["user"]);
            error.fields.iter_mut().for_each(|it| it.field = "who".into());
            error
        })?;
        Ok(reply::done(format!("{} watches #{id} now.", person.name)))
    }
}

/// Takes somebody off the watchers of a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unwatch {
    /// The work package's number.
    package: param::PackageId,
    /// Who: you where you do not say.
    #[schemars(extend("x-positional" = true))]
    who: Option<Person>,
}

impl Action for Unwatch {
    type On = OpenProject;
    const NAME: &str = "wp unwatch";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp unwatch 42", "wp unwatch 42 @ana"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let person = on.person(ctx, "who", self.who.as_ref().map_or("me", |it| &it.0), None).await?;
        let removed = on.delete(&format!("/api/v3/work_packages/{id}/watchers/{}", person.id)).await;
        removed.map_err(|error| problem::about(error, &format!("work package #{id}"), "Delete watchers"))?;
        Ok(reply::done(format!("{} does not watch #{id} any more.", person.name)))
    }
}

/// Lists who watches a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Watchers {
    /// The work package's number.
    package: param::PackageId,
}

impl Action for Watchers {
    type On = OpenProject;
    const NAME: &str = "wp watchers";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp watchers 42"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let all = on.get(&format!("/api/v3/work_packages/{id}/watchers")).await;
        let all = all.map_err(|error| problem::about(error, &format!("work package #{id}"), "View watchers"))?;
        let lines: Vec<Text> = all.elements().iter().map(|it| Text::from(it.name())).collect();
        Ok(Reply::to_channel(match lines.is_empty() {
            true => Message::text(format!("Nobody watches #{id}.")),
            false => reply::all(lines, "watcher"),
        }))
    }
}
