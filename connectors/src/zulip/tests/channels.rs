//! Channels and who is subscribed to them.

use super::*;

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
