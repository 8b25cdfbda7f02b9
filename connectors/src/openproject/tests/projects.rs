//! Projects, versions, budgets.

use super::*;

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    desk.check("project list", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22t%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        2 projects
        - Apollo apollo
        - Demo demo · On track
    "#]]).await;
    desk.check("project list text=moon", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22t%22%5D%7D%7D%2C%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22moon%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        There is no project like that.
    "#]]).await;
    desk.check("project list --archived", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22f%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        There is no project like that.
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    let desk = desk().await;
    desk.check("project show demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3Ct-%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects/1/versions
        [Good]
        # Demo
        Open in OpenProject
        Identifier: demo
        Status: On track
        Seen by: everybody
        Open work packages: 3
        Open versions: 1.0
        | Where everything is tried.
        [Work packages: wp list {"project":"demo"}] [New work package…: wp create {"project":"demo"}] [Members: member list {"project":"demo"}]
    "#]]).await;
    desk.check("project show Apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22Apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3Ct-%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects/2/versions
        # Apollo
        Open in OpenProject
        Identifier: apollo
        Seen by: members
        Open work packages: 1
        | To the moon.
        [Work packages: wp list {"project":"apollo"}] [New work package…: wp create {"project":"apollo"}] [Members: member list {"project":"apollo"}]
    "#]]).await;
}

#[tokio::test]
async fn keeping_projects() {
    let desk = desk().await;
    desk.check("project create Moon base identifier=moon-base parent=apollo description=\"A roof\"", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects {"name":"Moon base","identifier":"moon-base","description":{"raw":"A roof"},"public":false,"_links":{"parent":{"href":"/api/v3/projects/2"}}}
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22101%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3Ct-%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects/101/versions
        Made the project Moon base.
        # Moon base
        Open in OpenProject
        Identifier: moon-base
        Parent: Apollo
        Seen by: members
        Open work packages: 0
        | A roof
        [Work packages: wp list {"project":"moon-base"}] [New work package…: wp create {"project":"moon-base"}] [Members: member list {"project":"moon-base"}]
    "#]]).await;
    desk.check("project update demo status=at_risk explanation=\"The printer burns\" parent=apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/projects/1 {"statusExplanation":{"raw":"The printer burns\n\nSaid by Ana in Slack."},"_links":{"status":{"href":"/api/v3/project_statuses/at_risk"},"parent":{"href":"/api/v3/projects/2"}}}
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3Ct-%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects/1/versions
        [Warning]
        Changed Demo.
        # Demo
        Open in OpenProject
        Identifier: demo
        Status: At risk
        Why: The printer burns

        Said by Ana in Slack.
        Parent: Apollo
        Seen by: everybody
        Open work packages: 3
        Open versions: 1.0
        | Where everything is tried.
        [Work packages: wp list {"project":"demo"}] [New work package…: wp create {"project":"demo"}] [Members: member list {"project":"demo"}]
    "#]]).await;
    desk.check("project update demo parent=none name=\"Demonstration\" public=no", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/projects/1 {"name":"Demonstration","public":false,"_links":{"parent":{"href":null}}}
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%2C%7B%22dueDate%22%3A%7B%22operator%22%3A%22%3Ct-%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects/1/versions
        [Warning]
        Changed Demonstration.
        # Demonstration
        Open in OpenProject
        Identifier: demo
        Status: At risk
        Why: The printer burns

        Said by Ana in Slack.
        Seen by: members
        Open work packages: 3
        Open versions: 1.0
        | Where everything is tried.
        [Work packages: wp list {"project":"demo"}] [New work package…: wp create {"project":"demo"}] [Members: member list {"project":"demo"}]
    "#]]).await;
}

#[tokio::test]
async fn ending_projects() {
    let desk = desk().await;
    desk.check("project archive apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects?filters=%5B%7B%22ancestor%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        (only you)
        [Warning]
        This archives Apollo with the projects below it.
        1 work package in it, and no project below it.
        Nobody sees it any more, in OpenProject or here. project unarchive brings it back.
        [Archive: project archive {"project":"apollo","confirm":"yes"}]
    "#]]).await;
    desk.check("project archive apollo confirm=yes", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/projects/2 {"active":false}
        [Good]
        Apollo is archived.
    "#]]).await;
    desk.check("project unarchive apolo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22f%22%5D%7D%7D%5D&pageSize=100
        BadInput: There is no archived project `apolo` here. Did you mean `apollo`? It can be apollo.
          project: There is no archived project `apolo` here. Did you mean `apollo`? It can be apollo.
    "#]]).await;
    desk.check("project unarchive apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22f%22%5D%7D%7D%5D&pageSize=100
        > PATCH /api/v3/projects/2 {"active":true}
        [Good]
        Apollo is there again.
    "#]]).await;
    desk.check("project delete apollo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/work_packages?filters=%5B%7B%22project%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D&pageSize=1&offset=1
        > GET /api/v3/projects?filters=%5B%7B%22ancestor%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%222%22%5D%7D%7D%5D
        (only you)
        [Warning]
        This deletes Apollo with all that is in it, and the projects below it.
        1 work package in it, and no project below it.
        OpenProject keeps no copy. project archive hides it and keeps everything.
        [Delete for good: project delete {"project":"apollo","confirm":"yes"}]
    "#]]).await;
    desk.check("project delete apollo confirm=yes", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22apollo%22%5D%7D%7D%5D&pageSize=100
        > DELETE /api/v3/projects/2
        [Good]
        OpenProject is deleting Apollo.
    "#]]).await;
    desk.check("project copy demo Demo 2027 identifier=demo-2027 --empty", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/copy {"name":"Demo 2027","_meta":{"copyWorkPackages":false,"copyWorkPackageAttachments":false,"sendNotifications":false},"identifier":"demo-2027"}
        [Good]
        OpenProject is copying Demo to Demo 2027. That takes a minute or so.
    "#]]).await;
    desk.check("project list", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22t%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        2 projects
        - Demo demo · On track
        - Demo 2027 demo-2027 · On track
    "#]]).await;
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
    desk.check("version delete 1.0 project=demo", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > GET /api/v3/projects/1/versions
        > GET /api/v3/work_packages?filters=%5B%7B%22version%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%221%22%5D%7D%7D%2C%7B%22status%22%3A%7B%22operator%22%3A%22o%22%2C%22values%22%3A%5B%5D%7D%7D%5D&pageSize=1&offset=1
        (only you)
        [Warning]
        This deletes version 1.0 of Demo.
        1 open work package is planned for it. OpenProject refuses while any work package is, open or closed.
        [Delete the version: version delete {"version":"1.0","project":"demo","confirm":"yes"}]
    "#]]).await;
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
