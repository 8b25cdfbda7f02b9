//! Boards, their figures, and searching all of them.

use super::*;

#[tokio::test]
async fn boards() {
    let desk = desk().await;
    desk.check("board list", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2Fcards%2Fopen%2C%2Fboards%2F6ab251a0000000000000000a%2Fcards%2Fopen
        2 boards
        - demo · 3 open cards, 1 overdue
        - apollo · 1 open card
    "#]]).await;
    desk.check("board show demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/cards/open
        # demo
        Open in Trello · 3 open cards
        - To Do 1: Printer prints only cats
        - Doing 1: Dark mode for the lobby
        - Done 1: Where is the manual?
        Members: Bellhop, Ana Example, Ben Example, Chloe Example
        Labels: urgent, bug, green
        [Create a card…: card create {"board":"DemoBrd1"}] [Cards: card list {"board":"DemoBrd1"}] [Metrics: board metrics {"board":"DemoBrd1"}]
    "#]]).await;
    desk.check("board show https://trello.com/b/ApolloB1/apollo", expect![[r#"
        > GET /1/boards/ApolloB1
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        # apollo
        Open in Trello · 1 open card
        - Ideas 0
        - Building 1: Second stage does not light
        - Done 0
        Members: Bellhop, Ana Example, Ben Example
        Labels: engine
        [Create a card…: card create {"board":"ApolloB1"}] [Cards: card list {"board":"ApolloB1"}] [Metrics: board metrics {"board":"ApolloB1"}]
    "#]]).await;
    desk.check("https://trello.com/b/ApolloB1/apollo", expect![[r#"
        > GET /1/boards/ApolloB1
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        # apollo
        Open in Trello · 1 open card
        - Ideas 0
        - Building 1: Second stage does not light
        - Done 0
        Members: Bellhop, Ana Example, Ben Example
        Labels: engine
        [Create a card…: card create {"board":"ApolloB1"}] [Cards: card list {"board":"ApolloB1"}] [Metrics: board metrics {"board":"ApolloB1"}]
    "#]]).await;
    desk.check(
        "board members demo",
        expect![[r#"
            > GET /1/members/me/boards?filter=open
            > GET /1/boards/6ab251a00000000000000005/memberships?member=true
            4 members on demo
            - Bellhop @bellhop · admin
            - Ana Example @ana · admin
            - Ben Example @ben · normal
            - Chloe Example @chloe · normal
        "#]],
    )
    .await;
    desk.check(
        "board create Apollo 2",
        expect![[r#"
        > POST /1/boards/ {"name":"Apollo 2","desc":"Asked by Ana in Slack.","defaultLists":true}
        Created the board Apollo 2.
        [Create a card…: card create {"board":"Board044"}] [Add a member…: member add {"board":"Board044"}]
    "#]],
    )
    .await;
    desk.check(
        "board create Gemini list=Ideas list=Done visibility=private",
        expect![[r#"
        > POST /1/boards/ {"name":"Gemini","desc":"Asked by Ana in Slack.","defaultLists":false,"prefs_permissionLevel":"private"}
        > POST /1/lists {"name":"Ideas","idBoard":"6b016ba00000000000000031","pos":"bottom"}
        > POST /1/lists {"name":"Done","idBoard":"6b016ba00000000000000031","pos":"bottom"}
        Created the board Gemini.
        [Create a card…: card create {"board":"Board050"}] [Add a member…: member add {"board":"Board050"}]
    "#]],
    )
    .await;
    desk.check("board create Gemini 2 template=apollo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/boards/ {"name":"Gemini 2","desc":"Asked by Ana in Slack.","defaultLists":false,"idBoardSource":"6ab251a0000000000000000a","keepFromSource":"none"}
        Created the board Gemini 2.
        [Create a card…: card create {"board":"Board057"}] [Add a member…: member add {"board":"Board057"}]
    "#]]).await;
    desk.check(
        "board create Gemini 3 workspace=nasa",
        expect![[r#"
        > GET /1/organizations/nasa
        BadInput: Trello has no workspace `nasa` that the bot can see.
          workspace: Trello has no workspace `nasa` that the bot can see.
    "#]],
    )
    .await;
    desk.check(
        "board close apollo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        (only you)
        [Warning]
        apollo would be closed with 1 open card: nobody could change them until it is reopened, which its administrators can.
        [Close the board: board close {"board":"ApolloB1","confirm":"yes"}]
    "#]],
    )
    .await;
    expect![[r#"
        Closed the board apollo.
        [Reopen: board reopen {"board":"ApolloB1"}]
    "#]]
    .assert_eq(&pressed(&desk, "board close apollo").await);
    desk.check(
        "board reopen ApolloB1",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/ApolloB1
        > PUT /1/boards/6ab251a0000000000000000a {"closed":false}
        Reopened the board apollo.
    "#]],
    )
    .await;
    assert!(desk.standin.state().boards.iter().all(|it| it["closed"] == false));
}

#[tokio::test]
async fn figures_of_cards() {
    let desk = desk().await;
    desk.check("board metrics demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/cards/open
        > GET /1/boards/6ab251a00000000000000005/actions?limit=1000&since=2026-10-24T10%3A00%3A00Z&filter=createCard%2CcopyCard%2CupdateCard%3AidList%2CupdateCard%3Aclosed
        # demo: 3 open cards
        List | Cards | Share | Median age | Longest untouched | Overdue
        To Do | 1 | 33 % | 3 d | 2 d | 1
        Doing | 1 | 33 % | 9 d | 7 d | 0
        Done | 1 | 33 % | 12 d | 6 d | 0
        The last 28 days
        Reached Done: 1 (0.3 a week)
        Created: 3 (0.8 a week)
        Archived: 0
        Overdue: 1
        Nobody's: 1
    "#]]).await;
    desk.check("board metrics apollo days=7 done=Ideas", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        > GET /1/boards/6ab251a0000000000000000a/actions?limit=1000&since=2026-11-14T10%3A00%3A00Z&filter=createCard%2CcopyCard%2CupdateCard%3AidList%2CupdateCard%3Aclosed
        # apollo: 1 open card
        List | Cards | Share | Median age | Longest untouched | Overdue
        Ideas | 0 | 0 % | - | - | 0
        Building | 1 | 100 % | 5 d | 5 d | 0
        Done | 0 | 0 % | - | - | 0
        The last 7 days
        Reached Ideas: 0 (0 a week)
        Created: 1 (1 a week)
        Archived: 0
        Overdue: 0
        Nobody's: 0
    "#]]).await;
}

#[tokio::test]
async fn figures_of_flow() {
    let desk = desk().await;
    desk.check("board flow demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/actions?limit=1000&since=2026-10-24T10%3A00%3A00Z&filter=createCard%2CcopyCard%2CupdateCard%3AidList
        # demo: 1 card in 28 days reached Done
        Time | Cards | Median | 85 % | Mean
        Lead time: created until done | 1 | 6 d | 6 d | 6 d
        Cycle time: out of To Do until done | 1 | 2 d | 2 d | 2 d
        In To Do | 2 | 4 d | 4 d | 3 d
        In Doing | 1 | 2 d | 2 d | 2 d
        (3 moves, 0 of them back.)
    "#]]).await;
    desk.check("board flow demo days=7 done=Doing", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/actions?limit=1000&since=2026-11-14T10%3A00%3A00Z&filter=createCard%2CcopyCard%2CupdateCard%3AidList
        # demo: 1 card in 7 days reached Doing
        Time | Cards | Median | 85 % | Mean
        Lead time: created until done | 1 | 2 d | 2 d | 2 d
        Cycle time: out of To Do until done | 0 | - | - | -
        (2 moves, 0 of them back.)
    "#]]).await;
    desk.check("board flow apollo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > GET /1/boards/6ab251a0000000000000000a/actions?limit=1000&since=2026-10-24T10%3A00%3A00Z&filter=createCard%2CcopyCard%2CupdateCard%3AidList
        # apollo: 0 cards in 28 days reached Done
        Time | Cards | Median | 85 % | Mean
        Lead time: created until done | 0 | - | - | -
        Cycle time: out of Ideas until done | 0 | - | - | -
        (0 moves, 0 of them back.)
    "#]]).await;
}

#[tokio::test]
async fn figures_of_people() {
    let desk = desk().await;
    desk.check("board activity demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/actions?limit=1000&since=2026-11-14T10%3A00%3A00Z
        > GET /1/boards/6ab251a00000000000000005/cards/open
        # demo: 4 actions in 7 days
        Who | All | Created | Moved | Commented
        Ben Example | 2 | 0 | 1 | 1
        Ana Example | 1 | 0 | 1 | 0
        Chloe Example | 1 | 1 | 0 | 0
        Labels of open cards: urgent 1
        Without a label: 2
    "#]]).await;
    desk.check(
        "board activity demo days=30",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/actions?limit=1000&since=2026-10-22T10%3A00%3A00Z
        > GET /1/boards/6ab251a00000000000000005/cards/open
        # demo: 7 actions in 30 days
        Who | All | Created | Moved | Commented
        Ben Example | 4 | 1 | 2 | 1
        Chloe Example | 2 | 2 | 0 | 0
        Ana Example | 1 | 0 | 1 | 0
        Labels of open cards: urgent 1
        Without a label: 2
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_long_history_is_read_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let move_of = state.actions.iter().rev().find(|it| it["type"] == "updateCard").cloned().expect("a move");
        for number in 0..1500 {
            let mut action = move_of.clone();
            action["id"] = json!(format!("{number:024x}"));
            state.actions.push(action);
        }
    }
    let asked = desk.server.exchanges().len();
    let reply = desk.run("board flow demo").await.expect("figures");
    let pages = desk.server.exchanges()[asked..].iter().filter(|it| it.path.contains("/actions")).count();
    assert_eq!(pages, 2);
    expect!["1503 moves, 0 of them back."].assert_eq(
        &reply
            .message
            .blocks
            .iter()
            .rev()
            .find_map(|it| match it {
                commands::Block::Context(it) => Some(it.to_plain()),
                _ => None,
            })
            .unwrap_or_default(),
    );
}

#[tokio::test]
async fn searching() {
    let desk = desk().await;
    desk.check(
        "card search printer",
        expect![[r#"
        > GET /1/search?query=printer&modelTypes=cards&cards_limit=21&partial=true
        > GET /1/members/me/boards?filter=open
        1 card
        - #1 Printer prints only cats · demo · due 2026-11-20 10:00 UTC (overdue)
    "#]],
    )
    .await;
    desk.check(
        "card search dogs board=demo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/search?query=dogs&modelTypes=cards&cards_limit=21&partial=true&idBoards=6ab251a00000000000000005
        > GET /1/members/me/boards?filter=open
        1 card
        - #1 Printer prints only cats · demo · due 2026-11-20 10:00 UTC (overdue)
    "#]],
    )
    .await;
    desk.check(
        "card search e limit=1",
        expect![[r#"
            > GET /1/search?query=e&modelTypes=cards&cards_limit=2&partial=true
            > GET /1/members/me/boards?filter=open
            More than 1 card; the first of them
            - #1 Printer prints only cats · demo · due 2026-11-20 10:00 UTC (overdue)
        "#]],
    )
    .await;
    desk.check(
        "card search nothing like it",
        expect![[r#"
        > GET /1/search?query=nothing+like+it&modelTypes=cards&cards_limit=21&partial=true
        > GET /1/members/me/boards?filter=open
        Trello finds no card for `nothing like it`.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_board_is_changed() {
    let desk = desk().await;
    desk.check(
        "board update demo name=\"Demo 2\" description=\"What we print.\" visibility=org",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > PUT /1/boards/6ab251a00000000000000005 {"name":"Demo 2","desc":"What we print.","prefs/permissionLevel":"org"}
        Changed the board Demo 2.
    "#]],
    )
    .await;
    desk.check(
        "board update \"Demo 2\"",
        expect![[r#"
        BadInput: What shall change? Write it as a name and a value, such as name="Apollo 2".
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let board = state.boards.iter().find(|it| it["name"] == "Demo 2").unwrap();
    assert_eq!((&board["desc"], &board["prefs"]["permissionLevel"]), (&json!("What we print."), &json!("org")));
}
