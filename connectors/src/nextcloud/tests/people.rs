//! Accounts, groups, status.

use commands::param::Secret;

use super::*;
use crate::{Account, Whose};

#[tokio::test]
async fn accounts_are_made_without_a_password_and_changed() {
    let desk = desk().await;
    check(
        &desk,
        "user create dora email=dora@example.org name=\"Dora Example\" group=design quota=\"5 GB\" manager=ana",
        expect![""],
    )
    .await;
    let dora = desk.standin.state().user("dora").cloned().expect("an account");
    assert_eq!((dora.password.as_str(), dora.quota, dora.mails.len()), ("", Some(5_000_000_000), 1));
    check(&desk, "user update dora name=\"Dora Abel\" email=dora.abel@example.org manager=none", expect![""]).await;
    check(&desk, "user quota dora 500mb", expect![""]).await;
    check(&desk, "user disable dora", expect![""]).await;
    assert!(!desk.standin.state().user("dora").expect("an account").enabled);
    read_all(
        &desk,
        &[
            "user enable dora",
            "user welcome dora",
            "user create ana email=ana@example.org",
            "user create \"d/ora\" email=ana@example.org",
            "user create emil email=emil@example.org group=deisgn",
            "user create emil email=emil@example.org quota=much",
            "user update dora",
            "user update dora language=klingon",
            "user disable bellhop",
        ],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn a_password_is_reset_and_shown_to_nobody() {
    let desk = desk().await;
    check(&desk, "user reset-password ben", expect![""]).await;
    assert_eq!(desk.standin.state().user("ben").map(|it| it.password.clone()).as_deref(), Some(""));
    let from = desk.server.exchanges().len();
    let told = done(&desk, "user reset-password ben confirm=yes").await;
    expect![""].assert_eq(&told.replace(&desk.server.url(), "{url}"));
    let ben = desk.standin.state().user("ben").cloned().expect("an account");
    assert!(ben.password.len() > 30 && !told.contains(&ben.password), "nobody is shown it");
    assert_eq!(ben.mails, ["Welcome"]);
    let puts = desk.server.exchanges()[from..].iter().filter(|it| it.method == "PUT").count();
    assert_eq!(puts, 1);
    let ben = desk.standin.state().users.iter().position(|it| it.id == "ben").expect("an account");
    desk.standin.state().users[ben].email.clear();
    read_all(&desk, &["user reset-password ben", "user reset-password bellhop"], expect![""]).await;
}

#[tokio::test]
async fn people_are_listed_shown_and_deleted() {
    let desk = desk().await;
    check(&desk, "user list example.org", expect![""]).await;
    check(&desk, "user show me", expect![""]).await;
    check(&desk, "user delete chloe", expect![""]).await;
    assert!(desk.standin.state().user("chloe").is_some());
    check(&desk, "user delete chloe confirm=yes", expect![""]).await;
    assert!(desk.standin.state().user("chloe").is_none());
    read_all(&desk, &["user list nobody", "user delete bellhop", "user show example"], expect![""]).await;
    for number in 0..30 {
        let mut user = desk.standin.state().users[1].clone();
        (user.id, user.name) = (format!("guest{number:02}"), format!("Guest {number:02}"));
        desk.standin.state().users.push(user);
    }
    let first = done(&desk, "user list guest").await;
    assert!(first.contains("guest24") && !first.contains("guest25") && first.contains("\"offset\":25"), "{first}");
    let last = done(&desk, "user list guest offset=25").await;
    assert!(last.contains("guest29") && !last.contains("Show more"), "{last}");
}

#[tokio::test]
async fn groups_are_made_filled_and_deleted() {
    let desk = desk().await;
    check(&desk, "group create research member=ana member=ben", expect![""]).await;
    check(&desk, "group add research chloe", expect![""]).await;
    check(&desk, "group remove research ben", expect![""]).await;
    check(&desk, "group promote research ana", expect![""]).await;
    check(&desk, "group demote research ana", expect![""]).await;
    check(&desk, "group rename research Research and design", expect![""]).await;
    check(&desk, "group delete research", expect![""]).await;
    check(&desk, "group delete research confirm=yes", expect![""]).await;
    read_all(
        &desk,
        &[
            "group list",
            "group show design",
            "group show desing",
            "group create design",
            "group remove design chloe",
            "group remove admin bellhop",
            "group promote admin ana",
            "group demote design ana",
            "group delete admin",
        ],
        expect![""],
    )
    .await;
    assert!(desk.standin.state().groups.iter().all(|it| it.id != "research"));
}

#[tokio::test]
async fn people_say_whether_they_are_there() {
    let desk = desk().await;
    check(&desk, "status show ana", expect![""]).await;
    check(&desk, "status set \"Moving files\" state=busy icon=📦 until=2026-11-21T12:00:00Z", expect![""]).await;
    read_all(
        &desk,
        &[
            "status list",
            "status show ben",
            "status clear",
            "status set",
            "status set Late until=2026-11-21T09:00:00Z",
            "status set Fine icon=x",
        ],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn accounts_are_found_by_address_by_user_name_and_by_their_owners_password() {
    let desk = desk().await;
    let ana = || Some(Account { login: "ana".into(), name: "Ana Example".into(), email: Some("ana@example.org".into()) });
    let key = |text: &str| Secret::from(text.to_owned());
    assert_eq!(desk.connected.account(Whose::Email("Ana@Example.org")).await, Ok(ana()));
    assert_eq!(desk.connected.account(Whose::Login("ANA")).await, Ok(ana()));
    assert_eq!(desk.connected.account(Whose::Key(&key("ana:nextcloud-app-password-of-ana"))).await, Ok(ana()));
    for whose in
        [Whose::Email("ana@"), Whose::Email(""), Whose::Login("an"), Whose::Key(&key("ana:wrong")), Whose::Key(&key("wrong"))]
    {
        assert_eq!(desk.connected.account(whose).await, Ok(None));
    }
    let at = desk.standin.state().users.iter().position(|it| it.id == "ana").expect("an account");
    desk.standin.state().users[at].enabled = false;
    assert_eq!(desk.connected.account(Whose::Email("ana@example.org")).await, Ok(None), "a disabled account is nobody's way in");
}

#[tokio::test]
async fn without_administering_people_are_still_found() {
    let desk = desk_with(|it| it.is_admin = false, |_| {}).await;
    read_all(
        &desk,
        &[
            "share create /Inbox with=ben",
            "share create /Inbox group=design",
            "user list",
            "user quota ben 5 GB",
            "group add design chloe",
            "webhook list",
        ],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn a_linked_account_is_me() {
    let mut desk = desk().await;
    desk.account = Some("chloe".into());
    assert!(done(&desk, "user show me").await.contains("Chloe Example"));
    (desk.account, desk.asker.email) = (None, None);
    assert_eq!(desk.run("user show me").await.map_err(|it| it.kind), Err(ErrorKind::BadInput));
}
