//! Builds, runs with their stages and jobs, releases, and approvals of both.

use commands::{
    Event,
    event::{Commit, Object, Severity, Why},
};
use serde_json::Value;

use super::{about, change, owned, page, people};
use crate::payload::{branch, first, first_line, list, said, short, shown, text};

/// A result as something that happened.
fn outcome(result: &str) -> (&'static str, Option<Severity>) {
    match result.to_ascii_lowercase().as_str() {
        "succeeded" => ("passed", None),
        "partiallysucceeded" | "succeededwithissues" => ("partly_passed", Some(Severity::Warning)),
        "failed" | "rejected" | "failure" => ("failed", Some(Severity::Error)),
        "canceled" | "stopped" | "canceling" | "cancelling" | "abandoned" => ("cancelled", None),
        "skipped" => ("skipped", None),
        "inprogress" | "running" | "started" => ("started", None),
        "queued" | "pending" | "waiting" | "notstarted" => ("queued", None),
        _ => ("updated", None),
    }
}

/// `succeeded`, `in progress`.
fn words(state: &str) -> String {
    let mut words = String::new();
    for letter in state.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

pub(super) fn build(body: &Value) -> Event {
    let build = &body["resource"];
    // Builds of old had their result as their status.
    let result = first(build, &["/result", "/status"]).unwrap_or_default();
    let (verb, severity) = outcome(result);
    let id = shown(build, "/id").unwrap_or_default();
    let by = ["/requestedFor", "/requests/0/requestedFor", "/requestedBy", "/lastChangedBy"];
    let by = by.iter().filter_map(|it| build.pointer(it)).find(|it| people::name(it).is_some());
    let reference = text(build, "/sourceBranch").unwrap_or_default();
    let number = reference.strip_prefix("refs/pull/").and_then(|it| it.split('/').next()).map(owned);
    let number = number.or_else(|| shown(build, "/triggerInfo/pr.number"));
    let pulled = text(build, "/triggerInfo/pr.sourceBranch").map(branch);
    let name = pulled.unwrap_or(branch(reference)).trim_start_matches("refs/");
    let repository = text(build, "/repository/url").and_then(page).filter(|it| it.contains("/_git/"));
    let pull = number.map(|it| repository.as_ref().map_or_else(|| format!("!{it}"), |page| format!("{page}/pullrequest/{it}")));
    let message = first(build, &["/triggerInfo/ci.message", "/triggerInfo/pr.title"]).map(first_line).unwrap_or_default();
    let source = text(build, "/sourceVersion").filter(|it| it.len() == 40 && it.bytes().all(|it| it.is_ascii_hexdigit()));
    let commit = source.map(|it| Commit {
        id: it.to_owned(),
        title: message.to_owned(),
        author: by.and_then(people::name),
        url: repository.as_ref().map(|page| format!("{page}/commit/{it}")),
    });
    let commit_page = commit.as_ref().and_then(|it| it.url.clone());
    let definition = first(build, &["/definition/name", "/pipeline/name"]).unwrap_or("Build").to_owned();
    let below = text(build, "/url").and_then(super::below).filter(|_| !id.is_empty());
    Event {
        kind: format!("build.{verb}"),
        actor: by.and_then(people::name),
        actor_id: by.and_then(people::login),
        object: Object {
            key: text(build, "/buildNumber").map_or_else(|| format!("build {id}"), owned),
            title: definition,
            url: text(build, "/_links/web/href")
                .and_then(page)
                .or_else(|| below.map(|it| format!("{it}/_build/results?buildId={id}"))),
            place: first(build, &["/project/name", "/definition/project/name", "/teamProject"]).map(owned),
            state: Some(words(result)).filter(|it| !it.is_empty()),
        },
        labels: list(build, "/tags").iter().filter_map(|it| it.as_str().map(owned)).collect(),
        branch: Some(name.to_owned()).filter(|it| !it.is_empty()),
        about: pull.into_iter().chain(commit_page).chain(about(&[name, message])).collect(),
        commits: commit.filter(|it| !it.title.is_empty()).into_iter().collect(),
        text: list(build, "/validationResults").iter().find_map(|it| text(it, "/message")).and_then(said),
        severity,
        ..Event::default()
    }
}

/// Runs of pipelines, their stages and their jobs.
pub(super) fn run(name: &str, body: &Value) -> Event {
    let resource = &body["resource"];
    let noun = ["stage", "job", "run"].into_iter().find(|it| name.contains(&format!(".{it}-"))).unwrap_or("run");
    let of = &resource[noun];
    let state = first(of, &["/result", "/state"]).unwrap_or_default();
    let (verb, severity) = outcome(state);
    let pipeline = first(resource, &["/pipeline/name", "/run/pipeline/name"]).unwrap_or("Pipeline");
    // The only one of a pipeline without stages is called so.
    let called = |it: &Value| first(it, &["/displayName", "/name"]).filter(|it| !it.starts_with("__")).map(owned);
    let stage = called(&resource["stage"]).filter(|_| noun != "run");
    let job = called(&resource["job"]).filter(|_| noun == "job");
    let within: Vec<String> = [stage, job].into_iter().flatten().collect();
    let title = if within.is_empty() { pipeline.to_owned() } else { format!("{pipeline}: {}", within.join(" / ")) };
    let refs = [
        "/run/resources/repositories/self/refName",
        "/repositories/0/branch",
        "/repositories/0/refName",
        "/run/sourceBranch",
        "/repositories/0/change/branch",
    ];
    let reference = first(resource, &refs).map(|it| branch(it).to_owned());
    let changed = &resource["repositories"][0];
    let message = text(changed, "/change/message").map(first_line).unwrap_or_default();
    let repository = text(changed, "/url").and_then(page);
    let commit = first(changed, &["/change/version", "/change/id", "/version"]).unwrap_or_default();
    let author = text(changed, "/change/author/name").map(owned);
    let built = match &author {
        Some(author) if !message.is_empty() => format!("{message} ({author})"),
        _ => message.to_owned(),
    };
    let commits = Commit {
        id: commit.to_owned(),
        title: message.to_owned(),
        author,
        url: repository.as_ref().map(|it| format!("{it}/commit/{commit}")),
    };
    let linked = [of, &resource["run"]].into_iter().find_map(|it| text(it, "/_links/web/href").and_then(page));
    let project = linked.as_deref().and_then(|it| it.split_once("/_build/")).and_then(|(it, _)| it.rsplit('/').next());
    // Some addresses hold the project's id.
    let project = project.filter(|it| !(it.len() == 36 && it.matches('-').count() == 4)).map(|it| it.replace("%20", " "));
    Event {
        kind: format!("{noun}.{verb}"),
        object: Object {
            key: first(resource, &["/run/name"])
                .map(owned)
                .or_else(|| shown(resource, "/run/id"))
                .unwrap_or_else(|| noun.to_owned()),
            title,
            url: linked,
            place: first(resource, &["/project/name", "/projectName"]).map(owned).or(project),
            state: Some(words(state)).filter(|it| !it.is_empty()),
        },
        actor: first(resource, &["/run/requestedFor/displayName", "/run/createdBy/displayName"]).map(owned),
        about: about(&[reference.as_deref().unwrap_or_default(), message]),
        branch: reference,
        commits: Some(commits).filter(|it| !it.title.is_empty() && !it.id.is_empty()).into_iter().collect(),
        // What was built: the payload seldom says which commit.
        text: said(&built),
        severity,
        ..Event::default()
    }
}

/// An approval that a stage waits for, or waited for.
pub(super) fn approval(name: &str, body: &Value) -> Event {
    let resource = &body["resource"];
    let approval = &resource["approval"];
    let status = text(approval, "/status").unwrap_or(if name.ends_with("pending") { "pending" } else { "completed" });
    let verb = match status {
        "pending" => "requested",
        "timedOut" => "timed_out",
        "canceled" => "cancelled",
        other => other,
    };
    let steps = list(approval, "/steps");
    let waiting = steps.iter().filter(|it| !matches!(text(it, "/status"), Some("approved" | "rejected" | "skipped")));
    let decided = steps.iter().rfind(|it| text(it, "/status") == Some(status) && status != "pending");
    let by = decided.and_then(|it| {
        ["/actualApprover", "/assignedApprover"].iter().find_map(|path| it.pointer(path).filter(|it| people::name(it).is_some()))
    });
    let stage = first(resource, &["/stage/displayName", "/stage/name", "/stageName"]).filter(|it| !it.starts_with("__"));
    let where_to = first(resource, &["/resource/name", "/environment/name"]).or(stage);
    let title = first(resource, &["/pipeline/name"]).map(|pipeline| match where_to {
        Some(it) => format!("{pipeline} to {it}"),
        None => pipeline.to_owned(),
    });
    let run = first(resource, &["/run/_links/web/href", "/_links/web/href"]).and_then(page);
    Event {
        kind: format!("approval.{verb}"),
        actor: by.and_then(people::name),
        actor_id: by.and_then(people::login),
        object: Object {
            key: first(resource, &["/run/name", "/pipeline/owner/name"])
                .map(owned)
                .or_else(|| text(approval, "/id").map(|it| format!("approval {}", short(it))))
                .unwrap_or_default(),
            title: title.unwrap_or_default(),
            url: run,
            place: first(resource, &["/projectName", "/project/name"]).map(owned),
            state: Some(words(status)),
        },
        text: decided.and_then(|it| text(it, "/comment")).or_else(|| text(approval, "/instructions")).and_then(said),
        concerns: waiting
            .filter(|_| verb == "requested")
            .filter_map(|it| people::concern(&it["assignedApprover"], Why::ReviewAsked))
            .collect(),
        severity: (verb == "rejected").then_some(Severity::Warning),
        ..Event::default()
    }
}

/// Classic releases: made, deployed to a stage, approved.
pub(super) fn release(name: &str, body: &Value) -> Event {
    let resource = &body["resource"];
    let event = name.trim_start_matches("ms.vss-release.").trim_end_matches("-event");
    let approval = &resource["approval"];
    let environment =
        if resource["environment"].is_object() { &resource["environment"] } else { &approval["releaseEnvironment"] };
    let status = match event {
        "release-created" | "release-abandoned" => text(resource, "/release/status"),
        _ if approval.is_object() => text(approval, "/status"),
        _ => first(resource, &["/deployment/deploymentStatus", "/environment/status"]),
    };
    let deployed = outcome(status.unwrap_or_default());
    let (kind, severity) = match event {
        "release-created" => ("release.created".to_owned(), None),
        "release-abandoned" => ("release.abandoned".to_owned(), None),
        "deployment-started" => ("deployment.started".to_owned(), None),
        "deployment-completed" if deployed.0 == "passed" => ("deployment.succeeded".to_owned(), None),
        "deployment-completed" if deployed.0 == "updated" => ("deployment.completed".to_owned(), None),
        "deployment-completed" => (format!("deployment.{}", deployed.0), deployed.1),
        "deployment-mi-pending" => ("intervention.requested".to_owned(), Some(Severity::Warning)),
        _ if event.starts_with("deployment-approval-") => match status {
            Some("pending") | None if event.ends_with("pending") => ("approval.requested".to_owned(), None),
            Some("rejected") => ("approval.rejected".to_owned(), Some(Severity::Warning)),
            other => (format!("approval.{}", other.unwrap_or("completed")), None),
        },
        other => (format!("release.{}", other.trim_start_matches("release-").replace('-', "_")), None),
    };
    let of = |paths: &[&str]| first(resource, paths).map(owned);
    let release = of(&["/release/name", "/environment/release/name", "/approval/release/name", "/deployment/release/name"]);
    let definition = of(&[
        "/release/releaseDefinition/name",
        "/approval/releaseDefinition/name",
        "/deployment/releaseDefinition/name",
        "/environment/releaseDefinition/name",
    ]);
    let stage = text(environment, "/name").filter(|_| !kind.starts_with("release."));
    let title = match (definition, stage) {
        (Some(definition), Some(stage)) => format!("{definition} to {stage}"),
        (definition, stage) => definition.or(stage.map(|it| format!("to {it}"))).unwrap_or_default(),
    };
    let who: &[&str] = match () {
        () if kind == "approval.requested" || kind == "intervention.requested" => &["/release/createdBy"],
        () if kind.starts_with("approval.") => &["/approval/approvedBy", "/approval/approver"],
        () if kind == "release.created" => &["/release/createdBy"],
        () => &[
            "/deployment/requestedFor",
            "/deployment/requestedBy",
            "/release/modifiedBy",
            "/release/createdBy",
            "/environment/owner",
        ],
    };
    let by = who.iter().filter_map(|it| resource.pointer(it)).find(|it| people::name(it).is_some());
    let asked = (kind == "approval.requested").then(|| people::concern(&approval["approver"], Why::ReviewAsked));
    let words_of = match kind.as_str() {
        "release.created" => text(resource, "/release/description"),
        _ => first(resource, &["/approval/comments", "/comment/text"]),
    };
    let artifacts = list(resource, "/release/artifacts").iter().chain(list(resource, "/deployment/release/artifacts"));
    let source =
        artifacts.clone().find_map(|it| first(it, &["/definitionReference/branch/name", "/definitionReference/branch/id"]));
    let version = artifacts.clone().find_map(|it| text(it, "/definitionReference/version/name"));
    Event {
        object: Object {
            key: release.unwrap_or_default(),
            title,
            url: address(resource),
            place: of(&["/project/name", "/release/projectReference/name"]),
            state: status.map(words),
        },
        changes: version
            .filter(|_| kind == "release.created")
            .map(|it| change("artifact", None, Some(it.to_owned())))
            .into_iter()
            .collect(),
        kind,
        actor: by.and_then(people::name),
        actor_id: by.and_then(people::login),
        branch: source.map(|it| branch(it).to_owned()),
        text: words_of.and_then(said),
        concerns: asked.flatten().into_iter().collect(),
        about: about(&[source.unwrap_or_default()]),
        severity,
        ..Event::default()
    }
}

/// Where people see a release: told, or made of where the API has it, which is another host.
fn address(resource: &Value) -> Option<String> {
    let told = ["/release/_links/web/href", "/environment/release/_links/web/href", "/approval/release/_links/web/href"];
    let told = first(resource, &told).and_then(page);
    told.or_else(|| {
        let pointers =
            ["/environment/release/url", "/release/url", "/approval/release/url", "/release/environments/0/release/url"];
        let url = first(resource, &pointers)?;
        let (_, id) = url.rsplit_once("/releases/")?;
        let project = super::below(&url.replacen("vsrm.dev.azure.com", "dev.azure.com", 1).replacen(
            ".vsrm.visualstudio.com",
            ".visualstudio.com",
            1,
        ))?;
        Some(format!("{project}/_releaseProgress?releaseId={id}&_a=release-pipeline-progress"))
    })
}
