//! Pipelines and issues, which only Cloud has.

use super::*;
use crate::bitbucket::standin::{Ref, Run};

#[tokio::test]
async fn pipelines() {
    let desk = cloud().await;
    desk.check(
        "pipeline list repo=website limit=2",
        expect![[r#"
        > GET /2.0/repositories/example/website/pipelines?sort=-created_on&page=1&pagelen=2
        Pipelines of example/website
        - #3 main · In progress · Ben Example · 2026-11-20 10:00 UTC
        - #2 feature/footer · Failed · Ben Example · 2026-11-20 09:40 UTC
        [Show more: pipeline list {"repo":"website","limit":2,"after":"2"}]
    "#]],
    )
    .await;
    desk.check("pipeline list repo=website branch=feature/footer status=failed", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines?sort=-created_on&target.branch=feature%2Ffooter&status=FAILED&page=1&pagelen=10
        Pipelines of example/website
        - #2 feature/footer · Failed · Ben Example · 2026-11-20 09:40 UTC
    "#]]).await;
    desk.check("pipeline show 2 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/2
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps?pagelen=100
        [Bad]
        # Pipeline #2
        example/website pipeline #2 · by Ben Example
        State: Failed
        Of: feature/footer
        Commit: 53c4614f6
        Took: 1 min 47 s
        - 1. Build · Successful · 42 s
        - 2. Test · Failed · 1 min 5 s
        [Run again: pipeline run {"repo":"example/website","branch":"feature/footer"}] [Log: pipeline log {"pipeline":"example/website#2"}]
        (Started 2026-11-20 09:40 UTC)
    "#]]).await;
    desk.check(
        "pipeline steps 2 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/2
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps?pagelen=100
        Steps of pipeline example/website#2: Failed
        - 1. Build · Successful · 42 s
        - 2. Test · Failed · 1 min 5 s
    "#]],
    )
    .await;
    desk.check("pipeline log 2 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/2
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps?pagelen=100
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps/%7B19158c57-5ed4-48df-8fec-47cae3a03554%7D/log
        [Bad]
        pipeline-2-step-2.log: Pipeline example/website#2 · Test · Failed
        + make test
        footer.html: 1 link is broken
        make: *** [test] Error 1
    "#]]).await;
    desk.check("pipeline log 2 repo=website step=Build", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/2
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps?pagelen=100
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps/%7B4e1d1404-9ad3-4275-857e-19f8cd7f4ea8%7D/log
        [Good]
        pipeline-2-step-1.log: Pipeline example/website#2 · Build · Successful
        + make build
        Built 12 pages.
    "#]]).await;
    desk.check("pipeline log 3 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/3
        > GET /2.0/repositories/example/website/pipelines/%7Ba7be7c15-e925-44fc-8bd2-5f4b7f6a6293%7D/steps?pagelen=100
        > GET /2.0/repositories/example/website/pipelines/%7Ba7be7c15-e925-44fc-8bd2-5f4b7f6a6293%7D/steps/%7Be883142e-0044-4ab0-809f-0f4ed4dcf661%7D/log
        NotFound: The step “Test” has written nothing yet.
    "#]]).await;
    desk.check(
        "pipeline log 2 repo=website step=9",
        expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/2
        > GET /2.0/repositories/example/website/pipelines/%7B8d5ede1d-39c6-4e1f-82d8-03d74a8c4fee%7D/steps?pagelen=100
        BadInput: This pipeline has no step `9`. It has: 1 Build, 2 Test.
          step: This pipeline has no step `9`. It has: 1 Build, 2 Test.
    "#]],
    )
    .await;
    desk.check("pipeline show 9 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/9
        NotFound: There is no such pipeline, or this repository has none: they are switched on under Repository settings → Pipelines → Settings, and described in the file bitbucket-pipelines.yml.
    "#]]).await;
    desk.check("pipeline list repo=rocket", expect![[r#"
        > GET /2.0/repositories/example/rocket/pipelines?sort=-created_on&page=1&pagelen=10
        NotFound: There is no such pipeline, or this repository has none: they are switched on under Repository settings → Pipelines → Settings, and described in the file bitbucket-pipelines.yml.
    "#]]).await;
}

#[tokio::test]
async fn downloads() {
    let desk = cloud().await;
    desk.check(
        "download list repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/downloads?pagelen=10
        Downloads of example/website
        - website-1.0.zip · 127 bytes · fetched once · Bellhop · 2026-11-20 10:00 UTC
        [website-1.0.zip: download get {"name":"website-1.0.zip","repo":"example/website"}]
    "#]],
    )
    .await;
    desk.check(
        "download get repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/downloads?pagelen=100
        > GET /2.0/repositories/example/website/downloads/website-1.0.zip
        > GET /_files/website/website-1.0.zip?Signature=[hidden]
        website-1.0.zip of example/website
        + website-1.0.zip (127 bytes)
    "#]],
    )
    .await;
    desk.check(
        "download get website-1.1.zip repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/downloads?pagelen=100
        BadInput: example/website has no download `website-1.1.zip`. Did you mean `website-1.0.zip`? It can be website-1.0.zip.
          name: example/website has no download `website-1.1.zip`. Did you mean `website-1.0.zip`? It can be website-1.0.zip.
    "#]],
    )
    .await;
    desk.check(
        "download get repo=rocket",
        expect![[r#"
        > GET /2.0/repositories/example/rocket/downloads?pagelen=100
        NotFound: example/rocket has no downloads.
    "#]],
    )
    .await;
    let reply = desk.run("download get website-1.0.zip repo=website").await.unwrap();
    assert_eq!(reply.files[0].content, crate::standin::ARCHIVE);
    let said = desk.run("download add file=https://example.org/fire.txt repo=rocket").await;
    expect![[r#"
        fire.txt (9 bytes) can be downloaded from example/rocket now.
    "#]]
    .assert_eq(&read(&said));
    assert_eq!(desk.standin.state().repo("rocket").unwrap().downloads["fire.txt"], b"It burns.");
    desk.check(
        "download delete fire.txt repo=rocket",
        expect![[r#"
        > GET /2.0/repositories/example/rocket/downloads?pagelen=100
        (only you)
        This deletes the download fire.txt of example/rocket (9 bytes). Whoever links to it finds nothing then.
        [Delete the download: download delete {"name":"fire.txt","repo":"example/rocket","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "download delete fire.txt repo=rocket confirm=yes",
        expect![[r#"
        > GET /2.0/repositories/example/rocket/downloads?pagelen=100
        > DELETE /2.0/repositories/example/rocket/downloads/fire.txt
        Deleted the download fire.txt of example/rocket.
    "#]],
    )
    .await;
    desk.check(
        "download delete fire.txt repo=rocket",
        expect![[r#"
        > GET /2.0/repositories/example/rocket/downloads?pagelen=100
        BadInput: example/rocket has no download `fire.txt`. There is no download to choose from.
          name: example/rocket has no download `fire.txt`. There is no download to choose from.
    "#]],
    )
    .await;
    assert!(desk.standin.state().repo("rocket").unwrap().downloads.is_empty());
    let center = center().await;
    center.check("download list repo=website", expect![[r#"
        BadInput: Bitbucket Data Center offers no files for download. Its builds run elsewhere, and keep what they make there, such as in Artifactory or Nexus.
    "#]]).await;
}

#[tokio::test]
async fn running_and_stopping() {
    let desk = cloud().await;
    desk.check("pipeline run repo=website branch=main custom=deploy variable=PLACE=lobby", expect![[r#"
        > POST /2.0/repositories/example/website/pipelines {"type":"pipeline","target":{"type":"pipeline_ref_target","ref_type":"branch","ref_name":"main","selector":{"type":"custom","pattern":"deploy"}},"variables":[{"type":"pipeline_variable","key":"PLACE","value":"lobby"}]}
        > GET /2.0/repositories/example/website/pipelines/%7B5d919a04-5183-44cc-87ee-854971db63a1%7D/steps?pagelen=100
        Ana started pipeline example/website#4 of main.
        # Pipeline #4
        example/website pipeline #4 · by Bellhop
        State: In progress
        Of: main (custom: deploy)
        Commit: 7bfa8692a
        - 1. Build · In progress
        [Refresh: pipeline show {"pipeline":"example/website#4"}] [Stop: pipeline stop {"pipeline":"example/website#4"}] [Log: pipeline log {"pipeline":"example/website#4"}]
        (Started 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("pipeline stop 4 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/4
        > POST /2.0/repositories/example/website/pipelines/%7B5d919a04-5183-44cc-87ee-854971db63a1%7D/stopPipeline
        > GET /2.0/repositories/example/website/pipelines/4
        > GET /2.0/repositories/example/website/pipelines/%7B5d919a04-5183-44cc-87ee-854971db63a1%7D/steps?pagelen=100
        [Warning]
        Ana stopped pipeline example/website#4.
        # Pipeline #4
        example/website pipeline #4 · by Bellhop
        State: Stopped
        Of: main (custom: deploy)
        Commit: 7bfa8692a
        Took: 0 s
        - 1. Build · Stopped · 0 s
        [Run again…: pipeline run {"repo":"example/website","branch":"main","custom":"deploy"}] [Log: pipeline log {"pipeline":"example/website#4"}]
        (Started 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "pipeline stop 4 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pipelines/4
        Conflict: Pipeline example/website#4 is over already: stopped.
    "#]],
    )
    .await;
    desk.check("pipeline run repo=website branch=nowhere", expect![[r#"
        > POST /2.0/repositories/example/website/pipelines {"type":"pipeline","target":{"type":"pipeline_ref_target","ref_type":"branch","ref_name":"nowhere"}}
        Validation: Bitbucket refused the values: target: The branch nowhere does not exist. Correct them and try again.
          branch: The branch nowhere does not exist.
    "#]]).await;
    desk.check(
        "pipeline run repo=website variable=odd",
        expect![[r#"
        BadInput: `odd` is no variable. Write it like PLACE=lobby.
          variable: `odd` is no variable. Write it like PLACE=lobby.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let run = state.repos[0].runs.last().expect("a run");
    assert_eq!((run.result, run.custom.as_deref()), (Some("STOPPED"), Some("deploy")));
    assert_eq!(run.variables, [("PLACE".to_owned(), "lobby".to_owned())]);
}

#[tokio::test]
async fn issues() {
    let desk = cloud().await;
    desk.check("issue list repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/issues?sort=-updated_on&q=%28state%3D%22new%22+OR+state%3D%22open%22+OR+state%3D%22on+hold%22%29&pagelen=10
        Open issues of example/website
        - #2 A page for the press · new · critical · Ana Example
        - #1 The lobby is too bright · new · major · nobody
    "#]]).await;
    desk.check("issue list repo=website assignee=me priority=critical", expect![[r#"
        > GET /2.0/workspaces/example/members?q=user.email+IN+%28%22ana%40example.org%22%29&pagelen=2
        > GET /2.0/repositories/example/website/issues?sort=-updated_on&q=%28state%3D%22new%22+OR+state%3D%22open%22+OR+state%3D%22on+hold%22%29+AND+priority%3D%22critical%22+AND+assignee.uuid%3D%22%7B24d4b96f-58da-4d4a-8512-313bbd02a28e%7D%22&pagelen=10
        Open issues of example/website
        - #2 A page for the press · new · critical · Ana Example
    "#]]).await;
    desk.check(
        "issue list repo=website state=resolved",
        expect![[r#"
        > GET /2.0/repositories/example/website/issues?sort=-updated_on&q=state%3D%22resolved%22&pagelen=10
        Issues of example/website
        - #3 No favicon · resolved · trivial · Chloe Example
    "#]],
    )
    .await;
    desk.check("issue list repo=website --all text=favicon", expect![[r#"
        > GET /2.0/repositories/example/website/issues?sort=-updated_on&q=%28title%7E%22favicon%22+OR+content.raw%7E%22favicon%22%29&pagelen=10
        Issues of example/website
        - #3 No favicon · resolved · trivial · Chloe Example
    "#]]).await;
    desk.check("issue show 1 repo=website --comments", expect![[r#"
        > GET /2.0/repositories/example/website/issues/1
        > GET /2.0/repositories/example/website/issues/1/comments?sort=-created_on&pagelen=5
        # #1 The lobby is too bright
        example/website#1 · bug · by Chloe Example
        State: new
        Priority: major
        Assignee: nobody
        | One cannot read the screen at noon.
        [Comment…: issue comment {"issue":"example/website#1"}] [Assign to me: issue assign {"issue":"example/website#1","to":"me"}] [Resolve: issue state {"issue":"example/website#1","state":"resolved"}] [Edit…: issue update {"issue":"example/website#1"}]
        (Updated 2026-11-20 08:31 UTC)
        Last comments
        - Ben Example 2026-11-20 08:50 UTC: Same here.
    "#]]).await;
    desk.check("issue list repo=rocket", expect![[r#"
        > GET /2.0/repositories/example/rocket/issues?sort=-updated_on&q=%28state%3D%22new%22+OR+state%3D%22open%22+OR+state%3D%22on+hold%22%29&pagelen=10
        NotFound: example/rocket has no issue tracker. Somebody who administers it can switch it on under Repository settings → Issue tracker; many teams keep their issues in Jira instead.
    "#]]).await;
}

#[tokio::test]
async fn working_on_issues() {
    let desk = cloud().await;
    desk.check(
        "issue create The lobby is dark now repo=website kind=task priority=minor assignee=@chloe description=\"Since ten.\"",
        expect![[r#"
            > GET /2.0/workspaces/example/members?pagelen=100
            > POST /2.0/repositories/example/website/issues {"title":"The lobby is dark now","content":{"raw":"Since ten.\n\nAsked by Ana in Slack."},"kind":"task","priority":"minor","assignee":{"type":"user","uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"},"type":"issue"}
            Created example/website#4.
            # #4 The lobby is dark now
            example/website#4 · task · by Bellhop
            State: new
            Priority: minor
            Assignee: Chloe Example
            | Since ten.
            | 
            | Asked by Ana in Slack.
            [Comment…: issue comment {"issue":"example/website#4"}] [Assign to me: issue assign {"issue":"example/website#4","to":"me"}] [Resolve: issue state {"issue":"example/website#4","state":"resolved"}] [Edit…: issue update {"issue":"example/website#4"}]
            (Updated 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    desk.check("issue comment 4 It is brighter at noon repo=website", expect![[r#"
        > POST /2.0/repositories/example/website/issues/4/comments {"type":"issue_comment","content":{"raw":"It is brighter at noon\n\nAsked by Ana in Slack."}}
        > GET /2.0/repositories/example/website/issues/4
        Commented on example/website#4.
        # #4 The lobby is dark now
        example/website#4 · task · by Bellhop
        State: new
        Priority: minor
        Assignee: Chloe Example
        | Since ten.
        | 
        | Asked by Ana in Slack.
        [Comment…: issue comment {"issue":"example/website#4"}] [Assign to me: issue assign {"issue":"example/website#4","to":"me"}] [Resolve: issue state {"issue":"example/website#4","state":"resolved"}] [Edit…: issue update {"issue":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("issue assign 4 me repo=website", expect![[r#"
        > GET /2.0/workspaces/example/members?q=user.email+IN+%28%22ana%40example.org%22%29&pagelen=2
        > PUT /2.0/repositories/example/website/issues/4 {"assignee":{"type":"user","uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"}}
        example/website#4 is Ana Example's now.
        # #4 The lobby is dark now
        example/website#4 · task · by Bellhop
        State: new
        Priority: minor
        Assignee: Ana Example
        | Since ten.
        | 
        | Asked by Ana in Slack.
        [Comment…: issue comment {"issue":"example/website#4"}] [Assign to me: issue assign {"issue":"example/website#4","to":"me"}] [Resolve: issue state {"issue":"example/website#4","state":"resolved"}] [Edit…: issue update {"issue":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("issue state 4 resolved repo=website", expect![[r#"
        > PUT /2.0/repositories/example/website/issues/4 {"state":"resolved"}
        [Good]
        example/website#4 is resolved now.
        # #4 The lobby is dark now
        example/website#4 · task · by Bellhop
        State: resolved
        Priority: minor
        Assignee: Ana Example
        | Since ten.
        | 
        | Asked by Ana in Slack.
        [Comment…: issue comment {"issue":"example/website#4"}] [Assign to me: issue assign {"issue":"example/website#4","to":"me"}] [Reopen: issue state {"issue":"example/website#4","state":"open"}] [Edit…: issue update {"issue":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("issue update 4 repo=website title=\"Much too dark\" assignee=none priority=blocker", expect![[r#"
        > PUT /2.0/repositories/example/website/issues/4 {"title":"Much too dark","priority":"blocker","assignee":null}
        [Good]
        Updated example/website#4.
        # #4 Much too dark
        example/website#4 · task · by Bellhop
        State: resolved
        Priority: blocker
        Assignee: nobody
        | Since ten.
        | 
        | Asked by Ana in Slack.
        [Comment…: issue comment {"issue":"example/website#4"}] [Assign to me: issue assign {"issue":"example/website#4","to":"me"}] [Reopen: issue state {"issue":"example/website#4","state":"open"}] [Edit…: issue update {"issue":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "issue delete 4 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/issues/4
        > GET /2.0/repositories/example/website/issues/4/comments?sort=-created_on&pagelen=50
        (only you)
        This deletes example/website#4 “Much too dark”, which is resolved. Its comment goes with it. It cannot be undone.
        [Delete the issue: issue delete {"issue":"example/website#4","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "issue delete 4 repo=website confirm=yes",
        expect![[r#"
        > GET /2.0/repositories/example/website/issues/4
        > DELETE /2.0/repositories/example/website/issues/4
        Deleted example/website#4 “Much too dark”.
    "#]],
    )
    .await;
    desk.check(
        "issue show 4 repo=website",
        expect![[r#"
            > GET /2.0/repositories/example/website/issues/4
            NotFound: There is no issue example/website#4 in Bitbucket, or it is hidden from the bot's account. Look at the name again.
        "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.repos[0].issues.iter().map(|it| it.id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn running_again_what_was_run() {
    let desk = cloud().await;
    {
        let mut state = desk.standin.state();
        // A branch of the tag's name is another thing.
        let branch = state.repos[0].branches[1].clone();
        state.repos[0].branches.push(Ref { name: "v1.0".into(), ..branch });
        let tagged = state.repos[0].tags[0].hash.clone();
        let first = state.repos[0].runs[0].clone();
        let of_tag = Run { number: 11, branch: "v1.0".into(), ref_type: Some("tag"), hash: tagged, ..first.clone() };
        let of_commit = Run { number: 12, branch: String::new(), ref_type: None, ..first.clone() };
        let custom =
            Run { number: 13, custom: Some("deploy".into()), variables: vec![("PLACE".into(), "lobby".into())], ..first };
        state.repos[0].runs.extend([of_tag, of_commit, custom]);
    }
    let again = async |number: u64| {
        let message = desk.run(&format!("pipeline show {number} repo=website")).await.expect("a card").message;
        let buttons = message.blocks.into_iter().filter_map(|it| match it {
            commands::Block::Buttons(buttons) => Some(buttons),
            _ => None,
        });
        buttons.flatten().find(|it| it.label.starts_with("Run again")).expect("a button")
    };
    for number in [11, 12] {
        let button = again(number).await;
        assert_eq!(button.press, commands::Press::Run);
        desk.connected.run(&button.call, &desk.ctx()).await.expect("a run");
        let state = desk.standin.state();
        let (before, now) = (&state.repos[0].runs[number as usize - 8], state.repos[0].runs.last().expect("a run"));
        assert_eq!((before.number, &before.hash, before.ref_type), (number, &now.hash, now.ref_type));
    }
    // Its variables are told to nobody.
    let button = again(13).await;
    assert_eq!((button.press, button.call.params.get("custom")), (commands::Press::Form, Some(&json!("deploy"))));
}

#[tokio::test]
async fn running_tags_and_commits() {
    let desk = cloud().await;
    for (line, name, kind) in [
        ("pipeline run repo=website tag=v1.0", "v1.0", Some("tag")),
        ("pipeline run repo=website commit=feature/footer", "", None),
        ("pipeline run repo=website commit=feature/footer custom=deploy", "", None),
        ("pipeline run repo=website", "main", Some("branch")),
    ] {
        desk.run(line).await.expect("a run");
        let state = desk.standin.state();
        let run = state.repos[0].runs.last().expect("a run");
        assert_eq!((run.branch.as_str(), run.ref_type, run.custom.is_some()), (name, kind, line.contains("deploy")), "{line}");
        if kind.is_none() {
            assert_eq!(Some(&run.hash), state.repos[0].branch("feature/footer").map(|it| &it.hash));
        }
    }
    for (line, field) in [
        ("pipeline run repo=website tag=v9", "tag"),
        ("pipeline run repo=website commit=nowhere", "commit"),
        ("pipeline run repo=website branch=main tag=v1.0", "branch"),
    ] {
        let error = desk.run(line).await.expect_err("nothing to run");
        assert_eq!(error.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), [field], "{line}: {error}");
    }
}
