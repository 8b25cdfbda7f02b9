//! Saved queries: the lists that people keep in OpenProject.

use commands::{Action, Button, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    card,
    hal::Resource,
    names::pick,
    packages::{export, list::Which},
    param, problem, reply,
};
use crate::http::pages::Part;

/// How many work packages of a query are shown at once.
const LIMIT: usize = 15;

/// Lists saved queries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only this project's.
    project: Option<param::Project>,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "query list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["query list", "query list project=demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = match &self.project {
            Some(project) => Some(on.project(&project.0).await?.id()),
            None => None,
        };
        let all = on.queries(project).await?;
        let line = |it: &Resource| {
            let place = it.title("project").map_or_else(|| " · all projects".to_owned(), |it| format!(" · {it}"));
            let marks =
                [("starred", " · favorite"), ("public", " · public")].iter().filter(|(key, _)| it.flag(key)).map(|(_, it)| *it);
            Text::new().link(url(on, it), it.name()).plain(format!("{place}{}", marks.collect::<String>()))
        };
        let show = |it: &Resource| Button::run(it.name(), ctx.call("query show", json!({ "query": it.id().to_string() })));
        let message = reply::all(all.iter().map(line).collect(), "query");
        let options: Vec<Button> = all.iter().take(25).map(show).collect();
        Ok(Reply::to_channel(match options.is_empty() {
            true => message,
            false => message.block(commands::Block::Menu { label: "Show".into(), options }),
        }))
    }
}

/// Shows the work packages of a saved query.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The query, by name or number.
    query: param::SavedQuery,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "query show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["query show My bugs"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let query = on.query(&self.query.0).await?;
        let page = self.page.unwrap_or(1);
        let (size, offset) = (LIMIT.to_string(), page.to_string());
        let query = on.page(&format!("/api/v3/queries/{}", query.id()), &[("pageSize", &size), ("offset", &offset)]).await?;
        let results = query.embedded("results").unwrap_or_default();
        let lines: Vec<Text> = results.elements().iter().map(|it| card::line(on.http.base(), it)).collect();
        let number = query.id().to_string();
        let more = Button::run("Show more", ctx.call("query show", json!({ "query": number, "page": page + 1 })));
        let mut message =
            Message::new().heading(query.name()).paragraph(Text::new().link(url(on, &query), "Open in OpenProject"));
        let from = (page.max(1) as usize - 1) * LIMIT + 1;
        message.blocks.extend(reply::listed(lines, from, results.total(), "work package", Some(more)).blocks);
        Ok(Reply::to_channel(
            message.buttons(vec![Button::run("As a table", ctx.call("query export", json!({ "query": number })))]),
        ))
    }
}

/// Gives the work packages of a saved query as a table in CSV.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Export {
    /// The query, by name or number.
    query: param::SavedQuery,
}

impl Action for Export {
    type On = OpenProject;
    const NAME: &str = "query export";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["query export My bugs"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let query = on.query(&self.query.0).await?;
        let path = format!("/api/v3/queries/{}", query.id());
        let (mut all, mut total, mut columns) = (Vec::new(), 1, Vec::new());
        for page in 1_u32.. {
            if all.len() >= total.min(export::MOST) {
                break;
            }
            let found = on.page(&path, &[("pageSize", PAGE), ("offset", &page.to_string())]).await?;
            columns = export::Column::of(&found);
            let results = found.embedded("results").unwrap_or_default();
            total = results.total();
            let elements = results.elements();
            if elements.is_empty() {
                break;
            }
            all.extend(elements);
        }
        let columns = if columns.is_empty() { export::usual() } else { columns };
        let found = Part { more: all.len() >= export::MOST && total > all.len(), items: all };
        let name: String =
            query.name().to_lowercase().chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
        let message = export::table(name.trim_matches('-'), &columns, &found, total);
        let pdf = on.web(&format!("/work_packages.pdf?query_id={}", query.id()));
        Ok(Reply::to_channel(
            message.context(Text::new().link(pdf, "The same as PDF").plain(", for who is signed in to OpenProject")),
        ))
    }
}

/// Saves a query under a name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    #[serde(flatten)]
    which: Which,
    /// Everybody in the project sees it.
    #[serde(default)]
    public: bool,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "query create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["query create Open bugs project=demo type=Bug --public"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let (instances, project) = self.which.instances(on, ctx).await?;
        let mut body = json!({ "name": self.name.trim(), "filters": instances, "public": self.public });
        if let Some(project) = &project {
            body["_links"]["project"] = json!({ "href": format!("/api/v3/projects/{project}") });
        }
        if let Some(order) = self.which.saved_order() {
            body["_links"]["sortBy"] = json!(order);
        }
        let made = on.post("/api/v3/queries", &body).await.map_err(|error| {
            problem::place(
                problem::about(error, "list of queries", if self.public { "Manage public queries" } else { "Save queries" }),
                &["name", "project", "public"],
            )
        })?;
        let show = Button::run("Show", ctx.call("query show", json!({ "query": made.id().to_string() })));
        let text = Text::new().plain("Saved the query ").link(url(on, &made), made.name()).plain(".");
        Ok(Reply::to_channel(Message::text(text).tone(commands::Tone::Good).buttons(vec![show])))
    }
}

/// Changes a saved query: its name, who sees it, what it shows.
///
/// Conditions take the place of all that it had; what you do not say stays. Its project stays in any case.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The query, by name or number.
    query: param::SavedQuery,
    /// What it is called from now on.
    #[schemars(length(min = 1, max = 255))]
    name: Option<String>,
    /// Whether everybody in the project sees it.
    public: Option<bool>,
    #[serde(flatten)]
    which: Which,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "query update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["query update My bugs name=\"Our bugs\" public=true", "query update My bugs status=closed sort=updated"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let query = on.query(&self.query.0).await?;
        let mut which = self.which;
        let has_conditions = which.has_conditions();
        let place = query.link("project").and_then(|it| it.id());
        if let Some(given) = &which.project {
            let given = on.project(&given.0).await?.id();
            // The published API has no way to move one.
            if place != Some(given) {
                let message = "A saved query stays in its project. Save a new one with `query create`.";
                return Err(at("project", message));
            }
        }
        // Versions, categories and custom fields are those of its project.
        which.project = place.map(|it| param::Project(it.to_string()));
        let mut body = json!({});
        if let Some(name) = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            body["name"] = json!(name);
        }
        if let Some(public) = self.public {
            body["public"] = json!(public);
        }
        if has_conditions {
            body["filters"] = json!(which.instances(on, ctx).await?.0);
        }
        if let Some(order) = which.saved_order() {
            body["_links"]["sortBy"] = json!(order);
        }
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(at("name", "What is to change? Write name=…, public=…, sort=…, or conditions such as status=open."));
        }
        let is_shared = self.public == Some(true) || query.flag("public");
        let right = if is_shared { "Manage public queries" } else { "Save queries" };
        let changed = on.patch(&format!("/api/v3/queries/{}", query.id()), &body).await;
        let changed = changed.map_err(|error| {
            problem::place(problem::about(error, &format!("query {}", query.name()), right), &["name", "public"])
        })?;
        let show = Button::run("Show", ctx.call("query show", json!({ "query": changed.id().to_string() })));
        let text = Text::new().plain("Changed the query ").link(url(on, &changed), changed.name()).plain(".");
        Ok(Reply::to_channel(Message::text(text).tone(commands::Tone::Good).buttons(vec![show])))
    }
}

fn at(field: &str, message: &str) -> Error {
    Error::bad_input(message).with_fields(vec![FieldProblem::new(field, message)])
}

impl Which {
    /// Its filters as queries hold them, and the number of its project: a query's own place, not one of its filters.
    async fn instances(&self, on: &OpenProject, ctx: &Ctx) -> Result<(Vec<Value>, Option<String>)> {
        let (mut instances, mut project) = (Vec::new(), None);
        for it in self.filters(on, ctx).await? {
            let Some((name, condition)) = it.as_object().and_then(|it| it.iter().next()) else { continue };
            if name == "project" {
                project = condition["values"][0].as_str().map(str::to_owned);
            } else {
                instances.push(instance(name, condition));
            }
        }
        Ok((instances, project))
    }
}

/// A filter as queries hold it: what it is about, the operator and the values are links, plain values are not.
fn instance(name: &str, condition: &Value) -> Value {
    let place = match name {
        "status" => "statuses",
        "type" => "types",
        "priority" => "priorities",
        "version" => "versions",
        "category" => "categories",
        "assignee" | "author" | "responsible" | "watcher" => "users",
        _ => "",
    };
    let operator = condition["operator"].as_str().unwrap_or_default();
    let encoded: String = url::form_urlencoded::byte_serialize(operator.as_bytes()).collect();
    let mut instance = json!({
        "_links": {
            "filter": { "href": format!("/api/v3/queries/filters/{name}") },
            "operator": { "href": format!("/api/v3/queries/operators/{encoded}") },
        },
    });
    let values = condition["values"].as_array().cloned().unwrap_or_default();
    if let Some(links) = condition["links"].as_array() {
        instance["_links"]["values"] = json!(links);
    } else if place.is_empty() {
        instance["values"] = Value::Array(values);
    } else {
        let link = |it: &Value| json!({ "href": format!("/api/v3/{place}/{}", it.as_str().unwrap_or_default()) });
        instance["_links"]["values"] = values.iter().map(link).collect();
    }
    instance
}

/// Marks a saved query as a favorite of the bot's account, or takes the mark away.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Star {
    /// The query, by name or number.
    query: param::SavedQuery,
    /// Take the mark away.
    #[serde(default)]
    off: bool,
}

impl Action for Star {
    type On = OpenProject;
    const NAME: &str = "query star";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["query star My bugs", "query star My bugs --off"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let query = on.query(&self.query.0).await?;
        let (verb, words) = if self.off { ("unstar", "no favorite any more") } else { ("star", "a favorite now") };
        let request = on.http.patch(&format!("/api/v3/queries/{}/{verb}", query.id())).header("content-type", "application/json");
        let starred = on.send(request.repeatable(crate::http::Repeatable::Yes)).await;
        starred.map_err(|error| problem::about(error, &format!("query {}", query.name()), "Manage public queries"))?;
        Ok(reply::done(format!("{} is {words}.", query.name())))
    }
}

/// Deletes a saved query for good; the work packages stay.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The query, by name or number.
    query: param::SavedQuery,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "query delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["query delete My bugs"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let query = on.query(&self.query.0).await?;
        let name = query.name();
        if self.confirm.is_none() {
            let whose = if query.flag("public") { "Everybody who uses it loses it." } else { "It is a private one." };
            let place = query.title("project").map(|it| format!(" of {it}")).unwrap_or_default();
            let happens = Message::text(format!("This deletes the query {name}{place}. {whose} The work packages in it stay."));
            return Ok(reply::ask(ctx, "query delete", json!({ "query": query.id().to_string() }), "Delete the query", happens));
        }
        let deleted = on.delete(&format!("/api/v3/queries/{}", query.id())).await;
        deleted.map_err(|error| problem::about(error, &format!("query {name}"), "Manage public queries"))?;
        Ok(reply::done(format!("Deleted the query {name}.")))
    }
}

impl OpenProject {
    pub(super) async fn queries(&self, project: Option<u64>) -> Result<Vec<Resource>> {
        let wanted = project.map(|it| filters(&[filter("project", "=", &[&it.to_string()])]));
        let query: Vec<(&str, &str)> = wanted.iter().map(|it| ("filters", it.as_str())).collect();
        Ok(self.first("/api/v3/queries", &query, 500).await?.items)
    }

    async fn query(&self, text: &str) -> Result<Resource> {
        pick("query", "query", text, &self.queries(None).await?).cloned()
    }
}

fn url(on: &OpenProject, query: &Resource) -> String {
    let place = query.link("project").and_then(|it| it.id()).map(|it| format!("/projects/{it}")).unwrap_or_default();
    format!("{}{place}/work_packages?query_id={}", on.http.base(), query.id())
}
