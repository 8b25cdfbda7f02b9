//! What commands about messages, and about what hangs on them, ask of Slack and tell.

use super::*;

#[tokio::test]
async fn messages() {
    let here = Here::new().await;
    let asked = here.said("ben", "dev", "Is the build *red*? @ana <https://ci.example.org>").await;
    check(
        &here,
        &[
            "message post The build is green again, @channel channel=#dev",
            &format!("message post Yes channel=dev thread={asked} --broadcast"),
            &format!("message show {asked}"),
            "dm send Lunch? to=ben to=chloe@example.org",
        ],
        expect![[r#"
            $ message post The build is green again, @channel channel=#dev
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST auth.test
            > POST chat.postMessage channel={dev} text=The build is green again, @channel
            _Ana, by the bot_ parse=none link_names=false
            (only you) Posted it <{slack}/archives/{dev}/p1790000000000001> in #dev.

            $ message post Yes channel=dev thread={slack}/archives/{dev}/p1790000000000000 --broadcast
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST chat.postMessage channel={dev} text=Yes
            _Ana, by the bot_ parse=none link_names=false thread_ts=1790000000.000000 reply_broadcast=true
            (only you) Posted it <{slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}> in #dev.

            $ message show {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.history channel={dev} oldest=1790000000.000000 latest=1790000000.000000 inclusive=true limit=1
            > GET users.list limit=200
            (only you) #dev
            ====

            Ben · 2026-09-21 14:13 UTC · open <{slack}/archives/{dev}/p1790000000000000>

            > Is the build *red*? @Ana <https://ci.example.org>

            1 reply

            [Answer] slack message post channel={dev} thread={slack}/archives/{dev}/p1790000000000000 --form
            [React] slack reaction add {slack}/archives/{dev}/p1790000000000000 --form
            [Pin] slack pin add {slack}/archives/{dev}/p1790000000000000

            $ dm send Lunch? to=ben to=chloe@example.org
            > GET users.lookupByEmail email=ana@example.org
            > GET users.lookupByEmail email=chloe@example.org
            > POST conversations.open users={ben},{chloe}
            > POST chat.postMessage channel=G08V5L5BNFP text=Lunch?
            _Ana, by the bot_ parse=none link_names=false
            (only you) Sent it to Ben, Chloe.

        "#]],
    )
    .await;
    let own = here.last("dev");
    check(
        &here,
        &[
            &format!("message update {own} No"),
            &format!("message show {own}"),
            &format!("message delete {own}"),
            &format!("message delete {own} --sure"),
            &format!("message show {own}"),
        ],
        expect![[r#"
            $ message update {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev} No
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.replies channel={dev} oldest=1790000000.000002 latest=1790000000.000002 inclusive=true ts=1790000000.000000
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST chat.update channel={dev} ts=1790000000.000002 text=No
            _Ana, by the bot_ parse=none link_names=false
            Changed my message <{slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}> in #dev.

            $ message show {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.replies channel={dev} oldest=1790000000.000002 latest=1790000000.000002 inclusive=true ts=1790000000.000000
            (only you) #dev
            ====

            Bellhop · 2026-09-21 14:13 UTC · edited · open <{slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}>

            > No
            > _Ana, by the bot_

            [Answer] slack message post channel={dev} thread={slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev} --form
            [React] slack reaction add {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev} --form
            [Pin] slack pin add {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}

            $ message delete {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.replies channel={dev} oldest=1790000000.000002 latest=1790000000.000002 inclusive=true ts=1790000000.000000
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            (only you) My message <{slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}> in #dev is gone for good then: No. Delete it?

            [Delete] slack message delete {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev} --sure

            $ message delete {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev} --sure
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.replies channel={dev} oldest=1790000000.000002 latest=1790000000.000002 inclusive=true ts=1790000000.000000
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST chat.delete channel={dev} ts=1790000000.000002
            Deleted my message in #dev.

            $ message show {slack}/archives/{dev}/p1790000000000002?thread_ts=1790000000.000000&cid={dev}
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.replies channel={dev} oldest=1790000000.000002 latest=1790000000.000002 inclusive=true ts=1790000000.000000
            NotFound: Slack has no such message any more, or not in that channel.

        "#]],
    )
    .await;
}

#[tokio::test]
async fn later() {
    let here = Here::new().await;
    let schedule = "message schedule Freeze begins channel=dev at=2026-09-22T09:00:00Z";
    check(
        &here,
        &[schedule, "scheduled list dev"],
        expect![[r#"
        $ message schedule Freeze begins channel=dev at=2026-09-22T09:00:00Z
        > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
        > GET users.lookupByEmail email=ana@example.org
        > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
        > POST chat.scheduleMessage channel={dev} text=Freeze begins
        _Ana, by the bot_ post_at=1790067600 parse=none link_names=false
        (only you) Slack posts it in #dev at 2026-09-22 09:00 UTC.

        [Cancel] slack scheduled cancel Q0UBZ478QLR

        $ scheduled list dev
        > GET users.lookupByEmail email=ana@example.org
        > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
        > GET chat.scheduledMessages.list channel={dev} limit=200
        (only you) 1 message
        =========

        - Q0UBZ478QLR · 2026-09-22 09:00 UTC · #dev · Freeze begins

    "#]],
    )
    .await;
    let id = here.sim.look(|it| it.scheduled[0].id.clone());
    check(
        &here,
        &[&format!("scheduled cancel {id}"), "scheduled list dev", &format!("scheduled cancel {id}")],
        expect![[r#"
        $ scheduled cancel Q0UBZ478QLR
        > GET chat.scheduledMessages.list limit=200
        > GET conversations.info channel={dev} include_num_members=true
        > GET users.lookupByEmail email=ana@example.org
        > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
        > POST chat.deleteScheduledMessage channel={dev} scheduled_message_id=Q0UBZ478QLR
        Message Q0UBZ478QLR is not posted in #dev.

        $ scheduled list dev
        > GET users.lookupByEmail email=ana@example.org
        > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
        > GET chat.scheduledMessages.list channel={dev} limit=200
        (only you) No message.

        $ scheduled cancel Q0UBZ478QLR
        > GET chat.scheduledMessages.list limit=200
        NotFound: There is no message `Q0UBZ478QLR` for later, or it is posted by now.

    "#]],
    )
    .await;
}

#[tokio::test]
async fn reactions_pins_bookmarks_and_files() {
    let here = Here::new().await;
    let asked = here.said("ben", "dev", "Done?").await;
    check(
        &here,
        &[
            &format!("reaction add {asked} :tada:"),
            &format!("reaction add {asked} tada"),
            &format!("reaction remove {asked} tada"),
            &format!("reaction remove {asked} tada"),
            &format!("pin add {asked}"),
            &format!("pin add {asked}"),
            &format!("pin remove {asked}"),
            &format!("pin remove {asked}"),
            "bookmark add https://wiki.example.org/rota The rota channel=dev",
            &format!("file upload https://example.org/log.txt channel=dev comment=\"See <!here>\" thread={asked}"),
        ],
        expect![[r#"
            $ reaction add {slack}/archives/{dev}/p1790000000000000 :tada:
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST reactions.add channel={dev} timestamp=1790000000.000000 name=tada
            Reacted to the message <{slack}/archives/{dev}/p1790000000000000> in #dev with tada.

            $ reaction add {slack}/archives/{dev}/p1790000000000000 tada
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST reactions.add channel={dev} timestamp=1790000000.000000 name=tada
            Reacted to the message <{slack}/archives/{dev}/p1790000000000000> in #dev with tada. It was there before.

            $ reaction remove {slack}/archives/{dev}/p1790000000000000 tada
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST reactions.remove channel={dev} timestamp=1790000000.000000 name=tada
            Took my tada back from the message <{slack}/archives/{dev}/p1790000000000000> in #dev.

            $ reaction remove {slack}/archives/{dev}/p1790000000000000 tada
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST reactions.remove channel={dev} timestamp=1790000000.000000 name=tada
            Took my tada back from the message <{slack}/archives/{dev}/p1790000000000000> in #dev. There was none.

            $ pin add {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST pins.add channel={dev} timestamp=1790000000.000000
            The message <{slack}/archives/{dev}/p1790000000000000> is pinned to #dev.

            $ pin add {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST pins.add channel={dev} timestamp=1790000000.000000
            The message <{slack}/archives/{dev}/p1790000000000000> is pinned to #dev. It was before.

            $ pin remove {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST pins.remove channel={dev} timestamp=1790000000.000000
            The message <{slack}/archives/{dev}/p1790000000000000> is not pinned to #dev.

            $ pin remove {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST pins.remove channel={dev} timestamp=1790000000.000000
            The message <{slack}/archives/{dev}/p1790000000000000> is not pinned to #dev. It was not before.

            $ bookmark add https://wiki.example.org/rota The rota channel=dev
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST bookmarks.add channel_id={dev} title=The rota type=link link=https://wiki.example.org/rota
            The rota <https://wiki.example.org/rota> is bookmarked in #dev.

            $ file upload https://example.org/log.txt channel=dev comment="See <!here>" thread={slack}/archives/{dev}/p1790000000000000
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            > POST files.getUploadURLExternal filename=log-1.txt length=27
            > POST /upload/v1/… https://example.org/log.txt
            > POST files.completeUploadExternal files=[{"id":"F0FHGAIMTSU","title":"log-1.txt"}] channel_id={dev} thread_ts=1790000000.000000 initial_comment=See &lt;!here&gt;
            _Ana, by the bot_
            (only you) Shared log-1.txt <{slack}/files/{bellhop}/F0FHGAIMTSU/log-1.txt> in #dev.

        "#]],
    )
    .await;
}
