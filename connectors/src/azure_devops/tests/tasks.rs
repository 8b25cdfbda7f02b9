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

/// Custom fields of each kind; bugs have all, tasks and stories some.
fn customize(desk: &Desk<Simulated>) {
    let field = |name: &str, kind: &str, more: Value, types: &[&'static str], rules: Value| {
        let mut all = json!({
            "name": name, "referenceName": format!("Custom.{}", name.replace(' ', "")), "type": kind, "usage": "workItem",
            "readOnly": false, "isIdentity": false, "isPicklist": false, "isPicklistSuggested": false,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            all[key] = value.clone();
        }
        let mut said = json!({ "alwaysRequired": false, "allowedValues": [], "defaultValue": null });
        for (key, value) in rules.as_object().into_iter().flatten() {
            said[key] = value.clone();
        }
        (all, types.iter().map(|it| (*it, said.clone())).collect())
    };
    const ALL: &[&str] = &["Bug", "Task", "User Story"];
    let floors = json!({ "allowedValues": ["Ground", "First"] });
    desk.standin.state().custom_fields = vec![
        field("Serial number", "string", json!({}), ALL, json!({})),
        field("Cost center", "string", json!({}), ALL, json!({ "alwaysRequired": true })),
        field("Cause", "string", json!({}), &["Bug"], json!({ "alwaysRequired": true })),
        field("Points", "integer", json!({}), ALL, json!({})),
        field("Cost", "double", json!({}), ALL, json!({})),
        field("Seen on", "dateTime", json!({}), ALL, json!({})),
        field("Insured", "boolean", json!({}), ALL, json!({ "alwaysRequired": true, "defaultValue": "False" })),
        field("Owner", "string", json!({ "isIdentity": true }), ALL, json!({})),
        field("Floor", "string", json!({ "isPicklist": true }), ALL, floors.clone()),
        field("Room", "string", json!({ "isPicklist": true, "isPicklistSuggested": true }), ALL, floors),
        field("Level", "integer", json!({ "isPicklist": true }), ALL, json!({ "allowedValues": ["1", "2"] })),
        field("Story", "html", json!({}), ALL, json!({})),
        field("Age", "integer", json!({ "readOnly": true }), ALL, json!({})),
        field("Corner", "treePath", json!({}), ALL, json!({})),
        field("Elsewhere", "string", json!({}), &[], json!({})),
    ];
}

#[tokio::test]
async fn custom_fields_are_fields_of_tasks() {
    let desk = desk().await;
    customize(&desk);
    let fields = desk.connected.tasks().unwrap().fields("demo").await.unwrap();
    let line = |it: &crate::TaskField| {
        let marks = [(it.required, ", required"), (!it.writable, ", read-only")];
        let marks: String = marks.iter().filter(|it| it.0).map(|it| it.1).collect();
        format!("{} {}: {:?}{marks}\n", it.name, it.label, it.kind)
    };
    expect![[r#"
        Custom.Serialnumber Serial number: Text
        Custom.Costcenter Cost center: Text, required
        Custom.Cause Cause: Text
        Custom.Points Points: Number
        Custom.Cost Cost: Number
        Custom.Seenon Seen on: Date
        Custom.Insured Insured: Flag
        Custom.Owner Owner: Person
        Custom.Floor Floor: Choice(["Ground", "First"])
        Custom.Room Room: Text
        Custom.Level Level: Choice(["1", "2"])
        Custom.Story Story: Markdown
        Custom.Age Age: Number, read-only
    "#]]
    .assert_eq(&fields.iter().filter(|it| it.name.starts_with("Custom.")).map(line).collect::<String>());
}

#[tokio::test]
async fn custom_fields_are_written_and_read() {
    let desk = desk().await;
    customize(&desk);
    let tasks = desk.connected.tasks().unwrap();
    let new = values(json!({
        "title": "Fire", "type": "Bug", "Custom.Serialnumber": "X-7", "Custom.Costcenter": "4711", "Custom.Cause": "A spark",
        "Custom.Points": 5, "Custom.Cost": 2.5, "Custom.Seenon": "2026-11-20", "Custom.Insured": true,
        "Custom.Owner": "ben@example.org", "Custom.Floor": "First", "Custom.Room": "Attic", "Custom.Level": "2",
        "Custom.Story": "It **burns**.",
    }));
    let made = tasks.create("demo", &new).await.unwrap();
    for (name, value) in &new {
        assert_eq!(made.values[name], *value, "{name}");
    }
    let kept = desk.standin.state().items.last().unwrap()["fields"].clone();
    assert_eq!((&kept["Custom.Level"], &kept["Custom.Story"]), (&json!(2), &json!("<p>It <strong>burns</strong>.</p>")));
    let changed = values(json!({
        "Custom.Points": null, "Custom.Seenon": null, "Custom.Insured": false, "Custom.Owner": null, "Custom.Floor": null,
        "Custom.Story": null,
    }));
    for _ in 0..2 {
        let after = tasks.update("demo", &made.key, &changed).await.unwrap();
        for (name, value) in &changed {
            assert_eq!(after.values[name], *value, "{name}");
        }
        assert_eq!(after.values["Custom.Costcenter"], "4711", "what is not named stays");
    }
    let found = tasks.changed("demo", None, None).await.unwrap().items.into_iter().find(|it| it.key == made.key).unwrap();
    assert_eq!((&found.values["Custom.Level"], &found.values["Custom.Room"]), (&json!("2"), &json!("Attic")));
    assert_eq!(tasks.get("demo", &made.key).await.unwrap().unwrap().values, found.values);
}

#[tokio::test]
async fn what_a_custom_field_cannot_hold_is_refused_at_it() {
    let desk = desk().await;
    customize(&desk);
    let tasks = desk.connected.tasks().unwrap();
    for (name, value, said) in [
        ("Custom.Points", json!(1.5), "Points is a whole number, not 1.5."),
        ("Custom.Cost", json!("much"), "Cost is a number, not \"much\"."),
        ("Custom.Seenon", json!("soon"), "Seen on is a date such as 2026-11-30, not \"soon\"."),
        ("Custom.Insured", json!("perhaps"), "Insured is yes or no, not \"perhaps\"."),
        ("Custom.Floor", json!("Attic"), "Floor cannot be `Attic`. It can be Ground or First."),
        ("Custom.Age", json!(3), "Age cannot be set: Azure DevOps works it out."),
        ("Custom.Elsewhere", json!("x"), "A work item has no field `Custom.Elsewhere` that is kept the same."),
    ] {
        let error = tasks.update("demo", "1", &values(json!({ name: value }))).await.unwrap_err();
        assert_eq!((error.message.as_str(), error.fields[0].field.as_str()), (said, name));
    }
    let error = tasks.update("demo", "1", &values(json!({"Custom.Owner": "zoe"}))).await.unwrap_err();
    assert_eq!(error.fields[0].field, "Custom.Owner");
    // What only Azure DevOps knows is at its field as well.
    let error = tasks.update("demo", "1", &values(json!({"Custom.Costcenter": null}))).await.unwrap_err();
    assert_eq!((error.kind, error.fields[0].field.as_str()), (ErrorKind::Validation, "Custom.Costcenter"));
}

#[tokio::test]
async fn without_custom_values_nothing_is_asked_of_custom_fields() {
    let desk = desk().await;
    customize(&desk);
    desk.connected.tasks().unwrap().get("demo", "1").await.unwrap();
    let asked = desk.server.exchanges().iter().filter(|it| it.request_line().contains("/fields")).count();
    assert_eq!(asked, 0);
}
