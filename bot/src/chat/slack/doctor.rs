//! Whether the token works and allows what the bot needs.

use commands::ErrorKind;
use connectors::Check;
use jiff::fmt::rfc2822;

use super::{Clock, manifest, workspace::Workspace};

/// Seconds between Slack's clock and ours from which signatures begin to be at risk.
const SKEW: i64 = 60;

impl Workspace {
    pub(super) async fn checks(&self, clock: &Clock) -> Vec<Check> {
        let mut checks = Vec::new();
        let base = self.wire().base();
        if base.scheme() == "http" && base.host_str().is_some_and(|it| it != "localhost" && it != "127.0.0.1" && it != "[::1]") {
            let fix = "Use an https address in `slack.api_url`.";
            checks.push(Check::warning("transport", "the token travels unencrypted, because `slack.api_url` is http", fix));
        }
        let reply = match self.wire().post("auth.test", &serde_json::json!({})).await {
            Ok(reply) => reply,
            Err(err) => {
                let (name, fix) = match err.kind {
                    ErrorKind::Network
                    | ErrorKind::Timeout
                    | ErrorKind::Server
                    | ErrorKind::BreakerOpen
                    | ErrorKind::NotFound => {
                        ("reachability", "Check that this machine reaches Slack over https, and `slack.api_url`.")
                    }
                    ErrorKind::RateLimited => ("quota", "Wait a minute. If it stays, lower `slack.channel_rate`."),
                    // It says itself where.
                    ErrorKind::Closed => ("credentials", "Install the app there again."),
                    _ => (
                        "credentials",
                        "Install the app again (OAuth & Permissions → Install) and put the token into `slack.bot_token`.",
                    ),
                };
                checks.push(Check::failed(name, err.message, fix));
                return checks;
            }
        };
        let kept_back = self.wire().kept_back().into_iter();
        checks.extend(kept_back.map(|err| Check::warning("breaker", err.message, "Nothing to do: it is tried again by itself.")));
        let text = |key: &str| reply.body[key].as_str().unwrap_or("?").to_owned();
        checks.push(Check::ok("credentials", format!("signed in to {} as {}", text("team"), text("user"))));
        if let Some(granted) = reply.headers.get("x-oauth-scopes").and_then(|it| it.to_str().ok()) {
            let granted: Vec<&str> = granted.split(',').map(str::trim).collect();
            let missing = manifest::SCOPES.iter().filter(|it| !granted.contains(&it.name));
            let before = checks.len();
            checks.extend(missing.map(|scope| {
                let fix = format!(
                    "It is needed to {}. Update the app's manifest (`bellhop manifest slack`) and install it again.",
                    scope.why
                );
                Check::warning(format!("scope {}", scope.name), format!("missing: {}", scope.lost), fix)
            }));
            if checks.len() == before {
                checks.push(Check::ok("scopes", format!("all {} are granted", manifest::SCOPES.len())));
            }
        }
        if let Some(check) = clock_check(clock, reply.headers.get("date").and_then(|it| it.to_str().ok())) {
            checks.push(check);
        }
        checks
    }
}

fn clock_check(clock: &Clock, date: Option<&str>) -> Option<Check> {
    let theirs = rfc2822::parse(date?).ok()?.timestamp();
    let away = clock().as_second() - theirs.as_second();
    Some(if away.abs() <= SKEW {
        Check::ok("clock", format!("{} s from Slack's", away.abs()))
    } else {
        let detail = format!("{} s from Slack's; from 300 s on, every request of Slack's is refused", away.abs());
        Check::warning("clock", detail, "Let this machine keep its time by NTP.")
    })
}
