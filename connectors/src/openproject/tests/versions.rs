//! Versions and budgets of projects.

use super::*;
use crate::openproject::standin::state::{Part, Version};

/// A version 1.0 of Apollo, which Apollo shares with every project.
fn share(desk: &Desk<Simulated>) {
    let mut state = desk.standin.state();
    let first = state.versions[0].clone();
    state.versions.push(Version { id: 7, project: 2, sharing: "system", ..first });
}

fn changes(desk: &Desk<Simulated>) -> Vec<String> {
    let changes = |it: &String| !it.starts_with("GET ") && !it.contains("/form ");
    desk.server.exchanges().iter().map(|it| it.request_line()).filter(changes).collect()
}

#[tokio::test]
async fn versions() {
    let desk = desk().await;
    desk.check("version list demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        1 version
        - 1.0 · open · until 2026-12-01
    "#]]).await;
    desk.check("version create 2.0 project=demo due_date=2026-12-24 description=\"All new\"", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/versions {"name":"2.0","description":{"raw":"All new"},"endDate":"2026-12-24","_links":{"definingProject":{"href":"/api/v3/projects/1"}}}
        [Good]
        Demo has a new version: 2.0
    "#]]).await;
    desk.check("version update 2.0 project=demo name=2.1 status=locked start_date=2026-12-01", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > PATCH /api/v3/versions/101 {"name":"2.1","startDate":"2026-12-01","status":"locked"}
        [Good]
        Changed version 2.0.
        - 2.1 · locked · 2026-12-01 to 2026-12-24
    "#]]).await;
    desk.check("version close 1.0 project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > PATCH /api/v3/versions/1 {"status":"closed"}
        > GET /api/v3/work_packages?filters=%5B%7B%22version%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        [Good]
        Version 1.0 of Demo is closed.
        (1 work package of it is still open.)
    "#]]).await;
    desk.check("version delete 1.0 project=demo", expect![[r##"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > GET /api/v3/work_packages?filters=%5B%7B%22version%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        (only you)
        [Warning]
        This deletes version 1.0 of Demo.
        1 open work package is planned for it. OpenProject refuses while any work package is, open or closed.
        [Delete the version: version delete {"version":"#1","project":"1","confirm":"yes"}]
    "##]]).await;
    desk.check("version delete 1.0 project=demo confirm=yes", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > DELETE /api/v3/versions/1
        Validation: OpenProject refused the values: The version cannot be deleted as it has work packages attached. Correct them and try again.
    "#]]).await;
    desk.check("version delete 2.1 project=demo confirm=yes", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > DELETE /api/v3/versions/101
        [Good]
        Deleted version 2.1 of Demo.
    "#]]).await;
}

#[tokio::test]
async fn budgets() {
    let desk = desk().await;
    desk.check("budget list demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/budgets
        1 budget
        - Paper and toner
    "#]]).await;
    desk.check("budget show Paper and toner project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/budgets
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22budget%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&sortBy=%5B%5B%22id%22%2C%22asc%22%5D%5D&pageSize=100&offset=1
        # Paper and toner
        Open in OpenProject · Demo · 1 work package, 0 h spent
        Work package | Hours | Labor | Material | All
        #1 Printer prints only cats | 0 | 0.00 EUR | 0.00 EUR | 0.00 EUR
        (OpenProject's API tells what was spent; what is planned is on the budget's page.)
    "#]]).await;
    desk.check("budget list apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/2/budgets
        Permission: The budgets of Apollo cannot be read: its module “Budgets” is off (Project settings → Modules), or the bot's role lacks the permission “View budgets”.
    "#]]).await;
}

#[tokio::test]
async fn of_two_versions_of_a_name_neither_is_touched() {
    let desk = desk().await;
    share(&desk);
    let said = "2 versions can be meant by `1.0`: #1 (Demo) or #7 (Apollo). Write the number of one, such as #1.";
    for line in [
        "version close 1.0 project=demo",
        "version delete 1.0 project=demo",
        "version delete 1.0 project=demo confirm=yes",
        "version update 1.0 project=demo status=locked",
        "wp create Lamp project=demo version=1.0",
        "wp update 1 version=1.0",
        "wp list project=demo version=1.0",
    ] {
        let error = desk.run(line).await.expect_err(line);
        assert_eq!((error.fields[0].field.as_str(), error.message.as_str()), ("version", said), "{line}");
    }
    assert_eq!(changes(&desk), [""; 0]);
    // Where only the shared one is seen, its name is enough.
    desk.run("version close 1.0 project=apollo").await.expect("closed");
    assert_eq!(changes(&desk), [r#"PATCH /api/v3/versions/7 {"status":"closed"}"#]);
}

#[tokio::test]
async fn a_version_is_named_by_its_number() {
    let desk = desk().await;
    share(&desk);
    assert_eq!(
        pressed(&desk, "version delete #7 project=demo").await,
        "[Good]\nDeleted version 1.0 of Apollo.\n",
        "the project whose version it was is named"
    );
    share(&desk);
    desk.run("version close 7 project=demo").await.expect("closed");
    desk.run("wp update 1 version=#1").await.expect("changed");
    assert_eq!(desk.standin.state().packages[0].version, Some(1));
    // A number that is another version's name can mean either.
    desk.standin.state().versions[0].name = "7".into();
    let error = desk.run("version close 7 project=demo").await.expect_err("either");
    assert_eq!(error.message, "2 versions can be meant by `7`: #1 (Demo) or #7 (Apollo). Write the number of one, such as #1.");
    desk.run("version close #1 project=demo").await.expect("closed");
    assert_eq!(desk.standin.state().versions.iter().filter(|it| it.status == "closed").count(), 2);
    let error = desk.run("version close #8 project=demo").await.expect_err("none");
    assert!(error.message.starts_with("There is no version `#8` here."), "{}", error.message);
}

#[tokio::test]
async fn a_picker_tells_two_versions_of_a_name_apart() {
    let desk = desk().await;
    share(&desk);
    let choices = desk.choices("version", "", json!({ "project": "demo" })).await.expect("choices");
    let told: Vec<(String, String)> = choices.into_iter().map(|it| (it.value, it.label)).collect();
    assert_eq!(told, [("#1".into(), "1.0 (Demo)".into()), ("#7".into(), "1.0 (Apollo)".into())]);
}

#[tokio::test]
async fn of_two_budgets_of_a_subject_neither_is_shown() {
    let desk = desk().await;
    desk.standin.state().budgets.push(Part { id: 2, project: 1, name: "Paper and toner" });
    let error = desk.run("budget show Paper and toner project=demo").await.expect_err("two");
    assert_eq!(error.message, "2 budgets can be meant by `Paper and toner`: #1 or #2. Write the number of one, such as #1.");
    desk.run("budget show #2 project=demo").await.expect("shown");
}
