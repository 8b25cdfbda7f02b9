//! Workflows of Actions: list, run, switch on and off.

use std::time::Duration;

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, Right},
    problem, wire,
};

const FRESH: Duration = Duration::from_secs(60);

impl Place<'_> {
    pub(super) async fn workflows(&self) -> Result<Vec<wire::Workflow>> {
        let path = self.path("/actions/workflows");
        let all: Result<wire::Workflows> = self.github.get_cached(&path, &[("per_page", "100")], FRESH).await;
        Ok(all.map_err(|it| self.explain(it))?.workflows)
    }
}

/// The workflow of this name, file or number.
pub(super) async fn find(place: &Place<'_>, text: &str) -> Result<wire::Workflow> {
    let (typed, all) = (text.trim(), place.workflows().await?);
    let is_it = |it: &&wire::Workflow| {
        let file = it.path.rsplit('/').next().unwrap_or_default();
        it.name.eq_ignore_ascii_case(typed) || file == typed || it.path == typed || it.id.to_string() == typed
    };
    all.iter().find(is_it).cloned().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        let there = if names.is_empty() { "It has none.".to_owned() } else { format!("It has {}.", names.join(", ")) };
        problem::at("workflow", format!("{} has no workflow `{typed}`. {there}", place.repo))
    })
}

/// Lists the workflows of a repository.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "workflow list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["workflow list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Actions, Level::Read).await?;
        let all = place.workflows().await?;
        let line = |it: &wire::Workflow| {
            let state = if it.state == "active" { String::new() } else { format!(" · {}", it.state.replace('_', " ")) };
            Text::new().link(&it.html_url, &it.name).plain(format!(" {}{state}", it.path))
        };
        let lines = all.iter().map(line).collect();
        let title = format!("{} in {}", card::count(all.len() as u64, "workflow"), place.repo);
        let button = Button::form("Run one", ctx.call("workflow run", json!({ "repo": place.repo.to_string() })));
        Ok(Reply::to_channel(card::listed(title, &format!("{} has no workflows.", place.repo), lines, 1, Some(button))))
    }
}

/// Starts a workflow that can be started by hand (`workflow_dispatch`).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// The workflow, by name or file.
    workflow: param::Workflow,
    /// The branch or tag; the default branch where you do not say.
    #[serde(rename = "ref")]
    reference: Option<param::Branch>,
    /// An input with its value: version=1.2; may be given several times.
    #[serde(default)]
    input: Vec<String>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Run {
    type On = GitHub;
    const NAME: &str = "workflow run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["workflow run deploy.yml repo=octo/widgets", "workflow run deploy.yml ref=main input=version=1.2"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Actions, Level::Write).await?;
        let workflow = find(&place, &self.workflow.0).await?;
        let mut inputs = Map::new();
        for input in &self.input {
            let Some((name, value)) = input.split_once('=') else {
                return Err(problem::at("input", format!("`{input}` is no input with a value. Write it as version=1.2.")));
            };
            inputs.insert(name.trim().to_owned(), json!(value.trim()));
        }
        let reference = match &self.reference {
            Some(branch) => branch.0.trim().to_owned(),
            None => place.get::<wire::Repo>("", &[]).await?.default_branch,
        };
        let mut body = json!({ "ref": reference });
        if !inputs.is_empty() {
            body["inputs"] = Value::Object(inputs);
        }
        let path = format!("/actions/workflows/{}/dispatches", workflow.id);
        place.start(&path, Some(&body)).await.map_err(|error| match error.code.as_deref() {
            Some(said) if said.contains("workflow_dispatch") => problem::at(
                "workflow",
                format!("{} cannot be started by hand: it has no `workflow_dispatch` trigger.", workflow.name),
            ),
            Some(said) if said.starts_with("No ref found") => {
                problem::at("ref", format!("{} has no branch or tag `{reference}`.", place.repo))
            }
            Some(said) if said.contains("input") => problem::at("input", format!("{}.", said.trim_end_matches('.'))),
            _ => error,
        })?;
        let params = json!({ "repo": place.repo.to_string(), "workflow": workflow.path.rsplit('/').next() });
        let said = format!("Started {} on {reference} in {}. It is listed in a few seconds.", workflow.name, place.repo);
        Ok(Reply::to_channel(Message::text(said).buttons(vec![Button::run("Its runs", ctx.call("run list", params))])))
    }
}

/// Switches a workflow on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Enable {
    /// The workflow, by name or file.
    workflow: param::Workflow,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Enable {
    type On = GitHub;
    const NAME: &str = "workflow enable";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["workflow enable nightly.yml repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        switch(on, ctx, &self.workflow, self.repo.as_ref(), "enable", "on").await
    }
}

/// Switches a workflow off: nothing starts it any more.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Disable {
    /// The workflow, by name or file.
    workflow: param::Workflow,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Disable {
    type On = GitHub;
    const NAME: &str = "workflow disable";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["workflow disable nightly.yml repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        switch(on, ctx, &self.workflow, self.repo.as_ref(), "disable", "off").await
    }
}

async fn switch(
    on: &GitHub,
    ctx: &Ctx,
    workflow: &param::Workflow,
    repo: Option<&param::Repo>,
    how: &str,
    is: &str,
) -> Result<Reply> {
    let place = on.place(ctx, on.repo(repo)?, Right::Actions, Level::Write).await?;
    let workflow = find(&place, &workflow.0).await?;
    place.put_empty(&format!("/actions/workflows/{}/{how}", workflow.id), None).await?;
    let back = if how == "enable" { "disable" } else { "enable" };
    let params = json!({ "workflow": workflow.path.rsplit('/').next(), "repo": place.repo.to_string() });
    let button = Button::run(
        format!("Switch it {}", if is == "on" { "off" } else { "on" }),
        ctx.call(&format!("workflow {back}"), params),
    );
    Ok(Reply::to_channel(Message::text(format!("{} in {} is {is}.", workflow.name, place.repo)).buttons(vec![button])))
}
