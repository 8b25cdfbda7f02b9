//! How work packages stand to each other: `wp relate`, `relations`, `unrelate`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    http::pages::Part,
    openproject::{
        OpenProject,
        api::{filter, filters},
        card,
        hal::Resource,
        param, problem, reply,
    },
};

/// How many are listed.
const MOST: usize = 500;

/// How one stands to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Has to do with it.
    #[default]
    Relates,
    /// Says the same.
    Duplicates,
    /// Is said again by it.
    Duplicated,
    /// Has to be closed first.
    Blocks,
    /// Waits for it to be closed.
    Blocked,
    /// Has to end before it starts.
    Precedes,
    /// Starts when it has ended.
    Follows,
    /// Holds it.
    Includes,
    /// Is held by it.
    Partof,
    /// Needs it.
    Requires,
    /// Is needed by it.
    Required,
}

/// Relates a work package to another.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Relate {
    /// The work package's number.
    package: param::PackageId,
    /// The other one's number.
    other: param::PackageId,
    /// How the first stands to the other.
    #[serde(default)]
    kind: Kind,
    /// Days between the end of the one and the start of the other, for precedes and follows.
    #[schemars(range(min = 0, max = 3650))]
    lag: Option<i64>,
    /// Why.
    description: Option<String>,
}

impl Action for Relate {
    type On = OpenProject;
    const NAME: &str = "wp relate";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp relate 42 43", "wp relate 42 43 kind=blocks"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let (id, other) = (self.package.number("package")?, self.other.number("other")?);
        let mut body = json!({ "type": self.kind, "_links": { "to": { "href": format!("/api/v3/work_packages/{other}") } } });
        if let Some(lag) = self.lag {
            body["lag"] = json!(lag);
        }
        if let Some(description) = self.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            body["description"] = json!(description);
        }
        let made = on.post(&format!("/api/v3/work_packages/{id}/relations"), &body).await.map_err(|error| {
            let error = problem::about(error, &format!("work package #{id}"), "Manage work package relations");
            problem::place(error, &["other", "lag", "description"])
        })?;
        let message = Message::text(Text::new().plain("Now ").plain(line(on, &made, id).to_plain()).plain(".")).tone(Tone::Good);
        Ok(Reply::to_channel(message.context(Text::new().link(card::url(on.http.base(), id), "Open in OpenProject"))))
    }
}

/// Lists what a work package is related to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Relations {
    /// The work package's number.
    package: param::PackageId,
}

impl Action for Relations {
    type On = OpenProject;
    const NAME: &str = "wp relations";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp relations 42"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let found = on.relations_of(id, MOST).await?;
        let message = match found.items.is_empty() {
            true => Message::text(format!("#{id} is related to no other work package.")),
            false => reply::all(found.items.iter().map(|it| line(on, it, id)).collect(), "relation"),
        };
        if !found.more {
            return Ok(Reply::to_channel(message));
        }
        let all = Text::new().plain(format!("These are the first {MOST}. "));
        Ok(Reply::to_channel(message.context(all.link(card::url(on.http.base(), id), "All of them are in OpenProject"))))
    }
}

/// Ends the relation of a work package to another.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unrelate {
    /// The work package's number.
    package: param::PackageId,
    /// The other one's number.
    other: param::PackageId,
}

impl Action for Unrelate {
    type On = OpenProject;
    const NAME: &str = "wp unrelate";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp unrelate 42 43"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let (id, other) = (self.package.number("package")?, self.other.number("other")?);
        let all = on.relations_of(id, usize::MAX).await?.items;
        let is_other = |it: &&Resource| ["from", "to"].iter().any(|end| it.link(end).and_then(|it| it.id()) == Some(other));
        let Some(relation) = all.iter().find(is_other) else {
            return Err(problem::at(
                "other",
                format!("#{id} is not related to #{other}. `wp relations {id}` lists what it is related to."),
            ));
        };
        let ended = on.delete(&format!("/api/v3/relations/{}", relation.id())).await;
        ended.map_err(|error| problem::about(error, &format!("work package #{id}"), "Manage work package relations"))?;
        Ok(reply::done(format!("#{id} and #{other} are not related any more.")))
    }
}

impl OpenProject {
    async fn relations_of(&self, id: u64, most: usize) -> Result<Part<Resource>> {
        self.package(id).await?;
        let involved = filters(&[filter("involved", "=", &[&id.to_string()])]);
        self.first("/api/v3/relations", &[("filters", &involved)], most).await
    }
}

/// `#42 blocks #43 Dark mode`, as seen from the work package `id`.
fn line(on: &OpenProject, relation: &Resource, id: u64) -> Text {
    let (from, to) = (relation.link("from"), relation.link("to"));
    let is_from = from.as_ref().and_then(|it| it.id()) == Some(id);
    let (kind, other) = if is_from { (relation.text("type"), to) } else { (relation.text("reverseType"), from) };
    let (number, title) = other.map(|it| (it.id().unwrap_or_default(), it.title)).unwrap_or_default();
    let lag = relation.number("lag").filter(|it| *it > 0.0).map(|it| format!(" ({it} days between)")).unwrap_or_default();
    let why = Some(relation.text("description")).filter(|it| !it.is_empty()).map(|it| format!(": {it}")).unwrap_or_default();
    Text::new()
        .plain(format!("#{id} {} ", words(kind)))
        .link(card::url(on.http.base(), number), format!("#{number}"))
        .plain(format!(" {title}{lag}{why}"))
}

fn words(kind: &str) -> &str {
    match kind {
        "relates" => "relates to",
        "duplicated" => "is duplicated by",
        "blocked" => "is blocked by",
        "partof" => "is part of",
        "required" => "is required by",
        other => other,
    }
}
