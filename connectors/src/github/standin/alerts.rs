//! What the simulated GitHub found to be insecure.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Asked, State};

pub fn route(state: &mut State, at: usize, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let login = asked.caller.login().to_owned();
    let repo = &mut state.repos[at];
    let site = format!("{}/{}", asked.origin, repo.full_name());
    let scanner = path[0];
    if repo.unscanned.contains(&scanner) {
        return match scanner {
            "dependabot" => Answer::forbidden("Dependabot alerts are disabled for this repository."),
            "code-scanning" => Answer::refused(StatusCode::NOT_FOUND, "no analysis found"),
            _ => Answer::refused(StatusCode::NOT_FOUND, "Secret scanning is disabled on this repository."),
        };
    }
    let shown = |it: &Value| {
        let mut it = it.clone();
        it["html_url"] = json!(format!("{site}/security/{scanner}/{}", it["number"]));
        if scanner == "secret-scanning" {
            let hidden = asked.get("hide_secret") == Some("true");
            it["secret"] = if hidden { Value::Null } else { json!("made-up-secret") };
        }
        it
    };
    let Some((number, rest)) = path.get(2..).and_then(<[&str]>::split_first) else {
        let wanted = |it: &&(String, Value)| it.0 == scanner && asked.get("state").is_none_or(|state| it.1["state"] == state);
        return asked.page(repo.alerts.iter().filter(wanted).map(|(_, it)| shown(it)).collect());
    };
    let is_it = |it: &(String, Value)| it.0 == scanner && it.1["number"].as_u64().is_some_and(|it| number.parse() == Ok(it));
    let Some(found) = repo.alerts.iter().position(is_it).filter(|_| rest.is_empty()) else { return Answer::not_found() };
    if method == "PATCH" {
        let is_secret = scanner == "secret-scanning";
        let (closed, reason, comment, by) = match is_secret {
            true => ("resolved", "resolution", "resolution_comment", "resolved_by"),
            false => ("dismissed", "dismissed_reason", "dismissed_comment", "dismissed_by"),
        };
        let to = asked.text("state").unwrap_or_default();
        if to != "open" && to != closed {
            return Answer::invalid("Alert", "state", "invalid");
        }
        if to == closed && asked.text(reason).is_none() {
            return Answer::unprocessable("A reason is required to close an alert.");
        }
        let it = &mut repo.alerts[found].1;
        it["state"] = json!(to);
        it[reason] = if to == "open" { Value::Null } else { asked.body[reason].clone() };
        it[comment] = if to == "open" { Value::Null } else { asked.body[comment].clone() };
        it[by] = if to == "open" { Value::Null } else { json!({ "login": login }) };
    }
    Answer::ok(shown(&repo.alerts[found].1))
}
