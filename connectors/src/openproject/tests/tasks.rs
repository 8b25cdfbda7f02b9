//! Work packages as tasks of a synchronization.

use super::*;
use crate::openproject::standin::state::{Package, Version};
use crate::{FieldKind, Tasks, Values};
use commands::ErrorKind;

fn values(value: Value) -> Values {
    match value {
        Value::Object(values) => values,
        _ => panic!("no object"),
    }
}

fn tasks(desk: &Desk<Simulated>) -> &dyn Tasks {
    desk.connected.tasks().expect("tasks")
}

#[tokio::test]
async fn fields_are_those_of_the_project() {
    let desk = desk().await;
    let fields = tasks(&desk).fields("demo").await.expect("fields");
    let line = |it: &crate::TaskField| {
        let kind = match &it.kind {
            FieldKind::Choice(all) => format!("one of {}", all.join(", ")),
            kind => format!("{kind:?}"),
        };
        let marks =
            [(it.required, " required"), (!it.writable, " read-only")].map(|(is, mark)| if is { mark } else { "" }).concat();
        format!("{} ({}): {kind}{marks}", it.name, it.label)
    };
    expect![[r#"
        subject (Subject): Text required
        description (Description): Markdown
        type (Type): one of Task, Milestone, Feature, Bug
        status (Status): one of New, In progress, On hold, Closed, Rejected
        priority (Priority): one of Low, Normal, High, Immediate
        assignee (Assignee): Person
        responsible (Accountable): Person
        version (Version): one of 1.0
        category (Category): one of Hardware, Light
        startDate (Start date): Date
        dueDate (Finish date): Date
        estimatedTime (Work): Number
        remainingTime (Remaining work): Number
        percentageDone (% Complete): Number
        customField1 (Story points): Number
        date (Date): Date
        customField2 (Severity): one of low, medium, high"#]]
    .assert_eq(&fields.iter().map(line).collect::<Vec<_>>().join("\n"));
    let error = tasks(&desk).fields("apolo").await.expect_err("no such project");
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn what_changed_comes_page_by_page() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.packages[0].clone();
        state.packages.extend((100..180).map(|id| Package { id, ..first.clone() }));
    }
    let (mut page, mut seen) = (None, Vec::new());
    loop {
        let found = tasks(&desk).changed("demo", None, page.as_deref()).await.expect("tasks");
        seen.extend(found.items.into_iter().map(|it| it.key));
        page = found.next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 84);
    tick(&desk, 60);
    let since = desk.standin.state().now();
    desk.run("wp assign 1 ben").await.expect("a change");
    let found = tasks(&desk).changed("demo", Some(since), None).await.expect("tasks");
    assert_eq!(found.items.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["1"]);
    assert_eq!(found.items[0].updated, since);
}

#[tokio::test]
async fn a_task_is_made_changed_and_read() {
    let desk = desk().await;
    let tasks = tasks(&desk);
    let made = values(json!({
        "subject": "Fire", "description": "It **burns**.", "type": "Bug", "status": "In progress", "priority": "High",
        "assignee": "ben@example.org", "dueDate": "2026-12-01", "estimatedTime": 2.5, "percentageDone": 10, "customField1": 5,
        "customField2": "high", "version": "1.0",
    }));
    let task = tasks.create("demo", &made).await.expect("a task");
    let text = |task: &crate::Task| {
        format!(
            "{} {:?}\n{}",
            task.key,
            task.url.as_deref().map(|it| it.replace(&desk.server.url(), "{url}")),
            serde_json::to_string_pretty(&task.values).expect("JSON")
        )
    };
    expect![[r#"
        6 Some("{url}/work_packages/6")
        {
          "subject": "Fire",
          "description": "It **burns**.",
          "type": "Bug",
          "status": "In progress",
          "priority": "High",
          "assignee": "ben@example.org",
          "responsible": null,
          "version": "1.0",
          "category": null,
          "startDate": null,
          "dueDate": "2026-12-01",
          "estimatedTime": 2.5,
          "remainingTime": null,
          "percentageDone": 10,
          "customField1": 5,
          "customField2": "high"
        }"#]]
    .assert_eq(&text(&task));
    let changed = values(
        json!({ "status": "Closed", "assignee": null, "dueDate": null, "version": null, "customField2": null, "estimatedTime": null, "description": "Out." }),
    );
    let task = tasks.update("demo", &task.key, &changed).await.expect("a task");
    expect![[r#"
        6 Some("{url}/work_packages/6")
        {
          "subject": "Fire",
          "description": "Out.",
          "type": "Bug",
          "status": "Closed",
          "priority": "High",
          "assignee": null,
          "responsible": null,
          "version": null,
          "category": null,
          "startDate": null,
          "dueDate": null,
          "estimatedTime": null,
          "remainingTime": null,
          "percentageDone": 10,
          "customField1": 5,
          "customField2": null
        }"#]]
    .assert_eq(&text(&task));
    assert_eq!(tasks.get("demo", &task.key).await.expect("an answer"), Some(task.clone()));
    assert_eq!(tasks.get("apollo", &task.key).await.expect("an answer"), None, "it is in another project");
    assert_eq!(tasks.get("demo", "999").await.expect("an answer"), None);
}

#[tokio::test]
async fn values_that_are_refused_are_named_by_their_field() {
    let desk = desk().await;
    let mut told = String::new();
    for wrong in [
        json!({ "subject": "Fire", "status": "Burning" }),
        json!({ "subject": "Fire", "assignee": "zoe@example.org" }),
        json!({ "subject": "", "startDate": "2026-12-02", "dueDate": "2026-12-01" }),
        json!({ "subject": "Fire", "estimatedTime": "long" }),
        json!({ "subject": "Fire", "flames": 3 }),
    ] {
        let error = tasks(&desk).create("demo", &values(wrong)).await.expect_err("a refusal");
        told.push_str(&read(&Err(error)));
    }
    expect![[r#"
        BadInput: There is no status `Burning` here. It can be New, In progress, On hold, Closed or Rejected.
          status: There is no status `Burning` here. It can be New, In progress, On hold, Closed or Rejected.
        BadInput: OpenProject knows nobody with the account `zoe@example.org` that the bot can see.
          assignee: OpenProject knows nobody with the account `zoe@example.org` that the bot can see.
        Validation: OpenProject refused the values: Subject can't be blank; Finish date must be greater than or equal to the start date. Correct them and try again.
          subject: Subject can't be blank.
          dueDate: Finish date must be greater than or equal to the start date.
        BadInput: Work is a number of hours, not "long".
          estimatedTime: Work is a number of hours, not "long".
        BadInput: There is no `flames` here: this type of work package or this project does not have it.
          flames: There is no `flames` here: this type of work package or this project does not have it.
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn a_task_that_is_done_already_is_made_and_closed() {
    let desk = desk().await;
    let task = tasks(&desk).create("demo", &values(json!({ "subject": "Ashes", "status": "Closed" }))).await.expect("a task");
    assert_eq!(task.values["status"], "Closed");
    assert_eq!(desk.standin.state().packages.iter().filter(|it| it.subject == "Ashes").count(), 1);
}

#[tokio::test]
async fn a_title_that_two_values_have_is_not_set() {
    let desk = desk().await;
    {
        let mut state = desk.standin.state();
        let first = state.versions[0].clone();
        state.versions.push(Version { id: 7, project: 2, sharing: "system", ..first });
    }
    let error = tasks(&desk).update("demo", "1", &values(json!({ "version": "1.0" }))).await.expect_err("either");
    assert_eq!(error.fields[0].field, "version");
    assert_eq!(error.message, "2 values are called `1.0` in OpenProject, so that none was set: rename one.");
    // Another system's text is a title, and never a number here.
    let error = tasks(&desk).update("demo", "1", &values(json!({ "version": "#7" }))).await.expect_err("no title");
    assert!(error.message.starts_with("There is no value `#7` here."), "{}", error.message);
    assert_eq!(desk.standin.state().packages[0].version, None);
}
