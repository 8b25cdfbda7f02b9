//! Pipelines: what can be run.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    AzureDevOps,
    api::{Acting, segment},
    list::{given, listed},
    param,
    problem::{self, at, either},
    wire,
};

impl Acting<'_> {
    pub async fn pipelines(&self, project: &str) -> Result<Vec<wire::Pipeline>> {
        let all = self.all(&format!("/{}/_apis/pipelines", segment(project)), &[("$top", "500".to_owned())], 2_000).await;
        all.map_err(|error| problem::about(error, &format!("project {project}")))
    }

    /// The pipeline of that name or number.
    pub async fn pipeline(&self, project: &str, text: &str) -> Result<wire::Pipeline> {
        let typed = text.trim();
        let all = self.pipelines(project).await?;
        let path = |it: &wire::Pipeline| format!("{}\\{}", it.folder.as_deref().unwrap_or_default().trim_matches('\\'), it.name);
        let is_it = |it: &&wire::Pipeline| {
            it.id.to_string() == typed || it.name.eq_ignore_ascii_case(typed) || path(it).eq_ignore_ascii_case(typed)
        };
        let found: Vec<&wire::Pipeline> = all.iter().filter(is_it).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let names: Vec<String> = all.iter().take(8).map(|it| it.name.clone()).collect();
                Err(at("pipeline", format!("{project} has no pipeline `{typed}`. There is {}.", either(&names))))
            }
            many => {
                let paths: Vec<String> = many.iter().map(|it| path(it)).collect();
                Err(at("pipeline", format!("`{typed}` can be {}. Write its folder as well.", either(&paths))))
            }
        }
    }
}

/// Lists a project's pipelines.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    skip: Option<u32>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "pipeline list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["pipeline list demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let all = on.acting(ctx).pipelines(&project).await?;
        let skip = self.skip.unwrap_or(0) as usize;
        let line = |it: &wire::Pipeline| {
            let address = format!("{}/{}/_build?definitionId={}", on.http.base(), segment(&project), it.id);
            let folder = it.folder.as_deref().filter(|it| *it != "\\").map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(address, &it.name).plain(format!(" · {}{folder}", it.id))
        };
        let lines: Vec<Text> = all.iter().skip(skip).take(25).map(line).collect();
        let more = (skip + lines.len() < all.len()).then(|| ctx.call(Self::NAME, json!({ "project": project })));
        Ok(listed(lines, skip, Some(all.len()), more, ("pipeline", "pipelines")))
    }
}

/// Runs a pipeline.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// Its name or number.
    pipeline: param::Pipeline,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
    /// The branch or tag (refs/tags/…); its default branch where you do not say.
    branch: Option<param::Branch>,
    /// A variable with its value: stage=live; only those that may be set when it is run.
    #[serde(default)]
    variable: Vec<String>,
    /// A parameter of its template with its value: level=debug.
    #[serde(default)]
    parameter: Vec<String>,
    /// A stage to leave out, by its name in the file.
    #[serde(default)]
    skip_stage: Vec<String>,
}

/// `name=value`, each, as an object of what `value` makes of it.
fn pairs(field: &str, all: &[String], value: impl Fn(&str) -> Value) -> Result<Option<Value>> {
    let mut object = Map::new();
    for pair in all {
        let Some((name, text)) = pair.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(at(field, format!("`{pair}` has no value. Write it as name=value.")));
        };
        object.insert(name.trim().to_owned(), value(text.trim()));
    }
    Ok((!object.is_empty()).then_some(Value::Object(object)))
}

impl Action for Run {
    type On = AzureDevOps;
    const NAME: &str = "pipeline run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["pipeline run build project=demo branch=main", "pipeline run build project=demo variable=stage=live"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Started {
            id: u64,
            name: Option<String>,
        }
        let acting = on.acting(ctx);
        let project = on.project_of(self.project.as_ref())?;
        let pipeline = acting.pipeline(&project, &self.pipeline.0).await?;
        let branch = self.branch.as_ref().map(|it| it.0.trim());
        let branch = branch.map(|it| if it.starts_with("refs/") { it.to_owned() } else { format!("refs/heads/{it}") });
        let body = given(vec![
            ("resources", branch.as_ref().map(|it| json!({ "repositories": { "self": { "refName": it } } }))),
            ("variables", pairs("variable", &self.variable, |it| json!({ "value": it }))?),
            ("templateParameters", pairs("parameter", &self.parameter, |it| json!(it))?),
            ("stagesToSkip", (!self.skip_stage.is_empty()).then(|| json!(self.skip_stage))),
        ]);
        let path = format!("/{}/_apis/pipelines/{}/runs", segment(&project), pipeline.id);
        let started: Started = acting.post(&path, &body).await.map_err(|error| problem::place(error, &["branch", "variable"]))?;
        let did = format!("Started {}.", pipeline.name);
        match acting.run_of(&project, started.id).await {
            Ok(build) => acting.run_shown(ctx, &build, Message::text(did)).await,
            // It runs: failing to look at it must not look like failing to start it.
            Err(_) => {
                let params = json!({ "run": started.id.to_string(), "project": project });
                let show = Button::run(started.name.unwrap_or_else(|| "Show".into()), ctx.call("run show", params));
                Ok(Reply::to_channel(Message::text(did).buttons(vec![show])))
            }
        }
    }
}
