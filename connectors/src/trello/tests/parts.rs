//! What is on cards and boards: attachments, comments, checklists, labels.

use super::*;

#[tokio::test]
async fn attachments() {
    let desk = desk().await;
    desk.check(
        "attachment list LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Nothing is attached to “Dark mode for the lobby”.
    "#]],
    )
    .await;
    desk.run("card attach LobbyDk2 file=https://example.org/fire.txt").await.unwrap();
    desk.run("card attach LobbyDk2 link=https://example.org/manual name=Manual").await.unwrap();
    let lines = ["attachment list LobbyDk2", "attachment download LobbyDk2 name=Manual", "attachment delete LobbyDk2 fire"];
    expect![[r#"
        attachment list LobbyDk2
        2 attachments of “Dark mode for the lobby”
        - fire.txt · 9 bytes
        - Manual · link
        [fire.txt: attachment download {"card":"LobbyDk2","name":"fire.txt"}]
        attachment download LobbyDk2 name=Manual
        BadInput: “Dark mode for the lobby” has no file `Manual`. It can be fire.txt.
          name: “Dark mode for the lobby” has no file `Manual`. It can be fire.txt.
        attachment delete LobbyDk2 fire
        BadInput: “Dark mode for the lobby” has no attachment `fire`. Did you mean `fire.txt`? It can be fire.txt or Manual.
          name: “Dark mode for the lobby” has no attachment `fire`. Did you mean `fire.txt`? It can be fire.txt or Manual.
    "#]]
    .assert_eq(&told(&desk, &lines).await);
    desk.check(
        "attachment download LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/cards/6af58e20000000000000001e/attachments/6b016ba0000000000000002b/download/fire.txt
        fire.txt of “Dark mode for the lobby”
        + fire.txt (9 bytes)
    "#]],
    )
    .await;
    assert_eq!(desk.run("attachment download LobbyDk2").await.unwrap().files[0].content, b"It burns.");
    expect![[r#"
        attachment delete LobbyDk2 fire.txt
        (only you)
        [Warning]
        fire.txt would be deleted from “Dark mode for the lobby” (#2).
        [Delete the attachment: attachment delete {"card":"LobbyDk2","name":"6b016ba0000000000000002b","confirm":"yes"}]
    "#]]
    .assert_eq(&told(&desk, &["attachment delete LobbyDk2 fire.txt"]).await);
    expect![[r#"
        Deleted fire.txt from #2.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        | The lamps are too bright at night.
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
        - Manual
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]].assert_eq(&pressed(&desk, "attachment delete LobbyDk2 fire.txt").await);
    let left: Vec<Value> =
        card(&desk, "LobbyDk2")["attachments"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(left, ["Manual"]);
}

#[tokio::test]
async fn comments() {
    let desk = desk().await;
    desk.check(
        "comment list PrnCats1",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/cards/6afd7720000000000000001c/actions?filter=commentCard
        1 comment on “Printer prints only cats”
        - Ben Example 2026-11-19 10:00 UTC: I only see dogs.
    "#]],
    )
    .await;
    desk.check(
        "comment list LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/cards/6af58e20000000000000001e/actions?filter=commentCard
        Nobody commented on “Dark mode for the lobby” yet.
    "#]],
    )
    .await;
    desk.check(
        "comment edit PrnCats1 Cats again",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me
        > GET /1/cards/6afd7720000000000000001c/actions?filter=commentCard
        BadInput: There is no comment of the bot on “Printer prints only cats”; the comments of others are theirs to change.
          comment: There is no comment of the bot on “Printer prints only cats”; the comments of others are theirs to change.
    "#]],
    )
    .await;
    desk.check("card comment PrnCats1 Only cats", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > POST /1/cards/6afd7720000000000000001c/actions/comments {"text":"Only cats\n\n*Asked by Ana in Slack.*"}
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
    desk.check("comment edit PrnCats1 Cats again", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me
        > GET /1/cards/6afd7720000000000000001c/actions?filter=commentCard
        > PUT /1/cards/6afd7720000000000000001c/actions/6b016ba0000000000000002b/comments {"text":"Cats again\n\n*Asked by Ana in Slack.*"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Changed the comment on #1.
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
    desk.check(
        "comment delete PrnCats1",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/members/me
        > GET /1/cards/6afd7720000000000000001c/actions?filter=commentCard
        (only you)
        [Warning]
        This comment on “Printer prints only cats” (#1) would be deleted: Cats again

        *Asked by Ana in Slack.*
        [Delete the comment: comment delete {"card":"PrnCats1","comment":"6b016ba0000000000000002b","confirm":"yes"}]
    "#]],
    )
    .await;
    expect![[r#"
        [Bad]
        Deleted the comment on #1.
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
    "#]].assert_eq(&pressed(&desk, "comment delete PrnCats1").await);
    assert_eq!(desk.standin.state().actions.iter().filter(|it| it["type"] == "commentCard").count(), 1);
}

#[tokio::test]
async fn checklists() {
    let desk = desk().await;
    desk.check(
        "checklist show LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        Dark mode for the lobby
        Before we go 1/2
        - ☑ Buy lamps
        - ☐ Switch them on
    "#]],
    )
    .await;
    desk.check(
        "checklist show PrnCats1",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        “Printer prints only cats” has no checklist.
    "#]],
    )
    .await;
    desk.check("checklist create PrnCats1 Before we go item=Water item=\"Switch off\"", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > POST /1/checklists {"idCard":"6afd7720000000000000001c","name":"Before we go"}
        > POST /1/checklists/6b016ba0000000000000002b/checkItems {"name":"Water"}
        > POST /1/checklists/6b016ba0000000000000002b/checkItems {"name":"Switch off"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        [Bad]
        Added the checklist Before we go to #1.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/2
        - ☐ Water
        - ☐ Switch off
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("checklist add PrnCats1 Buy paper", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > POST /1/checklists/6b016ba0000000000000002b/checkItems {"name":"Buy paper"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Added “Buy paper” to Before we go of #1.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/3
        - ☐ Water
        - ☐ Switch off
        - ☐ Buy paper
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("checklist tick PrnCats1 water", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c/checkItem/6b016ba0000000000000002d {"state":"complete"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        “Water” of #1 is done.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 1/3
        - ☑ Water
        - ☐ Switch off
        - ☐ Buy paper
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("checklist tick PrnCats1 water undo=yes", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c/checkItem/6b016ba0000000000000002d {"state":"incomplete"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        “Water” of #1 is open again.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/3
        - ☐ Water
        - ☐ Switch off
        - ☐ Buy paper
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "checklist tick PrnCats1 fire",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: There is no checklist item `fire`. There are Water, Switch off and Buy paper.
          item: There is no checklist item `fire`. There are Water, Switch off and Buy paper.
    "#]],
    )
    .await;
    desk.check(
        "checklist delete LobbyDk2",
        expect![[r#"
        > GET /1/cards/LobbyDk2?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        (only you)
        [Warning]
        The checklist Before we go of “Dark mode for the lobby” (#2) would be deleted with 2 items.
        [Delete the checklist: checklist delete {"card":"LobbyDk2","checklist":"Before we go","confirm":"yes"}]
    "#]],
    )
    .await;
    expect![[r#"
        Deleted the checklist Before we go of #2.
        # Dark mode for the lobby
        Card #2 · demo
        List: Doing
        Members: Ana Example
        | The lamps are too bright at night.
        [Comment…: card comment {"card":"LobbyDk2"}] [Assign to me: card assign {"card":"LobbyDk2","to":"me"}] [Due…: card due {"card":"LobbyDk2"}] [Archive: card archive {"card":"LobbyDk2"}]
        [To Do: card move {"card":"LobbyDk2","list":"To Do"}] [Done: card move {"card":"LobbyDk2","list":"Done"}]
        (Last activity 2026-11-14 10:00 UTC)
    "#]].assert_eq(&pressed(&desk, "checklist delete LobbyDk2").await);
    assert_eq!(desk.standin.state().checklists.len(), 1);
}

#[tokio::test]
async fn labels() {
    let desk = desk().await;
    desk.check("label list demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        3 labels on demo
        - urgent · red
        - bug · orange
        - green · green
    "#]]).await;
    desk.check(
        "label create paper board=demo color=sky",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/labels {"name":"paper","color":"sky","idBoard":"6ab251a00000000000000005"}
        Added the label paper to demo.
    "#]],
    )
    .await;
    desk.check("label update paper board=demo name=ink color=black", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/labels/6b016ba0000000000000002b {"name":"ink","color":"black"}
        The label paper of demo is ink (black) now.
    "#]]).await;
    desk.check("label update ink board=demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        BadInput: What shall change? Write name=… or color=…
    "#]]).await;
    desk.check(
        "label delete urgent board=demo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/boards/6ab251a00000000000000005/cards/open
        (only you)
        [Warning]
        The label urgent of demo would be deleted, and taken off 1 open card and those in the archive.
        [Delete the label: label delete {"board":"DemoBrd1","label":"urgent","confirm":"yes"}]
    "#]],
    )
    .await;
    expect![[r#"
        Deleted the label urgent of demo.
    "#]]
    .assert_eq(&pressed(&desk, "label delete urgent board=demo").await);
    assert_eq!(card(&desk, "PrnCats1")["idLabels"], json!([]));
}

#[tokio::test]
async fn items_are_renamed_and_taken_off() {
    let desk = desk().await;
    let text = told(
        &desk,
        &[
            "checklist create PrnCats1 Before we go item=Water item=\"Buy paper\"",
            "checklist rename PrnCats1 water Cold water",
            "checklist remove PrnCats1 \"buy paper\"",
            "checklist remove PrnCats1 fire",
            "checklist show PrnCats1",
        ],
    )
    .await;
    expect![[r#"
        checklist create PrnCats1 Before we go item=Water item="Buy paper"
        [Bad]
        Added the checklist Before we go to #1.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/2
        - ☐ Water
        - ☐ Buy paper
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
        checklist rename PrnCats1 water Cold water
        [Bad]
        “Water” of #1 is “Cold water” now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/2
        - ☐ Cold water
        - ☐ Buy paper
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
        checklist remove PrnCats1 "buy paper"
        [Bad]
        Took “Buy paper” off Before we go of #1.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        | Every page has a cat on it.
        Before we go 0/1
        - ☐ Cold water
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
        checklist remove PrnCats1 fire
        BadInput: There is no checklist item `fire`. There are Cold water.
          item: There is no checklist item `fire`. There are Cold water.
        checklist show PrnCats1
        Printer prints only cats
        Before we go 0/1
        - ☐ Cold water
    "#]]
    .assert_eq(&text);
}
