//! Making, finding and giving cards: one check an action.

use super::*;

#[tokio::test]
async fn creating() {
    let desk = desk().await;
    desk.check("card create Printer on fire board=demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > POST /1/cards {"idList":"6ab251a0000000000000000e","name":"Printer on fire","desc":"Asked by Ana in Slack.","pos":"bottom"}
        > GET /1/cards/6b016ba0000000000000002b?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Created #4 on demo in To Do.
        # Printer on fire
        Card #4 · demo
        List: To Do
        Members: nobody
        | Asked by Ana in Slack.
        [Comment…: card comment {"card":"Card0043"}] [Assign to me: card assign {"card":"Card0043","to":"me"}] [Due…: card due {"card":"Card0043"}] [Archive: card archive {"card":"Card0043"}]
        [Doing: card move {"card":"Card0043","list":"Doing"}] [Done: card move {"card":"Card0043","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().cards.len(), 5);
}

#[tokio::test]
async fn creating_with_everything() {
    let desk = desk().await;
    expect![[r#"
        card create Printer on fire board=demo description="All of it" list=doing member=ben member=me label=urgent label=green due=2026-12-01T09:00Z start=2026-11-30 position=top link=https://example.org/manual file=https://example.org/fire.txt
        Created #4 on demo in Doing.
        # Printer on fire
        Card #4 · demo
        List: Doing
        Members: Ben Example, Ana Example
        Labels: urgent, green
        Start: 2026-11-30
        Due: 2026-12-01 09:00 UTC
        | All of it
        | 
        | *Asked by Ana in Slack.*
        - https://example.org/manual
        - fire.txt
        [Comment…: card comment {"card":"Card0043"}] [Assign to me: card assign {"card":"Card0043","to":"me"}] [Done: card done {"card":"Card0043"}] [Archive: card archive {"card":"Card0043"}]
        [To Do: card move {"card":"Card0043","list":"To Do"}] [Done: card move {"card":"Card0043","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]].assert_eq(&told(&desk, &["card create Printer on fire board=demo description=\"All of it\" list=doing member=ben member=me label=urgent label=green due=2026-12-01T09:00Z start=2026-11-30 position=top link=https://example.org/manual file=https://example.org/fire.txt"]).await);
    assert!(desk.server.exchanges().iter().any(|it| it.path.ends_with("/attachments") && it.body.contains("It burns.")));
    let state = desk.standin.state();
    let card = state.cards.last().expect("the card");
    assert_eq!((card["idMembers"].as_array().map(Vec::len), card["idLabels"].as_array().map(Vec::len)), (Some(2), Some(2)));
    assert_eq!(card["due"], "2026-12-01T09:00:00Z");
}

#[tokio::test]
async fn showing() {
    let desk = desk().await;
    desk.check("card show PrnCats1", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        [Bad]
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-19 10:00 UTC)
    "#]]).await;
    desk.check("card show #2 board=demo --comments", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/cards/2
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/cards/6af58e20000000000000001e/actions?filter=commentCard
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-14 10:00 UTC)
        No comments yet.
    "#]]).await;
    desk.check("https://trello.com/c/PrnCats1/1-printer --comments", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/cards/6afd7720000000000000001c/actions?filter=commentCard
        [Bad]
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-19 10:00 UTC)
        Last comments
        - Ben Example 2026-11-19 10:00 UTC: I only see dogs.
    "#]]).await;
}

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    desk.check("card list demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/cards/open
        3 cards on demo
        - #1 Printer prints only cats · To Do · due 2026-11-20 10:00 UTC (overdue)
        - #2 Dark mode for the lobby · Doing · Ana Example
        - #3 Where is the manual? · Done · Ben Example · due 2026-11-17 10:00 UTC (done)
    "#]]).await;
    desk.check(
        "card list demo list=Doing member=me",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/search/members/?query=ana%40example.org&limit=2
        > GET /1/lists/6ab251a0000000000000000f/cards
        1 card on demo
        - #2 Dark mode for the lobby · Ana Example
    "#]],
    )
    .await;
    desk.check(
        "card list demo label=urgent --overdue",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/cards/open
        1 card on demo
        - #1 Printer prints only cats · To Do · due 2026-11-20 10:00 UTC (overdue)
    "#]],
    )
    .await;
    desk.check(
        "card list demo member=none limit=1",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/cards/open
        1 card on demo
        - #1 Printer prints only cats · To Do · due 2026-11-20 10:00 UTC (overdue)
    "#]],
    )
    .await;
    desk.check("card list apollo member=chloe@example.org", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > GET /1/search/members/?query=chloe%40example.org&limit=2
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        No cards like that on apollo.
    "#]]).await;
}

#[tokio::test]
async fn mine_and_others() {
    let desk = desk().await;
    desk.check(
        "card mine",
        expect![[r#"
        > GET /1/search/members/?query=ana%40example.org&limit=2
        > GET /1/members/6a8ac4a00000000000000002/cards?filter=visible
        > GET /1/members/me/boards?filter=open
        (only you)
        1 card of Ana Example
        - #2 Dark mode for the lobby · demo
    "#]],
    )
    .await;
    desk.check(
        "card mine of=ben limit=1",
        expect![[r#"
        > GET /1/members/ben
        > GET /1/members/6a8ac4a00000000000000003/cards?filter=visible
        > GET /1/members/me/boards?filter=open
        (only you)
        1 card of Ben Example
        - #1 Second stage does not light · apollo
    "#]],
    )
    .await;
}

#[tokio::test]
async fn giving_and_taking() {
    let desk = desk().await;
    desk.check("card assign PrnCats1 me", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/search/members/?query=ana%40example.org&limit=2
        > POST /1/cards/6afd7720000000000000001c/idMembers {"value":"6a8ac4a00000000000000002"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Assigned #1 to Ana Example.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: Ana Example
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card assign PrnCats1 ana", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        #1 is Ana Example's already.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: Ana Example
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card assign PrnCats1 ben --only", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c {"idMembers":"6a8ac4a00000000000000003"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Assigned #1 to Ben Example.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: Ben Example
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card unassign PrnCats1 ben", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > DELETE /1/cards/6afd7720000000000000001c/idMembers/6a8ac4a00000000000000003
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        #1 is not Ben Example's any more.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card assign LobbyDk2 none", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"idMembers":""}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        #2 is nobody's now.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: nobody
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-14 10:00 UTC)
    "#]]).await;
    desk.check(
        "card unassign LobbyDk2 ana",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: #2 is not Ana Example's.
          from: #2 is not Ana Example's.
    "#]],
    )
    .await;
    assert_eq!(
        (card(&desk, "PrnCats1")["idMembers"].clone(), card(&desk, "LobbyDk2")["idMembers"].clone()),
        (json!([]), json!([]))
    );
}

#[tokio::test]
async fn labelling() {
    let desk = desk().await;
    desk.check("card label LobbyDk2 bug", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > POST /1/cards/6af58e20000000000000001e/idLabels {"value":"6ab251a00000000000000015"}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Labelled #2 bug.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        Labels: bug
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card label LobbyDk2 orange", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        #2 is labelled bug already.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        Labels: bug
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card unlabel LobbyDk2 bug", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > DELETE /1/cards/6af58e20000000000000001e/idLabels/6ab251a00000000000000015
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Took bug off #2.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "card unlabel LobbyDk2 bug",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: #2 is not labelled bug.
          label: #2 is not labelled bug.
    "#]],
    )
    .await;
    assert_eq!(card(&desk, "LobbyDk2")["idLabels"], json!([]));
}
