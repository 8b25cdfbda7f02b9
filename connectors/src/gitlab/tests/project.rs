//! Projects, milestones, labels, members, search, and what pickers offer.

use super::*;

#[tokio::test]
async fn milestones_labels_and_members() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "milestone list demo/printer",
            "milestone list state=all",
            "milestone show v1.0",
            "milestone create v1.1 due=2026-12-18 start=2026-12-01 description=\"More dogs\"",
            "milestone update v1.1 due=2026-12-19",
            "milestone close v1.1",
            "milestone reopen v1.1",
            "milestone delete v1.1",
            "milestone delete v1.1 confirm=yes",
            "label list",
            "label create hardware color=#00FF00 description=\"Things that break\"",
            "label update hardware color=red",
            "label delete bug",
            "label delete hardware confirm=yes",
            "member list",
            "member add @chloe project=apollo/lander role=developer expires=2026-12-31",
            "member update chloe role=developer",
            "member remove chloe",
            "member remove chloe confirm=yes",
        ],
        expect![[r##"
            $ milestone list demo/printer
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&state=active&page=1&per_page=10
            1 milestone
            - v1.0 · due 2026-12-01
            $ milestone list state=all
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=10
            2 milestones
            - v1.0 · due 2026-12-01
            - v0.9 · closed · due 2026-10-01
            $ milestone show v1.0
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.0&state=opened&page=1&per_page=1
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.0&state=closed&page=1&per_page=1
            # v1.0
            demo/printer
            State: active
            Issues: 0 of 1 closed
            Due: 2026-12-01
            | What people wait for.
            [Open issues: issue list {"milestone":"v1.0","project":"demo/printer"}] [Change…: milestone update {"milestone":"v1.0","project":"demo/printer"}] [Close: milestone close {"milestone":"v1.0","project":"demo/printer"}]
            $ milestone create v1.1 due=2026-12-18 start=2026-12-01 description="More dogs"
            > POST /api/v4/projects/demo%2Fprinter/milestones {"title":"v1.1","description":"More dogs","start_date":"2026-12-01","due_date":"2026-12-18"}
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=opened&page=1&per_page=1
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=closed&page=1&per_page=1
            Created v1.1.
            # v1.1
            demo/printer
            State: active
            Issues: 0 of 0 closed
            Starts: 2026-12-01
            Due: 2026-12-18
            | More dogs
            [Open issues: issue list {"milestone":"v1.1","project":"demo/printer"}] [Change…: milestone update {"milestone":"v1.1","project":"demo/printer"}] [Close: milestone close {"milestone":"v1.1","project":"demo/printer"}]
            $ milestone update v1.1 due=2026-12-19
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/milestones/2001 {"due_date":"2026-12-19"}
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=opened&page=1&per_page=1
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=closed&page=1&per_page=1
            Updated v1.1.
            # v1.1
            demo/printer
            State: active
            Issues: 0 of 0 closed
            Starts: 2026-12-01
            Due: 2026-12-19
            | More dogs
            [Open issues: issue list {"milestone":"v1.1","project":"demo/printer"}] [Change…: milestone update {"milestone":"v1.1","project":"demo/printer"}] [Close: milestone close {"milestone":"v1.1","project":"demo/printer"}]
            $ milestone close v1.1
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/milestones/2001 {"state_event":"close"}
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=opened&page=1&per_page=1
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=closed&page=1&per_page=1
            Closed v1.1.
            # v1.1
            demo/printer
            State: closed
            Issues: 0 of 0 closed
            Starts: 2026-12-01
            Due: 2026-12-19
            | More dogs
            [Open issues: issue list {"milestone":"v1.1","project":"demo/printer"}] [Change…: milestone update {"milestone":"v1.1","project":"demo/printer"}] [Reopen: milestone reopen {"milestone":"v1.1","project":"demo/printer"}]
            $ milestone reopen v1.1
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/milestones/2001 {"state_event":"activate"}
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=opened&page=1&per_page=1
            > GET /api/v4/projects/demo%2Fprinter/issues?milestone=v1.1&state=closed&page=1&per_page=1
            Opened again: v1.1.
            # v1.1
            demo/printer
            State: active
            Issues: 0 of 0 closed
            Starts: 2026-12-01
            Due: 2026-12-19
            | More dogs
            [Open issues: issue list {"milestone":"v1.1","project":"demo/printer"}] [Change…: milestone update {"milestone":"v1.1","project":"demo/printer"}] [Close: milestone close {"milestone":"v1.1","project":"demo/printer"}]
            $ milestone delete v1.1
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            (only you)
            [Warning]
            This deletes the milestone “v1.1” of demo/printer.
            - Its issues and merge requests stay, and belong to no milestone then.
            [Delete the milestone: milestone delete {"milestone":"v1.1","project":"demo/printer","confirm":true}]
            $ milestone delete v1.1 confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/milestones?include_ancestors=true&page=1&per_page=100
            > DELETE /api/v4/projects/demo%2Fprinter/milestones/2001
            Deleted the milestone v1.1 of demo/printer.
            $ label list
            > GET /api/v4/projects/demo%2Fprinter/labels?with_counts=true&page=1&per_page=25
            3 labels
            - bug #FF0000 · 1 open issues, 0 merge requests
            - urgent #DC143C · 0 open issues, 0 merge requests
            - doing #428BCA · 0 open issues, 0 merge requests
            $ label create hardware color=#00FF00 description="Things that break"
            > POST /api/v4/projects/demo%2Fprinter/labels {"name":"hardware","color":"#00FF00","description":"Things that break"}
            Created the label hardware (#00FF00) in demo/printer.
            $ label update hardware color=red
            > GET /api/v4/projects/demo%2Fprinter/labels?search=hardware&with_counts=true&page=1&per_page=100
            > PUT /api/v4/projects/demo%2Fprinter/labels/2002 {"color":"red"}
            Updated the label hardware in demo/printer.
            $ label delete bug
            > GET /api/v4/projects/demo%2Fprinter/labels?search=bug&with_counts=true&page=1&per_page=100
            (only you)
            [Warning]
            This deletes the label bug of demo/printer.
            - 1 open issues and 0 open merge requests lose it, and all closed ones that have it.
            [Delete the label: label delete {"label":"bug","project":"demo/printer","confirm":true}]
            $ label delete hardware confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/labels?search=hardware&with_counts=true&page=1&per_page=100
            > DELETE /api/v4/projects/demo%2Fprinter/labels/2002
            Deleted the label hardware of demo/printer.
            $ member list
            > GET /api/v4/projects/demo%2Fprinter/members/all?page=1&per_page=25
            4 members
            - Bellhop Bot (bellhop) · owner
            - Ana Example (ana) · maintainer
            - Ben Example (ben) · developer
            - Chloe Example (chloe) · reporter
            $ member add @chloe project=apollo/lander role=developer expires=2026-12-31
            > GET /api/v4/users?username=chloe&page=1&per_page=20
            > POST /api/v4/projects/apollo%2Flander/members {"user_id":7,"access_level":30,"expires_at":"2026-12-31"}
            Chloe Example is developer in apollo/lander now.
            $ member update chloe role=developer
            > PUT /api/v4/projects/demo%2Fprinter/members/7 {"access_level":30}
            Chloe Example is developer in demo/printer now.
            $ member remove chloe
            > GET /api/v4/projects/demo%2Fprinter/members/7
            (only you)
            [Warning]
            This takes Chloe Example (developer) out of demo/printer.
            - They lose access at once, and their issues and merge requests there stay assigned to them.
            [Remove the member: member remove {"person":"chloe","project":"demo/printer","confirm":true}]
            $ member remove chloe confirm=yes
            > GET /api/v4/projects/demo%2Fprinter/members/7
            > DELETE /api/v4/projects/demo%2Fprinter/members/7
            Chloe Example is no member of demo/printer any more.
        "##]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.milestones.len(), 2);
    assert_eq!(state.labels.len(), 3);
    assert_eq!((state.level(12, 7), state.level(11, 7)), (30, 0));
}

#[tokio::test]
async fn projects_are_found_and_everything_in_them() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "project list",
            "project list land",
            "project show printer",
            "search printer",
            "search fan in=merge_requests project=demo/printer",
            "search print in=projects",
            "search v in=milestones project=printer",
            "search fan in=commits project=printer",
            "search fan in=code project=printer",
            "search seen in=comments project=printer",
            "search seen in=comments",
        ],
        expect![[r#"
            $ project list
            > GET /api/v4/projects?membership=true&order_by=last_activity_at&page=1&per_page=10
            2 projects
            - demo/printer · 3 open issues
            - apollo/lander · 1 open issues
            $ project list land
            > GET /api/v4/projects?membership=true&order_by=last_activity_at&search=land&page=1&per_page=10
            1 project
            - apollo/lander · 1 open issues
            $ project show printer
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter
            # Printer
            demo/printer · project 11
            Visibility: private
            Default branch: main
            Open issues: 3
            Stars: 2
            | Prints what it is told to.
            [Issues: issue list {"project":"demo/printer"}] [Merge requests: mr list {"project":"demo/printer"}] [Pipelines: pipeline list {"project":"demo/printer"}] [New issue…: issue create {"project":"demo/printer"}]
            (Last active 2026-11-20 09:00 UTC)
            $ search printer
            > GET /api/v4/search?scope=issues&search=printer&page=1&per_page=10
            1 issue
            - demo/printer#1 Printer prints only cats · Ben Example · bug
            $ search fan in=merge_requests project=demo/printer
            > GET /api/v4/projects/demo%2Fprinter/search?scope=merge_requests&search=fan&page=1&per_page=10
            1 merge request
            - demo/printer!1 Quieter fan · open · by Ben Example · reviewed by Ana Example
            $ search print in=projects
            > GET /api/v4/search?scope=projects&search=print&page=1&per_page=10
            1 project
            - demo/printer
            $ search v in=milestones project=printer
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/search?scope=milestones&search=v&page=1&per_page=10
            2 milestones
            - v1.0 · active
            - v0.9 · closed
            $ search fan in=commits project=printer
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/search?scope=commits&search=fan&page=1&per_page=10
            1 commit
            - 1a2b3c4d Turn the fan slower · Ben Example
            $ search fan in=code project=printer
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/search?scope=blobs&search=fan&page=1&per_page=10
            1 file
            - src/fan.rs:3 fn slower(fan: &mut Fan) {
            $ search seen in=comments project=printer
            > GET /api/v4/projects?search=printer&membership=true&simple=true&page=1&per_page=100
            > GET /api/v4/projects/demo%2Fprinter/search?scope=notes&search=seen&page=1&per_page=10
            1 comment
            - Ana Example on Issue 1: I have seen it, too.
            $ search seen in=comments
            > GET /api/v4/search?scope=notes&search=seen&page=1&per_page=10
            Validation: GitLab refused the values: Scope supported only with advanced search. Correct them and try again.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn pickers_offer_what_belongs_to_the_project() {
    let desk = desk_with(|config| drop(config.remove("project"))).await;
    let offered = async |lookup: &str, typed: &str, given: Value| {
        let all = desk.choices(lookup, typed, given).await.unwrap();
        all.into_iter().map(|it| format!("{}={}", it.value, it.label)).collect::<Vec<_>>().join(" | ")
    };
    let printer = json!({"project": "demo/printer"});
    let told = [
        offered("project", "", json!({})).await,
        offered("project", "LAND", json!({})).await,
        offered("milestone", "", printer.clone()).await,
        offered("label", "u", json!({"issue": "demo/printer#1"})).await,
        offered("branch", "", json!({"mr": "demo/printer!1"})).await,
        offered("release", "", printer.clone()).await,
        offered("pipeline", "failed", printer).await,
        offered("milestone", "", json!({})).await,
    ];
    expect![[r#"
        demo/printer=demo/printer | apollo/lander=apollo/lander
        apollo/lander=apollo/lander
        v1.0=v1.0
        bug=bug | urgent=urgent
        main=main | quiet-fan=quiet-fan | dogs=dogs
        v0.9=v0.9 First light
        102=102 quiet-fan failed
    "#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn members_and_protection_are_for_administrators() {
    let desk = desk().await;
    for name in ["member add", "member update", "member remove", "branch protect", "branch unprotect"] {
        assert_eq!(desk.group.find(name).map(|it| it.effect), Some(commands::Effect::Admin), "{name}");
    }
}
