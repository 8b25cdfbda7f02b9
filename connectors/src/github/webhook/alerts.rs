//! What GitHub found to be insecure. The secrets that it finds are never told.

use commands::{Event, event::Severity};
use serde_json::Value;

use super::{Payload, changes::change, event, number, object};
use crate::payload::{branch, first, list, text};

fn severity(word: &str) -> Option<Severity> {
    match word.to_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" | "error" => Some(Severity::Error),
        "medium" | "moderate" | "warning" => Some(Severity::Warning),
        "low" | "note" | "none" => Some(Severity::Info),
        _ => None,
    }
}

pub(super) fn alert(payload: &Payload<'_>) -> Option<Event> {
    let alert = payload.part("alert")?;
    let (what, place) = match payload.name {
        "dependabot_alert" | "repository_vulnerability_alert" => ("Dependabot", "dependabot"),
        "code_scanning_alert" => ("Code scanning", "code-scanning"),
        _ => ("Secret scanning", "secret-scanning"),
    };
    let number = number(alert, "number");
    const TITLES: &[&str] = &[
        "/security_advisory/summary",
        "/rule/description",
        "/rule/name",
        "/rule/id",
        "/secret_type_display_name",
        "/secret_type",
        "/affected_package_name",
    ];
    let title = first(alert, TITLES).unwrap_or("alert");
    let page = text(alert, "/html_url").map(str::to_owned);
    let url = page.or_else(|| payload.web(format!("/security/{place}/{number}").trim_end_matches('/')));
    let key = if number.is_empty() { format!("{what} alert") } else { format!("{what} #{number}") };
    let verb = match payload.action {
        "closed_by_user" | "auto_dismissed" => "dismissed".to_owned(),
        "reopened_by_user" | "auto_reopened" => "reopened".to_owned(),
        "appeared_in_branch" => "appeared".to_owned(),
        _ if payload.name == "secret_scanning_alert_location" => "located".to_owned(),
        _ => payload.done(),
    };
    let mut told = event("alert", &verb, object(key, title, url));
    told.object.state = text(alert, "/state").map(str::to_owned);
    const SEVERITIES: &[&str] = &[
        "/security_vulnerability/severity",
        "/security_advisory/severity",
        "/rule/security_severity_level",
        "/rule/severity",
        "/severity",
    ];
    told.severity = first(alert, SEVERITIES).and_then(severity);
    if place == "secret-scanning" {
        told.severity = Some(Severity::Critical);
    }
    let instance = &alert["most_recent_instance"];
    let reference = payload.text("/ref").or_else(|| text(instance, "/ref"));
    match reference.and_then(|it| it.strip_prefix("refs/pull/")?.split('/').next()) {
        Some(pull) => told.about = payload.web(&format!("/pull/{pull}")).into_iter().collect(),
        None => told.branch = reference.map(|it| branch(it).to_owned()),
    }
    let files =
        [text(alert, "/dependency/manifest_path"), text(instance, "/location/path"), payload.text("/location/details/path")];
    told.paths = files.into_iter().flatten().map(str::to_owned).collect();
    let reason = first(alert, &["/dismissed_reason", "/dismiss_reason", "/resolution"]).map(|it| it.replace('_', " "));
    told.changes = reason.map(|it| change("reason", None, Some(&it))).into_iter().collect();
    let package = first(alert, &["/dependency/package/name", "/affected_package_name"]);
    let range = first(alert, &["/security_vulnerability/vulnerable_version_range", "/affected_range"]).unwrap_or_default();
    let fixed = first(alert, &["/security_vulnerability/first_patched_version/identifier", "/fixed_in"]);
    let fixed = fixed.map(|it| format!(", fixed in {it}")).unwrap_or_default();
    let package = package.map(|it| format!("{it} {range}{fixed}"));
    const SAID: &[&str] = &["/dismissed_comment", "/resolution_comment", "/most_recent_instance/message/text"];
    told.text = first(alert, SAID).map(str::to_owned).or(package);
    Some(told)
}

pub(super) fn advisory(payload: &Payload<'_>) -> Option<Event> {
    let advisory = payload.part("security_advisory").or_else(|| payload.part("repository_advisory"))?;
    let id = text(advisory, "/ghsa_id").or_else(|| text(advisory, "/cve_id"))?;
    let title = text(advisory, "/summary").unwrap_or("advisory");
    let page = text(advisory, "/html_url").or_else(|| text(&advisory["references"][0], "/url"));
    let url = page.map_or_else(|| format!("https://github.com/advisories/{id}"), str::to_owned);
    let mut told = event("advisory", &payload.done(), object(id, title, Some(url)));
    told.severity = text(advisory, "/severity").and_then(severity);
    told.object.state = text(advisory, "/state").map(str::to_owned);
    told.text = text(advisory, "/description").map(str::to_owned);
    let package = |it: &Value| text(it, "/package/name").map(str::to_owned);
    told.labels = list(advisory, "/vulnerabilities").iter().filter_map(package).collect();
    told.labels.dedup();
    // GitHub tells it to everybody.
    told.actor = text(advisory, "/author/login")
        .map(str::to_owned)
        .or_else(|| Some("GitHub".into()).filter(|_| payload.part("sender").is_none()));
    Some(told)
}
