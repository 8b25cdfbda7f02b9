//! Cards as tasks.

use super::*;
use crate::{Task, Tasks};

fn shown(task: &Task) -> String {
    format!("{} {}", task.key, Value::Object(task.values.clone()))
}

fn without_ids(desk: &Desk<Simulated>, text: &str) -> String {
    let state = desk.standin.state();
    state.fields.iter().fold(text.to_owned(), |text, it| {
        text.replace(it["id"].as_str().unwrap_or_default(), it["name"].as_str().unwrap_or_default())
    })
}

fn tasks(desk: &Desk<Simulated>) -> &dyn Tasks {
    desk.connected.tasks().expect("tasks")
}

fn check(desk: &Desk<Simulated>, text: &str, expected: Expect) {
    expected.assert_eq(&without_ids(desk, text));
}

#[tokio::test]
async fn fields_of_a_board() {
    let desk = desk().await;
    let fields = tasks(&desk).fields("demo").await.expect("fields");
    let lines: String =
        fields.iter().map(|it| format!("{} ({}): {:?}, required {}\n", it.name, it.label, it.kind, it.required)).collect();
    check(
        &desk,
        &lines,
        expect![[r#"
        name (Name): Text, required true
        desc (Description): Markdown, required false
        list (List): Choice(["To Do", "Doing", "Done"]), required false
        member (Member): Person, required false
        labels (Labels): Labels, required false
        start (Start date): Date, required false
        due (Due date): Date, required false
        dueComplete (Done): Flag, required false
        closed (Archived): Flag, required false
        Severity (Severity): Choice(["low", "high"]), required false
        Estimate (Estimate): Number, required false
    "#]],
    );
    let error = tasks(&desk).fields("gemini").await.expect_err("no board");
    assert_eq!(error.kind, commands::ErrorKind::NotFound);
}

#[tokio::test]
async fn tasks_are_made_changed_and_found() {
    let desk = desk().await;
    let estimate = desk.standin.state().fields[1]["id"].as_str().expect("an id").to_owned();
    let severity = desk.standin.state().fields[0]["id"].as_str().expect("an id").to_owned();
    let values = json!({
        "name": "Printer on fire", "desc": "It **burns**.", "list": "Doing", "member": "ben", "labels": ["urgent", "bug"],
        "due": "2026-12-01", "dueComplete": false, "closed": false, estimate.clone(): 2.5, severity.clone(): "high",
    });
    let task = tasks(&desk).create("demo", values.as_object().expect("values")).await.expect("a task");
    check(
        &desk,
        &shown(&task),
        expect![[
            r#"Card0043 {"name":"Printer on fire","desc":"It **burns**.","list":"Doing","member":"ben","labels":["urgent","bug"],"start":null,"due":"2026-12-01","dueComplete":false,"closed":false,"Severity":"high","Estimate":2.5}"#
        ]],
    );
    let values = json!({ "name": "Printer is out", "list": "Done", "member": null, "labels": [], "due": null, "dueComplete": true, estimate: null, severity: "low" });
    let task = tasks(&desk).update("demo", &task.key, values.as_object().expect("values")).await.expect("a task");
    check(
        &desk,
        &shown(&task),
        expect![[
            r#"Card0043 {"name":"Printer is out","desc":"It **burns**.","list":"Done","member":null,"labels":[],"start":null,"due":null,"dueComplete":true,"closed":false,"Severity":"low","Estimate":null}"#
        ]],
    );
    assert_eq!(tasks(&desk).get("demo", &task.key).await.expect("an answer"), Some(task.clone()));
    assert_eq!(tasks(&desk).get("apollo", &task.key).await.expect("an answer"), None);
    assert_eq!(tasks(&desk).get("demo", "Nothing0").await.expect("an answer"), None);
    let mut refused = String::new();
    for values in [
        json!({ "list": "Later" }),
        json!({ "member": "zoe" }),
        json!({ "due": "soon" }),
        json!({ "colour": "red" }),
        json!({ "labels": ["soon"] }),
    ] {
        let error = tasks(&desk).update("demo", &task.key, values.as_object().expect("values")).await.expect_err("a refusal");
        refused.push_str(&read(&Err(error)));
    }
    check(
        &desk,
        &refused,
        expect![[r#"
        BadInput: There is no list `Later`. There are To Do, Doing and Done.
          list: There is no list `Later`. There are To Do, Doing and Done.
        Validation: Nobody on demo is known as `zoe`.
          member: Nobody on demo is known as `zoe`.
        Validation: `soon` is no day. Write it like 2026-12-01.
          due: `soon` is no day. Write it like 2026-12-01.
        Validation: demo has no field `colour`.
          colour: demo has no field `colour`.
        BadInput: There is no label `soon`. There are urgent, bug and green.
          labels: There is no label `soon`. There are urgent, bug and green.
    "#]],
    );
}

#[tokio::test]
async fn an_archived_task_is_made_archived() {
    let desk = desk().await;
    let values = json!({ "name": "Old", "closed": true });
    let task = tasks(&desk).create("demo", values.as_object().expect("values")).await.expect("a task");
    assert_eq!((task.values["closed"].clone(), task.values["list"].clone()), (json!(true), json!("To Do")));
}

#[tokio::test]
async fn changes_come_page_by_page() {
    let desk = desk().await;
    let all = tasks(&desk).changed("demo", None, None).await.expect("a page");
    assert_eq!((all.items.len(), all.next), (3, None));
    let day = NOW.parse::<jiff::Timestamp>().expect("a time") - jiff::SignedDuration::from_hours(24 * 3);
    let late = tasks(&desk).changed("demo", Some(day), None).await.expect("a page");
    assert_eq!(late.items.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["PrnCats1"]);
    {
        let mut state = desk.standin.state();
        let card = state.cards[0].clone();
        for number in 0..1500 {
            let mut card = card.clone();
            (card["id"], card["shortLink"]) = (json!(format!("{number:024x}")), json!(format!("C{number:07}")));
            state.cards.push(card);
        }
    }
    let (mut page, mut keys) = (None, std::collections::BTreeSet::new());
    loop {
        let found = tasks(&desk).changed("demo", None, page.as_deref()).await.expect("a page");
        keys.extend(found.items.into_iter().map(|it| it.key));
        page = found.next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(keys.len(), 1503);
}

#[tokio::test]
async fn archived_cards_are_not_begun_with() {
    let desk = desk().await;
    let (link, other, id) = {
        let mut state = desk.standin.state();
        let id = state.boards.iter().find(|it| it["name"] == "demo").expect("the board")["id"].clone();
        let mut of_it: Vec<&mut Value> = state.cards.iter_mut().filter(|it| it["idBoard"] == id).collect();
        of_it[0]["closed"] = json!(true);
        let (link, other, list) = (of_it[0]["shortLink"].clone(), of_it[1]["shortLink"].clone(), of_it[1]["idList"].clone());
        for card in of_it.iter_mut().skip(1).filter(|it| it["idList"] == list && it["shortLink"] != other) {
            card["idBoard"] = json!("elsewhere");
        }
        state.lists.iter_mut().filter(|it| it["id"] == list).for_each(|it| it["closed"] = json!(true));
        (link, other, id)
    };
    let keys = |found: Vec<Task>| found.into_iter().map(|it| json!(it.key)).collect::<Vec<_>>();
    let first = keys(tasks(&desk).changed("demo", None, None).await.expect("a page").items);
    assert!(!first.is_empty() && !first.contains(&link) && !first.contains(&other), "{first:?}");
    let there = desk.standin.state().cards.iter().filter(|it| it["idBoard"] == id).count();
    assert_eq!(first.len() + 2, there);
    // Later their changes are told, and in which list a card is, though that is archived.
    let since = Some(jiff::Timestamp::UNIX_EPOCH);
    let later = tasks(&desk).changed("demo", since, None).await.expect("a page").items;
    let find = |key: &Value| later.iter().find(|it| json!(it.key) == *key).expect("the card").values.clone();
    assert_eq!(find(&link)["closed"], true);
    let list = {
        let state = desk.standin.state();
        let card = state.cards.iter().find(|it| it["shortLink"] == other).expect("the card");
        state.lists.iter().find(|it| it["id"] == card["idList"]).expect("its list")["name"].clone()
    };
    assert_eq!(find(&other)["list"], list);
    let fields = tasks(&desk).fields("demo").await.expect("fields");
    let crate::FieldKind::Choice(lists) = &fields[2].kind else { panic!("no lists") };
    assert!(!lists.contains(&list.as_str().expect("a name").to_owned()), "nothing is put into an archived list");
}
