//! Saved queries and notifications.

use super::*;
use crate::openproject::standin::state::Query;

#[tokio::test]
async fn using_queries() {
    let desk = desk().await;
    desk.check(
        "query list",
        expect![[r#"
        > GET /api/v3/queries
        1 query
        - Open bugs · Demo · public
        [Open bugs: query show {"query":"1"}]
    "#]],
    )
    .await;
    desk.check("query list project=apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/queries?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        There is no query like that.
    "#]]).await;
    desk.check(
        "query show Open bugs",
        expect![[r#"
        > GET /api/v3/queries
        > GET /api/v3/queries/1?pageSize=15&offset=1
        # Open bugs
        Open in OpenProject
        1 work package
        - #1 Printer prints only cats · New · nobody
        [As a table: query export {"query":"1"}]
    "#]],
    )
    .await;
    check_plainly(
        &desk,
        "query export Open bugs",
        expect![[r#"
            > GET /api/v3/queries
            > GET /api/v3/queries/1?pageSize=100&offset=1
            open-bugs.csv: 1 work package
            ID,Subject,Project,Severity,Category
            1,Printer prints only cats,Demo,high,Hardware

            (The same as PDF, for who is signed in to OpenProject)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn keeping_queries() {
    let desk = desk().await;
    desk.check("query create Mine and late project=demo assignee=me due=2026-12-01 text=dark --public", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/principals?filters=%5B%7B%22any_name_attribute%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22ana%40example.org%22%5D%7D%7D%2C%7B%22type%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22User%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22%21%22%2C%22values%22%3A%5B%223%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/queries {"name":"Mine and late","filters":[{"_links":{"filter":{"href":"/api/v3/queries/filters/status"},"operator":{"href":"/api/v3/queries/operators/o"},"values":[]}},{"_links":{"filter":{"href":"/api/v3/queries/filters/assignee"},"operator":{"href":"/api/v3/queries/operators/%3D"},"values":[{"href":"/api/v3/users/5"}]}},{"_links":{"filter":{"href":"/api/v3/queries/filters/dueDate"},"operator":{"href":"/api/v3/queries/operators/%3C%3Ed"}},"values":["","2026-12-01"]},{"_links":{"filter":{"href":"/api/v3/queries/filters/subject"},"operator":{"href":"/api/v3/queries/operators/%7E"}},"values":["dark"]}],"public":true,"_links":{"project":{"href":"/api/v3/projects/1"}}}
        [Good]
        Saved the query Mine and late.
        [Show: query show {"query":"101"}]
    "#]]).await;
    desk.check(
        "query show mine and late",
        expect![[r#"
        > GET /api/v3/queries
        > GET /api/v3/queries/101?pageSize=15&offset=1
        # Mine and late
        Open in OpenProject
        1 work package
        - #2 Dark mode for the lobby · In progress · Ana Example · due 2026-11-27
        [As a table: query export {"query":"101"}]
    "#]],
    )
    .await;
    desk.check(
        "query star mine and late",
        expect![[r#"
        > GET /api/v3/queries
        > PATCH /api/v3/queries/101/star
        [Good]
        Mine and late is a favorite now.
    "#]],
    )
    .await;
    desk.check(
        "query star mine and late --off",
        expect![[r#"
        > GET /api/v3/queries
        > PATCH /api/v3/queries/101/unstar
        [Good]
        Mine and late is no favorite any more.
    "#]],
    )
    .await;
    desk.check(
        "query delete mine and late",
        expect![[r#"
        > GET /api/v3/queries
        (only you)
        [Warning]
        This deletes the query Mine and late of Demo. Everybody who uses it loses it. The work packages in it stay.
        [Delete the query: query delete {"query":"101","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "query delete mine and late confirm=yes",
        expect![[r#"
        > GET /api/v3/queries
        > DELETE /api/v3/queries/101
        [Good]
        Deleted the query Mine and late.
    "#]],
    )
    .await;
    desk.check(
        "query list",
        expect![[r#"
        > GET /api/v3/queries
        1 query
        - Open bugs · Demo · public
        [Open bugs: query show {"query":"1"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn changing_a_query() {
    let desk = desk().await;
    desk.check(
        "query update open bugs name=\"Our bugs\" public=false",
        expect![[r#"
        > GET /api/v3/queries
        > PATCH /api/v3/queries/1 {"name":"Our bugs","public":false}
        [Good]
        Changed the query Our bugs.
        [Show: query show {"query":"1"}]
    "#]],
    )
    .await;
    desk.check("query update our bugs status=closed sort=updated", expect![[r#"
        > GET /api/v3/queries
        > GET /api/v3/projects/1
        > PATCH /api/v3/queries/1 {"filters":[{"_links":{"filter":{"href":"/api/v3/queries/filters/status"},"operator":{"href":"/api/v3/queries/operators/c"},"values":[]}}],"_links":{"sortBy":[{"href":"/api/v3/queries/sort_bys/updatedAt-desc"}]}}
        [Good]
        Changed the query Our bugs.
        [Show: query show {"query":"1"}]
    "#]]).await;
    desk.check(
        "query update our bugs",
        expect![[r#"
        > GET /api/v3/queries
        BadInput: What is to change? Write name=…, public=…, sort=…, or conditions such as status=open.
          name: What is to change? Write name=…, public=…, sort=…, or conditions such as status=open.
    "#]],
    )
    .await;
    desk.check("query update our bugs project=apollo text=leaf", expect![[r#"
        > GET /api/v3/queries
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        BadInput: A saved query stays in its project. Save a new one with `query create`.
          project: A saved query stays in its project. Save a new one with `query create`.
    "#]]).await;
    desk.check(
        "query update nothing name=Something",
        expect![[r#"
        > GET /api/v3/queries
        BadInput: There is no query `nothing` here. It can be Our bugs.
          query: There is no query `nothing` here. It can be Our bugs.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let query = &state.queries[0];
    assert_eq!((query.name.as_str(), query.public, query.project), ("Our bugs", false, Some(1)));
    assert_eq!(query.filters.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect::<Vec<_>>(), [("status", "c")]);
}

#[tokio::test]
async fn a_query_by_custom_fields() {
    let desk = desk().await;
    desk.check("query create Severe project=demo type=Bug sort=due field=Severity=high field=\"Story points=3\"", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/types
        > GET /api/v3/projects/1/types
        > POST /api/v3/projects/1/work_packages/form {"_links":{"type":{"href":"/api/v3/types/4"}}}
        > POST /api/v3/queries {"name":"Severe","filters":[{"_links":{"filter":{"href":"/api/v3/queries/filters/status"},"operator":{"href":"/api/v3/queries/operators/o"},"values":[]}},{"_links":{"filter":{"href":"/api/v3/queries/filters/type"},"operator":{"href":"/api/v3/queries/operators/%3D"},"values":[{"href":"/api/v3/types/4"}]}},{"_links":{"filter":{"href":"/api/v3/queries/filters/customField1"},"operator":{"href":"/api/v3/queries/operators/%3D"}},"values":["3"]},{"_links":{"filter":{"href":"/api/v3/queries/filters/customField2"},"operator":{"href":"/api/v3/queries/operators/%3D"},"values":[{"href":"/api/v3/custom_options/3"}]}}],"public":false,"_links":{"project":{"href":"/api/v3/projects/1"},"sortBy":[{"href":"/api/v3/queries/sort_bys/dueDate-asc"},{"href":"/api/v3/queries/sort_bys/priority-desc"}]}}
        [Good]
        Saved the query Severe.
        [Show: query show {"query":"101"}]
    "#]]).await;
    desk.check(
        "query show severe",
        expect![[r#"
        > GET /api/v3/queries
        > GET /api/v3/queries/101?pageSize=15&offset=1
        # Severe
        Open in OpenProject
        1 work package
        - #1 Printer prints only cats · New · nobody
        [As a table: query export {"query":"101"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn notifications() {
    let desk = desk().await;
    desk.check("notification list", expect![[r#"
        > GET /api/v3/notifications?filters=%5B%7B%22readIAN%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22f%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 notification
        - mentioned by Chloe Example: Printer prints only cats · Demo (1)
        [Mark all as read: notification read {}]
    "#]]).await;
    desk.check(
        "notification read 1",
        expect![[r#"
        > POST /api/v3/notifications/1/read_ian
        [Good]
        Notification 1 is read.
    "#]],
    )
    .await;
    desk.check("notification list", expect![[r#"
        > GET /api/v3/notifications?filters=%5B%7B%22readIAN%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22f%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        There is no notification like that.
    "#]]).await;
    desk.check(
        "notification read",
        expect![[r#"
        > POST /api/v3/notifications/read_ian
        [Good]
        All notifications of the bot's account are read.
    "#]],
    )
    .await;
    desk.check(
        "notification list --all",
        expect![[r#"
        > GET /api/v3/notifications?filters=%5B%5D&sortBy=%5B%5B%22id%22%2C%22desc%22%5D%5D&pageSize=15&offset=1
        1 notification
        - mentioned by Chloe Example: Printer prints only cats · Demo · read (1)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_export_has_the_columns_of_the_query() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let query = &mut state.queries[0];
        query.filters.clear();
        query.columns = vec![
            ("id", "ID"),
            ("author", "Author"),
            ("customField1", "Story points"),
            ("customField2", "Severity"),
            ("budget", "Budget"),
            ("dueDate", "Finish date"),
            ("estimatedTime", "Work"),
            ("parent", "Parent"),
            ("description", "Description"),
        ];
        query.project = None;
    }
    check_plainly(
        &desk,
        "query export Open bugs",
        expect![[r#"
            > GET /api/v3/queries
            > GET /api/v3/queries/1?pageSize=100&offset=1
            open-bugs.csv: 5 work packages
            ID,Author,Story points,Severity,Budget,Finish date,Work,Parent,Description
            1,Chloe Example,3,high,Paper and toner,,,,"Every page has a cat on it.  The big ones, too."
            2,Chloe Example,,,,2026-11-27,8,3,The lamps are too bright at night.
            3,Chloe Example,,,,,,,
            4,Chloe Example,,,,,,,Found under the printer.
            5,Chloe Example,,,,2026-12-24,,,

            (The same as PDF, for who is signed in to OpenProject)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn of_two_queries_of_a_name_neither_is_touched() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.queries[0].clone();
        state.queries.push(Query { id: 2, project: Some(2), ..first.clone() });
        // One may be called as another is numbered.
        state.queries.push(Query { id: 3, name: "2".into(), ..first });
    }
    for (line, said) in [
        (
            "query delete Open bugs confirm=yes",
            "2 queries can be meant by `Open bugs`: #1 (Demo) or #2 (Apollo). Write the number of one, such as #1.",
        ),
        (
            "query delete 2 confirm=yes",
            "2 queries can be meant by `2`: #2 (Apollo) or #3 (Demo). Write the number of one, such as #2.",
        ),
        (
            "query update Open bugs public=false",
            "2 queries can be meant by `Open bugs`: #1 (Demo) or #2 (Apollo). Write the number of one, such as #1.",
        ),
    ] {
        let error = desk.run(line).await.expect_err(line);
        assert_eq!((error.fields[0].field.as_str(), error.message.as_str()), ("query", said), "{line}");
    }
    assert_eq!(desk.standin.state().queries.len(), 3);
    desk.run("query delete #2 confirm=yes").await.expect("deleted");
    assert_eq!(desk.standin.state().queries.iter().map(|it| it.id).collect::<Vec<_>>(), [1, 3]);
}
