//! Pages of wikis, and builds that pull requests have to pass.

use super::*;

#[tokio::test]
async fn pages_are_read_made_and_added_to() {
    let desk = desk().await;
    check(
        &desk,
        &[
            "wiki list",
            "wiki show",
            "wiki show Runbooks/Fire",
            "wiki append Runbooks/Fire The hose is on the left.",
            "wiki create Runbooks/Flood Take the pump.",
            "wiki create Runbooks/Fire Again",
            "wiki create Nowhere/Fire Again",
            "wiki update Runbooks/Flood Run.",
            "wiki show Runbooks/Snow",
            "wiki show Fire wiki=other",
            "wiki show Fire project=apollo",
        ],
        expect![[r#""#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.wiki["/Runbooks/Fire"].0, "Call 112.\n\nThe hose is on the left.\n\n*Asked by Ana in Slack.*\n");
    assert_eq!(state.wiki["/Runbooks/Flood"], ("Run.\n\n*Asked by Ana in Slack.*".to_owned(), 2));
}

#[tokio::test]
async fn builds_that_are_to_be_passed_run_again() {
    let desk = desk().await;
    check(&desk, &["pr recheck 7", "pr recheck 7 build=Build", "pr recheck 7 build=deploy", "pr recheck 8"], expect![[r#"
        $ pr recheck 7
        > GET /example/_apis/git/pullrequests/7?api-version=7.1
        > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F7&api-version=7.1-preview.1
        > PATCH /example/demo/_apis/policy/evaluations/e-Build?api-version=7.1-preview.1 null
        Running again for !7: build.
        [Checks: pr checks {"pr":"7"}]
        $ pr recheck 7 build=Build
        > GET /example/_apis/git/pullrequests/7?api-version=7.1
        > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F7&api-version=7.1-preview.1
        > PATCH /example/demo/_apis/policy/evaluations/e-Build?api-version=7.1-preview.1 null
        Running again for !7: build.
        [Checks: pr checks {"pr":"7"}]
        $ pr recheck 7 build=deploy
        > GET /example/_apis/git/pullrequests/7?api-version=7.1
        > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F7&api-version=7.1-preview.1
        BadInput: !7 has no build `deploy` to pass. There is build.
          build: !7 has no build `deploy` to pass. There is build.
        $ pr recheck 8
        > GET /example/_apis/git/pullrequests/8?api-version=7.1
        > GET /example/demo/_apis/policy/evaluations?artifactId=vstfs%3A%2F%2F%2FCodeReview%2FCodeReviewId%2Fdemo-id%2F8&api-version=7.1-preview.1
        Conflict: !8 has to pass no build. `pr checks` shows what it waits for.
    "#]])
        .await;
    assert_eq!(desk.standin.state().requeued, ["e-Build", "e-Build"]);
}
