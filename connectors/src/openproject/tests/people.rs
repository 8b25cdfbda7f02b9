//! Accounts, members, roles, and what work packages are made of.

use super::*;

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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
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
        [Open work packages: wp list {"assignee":"ana"}] [Lock: user lock {"user":"ana"}]
    "#]]).await;
    desk.check("user me", expect![[r#"
        > GET /api/v3/users/me
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22dora%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/101
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
    desk.check("user lock chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        > GET /api/v3/users/me
        > POST /api/v3/users/7/lock
        (only you)
        Chloe Example is locked now.
        [Unlock: user unlock {"user":"chloe"}]
    "#]]).await;
    desk.check("user lock chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        (only you)
        Chloe Example is locked already.
    "#]]).await;
    desk.check("user unlock chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        > DELETE /api/v3/users/7/lock
        (only you)
        Chloe Example can sign in again.
    "#]]).await;
    desk.check("user unlock chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        (only you)
        Chloe Example is not locked.
    "#]]).await;
}

#[tokio::test]
async fn deleting_accounts() {
    let desk = desk().await;
    desk.check("user delete chloe", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        > GET /api/v3/users/me
        > GET /api/v3/work_packages?filters=%5B%7B%22assignee%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%227%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        (only you)
        [Warning]
        This deletes the account of Chloe Example (chloe).
        - 0 open work packages are assigned to them
        - what they wrote stays, as written by “Deleted user”
        - their memberships, private queries and settings are gone
        user lock keeps somebody out and keeps the account.
        [Delete the account: user delete {"user":"chloe","confirm":"yes"}]
    "#]]).await;
    desk.check("user delete chloe confirm=yes", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/7
        > DELETE /api/v3/users/7
        (only you)
        OpenProject is deleting the account of Chloe Example (chloe).
    "#]]).await;
    desk.check("user delete bellhop confirm=yes", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22bellhop%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%5D
        > GET /api/v3/users/4
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
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
        > GET /api/v3/roles
        > POST /api/v3/memberships {"_links":{"principal":{"href":"/api/v3/users/7"},"project":{"href":"/api/v3/projects/2"},"roles":[{"href":"/api/v3/roles/8"}]},"_meta":{"sendNotification":true}}
        [Good]
        Chloe Example is in Apollo now, as Member.
    "#]]).await;
    desk.check("member role ben project=demo role=\"Project admin\" role=Reader", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
        > GET /api/v3/memberships?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/memberships/2 {"_links":{"roles":[{"href":"/api/v3/roles/9"},{"href":"/api/v3/roles/7"}]}}
        [Good]
        Ben Example is Project admin, Reader in Demo now, and was Member.
    "#]]).await;
    desk.check("member remove ben project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D
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
