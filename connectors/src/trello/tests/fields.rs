//! Custom fields and lists of boards, and webhooks at Trello.

use super::*;

#[tokio::test]
async fn custom_fields() {
    let desk = desk().await;
    desk.check("field list demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        2 custom fields on demo
        - Severity · list: low, high
        - Estimate · number
    "#]]).await;
    desk.check("field list apollo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        apollo has no custom fields.
    "#]]).await;
    desk.check("field set PrnCats1 Severity high", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c/customField/6ab251a00000000000000018/item {"idValue":"6ab251a0000000000000001b"}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Severity of #1 is high now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        Severity: high
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("field set PrnCats1 estimate 2.5", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c/customField/6ab251a00000000000000019/item {"value":{"number":"2.5"}}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Estimate of #1 is 2.5 now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        Severity: high
        Estimate: 2.5
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("field set PrnCats1 severity none", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > PUT /1/cards/6afd7720000000000000001c/customField/6ab251a00000000000000018/item {"idValue":"","value":""}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Severity of #1 is empty now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        Estimate: 2.5
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "field set PrnCats1 estimate soon",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: Estimate is a number: write it like 2.5. `soon` is none.
          value: Estimate is a number: write it like 2.5. `soon` is none.
    "#]],
    )
    .await;
    desk.check(
        "field set PrnCats1 severity medium",
        expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        BadInput: There is no option of Severity `medium`. There are low and high.
          value: There is no option of Severity `medium`. There are low and high.
    "#]],
    )
    .await;
    desk.check("field create Ready board=demo kind=checkbox", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/customFields {"idModel":"6ab251a00000000000000005","modelType":"board","name":"Ready","type":"checkbox","pos":"bottom"}
        Added the custom field Ready to demo.
    "#]]).await;
    desk.check("field set PrnCats1 Ready yes", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/cards/6afd7720000000000000001c/customField/6b016ba00000000000000031/item {"value":{"checked":"true"}}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Ready of #1 is yes now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        Estimate: 2.5
        Ready: yes
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("field create Since board=demo kind=date", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/customFields {"idModel":"6ab251a00000000000000005","modelType":"board","name":"Since","type":"date","pos":"bottom"}
        Added the custom field Since to demo.
    "#]]).await;
    desk.check("field set PrnCats1 Since 2026-12-01", expect![[r#"
        > GET /1/cards/PrnCats1?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/cards/6afd7720000000000000001c/customField/6b016ba00000000000000034/item {"value":{"date":"2026-12-01T00:00:00Z"}}
        > GET /1/cards/6afd7720000000000000001c?attachments=true&board=true&checklists=all&customFieldItems=true&list=true&members=true
        [Bad]
        Since of #1 is 2026-12-01 now.
        # Printer prints only cats
        Card #1 · demo
        List: To Do
        Members: nobody
        Labels: urgent
        Due: 2026-11-20 10:00 UTC (overdue)
        Estimate: 2.5
        Ready: yes
        Since: 2026-12-01
        | Every page has a cat on it.
        [Comment…: card comment {"card":"PrnCats1"}] [Assign to me: card assign {"card":"PrnCats1","to":"me"}] [Done: card done {"card":"PrnCats1"}] [Archive: card archive {"card":"PrnCats1"}]
        [Doing: card move {"card":"PrnCats1","list":"Doing"}] [Done: card move {"card":"PrnCats1","list":"Done"}]
        (Last activity 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("field create Size board=demo option=S option=L", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/customFields {"idModel":"6ab251a00000000000000005","modelType":"board","name":"Size","type":"list","pos":"bottom"}
        > POST /1/customFields/6b016ba00000000000000037/options {"value":{"text":"S"},"pos":"bottom"}
        > POST /1/customFields/6b016ba00000000000000037/options {"value":{"text":"L"},"pos":"bottom"}
        Added the custom field Size to demo.
    "#]]).await;
    desk.check(
        "field create Size board=demo kind=list",
        expect![[r#"
        BadInput: A list needs options: write option=low option=high.
          option: A list needs options: write option=low option=high.
    "#]],
    )
    .await;
    desk.check("field delete Severity board=demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        (only you)
        [Warning]
        The custom field Severity of demo would be deleted with its values on all cards.
        [Delete the field: field delete {"board":"DemoBrd1","field":"Severity","confirm":"yes"}]
    "#]]).await;
    expect![[r#"
        Deleted the custom field Severity of demo.
    "#]]
    .assert_eq(&pressed(&desk, "field delete Severity board=demo").await);
    assert_eq!(desk.standin.state().fields.len(), 4);
}

#[tokio::test]
async fn lists() {
    let desk = desk().await;
    desk.check("list create In review board=demo after=Doing", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/boards/6ab251a00000000000000005/lists
        > POST /1/lists {"name":"In review","idBoard":"6ab251a00000000000000005","pos":40960.0}
        Added the list In review to demo.
    "#]]).await;
    desk.check("list rename doing In progress board=demo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/lists/6ab251a0000000000000000f {"name":"In progress"}
        The list Doing of demo is called In progress now.
    "#]]).await;
    desk.check("list move Done board=demo position=left", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > PUT /1/lists/6ab251a00000000000000010 {"pos":"top"}
        Moved the list Done of demo.
    "#]]).await;
    desk.check("list move done board=demo after=To Do", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        BadInput: There is no list `done Do`. There are Done, To Do, In progress and In review.
          list: There is no list `done Do`. There are Done, To Do, In progress and In review.
    "#]]).await;
    desk.check(
        "list move To Do board=demo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        BadInput: Where to? Write after=…, position=left or right, to_board=…, or cards_to=…
          after: Where to? Write after=…, position=left or right, to_board=…, or cards_to=…
    "#]],
    )
    .await;
    desk.check("list move To Do board=demo cards_to=Done", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/lists/6ab251a0000000000000000e/moveAllCards {"idBoard":"6ab251a00000000000000005","idList":"6ab251a00000000000000010"}
        Moved all cards from To Do to Done on demo.
    "#]]).await;
    desk.check(
        "list archive Done board=demo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/lists/6ab251a00000000000000010/cards
        (only you)
        [Warning]
        The list Done of demo would be archived with 2 cards. It can be sent back with them.
        [Archive: list archive {"board":"DemoBrd1","list":"Done","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "list archive Done board=demo cards=yes",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/lists/6ab251a00000000000000010/cards
        (only you)
        [Warning]
        2 cards in Done of demo would be archived. Each would have to be sent back by itself.
        [Archive: list archive {"board":"DemoBrd1","list":"Done","cards":true,"confirm":"yes"}]
    "#]],
    )
    .await;
    expect![[r#"
        Archived 2 cards in Done of demo.
    "#]]
    .assert_eq(&pressed(&desk, "list archive Done board=demo cards=yes").await);
    expect![[r#"
        Archived the list Done of demo with 0 cards.
        [Send back to the board: list restore {"board":"DemoBrd1","list":"Done"}]
    "#]]
    .assert_eq(&pressed(&desk, "list archive Done board=demo").await);
    desk.check(
        "list restore Done board=demo",
        expect![[r#"
            > GET /1/members/me/boards?filter=open
            > GET /1/boards/6ab251a00000000000000005/lists/closed
            > PUT /1/lists/6ab251a00000000000000010 {"closed":false}
            Sent the list Done back to demo.
        "#]],
    )
    .await;
    desk.check("list move Done board=demo to_board=apollo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a00000000000000005%2C%2Fboards%2F6ab251a00000000000000005%2Flists%2Fall%2C%2Fboards%2F6ab251a00000000000000005%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a00000000000000005%2Fmembers%2C%2Fboards%2F6ab251a00000000000000005%2FcustomFields
        > GET /1/members/me/boards?filter=open
        > PUT /1/lists/6ab251a00000000000000010/idBoard {"value":"6ab251a0000000000000000a"}
        Moved the list Done from demo to apollo.
    "#]]).await;
    let state = desk.standin.state();
    let done = state.lists.iter().find(|it| it["name"] == "Done" && it["closed"] == false).expect("the list");
    assert_eq!(state.name_of(&state.boards, &done["idBoard"], "name"), "apollo");
}

#[tokio::test]
async fn webhooks() {
    let desk = desk().await;
    desk.check(
        "webhook list",
        expect![[r#"
        > GET /1/tokens/ATTAtoken0of0bellhop/webhooks
        (only you)
        Trello tells nobody of changes. Make a webhook with webhook create.
    "#]],
    )
    .await;
    desk.check("webhook create demo https://bot.example.org/hooks/trello", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/webhooks/ {"idModel":"6ab251a00000000000000005","callbackURL":"https://bot.example.org/hooks/trello","description":"Bellhop"}
        (only you)
        Trello tells https://bot.example.org/hooks/trello of everything on demo now.
        (Webhook 6b016ba0000000000000002b)
    "#]]).await;
    desk.check("webhook create demo https://bot.example.org/hooks/trello", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/webhooks/ {"idModel":"6ab251a00000000000000005","callbackURL":"https://bot.example.org/hooks/trello","description":"Bellhop"}
        BadInput: Trello tells https://bot.example.org/hooks/trello of demo already.
          url: Trello tells https://bot.example.org/hooks/trello of demo already.
    "#]]).await;
    desk.check("webhook create demo https://localhost/hooks/trello", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > POST /1/webhooks/ {"idModel":"6ab251a00000000000000005","callbackURL":"https://localhost/hooks/trello","description":"Bellhop"}
        BadInput: Trello could not reach https://localhost/hooks/trello: it must be public, and answer a HEAD request with 200. Trello says: Trello refused the values: URL (callbackURL) did not return 200 status code. Correct them and try again.
          url: Trello could not reach https://localhost/hooks/trello: it must be public, and answer a HEAD request with 200. Trello says: Trello refused the values: URL (callbackURL) did not return 200 status code. Correct them and try again.
    "#]]).await;
    desk.check(
        "webhook delete 5f0a0000000000000000000b",
        expect![[r#"
        > GET /1/tokens/ATTAtoken0of0bellhop/webhooks
        BadInput: There is no webhook `5f0a0000000000000000000b` of the bot's token. See webhook list.
          webhook: There is no webhook `5f0a0000000000000000000b` of the bot's token. See webhook list.
    "#]],
    )
    .await;
    let id = desk.standin.state().webhooks[0]["id"].as_str().expect("an id").to_owned();
    expect![[r#"
        webhook list
        (only you)
        1 webhook
        - demo → https://bot.example.org/hooks/trello · works · 6b016ba0000000000000002b
        webhook delete 6b016ba0000000000000002b
        (only you)
        Trello tells https://bot.example.org/hooks/trello no more.
    "#]]
    .assert_eq(&told(&desk, &["webhook list", &format!("webhook delete {id}")]).await);
    assert_eq!(desk.standin.state().webhooks.len(), 0);
}
