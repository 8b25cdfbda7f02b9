//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{Nextcloud, path, poll};
use crate::Check;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    maintenance: bool,
    needs_db_upgrade: bool,
    versionstring: String,
    productname: String,
}

#[derive(Deserialize)]
struct Me {
    id: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    quota: Value,
}

/// Less room than this is worth a word, in bytes.
const LITTLE_ROOM: u64 = 100_000_000;

pub(super) async fn check(on: &Nextcloud) -> Vec<Check> {
    let base = on.http.base();
    let status = match on.http.get("/status.php").send::<Status>().await {
        Ok(status) => status,
        Err(error) => return vec![unreachable(base, error)],
    };
    if status.maintenance || status.needs_db_upgrade {
        let fix = "Its administrator can finish the upgrade, or switch maintenance mode off: occ maintenance:mode --off";
        return vec![Check::failed("reachable", format!("{base} is under maintenance"), fix)];
    }
    let mut checks = vec![Check::ok("reachable", format!("{base} is {} {}", status.productname, status.versionstring))];
    let me: Me = match on.ocs_get("/cloud/user", &[]).await {
        Ok(me) => me,
        Err(error) => {
            checks.push(refused(on, error));
            return checks;
        }
    };
    if me.id != on.user {
        let detail = format!("signed in as `{}`, but the connection says `{}`", me.id, on.user);
        checks.push(Check::failed("credentials", detail, format!("Set user to {}, the account's user name.", me.id)));
        return checks;
    }
    let is_admin = me.groups.iter().any(|it| it == "admin");
    let role = if is_admin { "administrator" } else { "no administrator" };
    checks.push(Check::ok("credentials", format!("signed in as {} ({role})", me.id)));
    checks.push(files(on).await);
    checks.push(room(&me.quota));
    checks.push(sharing(on).await);
    checks.push(people(on).await);
    checks
}

async fn files(on: &Nextcloud) -> Check {
    let shown = if on.folder.is_empty() { "all files of the account" } else { &on.folder };
    match on.entry("/").await {
        Ok(entry) if !entry.is_folder => {
            Check::failed("files", format!("{shown} is a file"), "Set folder to a folder of the bot's account.")
        }
        Ok(entry) if !entry.may('C') && !entry.may('K') => Check::warning(
            "files",
            format!("sees {shown}, but may not change it"),
            "Share that folder with the bot's account with the right to edit.",
        ),
        Ok(_) => Check::ok("files", format!("sees {shown}")),
        Err(error) if error.kind == ErrorKind::NotFound && !on.folder.is_empty() => {
            let fix =
                format!("Make the folder in Nextcloud, or share it with `{}`, or set folder to one that is there.", on.user);
            Check::failed("files", format!("there is no folder {}", on.folder), fix)
        }
        Err(error) => Check::failed(
            "files",
            error.message,
            "See that WebDAV is not blocked by a proxy: PROPFIND has to reach /remote.php/dav.",
        ),
    }
}

fn room(quota: &Value) -> Check {
    let free = quota["free"].as_u64();
    match free {
        Some(free) if free < LITTLE_ROOM => {
            let fix = "An administrator can give the bot's account more room: Accounts → Quota, or user quota in chat.";
            Check::warning("room", format!("only {} left for uploads", path::size(free)), fix)
        }
        Some(free) => Check::ok("room", format!("{} free", path::size(free))),
        None => Check::ok("room", "no limit"),
    }
}

async fn sharing(on: &Nextcloud) -> Check {
    match on.capabilities().await {
        Ok(it) if it.capabilities["files_sharing"]["api_enabled"] != true => Check::warning(
            "sharing",
            "switched off, so files cannot be handed over by links",
            "Administration settings → Sharing → Allow apps to use the Share API.",
        ),
        Ok(it) if it.capabilities["files_sharing"]["public"]["enabled"] != true => Check::warning(
            "sharing",
            "with people and groups; public links are switched off",
            "Administration settings → Sharing → Allow users to share via link, or live without `share link` and large downloads.",
        ),
        Ok(_) => Check::ok("sharing", "with people, groups and by links"),
        Err(error) => Check::failed("sharing", error.message, "See that /ocs/v2.php reaches Nextcloud."),
    }
}

async fn people(on: &Nextcloud) -> Check {
    match on.ocs_get::<Value>("/cloud/users/details", &[("search", ""), ("limit", "1"), ("offset", "0")]).await {
        Ok(_) if matches!(poll::everybody(on).await, Ok(None)) => {
            Check::ok("people", "may see and change accounts and groups; too many to tell who comes and goes")
        }
        Ok(_) => Check::ok("people", "may see and change accounts and groups"),
        Err(error) if error.kind == ErrorKind::Permission => Check::warning(
            "people",
            "the account is no administrator: files and shares work, accounts, groups and webhooks do not, and nobody is told who comes and goes",
            format!("If the bot shall do that too, add `{}` to the group admin; else leave it.", on.user),
        ),
        Err(error) => Check::failed(
            "people",
            error.message,
            "See that the app “Provisioning API” is switched on, and look at Nextcloud's log.",
        ),
    }
}

fn unreachable(base: &str, error: Error) -> Check {
    let fix = match error.kind {
        ErrorKind::NotFound => {
            "Set url to Nextcloud's first page; where Nextcloud lives below a path, with that path: https://example.org/nextcloud.".to_owned()
        }
        ErrorKind::Server => "See that url leads to Nextcloud itself and not to a proxy's or a login page, and look at its log.".to_owned(),
        ErrorKind::Auth | ErrorKind::Permission => "Something in front of Nextcloud asks for credentials: let the bot past it.".to_owned(),
        ErrorKind::RateLimited => "Wait, and see that Nextcloud does not slow the bot's address down: its log says so.".to_owned(),
        _ => format!("See that {base} is right, and reachable from where the bot runs."),
    };
    Check::failed("reachable", error.message, fix)
}

fn refused(on: &Nextcloud, error: Error) -> Check {
    let fix = match error.kind {
        ErrorKind::Auth => format!(
            "Sign in to Nextcloud as `{}`: Settings → Security → Create new app password, and give it to the connection.",
            on.user
        ),
        ErrorKind::RateLimited => {
            "Nextcloud slows down after wrong passwords: mend the app password, then wait half an hour.".to_owned()
        }
        _ => "See that the account is enabled and has agreed to the terms of service, and look at Nextcloud's log.".to_owned(),
    };
    Check::failed("credentials", error.message, fix)
}
