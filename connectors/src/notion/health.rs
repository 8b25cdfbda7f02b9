//! Whether this connection works: the secret, the capabilities, and what is shared with the integration.

use commands::{Error, ErrorKind, Result};

use super::{Notion, wire};
use crate::{Check, http::pages::first};

const SECRET: &str =
    "Open notion.so/profile/integrations, the integration, Configuration, and copy the internal integration secret.";
const CAPABILITIES: &str =
    "Open notion.so/profile/integrations, the integration, Configuration, Capabilities, and tick what is missing.";
const SHARE: &str =
    "Open a page or database in Notion, •••, Connections, and add the integration; it sees what is below as well.";

pub(super) async fn check(on: &Notion) -> Vec<Check> {
    let me: wire::User = match on.get("/v1/users/me").await {
        Ok(me) => me,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let workspace = me.bot["workspace_name"].as_str().map(|it| format!(" in {it}")).unwrap_or_default();
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {}{workspace}", me.name())),
    ];
    let shared = first(100, on.search("", None)).await;
    let some_page = shared.as_ref().ok().and_then(|it| {
        it.items.iter().find_map(|it| if let wire::Found::Page(page) = it { Some(page.id.clone()) } else { None })
    });
    checks.push(match shared {
        Ok(part) if part.items.is_empty() => Check::warning("shared pages", "nothing is shared with the integration", SHARE),
        Ok(part) => {
            let sources = part.items.iter().filter(|it| matches!(it, wire::Found::DataSource(_))).count();
            let more = if part.more { "more than " } else { "" };
            Check::ok("shared pages", format!("sees {more}{} pages and {sources} databases", part.items.len() - sources))
        }
        Err(error) => refused("shared pages", "Read content", error),
    });
    checks.push(match on.get::<serde_json::Value>("/v1/users?page_size=1").await {
        Ok(_) => Check::ok("people", "may read people"),
        Err(error) => refused("people", "Read user information including email addresses", error),
    });
    if let Some(page) = some_page {
        let comments: Result<serde_json::Value> = on.get(&format!("/v1/comments?block_id={page}&page_size=1")).await;
        checks.push(match comments {
            Ok(_) => Check::ok("comments", "may read comments"),
            Err(error) => refused("comments", "Read comments and Insert comments", error),
        });
    }
    checks
}

/// A capability that is not ticked takes something away, but not everything.
fn refused(name: &str, capability: &str, error: Error) -> Check {
    match error.kind {
        ErrorKind::Permission => Check::warning(name, format!("the capability “{capability}” is missing"), CAPABILITIES),
        _ => Check::failed(name, error.message, "Try again in a minute; see status.notion.so."),
    }
}

fn unreachable(on: &Notion, error: &Error) -> Check {
    match error.kind {
        ErrorKind::Auth => Check::failed("credentials", error.message.clone(), SECRET),
        ErrorKind::Permission => Check::failed("credentials", error.message.clone(), CAPABILITIES),
        ErrorKind::RateLimited => {
            Check::failed("quota", error.message.clone(), "Wait a minute; see whether something else uses the same integration.")
        }
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {} is reachable from where the bot runs, and status.notion.so.", on.http.base()),
        ),
    }
}
