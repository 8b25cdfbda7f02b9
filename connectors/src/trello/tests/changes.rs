//! What changes cards: one check an action, and what became of the card.

use super::*;

#[tokio::test]
async fn commenting() {
    let desk = desk().await;
    desk.check("card comment PrnCats1 Now **dogs**, too", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > POST /1/cards/6afd7720000000000000001c/actions/comments {"text":"Now **dogs**, too\n\n*Asked by Ana in Slack.*"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        [Bad]
        Commented on #1.
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
    assert_eq!(
        desk.standin.state().actions.last().map(|it| it["data"]["text"].clone()),
        Some(json!("Now **dogs**, too\n\n*Asked by Ana in Slack.*"))
    );
}

#[tokio::test]
async fn moving() {
    let desk = desk().await;
    desk.check("card move PrnCats1 Doing", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/cards/6afd7720000000000000001c {"idList":"6ab251a0000000000000000f"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Moved #1 from To Do to Doing.
        # Printer prints only cats
        Card #1 · demo
        List: Doing
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [To Do: card move {"card":"PrnCats1","list":"To Do"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card move #1 Done board=demo position=top", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/cards/1
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me/boards?filter=open
        > PUT /1/cards/6afd7720000000000000001c {"idList":"6ab251a00000000000000010","pos":"top"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Moved #1 from Doing to Done.
        # Printer prints only cats
        Card #1 · demo
        List: Done
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [To Do: card move {"card":"PrnCats1","list":"To Do"}] [Doing: card move {"card":"PrnCats1","list":"Doing"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card move PrnCats1 Building board=apollo", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > PUT /1/cards/6afd7720000000000000001c {"idList":"6ab251a00000000000000012","idBoard":"6ab251a0000000000000000a"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Moved #1 from Done to Building on apollo.
        # Printer prints only cats
        Card #1 · apollo
        List: Building
        Members: nobody
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Ideas: card move {"card":"PrnCats1","list":"Ideas"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    let (card, state) = (card(&desk, "PrnCats1"), desk.standin.state());
    assert_eq!(
        (state.list_name(&card["idList"]), state.name_of(&state.boards, &card["idBoard"], "name")),
        ("Building".into(), "apollo".into())
    );
}

#[tokio::test]
async fn dates() {
    let desk = desk().await;
    desk.check("card due LobbyDk2 due=2026-12-01T17:00Z", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"due":"2026-12-01T17:00:00Z","dueComplete":false}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        #2 is due on 2026-12-01 17:00 UTC.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        Due: 2026-12-01 17:00 UTC
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Done: card done {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card due LobbyDk2 start=2026-11-22", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"start":"2026-11-22T00:00:00Z"}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Changed the dates of #2.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        Start: 2026-11-22
        Due: 2026-12-01 17:00 UTC
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Done: card done {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card done LobbyDk2 list=Done", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"dueComplete":true,"idList":"6ab251a00000000000000010"}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Good]
        #2 is done. It is in Done now.
        # Dark mode for the lobby
        Card #2 · demo
        List: Done
        Members: Ana Example
        Start: 2026-11-22
        Due: 2026-12-01 17:00 UTC (done)
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Doing: card move {"card":"LobbyDk2","list":"Doing"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card done LobbyDk2 --undo", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"dueComplete":false}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        #2 is not done any more.
        # Dark mode for the lobby
        Card #2 · demo
        List: Done
        Members: Ana Example
        Start: 2026-11-22
        Due: 2026-12-01 17:00 UTC
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Done: card done {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Doing: card move {"card":"LobbyDk2","list":"Doing"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card due LobbyDk2 --none", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6af58e20000000000000001e {"due":null}
        > GET /1/cards/6af58e20000000000000001e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        #2 is not due any more.
        # Dark mode for the lobby
        Card #2 · demo
        List: Done
        Members: Ana Example
        Start: 2026-11-22
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Doing: card move {"card":"LobbyDk2","list":"Doing"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "card due LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: Until when? Write a day and a time, such as friday 17:00, or --none.
          due: Until when? Write a day and a time, such as friday 17:00, or --none.
    "#]],
    )
    .await;
    assert_eq!(
        (card(&desk, "LobbyDk2")["due"].clone(), card(&desk, "LobbyDk2")["dueComplete"].clone()),
        (Value::Null, json!(false))
    );
}

#[tokio::test]
async fn updating() {
    let desk = desk().await;
    desk.check("card update PrnCats1 name=\"Printer prints dogs\" description=none position=top", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c {"name":"Printer prints dogs","desc":"","pos":"top"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        [Bad]
        Updated #1.
        # Printer prints dogs
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "card update PrnCats1",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: What shall change? Write it as a name and a value, such as name="Printer is out".
    "#]],
    )
    .await;
    assert_eq!(
        (card(&desk, "PrnCats1")["name"].clone(), card(&desk, "PrnCats1")["desc"].clone()),
        (json!("Printer prints dogs"), json!(""))
    );
}

#[tokio::test]
async fn archiving() {
    let desk = desk().await;
    desk.check("card archive PrnCats1", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c {"closed":true}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        Archived #1.
        # Printer prints only cats
        Card #1 · demo · archived
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC
        | Every page has a cat on it.
        [Send back to the board: card restore {"card":"PrnCats1"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card restore PrnCats1", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c {"closed":false}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Sent #1 back to the board.
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
    assert_eq!(card(&desk, "PrnCats1")["closed"], false);
}

#[tokio::test]
async fn attaching() {
    let desk = desk().await;
    expect![[r#"
        card attach PrnCats1 file=https://example.org/fire.txt link=https://example.org/manual name=Manual
        [Bad]
        Attached fire.txt, Manual to #1.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        - fire.txt
        - Manual
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]].assert_eq(
        &told(&desk, &["card attach PrnCats1 file=https://example.org/fire.txt link=https://example.org/manual name=Manual"])
            .await,
    );
    assert!(desk.server.exchanges().iter().any(|it| it.path.ends_with("/attachments") && it.body.contains("It burns.")));
    desk.check(
        "card attach PrnCats1",
        expect![[r#"
        BadInput: What shall be attached? Attach a file to the message, or write link=… and its address.
          file: What shall be attached? Attach a file to the message, or write link=… and its address.
    "#]],
    )
    .await;
    assert_eq!(card(&desk, "PrnCats1")["attachments"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn copying() {
    let desk = desk().await;
    desk.check("card copy LobbyDk2 name=\"Dark mode for the roof\"", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > POST /1/cards {"idList":"6ab251a0000000000000000f","idCardSource":"6af58e20000000000000001e","keepFromSource":"all","name":"Dark mode for the roof"}
        > GET /1/cards/6b016ba0000000000000002b?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Copied #2 to #4 on demo.
        # Dark mode for the roof
        Card #4 · demo
        List: Doing
        Members: Ana Example
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"Card0043"}] [Assign to me: card assign {"card":"Card0043","to":"me"}] [Due…: card due {"card":"Card0043"}] [Archive: card archive {"card":"Card0043"}]
        [To Do: card move {"card":"Card0043","list":"To Do"}] [Done: card move {"card":"Card0043","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("card copy LobbyDk2 board=apollo", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > POST /1/cards {"idList":"6ab251a00000000000000011","idCardSource":"6af58e20000000000000001e","keepFromSource":"all","name":"Dark mode for the lobby"}
        > GET /1/cards/6b016ba0000000000000002e?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Copied #2 to #2 on apollo.
        # Dark mode for the lobby
        Card #2 · apollo
        List: Ideas
        Members: Ana Example
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        [Comment…: card comment {"card":"Card0046"}] [Assign to me: card assign {"card":"Card0046","to":"me"}] [Due…: card due {"card":"Card0046"}] [Archive: card archive {"card":"Card0046"}]
        [Building: card move {"card":"Card0046","list":"Building"}] [Done: card move {"card":"Card0046","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    assert_eq!(desk.standin.state().checklists.len(), 3);
}

#[tokio::test]
async fn deleting() {
    let desk = desk().await;
    desk.check("card delete LobbyDk2", expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        (only you)
        [Warning]
        “Dark mode for the lobby” (#2 on demo) would be deleted with its comments, 2 checklist items and 0 attachments. Nobody can bring it back; archived it could come back.
        [Delete the card: card delete {"card":"LobbyDk2","confirm":"yes"}]
    "#]]).await;
    assert_eq!(desk.standin.state().cards.len(), 4, "nothing is gone before the answer");
    expect![[r#"
        Deleted “Dark mode for the lobby” (#2) from demo.
    "#]]
    .assert_eq(&pressed(&desk, "card delete LobbyDk2").await);
    assert_eq!(desk.standin.state().cards.len(), 3);
}
