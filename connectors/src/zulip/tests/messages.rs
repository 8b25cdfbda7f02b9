//! Messages: sent, found, changed, scheduled; reactions to them, and files.

use super::*;

#[tokio::test]
async fn messages() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "message show 101",
            "message search red",
            "message search it channel=dev topic=build from=ben",
            "message send The build is green again, @**all** channel=#dev topic=build",
            "message edit 105 The build is yellow",
            "message history 105",
            "message move 105 topic=deploy channel=ops with=later",
            "message delete 105",
            "message delete 105 --sure",
            "message show 105",
            "message direct Lunch? to=ben to=me",
        ],
        expect![[r#"
            $ message show 101
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET users
            (only you) #dev > build
            ============

            Ana · 2026-09-21 14:13 UTC · #101 <{zulip}/#narrow/channel/2-dev/topic/build/near/101>

            > The build is **red**
            > again

            [Answer] zulip message send channel=dev topic=build --form
            [React] zulip reaction add 101 --form
            [Resolve] zulip topic resolve build channel=dev

            $ message search red
            > GET messages narrow=[{"operator":"search","operand":"red","negated":false},{"operator":"channels","operand":"public","negated":false}] anchor=newest include_anchor=true num_before=20 num_after=0 apply_markdown=false allow_empty_topic_name=true
            (only you) 1 message
            =========

            - #101 <{zulip}/#narrow/channel/2-dev/topic/build/near/101> #dev > build · Ana · 2026-09-21 14:13 UTC · The build is **red**

            $ message search it channel=dev topic=build from=ben
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            > GET messages narrow=[{"operator":"search","operand":"it","negated":false},{"operator":"channel","operand":2,"negated":false},{"operator":"topic","operand":"build","negated":false},{"operator":"sender","operand":9,"negated":false}] anchor=newest include_anchor=true num_before=20 num_after=0 apply_markdown=false allow_empty_topic_name=true
            (only you) 1 message
            =========

            - #102 <{zulip}/#narrow/channel/2-dev/topic/build/near/102> #dev > build · Ben · 2026-09-21 14:13 UTC · I look at it

            $ message send The build is green again, @**all** channel=#dev topic=build
            > GET streams
            > POST messages type=stream to=2 topic=build content=The build is green again, @{unseen}**all**

            *Ana, by the bot*
            (only you) Sent #105 <{zulip}/#narrow/channel/2-dev/topic/build/near/105> to #dev > build.

            $ message edit 105 The build is yellow
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET users/me
            > PATCH messages/105 content=The build is yellow

            *Ana, by the bot*
            Changed #105 <{zulip}/#narrow/channel/2-dev/topic/build/near/105>.

            $ message history 105
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET messages/105/history allow_empty_topic_name=true
            (only you) #105 in #dev > build
            ====================

            2026-09-21 14:13 UTC · build

            > The build is green again, @{unseen}**all**
            > 
            > *Ana, by the bot*

            2026-09-21 14:13 UTC · build

            > The build is yellow
            > 
            > *Ana, by the bot*

            $ message move 105 topic=deploy channel=ops with=later
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET streams
            > PATCH messages/105 topic=deploy stream_id=3 propagate_mode=change_later send_notification_to_old_thread=true send_notification_to_new_thread=true
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            Moved #105 <{zulip}/#narrow/channel/3-ops/topic/deploy/near/105> to #ops > deploy.

            $ message delete 105
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            > GET streams/3
            > GET users/me
            (only you) Message #105 in #ops > deploy is gone for good then: The build is yellow. Delete it?

            [Delete] zulip message delete 105 --sure

            $ message delete 105 --sure
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            > GET streams/3
            > GET users/me
            > DELETE messages/105
            Deleted message #105 in #ops > deploy.

            $ message show 105
            > GET messages/105 apply_markdown=false allow_empty_topic_name=true
            NotFound: Zulip has no such message, or the bot may not see it.

            $ message direct Lunch? to=ben to=me
            > POST messages type=direct to=[9,8] content=Lunch?

            *Ana, by the bot*
            (only you) Sent #108 <{zulip}/#narrow/dm/9,8/near/108> to Ben, Ana.

        "#]],
    )
    .await;
}

#[tokio::test]
async fn later() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "message schedule Freeze begins channel=dev topic=release at=+2h",
            "scheduled list",
            "scheduled cancel 101",
            "scheduled list",
            "message schedule Freeze begins channel=dev topic=release at=+1h",
        ],
        expect![[r#"
            $ message schedule Freeze begins channel=dev topic=release at=+2h
            > GET streams
            > GET users
            > POST scheduled_messages type=channel to=2 topic=release content=Freeze begins

            *Ana, by the bot* scheduled_delivery_timestamp=1790007200
            (only you) Zulip sends it to #dev > release at 2026-09-21 16:13 UTC.

            [Cancel] zulip scheduled cancel 101

            $ scheduled list
            > GET scheduled_messages
            > GET streams
            (only you) 1 message
            =========

            - 101 · 2026-09-21 16:13 UTC · #dev > release · Freeze begins

            $ scheduled cancel 101
            > DELETE scheduled_messages/101
            Message 101 is not sent.

            $ scheduled list
            > GET scheduled_messages
            > GET streams
            (only you) No message.

            $ message schedule Freeze begins channel=dev topic=release at=+1h
            > GET streams
            > POST scheduled_messages type=channel to=2 topic=release content=Freeze begins

            *Ana, by the bot* scheduled_delivery_timestamp=1790003600
            (only you) Zulip sends it to #dev > release at 2026-09-21 15:13 UTC.

            [Cancel] zulip scheduled cancel 102

        "#]],
    )
    .await;
}

#[tokio::test]
async fn reactions() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "reaction add 101 :tada:",
            "reaction add 101 tada",
            "reaction list 101",
            "reaction remove 101 tada",
            "reaction remove 101 tada",
            "reaction add 101 no_such_thing",
        ],
        expect![[r#"
            $ reaction add 101 :tada:
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET users
            > POST messages/101/reactions emoji_name=tada
            Reacted to #101 with tada.

            $ reaction add 101 tada
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > POST messages/101/reactions emoji_name=tada
            Reacted to #101 with tada. It was there before.

            $ reaction list 101
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            (only you) 1 reaction
            ==========

            - :tada: Bellhop

            $ reaction remove 101 tada
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > DELETE messages/101/reactions emoji_name=tada
            Took the tada back from #101.

            $ reaction remove 101 tada
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > DELETE messages/101/reactions emoji_name=tada
            Took the tada back from #101. There was none.

            $ reaction add 101 no_such_thing
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > POST messages/101/reactions emoji_name=no_such_thing
            BadInput: Zulip has no emoji `no_such_thing`. Type : in Zulip to see their names.
              at emoji

        "#]],
    )
    .await;
}

#[tokio::test]
async fn files() {
    let here = Here::new().await;
    check(&here, &["file upload https://example.org/log.txt channel=dev topic=build"], expect![[r#"
        $ file upload https://example.org/log.txt channel=dev topic=build
        > GET streams
        > GET users
        > POST user_uploads (a file)
        > POST messages type=stream to=2 topic=build content=[log 1.txt](/user_uploads/2/61/pDQVqbz7oNLlfN36Bf6m2SsN/log--1-.txt)

        *Ana, by the bot*
        (only you) Stored log [1].txt <{zulip}/user_uploads/2/61/pDQVqbz7oNLlfN36Bf6m2SsN/log--1-.txt>. Posted it in #dev > build <{zulip}/#narrow/channel/2-dev/topic/build/near/105>.

    "#]]).await;
    let path = here.sim.look(|state| state.files.keys().next().cloned()).expect("a file");
    let reply = here.run(&format!("file link {}/user_uploads/{path}", here.server.url())).await.expect("a link");
    let text = reply.message.to_plain(std::slice::from_ref(&here.group));
    let link = text.split(['(', ')', ' ', '<', '>']).find(|it| it.contains("/temporary/")).expect("a link").to_owned();
    let bytes = reqwest::get(&link).await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(bytes.as_ref(), b"https://example.org/log.txt");
    for foreign in ["https://evil.example.org/user_uploads/2/ab/x.txt", "/user_uploads/../api/v1/users", "x"] {
        let error = here.run(&format!("file link {foreign}")).await.expect_err("no file of ours");
        assert_eq!(error.kind, ErrorKind::BadInput, "{foreign}");
    }
}
