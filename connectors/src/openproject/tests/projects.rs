//! Projects.

use super::*;
use crate::openproject::standin::state::Project;

/// Another project, of this number, identifier and name.
fn add(desk: &Desk<Simulated>, id: u64, identifier: &str, name: &str) {
    let mut state = desk.standin.state();
    let first = state.projects[0].clone();
    state.projects.push(Project { id, identifier: identifier.into(), name: name.into(), ..first });
}

fn identifiers(desk: &Desk<Simulated>) -> Vec<String> {
    desk.standin.state().projects.iter().map(|it| it.identifier.clone()).collect()
}

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
        This archives Apollo (apollo) with the projects below it.
        1 work package in it, and no project below it.
        Nobody sees it any more, in OpenProject or here. project unarchive brings it back.
        [Archive: project archive {"project":"2","confirm":"yes"}]
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
        This deletes Apollo (apollo) with all that is in it, and the projects below it.
        1 work package in it, and no project below it.
        OpenProject keeps no copy. project archive hides it and keeps everything.
        [Delete for good: project delete {"project":"2","confirm":"yes"}]
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
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        [Good]
        Demo is copied to Demo 2027.
        [Show: project show {"project":"101"}]
    "#]]).await;
    desk.check("project list", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22active%22%3A%7B%22operator%22%3A%22%3D%22%2C%22values%22%3A%5B%22t%22%5D%7D%7D%5D&sortBy=%5B%5B%22name%22%2C%22asc%22%5D%5D&pageSize=20&offset=1
        2 projects
        - Demo demo · On track
        - Demo 2027 demo-2027 · On track
    "#]]).await;
}

#[tokio::test]
async fn what_is_agreed_to_is_the_project_of_the_question() {
    for (line, did) in [
        ("project archive \"Demo 2\"", "[Good]\nDemo 2 is archived.\n"),
        ("project delete \"Demo 2\"", "[Good]\nOpenProject is deleting Demo 2.\n"),
    ] {
        let desk = desk().await;
        // The name of the one is the identifier of the other.
        desk.standin.state().projects[0].identifier = "main".into();
        add(&desk, 3, "demo", "Demo 2");
        let asked = read(&desk.run(line).await);
        assert!(asked.contains(" Demo 2 (demo) with "), "{asked}");
        assert!(asked.contains(r#"{"project":"3","confirm":"yes"}"#), "{asked}");
        assert_eq!(pressed(&desk, line).await, did);
        let state = desk.standin.state();
        assert!(state.project(1).is_some_and(|it| it.active), "{line}: the one called Demo stays");
        assert!(state.project(3).is_none_or(|it| !it.active), "{line}");
    }
}

#[tokio::test]
async fn a_number_that_is_agreed_to_is_no_name() {
    let desk = desk().await;
    add(&desk, 3, "year", "2027");
    assert!(read(&desk.run("project show 2027").await).contains("Identifier: year"));
    for line in ["project delete 2027 confirm=yes", "project archive 2027 confirm=yes"] {
        let error = desk.run(line).await.expect_err("the project of the question is gone");
        assert_eq!(error.kind, commands::ErrorKind::NotFound, "{line}");
    }
    assert!(desk.standin.state().project(3).is_some_and(|it| it.active));
}

#[tokio::test]
async fn projects_of_one_name_are_told_apart_by_their_identifiers() {
    let desk = desk().await;
    add(&desk, 3, "twin-a", "Twins");
    add(&desk, 4, "twin-b", "Twins");
    let mut text = String::new();
    for line in [
        "wp create Fire project=Twins",
        "wp list project=twins",
        "member add chloe project=Twins role=Member",
        "project create Child parent=Twins",
        "project update Twins name=One",
        "project update demo parent=Twins",
        "project archive Twins",
        "project delete Twins",
        "project delete Twins confirm=yes",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        wp create Fire project=Twins
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        wp list project=twins
        BadInput: 2 projects are called `twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `twins`: twin-a, twin-b. Write the identifier.
        member add chloe project=Twins role=Member
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project create Child parent=Twins
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          parent: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project update Twins name=One
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project update demo parent=Twins
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          parent: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project archive Twins
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project delete Twins
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
        project delete Twins confirm=yes
        BadInput: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
          project: 2 projects are called `Twins`: twin-a, twin-b. Write the identifier.
    "#]]
    .assert_eq(&text);
    assert_eq!(identifiers(&desk), ["demo", "apollo", "twin-a", "twin-b"]);
    desk.run("wp create Fire project=twin-b").await.expect("a work package");
    assert_eq!(desk.standin.state().packages.last().map(|it| it.project), Some(4));
    desk.standin.state().projects.iter_mut().for_each(|it| it.active = false);
    let error = desk.run("project unarchive Twins").await.expect_err("two of them");
    assert_eq!(error.message, "2 projects are called `Twins`: twin-a, twin-b. Write the identifier.");
    desk.run("project unarchive twin-b").await.expect("one of them");
    assert!(desk.standin.state().project(4).is_some_and(|it| it.active));
    assert!(desk.standin.state().project(3).is_some_and(|it| !it.active));
}

#[tokio::test]
async fn buttons_lead_to_the_project_of_that_number() {
    let desk = desk().await;
    desk.standin.state().projects[0].identifier = "main".into();
    add(&desk, 3, "demo", "Demo");
    // A work package and a query of the project that another one is called after.
    let children = read(&desk.run("wp children 3").await);
    assert!(children.contains(r#"[Add a child…: wp create {"parent":"3","project":"1"}]"#), "{children}");
    desk.run("query update Open bugs version=1.0").await.expect("the version of its own project");
    assert!(desk.standin.state().queries[0].filters.iter().any(|it| it.0 == "version"));
    let asked = read(&desk.run("version delete 1.0 project=main").await);
    assert!(asked.contains(r##"{"version":"#1","project":"1","confirm":"yes"}"##), "{asked}");
}

#[tokio::test]
async fn what_becomes_of_a_copy_is_told() {
    let desk = desk().await;
    desk.standin.state().copying = "in_process";
    desk.check("project copy demo Demo 2027", expect![[r#"
        > GET /api/v3/projects?filters=%5B%7B%22name_and_identifier%22%3A%7B%22operator%22%3A%22%7E%22%2C%22values%22%3A%5B%22demo%22%5D%7D%7D%5D&pageSize=100
        > POST /api/v3/projects/1/copy {"name":"Demo 2027","_meta":{"copyWorkPackages":true,"copyWorkPackageAttachments":true,"sendNotifications":false}}
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        OpenProject is copying Demo to Demo 2027. That takes a minute or so.
        [Is it done?: project copy {"project":"1","name":"Demo 2027","job":"2a4b6c8d-0000-4000-8000-000000000001"}]
    "#]]).await;
    let again = r#"project copy 1 "Demo 2027" job=2a4b6c8d-0000-4000-8000-000000000001"#;
    desk.standin.state().copying = "success";
    desk.check(
        again,
        expect![[r#"
        > GET /api/v3/projects/1
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        [Good]
        Demo is copied to Demo 2027.
        [Show: project show {"project":"101"}]
    "#]],
    )
    .await;
    desk.standin.state().copying_problems = vec!["Wiki page 'Start' could not be copied."];
    desk.check(
        again,
        expect![[r#"
        > GET /api/v3/projects/1
        > GET /api/v3/job_statuses/2a4b6c8d-0000-4000-8000-000000000001
        [Warning]
        Demo is copied to Demo 2027.
        (Wiki page 'Start' could not be copied.)
        [Show: project show {"project":"101"}]
    "#]],
    )
    .await;
    assert_eq!(identifiers(&desk), ["demo", "apollo", "demo-2027"], "asking copies nothing");
    let nothing = desk.run("project copy 1 Demo job=../users/4").await.expect_err("no job");
    assert_eq!(nothing.kind, commands::ErrorKind::BadInput);
}

#[tokio::test]
async fn a_copy_that_fails_is_told() {
    let desk = desk().await;
    desk.standin.state().copying = "failure";
    let said = read(&desk.run("project copy demo Demo 2027").await);
    expect![[r#"
        Validation: OpenProject could not copy Demo to Demo 2027: Failed to copy the project. See to that there, then copy it again.
    "#]]
    .assert_eq(&said);
    desk.standin.state().copying_problems = vec!["Custom field 'Cost center' can't be blank."];
    let said = read(&desk.run("project copy demo Demo 2028").await);
    expect![[r#"
        Validation: OpenProject could not copy Demo to Demo 2028: Custom field 'Cost center' can't be blank. See to that there, then copy it again.
    "#]]
    .assert_eq(&said);
    assert_eq!(identifiers(&desk), ["demo", "apollo"]);
}
