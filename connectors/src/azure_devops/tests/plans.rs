//! Saved queries and iterations.

use super::*;

#[tokio::test]
async fn saved_queries_are_listed_and_run() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "query list",
            "query list apollo",
            "query run Open bugs",
            "query run q3",
            "query run Everything",
            "query run \"Shared Queries/Everything\"",
            "query run \"Shared Queries/Team/Bugs/Old\"",
            "query run \"Shared Queries/Team/Bugs/None\"",
            "query run Closed bugs",
        ],
        expect![[r#"
            $ query list
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            3 saved queries
            - Everything · My Queries
            - Everything · Shared Queries
            - Open bugs · Shared Queries/Team
            [Everything: query run {"query":"q3","project":"demo"}] [Everything: query run {"query":"q1","project":"demo"}] [Open bugs: query run {"query":"q2","project":"demo"}]
            $ query list apollo
            > GET /example/apollo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            apollo has no saved queries. In Azure DevOps they are made under Boards → Queries.
            $ query run Open bugs
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'Bug' AND [System.State] = 'Active'"}
            > GET /example/_apis/wit/workitems?ids=1&errorPolicy=omit&api-version=7.1
            1 work item
            - Bug 1 Printer prints only cats · Active · Ben Example
            $ query run q3
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0"}
            > GET /example/_apis/wit/workitems?ids=1%2C2%2C3%2C4&errorPolicy=omit&api-version=7.1
            4 work items
            - Bug 1 Printer prints only cats · Active · Ben Example
            - Task 2 Where is the manual? · New · nobody
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run Everything
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            BadInput: `Everything` can be My Queries/Everything or Shared Queries/Everything. Write the whole path.
              query: `Everything` can be My Queries/Everything or Shared Queries/Everything. Write the whole path.
            $ query run "Shared Queries/Everything"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 0"}
            > GET /example/_apis/wit/workitems?ids=1%2C2%2C3%2C4&errorPolicy=omit&api-version=7.1
            4 work items
            - Bug 1 Printer prints only cats · Active · Ben Example
            - Task 2 Where is the manual? · New · nobody
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run "Shared Queries/Team/Bugs/Old"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > GET /example/demo/_apis/wit/queries/Shared%20Queries/Team/Bugs/Old?%24expand=wiql&api-version=7.1
            > POST /example/demo/_apis/wit/wiql?%24top=1000&api-version=7.1 {"query":"SELECT [System.Id] FROM WorkItems WHERE [System.Id] > 2"}
            > GET /example/_apis/wit/workitems?ids=3%2C4&errorPolicy=omit&api-version=7.1
            2 work items
            - Task 3 Fan is loud · Closed · Ana Example
            - Bug 4 Legs too short · New · Ana Example
            $ query run "Shared Queries/Team/Bugs/None"
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            > GET /example/demo/_apis/wit/queries/Shared%20Queries/Team/Bugs/None?%24expand=wiql&api-version=7.1
            NotFound: Azure DevOps has no query `Shared Queries/Team/Bugs/None` in demo, or hides it from the bot's account. Look at the name and number again.
            $ query run Closed bugs
            > GET /example/demo/_apis/wit/queries?%24depth=2&%24expand=wiql&api-version=7.1
            BadInput: demo has no saved query `Closed bugs`. It can be Everything or Open bugs.
              query: demo has no saved query `Closed bugs`. It can be Everything or Open bugs.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn iterations_have_their_dates() {
    let desk = desk().await;
    check(&desk, &["iteration list", "iteration list demo all=yes", "iteration list apollo"], expect![[r#"
        $ iteration list
        > GET /example/demo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        2 iterations
        - demo\Sprint 1 · 2026-11-09 to 2026-11-22 · now
        - demo\Some day · no dates
        [demo\Sprint 1: item list {"project":"demo","iteration":"demo\\Sprint 1"}] [demo\Some day: item list {"project":"demo","iteration":"demo\\Some day"}]
        (1 that are over: --all lists them.)
        $ iteration list demo all=yes
        > GET /example/demo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        3 iterations
        - demo\Sprint 0 · 2026-10-26 to 2026-11-08
        - demo\Sprint 1 · 2026-11-09 to 2026-11-22 · now
        - demo\Some day · no dates
        [demo\Sprint 0: item list {"project":"demo","iteration":"demo\\Sprint 0"}] [demo\Sprint 1: item list {"project":"demo","iteration":"demo\\Sprint 1"}] [demo\Some day: item list {"project":"demo","iteration":"demo\\Some day"}]
        $ iteration list apollo
        > GET /example/apollo/_apis/wit/classificationnodes?%24depth=10&api-version=7.1
        apollo has no iterations. They are made under Project settings → Project configuration.
    "#]]).await;
    let labels = |all: Vec<commands::Choice>| all.into_iter().map(|it| it.label).collect::<Vec<_>>().join(", ");
    let mut offered = String::new();
    for (lookup, typed) in [("area", ""), ("iteration", "sprint"), ("query", "open")] {
        offered.push_str(&format!("{lookup}: {}\n", labels(desk.choices(lookup, typed, json!({})).await.unwrap())));
    }
    expect![[r#"
        area: demo, demo\Hardware, demo\Hardware\Paper
        iteration: demo\Sprint 0, demo\Sprint 1
        query: Shared Queries/Team/Open bugs
    "#]]
    .assert_eq(&offered);
}
