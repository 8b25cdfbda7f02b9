//! The same commands against a real Redmine, where one is at hand: `REDMINE_URL`, `REDMINE_API_KEY`
//! (an administrator's) and `REDMINE_PROJECT` name it, and the test command sets them.

use serde_json::{Map, Value, json};

use super::tests::Bot;
use crate::tests::desk::{person, read};
use crate::{FieldKind, State, Task, http::Policy};

/// The bot connected to the real Redmine; none, with the reason printed, where there is none.
fn connected() -> Option<(Bot, String)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let (Some(url), Some(key), Some(project)) =
        (variable("REDMINE_URL"), variable("REDMINE_API_KEY"), variable("REDMINE_PROJECT"))
    else {
        println!("no real Redmine: REDMINE_URL, REDMINE_API_KEY and REDMINE_PROJECT are not all set");
        return None;
    };
    let config = Map::from_iter([("url".to_owned(), json!(url)), ("api_key".to_owned(), json!(key))]);
    let mut bot = Bot::new(config, Policy { per_second: 0, ..Policy::default() });
    bot.asker = person("Ana");
    Some((bot, project))
}

#[tokio::test]
async fn every_action_works_as_the_person_who_asks() {
    let Some((bot, project)) = connected() else { return };
    let run = async |line: &str| {
        let outcome = bot.run(line).await;
        let text = read(&outcome);
        assert!(outcome.is_ok(), "{line}\n{text}");
        text
    };
    let start = bot.redmine.poll(None, jiff::Timestamp::now()).await.expect("a first poll");
    assert_eq!(start.events, []);

    let created = run(&format!(
        "issue create Printer on fire project={project} tracker=bug priority=high assignee=me category=backend version=1.0 \
         estimate=2.5 field=severity=HIGH file=https://example.org/fire.txt description=\"It burns.\""
    ))
    .await;
    let id: u64 = created.split(['#', ' ']).find_map(|it| it.parse().ok()).expect("the new issue's number");
    for part in ["by Ana Abel", "Assignee: Ana Abel", "Severity: high", "Version: 1.0", "fire.txt", "Priority: High"] {
        assert!(created.contains(part), "{part} in {created}");
    }
    assert!(run(&format!("issue show {id}")).await.contains("It burns."));
    assert!(run(&format!("issue list project={project} assignee=me")).await.contains("Printer on fire"));
    assert!(run("issue search printer").await.contains(&format!("#{id}")));
    assert!(
        run(&format!("issue update {id} priority=Low field=Severity=low due_date=2030-01-01")).await.contains("Severity: low")
    );
    assert!(run(&format!("issue assign {id} none")).await.contains("Assignee: nobody"));
    let emptied = run(&format!("issue update {id} category=none version=none parent=none")).await;
    assert!(!emptied.contains("Version:") && !emptied.contains("did not take"), "{emptied}");
    assert!(run(&format!("issue assign {id} ana")).await.contains("Assignee: Ana Abel"));
    assert!(run(&format!("issue status {id} In Progress")).await.contains("Status: In Progress"));
    run(&format!("issue comment {id} The fire is out.")).await;
    assert!(run(&format!("issue show {id} --comments")).await.contains("The fire is out."));
    assert!(run(&format!("issue attach {id} file=https://example.org/fire.txt description=Proof")).await.contains("fire.txt"));
    assert!(run(&format!("time log {id} 1h30m activity=development comment=Water")).await.contains("1.5 h"));
    assert!(run(&format!("time report project={project} user=me from=2020-01-01")).await.contains("Ana Abel"));
    assert!(run(&format!("issue close {id} comment=Done")).await.contains("Status: Closed"));
    assert!(run("project list").await.contains(&project));
    assert!(run(&format!("project show {project}")).await.contains("Ana Abel"));
    assert!(run(&format!("version list {project}")).await.contains("1.0"));
    assert!(run("user me").await.contains("ana"));
    assert!(run("user show ana").await.contains("Ana Abel"));
    assert!(run(&format!("member list {project}")).await.contains("Ana Abel"));
    assert!(run("role list").await.contains("Manager"));

    let news = bot.redmine.poll(Some(&start.cursor), jiff::Timestamp::now()).await.expect("a poll");
    let mine = news.events.iter().filter(|it| it.object.key == format!("#{id}")).collect::<Vec<_>>();
    let kinds: Vec<&str> = mine.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"issue.created"));
    assert_eq!(kinds.last(), Some(&"issue.closed"));
    assert!(kinds.contains(&"issue.commented"));
    let changes: Vec<_> = mine.iter().flat_map(|it| &it.changes).collect();
    assert!(changes.iter().any(|it| it.field == "status" && it.to.as_deref() == Some("In Progress")), "{changes:?}");
    assert!(changes.iter().any(|it| it.field == "assignee" && it.from.as_deref() == Some("Ana Abel")), "{changes:?}");
    let again = bot.redmine.poll(Some(&news.cursor), jiff::Timestamp::now()).await.expect("a poll");
    assert!(again.events.iter().all(|it| it.object.key != format!("#{id}")), "nothing comes twice");
}

#[tokio::test]
async fn the_second_of_its_sort_is_shown_as_a_look_at_it_shows_it() {
    let Some((bot, project)) = connected() else { return };
    let run = async |line: &str| read(&bot.run(line).await);
    let line = format!(
        "issue create Printer on fire project={project} tracker=bug priority=high assignee=me category=backend version=1.0 \
         estimate=2.5 field=severity=HIGH due_date=2030-01-01 description=\"It burns.\""
    );
    run(&line).await;
    let made = run(&line).await;
    let id: u64 = made.split(['#', ' ']).find_map(|it| it.parse().ok()).expect("the new issue's number");
    let looked_at = run(&format!("issue show {id}")).await;
    let card = |text: &str| text[text.find("# #").expect("a heading")..].to_owned();
    assert!(made.contains("In Progress: issue status"), "{made}");
    assert_eq!(card(&made), card(&looked_at));
}

#[tokio::test]
async fn what_only_an_administrator_may_do_works_with_the_bots_account() {
    let Some((mut bot, _)) = connected() else { return };
    bot.asker = person("Stranger");
    // Redmine has no way to take a project back that is worth having here, so each run makes its own.
    let name = format!("test-{}", jiff::Timestamp::now().as_millisecond());
    for (line, part) in [
        (format!("project create {name}"), "Created the project"),
        (format!("version create 1.1 project={name} due_date=2030-12-24"), "Created version 1.1"),
        (format!("version close 1.1 project={name}"), "Closed version 1.1"),
        ("user list text=ana".to_owned(), "Ana Abel"),
        (format!("issue create Asked project={name}"), "Asked by Stranger in Slack."),
    ] {
        let text = read(&bot.run(&line).await);
        assert!(text.contains(part), "{line}\n{text}");
        assert!(text.contains("Done by the bot's own account"), "{line}\n{text}");
    }
    for line in [format!("member add ana project={name} role=reporter"), format!("member remove ana project={name}")] {
        let text = read(&bot.run(&line).await);
        assert!(text.contains("in your own name only"), "{line}\n{text}");
    }
}

#[tokio::test]
async fn what_redmine_refuses_is_put_at_its_field() {
    let Some((bot, project)) = connected() else { return };
    for (line, field) in [
        ("issue create Fire project=demmo".to_owned(), "project"),
        ("issue create Fire project=apollo".to_owned(), "project"),
        (format!("issue create Fire project={project} start_date=2026-01-02 due_date=2026-01-01"), "due_date"),
        (format!("issue create Fire project={project} assignee=admin"), "assignee"),
        (format!("issue create Fire project={project} parent=999999"), "parent"),
        (format!("issue create Fire project={project} field=severity=huge"), "field"),
        (format!("issue create Fire project={project} tracker=bugg"), "tracker"),
    ] {
        let error = bot.run(&line).await.expect_err("a refusal");
        let fields: Vec<&str> = error.fields.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, [field], "{line}: {error}");
    }
    let checks = bot.redmine.health().await;
    assert!(checks.iter().all(|it| it.state == State::Ok), "{checks:?}");
}

#[tokio::test]
async fn custom_fields_of_tasks_are_filled_and_emptied() {
    let Some((bot, project)) = connected() else { return };
    let tasks = bot.redmine.tasks().expect("tasks");
    let fields = tasks.fields(&project).await.expect("fields");
    let name = |label: &str| fields.iter().find(|it| it.label == label).map(|it| it.name.clone()).expect("a custom field");
    let labels = ["Severity", "Sites", "Billable", "Effort", "Review", "Reviewer"];
    let kinds: Vec<_> = labels.iter().map(|it| fields.iter().find(|field| field.label == *it).map(|it| &it.kind)).collect();
    let severities = FieldKind::Choice(["low", "medium", "high"].map(str::to_owned).to_vec());
    let expected = [&severities, &FieldKind::Labels, &FieldKind::Flag, &FieldKind::Number, &FieldKind::Date, &FieldKind::Person];
    assert_eq!(kinds, expected.map(Some));

    let given = |values: [Value; 6]| -> Map<String, Value> { labels.map(name).into_iter().zip(values).collect() };
    let filled = given([json!("high"), json!(["Berlin", "Porto"]), json!(true), json!(2.5), json!("2030-01-31"), json!("ana")]);
    let mut new = filled.clone();
    new.insert("subject".to_owned(), json!("Custom fields"));
    let made = tasks.create(&project, &new).await.expect("a task");
    let held = |task: &Task| labels.map(|it| task.values[&name(it)].clone());
    let person = held(&made)[5].clone();
    assert!(person.as_str().is_some_and(|it| it.starts_with("ana")), "{person}");
    assert_eq!(held(&made)[..5], [json!("high"), json!(["Berlin", "Porto"]), json!(true), json!(2.5), json!("2030-01-31")]);

    let emptied = given([Value::Null, json!([]), Value::Null, Value::Null, Value::Null, Value::Null]);
    let left = tasks.update(&project, &made.key, &emptied).await.expect("a change");
    assert_eq!(held(&left), [Value::Null, json!([]), Value::Null, Value::Null, Value::Null, Value::Null]);
}
