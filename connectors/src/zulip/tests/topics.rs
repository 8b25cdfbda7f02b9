//! Topics: moved, resolved, muted, deleted.

use super::*;

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
