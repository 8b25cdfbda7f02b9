//! Pipelines (Cloud): runs, their steps and what they wrote.

use commands::{Audience, Button, Card, Ctx, Message, Reply, Result, Text, Tone};
use serde_json::json;

use super::{
    Bitbucket,
    cloud::pipelines::{Run as OneRun, Step, Target},
    model::{Outcome, RepoId},
    vendor::Only,
};

mod look;
mod run;

pub use look::{List, Log, Show, Steps};
pub use run::{Run, Stop};

/// For [`crate::Connector::features`].
pub(super) const NAMES: &[&str] =
    &["pipeline list", "pipeline show", "pipeline run", "pipeline stop", "pipeline steps", "pipeline log"];

fn key(repo: &RepoId, run: &OneRun) -> String {
    format!("{repo}#{}", run.build_number)
}

fn url(web: &str, repo: &RepoId, run: &OneRun) -> String {
    format!("{web}/{}/{}/pipelines/results/{}", repo.owner, repo.slug, run.build_number)
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Passed => Tone::Good,
        Outcome::Failed => Tone::Bad,
        Outcome::Stopped => Tone::Warning,
        Outcome::Running => Tone::Neutral,
    }
}

/// `1 h 2 min`, `3 min 5 s`, `12 s`.
fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// The run with that number, as a card.
pub(super) async fn show(on: &Bitbucket, ctx: &Ctx, repo: &RepoId, number: u64) -> Result<Reply> {
    let cloud = on.vendor.cloud(Only::Pipelines)?;
    let run = cloud.run(repo, number).await?;
    let steps = cloud.steps(repo, &run).await?;
    Ok(reply(on, ctx, Message::new(), repo, &run, &steps))
}

fn reply(on: &Bitbucket, ctx: &Ctx, said: Message, repo: &RepoId, run: &OneRun, steps: &[Step]) -> Reply {
    let (url, key) = (url(on.http.base(), repo, run), key(repo, run));
    let outcome = run.state.outcome();
    let by = run.creator.as_ref().map(|it| format!(" · by {}", it.name())).unwrap_or_default();
    let line = Text::new().link(&url, format!("{repo} pipeline #{}", run.build_number)).plain(by);
    let mut facts: Vec<(String, Text)> =
        vec![("State".into(), run.state.title().into()), ("Of".into(), Text::new().code(run.target.title()))];
    if let Some(commit) = &run.target.commit {
        facts.push(("Commit".into(), Text::new().code(super::model::short(&commit.hash))));
    }
    if let Some(seconds) = run.duration_in_seconds.filter(|_| outcome != Outcome::Running) {
        facts.push(("Took".into(), duration(seconds).into()));
    }
    let mut shown =
        Message::new().tone(tone(outcome)).heading(format!("Pipeline #{}", run.build_number)).paragraph(line).facts(facts);
    if let Some(problem) = run.state.problem() {
        shown = shown.block(commands::Block::Quote(problem.into()));
    }
    if !steps.is_empty() {
        shown = shown.list(steps.iter().enumerate().map(|(at, it)| step_line(at, it)).collect());
    }
    let call = |action: &str| ctx.call(action, json!({ "pipeline": key }));
    let mut buttons = Vec::new();
    match outcome {
        Outcome::Running => {
            buttons.push(Button::run("Refresh", call("pipeline show")));
            buttons.push(Button::run("Stop", call("pipeline stop")).danger(format!("Stop pipeline #{}?", run.build_number)));
        }
        _ => {
            if let Some((of, name)) = place(&run.target) {
                let mut params = json!({ "repo": repo.to_string(), of: name });
                let again = match run.target.selector.as_ref().filter(|it| it.kind == "custom") {
                    // Its variables are not told: they are asked for again.
                    Some(selector) => {
                        params["custom"] = json!(selector.pattern);
                        Button::form("Run again", ctx.call("pipeline run", params))
                    }
                    None => Button::run("Run again", ctx.call("pipeline run", params)),
                };
                buttons.push(again);
            }
        }
    }
    buttons.push(Button::run("Log", call("pipeline log")));
    let shown = shown.buttons(buttons).context(Text::new().plain("Started ").time(run.created_on));
    Reply::card(Card { object: url, said, shown, call: call("pipeline show") }, Audience::Channel)
}

/// Which parameter of `pipeline run` names what it was run of; none names a pull request.
fn place(target: &Target) -> Option<(&'static str, &str)> {
    match (target.ref_type.as_deref(), &target.ref_name, &target.commit) {
        (Some("tag"), Some(name), _) => Some(("tag", name)),
        (_, Some(name), _) => Some(("branch", name)),
        (_, None, Some(commit)) if target.source.is_none() => Some(("commit", &commit.hash)),
        _ => None,
    }
}

fn step_line(at: usize, step: &Step) -> Text {
    let took = step.duration_in_seconds.map(|it| format!(" · {}", duration(it))).unwrap_or_default();
    Text::new().plain(format!("{}. {} · ", at + 1, step_name(at, step))).bold(step.state.title()).plain(took)
}

fn step_name(at: usize, step: &Step) -> String {
    step.name.clone().filter(|it| !it.is_empty()).unwrap_or_else(|| format!("Step {}", at + 1))
}
