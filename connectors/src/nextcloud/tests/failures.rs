//! Failures, health, features, look-ups.

use super::*;
use crate::{Http, State as Health, http::Policy, standin::Fault};

#[tokio::test]
async fn every_class_of_failure_is_told_apart() {
    let desk = desk().await;
    desk.check_faults("file show /Reports/2026.pdf", expect![[r#"
        Failing: Server: Nextcloud failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Nextcloud asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Nextcloud does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: The bot's account may not do this with `/Reports/2026.pdf`. Its owner can share it with that account, with the right to edit.
        Html: Server: Nextcloud answered something that the bot cannot read: is the address right, or does a login page stand in front of it?
        Down: Network: Nextcloud cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("user welcome ben", expect![[r#"
        Failing: Server: Nextcloud failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Nextcloud asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Nextcloud does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: Nextcloud does not let the bot's account do this. Somebody who administers Nextcloud can give it the permission.
        Html: Server: Nextcloud answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Nextcloud cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("file write /Inbox/a.md Hello", expect![[r#"
        Failing: Server: Nextcloud failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Nextcloud asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Nextcloud does not accept the bot's credentials. An administrator can give the connection new ones.
        Forbidden: Permission: The bot's account may not do this with `/Inbox`. Its owner can share it with that account, with the right to edit.
        Html: Server: Nextcloud answered something that the bot cannot read: is the address right, or does a login page stand in front of it?
        Down: Network: Nextcloud cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn a_write_that_got_no_answer_may_be_done_and_is_sent_once() {
    let desk = desk().await;
    for (line, looks) in [
        ("folder create /Inbox/New", 2),
        ("file copy /Reports/apollo.txt /Inbox/copy.txt", 3),
        ("file write /Inbox/new.md Hello", 1),
        ("share link /Reports/2026.pdf", 1),
        ("user welcome ben", 1),
    ] {
        let (from, mut watch) = (desk.server.exchanges().len(), desk.server.watch());
        // What is looked up first is answered; what changes something is not.
        let failing = async {
            for _ in 0..looks {
                watch.recv().await.expect("a request");
            }
            desk.server.set_fault(Fault::Failing).await.expect("a fault");
        };
        let (outcome, ()) = tokio::join!(desk.run(line), failing);
        desk.server.set_fault(Fault::None).await.expect("no fault");
        let error = outcome.expect_err("no answer");
        let all = desk.server.exchanges();
        let writes = all[from..].iter().filter(|it| !matches!(it.method.as_str(), "PROPFIND" | "GET")).count();
        assert_eq!((writes, error.kind, error.maybe_done), (1, ErrorKind::Server, true), "{line}: {error}");
    }
}

async fn health(desk: &Desk<Simulated>) -> String {
    let checks = desk.connected.health().await;
    let line = |it: &crate::Check| {
        let fix = it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
        format!("{:?} {}: {}{fix}\n", it.state, it.name, it.detail)
    };
    checks.iter().map(line).collect::<String>().replace(&desk.server.url(), "{url}")
}

#[tokio::test]
async fn health_says_what_works_and_how_to_mend_what_does_not() {
    let desk = desk().await;
    expect![[r#"
        Ok reachable: {url} is Nextcloud 32.0.1
        Ok credentials: signed in as bellhop (administrator)
        Ok files: sees all files of the account
        Ok room: 50 GB free
        Ok sharing: with people, groups and by links
        Ok people: may see and change accounts and groups
    "#]]
    .assert_eq(&health(&desk).await);
    {
        let mut state = desk.standin.state();
        (state.is_admin, state.users[0].quota) = (false, Some(2_000_000));
        state.off.insert("links");
    }
    expect![[r#"
        Ok reachable: {url} is Nextcloud 32.0.1
        Ok credentials: signed in as bellhop (no administrator)
        Ok files: sees all files of the account
        Warning room: only 799.9 kB left for uploads → An administrator can give the bot's account more room: Accounts → Quota, or user quota in chat.
        Warning sharing: with people and groups; public links are switched off → Administration settings → Sharing → Allow users to share via link, or live without `share link` and large downloads.
        Warning people: the account is no administrator: files and shares work, accounts, groups and webhooks do not, and nobody is told who comes and goes → If the bot shall do that too, add `bellhop` to the group admin; else leave it.
    "#]].assert_eq(&health(&desk).await);
    let mut text = String::new();
    for fault in [Fault::Unauthorized, Fault::Forbidden, Fault::Html, Fault::Down, Fault::RateLimiting] {
        desk.server.set_fault(fault).await.expect("a fault");
        assert!(desk.connected.health().await.iter().any(|it| it.state == Health::Failed));
        text.push_str(&format!("{fault:?}\n{}", health(&desk).await));
    }
    expect![[r#"
        Unauthorized
        Failed reachable: Nextcloud does not accept the bot's credentials. An administrator can give the connection new ones. → Something in front of Nextcloud asks for credentials: let the bot past it.
        Forbidden
        Failed reachable: Nextcloud does not let the bot's account do this. Somebody who administers Nextcloud can give it the permission. → Something in front of Nextcloud asks for credentials: let the bot past it.
        Html
        Failed reachable: Nextcloud answered with a web page instead of data: is the address right, or does a login page stand in front of it? → See that url leads to Nextcloud itself and not to a proxy's or a login page, and look at its log.
        Down
        Failed reachable: Nextcloud cannot be reached. Check that it is running and that its address is right. → See that {url} is right, and reachable from where the bot runs.
        RateLimiting
        Failed reachable: Nextcloud asked the bot to slow down. Try again in 30 s. → Wait, and see that Nextcloud does not slow the bot's address down: its log says so.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn health_finds_wrong_credentials_and_a_folder_that_is_not_there() {
    let wrong = desk_with(|_| {}, |it| drop(it.insert("app_password".into(), json!("guess")))).await;
    expect![[r#"
        Ok reachable: {url} is Nextcloud 32.0.1
        Failed credentials: Nextcloud does not accept the bot's credentials: Current user is not logged in. An administrator can give the connection new ones. → Sign in to Nextcloud as `bellhop`: Settings → Security → Create new app password, and give it to the connection.
    "#]].assert_eq(&health(&wrong).await);
    let missing = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Team")))).await;
    assert!(health(&missing).await.contains("Failed files: there is no folder /Team"));
    let read_only = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Handbook")))).await;
    assert!(health(&read_only).await.contains("Warning files: sees /Handbook, but may not change it"));
}

#[tokio::test]
async fn what_is_switched_off_is_not_offered() {
    let desk = desk().await;
    let features = desk.connected.features().await.expect("features");
    assert_eq!((features.version.as_deref(), features.missing.len()), (Some("Nextcloud 32.0.1"), 0));
    desk.standin.state().off.extend(["links", "files_lock", "activity", "webhook_listeners", "files_trashbin", "systemtags"]);
    let missing: Vec<&str> = desk.connected.features().await.expect("features").missing.iter().map(|it| it.action).collect();
    let kind = Kind::of::<Nextcloud>();
    let known: Vec<&str> = (kind.actions)().iter().map(|it| it.name).collect();
    assert!(missing.iter().all(|it| known.contains(it)), "{missing:?}");
    expect!["share link, trash list, trash restore, trash delete, trash empty, tag list, tag files, tag add, tag remove, tag create, tag delete, activity list, file lock, file unlock, webhook list, webhook create, webhook delete"].assert_eq(&missing.join(", "));
    check(
        &desk,
        "server show",
        expect![[r#"
        > GET /ocs/v2.php/cloud/capabilities?format=json
        > GET /ocs/v2.php/apps/webhook_listeners/api/v1/webhooks?format=json
        > GET /ocs/v2.php/cloud/user?format=json
        (only you)
        # Nextcloud 32.0.1
        Address: {url}
        Account: bellhop
        Room: 1.2 MB used, 50 GB free
        People reach: everything the account sees
        Not possible here:
        - Public links are switched off. An administrator can allow them: Administration settings → Sharing.
        - The app “Deleted files” is switched off. An administrator can switch it on: Apps.
        - The app “Collaborative tags” is switched off. An administrator can switch it on: Apps.
        - The app “Activity” is switched off. An administrator can switch it on: Apps.
        - The app “Temporary files lock” is not there. An administrator can install it: Apps → Files.
        - The app “Webhook Listeners” is switched off. An administrator can switch it on: occ app:enable webhook_listeners
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_missing_is_named_with_what_was_meant() {
    let desk = desk().await;
    read_all(
        &desk,
        &[
            "file show /Reports/2062.pdf",
            "file show /Reprots/2026.pdf",
            "file show 9999",
            "file show https://cloud.example.org/s/abc",
            "file show /Reports/ap",
        ],
        expect![[r#"
            $ file show /Reports/2062.pdf
            BadInput: There is no `2062.pdf` in `/Reports`. Did you mean `/Reports/2026.pdf`?
              file: There is no `2062.pdf` in `/Reports`. Did you mean `/Reports/2026.pdf`?
            $ file show /Reprots/2026.pdf
            BadInput: There is no folder `/Reprots` in Nextcloud that the bot can see.
              file: There is no folder `/Reprots` in Nextcloud that the bot can see.
            $ file show 9999
            BadInput: Nextcloud has no file #9999, or hides it from the bot's account.
              file: Nextcloud has no file #9999, or hides it from the bot's account.
            $ file show https://cloud.example.org/s/abc
            BadInput: I cannot tell a file by that link. Paste the link of the file's own page (…/f/42 or …/apps/files/files/42), or write its path.
              file: I cannot tell a file by that link. Paste the link of the file's own page (…/f/42 or …/apps/files/files/42), or write its path.
            $ file show /Reports/ap
            BadInput: There is no `ap` in `/Reports`. Did you mean `/Reports/apollo.txt`?
              file: There is no `ap` in `/Reports`. Did you mean `/Reports/apollo.txt`?
        "#]],
    )
    .await;
}

#[tokio::test]
async fn pickers_offer_what_there_is() {
    let desk = desk().await;
    done(&desk, "file delete /Inbox confirm=yes").await;
    let mut text = String::new();
    for (lookup, typed, given) in [
        ("file", "", json!({})),
        ("file", "apo", json!({})),
        ("folder", "", json!({})),
        ("folder", "/Templates/draw", json!({})),
        ("group", "des", json!({})),
        ("tag", "", json!({})),
        ("share", "", json!({})),
        ("share", "", json!({ "file": "/Reports/2026.pdf" })),
        ("version", "", json!({ "file": "/Reports/apollo.txt" })),
        ("version", "", json!({})),
        ("version", "", json!({ "file": "/gone" })),
        ("trash", "", json!({})),
        ("template", "", json!({})),
        ("provider", "full", json!({})),
        ("webhook", "", json!({})),
    ] {
        let choices = desk.choices(lookup, typed, given.clone()).await.expect("choices");
        let shown: Vec<String> = choices
            .iter()
            .map(|it| if it.value == it.label { it.value.clone() } else { format!("{}={}", it.value, it.label) })
            .collect();
        text.push_str(&format!("{lookup} {typed:?} {given}: {}\n", shown.join(", ")));
    }
    expect![[r#"
        file "" {}: /Handbook, /Projects, /Reports, /Templates
        file "apo" {}: /Reports/apollo.txt
        folder "" {}: /Handbook, /Projects, /Reports, /Templates
        folder "/Templates/draw" {}: 
        group "des" {}: design
        tag "" {}: Draft, Final, Legal hold
        share "" {}: 1=#1 /Reports · Ana Example, 2=#2 /Reports · everybody with the link
        share "" {"file":"/Reports/2026.pdf"}: 
        version "" {"file":"/Reports/apollo.txt"}: 1795168800=2026-11-20 10:00 UTC
        version "" {}: 
        version "" {"file":"/gone"}: 
        trash "" {}: Inbox.d1795255200=/Inbox
        template "" {}: standard, client
        provider "full" {}: fulltextsearch=Full text search
        webhook "" {}: 
    "#]]
    .assert_eq(&text);
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    for (key, value) in [
        ("user", json!(" ")),
        ("user", json!("a:b")),
        ("app_password", json!("")),
        ("folder", json!("../x")),
        ("templates", json!(["standard"])),
        ("unknown", json!(1)),
    ] {
        let mut config = json!({ "url": "http://127.0.0.1:1", "user": "bellhop", "app_password": "secret" });
        config[key] = value;
        let http = Http::new("nextcloud", "Nextcloud", "http://127.0.0.1:1", Policy::default()).expect("an address");
        let Value::Object(config) = config else { panic!("an object") };
        let error = (Kind::of::<Nextcloud>().connect)(config, http).err().unwrap_or_else(|| panic!("{key} was taken"));
        assert_eq!(error.kind, ErrorKind::BadConfig, "{key}");
    }
}
