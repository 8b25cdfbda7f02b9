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
