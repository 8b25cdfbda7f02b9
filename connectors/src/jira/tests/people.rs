//! People, groups, and whose account is whose.

use commands::param::Secret;

use super::*;
use crate::Whose;

#[tokio::test]
async fn people_are_listed_and_shown() {
    let desk = desk().await;
    desk.check(
        "user list",
        expect![[r#"
        > GET /rest/api/3/users/search?maxResults=100
        4 people
        - Bellhop · bellhop@example.org
        - Ana Example · ana@example.org
        - Ben Example · ben@example.org
        - Chloe Example · chloe@example.org
    "#]],
    )
    .await;
    desk.check(
        "user list an project=APO",
        expect![[r#"
        > GET /rest/api/3/project/APO
        > GET /rest/api/3/user/assignable/search?maxResults=100&project=APO&query=an
        1 person
        - Ana Example · ana@example.org
    "#]],
    )
    .await;
    desk.check(
        "user show ben",
        expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ben
        > GET /rest/api/3/user?accountId=5b10ac8d82e05b22cc7d4ef5&expand=groups
        > POST /rest/api/3/search/approximate-count {"jql":"assignee = \"5b10ac8d82e05b22cc7d4ef5\" AND statusCategory != Done"}
        > GET /rest/api/3/user/groups?accountId=5b10ac8d82e05b22cc7d4ef5
        # Ben Example
        Open in Jira
        Open issues: 1
        Email: ben@example.org
        Time zone: Europe/Berlin
        Groups: apollo-developers, jira-users
        Account: 5b10ac8d82e05b22cc7d4ef5
        [Open issues: issue list {"assignee":"5b10ac8d82e05b22cc7d4ef5"}]
    "#]],
    )
    .await;
    desk.check(
        "user me",
        expect![[r#"
        > GET /rest/api/3/user/search?maxResults=100&query=ana%40example.org
        > GET /rest/api/3/user?accountId=5b10a2844c20165700ede21f&expand=groups
        > POST /rest/api/3/search/approximate-count {"jql":"assignee = \"5b10a2844c20165700ede21f\" AND statusCategory != Done"}
        > GET /rest/api/3/user/groups?accountId=5b10a2844c20165700ede21f
        (only you)
        # Ana Example
        Open in Jira
        Open issues: 3
        Email: ana@example.org
        Time zone: Europe/Berlin
        Groups: apollo-developers, jira-users
        Account: 5b10a2844c20165700ede21f
        [Open issues: issue list {"assignee":"5b10a2844c20165700ede21f"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn groups_are_listed_and_changed() {
    let desk = desk().await;
    desk.check(
        "group list",
        expect![[r#"
        > GET /rest/api/3/groups/picker?query=&maxResults=100
        2 groups
        - apollo-developers
        - jira-users
    "#]],
    )
    .await;
    desk.check(
        "group members apollo-developers",
        expect![[r#"
        > GET /rest/api/3/groups/picker?query=apollo-developers&maxResults=100
        > GET /rest/api/3/group/member?groupId=276f955c-63d7-42c8-9520-92d01dca0600&startAt=0&maxResults=100
        2 people in apollo-developers
        - Ana Example
        - Ben Example
    "#]],
    )
    .await;
    desk.check(
        "group add apollo-developers chloe",
        expect![[r#"
        > GET /rest/api/3/groups/picker?query=apollo-developers&maxResults=100
        > GET /rest/api/3/user/search?maxResults=100&query=chloe
        > POST /rest/api/3/group/user?groupId=276f955c-63d7-42c8-9520-92d01dca0600 {"accountId":"5b109f2e9729b51b54dc274d"}
        Chloe Example is in apollo-developers now.
    "#]],
    )
    .await;
    read(&desk, "group add apollo-developers chloe", expect![[r#"
        Validation: Jira refused the values: Cannot add user. 'Chloe Example' is already a member of 'apollo-developers'. Correct them and try again.
    "#]]).await;
    desk.check(
        "group remove apollo-developers ben",
        expect![[r#"
        > GET /rest/api/3/groups/picker?query=apollo-developers&maxResults=100
        > GET /rest/api/3/user/search?maxResults=100&query=ben
        > DELETE /rest/api/3/group/user?groupId=276f955c-63d7-42c8-9520-92d01dca0600&accountId=5b10ac8d82e05b22cc7d4ef5
        Ben Example is no longer in apollo-developers.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().groups[0].1.iter().copied().collect::<Vec<_>>(), [1, 3]);
    read(
        &desk,
        "group members apollo-pilots",
        expect![[r#"
        BadInput: Jira has no group `apollo-pilots` here. There is no group to choose from.
          group: Jira has no group `apollo-pilots` here. There is no group to choose from.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_account_is_found_by_address_id_and_token() {
    let desk = desk().await;
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await.unwrap().map(|it| it.name);
    assert_eq!(find(Whose::Email("ANA@example.org")).await.as_deref(), Some("Ana Example"));
    assert_eq!(find(Whose::Email("dora@example.org")).await, None);
    assert_eq!(find(Whose::Login("5b10ac8d82e05b22cc7d4ef5")).await.as_deref(), Some("Ben Example"));
    assert_eq!(find(Whose::Login("nobody")).await, None);
    let key = Secret::from(format!("ana@example.org:{ANA_TOKEN}"));
    assert_eq!(find(Whose::Key(&key)).await.as_deref(), Some("Ana Example"));
    for wrong in ["", "ana@example.org:guessed", ANA_TOKEN] {
        assert_eq!(find(Whose::Key(&Secret::from(wrong.to_owned()))).await, None, "{wrong}");
    }
}

#[tokio::test]
async fn who_is_linked_is_who_is_meant() {
    let mut desk = desk().await;
    desk.account = Some("5b109f2e9729b51b54dc274d".into());
    desk.run("issue assign APO-9 me").await.unwrap();
    assert_eq!(desk.standin.state().issues[8].assignee, Some(3));
    desk.account = None;
    desk.asker.email = None;
    read(
        &desk,
        "issue assign APO-9 me",
        expect![[r#"
        BadInput: Jira shows me no account of yours. `bellhop link jira …` tells the bot which account is yours.
          to: Jira shows me no account of yours. `bellhop link jira …` tells the bot which account is yours.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn groups_are_for_administrators() {
    let desk = desk().await;
    for name in ["group add", "group remove"] {
        assert_eq!(desk.group.find(name).map(|it| it.effect), Some(commands::Effect::Admin), "{name}");
    }
}
