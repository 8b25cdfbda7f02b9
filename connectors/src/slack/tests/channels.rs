//! What commands about channels and people ask of Slack and tell.

use super::*;

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
