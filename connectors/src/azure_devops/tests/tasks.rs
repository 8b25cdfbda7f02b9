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

#[tokio::test]
async fn a_task_of_another_project_is_none() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    assert!(tasks.get("Demo", "1").await.unwrap().is_some());
    assert_eq!(tasks.get("apollo", "1").await, Ok(None));
    desk.standin.state().items[0]["fields"]["System.TeamProject"] = json!("apollo");
    assert_eq!(tasks.get("demo", "1").await, Ok(None), "it was moved");
}

#[tokio::test]
async fn a_new_task_is_made_in_its_first_state_and_moved_on() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    let made = tasks.create("demo", &values(json!({"title": "Fire", "type": "Bug", "state": "Active"}))).await.unwrap();
    assert_eq!(made.values["state"], "Active");
    let sent: Vec<String> = desk.server.exchanges().iter().map(|it| it.request_line()).collect();
    let id = &made.key;
    assert_eq!(
        sent,
        [
            r#"POST /example/demo/_apis/wit/workitems/$Bug?api-version=7.1 [{"op":"add","path":"/fields/System.Title","value":"Fire"}]"#
                .to_owned(),
            format!(
                r#"PATCH /example/_apis/wit/workitems/{id}?api-version=7.1 [{{"op":"add","path":"/fields/System.State","value":"Active"}}]"#
            ),
        ]
    );
    // What it cannot become is seen in what comes back: it is there all the same.
    let count = desk.standin.state().items.len();
    let made = tasks.create("demo", &values(json!({"title": "Smoke", "state": "Lost"}))).await.unwrap();
    assert_eq!((&made.values["state"], desk.standin.state().items.len()), (&json!("New"), count + 1));
}

#[tokio::test]
async fn what_fails_after_it_was_made_may_be_done() {
    let server = wiremock::MockServer::start().await;
    let simulated = Simulated::default();
    let item = {
        let state = simulated.state();
        state.shown(&state.items[0])
    };
    let made = wiremock::ResponseTemplate::new(200).set_body_json(item);
    wiremock::Mock::given(wiremock::matchers::method("POST")).respond_with(made).mount(&server).await;
    let failed = wiremock::ResponseTemplate::new(503);
    wiremock::Mock::given(wiremock::matchers::method("PATCH")).respond_with(failed).mount(&server).await;
    let url = server.uri();
    let desk = desk_with(|config| drop(config.insert("url".into(), json!(url)))).await;
    let new = values(json!({"title": "Fire", "state": "Resolved"}));
    let error = desk.connected.tasks().unwrap().create("demo", &new).await.unwrap_err();
    assert!(error.is_temporary() && error.maybe_done, "{error}");
}
