//! Whose account is whose.

use commands::param::Secret;

use super::*;
use crate::{Account, Whose, tests::desk::person};

#[tokio::test]
async fn an_account_is_found_by_address_by_name_and_by_its_owners_key() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        let id = match door {
            Door::Cloud => desk.standin.state().people[1].uuid.clone(),
            Door::Center => "ana".to_owned(),
        };
        let login = |it: Option<Account>| it.map(|it| (it.login, it.name));
        let ana = Some((id.clone(), "Ana Example".to_owned()));
        let find = async |whose: Whose<'_>| desk.connected.account(whose).await.map(login);
        assert_eq!(find(Whose::Email("Ana@Example.org")).await, Ok(ana.clone()));
        for known in ["ana", "@ana", "Ana Example", id.as_str()] {
            assert_eq!(find(Whose::Login(known)).await, Ok(ana.clone()), "{known}");
        }
        for key in ["bitbucket-token-of-ana", "ana@example.org:bitbucket-token-of-ana"] {
            assert_eq!(find(Whose::Key(&Secret::from(key.to_owned()))).await, Ok(ana.clone()));
        }
        // Parts are nobody's, and neither is a key that Bitbucket does not know.
        for whose in [Whose::Email("ana@"), Whose::Login("an"), Whose::Key(&Secret::from("bitbucket-token-of-nobody".to_owned()))]
        {
            assert_eq!(find(whose).await, Ok(None));
        }
    }
}

#[tokio::test]
async fn who_is_who() {
    let mut desk = cloud().await;
    desk.check(
        "user me",
        expect![[r#"
            > GET /2.0/workspaces/example/members?q=user.email+IN+%28%22ana%40example.org%22%29&pagelen=2
            > GET /2.0/user
            (only you)
            You: Ana Example (ana)
            The bot: Bellhop
            [Reviews asked of me: pr list {"reviewer":"me","waiting":true}] [My pull requests: pr list {"author":"me"}]
        "#]],
    )
    .await;
    desk.check(
        "user list chloe",
        expect![[r#"
        > GET /2.0/workspaces/example/members?pagelen=100
        (only you)
        People
        - Chloe Example · chloe
    "#]],
    )
    .await;
    // Cloud tells addresses to administrators only: then the account has to be linked.
    desk.standin.state().tells_addresses = false;
    desk.asker = person("Chloe");
    desk.check("pr list author=me", expect![[r#"
        > GET /2.0/workspaces/example/members?q=user.email+IN+%28%22chloe%40example.org%22%29&pagelen=2
        BadInput: I do not know who you are in Bitbucket. Write your name there, or link your account: `bellhop link bitbucket NAME`.
          author: I do not know who you are in Bitbucket. Write your name there, or link your account: `bellhop link bitbucket NAME`.
    "#]]).await;
    desk.account = Some("chloe".into());
    desk.check("pr list author=me state=all", expect![[r#"
        > GET /2.0/workspaces/example/pullrequests/%7Bec5c41c1-27a4-44eb-89cc-0b3ca2942546%7D?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=%28state%3D%22OPEN%22+OR+state%3D%22MERGED%22+OR+state%3D%22DECLINED%22+OR+state%3D%22SUPERSEDED%22%29&pagelen=10
        Pull requests by Chloe Example
        - example/rocket#1 Light the second stage · Chloe Example · 0 of 1 reviewer approved
        - example/website#3 Add a favicon · Chloe Example · merged · 1 of 1 reviewer approved
    "#]]).await;
    desk.check(
        "reviewer add 1 example repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: `example` can be any of 3 people: Ana Example, Ben Example, Chloe Example. Write the full name.
          person: `example` can be any of 3 people: Ana Example, Ben Example, Chloe Example. Write the full name.
    "#]],
    )
    .await;
    desk.check(
        "reviewer add 1 zoe repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: Bitbucket knows nobody called `zoe`. Write a login, or a full name.
          person: Bitbucket knows nobody called `zoe`. Write a login, or a full name.
    "#]],
    )
    .await;
    desk.check(
        "reviewer add 1 ben repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: Ben Example wrote this pull request, and cannot review it.
          person: Ben Example wrote this pull request, and cannot review it.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn pickers_offer_what_fits() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        let offered = async |lookup: &str, typed: &str, given| {
            let all = desk.choices(lookup, typed, given).await.expect("choices");
            all.into_iter().map(|it| it.label).collect::<Vec<_>>()
        };
        assert_eq!(offered("branch", "lamps", json!({"repo": "website"})).await, ["feature/lamps"]);
        assert_eq!(offered("branch", "stage", json!({"repo": "website"})).await, [""; 0]);
        assert_eq!(offered("pull", "lobby", json!({"repo": "website"})).await, ["#1 Dim the lobby lamps"]);
        assert_eq!(offered("pull", "", json!({})).await, [""; 0], "of no repository");
        assert_eq!(offered("tag", "", json!({"repo": "website"})).await, ["v1.0"]);
        assert_eq!(offered("task", "noon", json!({"pull": "1", "repo": "website"})).await, ["Try it at noon"]);
        assert_eq!(offered("project", "apo", json!({})).await, ["Apollo"]);
        assert_eq!(offered("repository", "web", json!({})).await.len(), 1);
    }
    let desk = cloud().await;
    let issues = desk.choices("issue", "bright", json!({"repo": "website"})).await.expect("choices");
    assert_eq!(issues[0].value, "example/website#1");
    let runs = desk.choices("pipeline", "failed", json!({"repo": "website"})).await.expect("choices");
    assert_eq!(runs[0].label, "#2 feature/footer · Failed");
}
