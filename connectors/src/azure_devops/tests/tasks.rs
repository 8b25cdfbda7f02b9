//! Work items as tasks.

use super::*;
use crate::Values;

fn values(of: Value) -> Values {
    of.as_object().cloned().unwrap()
}

#[tokio::test]
async fn tasks_are_made_changed_and_found_again() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    let fields = tasks.fields("demo").await.unwrap();
    let names: Vec<&str> = fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names[..4], ["title", "description", "type", "state"]);
    let new = values(json!({
        "title": "From elsewhere", "description": "It **burns**.\n\n- here\n- there", "type": "Bug", "state": "Active",
        "assignee": "ben@example.org", "tags": ["fire", "urgent"], "priority": 1, "due_date": "2026-12-24",
    }));
    let made = tasks.create("demo", &new).await.unwrap();
    for (name, value) in &new {
        assert_eq!(made.values[name], *value, "{name}");
    }
    let changed = values(json!({"state": "Closed", "assignee": null, "tags": [], "due_date": null}));
    for _ in 0..2 {
        let after = tasks.update("demo", &made.key, &changed).await.unwrap();
        assert_eq!(
            (&after.values["state"], &after.values["assignee"], &after.values["tags"]),
            (&json!("Closed"), &Value::Null, &json!([]))
        );
        assert_eq!(after.values["title"], "From elsewhere");
    }
    assert_eq!(tasks.get("demo", &made.key).await.unwrap().map(|it| it.key), Some(made.key));
    assert_eq!(tasks.get("demo", "99").await, Ok(None));
    assert_eq!(tasks.fields("nowhere").await.unwrap_err().kind, ErrorKind::NotFound);
    let wrong = tasks.create("demo", &values(json!({"title": ""}))).await.unwrap_err();
    assert_eq!((wrong.kind, wrong.fields[0].field.as_str()), (ErrorKind::Validation, "title"));
    let wrong = tasks.update("demo", "1", &values(json!({"assignee": "zoe"}))).await.unwrap_err();
    assert_eq!(wrong.fields[0].field, "assignee");
}

#[tokio::test]
async fn changed_tasks_come_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..250 {
            let mut item = state.items[0].clone();
            item["id"] = json!(1_000 + number);
            item["fields"]["System.ChangedDate"] = json!("2026-11-21T09:59:00Z");
            state.items.push(item);
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let since = Some("2026-11-21T09:00:00Z".parse().unwrap());
    let first = tasks.changed("demo", since, None).await.unwrap();
    let second = tasks.changed("demo", since, first.next.as_deref()).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (200, 50, None));
    assert_eq!(first.items[0].values["assignee"], "ben@example.org");
}
