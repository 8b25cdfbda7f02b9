//! Groups of people.

use super::*;

#[tokio::test]
async fn keeping_groups() {
    let desk = desk().await;
    desk.check(
        "group list",
        expect![[r#"
        > GET /api/v3/groups
        (only you)
        1 group
        - Printers · 2 members
    "#]],
    )
    .await;
    desk.check(
        "group show printers",
        expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/20
        (only you)
        # Printers
        Open in OpenProject
        2 members
        - Ana Example
        - Ben Example
    "#]],
    )
    .await;
    desk.check("group create Night shift member=ana member=ben", expect![[r#"
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ben%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/groups {"name":"Night shift","_links":{"members":[{"href":"/api/v3/users/5"},{"href":"/api/v3/users/6"}]}}
        (only you)
        Made the group Night shift.
        # Night shift
        Open in OpenProject
        2 members
        - Ana Example
        - Ben Example
    "#]]).await;
    desk.check("group add chloe group=\"Night shift\"", expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/101
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/groups/101 {"_links":{"members":[{"href":"/api/v3/users/5"},{"href":"/api/v3/users/6"},{"href":"/api/v3/users/7"}]}}
        (only you)
        Chloe Example is in Night shift now.
        # Night shift
        Open in OpenProject
        3 members
        - Ana Example
        - Ben Example
        - Chloe Example
    "#]]).await;
    desk.check("group add chloe group=\"Night shift\"", expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/101
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22chloe%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        BadInput: Chloe Example is in Night shift already.
          user: Chloe Example is in Night shift already.
    "#]]).await;
    desk.check("group remove ana group=\"Night shift\"", expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/101
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/groups/101 {"_links":{"members":[{"href":"/api/v3/users/6"},{"href":"/api/v3/users/7"}]}}
        (only you)
        Ana Example is not in Night shift any more.
        # Night shift
        Open in OpenProject
        2 members
        - Ben Example
        - Chloe Example
    "#]]).await;
    desk.check("group remove ana group=\"Night shift\"", expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/101
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        BadInput: Ana Example is not in Night shift.
          user: Ana Example is not in Night shift.
    "#]]).await;
    desk.check(
        "group rename Printers Paper people",
        expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/20
        > PATCH /api/v3/groups/20 {"name":"Paper people"}
        (only you)
        Printers is called Paper people now.
        # Paper people
        Open in OpenProject
        2 members
        - Ana Example
        - Ben Example
    "#]],
    )
    .await;
    desk.check(
        "group delete \"Paper people\"",
        expect![[r#"
            > GET /api/v3/groups
            > GET /api/v3/groups/20
            (only you)
            [Warning]
            This deletes the group Paper people. In it: Ana Example, Ben Example.
            Its members lose every role that they have through it, and its work packages go to “Deleted user”.
            [Delete the group: group delete {"group":"Paper people","confirm":"yes"}]
        "#]],
    )
    .await;
    desk.check(
        "group delete \"Paper people\" confirm=yes",
        expect![[r#"
        > GET /api/v3/groups
        > GET /api/v3/groups/20
        > DELETE /api/v3/groups/20
        [Good]
        OpenProject is deleting the group Paper people.
    "#]],
    )
    .await;
    desk.check(
        "group list",
        expect![[r#"
        > GET /api/v3/groups
        (only you)
        1 group
        - Night shift · 2 members
    "#]],
    )
    .await;
}
