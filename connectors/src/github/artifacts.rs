//! What runs of Actions left behind: <https://docs.github.com/en/rest/actions/artifacts>.

use bytes::Bytes;
use commands::{Action, Block, Button, Ctx, Effect, Error, File, Reply, Result, Text};
use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, Right, missing},
    problem, wire,
};
use crate::{file, words::size};

const LIMIT: u32 = 10;

impl Place<'_> {
    /// Those of a run: the oldest first, so that of one name the last attempt's is meant.
    async fn artifacts(&self, run: u64) -> Result<Vec<wire::Artifact>> {
        let path = format!("/actions/runs/{run}/artifacts");
        let found: Result<wire::Artifacts> = self.get(&path, &[("per_page", "100")]).await;
        let mut all = found.map_err(|it| missing(it, &format!("run {run}"), &self.repo))?.artifacts;
        all.sort_by_key(|it| (it.created_at, it.id));
        Ok(all)
    }

    /// What is in one, as a ZIP file: GitHub sends on to where it lies for a minute.
    async fn archive(&self, artifact: u64) -> Result<Bytes> {
        let request = self.github.request(Method::GET, &self.path(&format!("/actions/artifacts/{artifact}/zip")));
        request.send_for_file(File::LIMIT).await.map_err(|it| self.explain(problem::explain(it)))
    }

    fn run_url(&self, run: u64) -> String {
        format!("{}/{}/actions/runs/{run}", self.github.site, self.repo)
    }

    fn line(&self, it: &wire::Artifact) -> Text {
        let run = it.workflow_run.as_ref();
        let text = match run.and_then(|it| it.id) {
            Some(run) => Text::new().link(self.run_url(run), &it.name),
            None => Text::new().bold(&it.name),
        };
        let branch = run.and_then(|it| it.head_branch.as_deref()).map(|it| format!(" · {it}")).unwrap_or_default();
        let text = text.plain(format!(" · {}{branch} · ", size(it.size_in_bytes)));
        match (it.expired, it.expires_at) {
            (true, _) => text.plain("is gone: it was kept until ").time(it.expires_at.unwrap_or(it.created_at)),
            (false, Some(until)) => text.plain("until ").time(until),
            (false, None) => text.time(it.created_at),
        }
    }
}

/// Lists what a run left behind, or the newest of all runs of a repository.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct List {
    /// The run's id, or a link to it; all runs where you do not say.
    #[schemars(extend("x-positional" = true))]
    run: Option<param::Run>,
    /// Only those of this name.
    name: Option<String>,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "artifact list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["artifact list 30433642 repo=octo/widgets", "artifact list repo=octo/widgets name=widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, of, path) = match &self.run {
            Some(run) => {
                let (place, id) = on.run_place(ctx, run, self.repo.as_ref(), Level::Read).await?;
                (place, format!("Run {id}"), format!("/actions/runs/{id}/artifacts"))
            }
            None => {
                let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Actions, Level::Read).await?;
                let of = place.repo.to_string();
                (place, of, "/actions/artifacts".to_owned())
            }
        };
        let (per_page, page) = (LIMIT.to_string(), self.page.unwrap_or(1));
        let number = page.to_string();
        let mut query = vec![("per_page", per_page.as_str())];
        if page > 1 {
            query.push(("page", &number));
        }
        query.extend(self.name.as_deref().map(|it| ("name", it.trim())));
        let found = on.get_with_headers::<wire::Artifacts>(&place.path(&path), &query).await;
        let (headers, found) = found.map_err(|it| match &self.run {
            Some(_) => missing(place.explain(it), &of.to_lowercase(), &place.repo),
            None => place.explain(it),
        })?;
        let lines = found.artifacts.iter().map(|it| place.line(it)).collect();
        let next = card::next_page(ctx, Self::NAME, page, on.below(&headers).is_some(), json!(self));
        let mut message = card::listed(format!("Artifacts of {of}"), &format!("{of} has no artifacts."), lines, page, next);
        let option = |it: &wire::Artifact| {
            let run = it.workflow_run.as_ref()?.id?;
            let params = json!({ "run": run.to_string(), "name": it.name, "repo": place.repo.to_string() });
            (!it.expired).then(|| Button::run(it.name.as_str(), ctx.call(Download::NAME, params)))
        };
        let options: Vec<Button> = found.artifacts.iter().filter_map(option).collect();
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Bring here".into(), options });
        }
        Ok(Reply::to_channel(message))
    }
}

/// Brings what a run left behind into the chat, as a ZIP file of up to 8 MB.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Download {
    /// The run's id, or a link to it.
    run: param::Run,
    /// The artifact's name, where there are several.
    name: Option<String>,
    /// The repository, where the id does not say.
    repo: Option<param::Repo>,
}

impl Action for Download {
    type On = GitHub;
    const NAME: &str = "artifact download";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["artifact download 30433642 repo=octo/widgets", "artifact download 30433642 name=widgets repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, id) = on.run_place(ctx, &self.run, self.repo.as_ref(), Level::Read).await?;
        let all = place.artifacts(id).await?;
        let artifact = file::chosen(&all, "artifact", &format!("Run {id}"), self.name.as_deref(), |it| &it.name)?;
        if artifact.expired {
            return Err(Error::not_found(format!(
                "GitHub no longer has `{}` of run {id}: it keeps artifacts for a while only. Run it again to have it made anew.",
                artifact.name
            )));
        }
        let said = Text::new().link(place.run_url(id), &artifact.name).plain(format!(" of run {id}"));
        // What is counted is what is in it, which is more than the archive of it has.
        let bytes = Some(artifact.size_in_bytes);
        file::handed(said, &format!("{}.zip", artifact.name), bytes, place.archive(artifact.id)).await
    }
}
