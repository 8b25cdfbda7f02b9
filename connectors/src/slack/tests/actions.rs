//! What each command asks of Slack, and what it tells.

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

#[tokio::test]
async fn channels() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "channel list",
            "channel show dev",
            "channel create Release purpose=\"What <ships> when\"",
            "channel create release",
            "channel topic release Freeze until Monday",
            "channel purpose release What ships",
            "channel invite release people=ben,ana",
            "channel invite release people=ben",
            "channel kick release person=ben",
            "channel kick release person=ben --sure",
            "channel rename release shipping",
            "channel rename dev engineering",
            "channel leave shipping",
            "channel join shipping",
            "channel archive shipping",
            "channel archive shipping --sure",
            "channel list --archived",
            "channel unarchive shipping",
            "channel create secret --private",
        ],
        expect![[r#"
            $ channel list
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            (only you) 3 channels
            ==========

            - #dev · What we build
            - #general · Company-wide announcements
            - #ops · What we run

            $ channel show dev
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.list limit=200
            > POST auth.test
            (only you) #dev
            ====

            Open in Slack <{slack}/archives/{dev}>

            Topic:   What we build
            Open to: the workspace
            Members: 4
            Created: 2026-09-21 14:13 UTC
            The bot: is in it

            [Post] slack message post channel={dev} --form

            $ channel create Release purpose="What <ships> when"
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.create name=release is_private=false
            > POST conversations.invite channel={shipping} users={ana}
            > POST conversations.setPurpose channel={shipping} purpose=What &lt;ships&gt; when
            Created #release.

            $ channel create release
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.create name=release is_private=false
            Conflict: There is a channel of that name already, perhaps an archived or a private one.

            $ channel topic release Freeze until Monday
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.setTopic channel={shipping} topic=Freeze until Monday
            #release has a new topic.

            $ channel purpose release What ships
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.setPurpose channel={shipping} purpose=What ships
            #release has a new purpose.

            $ channel invite release people=ben,ana
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.members channel={shipping} limit=200
            > POST conversations.invite channel={shipping} users={ben}
            Ben came into #release.

            $ channel invite release people=ben
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.members channel={shipping} limit=200
            They are in #release already.

            $ channel kick release person=ben
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.members channel={shipping} limit=200
            (only you) Ben is taken out of #release. Do it?

            [Take out] slack channel kick release person=ben --sure

            $ channel kick release person=ben --sure
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.members channel={shipping} limit=200
            > POST conversations.kick channel={shipping} user={ben}
            Ben is out of #release.

            $ channel rename release shipping
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.rename channel={shipping} name=shipping
            #release is #shipping now.

            $ channel rename dev engineering
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.rename channel={dev} name=engineering
            Permission: Slack lets only who created the channel, or an admin, do that.

            $ channel leave shipping
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.leave channel={shipping}
            The bot is not in #shipping any more.

            $ channel join shipping
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.join channel={shipping}
            The bot is in #shipping.

            $ channel archive shipping
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            (only you) Nobody can write in #shipping then, and Slack lets only people bring it back, not the bot. Archive it?

            [Archive] slack channel archive shipping --sure

            $ channel archive shipping --sure
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.archive channel={shipping}
            #shipping is archived.

            $ channel list --archived
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            > GET users.lookupByEmail email=ana@example.org
            (only you) 1 channel
            =========

            - #shipping · What ships

            $ channel unarchive shipping
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.unarchive channel={shipping}
            Closed: Slack does not let bots bring #shipping back. In Slack, open it and choose its name → Settings → Unarchive.

            $ channel create secret --private
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.create name=secret is_private=true
            > POST conversations.invite channel={secret} users={ana}
            (private) Created #secret.

        "#]],
    )
    .await;
}

#[tokio::test]
async fn people_and_groups() {
    let here = Here::new().await;
    check(
        &here,
        &[
            "user list",
            "user list text=ben",
            "user show chloe@example.org",
            "user show ana",
            "usergroup list",
            "usergroup show oncall",
            "usergroup set oncall people=ben,chloe",
            "usergroup set oncall people=ben,chloe --sure",
            "usergroup set @oncall people=ben,chloe,me",
        ],
        expect![[r#"
            $ user list
            > GET users.list limit=200
            (only you) 3 users
            =======

            - Ana · ana@example.org · owner
            - Ben · ben@example.org
            - Chloe · chloe@example.org

            $ user list text=ben
            (only you) 1 user
            ======

            - Ben · ben@example.org

            $ user show chloe@example.org
            > GET users.lookupByEmail email=chloe@example.org
            > POST auth.test
            (only you) Chloe
            =====

            Open in Slack <{slack}/team/{chloe}>

            Address:   chloe@example.org
            Shown as:  chloe
            Role:      member
            Time zone: UTC
            Id:        {chloe}

            $ user show ana
            (only you) Ana
            ===

            Open in Slack <{slack}/team/{ana}>

            Address:   ana@example.org
            Shown as:  ana
            Role:      owner
            Time zone: Europe/Amsterdam
            Id:        {ana}

            $ usergroup list
            > GET usergroups.list include_users=true
            (only you) 1 user group
            ============

            - @oncall · On call · 2 people

            $ usergroup show oncall
            > GET usergroups.list include_users=true
            (only you) On call (@oncall)
            =================

            - Ana
            - Ben

            [Change] slack usergroup set oncall --form

            $ usergroup set oncall people=ben,chloe
            > GET usergroups.list include_users=true
            (only you) @oncall is Ben, Chloe then; Ana is no longer mentioned with it. Change it?

            [Change] slack usergroup set oncall people=ben people=chloe --sure

            $ usergroup set oncall people=ben,chloe --sure
            > GET usergroups.list include_users=true
            > POST usergroups.users.update usergroup=S0ONCALL0001 users={ben},{chloe}
            @oncall is Ben, Chloe now.

            $ usergroup set @oncall people=ben,chloe,me
            > GET usergroups.list include_users=true
            > GET users.lookupByEmail email=ana@example.org
            > POST usergroups.users.update usergroup=S0ONCALL0001 users={ben},{chloe},{ana}
            @oncall is Ben, Chloe, Ana now.

        "#]],
    )
    .await;
}
