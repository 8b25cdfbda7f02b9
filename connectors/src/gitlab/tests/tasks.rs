//! Issues as tasks.

use super::*;
use crate::Values;

fn values(of: Value) -> Values {
    of.as_object().cloned().unwrap()
}

#[tokio::test]
async fn tasks_are_made_changed_and_found_again() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    let fields = tasks.fields("demo/printer").await.unwrap();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names[..4], ["title", "description", "state", "assignee"]);

    let new = values(json!({
        "title": "From elsewhere", "description": "It **burns**.", "state": "closed", "assignee": "ben@example.org",
        "labels": ["bug"], "milestone": "v1.0", "due_date": "2026-12-24", "weight": 2,
    }));
    let made = tasks.create("demo/printer", &new).await.unwrap();
    assert_eq!(made.values["confidential"], false);
    for (name, value) in &new {
        assert_eq!(made.values[name], *value, "{name}");
    }
    let changed = values(json!({"state": "opened", "assignee": null, "labels": null, "milestone": null, "due_date": null}));
    for _ in 0..2 {
        let after = tasks.update("demo/printer", &made.key, &changed).await.unwrap();
        assert_eq!(after.values["state"], "opened");
        assert_eq!(
            (&after.values["assignee"], &after.values["labels"], &after.values["due_date"]),
            (&Value::Null, &json!([]), &Value::Null)
        );
        assert_eq!(after.values["title"], "From elsewhere");
    }
    assert_eq!(tasks.get("demo/printer", &made.key).await.unwrap().map(|it| it.key), Some(made.key));
    assert_eq!(tasks.get("demo/printer", "99").await, Ok(None));
    assert_eq!(tasks.fields("demo/nowhere").await.unwrap_err().kind, ErrorKind::NotFound);
    let wrong = tasks.create("demo/printer", &values(json!({"title": " "}))).await.unwrap_err();
    assert_eq!((wrong.kind, wrong.fields[0].field.as_str()), (ErrorKind::Validation, "title"));
    let wrong = tasks.update("demo/printer", "1", &values(json!({"assignee": "zoe"}))).await.unwrap_err();
    assert_eq!(wrong.fields[0].field, "assignee");
}

#[tokio::test]
async fn changed_tasks_come_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..150 {
            let mut issue = state.issues[0].clone();
            issue["iid"] = json!(100 + number);
            issue["updated_at"] = json!("2026-11-21T09:59:00.000Z");
            state.issues.push(issue);
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let since = Some("2026-11-21T09:00:00Z".parse().unwrap());
    let first = tasks.changed("demo/printer", since, None).await.unwrap();
    let second = tasks.changed("demo/printer", since, first.next.as_deref()).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (100, 50, None));
    assert_eq!(first.items[0].values["assignee"], "ben@example.org");
}
