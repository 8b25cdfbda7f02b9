//! `item list` and `item show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Date, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::query::answer;
use crate::azure_devops::{
    AzureDevOps,
    api::{COMMENTS, segment},
    list::given,
    param,
    people::is_none,
    problem, wire,
};

/// Lists work items, the last changed first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Words in the title.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// open, any, or a state by name.
    #[serde(default = "open")]
    state: param::State,
    /// Who works on it: me, @ana, none.
    assignee: Option<Person>,
    /// What sort of work.
    #[serde(rename = "type")]
    kind: Option<param::Type>,
    /// With this tag.
    tag: Option<String>,
    /// In this area or below it.
    area: Option<param::Area>,
    /// In this iteration or below it; @current is what the team's default is at.
    iteration: Option<param::Iteration>,
    /// Changed on this day or later.
    since: Option<Date>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

fn open() -> param::State {
    param::State("open".into())
}

/// A text in WIQL.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.trim().replace('\'', "''"))
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "item list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item list project=demo", "item list assignee=me type=Bug", "item list printer state=Closed"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let mut conditions = vec![format!("[System.TeamProject] = {}", quoted(&project))];
        match self.state.0.trim().to_lowercase().as_str() {
            "any" | "all" | "*" => {}
            "" | "open" => {
                // Every process has states of its own; their categories say which are the end.
                let types = on.types(&project).await.map_err(|error| problem::about(error, &format!("project {project}")))?;
                let mut ends: Vec<String> =
                    types.iter().flat_map(|it| &it.states).filter(|it| it.is_end()).map(|it| quoted(&it.name)).collect();
                ends.sort();
                ends.dedup();
                if !ends.is_empty() {
                    conditions.push(format!("[System.State] NOT IN ({})", ends.join(", ")));
                }
            }
            _ => conditions.push(format!("[System.State] = {}", quoted(&self.state.0))),
        }
        match &self.assignee {
            Some(it) if is_none(&it.0) => conditions.push("[System.AssignedTo] = ''".into()),
            Some(it) => {
                let person = acting.person("assignee", &it.0).await?;
                conditions.push(format!("[System.AssignedTo] = {}", quoted(person.login())));
            }
            None => {}
        }
        let texts = [
            ("[System.WorkItemType] =", self.kind.as_ref().map(|it| quoted(&it.0))),
            ("[System.Title] CONTAINS", self.words.as_deref().map(quoted)),
            ("[System.Tags] CONTAINS", self.tag.as_deref().map(quoted)),
            ("[System.AreaPath] UNDER", self.area.as_ref().map(|it| quoted(&it.0))),
            ("[System.ChangedDate] >=", self.since.map(|it| quoted(&it.0.to_string()))),
        ];
        conditions.extend(texts.into_iter().filter_map(|(start, value)| Some(format!("{start} {}", value?))));
        match self.iteration.as_ref().map(|it| it.0.trim()) {
            Some(it) if it.eq_ignore_ascii_case("@current") => {
                conditions.push("[System.IterationPath] = @currentIteration".into())
            }
            Some(it) => conditions.push(format!("[System.IterationPath] UNDER {}", quoted(it))),
            None => {}
        }
        let wiql =
            format!("SELECT [System.Id] FROM WorkItems WHERE {} ORDER BY [System.ChangedDate] DESC", conditions.join(" AND "));
        let call = ctx.call(
            Self::NAME,
            given(vec![
                ("words", self.words.map(|it| json!(it))),
                ("project", Some(json!(project))),
                ("state", Some(json!(self.state.0))),
                ("assignee", self.assignee.map(|it| json!(it))),
                ("type", self.kind.map(|it| json!(it.0))),
                ("tag", self.tag.map(|it| json!(it))),
                ("area", self.area.map(|it| json!(it.0))),
                ("iteration", self.iteration.map(|it| json!(it.0))),
                ("since", self.since.map(|it| json!(it))),
                ("limit", self.limit.map(|it| json!(it))),
            ]),
        );
        let (limit, skip) = (self.limit.unwrap_or(10) as usize, self.skip.unwrap_or(0) as usize);
        answer(&acting, &project, &wiql, limit, skip, call).await
    }
}

/// Shows a work item with its last comments, and buttons to work on it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The work item's number, or its link.
    pub(in crate::azure_devops) item: param::Item,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "item show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item show 1"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let item = acting.item(on.item_number(&self.item)?).await?;
        let path = format!("/{}/_apis/wit/workItems/{}/comments", segment(item.project()), item.id);
        let query = [("$top", "3".to_owned()), ("order", "desc".to_owned())];
        let mut comments = acting.get_as::<wire::Said>(COMMENTS, &path, &query).await?.comments;
        comments.reverse();
        Ok(acting.shown(ctx, &item, &comments, Message::new()).await)
    }
}
