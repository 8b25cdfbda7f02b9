//! Pull requests and their tasks, in Cloud.

use super::*;
use crate::bitbucket::standin::Pull;

#[tokio::test]
async fn listing() {
    let desk = cloud().await;
    desk.check("pr list repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22&pagelen=10
        Open pull requests in example/website
        - #2 Rewrite the footer · Ana Example · changes requested
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check("pr list repo=example/website state=all limit=2", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=%28state%3D%22OPEN%22+OR+state%3D%22MERGED%22+OR+state%3D%22DECLINED%22+OR+state%3D%22SUPERSEDED%22%29&pagelen=2
        Pull requests in example/website
        - #2 Rewrite the footer · Ana Example · changes requested
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
        [Show more: pr list {"repo":"example/website","state":"all","waiting":false,"limit":2,"after":"sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=%28state%3D%22OPEN%22+OR+state%3D%22MERGED%22+OR+state%3D%22DECLINED%22+OR+state%3D%22SUPERSEDED%22%29&pagelen=2&page=2"}]
    "#]]).await;
    desk.check("pr list repo=website state=merged", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22MERGED%22&pagelen=10
        Merged pull requests in example/website
        - #3 Add a favicon · Chloe Example · merged · 1 of 1 reviewer approved
    "#]]).await;
    desk.check("pr list repo=website author=@ben into=main text=lamp", expect![[r#"
        > GET /2.0/workspaces/example/members?pagelen=100
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22+AND+author.uuid%3D%22%7B6700869c-8ff7-480e-84a7-0a708b028700%7D%22+AND+destination.branch.name%3D%22main%22+AND+title%7E%22lamp%22&pagelen=10
        Open pull requests in example/website by Ben Example
        - #1 Dim the lobby lamps · Ben Example · 1 of 2 reviewers approved
    "#]]).await;
    desk.check("pr list repo=website text=nothing", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22+AND+title%7E%22nothing%22&pagelen=10
        No open pull requests in example/website.
    "#]]).await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let desk = cloud().await;
    let first = desk.run("pr list repo=website state=all limit=2").await.expect("a list");
    let commands::Block::Buttons(buttons) = first.message.blocks.last().expect("a button") else { panic!("{first:?}") };
    let reply = desk.connected.run(&buttons[0].call, &desk.ctx()).await;
    expect![[r#"
        Pull requests in example/website
        - #3 Add a favicon · Chloe Example · merged · 1 of 1 reviewer approved
    "#]]
    .assert_eq(&read(&reply).replace(&desk.server.url(), "{url}"));
    let mut call = buttons[0].call.clone();
    call.params.insert("after".into(), json!("page=2#/../../user"));
    assert_eq!(desk.connected.run(&call, &desk.ctx()).await.expect_err("no address").kind, ErrorKind::BadInput);
}

#[tokio::test]
async fn what_is_mine() {
    let desk = cloud().await;
    // Every command of the home page, and one that nobody would ask of.
    for mine in Kind::of::<Bitbucket>().mine {
        desk.run(mine.command).await.unwrap_or_else(|err| panic!("{}: {err}", mine.command));
    }
    let error = desk.run("pr list repo=website --waiting").await.expect_err("waiting for nobody");
    assert_eq!(error.fields[0].field, "reviewer");
    desk.standin.state().repos[0].pulls[0].reviews[0].opinion = crate::bitbucket::standin::Opinion::Approved;
    let waiting = desk.run("pr list reviewer=me --waiting").await.expect("a list").message;
    assert_eq!(waiting.blocks.len(), 2);
    let commands::Block::List(lines) = &waiting.blocks[1] else { panic!("{waiting:?}") };
    assert_eq!(lines.len(), 1, "what she approved does not wait for her: {lines:?}");
    // The repositories are asked at the same time, in no order.
    let all = desk.run("pr list reviewer=me limit=5").await;
    expect![[r#"
        Open pull requests for review by Ana Example
        - example/rocket#1 Light the second stage · Chloe Example · 0 of 1 reviewer approved
        - example/website#1 Dim the lobby lamps · Ben Example · 2 of 2 reviewers approved
    "#]]
    .assert_eq(&read(&all).replace(&desk.server.url(), "{url}"));
    desk.check("pr list author=me limit=5", expect![[r#"
        > GET /2.0/workspaces/example/pullrequests/%7B24d4b96f-58da-4d4a-8512-313bbd02a28e%7D?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22&pagelen=5
        Open pull requests by Ana Example
        - example/website#2 Rewrite the footer · Ana Example · changes requested
    "#]]).await;
}

#[tokio::test]
async fn showing() {
    let desk = cloud().await;
    desk.check("pr show 1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        # #1 Dim the lobby lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | They are too bright at night.
        | 
        | Turns them down at ten.
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-20 09:30 UTC)
    "#]]).await;
    desk.check("show example/website#2", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/2
        > GET /2.0/repositories/example/website/commit/53c4614f6c3e/statuses?pagelen=100
        [Bad]
        # #2 Rewrite the footer
        example/website#2 · by Ana Example · feature/footer → main
        State: Open
        Changes requested by: Ben Example
        Builds: 1 passed, 1 failed: TEST
        [Approve: pr approve {"pull":"example/website#2"}] [Merge: pr merge {"pull":"example/website#2"}] [Comment…: pr comment {"pull":"example/website#2"}] [Request changes: pr request changes {"pull":"example/website#2"}] [Files: pr files {"pull":"example/website#2"}] [Decline: pr decline {"pull":"example/website#2"}]
        (Updated 2026-11-20 10:10 UTC)
    "#]]).await;
    desk.check(
        "show 3 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/3
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70/statuses?pagelen=100
        [Good]
        # #3 Add a favicon
        example/website#3 · by Chloe Example · feature/icon → main
        State: Merged
        Approved by: Ana Example
        Merge commit: 7bfa8692a
        [Comment…: pr comment {"pull":"example/website#3"}] [Files: pr files {"pull":"example/website#3"}]
        (Updated 2026-11-20 08:50 UTC)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn opening() {
    let desk = cloud().await;
    desk.check("branch create feature/dimmer repo=website from=feature/lamps", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > POST /2.0/repositories/example/website/refs/branches {"name":"feature/dimmer","target":{"hash":"d4331a81ff111fd360b80c66cee080e232e441b3"}}
        Created feature/dimmer in example/website, from feature/lamps at d4331a81f.
        [Open a pull request…: pr create {"repo":"example/website","source":"feature/dimmer"}]
    "#]]).await;
    desk.check("pr create Dim them more repo=website source=feature/dimmer reviewer=@ben reviewer=chloe description=\"For the night shift\" --close_source", expect![[r#"
        > GET /2.0/workspaces/example/members?pagelen=100
        > GET /2.0/repositories/example/website/effective-default-reviewers?pagelen=100
        > POST /2.0/repositories/example/website/pullrequests {"type":"pullrequest","title":"Dim them more","description":"For the night shift\n\nAsked by Ana in Slack.","source":{"branch":{"name":"feature/dimmer"}},"close_source_branch":true,"draft":false,"reviewers":[{"type":"user","uuid":"{6700869c-8ff7-480e-84a7-0a708b028700}"},{"type":"user","uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"}]}
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Opened example/website#4.
        # #4 Dim them more
        example/website#4 · by Bellhop · feature/dimmer → main
        State: Open
        Waiting for: Ben Example, Chloe Example
        Builds: 1 passed
        | For the night shift
        | 
        | Asked by Ana in Slack.
        [Approve: pr approve {"pull":"example/website#4"}] [Merge: pr merge {"pull":"example/website#4"}] [Comment…: pr comment {"pull":"example/website#4"}] [Request changes: pr request changes {"pull":"example/website#4"}] [Files: pr files {"pull":"example/website#4"}] [Decline: pr decline {"pull":"example/website#4"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    let state = desk.standin.state();
    let pull = state.repos[0].pulls.last().expect("a pull request");
    assert_eq!(
        (pull.title.as_str(), pull.source.as_str(), pull.target.as_str(), pull.close_source),
        ("Dim them more", "feature/dimmer", "main", true)
    );
    assert_eq!(pull.reviews.iter().map(|it| it.who).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(pull.description, "For the night shift\n\nAsked by Ana in Slack.");
}

#[tokio::test]
async fn changing() {
    let desk = cloud().await;
    desk.check("pr update 1 repo=website title=\"Dim all lamps\" description=Shorter", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > PUT /2.0/repositories/example/website/pullrequests/1 {"type":"pullrequest","title":"Dim all lamps","description":"Shorter","destination":{"branch":{"name":"main"}},"reviewers":[{"type":"user","uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"type":"user","uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"}],"close_source_branch":false,"draft":false}
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Updated example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("reviewer add 1 bellhop repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/workspaces/example/members?pagelen=100
        > PUT /2.0/repositories/example/website/pullrequests/1 {"type":"pullrequest","title":"Dim all lamps","description":"Shorter","destination":{"branch":{"name":"main"}},"reviewers":[{"type":"user","uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"type":"user","uuid":"{ec5c41c1-27a4-44eb-89cc-0b3ca2942546}"},{"type":"user","uuid":"{08e888d2-1317-4d2c-8470-c05fbeb5d865}"}],"close_source_branch":false,"draft":false}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Asked Bellhop to review example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Approved by: Chloe Example
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check("reviewer remove 1 chloe repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        > PUT /2.0/repositories/example/website/pullrequests/1 {"type":"pullrequest","title":"Dim all lamps","description":"Shorter","destination":{"branch":{"name":"main"}},"reviewers":[{"type":"user","uuid":"{24d4b96f-58da-4d4a-8512-313bbd02a28e}"},{"type":"user","uuid":"{08e888d2-1317-4d2c-8470-c05fbeb5d865}"}],"close_source_branch":false,"draft":false}
        > GET /2.0/repositories/example/website/pullrequests/1
        > GET /2.0/repositories/example/website/commit/d4331a81ff11/statuses?pagelen=100
        Chloe Example no longer reviews example/website#1.
        # #1 Dim all lamps
        example/website#1 · by Ben Example · feature/lamps → main
        State: Open
        Waiting for: Ana Example, Bellhop
        Builds: 1 passed
        Open tasks: 1
        Comments: 1
        | Shorter
        [Approve: pr approve {"pull":"example/website#1"}] [Merge: pr merge {"pull":"example/website#1"}] [Comment…: pr comment {"pull":"example/website#1"}] [Request changes: pr request changes {"pull":"example/website#1"}] [Files: pr files {"pull":"example/website#1"}] [Decline: pr decline {"pull":"example/website#1"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    desk.check(
        "reviewer remove 1 ben repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/pullrequests/1
        BadInput: Ben Example is no reviewer of example/website#1.
          person: Ben Example is no reviewer of example/website#1.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    let pull = &state.repos[0].pulls[0];
    assert_eq!((pull.title.as_str(), pull.description.as_str()), ("Dim all lamps", "Shorter"));
    assert_eq!(pull.reviews.iter().filter(|it| it.asked).map(|it| it.who).collect::<Vec<_>>(), [1, 0]);
}

/// What of a pull request nobody sees at a glance.
fn kept(pull: &Pull) -> (String, String, Vec<usize>, bool, bool) {
    let asked = pull.reviews.iter().filter(|it| it.asked).map(|it| it.who).collect();
    (pull.description.clone(), pull.target.clone(), asked, pull.close_source, pull.draft)
}

#[tokio::test]
async fn what_is_not_changed_stays() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        {
            let pull = &mut desk.standin.state().repos[0].pulls[0];
            (pull.close_source, pull.draft, pull.target) = (true, true, "feature/footer".into());
        }
        let before = kept(&desk.standin.state().repos[0].pulls[0]);
        desk.run("pr update 1 repo=website title=Lamps").await.expect("another title");
        assert_eq!(kept(&desk.standin.state().repos[0].pulls[0]), before);
        desk.run("reviewer add 1 bellhop repo=website").await.expect("one more");
        desk.run("reviewer remove 1 bellhop repo=website").await.expect("one less");
        assert_eq!(kept(&desk.standin.state().repos[0].pulls[0]), before);
        desk.run("pr update 1 repo=website draft=no").await.expect("it is ready");
        assert_eq!(kept(&desk.standin.state().repos[0].pulls[0]), (before.0, before.1, before.2, before.3, false));
    }
}

#[tokio::test]
async fn who_approves_unasked_does_not_become_a_reviewer() {
    let desk = cloud().await;
    desk.standin.state().repos[0].pulls[0].reviews[1].asked = false;
    desk.run("reviewer add 1 bellhop repo=website").await.expect("one more");
    assert_eq!(kept(&desk.standin.state().repos[0].pulls[0]).2, [1, 0]);
    let error = desk.run("reviewer remove 1 chloe repo=website").await.expect_err("she was not asked");
    assert_eq!(error.message, "Chloe Example is no reviewer of example/website#1.");
    // Asked now, she is.
    desk.run("reviewer add 1 chloe repo=website").await.expect("one more");
    assert_eq!(kept(&desk.standin.state().repos[0].pulls[0]).2, [1, 3, 0]);
}

#[tokio::test]
async fn default_reviewers_are_asked() {
    let desk = cloud().await;
    // The bot is one of them, and is the author.
    desk.standin.state().repos[0].default_reviewers = vec![0, 1, 3];
    for (name, said, asked) in [
        ("one", "reviewer=chloe reviewer=ben", &[3, 2, 1][..]),
        ("two", "", &[1, 3]),
        ("three", "reviewer=ben --no_default_reviewers", &[2]),
    ] {
        desk.run(&format!("branch create {name} repo=website from=feature/lamps")).await.expect("a branch");
        desk.run(&format!("pr create Dim repo=website source={name} {said}")).await.expect("a pull request");
        assert_eq!(kept(desk.standin.state().repos[0].pulls.last().expect("a pull request")).2, asked, "{name}");
    }
    let desk = Desk::new(Kind::of::<Bitbucket>(), |_| None, reviews::Speechless(Simulated::at(Door::Cloud))).await;
    desk.run("branch create one repo=website from=feature/lamps").await.expect("a branch");
    let text = read(&desk.run("pr create Dim repo=website source=one").await);
    assert!(text.contains("Opened example/website#4.\nBut its default reviewers were not asked: Bitbucket"), "{text}");
}

#[tokio::test]
async fn what_data_center_would_forget_is_refused() {
    let desk = center().await;
    let before = desk.standin.state().repos[0].pulls.len();
    let error = desk.run("pr create Dim repo=website source=feature/lamps --close_source").await.expect_err("it forgets that");
    assert_eq!(error.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["close_source"]);
    assert!(error.message.contains("say close_source=true at `pr merge`"), "{error}");
    assert_eq!(desk.standin.state().repos[0].pulls.len(), before);
}
