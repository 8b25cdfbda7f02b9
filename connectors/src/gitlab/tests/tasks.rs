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

#[tokio::test]
async fn a_key_is_a_number_of_the_place() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    assert!(tasks.get("demo/printer", "#1").await.unwrap().is_some());
    for key in ["apollo/lander#1", "apollo/lander!1", "https://gitlab.example.org/apollo/lander/-/issues/1", "1/../../x"] {
        let error = tasks.get("demo/printer", key).await.unwrap_err();
        assert_eq!((error.kind, error.message), (ErrorKind::BadInput, format!("`{key}` is no issue's number.")));
        assert!(tasks.update("demo/printer", key, &values(json!({"title": "x"}))).await.is_err(), "{key}");
    }
}

#[tokio::test]
async fn a_state_that_is_not_known_changes_nothing() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    tasks.update("demo/printer", "1", &values(json!({"state": "closed"}))).await.unwrap();
    let after = tasks.update("demo/printer", "1", &values(json!({"title": "Cats", "state": null}))).await.unwrap();
    assert_eq!((&after.values["title"], &after.values["state"]), (&json!("Cats"), &json!("closed")));
    assert_eq!(desk.standin.state().issues[0]["state"], "closed");
}

#[tokio::test]
async fn a_change_between_two_pages_hides_no_task() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        for number in 0..150 {
            let mut issue = state.issues[0].clone();
            issue["iid"] = json!(100 + number);
            state.issues.push(issue);
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let first = tasks.changed("demo/printer", None, None).await.unwrap();
    tasks.update("demo/printer", &first.items[0].key, &values(json!({"title": "Dogs"}))).await.unwrap();
    let second = tasks.changed("demo/printer", None, first.next.as_deref()).await.unwrap();
    let keys: std::collections::BTreeSet<String> = first.items.into_iter().chain(second.items).map(|it| it.key).collect();
    let there = desk.standin.state().issues.iter().filter(|it| it["project_id"] == 11).count();
    assert_eq!((keys.len(), second.next), (there, None));
}

/// A GitLab that makes an issue, and answers all else so.
async fn half_done(status: u16) -> (wiremock::MockServer, Desk<Simulated>) {
    let server = wiremock::MockServer::start().await;
    let simulated = Simulated::default();
    let issue = {
        let state = simulated.state();
        state.shown(&state.issues[0])
    };
    let made = wiremock::ResponseTemplate::new(201).set_body_json(issue);
    wiremock::Mock::given(wiremock::matchers::method("POST")).respond_with(made).mount(&server).await;
    let failed = wiremock::ResponseTemplate::new(status);
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(failed).with_priority(9).mount(&server).await;
    let url = server.uri();
    (server, desk_with(|config| drop(config.insert("url".into(), json!(url)))).await)
}

#[tokio::test]
async fn what_fails_after_it_was_made_may_be_done() {
    for status in [429, 503] {
        let (_server, desk) = half_done(status).await;
        let tasks = desk.connected.tasks().unwrap();
        for new in [json!({"title": "Fire", "state": "closed"}), json!({"title": "Fire"})] {
            let error = tasks.create("demo/printer", &values(new.clone())).await.unwrap_err();
            assert!(error.is_temporary() && error.maybe_done, "{status} after {new}: {error}");
        }
    }
}

#[tokio::test]
async fn who_cannot_be_asked_for_now_is_not_told_by_login() {
    let server = wiremock::MockServer::start().await;
    let simulated = Simulated::default();
    let issue = {
        let state = simulated.state();
        state.shown(&state.issues[0])
    };
    let answer = wiremock::ResponseTemplate::new(200).set_body_json(issue);
    let path = wiremock::matchers::path_regex("/issues/1$");
    wiremock::Mock::given(path).respond_with(answer).mount(&server).await;
    let failed = wiremock::ResponseTemplate::new(503);
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(failed).with_priority(9).mount(&server).await;
    let url = server.uri();
    let desk = desk_with(|config| drop(config.insert("url".into(), json!(url)))).await;
    let error = desk.connected.tasks().unwrap().get("demo/printer", "1").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);
}
