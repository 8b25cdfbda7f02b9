//! Shares.

use commands::Call;

use super::*;

#[tokio::test]
async fn files_are_shared_with_people_groups_and_addresses() {
    let desk = desk().await;
    check(&desk, "share create /Inbox with=ben group=design email=dora@example.org permissions=edit expires=2026-12-24 note=\"Please look\"", expect![""]).await;
    let kinds: Vec<(u64, String)> = desk.standin.state().shares.iter().skip(2).map(|it| (it.kind, it.with.clone())).collect();
    assert_eq!(kinds, [(0, "ben".into()), (1, "design".into()), (4, "dora@example.org".into())]);
    read_all(
        &desk,
        &[
            "share create /Inbox with=ben with=chloe",
            "share create /Inbox with=me",
            "share create /Inbox with=ben",
            "share create /Inbox with=example",
            "share create /Inbox with=zoe",
            "share create /Inbox group=desing",
            "share create /Inbox",
            "share create /Inbox with=ben expires=2026-11-21",
            "share create /Reports/2026.pdf with=ben permissions=upload",
            "share create /Handbook with=ben",
        ],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn public_links_say_what_they_are() {
    let desk = desk().await;
    check(&desk, "share link /Inbox permissions=upload expires=2027-01-31 label=Applications", expect![""]).await;
    let with_password =
        |password: &str| Call::new("nextcloud", "share link", json!({ "file": "/Reports/2026.pdf", "password": password }));
    let outcome = desk.connected.run(&with_password("correct horse battery"), &desk.ctx()).await;
    expect![""].assert_eq(&read(&outcome).replace(&desk.server.url(), "{url}"));
    assert_eq!(desk.standin.state().shares.last().map(|it| it.password.clone()).as_deref(), Some("correct horse battery"));
    let outcome = desk.connected.run(&with_password("short"), &desk.ctx()).await;
    expect![""].assert_eq(&read(&outcome));
    desk.standin.state().off.insert("links");
    read_all(&desk, &["share link /Inbox"], expect![""]).await;
}

#[tokio::test]
async fn shares_are_listed_shown_changed_and_revoked() {
    let desk = desk().await;
    check(&desk, "share list", expect![""]).await;
    check(&desk, "share show 2", expect![""]).await;
    let token = desk.standin.state().shares[1].token.clone();
    assert_eq!(done(&desk, "share show 2").await, done(&desk, &format!("share show {}/s/{token}", desk.server.url())).await);
    check(&desk, "share update 2 permissions=edit expires=2026-12-01 label=Public hide_download=true", expect![""]).await;
    check(&desk, "share revoke 2", expect![""]).await;
    assert_eq!(desk.standin.state().shares.len(), 1);
    read_all(
        &desk,
        &[
            "share list with=me",
            "share list --links",
            "share list /Inbox",
            "share update 1 --forever",
            "share update 1 --no_password",
            "share update 1",
            "share show 99",
            "share show lobby",
            "share revoke https://cloud.example.org/s/gone",
        ],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn what_ana_was_given_is_on_her_page() {
    let desk = desk().await;
    for mine in Kind::of::<Nextcloud>().mine {
        assert!(done(&desk, mine.command).await.contains("/Reports"), "{}", mine.command);
    }
}
