//! What somebody should look after: vulnerabilities, and tokens that end.

use commands::{Event, event::Severity};

use super::{
    Payload, add,
    changes::{change, plain},
    event, object,
};
use crate::payload::{list, text};

/// Of vulnerabilities and incidents; none of one that is unknown.
pub(super) fn severity(word: &str) -> Option<Severity> {
    match word.to_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "high" => Some(Severity::Error),
        "medium" => Some(Severity::Warning),
        "low" | "info" => Some(Severity::Info),
        _ => None,
    }
}

pub(super) fn vulnerability(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let page = text(of, "/url");
    let number =
        page.and_then(|it| it.rsplit('/').next()).filter(|it| it.bytes().all(|it| it.is_ascii_digit()) && !it.is_empty());
    let known = list(of, "/identifiers").iter().filter_map(|it| text(it, "/name")).find(|it| it.starts_with("CVE-"));
    let key = number.map_or_else(|| known.unwrap_or("vulnerability").to_owned(), |it| format!("vulnerability #{it}"));
    let state = text(of, "/state").unwrap_or("detected");
    let mut told = event("vulnerability", state, object(key, text(of, "/title")?, page.map(str::to_owned)));
    told.object.state = Some(state.to_owned());
    told.severity = text(of, "/severity").and_then(severity);
    told.labels = list(of, "/identifiers").iter().filter_map(|it| text(it, "/name")).take(10).map(str::to_owned).collect();
    told.paths = text(of, "/location/file").map(str::to_owned).into_iter().collect();
    let package = text(of, "/location/dependency/package/name");
    let version = text(of, "/location/dependency/version").unwrap_or_default();
    told.text = package.map(|it| format!("{it} {version}").trim().to_owned());
    add(&mut told.about, list(of, "/issues").iter().filter_map(|it| text(it, "/url")).map(str::to_owned));
    // A scanner finds it, a person says what becomes of it; who, GitLab does not say.
    told.actor = payload.actor().or_else(|| Some("GitLab".to_owned()).filter(|_| state == "detected"));
    Some(told)
}

pub(super) fn access_token(payload: &Payload<'_>) -> Option<Event> {
    let of = payload.body.get("object_attributes")?;
    let place = payload.web("/-/settings/access_tokens");
    let mut told = event("access_token", "expiring", object(text(of, "/name")?, "access token", place));
    told.severity = Some(Severity::Warning);
    let ends = of.get("expires_at").and_then(plain);
    told.changes = ends.map(|it| change("ends", None, Some(&it))).into_iter().collect();
    told.actor = Some("GitLab".into());
    Some(told)
}
