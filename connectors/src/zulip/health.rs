//! Whether this connection works, and what it cannot do for want of a role.

use commands::{Error, ErrorKind};

use super::{
    Zulip,
    client::users::{Role, User},
    param,
    resolve::Among,
};
use crate::Check;

/// What Zulip lets administrators do alone; the commands that say so to everybody else.
const ADMINISTRATORS: &str = "`user create`, `update`, `role`, `deactivate` and `reactivate`; `topic delete`; `channel update`, \
     `rename`, `permissions`, `archive`, `unarchive` and `remove` in channels that others made";

pub(super) async fn check(on: &Zulip) -> Vec<Check> {
    // Open to all, so it tells a wrong address from a wrong key.
    let server = match on.client.server().await {
        Ok(server) => server,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let name = if server.realm_name.is_empty() { on.client.site() } else { server.realm_name.as_str() };
    let mut checks = vec![Check::ok(
        "reachable",
        format!("{name} answers: Zulip {}, feature level {}", server.zulip_version, server.zulip_feature_level),
    )];
    let me = match on.client.me().await {
        Ok(me) => me,
        Err(error) => {
            checks.push(unreachable(on, &error));
            return checks;
        }
    };
    let kind = if me.is_bot { "bot" } else { "person's account" };
    checks.push(Check::ok("credentials", format!("signed in as {} ({kind}, {})", me.full_name, me.role())));
    checks.push(role(&me));
    checks.push(match on.client.channels().await {
        Ok(all) if all.is_empty() => Check::warning(
            "channels",
            "the bot sees no channel",
            "Subscribe the bot to the channels it is for: Channel settings → Subscribers → Add.",
        ),
        Ok(all) => Check::ok("channels", format!("sees {}", all.len())),
        Err(error) => Check::failed("channels", error.message, "See that the bot is no guest."),
    });
    checks.extend(watched(on).await);
    checks
}

/// No role is wrong: the least one is best for a bot that only posts.
fn role(me: &User) -> Check {
    const NAME: &str = "role";
    if me.administers() {
        let what = "may administer people and channels; creating users takes one more right of its own, which the server's \
                    administrator gives: `manage.py change_user_role ADDRESS can_create_users`";
        return Check::ok(NAME, format!("{}: {what}", me.role()));
    }
    match me.role() {
        Role::Guest => Check::warning(
            NAME,
            "a guest sees only channels that it is subscribed to, and cannot subscribe by itself",
            "Give the bot the role Member: Organization settings → Bots → Edit → Role.",
        ),
        role => Check::ok(
            NAME,
            format!("{role}: enough for messages, topics, channels and groups of its own; Zulip refuses {ADMINISTRATORS}"),
        ),
    }
}

/// Channels that are to be reported and cannot be.
async fn watched(on: &Zulip) -> Vec<Check> {
    let mut checks = Vec::new();
    for name in &on.watch {
        let found = on.channel("watch", &param::Channel(name.clone()), Among::Active).await;
        checks.push(match found {
            Ok(channel) => Check::ok("watch", format!("reads #{}", channel.name)),
            Err(error) => {
                Check::failed("watch", error.message, format!("Subscribe the bot to `{name}`, or take it out of `watch`."))
            }
        });
    }
    checks
}

fn unreachable(on: &Zulip, error: &Error) -> Check {
    let site = on.client.site();
    match error.kind {
        ErrorKind::Auth => Check::failed(
            "credentials",
            error.message.clone(),
            "Copy email and key again: Settings → Bots → the bot → Download zuliprc. See that the bot is active.",
        ),
        ErrorKind::Permission => Check::failed(
            "credentials",
            error.message.clone(),
            "See that the bot is active, and that nothing between the bot and Zulip keeps it out.",
        ),
        ErrorKind::NotFound | ErrorKind::Server | ErrorKind::BadConfig => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {site} is the organization's own address, as in the browser, and not a sign-in page's."),
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {site} is right, and reachable from where the bot runs."),
        ),
    }
}
