//! Whether a connection works, and whether one can be made at all.

use super::*;
use crate::{Check, Http, http::Policy, standin::Standin};

fn shown(checks: &[Check]) -> String {
    let one = |it: &Check| {
        let fix = it.fix.as_ref().map(|it| format!(" → {it}")).unwrap_or_default();
        format!("{:?} {}: {}{fix}\n", it.state, it.name, it.detail)
    };
    checks.iter().map(one).collect()
}

async fn check_health(desk: &Desk<Simulated>, expected: Expect) {
    expected.assert_eq(&shown(&desk.connected.health().await).replace(&desk.server.url(), "{url}"));
}

#[tokio::test]
async fn all_is_well() {
    check_health(
        &desk().await,
        expect![[r#"
            Ok reachable: {url} answers
            Ok credentials: signed in as bellhop@example.org
            Ok permissions: may use all of Drive
            Ok acting as people: done as the person who asks, by domain-wide delegation
            Ok storage: 3.2 GB of 15 GB used (21 %)
            Ok place of projects: can make folders in “Projects”
        "#]],
    )
    .await;
    check_health(
        &desk_with(by_refresh_token).await,
        expect![[r#"
            Ok reachable: {url} answers
            Ok credentials: signed in as bellhop@example.org
            Ok permissions: may use all of Drive
            Ok acting as people: everything is done as bellhop@example.org, with a note of who asked
            Ok storage: 3.2 GB of 15 GB used (21 %)
            Ok place of projects: can make folders in “Projects”
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_missing_is_found_with_its_fix() {
    let desk = desk().await;
    desk.standin.state().used = 14_000_000_000;
    check_health(&desk, expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop@example.org
        Ok permissions: may use all of Drive
        Ok acting as people: done as the person who asks, by domain-wide delegation
        Warning storage: 14 GB of 15 GB used (93 %) → Empty the trash, delete what is not needed, or give the account more storage.
        Ok place of projects: can make folders in “Projects”
    "#]]).await;
    let desk = desk_with(by_refresh_token).await;
    desk.standin.state().scope = "https://www.googleapis.com/auth/drive.readonly".into();
    desk.standin.state().files.retain(|it| it.id != "0AProjectsSharedDrive1");
    check_health(&desk, expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop@example.org
        Failed permissions: the token is good for drive.readonly only: not all that is asked for can be done → Let the account's owner sign in to the OAuth client again, with the scope https://www.googleapis.com/auth/drive.
        Ok acting as people: everything is done as bellhop@example.org, with a note of who asked
        Ok storage: 3.2 GB of 15 GB used (21 %)
        Failed place of projects: There is no such file in Google Drive, or the bot's account may not see it. → Make bellhop@example.org a content manager of it, or set `home` to the link of another folder or shared drive.
    "#]]).await;
    let refused = desk.run("folder create Drafts").await;
    expect![[r#"
        Permission: The bot's token does not cover this. An administrator can give the connection the scope https://www.googleapis.com/auth/drive.
    "#]].assert_eq(&read(&refused));
    // A service account by itself has no storage.
    let desk = desk_with(|it| drop(it.remove("subject"))).await;
    check_health(&desk, expect![[r#"
        Ok reachable: {url} answers
        Ok credentials: signed in as bellhop@bellhop-sandbox.iam.gserviceaccount.com
        Ok permissions: may use all of Drive
        Warning acting as people: it cannot be tried: there is no account that the bot itself acts as → Admin console → Security → API controls → Domain-wide delegation: add the client id of bellhop@bellhop-sandbox.iam.gserviceaccount.com with the scope https://www.googleapis.com/auth/drive; and set `subject` to an account of the organization for the bot itself.
        Warning storage: the bot's account has no storage of its own → Set `home` to a folder of a shared drive, or `subject` to an account with storage.
        Failed place of projects: There is no such file in Google Drive, or the bot's account may not see it. → Make bellhop@bellhop-sandbox.iam.gserviceaccount.com a content manager of it, or set `home` to the link of another folder or shared drive.
    "#]]).await;
}

#[tokio::test]
async fn credentials_that_are_good_no_more_are_told_apart() {
    let desk = desk().await;
    desk.standin.state().delegates = false;
    check_health(&desk, expect![[r#"
        Failed credentials: Google does not let the service account act as bellhop@example.org. An administrator of the organization can allow it: Admin console → Security → API controls → Domain-wide delegation, the account's client id with the scope https://www.googleapis.com/auth/drive. → Look into the Google Cloud project: the key has to be there and the Drive API switched on; and into the Admin console, whether the account is active and domain-wide delegation allows it.
    "#]]).await;
    let desk = desk_with(by_refresh_token).await;
    desk.standin.state().revoked = true;
    check_health(&desk, expect![[r#"
        Failed credentials: Google gives no token: the key was deleted, or the refresh token was revoked or has ended. An administrator can give the connection a new one. → Look into the Google Cloud project: the key has to be there and the Drive API switched on; and into the Admin console, whether the account is active and domain-wide delegation allows it.
    "#]]).await;
}

/// What is done to settings that work.
type Edit = dyn Fn(&mut Map<String, Value>);

#[test]
fn settings_that_cannot_work_are_refused_without_a_word_of_their_secrets() {
    let url = "http://127.0.0.1:9";
    let connect = |change: &Edit| {
        let mut settings = Simulated::default().connection(url);
        change(&mut settings);
        let kind = Kind::of::<Drive>();
        let http = Http::new("drive", "Google Drive", url, Policy::default()).unwrap();
        match (kind.connect)(settings, http) {
            Ok(_) => "fine".to_owned(),
            Err(error) => format!("{:?}: {}", error.kind, error.message),
        }
    };
    let put = |key: &'static str, value: Value| move |it: &mut Map<String, Value>| drop(it.insert(key.into(), value.clone()));
    let mut text = String::new();
    let changes: [&Edit; 13] = [
        &|_| {},
        &by_refresh_token,
        &put("service_account", json!("hunter22")),
        &put(
            "service_account",
            json!(r#"{"client_email":"a@b","private_key":"hunter22","token_uri":"https://oauth2.googleapis.com/token"}"#),
        ),
        &put("service_account", json!("")),
        &put("refresh_token", json!("hunter22")),
        &put("home", json!("Projects")),
        &put("templates", json!("standard")),
        &put("hook_url", json!("https://bot.example.org/hooks/drive")),
        &|it| {
            it.insert("hook_url".into(), json!("http://bot.example.org/hooks/drive"));
            it.insert("hook_secret".into(), json!("hunter22"));
        },
        &|it| {
            by_refresh_token(it);
            it.insert("act_as".into(), json!("asker"));
        },
        &|it| {
            by_refresh_token(it);
            it.insert("subject".into(), json!("ana@example.org"));
        },
        &|it| {
            by_refresh_token(it);
            it.insert("token_url".into(), json!("somewhere"));
        },
    ];
    for change in changes {
        text.push_str(&connect(change));
        text.push('\n');
    }
    assert!(!text.contains("hunter22"));
    expect![[r#"
        fine
        fine
        BadConfig: `service_account` is no service account's key. It is the whole content of the JSON file that Google Cloud gives out: IAM & Admin → Service Accounts → Keys → Add key → JSON.
        BadConfig: The private key cannot be read. It is the whole text that starts with `-----BEGIN PRIVATE KEY-----` or `-----BEGIN RSA PRIVATE KEY-----`.
        BadConfig: There are no credentials: paste the JSON key of a service account into `service_account`, or fill in `client_id` and `client_secret` of an OAuth client, to come in by a link or with its `refresh_token`.
        BadConfig: There are both `service_account` and `refresh_token`: keep one of them, so that it is clear who acts.
        BadConfig: `home` is no folder: `Projects`. Paste the link of a folder or of a shared drive.
        BadConfig: `templates` cannot be read at line 1 (`standard`): a template begins with its name and a colon, and its folders are indented below it.
        BadConfig: `hook_url` needs `hook_secret`: by it the bot knows that it is Google who reports.
        BadConfig: `hook_url` is `http://bot.example.org/hooks/drive`, and Google reports to https addresses only.
        BadConfig: `act_as = "asker"` needs a service account with domain-wide delegation; an OAuth client acts as the one account that gave the refresh token.
        BadConfig: `subject` is for a service account: a refresh token is of one account, and acts as that.
        BadConfig: `token_url` is no address: it is like https://oauth2.googleapis.com/token.
    "#]].assert_eq(&text);
}
