//! `wp export`: work packages as a file.

use std::collections::BTreeSet;

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, message::document};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::list::Which;
use crate::{
    http::pages::Part,
    openproject::{
        OpenProject,
        api::{PAGE, filter, filters},
        card::hours,
        hal::{Link, Resource},
        schema::Form,
    },
};

/// The most rows of a file.
pub(in crate::openproject) const MOST: usize = 5_000;
/// How many schemas are asked for at once.
const SCHEMAS: usize = 50;

/// Gives work packages as a table in CSV, with a link to OpenProject's own PDF of them.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Export {
    #[serde(flatten)]
    which: Which,
}

impl Action for Export {
    type On = OpenProject;
    const NAME: &str = "wp export";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp export project=demo", "wp export project=demo status=any type=Bug"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let filters = filters(&self.which.filters(on, ctx).await?);
        let query = [("filters", filters.as_str()), ("sortBy", self.which.order()), ("pageSize", PAGE), ("offset", "1")];
        Ok(Reply::to_channel(on.exported("work-packages", &query).await?))
    }
}

impl OpenProject {
    /// Work packages as a document, all pages of them, with the custom fields that they can have.
    pub(in crate::openproject) async fn exported(&self, name: &str, query: &[(&str, &str)]) -> Result<Message> {
        let first = self.page("/api/v3/work_packages", query).await?;
        let found = match first.offers("nextByOffset") {
            true => self.first("/api/v3/work_packages", query, MOST).await?,
            false => Part { items: first.elements(), more: false },
        };
        let columns = [usual(), self.own_columns(&found.items).await?].concat();
        let message = table(name, &columns, &found, first.total());
        // Its own exports are made for a signed-in browser: a token gets no file.
        let pdf = first.links("representations").into_iter().find(|it| it.href.contains(".pdf"));
        Ok(match pdf {
            Some(pdf) => message
                .context(Text::new().link(self.web(&pdf.href), "The same as PDF").plain(", for who is signed in to OpenProject")),
            None => message,
        })
    }

    /// The custom fields that these work packages can have, by the schemas of their projects and types.
    async fn own_columns(&self, packages: &[Resource]) -> Result<Vec<Column>> {
        let schema = |it: &Resource| Some(it.link("schema")?.href.rsplit('/').next()?.to_owned());
        let ids: BTreeSet<String> = packages.iter().filter_map(schema).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut columns: Vec<Column> = Vec::new();
        for ids in ids.chunks(SCHEMAS) {
            let wanted = filters(&[filter("id", "=", ids)]);
            let schemas = self.page("/api/v3/work_packages/schemas", &[("filters", &wanted)]).await?;
            for schema in schemas.elements().into_iter().map(Form::of) {
                for field in schema.custom_fields() {
                    if columns.iter().all(|it| it.key != field.key) {
                        columns.push(Column::new(field.key, field.label()));
                    }
                }
            }
        }
        Ok(columns)
    }

    /// Where an address that OpenProject gave out is on the web.
    pub(in crate::openproject) fn web(&self, href: &str) -> String {
        if href.starts_with("http") { href.to_owned() } else { format!("{}{href}", self.http.base()) }
    }
}

/// A column of a table of work packages.
#[derive(Clone, Debug)]
pub(in crate::openproject) struct Column {
    /// The attribute that it holds: `assignee`, `customField3`.
    key: String,
    title: String,
}

impl Column {
    fn new(key: &str, title: &str) -> Column {
        Column { key: key.into(), title: title.into() }
    }

    /// Those that people chose for a saved query.
    pub fn of(query: &Resource) -> Vec<Column> {
        let column = |it: Link| Some(Column::new(it.href.rsplit('/').next()?, &it.title));
        query.links("columns").into_iter().filter_map(column).collect()
    }
}

/// What is told of every work package where nobody chose.
pub(in crate::openproject) fn usual() -> Vec<Column> {
    const USUAL: [(&str, &str); 20] = [
        ("id", "ID"),
        ("subject", "Subject"),
        ("type", "Type"),
        ("status", "Status"),
        ("priority", "Priority"),
        ("assignee", "Assignee"),
        ("responsible", "Accountable"),
        ("project", "Project"),
        ("version", "Version"),
        ("parent", "Parent"),
        ("startDate", "Start"),
        ("dueDate", "Due"),
        ("percentageDone", "Progress"),
        ("estimatedTime", "Work (h)"),
        ("spentTime", "Spent (h)"),
        ("updatedAt", "Updated"),
        ("author", "Author"),
        ("category", "Category"),
        ("budget", "Budget"),
        ("description", "Description"),
    ];
    USUAL.map(|(key, title)| Column::new(key, title)).to_vec()
}

/// Work packages as a document: one a record. There are `total` in all.
pub(in crate::openproject) fn table(name: &str, columns: &[Column], found: &Part<Resource>, total: usize) -> Message {
    let rows: Vec<Vec<String>> =
        found.items.iter().map(|package| columns.iter().map(|it| value(package, &it.key)).collect()).collect();
    let title = match rows.len() {
        1 => "1 work package".to_owned(),
        count => format!("{count} work packages"),
    };
    let header: Vec<String> = columns.iter().map(|it| it.title.clone()).collect();
    let message = Message::new().document(format!("{name}.csv"), title, document::csv(&header, &rows));
    match found.more {
        true => message.context(format!("These are the first {MOST} of {total}: ask for fewer.")),
        false => message,
    }
}

/// What a work package holds, in a word; nothing where it is empty.
fn value(package: &Resource, key: &str) -> String {
    // A milestone has one day only.
    let key = if key == "dueDate" && package.text(key).is_empty() { "date" } else { key };
    if key == "parent" {
        return package.link(key).and_then(|it| it.id()).map(|it| it.to_string()).unwrap_or_default();
    }
    match &package.0[key] {
        Value::Null => {
            let titles: Vec<String> = package.link(key).into_iter().chain(package.links(key)).map(|it| it.title).collect();
            titles.join(", ")
        }
        Value::Bool(it) => if *it { "yes" } else { "no" }.to_owned(),
        Value::String(_) if key.ends_with("Time") => package.hours(key).map(hours).unwrap_or_default(),
        Value::String(it) => it.clone(),
        Value::Object(_) => package.raw(key).to_owned(),
        other => other.to_string(),
    }
}
