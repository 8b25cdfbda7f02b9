//! `deployment list` and `deployment pending`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    GitHub,
    access::Level,
    card, param,
    place::Right,
    runs::{line, reviewers},
    wire,
};

/// With the state of each, which REST tells only one by one.
const DEPLOYMENTS: &str = "query Deployments($owner: String!, $name: String!, $first: Int!, $environments: [String!]) {
  repository(owner: $owner, name: $name) {
    deployments(first: $first, environments: $environments, orderBy: {field: CREATED_AT, direction: DESC}) { nodes {
      databaseId environment description createdAt commitOid state
      ref { name } creator { login } latestStatus { environmentUrl }
    } }
  }
}";

/// Runs that wait, of which each is asked what for.
const WAITING: &str = "20";

/// Lists what was deployed, the newest first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// Only to this environment.
    environment: Option<param::Environment>,
    /// How many.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    database_id: Option<u64>,
    environment: Option<String>,
    created_at: Timestamp,
    commit_oid: String,
    state: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<Ref>,
    creator: Option<wire::User>,
    latest_status: Option<Status>,
}

#[derive(Deserialize)]
struct Ref {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    environment_url: Option<String>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "deployment list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["deployment list repo=octo/widgets", "deployment list environment=production"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Deployments, Level::Read).await?;
        let variables = json!({
            "owner": place.repo.owner,
            "name": place.repo.name,
            "first": self.limit.unwrap_or(10),
            "environments": self.environment.as_ref().map(|it| vec![it.0.trim()]),
        });
        let answer: Value = on.ask(DEPLOYMENTS, variables).await.map_err(|it| place.explain(it))?;
        let nodes = answer["repository"]["deployments"]["nodes"].clone();
        let all: Vec<Node> = serde_json::from_value(nodes).unwrap_or_default();
        let lines = all.iter().map(shown).collect();
        let title = format!("Deployments of {}", place.repo);
        let none = format!("Nothing of {} was deployed.", place.repo);
        Ok(Reply::to_channel(card::listed(title, &none, lines, 1, None)))
    }
}

/// `production: active · main at 6dcb09b5b5 · by ana · 12:00 (4)`.
fn shown(it: &Node) -> Text {
    let environment = it.environment.as_deref().unwrap_or("?");
    let text = match it.latest_status.as_ref().and_then(|it| it.environment_url.as_deref()).filter(|it| it.starts_with("http")) {
        Some(url) => Text::new().link(url, environment),
        None => Text::new().bold(environment),
    };
    let state = it.state.as_deref().unwrap_or("unknown").to_lowercase().replace('_', " ");
    let what = match &it.reference {
        Some(reference) => format!("{} at {}", reference.name, card::short_sha(&it.commit_oid)),
        None => card::short_sha(&it.commit_oid),
    };
    let who = it.creator.as_ref().map(|it| format!(" · by {}", it.login)).unwrap_or_default();
    let id = it.database_id.map(|it| format!(" · deployment {it}")).unwrap_or_default();
    text.plain(format!(": {state} · {what}{who} · ")).time(it.created_at).plain(id)
}

/// Lists the deployments that wait for an approval.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pending {
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Pending {
    type On = GitHub;
    const NAME: &str = "deployment pending";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["deployment pending repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Actions, Level::Read).await?;
        let runs: wire::Runs = place.get("/actions/runs", &[("status", "waiting"), ("per_page", WAITING)]).await?;
        let (mut lines, mut buttons) = (Vec::new(), Vec::new());
        for run in &runs.workflow_runs {
            for pending in place.pending(run.id).await? {
                let environment = &pending.environment.name;
                let mut text = Text::new().bold(environment).plain(": ");
                text.0.extend(line(run).0);
                lines.push(text.plain(format!(" · reviewers: {}", reviewers(&pending))));
                let params = json!({ "run": run.id.to_string(), "environment": environment, "repo": place.repo.to_string() });
                buttons.push(Button::run(
                    format!("Approve {environment} #{}", run.run_number),
                    ctx.call("deployment approve", params),
                ));
            }
        }
        if lines.is_empty() {
            return Ok(Reply::to_channel(format!("No deployment of {} waits for an approval.", place.repo)));
        }
        let title = Text::new().bold(format!("Waiting in {}", place.repo));
        buttons.truncate(5);
        Ok(Reply::to_channel(Message::text(title).list(lines).buttons(buttons)))
    }
}
