//! `wp list`, `search`, and what all lists of work packages filter by.

use commands::{
    Action, Button, Ctx, Effect, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::openproject::{
    OpenProject,
    api::{filter, filters},
    card,
    hal::Draft,
    names::{List as Names, is_none, pick},
    param, problem, reply,
};

/// How many are shown at once.
const LIMIT: u32 = 15;

/// Which work packages.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
pub struct Which {
    /// Of which project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<param::Project>,
    /// open, closed, any, or a status by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Who works on them: me, @ana, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Person>,
    /// Who wrote them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Person>,
    /// Who answers for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accountable: Option<Person>,
    /// Who watches them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watcher: Option<Person>,
    /// What they are, such as Bug.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<param::Type>,
    /// How urgent they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<param::Priority>,
    /// The version they are planned for; needs a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<param::Version>,
    /// The category; needs a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<param::Category>,
    /// Due on this day or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Changed on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Words in the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A custom field with its value: "Story points=5"; needs a project, and the type where only that has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field: Vec<String>,
    /// What comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
}

/// An order of work packages.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Last changed first.
    Updated,
    /// Newest first.
    Created,
    /// Most urgent first.
    Priority,
    /// Next due first.
    Due,
}

impl Sort {
    fn written(self) -> &'static str {
        match self {
            Sort::Updated => r#"[["updatedAt","desc"]]"#,
            Sort::Created => r#"[["id","desc"]]"#,
            Sort::Priority => r#"[["priority","desc"],["updatedAt","desc"]]"#,
            Sort::Due => r#"[["dueDate","asc"],["priority","desc"]]"#,
        }
    }
}

impl Which {
    /// The order as saved queries hold it, where one is wished for.
    /// Whether it says more than where, and in which order.
    pub fn has_conditions(&self) -> bool {
        let said = serde_json::to_value(self).unwrap_or_default();
        said.as_object().is_some_and(|it| it.keys().any(|it| it != "project" && it != "sort"))
    }

    pub fn saved_order(&self) -> Option<Vec<Value>> {
        let keys: Vec<(String, String)> = serde_json::from_str(self.sort?.written()).ok()?;
        Some(keys.iter().map(|(name, way)| json!({ "href": format!("/api/v3/queries/sort_bys/{name}-{way}") })).collect())
    }

    pub fn order(&self) -> &'static str {
        self.sort.unwrap_or(Sort::Updated).written()
    }

    /// In OpenProject's terms: name, operator, values.
    pub async fn filters(&self, on: &OpenProject, ctx: &Ctx) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut project = None;
        if let Some(text) = &self.project {
            let found = on.project(&text.0).await?;
            all.push(filter("project", "=", &[&found.id().to_string()]));
            project = Some(found.id());
        }
        all.extend(match self.status.as_deref().unwrap_or("open").trim().to_lowercase().as_str() {
            "" | "open" => Some(filter("status", "o", &[])),
            "closed" => Some(filter("status", "c", &[])),
            "any" | "all" | "*" => None,
            name => Some(filter("status", "=", &[&on.entry(Names::Status, "status", name).await?.id().to_string()])),
        });
        let people = [
            ("assignee", "assignee", &self.assignee),
            ("author", "author", &self.author),
            ("responsible", "accountable", &self.accountable),
            ("watcher", "watcher", &self.watcher),
        ];
        for (name, field, person) in people {
            match person {
                Some(person) if is_none(&person.0) => all.push(filter(name, "!*", &[])),
                Some(person) => {
                    let found = on.person(ctx, field, &person.0, None).await?;
                    all.push(filter(name, "=", &[&found.id.to_string()]));
                }
                None => {}
            }
        }
        if let Some(kind) = &self.kind {
            all.push(filter("type", "=", &[&on.entry(Names::Type, "type", &kind.0).await?.id().to_string()]));
        }
        if let Some(priority) = &self.priority {
            all.push(filter("priority", "=", &[&on.entry(Names::Priority, "priority", &priority.0).await?.id().to_string()]));
        }
        let own = |what: &str| problem::at("project", format!("{what} belong to a project: say which, with project=…"));
        if let Some(version) = &self.version {
            let versions = on.versions_of(project.ok_or_else(|| own("Versions"))?).await?;
            all.push(filter("version", "=", &[&pick("version", "version", &version.0, &versions)?.id().to_string()]));
        }
        if let Some(category) = &self.category {
            let categories = on.categories_of(project.ok_or_else(|| own("Categories"))?).await?;
            all.push(filter("category", "=", &[&pick("category", "category", &category.0, &categories)?.id().to_string()]));
        }
        if !self.field.is_empty() {
            let project = project.ok_or_else(|| own("Custom fields"))?;
            let mut asked = Draft::default();
            if let Some(kind) = &self.kind {
                let types = on.types_of(project).await?;
                asked.link("type", format!("/api/v3/types/{}", pick("type", "type", &kind.0, &types)?.id()));
            }
            let form = on.form_at(&format!("/api/v3/projects/{project}/work_packages/form"), &asked.to_json()).await?;
            let mut wanted = Draft::default();
            on.custom(ctx, &form, &self.field, &mut wanted).await?;
            all.extend(wanted.conditions());
        }
        if let Some(due) = self.due {
            all.push(filter("dueDate", "<>d", &["", &due.0.to_string()]));
        }
        if let Some(since) = self.since {
            all.push(filter("updatedAt", "<>d", &[&format!("{}T00:00:00Z", since.0), ""]));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            all.push(filter("subject", "~", &[text]));
        }
        Ok(all)
    }
}

/// Lists work packages.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    #[serde(flatten)]
    which: Which,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "wp list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["wp list project=demo", "wp list assignee=me sort=due", "wp list status=\"In progress\" type=Bug priority=High"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let filters = filters(&self.which.filters(on, ctx).await?);
        let mut again = json!(self.which);
        if let Some(limit) = self.limit {
            again["limit"] = json!(limit);
        }
        let limit = self.limit.unwrap_or(LIMIT).clamp(1, 50);
        on.packages(ctx, "wp list", again, &filters, self.which.order(), limit, self.page.unwrap_or(1)).await
    }
}

/// Searches work packages for words, in subjects, descriptions and comments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// What to look for.
    words: String,
    /// Only this project.
    project: Option<param::Project>,
    /// Closed ones too.
    #[serde(default)]
    closed: bool,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for Search {
    type On = OpenProject;
    const NAME: &str = "wp search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp search printer fire", "wp search printer project=demo --closed"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let mut wanted = vec![filter("search", "**", &[self.words.trim()])];
        if let Some(project) = &self.project {
            wanted.push(filter("project", "=", &[&on.project(&project.0).await?.id().to_string()]));
        }
        if !self.closed {
            wanted.push(filter("status", "o", &[]));
        }
        let mut again = json!({ "words": self.words, "closed": self.closed });
        if let Some(project) = &self.project {
            again["project"] = json!(project.0);
        }
        let order = Sort::Updated.written();
        on.packages(ctx, "wp search", again, &filters(&wanted), order, LIMIT, self.page.unwrap_or(1)).await
    }
}

impl OpenProject {
    /// One page of work packages as lines; `again` is what the action was given, for the next page.
    #[expect(clippy::too_many_arguments, reason = "each is a different thing of a request, and two callers give them")]
    async fn packages(
        &self,
        ctx: &Ctx,
        action: &str,
        mut again: Value,
        filters: &str,
        order: &str,
        limit: u32,
        page: u32,
    ) -> Result<Reply> {
        let (size, offset) = (limit.to_string(), page.to_string());
        let query = [("filters", filters), ("sortBy", order), ("pageSize", &size), ("offset", &offset)];
        let found = self.page("/api/v3/work_packages", &query).await?;
        let lines: Vec<Text> = found.elements().iter().map(|it| card::line(self.http.base(), it)).collect();
        again["page"] = json!(page + 1);
        let more = Button::run("Show more", ctx.call(action, again));
        let from = (page.max(1) as usize - 1) * limit as usize + 1;
        Ok(Reply::to_channel(reply::listed(lines, from, found.total(), "work package", Some(more))))
    }
}
