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

/// A Redmine with a custom field of each kind, Severity being the first.
fn customize(here: &Here) {
    let field = |id: u64, name: &str, format: &str, more: Value| {
        let mut all = json!({
            "id": id, "name": name, "customized_type": "issue", "field_format": format, "is_required": false, "multiple": false,
            "default_value": null, "visible": true,
            "trackers": [{ "id": 1, "name": "Bug" }, { "id": 2, "name": "Feature" }, { "id": 3, "name": "Support" }],
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            all[key] = value.clone();
        }
        all
    };
    let listed =
        |all: &[(&str, &str)]| -> Value { all.iter().map(|(value, label)| json!({ "value": value, "label": label })).collect() };
    here.simulated.state().custom_fields = vec![
        field(2, "Serial number", "string", json!({})),
        field(3, "Points", "int", json!({})),
        field(4, "Cost", "float", json!({})),
        field(5, "Seen on", "date", json!({})),
        field(6, "Insured", "bool", json!({})),
        field(7, "Owner", "user", json!({})),
        field(8, "Floor", "enumeration", json!({ "possible_values": listed(&[("31", "Ground"), ("32", "First")]) })),
        field(9, "Rooms", "list", json!({ "multiple": true, "possible_values": listed(&[("Lobby", "Lobby"), ("Lab", "Lab")]) })),
        field(10, "Found in", "version", json!({})),
        field(11, "Story", "text", json!({ "is_required": true, "default_value": "None." })),
        field(12, "Photo", "attachment", json!({})),
        field(13, "Cause", "string", json!({ "is_required": true, "trackers": [{ "id": 1, "name": "Bug" }] })),
        field(14, "Order", "link", json!({ "is_required": true })),
        field(15, "Elsewhere", "string", json!({ "is_for_all": false, "projects": [{ "id": 2, "name": "Apollo" }] })),
    ];
}

fn custom_of(fields: &[crate::TaskField]) -> String {
    let line = |it: &crate::TaskField| {
        let marks = [(it.required, ", required"), (!it.writable, ", read-only")];
        let marks: String = marks.iter().filter(|it| it.0).map(|it| it.1).collect();
        format!("{} {}: {:?}{marks}\n", it.name, it.label, it.kind)
    };
    fields.iter().filter(|it| it.name.starts_with("cf_")).map(line).collect()
}

#[tokio::test]
async fn custom_fields_are_fields_of_tasks() {
    let here = Here::new().await;
    customize(&here);
    let tasks = here.bot.redmine.tasks().expect("tasks");
    expect![[r#"
        cf_1 Severity: Choice(["low", "medium", "high"])
        cf_2 Serial number: Text
        cf_3 Points: Number
        cf_4 Cost: Number
        cf_5 Seen on: Date
        cf_6 Insured: Flag
        cf_7 Owner: Person
        cf_8 Floor: Choice(["Ground", "First"])
        cf_9 Rooms: Labels
        cf_10 Found in: Choice(["1.0", "2.0"])
        cf_11 Story: Markdown
        cf_13 Cause: Text
        cf_14 Order: Text, required
    "#]]
    .assert_eq(&custom_of(&tasks.fields("demo").await.expect("fields")));
    let apollo = custom_of(&tasks.fields("apollo").await.expect("fields"));
    assert!(
        apollo.contains("cf_15 Elsewhere: Text\n") && apollo.contains(r#"cf_10 Found in: Choice(["First stage"])"#),
        "{apollo}"
    );
}

#[tokio::test]
async fn custom_fields_are_written_and_read() {
    let here = Here::new().await;
    customize(&here);
    let tasks = here.bot.redmine.tasks().expect("tasks");
    let new = values(json!({
        "subject": "Fire", "cf_1": "high", "cf_2": "X-7", "cf_3": 5, "cf_4": 2.5, "cf_5": "2026-11-20", "cf_6": true,
        "cf_7": "ben@example.org", "cf_8": "First", "cf_9": ["Lobby", "Lab"], "cf_10": "2.0", "cf_11": "It **burns**.\n\nStill.",
        "cf_13": "A spark", "cf_14": "https://example.org/7",
    }));
    let made = tasks.create("demo", &new).await.expect("a task");
    for (name, value) in &new {
        assert_eq!(made.values[name], *value, "{name}");
    }
    let sent = here.server.exchanges().into_iter().find(|it| it.request_line().starts_with("POST ")).expect("a request");
    let sent = sent.request_line();
    for part in [
        r#"{"id":3,"value":"5"}"#,
        r#"{"id":6,"value":"1"}"#,
        r#"{"id":7,"value":"6"}"#,
        r#"{"id":8,"value":"32"}"#,
        r#"{"id":9,"value":["Lobby","Lab"]}"#,
        r#"{"id":10,"value":"2"}"#,
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
    let changed =
        values(json!({ "cf_1": null, "cf_3": null, "cf_5": null, "cf_6": false, "cf_7": null, "cf_9": [], "cf_10": null }));
    for _ in 0..2 {
        let after = tasks.update("demo", &made.key, &changed).await.expect("a task");
        for (name, value) in &changed {
            assert_eq!(after.values[name], *value, "{name}");
        }
        assert_eq!(after.values["cf_2"], "X-7", "what is not named stays");
    }
    let found = tasks.changed("demo", None, None).await.expect("tasks");
    let found = found.items.into_iter().find(|it| it.key == made.key).expect("the task");
    assert_eq!((&found.values["cf_8"], &found.values["cf_9"]), (&json!("First"), &json!([])));
    // A feature has no cause: that is no empty one.
    let feature = tasks.get("demo", "2").await.expect("an answer").expect("a task");
    assert!(!feature.values.contains_key("cf_13") && feature.values["cf_9"] == json!([]), "{:?}", feature.values);
}

#[tokio::test]
async fn what_a_custom_field_cannot_hold_is_refused_at_it() {
    let here = Here::new().await;
    customize(&here);
    let tasks = here.bot.redmine.tasks().expect("tasks");
    for (name, value, said) in [
        ("cf_1", json!("huge"), "Severity cannot be `huge`. It can be low, medium or high."),
        ("cf_3", json!(1.5), "Points is a whole number, not 1.5."),
        ("cf_5", json!("soon"), "Seen on is a date such as 2026-11-30, not \"soon\"."),
        ("cf_6", json!("perhaps"), "Insured is yes or no, not \"perhaps\"."),
        ("cf_9", json!(["Attic"]), "Rooms cannot be `Attic`. It can be Lobby or Lab."),
        ("cf_14", Value::Null, "Redmine refused the values: Order cannot be blank. Correct them and try again."),
        ("cf_99", json!("x"), "Issues of Demo have no custom field `cf_99` that the bot can see."),
        ("cf_15", json!("x"), "Issues of Demo have no custom field `cf_15` that the bot can see."),
    ] {
        let error = tasks.update("demo", "1", &values(json!({ name: value }))).await.expect_err(name);
        assert_eq!((error.message.as_str(), error.fields[0].field.as_str()), (said, name));
    }
    let error = tasks.update("demo", "1", &values(json!({ "cf_7": "zoe" }))).await.expect_err("nobody");
    assert_eq!(error.fields[0].field, "cf_7");
    assert!(here.simulated.state().issues[0].custom.is_empty());
}

#[tokio::test]
async fn who_is_no_administrator_learns_custom_fields_from_issues() {
    let here = Here::with(|it| drop(it.insert("api_key".into(), json!("redmine-key-of-ana"))), Policy::default()).await;
    customize(&here);
    let tasks = here.bot.redmine.tasks().expect("tasks");
    let fields = custom_of(&tasks.fields("demo").await.expect("fields"));
    // Nothing tells their kinds, but that a field holds several.
    assert!(fields.contains("cf_1 Severity: Text\n") && fields.contains("cf_3 Points: Text\n"), "{fields}");
    assert!(fields.contains("cf_9 Rooms: Labels\n"), "{fields}");
    let wanted = values(json!({ "cf_1": "low", "cf_3": "8", "cf_9": ["Lab"], "cf_13": "A spark", "cf_14": "none" }));
    let after = tasks.update("demo", "1", &wanted).await.expect("a task");
    for (name, value) in &wanted {
        assert_eq!(after.values[name], *value, "{name}");
    }
    let error = tasks.update("demo", "1", &values(json!({ "cf_3": "many" }))).await.expect_err("no number");
    assert_eq!(error.message, "Redmine refused the values: Points is not a number. Correct them and try again.");
    assert_eq!(error.fields[0].field, "cf_3");
}
