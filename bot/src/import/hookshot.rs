//! matrix-hookshot: connections as its configuration file lists them (`connections:`), or as rooms' state has them.
//! <https://matrix-org.github.io/matrix-hookshot/latest/usage/static_connections.html>

use commands::filter::Filter;
use serde_json::{Value, json};

use super::{Channels, Imported, quoted, read::text, word};

const PREFIX: &str = "uk.half-shot.matrix-hookshot.";

pub(super) fn read(yaml: &str, channels: &Channels) -> Result<Imported, String> {
    // YAML, of which JSON is a part.
    let file: Value = yaml_serde::from_str(yaml).map_err(|err| format!("this is neither YAML nor JSON: {err}"))?;
    let all = file.get("connections").unwrap_or(&file).as_array().cloned().unwrap_or_default();
    let mut imported = Imported::default();
    for connection in &all {
        let kind = [text(connection, "connectionType"), text(connection, "type")].concat();
        let Some(kind) = kind.strip_prefix(PREFIX) else { continue };
        let room = [text(connection, "roomId"), text(connection, "room_id")].concat();
        let state = connection.get("state").or_else(|| connection.get("content")).unwrap_or(&Value::Null);
        let to = channels.of_or_open(&room, &mut imported);
        one(&mut imported, kind, state, &to);
    }
    if imported.items.is_empty() && imported.left.is_empty() {
        return Err("there is no connection of matrix-hookshot in it: give its config.yml, or rooms' state as a list".into());
    }
    imported.leave("Each system must send its webhooks here: to /hooks/NAME, with the secret of the hook of that name.");
    Ok(imported)
}

fn one(imported: &mut Imported, kind: &str, state: &Value, to: &str) {
    match kind {
        "github.repository" => {
            let place = format!("{}/{}", text(state, "org"), text(state, "repo"));
            subscribe(imported, "github", "github", &format!("in:{place}"), state, to);
        }
        "gitlab.repository" => subscribe(imported, "gitlab", "gitlab", &format!("in:{}", text(state, "path")), state, to),
        "jira.project" => {
            let url = text(state, "url");
            let project = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            subscribe(imported, "jira", "jira", &format!("in:{project}"), state, to);
        }
        "generic.hook" => {
            let name = word(text(state, "name"));
            imported.put_hook(&name, "json");
            imported.put_subscription(json!({ "from": name, "to": to, "mode": "full" }));
            if !text(state, "transformationFunction").is_empty() {
                imported.leave(format!("The hook `{name}` has a transformation in JavaScript: write it as a template, `bellhop hooks template {name}`."));
            }
            if !text(state, "expirationDate").is_empty() {
                imported
                    .leave(format!("The hook `{name}` ends by itself on {}: hooks here do not.", text(state, "expirationDate")));
            }
        }
        "feed" => imported.leave(format!("The feed {} is not followed here.", text(state, "url"))),
        other => imported.leave(format!("A connection of kind {other} has no counterpart.")),
    }
}

fn subscribe(imported: &mut Imported, hook: &str, kind: &str, place: &str, state: &Value, to: &str) {
    let strings = |key: &str| -> Vec<String> {
        let all = state.get(key).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let hooks = [strings("enableHooks"), strings("events")].concat();
    let mut parts = vec![place.to_owned()];
    let mut kinds: Vec<&str> = Vec::new();
    // Of which only some sorts were wanted.
    let whole = |event: &str| if event.starts_with("workflow.run") { "workflow.run".to_owned() } else { first(event) };
    let is_part = |event: &&String| words_of(event) != Some("reviews") && !hooks.contains(&whole(event));
    let narrow: Vec<String> = hooks.iter().filter(is_part).map(|it| format!("`{it}`")).collect();
    for event in
        if hooks.is_empty() && kind == "github" { vec!["issue".into(), "pull_request".into(), "release".into()] } else { hooks }
    {
        match words_of(&event) {
            Some(word) if !kinds.contains(&word) => kinds.push(word),
            Some(_) => {}
            None => imported.leave(format!("`{event}` of {place} has no counterpart.")),
        }
    }
    if !narrow.is_empty() {
        imported.leave(format!(
            "Of {} only {} was told, and here all of that sort is: narrow the filter, as in `issue.closed` or `status:failed`.",
            place.trim_start_matches("in:"),
            narrow.join(", ")
        ));
    }
    if state.get("workflowRun").and_then(Value::as_object).is_some_and(|it| !it.is_empty()) {
        imported.leave(format!(
            "`workflowRun` of {} says which runs: write it into the filter, as in `workflows:{{name:\"CI\" branch:\"main\"}}`.",
            place.trim_start_matches("in:")
        ));
    }
    parts.extend(kinds.into_iter().map(str::to_owned));
    let including: Vec<String> = strings("includingLabels").iter().map(|it| format!("label:{}", quoted(it))).collect();
    if !including.is_empty() {
        parts.push(format!("({})", including.join(" or ")));
    }
    parts.extend(strings("excludingLabels").iter().map(|it| format!("-label:{}", quoted(it))));
    if !strings("ignoreHooks").is_empty() {
        imported.leave(format!("`ignoreHooks` of {place}: say with the filter what is wanted."));
    }
    match Filter::parse(&parts.join(" ")) {
        Ok(filter) => {
            imported.put_hook(hook, kind);
            imported.put_subscription(json!({ "from": hook, "filter": filter.to_string(), "to": to }));
        }
        Err(err) => imported.leave(format!("What is told of {place} cannot be written as a filter: {err}")),
    }
}

/// `issue` of `issue.created`.
fn first(event: &str) -> String {
    event.split('.').next().unwrap_or_default().to_owned()
}

/// The word of our filters that takes such events.
fn words_of(event: &str) -> Option<&'static str> {
    Some(match event {
        "pull_request.reviewed" | "merge_request.review" | "merge_request.review.comments" => "reviews",
        it if it.starts_with("issue") => "issues",
        it if it.starts_with("pull_request") || it.starts_with("merge_request") => "pulls",
        it if it.starts_with("release") => "releases",
        it if it.starts_with("workflow") => "workflows",
        it if it.starts_with("push") => "commits",
        _ => return None,
    })
}
