//! Whether this connection works: the token, what it may, how long it lasts, and which boards it sees.

use commands::{Error, ErrorKind};

use super::{Trello, wire};
use crate::Check;

const NEW_TOKEN: &str = "Open trello.com/power-ups/admin, your Power-Up, API key, and follow the Token link as the bot's member, \
                         with expiration=never and scope=read,write.";

pub(super) async fn check(on: &Trello) -> Vec<Check> {
    let me: wire::Member = match on.get("/1/members/me", &[]).await {
        Ok(me) => me,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {} ({})", me.username, me.full_name)),
    ];
    match on.send::<wire::Token>(on.http.get(&format!("/1/tokens/{}", on.token.expose().trim()))).await {
        Ok(token) => checks.extend([scopes(&token), expiry(&token)]),
        Err(error) => checks.push(Check::failed("token", error.message, NEW_TOKEN)),
    }
    checks.push(match on.boards().await {
        Ok(boards) if boards.is_empty() => Check::warning(
            "boards",
            "the bot's member is on no board",
            format!("In Trello, invite `{}` to the boards it is for: Share, and its username.", me.username),
        ),
        Ok(boards) => {
            let names: Vec<&str> = boards.iter().take(5).map(|it| it.name.as_str()).collect();
            let more = if boards.len() > names.len() { ", …" } else { "" };
            Check::ok("boards", format!("sees {}: {}{more}", boards.len(), names.join(", ")))
        }
        Err(error) => Check::failed("boards", error.message, NEW_TOKEN),
    });
    checks
}

/// A token reads and writes everything of its member, or only some.
fn scopes(token: &wire::Token) -> Check {
    let boards = |may: fn(&wire::Permission) -> bool| token.permissions.iter().any(|it| it.model_type == "Board" && may(it));
    match (boards(|it| it.read), boards(|it| it.write)) {
        (true, true) => Check::ok("scopes", "the token may read and write boards"),
        (true, false) => {
            Check::warning("scopes", "the token may only read: nothing can be created or changed with it", NEW_TOKEN)
        }
        _ => Check::failed("scopes", "the token may not read boards", NEW_TOKEN),
    }
}

fn expiry(token: &wire::Token) -> Check {
    match token.date_expires {
        None => Check::ok("expiry", "the token does not expire"),
        Some(at) => Check::warning("expiry", format!("the token expires on {}", at.strftime("%Y-%m-%d")), NEW_TOKEN),
    }
}

fn unreachable(on: &Trello, error: &Error) -> Check {
    match error.kind {
        ErrorKind::Auth | ErrorKind::Permission => Check::failed("credentials", error.message.clone(), NEW_TOKEN),
        ErrorKind::RateLimited => {
            Check::failed("quota", error.message.clone(), "Wait a minute; see whether something else uses the same token.")
        }
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {} is reachable from where the bot runs, and trello.status.atlassian.com.", on.http.base()),
        ),
    }
}
