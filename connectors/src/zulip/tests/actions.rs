//! What each command asks of Zulip, and what it tells.

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
            > POST messages type=channel to=2 topic=build content=The build is green again, @{unseen}**all**

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
async fn topics() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "topic list dev",
            "topic resolve build channel=dev",
            "topic resolve build channel=dev",
            "topic list dev --open",
            "topic unresolve build channel=dev",
            "topic move build channel=dev to=\"build farm\" to_channel=ops",
            "topic mute disks channel=ops",
            "topic unmute disks channel=ops",
            "topic delete disks channel=ops",
            "topic delete disks channel=ops --sure",
            "topic resolve disks channel=ops",
        ],
        expect![[r#"
            $ topic list dev
            > GET streams
            > GET users
            > GET users/me/2/topics allow_empty_topic_name=true
            (only you) 1 topic
            =======

            - #dev > build <{zulip}/#narrow/channel/2-dev/topic/build>

            $ topic resolve build channel=dev
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            > PATCH messages/102 topic=✔ build propagate_mode=change_all send_notification_to_old_thread=false send_notification_to_new_thread=true
            Resolved #dev > build.

            $ topic resolve build channel=dev
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            (only you) #dev > ✔ build is resolved already.

            $ topic list dev --open
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            (only you) No topic.

            $ topic unresolve build channel=dev
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            > PATCH messages/105 topic=build propagate_mode=change_all send_notification_to_old_thread=false send_notification_to_new_thread=true
            #dev > build is open again.

            $ topic move build channel=dev to="build farm" to_channel=ops
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            > GET streams
            > PATCH messages/106 topic=build farm stream_id=3 propagate_mode=change_all send_notification_to_old_thread=false send_notification_to_new_thread=true
            Moved it to #ops > build farm <{zulip}/#narrow/channel/3-ops/topic/build.20farm>.

            $ topic mute disks channel=ops
            > GET streams
            > GET users/me/3/topics allow_empty_topic_name=true
            > POST user_topics stream_id=3 topic=disks visibility_policy=1
            The bot reports nothing of #ops > disks any more.

            $ topic unmute disks channel=ops
            > GET streams
            > GET users/me/3/topics allow_empty_topic_name=true
            > POST user_topics stream_id=3 topic=disks visibility_policy=2
            The bot reports #ops > disks again, where its channel is watched.

            $ topic delete disks channel=ops
            > GET streams
            > GET users/me/3/topics allow_empty_topic_name=true
            (only you) #ops > disks is gone for good then, with all that was said in it. Delete it?

            [Delete] zulip topic delete disks channel=ops --sure

            $ topic delete disks channel=ops --sure
            > GET streams
            > GET users/me/3/topics allow_empty_topic_name=true
            > POST streams/3/delete_topic topic_name=disks
            Deleted #ops > disks.

            $ topic resolve disks channel=ops
            > GET streams
            > GET users/me/3/topics allow_empty_topic_name=true
            BadInput: There is no topic `disks` in #ops.
              at topic

        "#]],
    )
    .await;
}

#[tokio::test]
async fn people() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "user list",
            "user show ben@example.org",
            "user show Bellhop",
            "user presence",
            "user presence user=chloe",
            "user create New Person email=new@example.org",
            "user create New Person email=new@example.org",
            "user update new@example.org name=\"New Colleague\"",
            "user role new@example.org role=moderator",
            "user role new@example.org role=moderator",
            "user deactivate new@example.org",
            "user deactivate new@example.org --sure comment=Bye",
            "user list --deactivated",
            "user reactivate new@example.org",
        ],
        expect![[r#"
            $ user list
            > GET users
            (only you) 3 users
            =======

            - Ana · ana@example.org · administrator
            - Ben · ben@example.org
            - Chloe · chloe@example.org

            $ user show ben@example.org
            > GET users/9
            > GET users/9/presence
            > GET users/9/status
            (only you) Ben
            ===

            Open in Zulip <{zulip}/#user/9>

            Address:   ben@example.org
            Role:      member
            Number:    9
            Presence:  active
            Time zone: UTC

            $ user show Bellhop
            > GET users/26
            (only you) Bellhop
            =======

            Open in Zulip <{zulip}/#user/26>

            Address: bellhop-bot@chat.example.org
            Role:    administrator
            Number:  26
            Bot of:  Ana

            $ user presence
            > GET realm/presence
            (only you) 2 users
            =======

            - Ana · active
            - Ben · active

            $ user presence user=chloe
            > GET users/10/presence
            (only you) Chloe: never seen

            $ user create New Person email=new@example.org
            > POST users email=new@example.org full_name=New Person password=…
            New Person has an account now (number 27). They choose a password with “Forgot your password?” at the sign-in page.

            $ user create New Person email=new@example.org
            > POST users email=new@example.org full_name=New Person password=…
            BadInput: new@example.org has an account already: see `user show new@example.org`.
              at email

            $ user update new@example.org name="New Colleague"
            > GET users
            > PATCH users/27 full_name=New Colleague
            Changed New Colleague.

            $ user role new@example.org role=moderator
            > GET users
            > PATCH users/27 role=300
            New Colleague is a moderator now, and was a member.

            $ user role new@example.org role=moderator
            > GET users
            (only you) New Colleague is a moderator already.

            $ user deactivate new@example.org
            (only you) New Colleague (new@example.org) is signed out everywhere and cannot come back until somebody reactivates the account. Deactivate it?

            [Deactivate] zulip user deactivate new@example.org --sure

            $ user deactivate new@example.org --sure comment=Bye
            > DELETE users/27 deactivation_notification_comment=Bye
            New Colleague is deactivated.

            $ user list --deactivated
            > GET users
            (only you) 1 user
            ======

            - New Colleague · new@example.org · moderator

            $ user reactivate new@example.org
            > POST users/27/reactivate
            New Colleague is active again.

        "#]],
    )
    .await;
}

#[tokio::test]
async fn channels() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "channel list",
            "channel create release description=\"What ships when\" people=ana people=ben post=moderators",
            "channel create release",
            "channel show release",
            "channel update release description=\"What ships\" default=subscribed",
            "channel rename release shipping",
            "channel rename shipping dev",
            "channel permissions shipping post=everyone administer=administrators",
            "channel create plans privacy=private_protected",
            "channel permissions plans privacy=private_shared",
            "channel show plans",
            "channel archive shipping",
            "channel archive shipping --sure",
            "channel list --archived",
            "channel unarchive shipping",
        ],
        expect![[r#"
            $ channel list
            > GET streams
            > GET users
            (only you) 3 channels
            ==========

            - #general <{zulip}/#narrow/channel/1-general> · Everyone
            - #dev <{zulip}/#narrow/channel/2-dev> · What we build
            - #ops <{zulip}/#narrow/channel/3-ops> · What we run

            $ channel create release description="What ships when" people=ana people=ben post=moderators
            > GET streams exclude_archived=false
            > GET user_groups
            > POST users/me/subscriptions subscriptions=[{"name":"release","description":"What ships when"}] principals=[8,9] can_send_message_group=14
            > GET get_stream_id stream=release
            Made #release <{zulip}/#narrow/channel/4-release> with 2 subscribers.

            $ channel create release
            > GET streams exclude_archived=false
            BadInput: There is a channel #release already.
              at name

            $ channel show release
            > GET streams exclude_archived=false
            > GET user_groups
            > GET streams/4/members
            (only you) #release
            ========

            What ships when

            #release <{zulip}/#narrow/channel/4-release>

            Seen by:           everybody but guests
            Subscribers:       2
            Number:            4
            May post:          moderators
            May subscribe:     nobody
            May add people:    nobody
            May remove people: administrators
            May administer:    nobody
            Made:              2026-01-01 00:00 UTC

            [Post] zulip message send channel=release --form
            [Topics] zulip topic list release
            [Subscribers] zulip channel subscribers release

            $ channel update release description="What ships" default=subscribed
            > GET streams
            > PATCH streams/4 description=What ships is_default_stream=true
            Changed #release.

            $ channel rename release shipping
            > GET streams
            > PATCH streams/4 new_name=shipping
            #release is #shipping now.

            $ channel rename shipping dev
            > GET streams
            > PATCH streams/4 new_name=dev
            BadInput: There is a channel #dev already.
              at name

            $ channel permissions shipping post=everyone administer=administrators
            > GET streams
            > GET user_groups
            > GET user_groups
            > PATCH streams/4 can_send_message_group={"new":17} can_administer_channel_group={"new":13}
            Changed who sees #shipping and what they may do there.

            $ channel create plans privacy=private_protected
            > GET streams exclude_archived=false
            > GET users/me
            > POST users/me/subscriptions subscriptions=[{"name":"plans"}] principals=[8,26] invite_only=true history_public_to_subscribers=false
            > GET get_stream_id stream=plans
            Made #plans <{zulip}/#narrow/channel/5-plans> with 2 subscribers.

            $ channel permissions plans privacy=private_shared
            > GET streams
            > GET users/8/subscriptions/5
            > PATCH streams/5 is_private=true history_public_to_subscribers=true
            Changed who sees #plans and what they may do there.

            $ channel show plans
            > GET streams exclude_archived=false
            > GET users/8/subscriptions/5
            > GET user_groups
            > GET streams/5/members
            (only you) #plans
            ======

            #plans <{zulip}/#narrow/channel/5-plans>

            Seen by:           its subscribers, from its beginning
            Subscribers:       2
            Number:            5
            May post:          everyone
            May subscribe:     nobody
            May add people:    nobody
            May remove people: administrators
            May administer:    nobody
            Made:              2026-01-01 00:00 UTC

            [Post] zulip message send channel=plans --form
            [Topics] zulip topic list plans
            [Subscribers] zulip channel subscribers plans

            $ channel archive shipping
            > GET streams
            (only you) Nobody can post in #shipping then, and Zulip before version 11 cannot bring it back without its server's administrator. Archive it?

            [Archive] zulip channel archive shipping --sure

            $ channel archive shipping --sure
            > GET streams
            > DELETE streams/4
            #shipping is archived.

            $ channel list --archived
            > GET streams exclude_archived=false
            (only you) 1 channel
            =========

            - #shipping <{zulip}/#narrow/channel/4-shipping> · What ships

            $ channel unarchive shipping
            > GET streams exclude_archived=false
            > GET server_settings
            Validation: Zulip 10.2 cannot do that by its API, which Zulip 11 can. Whoever runs the server can: `manage.py unarchive_channel`.

        "#]],
    )
    .await;
}

#[tokio::test]
async fn subscriptions() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "channel subscribers dev",
            "channel unsubscribe dev",
            "channel unsubscribe dev",
            "channel subscribe dev",
            "channel remove dev people=ben people=chloe",
            "channel subscribe dev people=ben people=ana",
            "channel settings dev pin=on",
            "channel join dev",
            "channel settings dev pin=on color=#76ce90",
            "channel mute dev",
            "channel unmute dev",
            "channel leave dev",
        ],
        expect![[r##"
            $ channel subscribers dev
            > GET streams
            > GET users
            > GET streams/2/members
            (only you) 3 subscribers
            =============

            - Ana
            - Ben
            - Chloe

            $ channel unsubscribe dev
            > GET streams
            > DELETE users/me/subscriptions subscriptions=["dev"] principals=[8]
            Ana is not subscribed to #dev any more.

            $ channel unsubscribe dev
            > GET streams
            > DELETE users/me/subscriptions subscriptions=["dev"] principals=[8]
            (only you) You are not subscribed to #dev.

            $ channel subscribe dev
            > GET streams
            > POST users/me/subscriptions subscriptions=[{"name":"dev"}] principals=[8]
            Subscribed 1 to #dev.

            $ channel remove dev people=ben people=chloe
            > GET streams
            > DELETE users/me/subscriptions subscriptions=["dev"] principals=[9,10]
            Took 2 out of #dev.

            $ channel subscribe dev people=ben people=ana
            > GET streams
            > POST users/me/subscriptions subscriptions=[{"name":"dev"}] principals=[9,8]
            Subscribed 1 to #dev. 1 was before.

            $ channel settings dev pin=on
            > GET streams
            > POST users/me/subscriptions/properties subscription_data=[{"stream_id":2,"property":"pin_to_top","value":true}]
            BadInput: The bot is not in #dev: have it join first, `channel join dev`.
              at channel

            $ channel join dev
            > GET streams
            > POST users/me/subscriptions subscriptions=[{"name":"dev"}]
            The bot is in #dev.

            $ channel settings dev pin=on color=#76ce90
            > GET streams
            > POST users/me/subscriptions/properties subscription_data=[{"stream_id":2,"property":"color","value":"#76ce90"},{"stream_id":2,"property":"pin_to_top","value":true}]
            Changed how the bot sees #dev.

            $ channel mute dev
            > GET streams
            > POST users/me/subscriptions/properties subscription_data=[{"stream_id":2,"property":"is_muted","value":true}]
            The bot reports nothing of #dev any more, but for topics that are unmuted.

            $ channel unmute dev
            > GET streams
            > POST users/me/subscriptions/properties subscription_data=[{"stream_id":2,"property":"is_muted","value":false}]
            The bot reports #dev again, where it is watched.

            $ channel leave dev
            > GET streams
            > DELETE users/me/subscriptions subscriptions=["dev"]
            The bot is not in #dev.

        "##]],
    )
    .await;
}

#[tokio::test]
async fn groups() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "group list",
            "group create on-call people=ana description=\"Who is called\"",
            "group create on-call",
            "group add on-call people=ben people=ana",
            "group show on-call",
            "group remove on-call people=ana",
            "group update on-call name=rota",
            "group show administrators",
            "group add administrators people=ben",
            "group deactivate rota",
            "group deactivate rota --sure",
            "group list",
        ],
        expect![[r#"
            $ group list
            > GET user_groups
            (only you) 1 group
            =======

            - oncall · 1 in it · Who is called

            $ group create on-call people=ana description="Who is called"
            > GET users
            > POST user_groups/create name=on-call description=Who is called members=[8]
            Made the group on-call with 1 in it. Mention it as @*on-call*.

            $ group create on-call
            > POST user_groups/create name=on-call description= members=[]
            BadInput: Zulip refused that: User group 'on-call' already exists.
              at name

            $ group add on-call people=ben people=ana
            > GET user_groups
            > POST user_groups/101/members add=[9]
            1 came into the group on-call, 2 in all.

            $ group show on-call
            > GET user_groups
            > GET user_groups/101/members
            (only you) 2 members
            =========

            - Ana
            - Ben

            $ group remove on-call people=ana
            > GET user_groups
            > POST user_groups/101/members delete=[8]
            1 left the group on-call, 1 in it.

            $ group update on-call name=rota
            > GET user_groups
            > PATCH user_groups/101 name=rota
            Changed the group rota.

            $ group show administrators
            > GET user_groups
            > GET user_groups/13/members
            (only you) 2 members
            =========

            - Ana
            - Bellhop

            $ group add administrators people=ben
            > GET user_groups
            BadInput: Zulip keeps the group administrators itself: give people another role instead.
              at group

            $ group deactivate rota
            > GET user_groups
            (only you) Nobody can mention the group rota then, and what it was allowed to, it is not. Deactivate it?

            [Deactivate] zulip group deactivate rota --sure

            $ group deactivate rota --sure
            > GET user_groups
            > POST user_groups/101/deactivate
            The group rota is deactivated.

            $ group list
            > GET user_groups
            (only you) 1 group
            =======

            - oncall · 1 in it · Who is called

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
        > POST messages type=channel to=2 topic=build content=[log 1.txt](/user_uploads/2/61/pDQVqbz7oNLlfN36Bf6m2SsN/log--1-.txt)

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
