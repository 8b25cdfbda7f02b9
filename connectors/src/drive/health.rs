//! Whether this connection works, and what to do where it does not.

use commands::{Error, ErrorKind};
use serde::Deserialize;

use super::{ActAs, Drive, api::Acting, card::size, credentials, credentials::Source, quota, wire};
use crate::Check;

pub(super) async fn check(on: &Drive) -> Vec<Check> {
    let bot = on.as_bot().await;
    let about = match bot.about().await {
        Ok(about) => about,
        Err(error) => return vec![unreachable(on, &error)],
    };
    let me = about.user.email_address.clone().unwrap_or_else(|| about.user.display_name.clone());
    let mut checks = vec![
        Check::ok("reachable", format!("{} answers", on.http.base())),
        Check::ok("credentials", format!("signed in as {me}")),
        scope(on).await,
        acting(on, &me).await,
    ];
    checks.push(storage(on, &about));
    checks.push(home(on, &bot, &me).await);
    checks
}

/// What the token is good for, which Google's sign-in tells.
async fn scope(on: &Drive) -> Check {
    const NAME: &str = "permissions";
    #[derive(Deserialize)]
    struct Info {
        #[serde(default)]
        scope: String,
    }
    let fix = match &on.source {
        Source::Service(_) => format!(
            "In the Admin console, Security → API controls → Domain-wide delegation, give the service account's client id the scope {}.",
            credentials::SCOPE
        ),
        Source::Refresh(_) | Source::Granted(_) => {
            format!("Let the account's owner sign in to the OAuth client again, with the scope {}.", credentials::SCOPE)
        }
    };
    let header = match on.client(None).await.tokens.header().await {
        Ok(header) => header,
        Err(error) => return Check::failed(NAME, error.message, fix),
    };
    let token = header.expose().trim_start_matches("Bearer ");
    let asked = on.source.token_server().post("/tokeninfo").form(&[("access_token", token)]);
    match asked.repeatable(crate::http::Repeatable::Yes).send::<Info>().await {
        Ok(info) if info.scope.split(' ').any(|it| it == credentials::SCOPE) => Check::ok(NAME, "may use all of Drive"),
        Ok(info) => {
            let short = info.scope.split(' ').filter_map(|it| it.rsplit('/').next()).collect::<Vec<_>>().join(", ");
            Check::failed(NAME, format!("the token is good for {short} only: not all that is asked for can be done"), fix)
        }
        // Its address is Google's alone: behind a proxy there may be none.
        Err(error) => Check::warning(NAME, format!("it cannot be seen what the token is good for: {}", error.message), fix),
    }
}

/// Whether we can act as the people who ask: tried on the account that the bot uses itself.
async fn acting(on: &Drive, me: &str) -> Check {
    const NAME: &str = "acting as people";
    let service = match (&on.source, on.act_as) {
        (Source::Refresh(_) | Source::Granted(_), _) => {
            return Check::ok(NAME, format!("everything is done as {me}, with a note of who asked"));
        }
        (Source::Service(_), ActAs::Bot) => {
            return Check::ok(NAME, "switched off: everything is done by the bot's account, with a note of who asked");
        }
        (Source::Service(service), ActAs::Asker) => service,
    };
    let fix = format!(
        "Admin console → Security → API controls → Domain-wide delegation: add the client id of {} with the scope {}; and set `subject` to \
         an account of the organization for the bot itself.",
        service.email,
        credentials::SCOPE
    );
    match &service.subject {
        Some(subject) if subject.eq_ignore_ascii_case(me) => {
            Check::ok(NAME, "done as the person who asks, by domain-wide delegation")
        }
        Some(subject) => Check::failed(NAME, format!("Google gave a token for {me} in place of {subject}"), fix),
        None => Check::warning(NAME, "it cannot be tried: there is no account that the bot itself acts as", fix),
    }
}

fn storage(on: &Drive, about: &wire::About) -> Check {
    const NAME: &str = "storage";
    let quota = &about.storage_quota;
    let bytes = |it: &Option<String>| it.as_ref().and_then(|it| it.parse().ok()).map_or_else(|| "?".into(), size);
    let used = format!("{} of {} used", bytes(&quota.usage), bytes(&quota.limit));
    match quota::percent(quota) {
        None => Check::ok(NAME, format!("{} used, without a limit", bytes(&quota.usage))),
        Some(_) if quota.limit.as_deref() == Some("0") => Check::warning(
            NAME,
            "the bot's account has no storage of its own",
            "Set `home` to a folder of a shared drive, or `subject` to an account with storage.",
        ),
        Some(full) if full >= u64::from(on.settings.quota_warning) => Check::warning(
            NAME,
            format!("{used} ({full} %)"),
            "Empty the trash, delete what is not needed, or give the account more storage.",
        ),
        Some(full) => Check::ok(NAME, format!("{used} ({full} %)")),
    }
}

/// Whether projects can be made where they belong.
async fn home(on: &Drive, bot: &Acting<'_>, me: &str) -> Check {
    const NAME: &str = "place of projects";
    let fix = format!("Make {me} a content manager of it, or set `home` to the link of another folder or shared drive.");
    match bot.file(&on.settings.home).await {
        Ok(folder) if !folder.is_folder() => Check::failed(NAME, format!("“{}” is no folder", folder.name), fix),
        Ok(folder) if folder.trashed => Check::failed(NAME, format!("“{}” is in the trash", folder.name), fix),
        Ok(folder) if folder.capabilities.can_add_children => Check::ok(NAME, format!("can make folders in “{}”", folder.name)),
        Ok(folder) => Check::failed(NAME, format!("may not make folders in “{}”", folder.name), fix),
        Err(error) => Check::failed(NAME, error.message, fix),
    }
}

fn unreachable(on: &Drive, error: &Error) -> Check {
    let base = on.http.base();
    match error.kind {
        ErrorKind::Auth => Check::failed(
            "credentials",
            error.message.clone(),
            "Look into the Google Cloud project: the key has to be there and the Drive API switched on; and into the Admin console, whether \
             the account is active and domain-wide delegation allows it.",
        ),
        ErrorKind::Permission => Check::failed(
            "permissions",
            error.message.clone(),
            "Switch on the Google Drive API in the Google Cloud project: APIs & Services → Library → Google Drive API → Enable.",
        ),
        ErrorKind::Server => Check::failed(
            "reachable",
            error.message.clone(),
            "See that no proxy stands before Google, and look at https://www.google.com/appsstatus.",
        ),
        ErrorKind::RateLimited => Check::failed(
            "quota",
            error.message.clone(),
            "Wait, or ask for more under APIs & Services → Google Drive API → Quotas.",
        ),
        _ => Check::failed(
            "reachable",
            error.message.clone(),
            format!("See that {base} and https://oauth2.googleapis.com can be reached from where the bot runs."),
        ),
    }
}
