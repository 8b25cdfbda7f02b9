//! What people read when something is wrong, where pickers get their values, and whether the connection works.

use super::*;
use crate::{Connector, Http, State as Found, connector::Whose, http::Policy, standin::Standin};

#[tokio::test]
async fn a_read_and_a_write_under_each_fault() {
    let desk = desk().await;
    desk.check_faults("database list", expect![[r#"
        Failing: Server: Notion failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Notion asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Notion refuses the integration's secret. An administrator can put a new one into this connection: notion.so/profile/integrations, the integration, Configuration.
        Forbidden: Permission: The Notion integration lacks a capability for this. Whoever administers it can tick it: notion.so/profile/integrations, the integration, Capabilities.
        Html: Server: Notion answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Notion cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    let id = page(&desk, "Lobby handbook")["id"].as_str().expect("an id").to_owned();
    desk.run(&format!("page show {id} --brief")).await.expect("a page, which is kept");
    desk.check_faults(&format!("page update {id} title=Handbook"), expect![[r#"
        Failing: Server: Notion failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Notion asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: Notion refuses the integration's secret. An administrator can put a new one into this connection: notion.so/profile/integrations, the integration, Configuration.
        Forbidden: Permission: The Notion integration lacks a capability for this. Whoever administers it can tick it: notion.so/profile/integrations, the integration, Capabilities.
        Html: Server: Notion answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Notion cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn a_comment_whose_fate_is_unknown_says_so() {
    let desk = desk().await;
    let id = page(&desk, "Lobby handbook")["id"].as_str().expect("an id").to_owned();
    desk.run(&format!("page show {id} --brief")).await.expect("a page, which is kept");
    desk.server.set_fault(crate::standin::Fault::Failing).await.expect("the same port");
    // What is read before stands in from what was kept; what counts is the write.
    let line = format!("comment add {id} Hello");
    let error = crate::http::telling_age(desk.run(&line)).await.0.expect_err("a failure");
    assert_eq!((error.kind, error.maybe_done), (commands::ErrorKind::Server, true), "{error}");
}

#[tokio::test]
async fn names_that_do_not_exist_have_a_way_out() {
    let desk = desk().await;
    let payroll = page(&desk, "Payroll")["id"].as_str().expect("an id").replace('-', "");
    let hidden = format!("page show https://www.notion.so/Payroll-{payroll}");
    let page = "page create Fire place=\"demo tasks\"";
    expect![[r#"
        page show Rocket
        BadInput: No page that is shared with the integration is called `Rocket`.
          page: No page that is shared with the integration is called `Rocket`.
        page show Payroll
        BadInput: No page that is shared with the integration is called `Payroll`.
          page: No page that is shared with the integration is called `Payroll`.
        page show https://www.notion.so/Payroll-{payroll}
        BadInput: There is no page `https://www.notion.so/Payroll-{payroll}` in Notion that is shared with the integration. Open it, •••, Connections, and add it there.
          page: There is no page `https://www.notion.so/Payroll-{payroll}` in Notion that is shared with the integration. Open it, •••, Connections, and add it there.
        page create Fire place=Rocket
        BadInput: No database or page that is shared with the integration is called `Rocket`.
          place: No database or page that is shared with the integration is called `Rocket`.
        page create Fire place="demo tasks" field=Colour=red
        BadInput: demo tasks has no property `Colour`. There are Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited.
          field: demo tasks has no property `Colour`. There are Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited.
        page create Fire place="demo tasks" field=Status=Doing
        BadInput: Status cannot be `Doing`. It can be Not started, In progress or Done.
          field: Status cannot be `Doing`. It can be Not started, In progress or Done.
        page create Fire place="demo tasks" field=Status
        BadInput: `Status` is no property with a value. Write it as Status=Doing.
          field: `Status` is no property with a value. Write it as Status=Doing.
        page create Fire place="demo tasks" field=Owner=zoe
        BadInput: Nobody in Notion is called `zoe`. There are Ana Example, Ben Example and Chloe Example.
          field: Nobody in Notion is called `zoe`. There are Ana Example, Ben Example and Chloe Example.
        page create Fire place="demo tasks" field=Owner=Example
        BadInput: `Example` can be Ana Example, Ben Example or Chloe Example. Write the whole name or the email address.
          field: `Example` can be Ana Example, Ben Example or Chloe Example. Write the whole name or the email address.
        page create Fire place="demo tasks" field=Due=soon
        BadInput: Due is a day: write it like 2026-12-01. `soon` is none.
          field: Due is a day: write it like 2026-12-01. `soon` is none.
        page create Fire place="demo tasks" field=Effort=much
        BadInput: Effort is a number: write it like 2.5. `much` is none.
          field: Effort is a number: write it like 2.5. `much` is none.
        page create Fire place="demo tasks" field=Reviewed=perhaps
        BadInput: Reviewed is yes or no. `perhaps` is neither.
          field: Reviewed is yes or no. `perhaps` is neither.
        page create Fire place="demo tasks" field=Edited=2026-12-01
        BadInput: Edited cannot be set: Notion itself fills in what is of type last_edited_time.
          field: Edited cannot be set: Notion itself fills in what is of type last_edited_time.
        page create Fire place="Lobby handbook" field=Status=Done
        BadInput: A page below another has only a title. Properties are a database's: give its name as the place.
          field: A page below another has only a title. Properties are a database's: give its name as the place.
        page update "Lobby handbook" field=Status=Done
        BadInput: “Lobby handbook” is in no database, so it has only a title.
          field: “Lobby handbook” is in no database, so it has only a title.
        database query tasks
        BadInput: No database that is shared with the integration is called `tasks`. There are demo tasks and apollo tasks.
          database: No database that is shared with the integration is called `tasks`. There are demo tasks and apollo tasks.
        database query demo where=Status
        BadInput: `Status` is no condition. Write it as Status=Doing, Status!=Done, Name~printer or Due<2026-12-01.
          where: `Status` is no condition. Write it as Status=Doing, Status!=Done, Name~printer or Due<2026-12-01.
        database query demo where=Status>Done
        BadInput: Status is of type status, which cannot be asked for with >.
          where: Status is of type status, which cannot be asked for with >.
        database query demo sort=Colour
        BadInput: demo tasks has no property `Colour`. There are Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited.
          sort: demo tasks has no property `Colour`. There are Name, Status, Owner, Due, Tags, Effort, Reviewed, Notes and Edited.
    "#]].assert_eq(
        &told(
            &desk,
            &[
                "page show Rocket",
                "page show Payroll",
                &hidden,
                "page create Fire place=Rocket",
                &format!("{page} field=Colour=red"),
                &format!("{page} field=Status=Doing"),
                &format!("{page} field=Status"),
                &format!("{page} field=Owner=zoe"),
                &format!("{page} field=Owner=Example"),
                &format!("{page} field=Due=soon"),
                &format!("{page} field=Effort=much"),
                &format!("{page} field=Reviewed=perhaps"),
                &format!("{page} field=Edited=2026-12-01"),
                "page create Fire place=\"Lobby handbook\" field=Status=Done",
                "page update \"Lobby handbook\" field=Status=Done",
                "database query tasks",
                "database query demo where=Status",
                "database query demo where=Status>Done",
                "database query demo sort=Colour",
            ],
        )
        .await
        .replace(&payroll, "{payroll}"),
    );
}

#[tokio::test]
async fn pickers_offer_what_there_is() {
    let desk = desk().await;
    let mut text = String::new();
    for (lookup, typed, given) in [
        ("page", "the", json!({})),
        ("database", "", json!({})),
        ("place", "o", json!({})),
        ("property", "", json!({ "database": "demo tasks" })),
        ("property", "ta", json!({ "page": "Where is the manual?" })),
        ("property", "", json!({ "place": "Lobby handbook" })),
        ("property", "", json!({})),
        ("user", "ex", json!({})),
        ("todo", "", json!({ "page": "Lobby handbook" })),
        ("discussion", "", json!({ "page": "Lobby handbook" })),
    ] {
        let choices = desk.choices(lookup, typed, given.clone()).await.unwrap_or_else(|err| panic!("{lookup}: {err}"));
        let is_id = |it: &str| it.len() == 36 && it.contains("-4000-");
        let choices: Vec<String> =
            choices.iter().map(|it| format!("{} = {}", if is_id(&it.value) { "id" } else { &it.value }, it.label)).collect();
        text.push_str(&format!("{lookup} `{typed}` {given}: {choices:?}\n"));
    }
    expect![[r#"
        page `the` {}: ["id = Where is the manual?", "id = Dark mode for the lobby"]
        database `` {}: ["id = demo tasks", "id = apollo tasks"]
        place `o` {}: ["id = Second stage does not light", "id = Dark mode for the lobby", "id = Printer prints only cats", "id = Lobby handbook", "id = demo tasks (database)", "id = apollo tasks (database)"]
        property `` {"database":"demo tasks"}: ["Name = Name", "Status = Status", "Owner = Owner", "Due = Due", "Tags = Tags", "Effort = Effort", "Reviewed = Reviewed", "Notes = Notes", "Edited = Edited"]
        property `ta` {"page":"Where is the manual?"}: ["Status = Status", "Tags = Tags"]
        property `` {"place":"Lobby handbook"}: []
        property `` {}: []
        user `ex` {}: ["ana@example.org = Ana Example", "ben@example.org = Ben Example", "chloe@example.org = Chloe Example"]
        todo `` {"page":"Lobby handbook"}: ["Buy lamps = Buy lamps", "Switch them on = Switch them on"]
        discussion `` {"page":"Lobby handbook"}: ["id = Are the lamps new?"]
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn people_are_found() {
    let desk = desk().await;
    let ben = desk.standin.state().users[2]["id"].as_str().expect("an id").to_owned();
    let find = async |whose: Whose<'_>| desk.connected.account(whose).await.expect("an answer").map(|it| it.name);
    assert_eq!(find(Whose::Email("Ana@Example.org")).await.as_deref(), Some("Ana Example"));
    assert_eq!(find(Whose::Email("zoe@example.org")).await, None);
    assert_eq!(find(Whose::Login(&ben)).await.as_deref(), Some("Ben Example"));
    assert_eq!(find(Whose::Key(&commands::param::Secret::from("ntn_x".to_owned()))).await, None);
}

#[tokio::test]
async fn somebody_unknown_is_told_how_to_be_known() {
    let mut desk = desk().await;
    desk.asker = person("Dora");
    expect![[r#"
        page mine
        NotFound: I do not know who you are in Notion: nobody there has your email address. Link the account.
        user me
        NotFound: I do not know who you are in Notion: nobody there has your email address. Link the account.
        database query demo where=Owner=me
        BadInput: I do not know who you are in Notion, so I cannot take `me`. Write your address there, or link the account.
          where: I do not know who you are in Notion, so I cannot take `me`. Write your address there, or link the account.
    "#]]
    .assert_eq(&told(&desk, &["page mine", "user me", "database query demo where=Owner=me"]).await);
    desk.account = desk.standin.state().users[2]["id"].as_str().map(str::to_owned);
    expect![[r#"
        page mine
        (only you)
        1 task of Ben Example
        - Second stage does not light · apollo tasks · In progress · Ben Example
    "#]]
    .assert_eq(&told(&desk, &["page mine"]).await);
}

/// A connection with this secret, and what its checks found.
async fn health(desk: &Desk<Simulated>, token: &str) -> String {
    let http = Http::new("notion", "Notion", &desk.server.url(), Policy { retries: 0, ..Policy::default() }).expect("an address");
    let mut config = desk.standin.connection(&desk.server.url());
    config["token"] = json!(token);
    let config = serde_json::from_value(Value::Object(config)).expect("a configuration");
    let checks = Notion::connect(config, http).expect("a connection").health().await;
    let line = |it: &crate::Check| match it.state {
        Found::Ok => format!("{}: {}\n", it.name, it.detail),
        state => format!("{}: {state:?}: {} → {}\n", it.name, it.detail, it.fix.as_deref().unwrap_or_default()),
    };
    checks.iter().map(line).collect::<String>().replace(&desk.server.url(), "{url}")
}

#[tokio::test]
async fn the_doctor_finds_what_is_missing() {
    use super::super::standin::TOKEN;
    let desk = desk().await;
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as Bellhop in Example
        shared pages: sees 5 pages and 2 databases
        people: may read people
        comments: may read comments
    "#]]
    .assert_eq(&health(&desk, TOKEN).await);
    expect![[r#"
        credentials: Failed: Notion refuses the integration's secret. An administrator can put a new one into this connection: notion.so/profile/integrations, the integration, Configuration. → Open notion.so/profile/integrations, the integration, Configuration, and copy the internal integration secret.
    "#]].assert_eq(&health(&desk, "ntn_wrong").await);
    (desk.standin.state().reads_people, desk.standin.state().comments_allowed) = (false, false);
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as Bellhop in Example
        shared pages: sees 5 pages and 2 databases
        people: Warning: the capability “Read user information including email addresses” is missing → Open notion.so/profile/integrations, the integration, Configuration, Capabilities, and tick what is missing.
        comments: Warning: the capability “Read comments and Insert comments” is missing → Open notion.so/profile/integrations, the integration, Configuration, Capabilities, and tick what is missing.
    "#]].assert_eq(&health(&desk, TOKEN).await);
    (desk.standin.state().pages, desk.standin.state().sources) = (Vec::new(), Vec::new());
    expect![[r#"
        reachable: {url} answers
        credentials: signed in as Bellhop in Example
        shared pages: Warning: nothing is shared with the integration → Open a page or database in Notion, •••, Connections, and add the integration; it sees what is below as well.
        people: Warning: the capability “Read user information including email addresses” is missing → Open notion.so/profile/integrations, the integration, Configuration, Capabilities, and tick what is missing.
    "#]].assert_eq(&health(&desk, TOKEN).await);
    let error = desk.connected.account(Whose::Email("ana@example.org")).await.expect_err("a capability is missing");
    expect!["Permission: The integration may not read people: tick “Read user information including email addresses” among its capabilities."].assert_eq(&format!("{:?}: {error}", error.kind));
}

#[test]
fn an_empty_secret_is_no_connection() {
    let http = Http::new("notion", "Notion", "https://api.notion.com", Policy::default()).expect("an address");
    let config = serde_json::from_value(json!({ "token": " " })).expect("a configuration");
    let Err(error) = Notion::connect(config, http) else { panic!("an empty secret is refused") };
    expect!["`token` is empty: take the integration's secret from notion.so/profile/integrations; or give `client_id` and `client_secret` of a public integration, to come in by a link."].assert_eq(&error.message);
}
