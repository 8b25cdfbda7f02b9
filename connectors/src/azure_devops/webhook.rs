//! Service hooks of the consumer "Web Hooks": <https://learn.microsoft.com/azure/devops/service-hooks/events>.
//!
//! They are signed by nothing. What lets one in is a secret that the subscription sends along: as the password of basic
//! authentication, or in a header of its own.

use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{
    Error, ErrorKind, Event, Result,
    event::{Change, Object},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::text::{shorten, to_markdown};
use crate::{Delivery, SecretFrom, Webhook, signature::tokens_match};

pub(super) const WEBHOOK: Webhook = Webhook { verify, key, parse, handshake: None, secret: SecretFrom::Us, steps: STEPS };

/// How it is set up there.
const STEPS: &str = include_str!("hook.md");

/// Headers that may hold the secret; the first is what the docs tell people to set.
const HEADERS: [&str; 2] = ["x-bellhop-token", "x-webhook-token"];
/// Fields whose change nobody wants to be told of.
const NOISE: &[&str] = &[
    "System.Rev",
    "System.AuthorizedDate",
    "System.RevisedDate",
    "System.ChangedDate",
    "System.ChangedBy",
    "System.Watermark",
    "System.AuthorizedAs",
    "System.PersonId",
    "System.CommentCount",
    "Microsoft.VSTS.Common.StateChangeDate",
    "Microsoft.VSTS.Common.ActivatedDate",
    "Microsoft.VSTS.Common.ActivatedBy",
    "Microsoft.VSTS.Common.BacklogPriority",
    "Microsoft.VSTS.Common.StackRank",
];

fn verify(delivery: &Delivery<'_>, secret: &str) -> Result<()> {
    let basic = delivery.header("authorization").and_then(|it| it.strip_prefix("Basic "));
    let password = basic.and_then(|it| STANDARD.decode(it.trim()).ok()).and_then(|it| String::from_utf8(it).ok());
    let password = password.as_deref().and_then(|it| it.split_once(':')).map(|(_, password)| password.to_owned());
    let given = HEADERS.iter().find_map(|it| delivery.header(it)).map(str::to_owned).or(password);
    match given {
        Some(given) if tokens_match(&given, secret) => Ok(()),
        Some(_) => {
            Err(Error::new(ErrorKind::Auth, "The password is not this hook's secret: is it the same in the subscription?"))
        }
        None => Err(Error::new(
            ErrorKind::Auth,
            "There is no secret. Set the hook's secret as the password of basic authentication in the subscription.",
        )),
    }
}

/// The event's own id, the same for each try.
fn key(delivery: &Delivery<'_>) -> Option<String> {
    let body: Value = serde_json::from_slice(delivery.body).ok()?;
    let id = body["id"].as_str().filter(|it| !it.trim_matches(['0', '-']).is_empty())?;
    // One event may go to several subscriptions of the same hook.
    Some(format!("{id} {}", body["subscriptionId"].as_str().unwrap_or_default()))
}

fn parse(delivery: &Delivery<'_>) -> Result<Vec<Event>> {
    let body: Value = serde_json::from_slice(delivery.body)
        .map_err(|err| Error::bad_input(format!("This is no service hook of Azure DevOps: it is not JSON ({err}).")))?;
    let Some(name) = body["eventType"].as_str() else {
        return Err(Error::bad_input("This is no service hook of Azure DevOps that I know: it has no `eventType`."));
    };
    let resource = &body["resource"];
    let mut event = Event {
        id: key(delivery).unwrap_or_else(|| hex::encode(&Sha256::digest(delivery.body)[..16])),
        source: delivery.hook.to_owned(),
        kind: name.replace("ms.vss-", ""),
        at: body["createdDate"].as_str().and_then(|it| it.parse().ok()).unwrap_or(delivery.received),
        actor: None,
        object: Object { key: name.to_owned(), title: said(&body), url: address(&body), place: None, state: None },
        changes: Vec::new(),
        labels: Vec::new(),
        text: None,
        ..Event::default()
    };
    match name {
        "workitem.created" | "workitem.updated" | "workitem.commented" | "workitem.deleted" | "workitem.restored" => {
            work_item(&mut event, name, resource);
        }
        "git.push" => push(&mut event, resource),
        _ if name.starts_with("git.pullrequest.") => pull_request(&mut event, name, &said(&body), resource),
        "ms.vss-code.git-pullrequest-comment-event" => {
            pull_request(&mut event, "commented", &said(&body), &resource["pullRequest"]);
            event.kind = "pull_request.commented".into();
            event.actor = text(&resource["comment"]["author"]["displayName"]);
            event.text = text(&resource["comment"]["content"]);
        }
        "build.complete" => build(&mut event, resource),
        "ms.vss-pipelines.run-state-changed-event" | "ms.vss-pipelines.stage-state-changed-event" => {
            run(&mut event, name, resource);
        }
        _ if name.starts_with("ms.vss-pipelinechecks-events.approval-") => {
            let verb = if name.ends_with("pending") { "requested" } else { "completed" };
            event.kind = format!("approval.{verb}");
            let pipeline = &resource["pipeline"];
            event.object.key = text(&resource["approval"]["id"]).unwrap_or_default();
            event.object.place = text(&resource["projectName"]).or_else(|| text(&pipeline["name"]));
            event.object.state = text(&resource["approval"]["status"]);
        }
        _ => {}
    }
    event.text = event.text.map(|it| shorten(it.trim(), 1000)).filter(|it| !it.is_empty());
    Ok(vec![event])
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// What Azure DevOps says of it in a line.
fn said(body: &Value) -> String {
    let said = text(&body["message"]["text"]).unwrap_or_default();
    said.lines().next().unwrap_or_default().trim().to_owned()
}

/// The first address in what Azure DevOps says of it.
fn address(body: &Value) -> Option<String> {
    let markdown = body["message"]["markdown"].as_str()?;
    let (_, rest) = markdown.split_once("](")?;
    let (address, _) = rest.split_once(')')?;
    address.starts_with("http").then(|| address.to_owned())
}

/// `Ana Example <ana@example.org>`, or an object.
fn person(value: &Value) -> Option<String> {
    let name = text(&value["displayName"]).or_else(|| text(value))?;
    Some(name.split(" <").next().unwrap_or(&name).to_owned())
}

fn work_item(event: &mut Event, name: &str, resource: &Value) {
    // An update holds what changed beside the whole.
    let whole = if resource["revision"]["fields"].is_object() { &resource["revision"] } else { resource };
    let fields = &whole["fields"];
    let id = resource["workItemId"].as_u64().or(whole["id"].as_u64()).unwrap_or_default();
    event.object.key = format!("#{id}");
    event.object.title = text(&fields["System.Title"]).unwrap_or_else(|| event.object.title.clone());
    event.object.place = text(&fields["System.TeamProject"]);
    event.object.state = text(&fields["System.State"]);
    let linked = [&whole["_links"]["html"]["href"], &resource["_links"]["html"]["href"]];
    event.object.url = linked.into_iter().find_map(text).or_else(|| event.object.url.take());
    event.actor = person(&resource["revisedBy"]).or_else(|| person(&fields["System.ChangedBy"]));
    event.labels.extend(text(&fields["System.WorkItemType"]));
    let tags = text(&fields["System.Tags"]).unwrap_or_default();
    event.labels.extend(tags.split(';').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
    let changed = |(field, change): (&String, &Value)| {
        if NOISE.contains(&field.as_str()) || field == "System.History" || field.starts_with("WEF_") {
            return None;
        }
        let long = ["System.Description", "Microsoft.VSTS.TCM.ReproSteps"].contains(&field.as_str());
        let value = |value: &Value| match value {
            _ if long => None,
            Value::Null => None,
            Value::Number(number) => Some(number.to_string()),
            value => person(value),
        };
        let name = field.rsplit('.').next().unwrap_or(field);
        Some(Change { field: spaced(name), from: value(&change["oldValue"]), to: value(&change["newValue"]) })
    };
    if resource["revision"]["fields"].is_object() {
        event.changes = resource["fields"].as_object().into_iter().flatten().filter_map(changed).collect();
    }
    let comment = text(&fields["System.History"]).or_else(|| text(&resource["fields"]["System.History"]["newValue"]));
    let description = text(&fields["System.Description"]).filter(|_| name == "workitem.created");
    event.text = comment.or(description).map(|it| to_markdown(&it));
    let verb = name.trim_start_matches("workitem.");
    event.kind = format!("issue.{verb}");
}

/// `AssignedTo` as people write it.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn pull_request(event: &mut Event, name: &str, sentence: &str, resource: &Value) {
    let (repository, id) = (&resource["repository"], resource["pullRequestId"].as_u64().unwrap_or_default());
    event.object.key = format!("!{id}");
    event.object.title = text(&resource["title"]).unwrap_or_else(|| event.object.title.clone());
    event.object.place = text(&repository["project"]["name"]).map(|project| {
        let name = text(&repository["name"]).unwrap_or_default();
        format!("{project}/{name}")
    });
    event.object.state = text(&resource["status"]);
    let page = text(&repository["webUrl"]).or_else(|| text(&repository["remoteUrl"]));
    event.object.url = page.map(|it| format!("{it}/pullrequest/{id}")).or_else(|| event.object.url.take());
    // Who did it is told in the sentence only: `Ben Example updated the source branch of pull request 7 …`.
    let verbs = [
        " has ",
        " updated ",
        " created ",
        " approved ",
        " rejected ",
        " completed ",
        " abandoned ",
        " changed ",
        " marked ",
        " voted ",
    ];
    let actor = verbs.iter().filter_map(|it| sentence.find(it)).min().map(|end| sentence[..end].to_owned());
    event.actor = actor.filter(|it| it.len() < 80 && !it.is_empty()).or_else(|| person(&resource["createdBy"]));
    let status = resource["status"].as_str().unwrap_or_default();
    let verb = match name {
        "git.pullrequest.created" => "opened",
        "git.pullrequest.merged" => "merge_attempted",
        _ if status == "completed" => "merged",
        _ if status == "abandoned" => "abandoned",
        _ if sentence.contains("source branch") => "pushed",
        _ if sentence.contains("approved") => "approved",
        _ if sentence.contains("rejected") => "rejected",
        _ => "updated",
    };
    event.kind = format!("pull_request.{verb}");
    event.text = text(&resource["description"]).filter(|_| verb == "opened");
    event.labels = text(&resource["targetRefName"]).map(|it| super::wire::branch(&it).to_owned()).into_iter().collect();
}

fn push(event: &mut Event, resource: &Value) {
    let repository = &resource["repository"];
    let update = &resource["refUpdates"][0];
    let name = text(&update["name"]).unwrap_or_default();
    let name = super::wire::branch(&name).to_owned();
    let is_none = |value: &Value| value.as_str().is_some_and(|it| it.bytes().all(|it| it == b'0'));
    let commits = resource["commits"].as_array().map(Vec::as_slice).unwrap_or_default();
    let verb = match (is_none(&update["oldObjectId"]), is_none(&update["newObjectId"]), commits.is_empty()) {
        (_, true, _) => "branch.deleted",
        (true, _, true) => "branch.created",
        _ => "push.pushed",
    };
    event.kind = verb.into();
    event.object.title = match (verb, commits.len()) {
        ("push.pushed", 1) => format!("1 commit to {name}"),
        ("push.pushed", count) if count > 0 => format!("{count} commits to {name}"),
        ("push.pushed", _) => format!("Push to {name}"),
        _ => name.clone(),
    };
    event.object.key = name;
    event.object.url = text(&repository["remoteUrl"]).or_else(|| event.object.url.take());
    event.object.place = text(&repository["project"]["name"]).zip(text(&repository["name"])).map(|(a, b)| format!("{a}/{b}"));
    event.actor = person(&resource["pushedBy"]);
    let line = |commit: &Value| {
        let id = text(&commit["commitId"])?;
        let author = text(&commit["author"]["name"]).map(|it| format!(" ({it})")).unwrap_or_default();
        let title = text(&commit["comment"]).unwrap_or_default();
        Some(format!("{} {}{author}", id.get(..8).unwrap_or(&id), title.lines().next().unwrap_or_default()))
    };
    event.text = Some(commits.iter().take(10).filter_map(line).collect::<Vec<_>>().join("\n"));
}

/// A result as something that happened.
fn happened(result: &str) -> &'static str {
    match result.to_ascii_lowercase().as_str() {
        "succeeded" => "succeeded",
        "partiallysucceeded" => "partially_succeeded",
        "failed" => "failed",
        "canceled" | "stopped" | "canceling" => "cancelled",
        "inprogress" => "started",
        _ => "updated",
    }
}

fn build(event: &mut Event, resource: &Value) {
    let result = text(&resource["result"]).or_else(|| text(&resource["status"])).unwrap_or_default();
    let id = resource["id"].as_u64().unwrap_or_default();
    let (name, number) = (text(&resource["definition"]["name"]), text(&resource["buildNumber"]));
    event.kind = format!("pipeline.{}", happened(&result));
    event.object.key = format!("run {id}");
    event.object.title = [name, number].into_iter().flatten().collect::<Vec<_>>().join(" ");
    event.object.place = text(&resource["project"]["name"]).or_else(|| text(&resource["definition"]["project"]["name"]));
    event.object.state = Some(result);
    event.object.url = text(&resource["_links"]["web"]["href"]).or_else(|| event.object.url.take());
    event.actor = person(&resource["requestedFor"]).or_else(|| person(&resource["requests"][0]["requestedFor"]));
    event.labels = text(&resource["sourceBranch"]).map(|it| super::wire::branch(&it).to_owned()).into_iter().collect();
}

fn run(event: &mut Event, name: &str, resource: &Value) {
    let is_stage = name.contains("stage");
    let of = if is_stage { &resource["stage"] } else { &resource["run"] };
    let state = text(&of["result"]).or_else(|| text(&of["state"])).unwrap_or_default();
    let pipeline = text(&resource["pipeline"]["name"]).or_else(|| text(&of["pipeline"]["name"]));
    let id = resource["run"]["id"].as_u64().or(of["id"].as_u64()).unwrap_or_default();
    event.kind = format!("{}.{}", if is_stage { "stage" } else { "pipeline" }, happened(&state));
    event.object.key = format!("run {id}");
    let number = text(&resource["run"]["name"]).or_else(|| text(&of["name"]));
    let stage = text(&of["displayName"]).or_else(|| text(&of["name"])).filter(|_| is_stage);
    event.object.title = [pipeline, number, stage].into_iter().flatten().collect::<Vec<_>>().join(" ");
    event.object.state = Some(state);
    event.object.url = text(&resource["run"]["_links"]["web"]["href"]).or_else(|| event.object.url.take());
}
