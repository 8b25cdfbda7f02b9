//! Issues as tasks that are kept the same as another system's.

use super::*;

#[tokio::test]
async fn issues_are_tasks() {
    let desk = desk().await;
    let tasks = desk.connected.tasks().unwrap();
    let fields = tasks.fields("example/demo").await.unwrap();
    assert_eq!(
        fields.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["title", "body", "state", "labels", "assignee", "milestone", "comments", "author"]
    );
    assert_eq!(tasks.fields("demo").await.unwrap_err().kind, ErrorKind::NotFound);

    let values = json!({ "title": "Fire", "body": "It *burns*.", "labels": ["bug"], "assignee": "chloe@example.org", "milestone": "1.0", "state": "closed" });
    let made = tasks.create("example/demo", values.as_object().unwrap()).await.unwrap();
    assert_eq!(made.key, "7");
    assert_eq!(made.values["state"], "closed");
    assert_eq!(made.values["assignee"], "chloe");
    assert_eq!(made.values["milestone"], "1.0");

    let values = json!({ "title": "Fire!", "assignee": null, "milestone": null, "labels": [], "state": "open" });
    let changed = tasks.update("example/demo", "7", values.as_object().unwrap()).await.unwrap();
    assert_eq!(
        (&changed.values["title"], &changed.values["assignee"], &changed.values["milestone"]),
        (&json!("Fire!"), &Value::Null, &Value::Null)
    );
    assert_eq!(changed.values["body"], "It *burns*.", "what is not named stays");
    assert_eq!(tasks.get("example/demo", "7").await.unwrap().as_ref(), Some(&changed));
    assert_eq!(tasks.get("example/demo", "99").await.unwrap(), None);
    assert_eq!(tasks.get("example/demo", "5").await.unwrap(), None, "a pull request is no task");

    let refused = tasks.create("example/demo", json!({ "title": "" }).as_object().unwrap()).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "title");
    let unknown = tasks.update("example/demo", "7", json!({ "comments": 3 }).as_object().unwrap()).await.unwrap_err();
    assert_eq!(unknown.fields[0].field, "comments");
}

#[tokio::test]
async fn what_changed_comes_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let issue = state.repos[0].issue(2).unwrap().clone();
        for number in 100..230 {
            state.repos[0].issues.push(crate::github::standin::Issue { number, ..issue.clone() });
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let first = tasks.changed("example/demo", None, None).await.unwrap();
    let second = tasks.changed("example/demo", None, first.next.as_deref()).await.unwrap();
    assert_eq!(
        (first.items.len() + second.items.len(), second.next),
        (133, None),
        "130 new ones and three, without pull requests"
    );
    let since = "2026-11-19T00:00:00Z".parse().unwrap();
    let later = tasks.changed("example/demo", Some(since), None).await.unwrap();
    assert!(later.items.iter().all(|it| it.updated >= since) && !later.items.is_empty());
}

#[tokio::test]
async fn the_first_assignee_is_replaced_and_the_others_stay() {
    let desk = desk().await;
    let assignees = |desk: &Desk<Simulated>| desk.standin.state().repos[0].issue(1).unwrap().assignees.clone();
    let set = |to: &[&str]| {
        desk.standin.state().repos[0].issue_mut(1).unwrap().assignees = to.iter().map(|it| (*it).to_owned()).collect();
    };
    let tasks = desk.connected.tasks().unwrap();
    for (before, asked, after) in [
        (&["ana", "ben"][..], json!("chloe"), &["chloe", "ben"][..]),
        (&["ana", "ben"], json!("ben"), &["ben"]),
        (&["ana", "ben"], json!("ana"), &["ana", "ben"]),
        (&["ana", "ben"], Value::Null, &["ben"]),
        (&["ana"], Value::Null, &[]),
        (&[], json!("ana"), &["ana"]),
    ] {
        set(before);
        tasks.update("example/demo", "1", json!({ "assignee": asked }).as_object().unwrap()).await.unwrap();
        assert_eq!(assignees(&desk), after, "{before:?} and {asked}");
    }
    set(&["ana", "ben"]);
    tasks.update("example/demo", "1", json!({ "title": "Cats" }).as_object().unwrap()).await.unwrap();
    assert_eq!(assignees(&desk), ["ana", "ben"]);
}

#[tokio::test]
async fn what_github_drops_is_not_said_to_be_there() {
    let desk = desk().await;
    for (who, role) in &mut desk.standin.state().repos[0].roles {
        if who == "bellhop-bot" {
            *role = "read".into();
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let values = json!({ "title": "Fire", "assignee": "ana", "labels": ["bug"], "milestone": "1.0" });
    let made = tasks.create("example/demo", values.as_object().unwrap()).await.unwrap();
    assert_eq!(
        (&made.values["title"], &made.values["assignee"], &made.values["labels"], &made.values["milestone"]),
        (&json!("Fire"), &Value::Null, &json!([]), &Value::Null)
    );
    let changed = tasks.update("example/demo", &made.key, json!({ "assignee": "ana" }).as_object().unwrap()).await.unwrap();
    assert_eq!(changed.values["assignee"], Value::Null);
}

#[tokio::test]
async fn a_change_between_two_pages_hides_no_task() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let issue = state.repos[0].issue(2).unwrap().clone();
        for number in 100..230 {
            state.repos[0].issues.push(crate::github::standin::Issue { number, ..issue.clone() });
        }
    }
    let tasks = desk.connected.tasks().unwrap();
    let first = tasks.changed("example/demo", None, None).await.unwrap();
    tasks.update("example/demo", &first.items[0].key, json!({ "title": "Dogs" }).as_object().unwrap()).await.unwrap();
    let second = tasks.changed("example/demo", None, first.next.as_deref()).await.unwrap();
    let keys: std::collections::BTreeSet<String> = first.items.into_iter().chain(second.items).map(|it| it.key).collect();
    assert_eq!((keys.len(), second.next), (133, None));
}

#[tokio::test]
async fn an_issue_that_was_moved_is_gone() {
    let desk = desk().await;
    desk.run("issue transfer 1 example/apollo").await.unwrap();
    let tasks = desk.connected.tasks().unwrap();
    assert_eq!(tasks.get("example/demo", "1").await.unwrap(), None);
    for values in [json!({ "title": "Dogs" }), json!({ "assignee": "ben" })] {
        let error = tasks.update("example/demo", "1", values.as_object().unwrap()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (
                ErrorKind::NotFound,
                "example/demo#1 was moved to another repository: it is example/apollo#2 now. Write that instead."
            )
        );
    }
    let there = desk.standin.state().repos[1].issue(2).cloned().unwrap();
    assert_eq!(
        (there.title.as_str(), there.assignees.is_empty()),
        ("Printer prints only cats", true),
        "what was moved is left alone"
    );
}

#[tokio::test]
async fn an_issue_that_was_deleted_or_moved_out_of_sight_is_gone() {
    let desk = desk().await;
    desk.run("issue transfer 1 example/apollo").await.unwrap();
    {
        let mut state = desk.standin.state();
        state.repos[1].roles.retain(|(who, _)| who != "bellhop-bot");
        state.repos[0].issues.retain(|it| it.number != 2);
        state.repos[0].left.push((2, None));
    }
    let tasks = desk.connected.tasks().unwrap();
    for key in ["1", "2"] {
        assert_eq!(tasks.get("example/demo", key).await.unwrap(), None, "{key}");
        let error = tasks.update("example/demo", key, json!({ "title": "Dogs" }).as_object().unwrap()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{key}");
    }
}

#[tokio::test]
async fn a_repository_of_another_name_takes_no_task_away() {
    let desk = desk().await;
    {
        let repo = &mut desk.standin.state().repos[0];
        repo.name = "shop".into();
        repo.former.push("example/demo".into());
    }
    let tasks = desk.connected.tasks().unwrap();
    let title = json!({ "title": "Dogs" });
    let failures = [
        tasks.fields("example/demo").await.unwrap_err(),
        tasks.changed("example/demo", None, None).await.unwrap_err(),
        tasks.get("example/demo", "1").await.unwrap_err(),
        tasks.update("example/demo", "1", title.as_object().unwrap()).await.unwrap_err(),
    ];
    for error in failures {
        assert_eq!(
            (error.kind, error.message.as_str()),
            (
                ErrorKind::BadConfig,
                "example/demo was renamed, or moved to another owner. GitHub has it under another name now: write that instead."
            )
        );
    }
}
