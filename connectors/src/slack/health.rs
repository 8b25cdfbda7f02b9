//! Whether this connection works, and what it cannot do for want of a scope.

use commands::{Error, ErrorKind};

use super::Slack;
use crate::Check;

/// A permission of the app's bot user, and the commands that need it.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub name: &'static str,
    pub commands: &'static str,
}

const fn scope(name: &'static str, commands: &'static str) -> Scope {
    Scope { name, commands }
}

/// What the commands need, by Slack's page on each method.
pub const SCOPES: &[Scope] = &[
    scope("bookmarks:write", "`bookmark add`"),
    scope("channels:history", "`message show`, `update` and `delete` in public channels"),
    scope("channels:join", "`channel join`"),
    scope(
        "channels:manage",
        "`channel create`, `rename`, `topic`, `purpose`, `invite`, `kick`, `leave`, `archive` of public channels",
    ),
    scope("channels:read", "channels by name, and who is in them"),
    scope("chat:write", "`message post`, `schedule`, `update`, `delete`, and `dm send`"),
    scope("chat:write.public", "`message post` in public channels that the bot is not in"),
    scope("files:write", "`file upload`"),
    scope("groups:history", "`message show`, `update` and `delete` in private channels"),
    scope("groups:read", "private channels by name, and who is in them"),
    scope(
        "groups:write",
        "`channel create`, `rename`, `topic`, `purpose`, `invite`, `kick`, `leave`, `archive` of private channels",
    ),
    scope("im:write", "`dm send` to one person"),
    scope("mpim:write", "`dm send` to several"),
    scope("pins:write", "`pin add` and `remove`"),
    scope("reactions:write", "`reaction add` and `remove`"),
    scope("usergroups:read", "`usergroup list` and `show`"),
    scope("usergroups:write", "`usergroup set`"),
    scope("users:read", "people by name"),
    scope("users:read.email", "people by email address, and so who asks from another chat"),
];

pub(super) async fn check(on: &Slack) -> Vec<Check> {
    let (me, granted) = match on.client.identity().await {
        Ok(found) => found,
        Err(error) => return vec![unreachable(&error)],
    };
    let mut checks = vec![Check::ok("credentials", format!("signed in to {} as {}", me.team, me.user))];
    if me.bot_id.is_none() {
        let fix = "Use the Bot User OAuth Token, which begins with xoxb-: OAuth & Permissions in the app's settings.";
        checks.push(Check::failed("bot", "the token is a person's, and everything would be done in their name", fix));
    }
    checks.push(match on.client.channels().await {
        Ok(all) => {
            let own = all.iter().filter(|it| it.is_member).count();
            Check::ok("channels", format!("sees {}, and is in {own}", all.len()))
        }
        Err(error) => {
            let fix = "Give the app the scopes channels:read and groups:read, and install it again.";
            Check::failed("channels", error.message, fix)
        }
    });
    // A compatible server may not name them.
    if granted.is_empty() {
        checks.push(Check::ok("scopes", "the server does not say what the app may do"));
        return checks;
    }
    let missing: Vec<&Scope> = SCOPES.iter().filter(|it| !granted.iter().any(|granted| granted == it.name)).collect();
    if missing.is_empty() {
        checks.push(Check::ok("scopes", format!("all {} that the commands need", SCOPES.len())));
    }
    checks.extend(missing.into_iter().map(|it| {
        Check::warning(
            format!("scope {}", it.name),
            format!("missing: {}", it.commands),
            format!("At api.slack.com/apps, add {} under OAuth & Permissions → Bot Token Scopes (or update the manifest: `bellhop manifest slack`), and install the app again.", it.name),
        )
    }));
    checks
}

fn unreachable(error: &Error) -> Check {
    match error.kind {
        ErrorKind::Auth | ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "Copy the Bot User OAuth Token again, from OAuth & Permissions in the app's settings. See that the app is installed.",
        ),
        ErrorKind::NotFound | ErrorKind::Server | ErrorKind::BadConfig | ErrorKind::Validation => Check::failed(
            "reachable",
            error.message.clone(),
            "See that `url` is Slack's Web API: https://slack.com/api/. Slack's own state is at https://slack-status.com.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            "See that the bot may reach slack.com: firewall, DNS, proxy. Slack's own state is at https://slack-status.com.",
        ),
    }
}
