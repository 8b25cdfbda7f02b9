//! What GitHub found to be insecure: alerts of Dependabot, code scanning and secret scanning.
//!
//! The three count by themselves, so an alert is named by its kind and number: `dependabot/3`, as in its address. They are shown to the
//! asker alone, who needs the access that GitHub asks for on its own pages; the secrets that were found are never asked for.

use commands::{Audience, Block, Button, Ctx, Error, ErrorKind, Message, Reply, Result, Text, Tone};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card, param,
    place::{Place, RepoName, Right, Target, missing},
    problem, wire,
};

mod decide;
mod list;

pub use decide::{Dismiss, Reopen};
pub use list::{List, Show};

/// Who found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dependabot,
    Code,
    Secret,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Dependabot, Kind::Code, Kind::Secret];

    /// As addresses have it.
    pub fn place(self) -> &'static str {
        match self {
            Kind::Dependabot => "dependabot",
            Kind::Code => "code-scanning",
            Kind::Secret => "secret-scanning",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Kind::Dependabot => "Dependabot",
            Kind::Code => "Code scanning",
            Kind::Secret => "Secret scanning",
        }
    }

    fn right(self) -> Right {
        match self {
            Kind::Dependabot => Right::Dependabot,
            Kind::Code => Right::CodeScanning,
            Kind::Secret => Right::SecretScanning,
        }
    }

    /// What GitHub asks of whoever looks: a leaked secret is for those who administer.
    fn level(self) -> Level {
        if self == Kind::Secret { Level::Admin } else { Level::Write }
    }

    /// Reads `dependabot`, `code`, `secret scanning`.
    pub fn read(text: &str) -> Option<Kind> {
        match text.trim().to_lowercase().replace([' ', '_'], "-").as_str() {
            "dependabot" => Some(Kind::Dependabot),
            "code" | "code-scanning" => Some(Kind::Code),
            "secret" | "secret-scanning" => Some(Kind::Secret),
            _ => None,
        }
    }
}

/// What all three have in common, and what each has by itself.
#[derive(Clone, Debug, Deserialize)]
struct Alert {
    number: u64,
    state: String,
    html_url: String,
    created_at: Timestamp,
    dependency: Option<Dependency>,
    security_advisory: Option<Advisory>,
    security_vulnerability: Option<Vulnerability>,
    rule: Option<Rule>,
    most_recent_instance: Option<Instance>,
    secret_type_display_name: Option<String>,
    secret_type: Option<String>,
    /// `active`, `inactive`, `unknown`.
    validity: Option<String>,
    publicly_leaked: Option<bool>,
    dismissed_by: Option<wire::User>,
    dismissed_reason: Option<String>,
    dismissed_comment: Option<String>,
    resolved_by: Option<wire::User>,
    resolution: Option<String>,
    resolution_comment: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    package: Package,
    manifest_path: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Advisory {
    ghsa_id: String,
    cve_id: Option<String>,
    summary: String,
    severity: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Vulnerability {
    vulnerable_version_range: Option<String>,
    first_patched_version: Option<Patched>,
}

#[derive(Clone, Debug, Deserialize)]
struct Patched {
    identifier: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Rule {
    id: Option<String>,
    description: Option<String>,
    severity: Option<String>,
    security_severity_level: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Instance {
    #[serde(rename = "ref")]
    reference: Option<String>,
    message: Option<Said>,
    location: Option<Location>,
}

#[derive(Clone, Debug, Deserialize)]
struct Said {
    text: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Location {
    path: Option<String>,
    start_line: Option<u64>,
}

impl Alert {
    fn title(&self) -> &str {
        let rule = || self.rule.as_ref().and_then(|it| it.description.as_deref().or(it.id.as_deref()));
        let advisory = self.security_advisory.as_ref().map(|it| it.summary.as_str());
        let secret = || self.secret_type_display_name.as_deref().or(self.secret_type.as_deref());
        advisory.or_else(rule).or_else(secret).unwrap_or("alert")
    }

    fn severity(&self) -> Option<&str> {
        let rule = || self.rule.as_ref().and_then(|it| it.security_severity_level.as_deref().or(it.severity.as_deref()));
        self.security_advisory.as_ref().and_then(|it| it.severity.as_deref()).or_else(rule)
    }

    fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// `src/login.js:12`, `package.json`.
    fn file(&self) -> Option<String> {
        if let Some(path) = self.dependency.as_ref().and_then(|it| it.manifest_path.clone()) {
            return Some(path);
        }
        let location = self.most_recent_instance.as_ref()?.location.as_ref()?;
        let path = location.path.clone()?;
        Some(location.start_line.map_or(path.clone(), |line| format!("{path}:{line}")))
    }

    fn tone(&self) -> Tone {
        match (self.is_open(), self.severity()) {
            (false, _) => Tone::Good,
            (true, Some("critical" | "high" | "error") | None) => Tone::Bad,
            (true, Some(_)) => Tone::Warning,
        }
    }
}

/// `dependabot/3 high · Prototype pollution · lodash · package.json`.
fn line(kind: Kind, alert: &Alert) -> Text {
    let severity = alert.severity().map(|it| format!(" {it}")).unwrap_or_default();
    let state = if alert.is_open() { String::new() } else { format!(" · {}", alert.state.replace('_', " ")) };
    let package = alert.dependency.as_ref().map(|it| format!(" · {}", it.package.name)).unwrap_or_default();
    let file = alert.file().map(|it| format!(" · {it}")).unwrap_or_default();
    let name = format!("{}/{}", kind.place(), alert.number);
    Text::new().link(&alert.html_url, name).plain(format!("{severity} · {}{package}{file}{state}", alert.title()))
}

impl GitHub {
    /// `dependabot/3`, `Dependabot #3`, or a link.
    fn alert(&self, text: &param::Alert, repo: Option<&param::Repo>) -> Result<(RepoName, Kind, u64)> {
        if let Ok((repo, Target::Alert(kind, number))) = self.target("alert", &text.0, repo) {
            return Ok((repo, kind, number));
        }
        let typed = text.0.trim();
        let read = || {
            let (kind, number) = typed.rsplit_once(['/', '#', ' '])?;
            Some((Kind::read(kind.trim_end())?, number.trim().parse::<u64>().ok()?))
        };
        let (kind, number) = read().ok_or_else(|| {
            let message = format!("`{typed}` is no alert. Write dependabot/3, code/3 or secret/3, or paste its link.");
            problem::at("alert", message)
        })?;
        Ok((self.repo(repo)?, kind, number))
    }
}

impl Place<'_> {
    fn alert_path(kind: Kind, number: u64) -> String {
        format!("/{}/alerts/{number}", kind.place())
    }

    async fn one_alert(&self, kind: Kind, number: u64) -> Result<Alert> {
        let found = self.get(&Self::alert_path(kind, number), hiding(kind)).await;
        found.map_err(|error| off(error, kind, |it| missing(it, &format!("alert {}/{number}", kind.place()), &self.repo)))
    }
}

/// What keeps a secret from being sent to us.
fn hiding(kind: Kind) -> &'static [(&'static str, &'static str)] {
    if kind == Kind::Secret { &[("hide_secret", "true")] } else { &[] }
}

/// GitHub says by 403 and 404 that a scanner is switched off, in a sentence of its own.
fn off(error: Error, kind: Kind, otherwise: impl FnOnce(Error) -> Error) -> Error {
    let code = error.code.clone().unwrap_or_default();
    let is_off = ["disabled", "must be enabled", "not enabled", "no analysis found"].iter().any(|it| code.contains(it));
    match error.kind {
        ErrorKind::Permission | ErrorKind::NotFound if is_off => {
            let message = format!(
                "{} finds nothing there: {}. Who administers the repository can switch it on under Settings → Advanced Security.",
                kind.title(),
                code.trim_end_matches('.')
            );
            Error { kind: ErrorKind::NotFound, message, ..error }
        }
        _ => otherwise(error),
    }
}

pub(super) async fn show(on: &GitHub, ctx: &Ctx, repo: RepoName, kind: Kind, number: u64) -> Result<Reply> {
    let place = on.place(ctx, repo, kind.right(), kind.level()).await?;
    let alert = place.one_alert(kind, number).await?;
    Ok(reply(&place, ctx, kind, &alert, Message::new()))
}

/// What was done, and the alert as it is now, for the asker's eyes.
fn reply(place: &Place<'_>, ctx: &Ctx, kind: Kind, alert: &Alert, said: Message) -> Reply {
    let mut facts: Vec<(String, Text)> = vec![("State".into(), alert.state.replace('_', " ").into())];
    let mut fact = |name: &str, value: Text| facts.push((name.to_owned(), value));
    if let Some(severity) = alert.severity() {
        fact("Severity", severity.into());
    }
    if let Some(dependency) = &alert.dependency {
        let range = alert.security_vulnerability.as_ref().and_then(|it| it.vulnerable_version_range.as_deref());
        let range = range.map(|it| format!(" {it}")).unwrap_or_default();
        fact("Package", format!("{}{range} ({})", dependency.package.name, dependency.package.ecosystem).into());
    }
    if let Some(vulnerability) = &alert.security_vulnerability {
        let fixed = vulnerability.first_patched_version.as_ref().map_or("nowhere yet", |it| &it.identifier);
        fact("Fixed in", fixed.into());
    }
    if let Some(file) = alert.file() {
        fact("Where", Text::new().code(file));
    }
    let branch = alert.most_recent_instance.as_ref().and_then(|it| it.reference.as_deref());
    if let Some(branch) = branch {
        fact("Branch", Text::new().code(branch.trim_start_matches("refs/heads/")));
    }
    if let Some(advisory) = &alert.security_advisory {
        let cve = advisory.cve_id.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let address = format!("https://github.com/advisories/{}", advisory.ghsa_id);
        fact("Advisory", Text::new().link(address, &advisory.ghsa_id).plain(cve));
    }
    if let Some(validity) = alert.validity.as_deref().filter(|it| *it != "unknown") {
        let leaked = if alert.publicly_leaked == Some(true) { ", and it was seen in public" } else { "" };
        fact("The secret is", format!("{validity}{leaked}").into());
    }
    if let Some(reason) = alert.dismissed_reason.as_deref().or(alert.resolution.as_deref()) {
        let by = alert.dismissed_by.as_ref().or(alert.resolved_by.as_ref()).map(|it| format!(", by {}", it.login));
        fact("Why", format!("{}{}", reason.replace('_', " "), by.unwrap_or_default()).into());
    }
    let key = format!("{}/{}", kind.place(), alert.number);
    let head = Text::new().link(&alert.html_url, format!("{} {key}", place.repo)).plain(format!(" · {}", kind.title()));
    let mut message = said.tone(alert.tone()).heading(alert.title()).paragraph(head).facts(facts);
    let text = alert.most_recent_instance.as_ref().and_then(|it| it.message.as_ref()).and_then(|it| it.text.as_deref());
    let comment = alert.dismissed_comment.as_deref().or(alert.resolution_comment.as_deref());
    if let Some(text) = card::excerpt(comment.or(text), 500) {
        message = message.block(Block::Quote(text.into()));
    }
    let params = json!({ "alert": key, "repo": place.repo.to_string() });
    let button = match alert.state.as_str() {
        "open" => Some(Button::form("Dismiss", ctx.call("alert dismiss", params))),
        "fixed" => None,
        _ => Some(Button::run("Open again", ctx.call("alert reopen", params))),
    };
    message = message.buttons(button.into_iter().collect()).context(Text::new().plain("Found ").time(alert.created_at));
    Reply::new(message, Audience::Private)
}
