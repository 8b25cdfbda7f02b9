//! TeamCity: its own webhooks, since 2022.12 (<https://www.jetbrains.com/help/teamcity/teamcity-webhooks.html>), and those of
//! the plugin *tcWebHooks* (<https://github.com/tcplugins/tcWebHooks>).

use commands::{
    Event, Result,
    event::{Concern, Object, Why},
};
use serde_json::Value;

use super::{builds, guess, read, token};
use crate::{
    Delivery, SecretFrom, Source, Webhook,
    payload::{branch, first, list, shown, text},
};

pub(super) const SOURCE: Source = Source {
    name: "teamcity",
    title: "TeamCity",
    webhook: Webhook {
        verify: token::verify,
        key: Some(key),
        parse,
        handshake: None,
        secret: SecretFrom::Us,
        steps: include_str!("teamcity.md"),
    },
};

/// A build and what happened to it. Where the fields that tell it were left out, no delivery is known by another.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body = read::body(delivery, SOURCE.title).ok()?;
    if let Some(kind) = text(&body, "/eventType") {
        // An agent comes and goes, and no time is told of it.
        if kind.starts_with("AGENT_") {
            return None;
        }
        let build = shown(&body, "/payload/id")?;
        return Some(format!("{kind} {build} {}", text(&body, "/payload/statusText").unwrap_or_default()));
    }
    let build = shown(&body, "/build/buildId").filter(|_| text(&body, "/build/notifyType") != Some("buildProblemsChanged"))?;
    Some(format!("{} {build} {}", text(&body, "/build/notifyType")?, text(&body, "/build/buildResult").unwrap_or_default()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body = read::body(delivery, SOURCE.title)?;
    let payload = body.get("payload").filter(|it| it.is_object());
    let plugin = body.get("build").filter(|it| it.is_object());
    let event = match (text(&body, "/eventType"), payload, plugin) {
        (Some(kind), Some(agent), _) if kind.starts_with("AGENT_") => agent_event(delivery, agent, kind),
        (Some(kind), Some(build), _) => own(delivery, build, kind),
        (_, _, Some(build)) => from_plugin(delivery, build),
        _ => attachment(delivery, &body),
    };
    Ok(read::told([event]))
}

/// `{"eventType": "BUILD_FINISHED", "payload": <a build of the REST API>}`; the fields can be chosen, so any may be missing.
fn own(delivery: &Delivery<'_>, build: &Value, kind: &str) -> Event {
    let status = text(build, "/status");
    let outcome = match kind {
        "BUILD_STARTED" => "started".to_owned(),
        "BUILD_INTERRUPTED" => "cancelled".to_owned(),
        "BUILD_TYPE_ADDED_TO_QUEUE" => "queued".to_owned(),
        "BUILD_FINISHED" => match status.map(|it| (read::outcome(it), it)) {
            Some((Some(outcome), _)) => outcome.to_owned(),
            // A cancelled build's status.
            Some((None, "UNKNOWN")) => "cancelled".to_owned(),
            Some((None, other)) => read::snake(other),
            None => "finished".to_owned(),
        },
        other => read::snake(other.strip_prefix("BUILD_").unwrap_or(other)),
    };
    let person = ["/canceledInfo/user", "/triggered/user", "/lastChanges/change/0/user"].iter().find_map(|at| {
        let who = build.pointer(at).filter(|it| it.is_object())?;
        Some((first(who, &["/name", "/username"]), text(who, "/username")))
    });
    let changes =
        ["/changes/change", "/lastChanges/change"].iter().map(|it| list(build, it)).find(|it| !it.is_empty()).unwrap_or_default();
    let author = changes.first().and_then(|it| text(it, "/username"));
    let hash = text(build, "/revisions/revision/0/version").or_else(|| changes.first().and_then(|it| text(it, "/version")));
    let mut commits: Vec<_> = changes
        .iter()
        .rev()
        .flat_map(|it| {
            let mut commit = builds::commit(text(it, "/version"), text(it, "/comment"), text(it, "/username"), None);
            commit.iter_mut().for_each(|commit| commit.url = text(it, "/webUrl").map(str::to_owned));
            commit
        })
        .collect();
    if commits.is_empty() {
        commits = builds::commit(hash, None, author, None);
    }
    let skipped = commits.len().saturating_sub(Event::COMMITS);
    let on = first(build, &["/branchName", "/revisions/revision/0/vcsBranchName"]).map(branch).filter(|it| *it != "<default>");
    let on = on.or_else(|| text(build, "/revisions/revision/0/vcsBranchName").map(branch));
    let key_of = shown(build, "/number").map(|it| format!("#{it}")).or_else(|| shown(build, "/id"));
    let name = first(build, &["/buildType/name", "/buildTypeId", "/buildType/id"]).unwrap_or("Build").to_owned();
    let labels = list(build, "/tags/tag").iter().filter_map(|it| text(it, "/name")).map(str::to_owned);
    let personal = build.pointer("/personal").and_then(Value::as_bool).filter(|it| *it).map(|_| "personal".to_owned());
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &build.to_string()]));
    Event {
        actor: person.and_then(|it| it.0).or(author).map(str::to_owned),
        actor_id: person.and_then(|it| it.1).map(str::to_owned),
        object: Object {
            key: key_of.unwrap_or_else(|| "build".into()),
            title: name,
            url: text(build, "/webUrl").map(str::to_owned),
            place: first(build, &["/buildType/projectName", "/buildType/projectId"]).map(str::to_owned),
            // Until it is done, a status is what it may come to.
            state: if outcome == "started" { text(build, "/state").or(status) } else { status.or_else(|| text(build, "/state")) }
                .map(read::words),
        },
        labels: labels.chain(personal).collect(),
        text: read::lines([first(build, &["/statusText"]), text(build, "/canceledInfo/text"), text(build, "/comment/text")]),
        branch: on.map(str::to_owned),
        about: builds::about([], &[on]),
        commits: commits.split_off(skipped),
        severity: read::severity_of(&outcome),
        ..read::event(
            delivery,
            format!("build.{outcome}"),
            id,
            read::time(build, &["/finishDate", "/canceledInfo/timestamp", "/startDate", "/queuedDate"]),
        )
    }
}

fn agent_event(delivery: &Delivery<'_>, agent: &Value, kind: &str) -> Event {
    // TeamCity's own spelling.
    let verb = read::snake(kind.trim_start_matches("AGENT_")).replace("registred", "registered");
    let id = read::identity([delivery.received.to_string().as_str(), &agent.to_string()]);
    Event {
        object: Object {
            key: shown(agent, "/id").map(|it| format!("agent {it}")).unwrap_or_else(|| "agent".into()),
            title: first(agent, &["/name", "/typeId"]).unwrap_or("Build agent").to_owned(),
            url: text(agent, "/webUrl").map(str::to_owned),
            place: text(agent, "/pool/name").map(str::to_owned),
            state: None,
        },
        text: first(agent, &["/disconnectionComment", "/enabledInfo/comment/text"]).map(str::to_owned),
        ..read::event(delivery, format!("agent.{verb}"), id, None)
    }
}

/// The plugin's `{"build": {"notifyType": "buildFinished", "buildResult": "failure", …}}`.
fn from_plugin(delivery: &Delivery<'_>, build: &Value) -> Event {
    let result = text(build, "/buildResult").unwrap_or_default();
    let notified = text(build, "/notifyType").unwrap_or("buildFinished");
    let outcome = match notified {
        "buildStarted" => "started".to_owned(),
        "buildInterrupted" => "cancelled".to_owned(),
        "buildAddedToQueue" => "queued".to_owned(),
        "buildRemovedFromQueue" => "dequeued".to_owned(),
        "changesLoaded" => "changes_loaded".to_owned(),
        "responsibilityChanged" => "assigned".to_owned(),
        "buildSuccessful" | "buildFixed" => "passed".to_owned(),
        "buildFailed" | "buildBroken" => "failed".to_owned(),
        "buildFinished" | "beforeBuildFinish" => {
            let said = if result.is_empty() { text(build, "/buildStateDescription").unwrap_or("finished") } else { result };
            read::outcome(said).map_or_else(|| read::snake(said), str::to_owned)
        }
        other => read::snake(other.strip_prefix("build").unwrap_or(other)),
    };
    // `Ana; MS Visual Studio` is who and from where.
    let actor = first(build, &["/triggeredBy", "/responsibilityUserOld"]).map(|it| it.split(';').next().unwrap_or(it).trim());
    let property = |name: &str| {
        let all = list(build, "/teamcityProperties").iter().chain(list(build, "/extraParameters"));
        all.filter(|it| text(it, "/name") == Some(name)).find_map(|it| text(it, "/value"))
    };
    let login = property("teamcity.build.triggeredBy.username").or_else(|| property("triggeredBy"));
    let personal = property("env.BUILD_IS_PERSONAL") == Some("true");
    let on = first(build, &["/branchDisplayName", "/branchName"]).map(branch).filter(|it| *it != "<default>");
    let hash = property("build.vcs.number").or_else(|| property("BUILD_VCS_NUMBER"));
    let responsible = first(build, &["/responsibilityUserNew"]).filter(|_| outcome == "assigned");
    let page = first(build, &["/buildStatusUrl", "/buildResultUrl"]).map(str::to_owned);
    let title = first(build, &["/buildFullName", "/buildName", "/buildTypeId"]).unwrap_or("Build").to_owned();
    let id = key(delivery).unwrap_or_else(|| read::identity([delivery.received.to_string().as_str(), &build.to_string()]));
    let number = text(build, "/buildNumber").map(str::to_owned).or_else(|| shown(build, "/buildNumber"));
    let mut labels: Vec<String> = list(build, "/buildTags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    labels.extend(personal.then(|| "personal".to_owned()));
    Event {
        actor: actor.filter(|it| !it.is_empty()).map(str::to_owned),
        actor_id: login.map(str::to_owned),
        object: Object {
            key: number.map(|it| format!("#{it}")).or_else(|| shown(build, "/buildId")).unwrap_or_else(|| "build".into()),
            title,
            url: page,
            place: text(build, "/projectName").map(str::to_owned),
            state: Some(result).filter(|it| !it.is_empty()).map(read::words),
        },
        changes: builds::changed(text(build, "/buildResultPrevious"), &outcome)
            .into_iter()
            .filter(|_| matches!(outcome.as_str(), "passed" | "failed"))
            .chain(read::change("responsible", None, responsible.map(str::to_owned)))
            .collect(),
        labels,
        text: read::lines([text(build, "/buildStatus"), text(build, "/comment")]),
        branch: on.map(str::to_owned),
        commits: builds::commit(hash, None, None, None),
        severity: read::severity_of(&outcome),
        concerns: responsible.map(|it| Concern { name: it.to_owned(), id: None, why: Why::Assigned }).into_iter().collect(),
        about: builds::about([], &[on]),
        ..read::event(
            delivery,
            format!("build.{outcome}"),
            id,
            read::time(build, &["/buildFinishTime", "/currentTime", "/buildStartTime"]),
        )
    }
}

/// A webhook of the plugin whose payload format is Slack's: what it says is all there is.
fn attachment(delivery: &Delivery<'_>, body: &Value) -> Event {
    guess::untaught(delivery, SOURCE.title, None, body.pointer("/attachments/0").unwrap_or(body))
}
