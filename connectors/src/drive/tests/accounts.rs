//! Whose account is whose, and who acts.

use commands::param::Secret;

use super::*;
use crate::{Account, Whose};

fn account(name: &str, email: &str) -> Option<Account> {
    Some(Account { login: email.into(), name: name.into(), email: Some(email.into()) })
}

/// Who did what this line changed.
async fn callers(desk: &Desk<Simulated>, line: &str) -> Vec<String> {
    let from = state(desk, |it| it.changes.len());
    desk.run(line).await.unwrap();
    state(desk, |it| it.changes[from..].iter().filter_map(|change| Some(it.file(&change.id)?.modified_by.clone())).collect())
}

#[tokio::test]
async fn things_are_done_as_the_person_who_asks_with_one_token_each() {
    let mut desk = desk().await;
    assert_eq!(callers(&desk, "folder create One").await, ["ana@example.org"]);
    assert_eq!(callers(&desk, "folder create Two").await, ["ana@example.org"]);
    desk.asker = person("Ben");
    assert_eq!(callers(&desk, "folder create Three").await, ["ben@example.org"]);
    desk.account = Some("chloe@example.org".into());
    assert_eq!(callers(&desk, "folder create Four").await, ["chloe@example.org"], "the account that is linked");
    let fetched = desk.server.exchanges().iter().filter(|it| it.path == "/token").count();
    assert_eq!(fetched, 3);
}

#[tokio::test]
async fn a_stranger_is_refused_or_served_by_the_bot_as_the_administrator_says() {
    let mut desk = desk().await;
    desk.asker = person("Zoe");
    expect![[r#"
        Permission: I act in Google Drive only for people with an account there, but Google gives no token for zoe@example.org: it knows no such account, or it is suspended. Ask an administrator.
    "#]].assert_eq(&read(&desk.run("file list").await));
    desk.asker.email = Some("zoe@example.net".into());
    expect![[r#"
        Permission: I act in Google Drive only for people with an account there, but zoe@example.net is no address of example.org. Ask an administrator.
    "#]].assert_eq(&read(&desk.run("file list").await));
    desk.asker.email = None;
    expect![[r#"
        Permission: I act in Google Drive only for people with an account there, but the chat does not tell me your email address. Ask an administrator.
    "#]].assert_eq(&read(&desk.run("file list").await));
    let mut desk = desk_with(|it| drop(it.insert("strangers".into(), json!("as_bot")))).await;
    desk.asker = person("Zoe");
    check(&desk, "file create Plan folder=Demo", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > POST files {"name":"Plan","mimeType":"application/vnd.google-apps.document","description":"Asked by Zoe in Slack.","parents":["1DemoFolder0000000000000001"]}
        > GET files/1DemoFolder0000000000000001
        Made document “Plan”.
        # Plan
        Document in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Bellhop
        Shared: with others
        | Asked by Zoe in Slack.
        [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [Comment…: comment add {"file":"1New000000000000000000000001"}] [Comments: comment list {"file":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Copy…: file copy {"file":"1New000000000000000000000001"}] [Export…: file export {"file":"1New000000000000000000000001"}] [Activity: file activity {"file":"1New000000000000000000000001"}] [Versions: version list {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
        (Done by the bot's own account, as Google gives no token for zoe@example.org: it knows no such account, or it is suspended.)
    "#]]).await;
}

#[tokio::test]
async fn a_suspended_account_does_not_act() {
    let desk = desk().await;
    desk.standin.state().people[0].suspended = true;
    assert_eq!(desk.run("file list").await.unwrap_err().kind, ErrorKind::Permission);
}

#[tokio::test]
async fn without_delegation_the_way_out_is_said() {
    let desk = desk().await;
    desk.standin.state().delegates = false;
    expect![[r#"
        Auth: Google does not let the service account act as ana@example.org. An administrator of the organization can allow it: Admin console → Security → API controls → Domain-wide delegation, the account's client id with the scope https://www.googleapis.com/auth/drive.
    "#]].assert_eq(&read(&desk.run("file list").await));
}

#[tokio::test]
async fn an_oauth_client_acts_as_its_one_account_and_writes_who_asked() {
    let desk = desk_with(by_refresh_token).await;
    check(&desk, "comment add Brief Is it true?", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > POST files/1BriefDocument0000000000001/comments {"content":"Is it true?\n\nAsked by Ana in Slack."}
        Commented on Brief.
        Bellhop 2026-11-21 10:00 UTC: Is it true?

        Asked by Ana in Slack.
        [Reply…: comment reply {"file":"1BriefDocument0000000000001","comment":"AAAAB00000000000000000000001"}] [Resolve: comment resolve {"file":"1BriefDocument0000000000001","comment":"AAAAB00000000000000000000001"}]
    "#]]).await;
    desk.standin.state().revoked = true;
    let fresh = desk_with(by_refresh_token).await;
    fresh.standin.state().revoked = true;
    expect![[r#"
        Auth: Google gives no token: the key was deleted, or the refresh token was revoked or has ended. An administrator can give the connection a new one.
    "#]].assert_eq(&read(&fresh.run("file list").await));
}

#[tokio::test]
async fn an_account_is_found_by_address_and_by_its_owners_token() {
    let desk = desk().await;
    let drive = &desk.connected;
    let ana = account("Ana Example", "ana@example.org");
    assert_eq!(drive.account(Whose::Email("Ana@Example.org")).await, Ok(ana.clone()));
    assert_eq!(drive.account(Whose::Login("ana@example.org")).await, Ok(ana.clone()));
    for nobody in ["zoe@example.org", "ana"] {
        assert_eq!(drive.account(Whose::Email(nobody)).await, Ok(None));
    }
    let token =
        state(&desk, |it| it.tokens.iter().find(|(_, (email, _))| email == "ana@example.org").map(|(token, _)| token.clone()));
    assert_eq!(drive.account(Whose::Key(&Secret::from(token.unwrap()))).await, Ok(ana));
    for nobody in ["ya29.nobodys", ""] {
        assert_eq!(drive.account(Whose::Key(&Secret::from(nobody.to_owned()))).await, Ok(None));
    }
    let single = desk_with(by_refresh_token).await;
    let bellhop = account("Bellhop", "bellhop@example.org");
    assert_eq!(single.connected.account(Whose::Email("bellhop@example.org")).await, Ok(bellhop));
    assert_eq!(single.connected.account(Whose::Email("ana@example.org")).await, Ok(None));
}
