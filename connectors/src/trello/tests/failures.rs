//! What people read when something is wrong, where pickers get their values, and whether the connection works.

use super::*;
use crate::{Connector, Http, State as Found, connector::Whose, http::Policy, standin::Standin};

#[tokio::test]
async fn a_read_and_a_write_under_each_fault() {
    let desk = desk().await;
    desk.check_faults("card show PrnCats1", expect![[r#"
        Failing: Server: Trello failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Trello asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Trello refuses the bot's key or token. An administrator can put new ones into this connection: trello.com/power-ups/admin, the Power-Up, API key, Token.
        Forbidden: Permission: The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for what only those may; and give it a token that may write.
        Html: Server: Trello answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Trello cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    // The card is kept, so that what fails is the write.
    desk.run("card show PrnCats1").await.expect("a card");
    desk.check_faults("card archive PrnCats1", expect![[r#"
        Failing: Server: Trello failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Trello asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Trello refuses the bot's key or token. An administrator can put new ones into this connection: trello.com/power-ups/admin, the Power-Up, API key, Token.
        Forbidden: Permission: The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for what only those may; and give it a token that may write.
        Html: Server: Trello answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Trello cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("card list demo", expect![[r#"
        Failing: Server: Trello failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Trello asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Trello refuses the bot's key or token. An administrator can put new ones into this connection: trello.com/power-ups/admin, the Power-Up, API key, Token.
        Forbidden: Permission: The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for what only those may; and give it a token that may write.
        Html: Server: Trello answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Trello cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

/// The board is read before, and stands in from what was kept; what counts is the write itself.
#[tokio::test]
async fn a_creation_whose_fate_is_unknown_says_so() {
    let desk = desk().await;
    desk.run("card create First board=demo").await.expect("a card");
    desk.server.set_fault(crate::standin::Fault::Failing).await.expect("the same port");
    let call = desk.call("card create Second board=demo");
    let error = crate::http::telling_age(desk.connected.run(&call, &desk.ctx())).await.0.expect_err("a failure");
    assert_eq!((error.kind, error.maybe_done), (commands::ErrorKind::Server, true), "{error}");
}

#[tokio::test]
async fn names_that_do_not_exist_have_a_way_out() {
    let desk = desk().await;
    expect![[r#"
        card create Fire board=demmo
        BadInput: There is no board `demmo`. There are demo and apollo.
          board: There is no board `demmo`. There are demo and apollo.
        card create Fire board=demo list=Later label=soon
        BadInput: There is no list `Later`. There are To Do, Doing and Done.
          list: There is no list `Later`. There are To Do, Doing and Done.
        card create Fire board=demo label=soon
        BadInput: There is no label `soon`. There are urgent, bug and green.
          label: There is no label `soon`. There are urgent, bug and green.
        card create Fire board=demo member=zoe
        BadInput: Nobody on demo is called `zoe`. There are bellhop, ana, ben and chloe.
          member: Nobody on demo is called `zoe`. There are bellhop, ana, ben and chloe.
        card create Fire board=demo member=zoe@example.org
        BadInput: Trello tells me of nobody with the address `zoe@example.org`. Write a Trello username.
          member: Trello tells me of nobody with the address `zoe@example.org`. Write a Trello username.
        card create Fire board=demo file=https://example.org/nothing
        BadInput: `https://example.org/nothing` cannot be fetched.
          file: `https://example.org/nothing` cannot be fetched.
        card show 1
        BadInput: Which board's card 1? Write board=… as well, or paste the card's link.
          card: Which board's card 1? Write board=… as well, or paste the card's link.
        card show 99 board=demo
        BadInput: There is no card 99 on demo.
          card: There is no card 99 on demo.
        card show fire
        BadInput: `fire` is no card. Paste its link, or write its short link, such as r33ylX2Z.
          card: `fire` is no card. Paste its link, or write its short link, such as r33ylX2Z.
        card show abcdefgh
        BadInput: There is no card `abcdefgh` in Trello that the bot can see. Is the bot's member on its board?
          card: There is no card `abcdefgh` in Trello that the bot can see. Is the bot's member on its board?
        card show 5f0a0000000000000000000b
        BadInput: There is no card `5f0a0000000000000000000b` in Trello that the bot can see. Is the bot's member on its board?
          card: There is no card `5f0a0000000000000000000b` in Trello that the bot can see. Is the bot's member on its board?
        card assign Stage2No chloe@example.org
        BadInput: Trello gives a card only to members of its board. Add them first, with member add.
          to: Trello gives a card only to members of its board. Add them first, with member add.
        card move PrnCats1 D
        BadInput: `D` can be any of 2 lists: Doing or Done. Write the whole name, or rename one in Trello.
          list: `D` can be any of 2 lists: Doing or Done. Write the whole name, or rename one in Trello.
        checklist add PrnCats1 Water
        BadInput: “Printer prints only cats” has no checklist. Add one with checklist create.
          card: “Printer prints only cats” has no checklist. Add one with checklist create.
        board create Gemini workspace=a/b?c
        BadInput: Write the workspace's short name, as it stands in its address: trello.com/w/demo.
          workspace: Write the workspace's short name, as it stands in its address: trello.com/w/demo.
    "#]]
    .assert_eq(
        &told(
            &desk,
            &[
                "card create Fire board=demmo",
                "card create Fire board=demo list=Later label=soon",
                "card create Fire board=demo label=soon",
                "card create Fire board=demo member=zoe",
                "card create Fire board=demo member=zoe@example.org",
                "card create Fire board=demo file=https://example.org/nothing",
                "card show 1",
                "card show 99 board=demo",
                "card show fire",
                "card show abcdefgh",
                "card show 5f0a0000000000000000000b",
                "card assign Stage2No chloe@example.org",
                "card move PrnCats1 D",
                "checklist add PrnCats1 Water",
                "board create Gemini workspace=a/b?c",
            ],
        )
        .await,
    );
}

#[tokio::test]
async fn an_observer_may_only_look() {
    let desk = desk().await;
    for membership in desk.standin.state().boards[0]["memberships"].as_array_mut().expect("members") {
        membership["memberType"] = json!("observer");
    }
    expect![[r#"
        card archive PrnCats1
        Permission: The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for what only those may; and give it a token that may write.
        board close demo
        (only you)
        [Warning]
        demo would be closed with 3 open cards: nobody could change them until it is reopened, which its administrators can.
        [Close the board: board close {"board":"DemoBrd1","confirm":"yes"}]
        member add chloe board=demo
        Permission: The bot's Trello member may not do this. Invite it to the board as a member, or as an administrator for what only those may; and give it a token that may write.
    "#]].assert_eq(&told(&desk, &["card archive PrnCats1", "board close demo", "member add chloe board=demo"]).await);
    assert_eq!(card(&desk, "PrnCats1")["closed"], false);
}

#[tokio::test]
async fn pickers_offer_what_there_is() {
    let desk = desk().await;
    desk.run("card comment PrnCats1 Only cats").await.expect("a comment");
    desk.run("webhook create demo https://bot.example.org/hooks/trello").await.expect("a webhook");
    let mut text = String::new();
    for (lookup, typed, given) in [
        ("board", "", json!({})),
        ("board", "apo", json!({})),
        ("list", "", json!({})),
        ("list", "do", json!({ "board": "demo" })),
        ("list", "", json!({ "card": "Stage2No" })),
        ("label", "", json!({ "board": "demo" })),
        ("user", "ex", json!({ "board": "apollo" })),
        ("card", "cats", json!({ "board": "demo" })),
        ("card", "stage", json!({})),
        ("card", "", json!({})),
        ("field", "", json!({ "card": "PrnCats1" })),
        ("checklist", "", json!({ "card": "LobbyDk2" })),
        ("item", "", json!({ "card": "LobbyDk2" })),
        ("comment", "", json!({ "card": "PrnCats1" })),
        ("webhook", "bot", json!({})),
    ] {
        let choices = desk.choices(lookup, typed, given.clone()).await.unwrap_or_else(|err| panic!("{lookup}: {err}"));
        let is_id = |it: &str| it.len() == 24 && it.bytes().all(|it| it.is_ascii_hexdigit());
        let choices: Vec<String> =
            choices.iter().map(|it| format!("{} = {}", if is_id(&it.value) { "id" } else { &it.value }, it.label)).collect();
        text.push_str(&format!("{lookup} `{typed}` {given}: {choices:?}\n"));
    }
    expect![[r#"
        board `` {}: ["demo = demo", "apollo = apollo"]
        board `apo` {}: ["apollo = apollo"]
        list `` {}: []
        list `do` {"board":"demo"}: ["To Do = To Do", "Doing = Doing", "Done = Done"]
        list `` {"card":"Stage2No"}: ["Ideas = Ideas", "Building = Building", "Done = Done"]
        label `` {"board":"demo"}: ["urgent = urgent", "bug = bug", "green = green"]
        user `ex` {"board":"apollo"}: ["ana = Ana Example", "ben = Ben Example"]
        card `cats` {"board":"demo"}: ["PrnCats1 = Printer prints only cats (#1)"]
        card `stage` {}: ["Stage2No = Second stage does not light (#1)"]
        card `` {}: []
        field `` {"card":"PrnCats1"}: ["Severity = Severity", "Estimate = Estimate"]
        checklist `` {"card":"LobbyDk2"}: ["Before we go = Before we go"]
        item `` {"card":"LobbyDk2"}: ["Buy lamps = ☑ Buy lamps", "Switch them on = ☐ Switch them on"]
        comment `` {"card":"PrnCats1"}: ["id = Only cats"]
        webhook `bot` {}: ["id = https://bot.example.org/hooks/trello"]
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn people_are_found() {
    let desk = desk().await;
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await.expect("an answer").map(|it| it.login);
    assert_eq!(find(Whose::Email("Ana@example.org")).await.as_deref(), Some("ana"));
    assert_eq!(find(Whose::Email("zoe@example.org")).await, None);
    assert_eq!(find(Whose::Email("ana")).await.as_deref(), Some("ana"));
    assert_eq!(find(Whose::Login("@ben")).await.as_deref(), Some("ben"));
    assert_eq!(find(Whose::Login("ben/../ana")).await, None);
    assert_eq!(find(Whose::Key(&commands::param::Secret::from("ATTAtoken0of0chloe".to_owned()))).await.as_deref(), Some("chloe"));
    assert_eq!(find(Whose::Key(&commands::param::Secret::from("nobodys".to_owned()))).await, None);
    // A name that is an address proves nothing.
    desk.standin.state().members[3]["fullName"] = json!("dora@example.org");
    assert_eq!(find(Whose::Email("dora@example.org")).await, None);
}

#[tokio::test]
async fn somebody_unknown_is_told_how_to_be_known() {
    let mut desk = desk().await;
    desk.asker = person("Dora");
    expect![[r#"
        card mine
        BadInput: I do not know who you are in Trello. Link the account, or write of= and your Trello username.
          of: I do not know who you are in Trello. Link the account, or write of= and your Trello username.
        card assign PrnCats1 me
        BadInput: I do not know who you are in Trello, so I cannot take `me`. Write your Trello username, or link the account.
          to: I do not know who you are in Trello, so I cannot take `me`. Write your Trello username, or link the account.
    "#]]
    .assert_eq(&told(&desk, &["card mine", "card assign PrnCats1 me"]).await);
    desk.account = Some("ben".into());
    expect![[r#"
        card mine
        (only you)
        1 card of Ben Example
        - #1 Second stage does not light · apollo
    "#]]
    .assert_eq(&told(&desk, &["card mine"]).await);
}

/// A connection with these secrets, and what its checks found.
async fn health(desk: &Desk<Simulated>, api_key: &str, token: &str) -> String {
    let http = Http::new("trello", "Trello", &desk.server.url(), Policy { retries: 0, ..Policy::default() }).expect("an address");
    let mut config = desk.standin.connection(&desk.server.url());
    (config["api_key"], config["token"]) = (json!(api_key), json!(token));
    let config = serde_json::from_value(Value::Object(config)).expect("a configuration");
    let checks = Trello::connect(config, http).expect("a connection").health().await;
    let line = |it: &crate::Check| match it.state {
        Found::Ok => format!("{}: {}\n", it.name, it.detail),
        state => format!("{}: {state:?}: {} → {}\n", it.name, it.detail, it.fix.as_deref().unwrap_or_default()),
    };
    checks.iter().map(line).collect::<String>().replace(&desk.server.url(), "{url}")
}

#[tokio::test]
async fn the_doctor_finds_what_is_missing() {
    use super::super::standin::{KEY, TOKEN};
    let desk = desk().await;
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as bellhop (Bellhop)
        scopes: the token may read and write boards
        expiry: the token does not expire
        boards: sees 2: demo, apollo
    "#]]
    .assert_eq(&health(&desk, KEY, TOKEN).await);
    expect![[r#"
        credentials: Failed: Trello refuses the bot's key or token. An administrator can put new ones into this connection: trello.com/power-ups/admin, the Power-Up, API key, Token. → Open trello.com/power-ups/admin, your Power-Up, API key, and follow the Token link as the bot's member, with expiration=never and scope=read,write.
    "#]].assert_eq(&health(&desk, "wrong", TOKEN).await);
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as ana (Ana Example)
        token: Failed: Trello has no such object, or hides it from the bot: is the bot's member on that board? Check the link or the name. → Open trello.com/power-ups/admin, your Power-Up, API key, and follow the Token link as the bot's member, with expiration=never and scope=read,write.
        boards: sees 2: demo, apollo
    "#]].assert_eq(&health(&desk, KEY, "ATTAtoken0of0ana").await);
    (desk.standin.state().scopes, desk.standin.state().expires) = ((true, false), json!("2026-12-01T00:00:00.000Z"));
    desk.standin.state().boards.iter_mut().for_each(|it| it["memberships"] = json!([]));
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as bellhop (Bellhop)
        scopes: Warning: the token may only read: nothing can be created or changed with it → Open trello.com/power-ups/admin, your Power-Up, API key, and follow the Token link as the bot's member, with expiration=never and scope=read,write.
        expiry: Warning: the token expires on 2026-12-01 → Open trello.com/power-ups/admin, your Power-Up, API key, and follow the Token link as the bot's member, with expiration=never and scope=read,write.
        boards: Warning: the bot's member is on no board → In Trello, invite `bellhop` to the boards it is for: Share, and its username.
    "#]].assert_eq(&health(&desk, KEY, TOKEN).await);
}

/// Trello is asked about the token by an address that holds it, and may say that address again.
#[tokio::test]
async fn secrets_are_in_no_error() {
    use super::super::standin::{KEY, TOKEN};
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};
    let server = MockServer::start().await;
    let echo = ResponseTemplate::new(400).set_body_string(format!("cannot read /1/tokens/{TOKEN}/webhooks for {KEY}"));
    Mock::given(any()).respond_with(echo).mount(&server).await;
    let http = Http::new("trello", "Trello", &server.uri(), Policy { retries: 0, ..Policy::default() }).expect("an address");
    let config = serde_json::from_value(json!({ "api_key": KEY, "token": TOKEN })).expect("a configuration");
    let error = Trello::connect(config, http).expect("a connection").webhooks().await.expect_err("a refusal");
    expect!["Trello refused the values: cannot read /1/tokens/[hidden]/webhooks for [hidden]. Correct them and try again."]
        .assert_eq(&error.message);
}

#[test]
fn empty_secrets_are_no_connection() {
    let http = Http::new("trello", "Trello", "https://api.trello.com", Policy::default()).expect("an address");
    let config = serde_json::from_value(json!({ "api_key": "abc", "token": " " })).expect("a configuration");
    let Err(error) = Trello::connect(config, http) else { panic!("an empty token is refused") };
    expect!["`token` is empty or no Trello key: copy it from trello.com/power-ups/admin, your Power-Up, API key."]
        .assert_eq(&error.message);
}
