//! `wp export`: work packages as a file.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, message::document};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::Which;
use crate::openproject::{
    OpenProject,
    api::{PAGE, filters},
    card::hours,
    hal::Resource,
};

/// The most rows of a file.
pub(in crate::openproject) const MOST: usize = 5_000;

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
    /// Work packages as a document, all pages of them.
    pub(in crate::openproject) async fn exported(&self, name: &str, query: &[(&str, &str)]) -> Result<Message> {
        let first = self.page("/api/v3/work_packages", query).await?;
        let found = match first.offers("nextByOffset") {
            true => self.first("/api/v3/work_packages", query, MOST).await?,
            false => crate::http::pages::Part { items: first.elements(), more: false },
        };
        let message = table(name, &found.items);
        let message = match found.more {
            true => message.context(format!("These are the first {MOST} of {}: ask for fewer.", first.total())),
            false => message,
        };
        // Its own exports are made for a signed-in browser: a token gets no file.
        let pdf = first.links("representations").into_iter().find(|it| it.href.contains(".pdf"));
        Ok(match pdf {
            Some(pdf) => message
                .context(Text::new().link(self.web(&pdf.href), "The same as PDF").plain(", for who is signed in to OpenProject")),
            None => message,
        })
    }

    /// Where an address that OpenProject gave out is on the web.
    pub(in crate::openproject) fn web(&self, href: &str) -> String {
        if href.starts_with("http") { href.to_owned() } else { format!("{}{href}", self.http.base()) }
    }
}

/// Work packages as a document: one a record.
pub(in crate::openproject) fn table(name: &str, packages: &[Resource]) -> Message {
    const HEADER: [&str; 16] = [
        "ID",
        "Subject",
        "Type",
        "Status",
        "Priority",
        "Assignee",
        "Accountable",
        "Project",
        "Version",
        "Parent",
        "Start",
        "Due",
        "Progress",
        "Work (h)",
        "Spent (h)",
        "Updated",
    ];
    let row = |it: &Resource| {
        let title = |key: &str| it.title(key).unwrap_or_default();
        let time = |key: &str| it.hours(key).map(hours).unwrap_or_default();
        let due = if it.text("dueDate").is_empty() { it.text("date") } else { it.text("dueDate") };
        vec![
            it.id().to_string(),
            it.text("subject").to_owned(),
            title("type"),
            title("status"),
            title("priority"),
            title("assignee"),
            title("responsible"),
            title("project"),
            title("version"),
            it.link("parent").and_then(|it| it.id()).map(|it| it.to_string()).unwrap_or_default(),
            it.text("startDate").to_owned(),
            due.to_owned(),
            it.number("percentageDone").map(|it| it.to_string()).unwrap_or_default(),
            time("estimatedTime"),
            time("spentTime"),
            it.text("updatedAt").to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = packages.iter().map(row).collect();
    let title = match packages.len() {
        1 => "1 work package".to_owned(),
        count => format!("{count} work packages"),
    };
    Message::new().document(format!("{name}.csv"), title, document::csv(&HEADER.map(str::to_owned), &rows))
}
