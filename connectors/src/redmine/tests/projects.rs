//! Projects, their versions, and the time that is spent on them.

use super::*;

#[tokio::test]
async fn logging_time() {
    check(&Here::new().await, "time log 1 1h30m activity=Development comment=Looking", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers (as ana)
        > GET /projects/1.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > POST /time_entries.json {"time_entry":{"issue_id":1,"hours":1.5,"spent_on":"2026-11-21","activity_id":9,"comments":"Looking"}} (as ana)
        [Good]
        Logged 1.5 h of Development on #1 Printer prints only cats for 2026-11-21. 1.5 h were spent on it in all.
    "#]]).await;
}

#[tokio::test]
async fn logged_time_is_looked_through_and_set_right() {
    let here = Here::new().await;
    for line in ["time log 1 1h30m activity=Development comment=Looking", "time log 1 2 activity=Design date=2026-11-19"] {
        here.bot.run(line).await.unwrap();
    }
    let first = here.simulated.state().time_entries[0].id;
    check(
        &here,
        "time list 1",
        expect![[r#"
        > GET /time_entries.json?issue_id=1&sort=spent_on%3Adesc&limit=10&offset=0 (as ana)
        2 time logs
        - 101: 1.5 h of Development by Ana Example on 2026-11-21 · #1 · Looking
        - 102: 2 h of Design by Ana Example on 2026-11-19 · #1
    "#]],
    )
    .await;
    check(
        &here,
        "time list project=demo user=me from=2026-11-20",
        expect![[r#"
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /time_entries.json?project_id=1&user_id=5&from=2026-11-20&sort=spent_on%3Adesc&limit=10&offset=0 (as ana)
        1 time log
        - 101: 1.5 h of Development by Ana Example on 2026-11-21 · #1 · Looking
    "#]],
    )
    .await;
    check(&here, &format!("time update {first} hours=45m activity=Design comment=\"Looked at\" date=2026-11-20"), expect![[r#"
        > GET /time_entries/101.json (as ana)
        > GET /projects/1.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > PUT /time_entries/101.json {"time_entry":{"hours":0.75,"activity_id":8,"comments":"Looked at","spent_on":"2026-11-20"}} (as ana)
        > GET /time_entries/101.json (as ana)
        [Good]
        Changed 101: 0.75 h of Design by Ana Example on 2026-11-20 · #1 · Looked at
    "#]])
        .await;
    check(
        &here,
        &format!("time update {first}"),
        expect![[r#"
        > GET /time_entries/101.json (as ana)
        BadInput: What shall change? Write hours=…, activity=…, comment=… or date=….
          hours: What shall change? Write hours=…, activity=…, comment=… or date=….
    "#]],
    )
    .await;
    check(
        &here,
        "time update soon hours=2",
        expect![[r#"
        BadInput: `soon` is no logged time. Write its number, as `time list` shows it.
          entry: `soon` is no logged time. Write its number, as `time list` shows it.
    "#]],
    )
    .await;
    check(
        &here,
        "time delete 999",
        expect![[r#"
        > GET /time_entries/999.json (as ana)
        NotFound: There is no logged time 999 in Redmine. Look at the number or name again.
    "#]],
    )
    .await;
    check(
        &here,
        &format!("time delete {first}"),
        expect![[r#"
        > GET /time_entries/101.json (as ana)
        (only you)
        [Warning]
        This deletes 101: 0.75 h of Design by Ana Example on 2026-11-20 · #1 · Looked at
        [Delete it: time delete {"entry":"101","confirm":"yes"}]
    "#]],
    )
    .await;
    check(
        &here,
        &format!("time delete {first} confirm=yes"),
        expect![[r#"
        > GET /time_entries/101.json (as ana)
        > DELETE /time_entries/101.json (as ana)
        Deleted 0.75 h of Design on 2026-11-20.
    "#]],
    )
    .await;
    let left: Vec<f64> = here.simulated.state().time_entries.iter().map(|it| it.hours).collect();
    assert_eq!(left, [2.0]);
}

#[tokio::test]
async fn reporting_time() {
    let here = Here::new().await;
    check(
        &here,
        "time report project=demo by=activity",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&project_id=1&limit=100&offset=0 (as ana)
        # 0 h from 2026-11-01 to 2026-11-21 in Demo
        Nobody logged time then.
    "#]],
    )
    .await;
    for line in [
        "time log 1 1h30m activity=Development",
        "time log 2 30m activity=Design",
        "time log 2 1,5 activity=Development date=yesterday",
    ] {
        here.bot.run(line).await.expect("time");
    }
    check(
        &here,
        "time report project=demo by=activity",
        expect![[r#"
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&project_id=1&limit=100&offset=0 (as ana)
        # 3.5 h from 2026-11-01 to 2026-11-21 in Demo
        Activity | Hours | Share
        Development | 3 | 86 %
        Design | 0.5 | 14 %
        Total | 3.5 | 100 %
    "#]],
    )
    .await;
    check(
        &here,
        "time report user=me by=day",
        expect![[r#"
        > GET /time_entries.json?from=2026-11-01&to=2026-11-21&user_id=5&limit=100&offset=0 (as ana)
        # 3.5 h from 2026-11-01 to 2026-11-21 in all projects
        Day | Hours | Share
        2026-11-20 | 1.5 | 43 %
        2026-11-21 | 2 | 57 %
        Total | 3.5 | 100 %
    "#]],
    )
    .await;
    check(
        &here,
        "time report to=2026-11-20",
        expect![[r#"
        > GET /time_entries.json?from=2026-11-01&to=2026-11-20&limit=100&offset=0 (as ana)
        # 1.5 h from 2026-11-01 to 2026-11-20 in all projects
        Person | Hours | Share
        Ana Example | 1.5 | 100 %
        Total | 1.5 | 100 %
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_projects() {
    check(
        &Here::new().await,
        "project list",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects.json?limit=100&offset=0 (as ana)
        2 projects
        - Apollo apollo · To the moon.
        - Demo demo · Where things are tried.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn showing_a_project() {
    check(
        &Here::new().await,
        "project show apollo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/apollo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/2/versions.json (as ana)
            > GET /projects/2/memberships.json?limit=100&offset=0 (as ana)
            > GET /issues.json?project_id=2&status_id=open&limit=1 (as ana)
            # Apollo
            Open in Redmine
            To the moon.
            Identifier: apollo
            Trackers: Bug, Feature, Support
            Open versions: First stage
            Members: Ana Example, Ben Example
            Open issues: 1
            [New issue…: issue create {"project":"apollo"}] [Open issues: issue list {"project":"apollo"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_versions() {
    check(
        &Here::new().await,
        "version list demo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/1/versions.json (as ana)
            2 versions
            - 1.0 · open
            - 2.0 · open
        "#]],
    )
    .await;
}

#[tokio::test]
async fn creating_a_version() {
    check(
        &Here::new().await,
        "version create 3.0 project=demo due_date=2026-12-24",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > POST /projects/demo/versions.json {"version":{"name":"3.0","due_date":"2026-12-24"}} (as ana)
        [Good]
        Created version 3.0 of Demo.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn closing_a_version() {
    check(
        &Here::new().await,
        "version close 1.0 project=demo",
        expect![[r#"
            > GET /users.json?name=ana%40example.org&status=1&limit=100
            > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
            > GET /projects/1/versions.json (as ana)
            > PUT /versions/1.json {"version":{"status":"closed"}} (as ana)
            [Good]
            Closed version 1.0 of Demo.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_name_that_several_have_is_refused() {
    let here = Here::new().await;
    {
        let mut state = here.simulated.state();
        state.projects[1].name = "Moon shot".into();
        let (mut project, mut member) = (state.projects[1].clone(), state.members[3].clone());
        (project.id, project.identifier, member.id, member.project) = (3, "apollo-two".into(), 9, 3);
        state.projects.push(project);
        state.members.push(member);
        for (id, project) in [(11, 2), (12, 3)] {
            let mut version = state.versions[2].clone();
            (version.id, version.project, version.name, version.shared) = (id, project, "Autumn".into(), true);
            state.versions.push(version);
        }
    }
    let refused = async |line: &str, field: &str, said: &str| {
        let error = here.bot.run(line).await.expect_err(line);
        let told: Vec<_> = error.fields.iter().map(|it| (it.field.as_str(), it.message.as_str())).collect();
        assert_eq!(told, [(field, said)], "{line}");
    };
    let several = "2 projects are called `Moon shot`: apollo, apollo-two. Write the identifier.";
    refused("issue create Fire project=\"Moon shot\"", "project", several).await;
    let several = "Several versions are called `Autumn`: #11 of Moon shot, #12 of Moon shot. Write the number.";
    refused("issue update 1 version=Autumn", "version", several).await;
    here.bot.run("issue update 1 version=#12").await.expect("by its number");
    assert_eq!(here.simulated.state().issues[0].version, Some(12));
    // The project's own is meant, whatever others share with it.
    here.bot.run("version create Autumn project=demo").await.expect("a version");
    here.bot.run("issue update 1 version=autumn").await.expect("its own");
    let version = here.simulated.state().issues[0].version;
    assert!(here.simulated.state().versions.iter().any(|it| Some(it.id) == version && it.project == 1));
}
