//! Budgets of projects: what is planned, and what the work packages in them cost so far.

use commands::{Action, Block, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    card::{self, hours},
    hal::Resource,
    names::pick_by,
    param, reply,
};

/// How many work packages of a budget are shown and summed up.
const MOST: usize = 500;

/// Lists the budgets of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "budget list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["budget list demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let line = |it: &Resource| Text::new().link(url(on, it), it.text("subject"));
        let budgets = on.budgets_of(&project).await?;
        Ok(Reply::to_channel(reply::all(budgets.iter().map(line).collect(), "budget")))
    }
}

/// Shows what the work packages of a budget cost so far.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The budget, by subject or number.
    budget: param::Budget,
    /// The project, by identifier or name.
    #[schemars(extend("x-named" = true))]
    project: param::Project,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "budget show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["budget show Paper project=demo"];

    async fn run(self, on: &OpenProject, _: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let budgets = on.budgets_of(&project).await?;
        let budget = pick_by("budget", "budget", &self.budget.0, &budgets, |it| it.text("subject"), |_| None)?;
        let wanted =
            filters(&[filter("project", "=", &[&project.id().to_string()]), filter("budget", "=", &[&budget.id().to_string()])]);
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["id","asc"]]"#), ("pageSize", PAGE), ("offset", "1")];
        let found = on.first("/api/v3/work_packages", &query, MOST).await?;
        let packages = found.items;
        let row = |it: &Resource| {
            let cost = |key: &str| Text::from(if it.text(key).is_empty() { "-" } else { it.text(key) });
            vec![
                Text::new().link(card::url(on.http.base(), it.id()), format!("#{} {}", it.id(), it.text("subject"))),
                Text::from(hours(it.hours("spentTime").unwrap_or(0.0))),
                cost("laborCosts"),
                cost("materialCosts"),
                cost("overallCosts"),
            ]
        };
        let spent: f64 = packages.iter().filter_map(|it| it.hours("spentTime")).sum();
        let count = match packages.len() {
            1 => "1 work package".to_owned(),
            count if found.more => format!("the first {count} work packages"),
            count => format!("{count} work packages"),
        };
        let message = Message::new().heading(budget.text("subject")).paragraph(
            Text::new().link(url(on, budget), "Open in OpenProject").plain(format!(
                " · {} · {count}, {} h spent",
                project.name(),
                hours(spent)
            )),
        );
        if packages.is_empty() {
            return Ok(Reply::to_channel(message.paragraph("No work package is paid from it.")));
        }
        let header = ["Work package", "Hours", "Labor", "Material", "All"].map(str::to_owned).to_vec();
        let mut message = message.block(Block::Table { header, rows: packages.iter().map(row).collect() });
        if found.more {
            message = message
                .context(format!("There are more than these {MOST}, whose hours are not in the sum: the budget's page has all."));
        }
        let note = "OpenProject's API tells what was spent; what is planned is on the budget's page.";
        Ok(Reply::to_channel(message.context(note).with_long_tables_as_documents("budget")))
    }
}

impl OpenProject {
    pub(super) async fn budgets_of(&self, project: &Resource) -> Result<Vec<Resource>> {
        let all = self.get(&format!("/api/v3/projects/{}/budgets", project.id())).await;
        let all = all.map_err(|error| match error.kind {
            // A project without the module answers as one that lacks the permission, or as one that is not there.
            ErrorKind::Permission | ErrorKind::NotFound => Error {
                message: format!(
                    "The budgets of {} cannot be read: its module “Budgets” is off (Project settings → Modules), or the bot's role \
                     lacks the permission “View budgets”.",
                    project.name()
                ),
                ..error
            },
            _ => error,
        });
        Ok(all?.elements())
    }
}

fn url(on: &OpenProject, budget: &Resource) -> String {
    format!("{}/budgets/{}", on.http.base(), budget.id())
}
