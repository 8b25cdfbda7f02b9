//! Issues as tasks of a synchronization.

use commands::ErrorKind;

use super::*;
use crate::FieldKind;

#[tokio::test]
async fn tasks_are_made_read_changed_and_found() {
    for deployment in [Deployment::Cloud, Deployment::DataCenter] {
        let desk = at(deployment, if deployment == Deployment::Cloud { contract } else { undescribed }, |_| {}).await;
        let tasks = desk.connected.tasks().unwrap();
        let fields = tasks.fields("APO").await.unwrap();
        assert_eq!((fields[0].name.as_str(), &fields[0].kind, fields[0].required), ("summary", &FieldKind::Text, true));
        let kind = |name: &str| fields.iter().find(|it| it.name == name).map(|it| it.kind.clone());
        assert_eq!(kind("description"), Some(FieldKind::Markdown));
        assert_eq!(kind("assignee"), Some(FieldKind::Person));
        assert_eq!(kind("labels"), Some(FieldKind::Labels));
        assert_eq!(
            kind("status"),
            Some(FieldKind::Choice(["To Do", "In Progress", "In Review", "Done"].map(str::to_owned).to_vec()))
        );
        assert_eq!((kind("parent"), kind("customfield_10020")), (None, None), "nothing that another system has");

        let values = json!({ "summary": "Ink", "description": "**Black**, please.", "assignee": "ben@example.org", "labels": ["office"], "priority": "High",
            "duedate": "2026-12-01", "status": "In Progress", "components": ["Printer"], "customfield_10016": 2.0 });
        let made = tasks.create("apollo", values.as_object().unwrap()).await.unwrap();
        assert_eq!((made.key.as_str(), made.updated), ("APO-12", now()));
        for (name, value) in values.as_object().unwrap() {
            assert_eq!(&made.values[name], value, "{name}");
        }
        let change = json!({ "summary": "More ink", "assignee": null, "duedate": null, "status": "Done", "labels": [] });
        let changed = tasks.update("APO", "APO-12", change.as_object().unwrap()).await.unwrap();
        assert_eq!(
            (&changed.values["summary"], &changed.values["assignee"], &changed.values["status"]),
            (&json!("More ink"), &Value::Null, &json!("Done"))
        );
        assert_eq!(changed.values["description"], "**Black**, please.", "the others stay");
        assert_eq!(tasks.update("APO", "APO-12", change.as_object().unwrap()).await.unwrap(), changed, "twice is once");
        assert_eq!(tasks.get("APO", "APO-12").await.unwrap(), Some(changed));
        assert_eq!(tasks.get("APO", "APO-99").await.unwrap(), None);
        assert_eq!(tasks.get("DEMO", "APO-12").await.unwrap(), None);

        let since = now() - jiff::SignedDuration::from_secs(1);
        let recent = tasks.changed("APO", Some(since), None).await.unwrap();
        assert_eq!((recent.items.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), recent.next), (vec!["APO-12"], None));
        assert_eq!(tasks.changed("APO", None, None).await.unwrap().items.len(), 12);
    }
}

#[tokio::test]
async fn many_tasks_come_in_pages() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let template = state.issues[8].clone();
        for number in 100..250 {
            state.issues.push(super::super::standin::Issue { key: format!("APO-{number}"), id: number, ..template.clone() });
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let first = tasks.changed("APO", None, None).await.unwrap();
    let second = tasks.changed("APO", None, first.next.as_deref()).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (100, 61, None));
}

#[tokio::test]
async fn what_is_refused_is_named_by_its_field() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    assert_eq!(tasks.fields("NOPE").await.unwrap_err().kind, ErrorKind::NotFound);
    for (values, field) in [
        (json!({ "summary": "x", "priority": "Urgent" }), "priority"),
        (json!({ "summary": "x", "assignee": "dora@example.org" }), "assignee"),
        (json!({ "summary": "x", "colour": "red" }), "colour"),
        (json!({ "summary": "" }), "summary"),
        (json!({ "summary": "x", "issuetype": "Wish" }), "issuetype"),
    ] {
        let error = tasks.create("APO", values.as_object().unwrap()).await.unwrap_err();
        assert_eq!(error.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field], "{values}: {error}");
    }
    let error = tasks.update("APO", "APO-7", json!({ "status": "Cancelled" }).as_object().unwrap()).await.unwrap_err();
    assert_eq!(error.fields[0].field, "status");
}

#[tokio::test]
async fn a_search_that_is_behind_tells_nothing_old() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        state.index = Some(state.issues.clone());
    }
    let tasks = desk.connected.tasks().unwrap();
    tasks.update("APO", "APO-7", json!({ "summary": "Ink", "status": "Done" }).as_object().unwrap()).await.unwrap();
    let found = tasks.changed("APO", None, None).await.unwrap().items;
    let it = found.iter().find(|it| it.key == "APO-7").unwrap();
    assert_eq!((&it.values["summary"], &it.values["status"]), (&json!("Ink"), &json!("Done")));
    // One that was moved away meanwhile is not here any more.
    let at = desk.standin.state().issue("APO-7").unwrap();
    {
        let mut state = desk.standin.state();
        (state.issues[at].key, state.issues[at].project) = ("DEMO-90".into(), "DEMO".into());
    }
    let later = tasks.changed("APO", None, None).await.unwrap().items;
    assert_eq!(later.len(), found.len() - 1);
    assert!(later.iter().all(|it| it.key != "DEMO-90"));
}

#[tokio::test]
async fn a_change_between_two_pages_hides_no_task() {
    for deployment in [Deployment::Cloud, Deployment::DataCenter] {
        let desk = at(deployment, if deployment == Deployment::Cloud { contract } else { undescribed }, |state| {
            let template = state.issues[8].clone();
            for number in 20_100..20_250 {
                state.issues.push(super::super::standin::Issue { key: format!("APO-{number}"), id: number, ..template.clone() });
            }
        })
        .await;
        let tasks = desk.connected.tasks().unwrap();
        let first = tasks.changed("APO", None, None).await.unwrap();
        desk.standin.state().clock = Some(now() + jiff::SignedDuration::from_secs(60));
        tasks.update("APO", &first.items[0].key, json!({ "summary": "Ink" }).as_object().unwrap()).await.unwrap();
        let second = tasks.changed("APO", None, first.next.as_deref()).await.unwrap();
        let keys: std::collections::BTreeSet<String> = first.items.into_iter().chain(second.items).map(|it| it.key).collect();
        assert_eq!((keys.len(), second.next), (161, None), "{deployment:?}");
    }
}

#[tokio::test]
async fn where_the_workflow_does_not_lead_a_new_task_is_there_all_the_same() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    let made = tasks.create("APO", json!({ "summary": "Ink", "status": "Cancelled" }).as_object().unwrap()).await.unwrap();
    assert_eq!((made.key.as_str(), &made.values["status"]), ("APO-12", &json!("To Do")));
    assert_eq!(desk.standin.state().issues.iter().filter(|it| it.summary == "Ink").count(), 1);
}

#[tokio::test]
async fn who_is_only_like_the_name_is_not_meant() {
    let desk = with(|state| {
        state.hides_addresses = true;
        state.people[3].name = "Benedict Example";
    })
    .await;
    let tasks = desk.connected.tasks().unwrap();
    let assigned = async |who: &str| {
        let task = tasks.update("APO", "APO-9", json!({ "assignee": who }).as_object().unwrap()).await;
        task.map(|_| desk.standin.state().issues[8].assignee)
    };
    assert_eq!(assigned("be").await.unwrap_err().fields[0].field, "assignee");
    assert_eq!(assigned("bene").await.unwrap_err().fields[0].field, "assignee");
    assert_eq!(assigned("Benedict Example").await, Ok(Some(3)));
    assert_eq!(assigned("ben@example.org").await, Ok(Some(2)));
    // Who may be either of two is neither.
    desk.standin.state().people[3].name = "Ben Example";
    assert_eq!(assigned("Ben Example").await.unwrap_err().fields[0].field, "assignee");
}
