//! `mr checks` and `mr changes`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::find;
use crate::gitlab::{GitLab, card, param, wire};

/// Shows everything that a merge request waits for before it can be merged.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Checks {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

/// The REST API tells one reason at a time; GraphQL tells all: <https://docs.gitlab.com/api/graphql/reference/#mergerequest>.
const DOCUMENT: &str = "query ($project: ID!, $iid: String!) { project(fullPath: $project) { mergeRequest(iid: $iid) { \
    title webUrl mergeabilityChecks { identifier status } resolvableDiscussionsCount resolvedDiscussionsCount \
    headPipeline { status } approvalsLeft } } }";

#[derive(Deserialize)]
struct Answer {
    project: Option<Project>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Project {
    merge_request: Option<Mergeable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mergeable {
    title: String,
    web_url: String,
    mergeability_checks: Vec<Check>,
    resolvable_discussions_count: Option<u64>,
    resolved_discussions_count: Option<u64>,
    approvals_left: Option<u64>,
}

#[derive(Deserialize)]
struct Check {
    identifier: String,
    /// `SUCCESS`, `FAILED`, `CHECKING`, `INACTIVE`, `WARNING`.
    status: String,
}

impl Action for Checks {
    type On = GitLab;
    const NAME: &str = "mr checks";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["mr checks demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let variables = json!({ "project": found.project, "iid": found.iid });
        let answer: Answer = acting.graphql(DOCUMENT, &variables).await?;
        let it = answer.project.and_then(|it| it.merge_request);
        let it = it.ok_or_else(|| found.about(commands::Error::not_found("")))?;
        let failed: Vec<&Check> = it.mergeability_checks.iter().filter(|it| it.status == "FAILED").collect();
        let checking = it.mergeability_checks.iter().any(|it| it.status == "CHECKING");
        let reason = |check: &Check| {
            let mut text = card::why(&check.identifier.to_lowercase());
            match (
                check.identifier.as_str(),
                it.approvals_left,
                it.resolvable_discussions_count.zip(it.resolved_discussions_count),
            ) {
                ("NOT_APPROVED", Some(1), _) => text = "1 more approval is missing".into(),
                ("NOT_APPROVED", Some(left), _) if left > 1 => text = format!("{left} more approvals are missing"),
                ("DISCUSSIONS_NOT_RESOLVED", _, Some((all, resolved))) => {
                    text = format!("{} of {all} discussions are not resolved", all.saturating_sub(resolved));
                }
                _ => {}
            }
            Text::from(text)
        };
        let line = Text::new().link(&it.web_url, &found.key).plain(format!(" {}", it.title));
        let message = Message::text(line);
        let message = match (failed.as_slice(), checking) {
            ([], true) => message.paragraph("GitLab is still looking whether it can be merged. Ask again in a moment."),
            ([], false) => message.tone(Tone::Good).paragraph("Nothing is in the way: it can be merged."),
            (failed, _) => message
                .tone(Tone::Warning)
                .paragraph("It cannot be merged yet:")
                .list(failed.iter().map(|it| reason(it)).collect()),
        };
        let show = commands::Button::run("Show", ctx.call("mr show", json!({ "mr": found.key })));
        Ok(Reply::to_channel(message.buttons(vec![show])))
    }
}

/// Lists the files that a merge request changes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Changes {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

/// More than these are a matter for a bigger screen.
const MOST: usize = 100;

impl Action for Changes {
    type On = GitLab;
    const NAME: &str = "mr changes";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["mr changes demo/printer!1"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let files: Vec<wire::Diff> =
            acting.all(&format!("{}/diffs", found.path), &[], MOST + 1).await.map_err(|error| found.about(error))?;
        let line = |it: &wire::Diff| match it {
            it if it.new_file => Text::new().code(&it.new_path).plain(" (new)"),
            it if it.deleted_file => Text::new().code(&it.old_path).plain(" (deleted)"),
            it if it.renamed_file => Text::new().code(&it.old_path).plain(" → ").code(&it.new_path),
            it => Text::new().code(&it.new_path),
        };
        let head = match files.len() {
            0 => return Ok(Reply::to_channel(format!("{} changes no files.", found.key))),
            1 => format!("{} changes 1 file", found.key),
            count if count > MOST => format!("{} changes more than {MOST} files; these are the first", found.key),
            count => format!("{} changes {count} files", found.key),
        };
        Ok(Reply::to_channel(Message::text(Text::new().bold(head)).list(files.iter().take(MOST).map(line).collect())))
    }
}
