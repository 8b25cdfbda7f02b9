//! Accounts, members, roles, and what work packages are made of.

use super::*;
use crate::openproject::standin::state::{Membership, User};

#[tokio::test]
async fn listing_accounts() {
    let desk = desk().await;
    desk.check(
        "user list",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        (only you)
        4 accounts
        - Ana Example ana
        - Bellhop Bot bellhop
        - Ben Example ben
        - Chloe Example chloe
    "#]],
    )
    .await;
    desk.check("user list text=ana", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22name%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        (only you)
        1 account
        - Ana Example ana
    "#]]).await;
    desk.check("user list status=locked", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22status%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22locked%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        (only you)
        There is no account like that.
    "#]]).await;
}

#[tokio::test]
async fn showing_accounts() {
    let desk = desk().await;
    desk.check("user show ana", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%5D
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/memberships?filters=%5B%7B%22principal%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%5D&pageSize=100
        (only you)
        # Ana Example
        Open in OpenProject
        Login: ana
        Email: ana@example.org
        State: active
        Projects: Demo (Project admin), Apollo (Member)
        Open work packages: 1
        [Open work packages: wp list {"assignee":"ana"}] [Lock: user lock {"user":"ana"}]
    "#]]).await;
    desk.check("user me", expect![[r#"
        > GET /api/v3/users/me
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/users/5
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/memberships?filters=%5B%7B%22principal%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%225%22%5D%7D%7D%5D&pageSize=100
        (only you)
        # Ana Example
        Open in OpenProject
        Login: ana
        Email: ana@example.org
        State: active
        Projects: Demo (Project admin), Apollo (Member)
        Open work packages: 1
        (What you ask for is done by the account Bellhop Bot, with a note that it was you.)
        [Open work packages: wp list {"assignee":"ana"}] [Lock: user lock {"user":"ana"}]
    "#]]).await;
}

#[tokio::test]
async fn keeping_accounts() {
    let desk = desk().await;
    desk.check("user create dora@example.org first_name=Dora last_name=Example", expect![[r#"
        > POST /api/v3/users {"email":"dora@example.org","login":"dora@example.org","firstName":"Dora","lastName":"Example","admin":false,"language":"en","status":"invited"}
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/memberships?filters=%5B%7B%22principal%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%5D&pageSize=100
        (only you)
        Invited Dora Example (dora@example.org).
        # Dora Example
        Open in OpenProject
        Login: dora@example.org
        Email: dora@example.org
        State: invited
        Projects: none
        Open work packages: 0
        [Open work packages: wp list {"assignee":"dora@example.org"}] [Lock: user lock {"user":"dora@example.org"}]
    "#]]).await;
    desk.check("user update dora@example.org last_name=Sample admin=yes", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22dora%40example.org%22%5D%7D%7D%5D
        > PATCH /api/v3/users/101 {"lastName":"Sample","admin":true}
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/memberships?filters=%5B%7B%22principal%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%5D&pageSize=100
        (only you)
        Changed the account of Dora Sample.
        # Dora Sample
        Open in OpenProject
        Login: dora@example.org
        Email: dora@example.org
        State: invited
        Administrator: yes
        Projects: none
        Open work packages: 0
        [Open work packages: wp list {"assignee":"dora@example.org"}] [Lock: user lock {"user":"dora@example.org"}]
    "#]]).await;
    desk.check(
        "user lock chloe",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        > GET /api/v3/users/me
        > POST /api/v3/users/7/lock
        (only you)
        Chloe Example is locked now.
        [Unlock: user unlock {"user":"chloe"}]
    "#]],
    )
    .await;
    desk.check(
        "user lock chloe",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        (only you)
        Chloe Example is locked already.
    "#]],
    )
    .await;
    desk.check(
        "user unlock chloe",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        > DELETE /api/v3/users/7/lock
        (only you)
        Chloe Example can sign in again.
    "#]],
    )
    .await;
    desk.check(
        "user unlock chloe",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        (only you)
        Chloe Example is not locked.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn deleting_accounts() {
    let desk = desk().await;
    desk.check("user delete chloe", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        > GET /api/v3/users/me
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%227%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        (only you)
        [Warning]
        This deletes the account of Chloe Example (chloe).
        - 0 open work packages are assigned to them
        - what they wrote stays, as written by “Deleted user”
        - their memberships, private queries and settings are gone
        user lock keeps somebody out and keeps the account.
        [Delete the account: user delete {"user":"7","confirm":"yes"}]
    "#]]).await;
    desk.check(
        "user delete chloe confirm=yes",
        expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%5D
        > DELETE /api/v3/users/7
        (only you)
        OpenProject is deleting the account of Chloe Example (chloe).
    "#]],
    )
    .await;
    desk.check("user delete bellhop confirm=yes", expect![[r#"
        > GET /api/v3/users?filters=%5B%7B%22login%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22bellhop%22%5D%7D%7D%5D
        BadInput: That is the bot's own account, which it does not delete.
          user: That is the bot's own account, which it does not delete.
    "#]]).await;
}

#[tokio::test]
async fn members() {
    let desk = desk().await;
    desk.check("member list demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/memberships?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        4 members
        - Ana Example · Project admin
        - Ben Example · Member
        - Chloe Example · Reader
        - Bellhop Bot · Member
        [Add a member…: member add {"project":"demo"}]
    "#]]).await;
    desk.check("member add @chloe project=apollo role=Member", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/roles
        > POST /api/v3/memberships {"_links":{"principal":{"href":"/api/v3/users/7"},"project":{"href":"/api/v3/projects/2"},"roles":[{"href":"/api/v3/roles/8"}]},"_meta":{"sendNotification":true}}
        [Good]
        Chloe Example is in Apollo now, as Member.
    "#]]).await;
    desk.check("member role ben project=demo role=\"Project admin\" role=Reader", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/memberships?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/memberships/2 {"_links":{"roles":[{"href":"/api/v3/roles/9"},{"href":"/api/v3/roles/7"}]}}
        [Good]
        Ben Example is Project admin, Reader in Demo now, and was Member.
    "#]]).await;
    desk.check("member remove ben project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/memberships?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > DELETE /api/v3/memberships/2
        Ben Example is no member of Demo any more.
        [Add again: member add {"who":"Ben Example","project":"demo","role":["Project admin","Reader"]}]
    "#]]).await;
    desk.check(
        "role list",
        expect![[r#"
        3 roles
        - Project admin
        - Member
        - Reader
    "#]],
    )
    .await;
}

#[tokio::test]
async fn lists() {
    let desk = desk().await;
    desk.check(
        "type list",
        expect![[r#"
            > GET /api/v3/types
            4 types
            - Task
            - Milestone
            - Feature
            - Bug
        "#]],
    )
    .await;
    desk.check("type list apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/2/types
        3 types
        - Task
        - Milestone
        - Feature
    "#]]).await;
    desk.check(
        "status list",
        expect![[r#"
        > GET /api/v3/statuses
        5 statuses
        - New · the first
        - In progress
        - On hold
        - Closed · closed
        - Rejected · closed
    "#]],
    )
    .await;
    desk.check(
        "priority list",
        expect![[r#"
        > GET /api/v3/priorities
        4 priorities
        - Low
        - Normal · the default
        - High
        - Immediate
    "#]],
    )
    .await;
    desk.check("category list demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/categories
        2 categories
        - Hardware
        - Light
    "#]]).await;
    desk.check("category list apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/2/categories
        There is no category like that.
    "#]]).await;
    desk.check("field list demo type=Bug", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/types
        > POST /api/v3/projects/1/work_packages/form {"_links":{"type":{"href":"/api/v3/types/4"}}}
        2 custom fields
        - Story points · whole number
        - Severity · one of: low, medium, high
    "#]]).await;
    desk.check("field list demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/work_packages/form {}
        1 custom field
        - Story points · whole number
    "#]]).await;
    desk.check("field list apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/2/work_packages/form {}
        1 custom field
        - Story points · whole number
    "#]]).await;
}

#[tokio::test]
async fn accounts_groups_and_members_are_for_administrators() {
    let desk = desk().await;
    let all = desk.group.actions.iter().filter(|it| it.effect == commands::Effect::Admin);
    assert_eq!(
        all.map(|it| it.name).collect::<Vec<_>>(),
        [
            "member add",
            "member role",
            "member remove",
            "user create",
            "user update",
            "user lock",
            "user unlock",
            "user delete",
            "group create",
            "group add",
            "group remove",
            "group rename",
            "group delete",
        ]
    );
}

/// Many whose login holds `li`, one of whom has it as a name; and the last, whose login it is.
fn crowd(desk: &Desk<Simulated>) {
    let mut state = desk.standin.state();
    let first = state.users[1].clone();
    let user = |id: u64, login: String, first_name: &str| User {
        id,
        mail: format!("{login}@example.org"),
        login,
        first: first_name.into(),
        last: format!("Number {id}"),
        token: String::new(),
        ..first.clone()
    };
    state.users.push(user(1000, "other".into(), "Li"));
    state.users.extend((1001..1250).map(|id| user(id, format!("colin-{id}"), "Colin")));
    state.users.push(user(1250, "li".into(), "Wei"));
    state.memberships.push(Membership { id: 90, project: 1, principal: 1250, roles: vec![8] });
}

fn has(desk: &Desk<Simulated>, user: u64) -> bool {
    desk.standin.state().users.iter().any(|it| it.id == user)
}

#[tokio::test]
async fn somebody_is_found_on_any_page() {
    let mut desk = desk().await;
    crowd(&desk);
    desk.run("wp watch 1 li").await.expect("a watcher");
    assert!(desk.standin.state().package(1).is_some_and(|it| it.watchers.contains(&1250)));
    let account = desk.connected.account(crate::Whose::Login("li")).await.expect("an answer");
    assert_eq!(account.map(|it| it.name).as_deref(), Some("Wei Number 1250"));
    desk.account = Some("li".into());
    desk.run("wp assign 1 me").await.expect("an assignee");
    assert_eq!(desk.standin.state().package(1).and_then(|it| it.assignee), Some(1250));
    assert!(read(&desk.run("user show li").await).contains("Login: li\n"));
    // Whoever may not list accounts finds the login all the same.
    demote(&mut desk.standin.state());
    assert!(read(&desk.run("user show li").await).contains("Login: li\n"));
}

#[tokio::test]
async fn among_too_many_somebody_is_found_by_their_login_only() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.users[1].clone();
        let user = |id: u64| User { id, login: format!("colin-{id}"), mail: format!("{id}@example.org"), ..first.clone() };
        let all: Vec<User> = (1000..3010).map(user).collect();
        state.users.extend(all);
    }
    desk.run("wp watch 1 colin-1000").await.expect("a watcher");
    let error = desk.run("wp watch 1 colin").await.expect_err("too many");
    assert_eq!(error.message, "`colin` fits more than 2000 people. Write the email address or the full name.");
}

#[tokio::test]
async fn the_account_of_the_question_is_deleted() {
    let desk = desk().await;
    crowd(&desk);
    let asked = read(&desk.run("user delete li").await);
    assert!(asked.contains("the account of Wei Number 1250 (li)"), "{asked}");
    assert!(asked.contains(r#"{"user":"1250","confirm":"yes"}"#), "{asked}");
    let did = pressed(&desk, "user delete li").await;
    assert_eq!(did, "(only you)\nOpenProject is deleting the account of Wei Number 1250 (li).\n");
    assert!(!has(&desk, 1250) && has(&desk, 1000));
}

#[tokio::test]
async fn a_login_may_be_the_number_of_another_account() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.users[1].clone();
        state.users.push(User { id: 300, login: "7".into(), mail: "seven@example.org".into(), ..first });
    }
    desk.run("user lock 7").await.expect("a locked account");
    let status = |id: u64| desk.standin.state().users.iter().find(|it| it.id == id).map(|it| it.status.clone());
    assert_eq!((status(300).as_deref(), status(7).as_deref()), (Some("locked"), Some("active")));
    pressed(&desk, "user delete 7").await;
    assert!(!has(&desk, 300) && has(&desk, 7));
    // Without such a login it is a number.
    assert!(read(&desk.run("user show 7").await).contains("# Chloe Example"));
}
