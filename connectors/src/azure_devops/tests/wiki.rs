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
        expect![[r#"
            $ wiki list
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            Wikis of demo
            - demo.wiki
            $ wiki show
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > GET /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2F&includeContent=true&recursionLevel=oneLevel&api-version=7.1
            # Home
            / · demo.wiki
            Below it
            - /Runbooks
            [Append…: wiki append {"path":"/","wiki":"demo.wiki","project":"demo"}]
            $ wiki show Runbooks/Fire
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > GET /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFire&includeContent=true&recursionLevel=oneLevel&api-version=7.1
            # Fire
            /Runbooks/Fire · demo.wiki
            Fire.md: 
            Call 112.
            [Append…: wiki append {"path":"/Runbooks/Fire","wiki":"demo.wiki","project":"demo"}]
            $ wiki append Runbooks/Fire The hose is on the left.
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > GET /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFire&includeContent=true&recursionLevel=oneLevel&api-version=7.1
            > PUT /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFire&api-version=7.1 {"content":"Call 112.\n\nThe hose is on the left.\n\n*Asked by Ana in Slack.*\n"}
            Added to /Runbooks/Fire in demo.wiki.
            # Fire
            /Runbooks/Fire · demo.wiki
            Fire.md: 
            Call 112.

            The hose is on the left.

            *Asked by Ana in Slack.*

            [Append…: wiki append {"path":"/Runbooks/Fire","wiki":"demo.wiki","project":"demo"}]
            $ wiki create Runbooks/Flood Take the pump.
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > PUT /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFlood&api-version=7.1 {"content":"Take the pump.\n\n*Asked by Ana in Slack.*"}
            Made the page /Runbooks/Flood in demo.wiki.
            # Flood
            /Runbooks/Flood · demo.wiki
            Flood.md: 
            Take the pump.

            *Asked by Ana in Slack.*
            [Append…: wiki append {"path":"/Runbooks/Flood","wiki":"demo.wiki","project":"demo"}]
            $ wiki create Runbooks/Fire Again
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > PUT /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFire&api-version=7.1 {"content":"Again\n\n*Asked by Ana in Slack.*"}
            BadInput: The wiki demo.wiki has a page /Runbooks/Fire already: `wiki append` adds to it.
              path: The wiki demo.wiki has a page /Runbooks/Fire already: `wiki append` adds to it.
            $ wiki create Nowhere/Fire Again
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > PUT /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FNowhere%2FFire&api-version=7.1 {"content":"Again\n\n*Asked by Ana in Slack.*"}
            BadInput: The page above /Nowhere/Fire is not there: make that first.
              path: The page above /Nowhere/Fire is not there: make that first.
            $ wiki update Runbooks/Flood Run.
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > GET /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFlood&includeContent=true&recursionLevel=oneLevel&api-version=7.1
            > PUT /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FFlood&api-version=7.1 {"content":"Run.\n\n*Asked by Ana in Slack.*"}
            Changed /Runbooks/Flood in demo.wiki.
            # Flood
            /Runbooks/Flood · demo.wiki
            Flood.md: 
            Run.

            *Asked by Ana in Slack.*
            [Append…: wiki append {"path":"/Runbooks/Flood","wiki":"demo.wiki","project":"demo"}]
            $ wiki show Runbooks/Snow
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            > GET /example/demo/_apis/wiki/wikis/demo.wiki/pages?path=%2FRunbooks%2FSnow&includeContent=true&recursionLevel=oneLevel&api-version=7.1
            BadInput: The wiki demo.wiki has no page /Runbooks/Snow.
              path: The wiki demo.wiki has no page /Runbooks/Snow.
            $ wiki show Fire wiki=other
            > GET /example/demo/_apis/wiki/wikis?api-version=7.1
            BadInput: demo has no wiki `other`. There is demo.wiki.
              wiki: demo has no wiki `other`. There is demo.wiki.
            $ wiki show Fire project=apollo
            > GET /example/apollo/_apis/wiki/wikis?api-version=7.1
            BadInput: apollo has no wiki yet. Make one in Azure DevOps: Overview → Wiki.
              wiki: apollo has no wiki yet. Make one in Azure DevOps: Overview → Wiki.
        "#]],
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
