//! Areas and iterations, the two trees that a project's work items hang on:
//! <https://learn.microsoft.com/rest/api/azure/devops/wit/classification-nodes>.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    param, problem,
};

/// As deep as trees are read, and as many lines as are listed.
const DEPTH: &str = "10";
const SHOWN: usize = 30;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    name: String,
    /// `area`, `iteration`.
    #[serde(default)]
    structure_type: String,
    #[serde(default)]
    children: Vec<Node>,
    attributes: Option<Dates>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dates {
    start_date: Option<Timestamp>,
    finish_date: Option<Timestamp>,
}

/// A place in one of the trees.
pub(super) struct Place {
    /// As a work item's field holds it: `demo\Sprint 1`.
    pub path: String,
    dates: Option<Dates>,
}

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    Areas,
    Iterations,
}

impl Acting<'_> {
    /// A project's areas or iterations, each below what it is part of.
    pub async fn tree(&self, project: &str, tree: Tree) -> Result<Vec<Place>> {
        let path = format!("/{}/_apis/wit/classificationnodes", segment(project));
        let found: Result<Listed<Node>> = self.get(&path, &[("$depth", DEPTH.to_owned())]).await;
        let roots = found.map_err(|error| problem::about(error, &format!("project {project}")))?.value;
        let kind = if tree == Tree::Areas { "area" } else { "iteration" };
        let mut all = Vec::new();
        let mut open: Vec<(String, Node)> =
            roots.into_iter().filter(|it| it.structure_type == kind).map(|it| (it.name.clone(), it)).collect();
        while let Some((path, node)) = open.pop() {
            // The last one in is the first one out.
            let below = node.children.into_iter().rev();
            open.extend(below.map(|it| (format!("{path}\\{}", it.name), it)));
            all.push(Place { path, dates: node.attributes });
        }
        Ok(all)
    }
}

/// Lists a project's iterations (sprints) with their dates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Those that are over as well.
    #[serde(default)]
    all: bool,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "iteration list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["iteration list demo", "iteration list demo --all"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let mut places = on.acting(ctx).tree(&project, Tree::Iterations).await?;
        // The root is where everything is that is in none.
        places.retain(|it| it.path.contains('\\'));
        let today = ctx.now.to_zoned(TimeZone::UTC).date();
        let day = |it: Timestamp| it.to_zoned(TimeZone::UTC).date();
        let is_over = |it: &Place| it.dates.and_then(|it| it.finish_date).is_some_and(|it| day(it) < today);
        let (total, over) = (places.len(), places.iter().filter(|it| is_over(it)).count());
        if !self.all {
            places.retain(|it| !is_over(it));
        }
        if places.is_empty() {
            let why = match total {
                0 => format!("{project} has no iterations. They are made under Project settings → Project configuration."),
                _ => format!("All {total} iterations of {project} are over. --all lists them."),
            };
            return Ok(Reply::to_channel(why));
        }
        let line = |it: &Place| {
            let Some((start, finish)) = it.dates.and_then(|it| Some((day(it.start_date?), day(it.finish_date?)))) else {
                return Text::new().bold(&it.path).plain(" · no dates");
            };
            let now = match (start..=finish).contains(&today) {
                true => " · now",
                false => "",
            };
            Text::new().bold(&it.path).plain(format!(" · {start} to {finish}{now}"))
        };
        let button = |it: &Place| {
            let params = json!({ "project": project, "iteration": it.path });
            Button::run(it.path.as_str(), ctx.call("item list", params))
        };
        let head = if places.len() == 1 { "1 iteration".to_owned() } else { format!("{} iterations", places.len()) };
        let mut message = Message::text(Text::new().bold(head)).list(places.iter().take(SHOWN).map(line).collect());
        let options = places.iter().take(SHOWN).map(button).collect();
        message = message.block(commands::Block::Menu { label: "Work items".into(), options });
        if over > 0 && !self.all {
            message = message.context(format!("{over} that are over: --all lists them."));
        }
        Ok(Reply::to_channel(message))
    }
}
