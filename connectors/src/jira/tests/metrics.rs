//! Numbers that were counted by hand from the stand-in's history.

use super::*;

#[tokio::test]
async fn velocity_and_commitment_are_counted_from_changes() {
    let desk = desk().await;
    desk.check("metrics velocity", expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        > GET /rest/agile/1.0/board/1/sprint?state=closed&startAt=0&maxResults=100
        > GET /rest/api/3/field
        > GET /rest/agile/1.0/board/1/configuration
        > GET /rest/api/3/status
        > GET /rest/agile/1.0/sprint/1/issue?fields=created%2Cstatus%2Ccustomfield_10020%2Ccustomfield_10016&expand=changelog&startAt=0&maxResults=100
        > GET /rest/agile/1.0/sprint/2/issue?fields=created%2Cstatus%2Ccustomfield_10020%2Ccustomfield_10016&expand=changelog&startAt=0&maxResults=100
        Apollo board completes 9 points a sprint.
        Sprint | Committed | Completed | Added | Kept
        Apollo 1 | 8 | 5 | 0 | 63 %
        Apollo 2 | 8 | 13 | 5 | 100 %
        (In points. 81 % of what was committed was done in time.)
    "#]]).await;
    desk.check("metrics commitment Apollo 1", expect![[r#"
        > GET /rest/agile/1.0/board?startAt=0&maxResults=100
        > GET /rest/agile/1.0/board/1/sprint?state=active%2Cfuture%2Cclosed&startAt=0&maxResults=100
        > GET /rest/agile/1.0/sprint/1/issue?fields=created%2Cstatus%2Ccustomfield_10020%2Ccustomfield_10016&expand=changelog&startAt=0&maxResults=100
        # Commitment of Apollo 1
        Committed: 8
        Completed: 5
        Of what was committed: 5 (63 %)
        Added after the start: 0
        Not done at its end: APO-3.
        (In points.)
    "#]]).await;
    read(
        &desk,
        "metrics commitment",
        expect![[r#"
        # Commitment of Apollo 3
        Committed: 8
        Completed: 0
        Of what was committed: 0 (0 %)
        Added after the start: 1
        Not done so far: APO-6, APO-7, APO-8.
        (In points.)
    "#]],
    )
    .await;
    read(
        &desk,
        "metrics commitment Apollo 4",
        expect![[r#"
        BadInput: Apollo 4 has not begun: there is nothing to count yet.
          sprint: Apollo 4 has not begun: there is nothing to count yet.
    "#]],
    )
    .await;
    read(
        &desk,
        "metrics velocity Demo board",
        expect![[r#"
        BadInput: Demo board is a Kanban board, which has no sprints.
          board: Demo board is a Kanban board, which has no sprints.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_burndown_is_of_days() {
    let desk = desk().await;
    read(
        &desk,
        "metrics burndown",
        expect![[r#"
        [Warning]
        # Burndown of Apollo 3
        9 of 9 points are left.
        Day | Left | Ideal
        2026-11-14 (start) | 8 | 8
        2026-11-15 | 8 | 7.1
        2026-11-16 | 8 | 6.5
        2026-11-17 | 8 | 6
        2026-11-18 | 9 | 5.4
        2026-11-19 | 9 | 4.8
        2026-11-20 | 9 | 4.2
        2026-11-21 (now) | 9 | 4
        (In points, at the end of each day (UTC). The sprint ends on 2026-11-28.)
    "#]],
    )
    .await;
    read(
        &desk,
        "metrics burndown Apollo 2",
        expect![[r#"
        # Burndown of Apollo 2
        0 of 8 points are left.
        Day | Left | Ideal
        2026-10-24 (start) | 8 | 8
        2026-10-25 | 11 | 7.1
        2026-10-26 | 11 | 6.5
        2026-10-27 | 11 | 6
        2026-10-28 | 11 | 5.4
        2026-10-29 | 11 | 4.8
        2026-10-30 | 13 | 4.2
        2026-10-31 | 13 | 3.7
        2026-11-01 | 10 | 3.1
        2026-11-02 | 10 | 2.5
        2026-11-03 | 8 | 2
        2026-11-04 | 8 | 1.4
        2026-11-05 | 0 | 0.8
        2026-11-06 | 0 | 0.2
        2026-11-07 (end) | 0 | 0
        (In points, at the end of each day (UTC). The sprint ends on 2026-11-07.)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn work_takes_its_time() {
    let desk = desk().await;
    desk.check("metrics cycle APO days=60", expect![[r#"
        > GET /rest/api/3/project/APO
        > POST /rest/api/3/search/jql {"jql":"project = APO AND statusCategory = Done AND resolved >= -60d ORDER BY resolved DESC","fields":["created","status","issuetype","resolutiondate","summary"],"maxResults":100,"expand":"changelog"}
        > GET /rest/api/3/status
        4 issues of apollo closed in the last 60 days
        Type | Issues | Cycle (median) | Cycle (85 %) | Lead (median) | Lead (85 %)
        Bug | 1 | 3 d | 3 d | 7 d | 7 d
        Story | 2 | 5 d | 10 d | 14 d | 15 d
        Task | 1 | 18 d | 18 d | 25 d | 25 d
        All | 4 | 5 d | 18 d | 14 d | 25 d
        The longest at work: APO-3 Count the extinguishers (18 d); APO-4 A map of the exits (10 d); APO-2 Smoke detectors in every room (5 d).
    "#]]).await;
    read(
        &desk,
        "metrics cycle APO type=Bug",
        expect![[r#"
        1 issue of apollo closed in the last 30 days
        Type | Issues | Cycle (median) | Cycle (85 %) | Lead (median) | Lead (85 %)
        Bug | 1 | 3 d | 3 d | 7 d | 7 d
        The longest at work: APO-5 The alarm is too quiet (3 d).
    "#]],
    )
    .await;
    read(
        &desk,
        "metrics cycle APO type=Epic",
        expect![[r#"
        No issue of apollo was closed in the last 30 days.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_waits_has_an_age_and_a_flow() {
    let desk = desk().await;
    desk.check("metrics backlog APO", expect![[r#"
        > GET /rest/api/3/project/APO
        > POST /rest/api/3/search/jql {"jql":"project = APO AND statusCategory = \"To Do\" AND issuetype != Epic ORDER BY priority DESC, created ASC","fields":["created","priority","assignee","summary"],"maxResults":100}
        4 issues of apollo wait
        Priority | Issues | Age (median) | Oldest
        Medium | 2 | 2 d | APO-8 (9 d)
        Low | 1 | 8 d | APO-9 (8 d)
        Lowest | 1 | 90 d | APO-10 (90 d)
        (3 of them are nobody's.)
        [Show them: issue jql {"jql":"project = APO AND statusCategory = \"To Do\" AND issuetype != Epic ORDER BY priority DESC, created ASC"}]
    "#]]).await;
    desk.check(
        "metrics flow APO weeks=2",
        expect![[r#"
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND created >= -14d AND created < -7d"}
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND resolved >= -14d AND resolved < -7d"}
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND created >= -7d"}
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND resolved >= -7d"}
        > POST /rest/api/3/search/approximate-count {"jql":"project = APO AND statusCategory != Done"}
        [Warning]
        apollo: 4 created and 0 closed in 2 weeks, 7 open now.
        Week | Created | Closed | Change
        from 2026-11-07 | 3 | 0 | +3
        from 2026-11-14 | 1 | 0 | +1
    "#]],
    )
    .await;
}
