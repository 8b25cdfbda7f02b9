//! Issues as tasks that are kept the same as another system's.

use std::collections::BTreeSet;

use super::*;
use crate::Values;

fn values(of: Value) -> Values {
    of.as_object().cloned().expect("values")
}

#[tokio::test]
async fn tasks_are_made_changed_and_found_again() {
    let here = Here::new().await;
    let tasks = here.bot.redmine.tasks().expect("tasks");
    let new = values(json!({
        "subject": "From elsewhere", "description": "It **burns**.", "tracker": "Feature", "status": "In Progress", "priority": "High",
        "assignee": "ben@example.org", "due_date": "2026-12-24", "estimated_hours": 2.5, "done_ratio": 10,
    }));
    let made = tasks.create("demo", &new).await.expect("a task");
    for (name, value) in &new {
        assert_eq!(made.values[name], *value, "{name}");
    }
    let changed = values(json!({ "status": "Closed", "assignee": null }));
    let after = tasks.update("demo", &made.key, &changed).await.expect("a task");
    assert_eq!((&after.values["status"], &after.values["assignee"]), (&json!("Closed"), &Value::Null));
    assert_eq!(tasks.get("demo", &made.key).await, Ok(Some(after)));
    assert_eq!(tasks.get("demo", "99").await, Ok(None));
    let error = tasks.fields("nowhere").await.expect_err("no project");
    assert_eq!(error.fields[0].field, "project");
}

#[tokio::test]
async fn what_the_workflow_forbids_is_not_said_to_be_done() {
    let here = Here::new().await;
    {
        // The bot is a developer, who rejects nothing.
        let mut state = here.simulated.state();
        state.users[0].admin = false;
        let mut member = state.members[1].clone();
        (member.id, member.user) = (50, 1);
        state.members.push(member);
    }
    let tasks = here.bot.redmine.tasks().expect("tasks");
    let made = tasks.create("demo", &values(json!({ "subject": "Fire", "status": "Rejected" }))).await.expect("a task");
    assert_eq!(made.values["status"], "New");
    let asked = values(json!({ "subject": "Fire!", "status": "Rejected" }));
    let after = tasks.update("demo", &made.key, &asked).await.expect("a task");
    assert_eq!((&after.values["subject"], &after.values["status"]), (&json!("Fire!"), &json!("New")));
    assert_eq!(here.simulated.state().issues.last().map(|it| it.status), Some(1));
}

#[tokio::test]
async fn a_task_of_another_project_is_none() {
    let here = Here::new().await;
    let tasks = here.bot.redmine.tasks().expect("tasks");
    assert_eq!(tasks.get("demo", "4").await, Ok(None));
    assert_eq!(tasks.get("apollo", "4").await.expect("an answer").map(|it| it.key).as_deref(), Some("4"));
    // What was moved to a project that the bot does not see is as gone.
    {
        let mut state = here.simulated.state();
        state.users[0].admin = false;
        let mut member = state.members[1].clone();
        (member.id, member.user) = (50, 1);
        state.members.push(member);
    }
    assert_eq!(tasks.get("demo", "4").await, Ok(None));
}

#[tokio::test]
async fn a_change_between_two_pages_hides_no_task() {
    let here = Here::new().await;
    {
        let mut state = here.simulated.state();
        let issue = state.issues[0].clone();
        state.issues.extend((100..250).map(|id| super::super::standin::Issue { id, ..issue.clone() }));
    }
    here.tick(60);
    let tasks = here.bot.redmine.tasks().expect("tasks");
    let first = tasks.changed("demo", None, None).await.expect("a page");
    assert_eq!(first.items.len(), 100);
    tasks.update("demo", "1", &values(json!({ "subject": "Printer prints only dogs" }))).await.expect("a task");
    let second = tasks.changed("demo", None, first.next.as_deref()).await.expect("a page");
    let keys: BTreeSet<String> = first.items.into_iter().chain(second.items).map(|it| it.key).collect();
    assert_eq!((keys.len(), second.next), (153, None));
}
