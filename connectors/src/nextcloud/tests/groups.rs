//! Groups, and what people say about where they are.

use commands::Effect;

use super::*;
use crate::{
    Whose,
    nextcloud::standin::{Group, User},
};

#[tokio::test]
async fn groups_are_made_filled_and_deleted() {
    let desk = desk().await;
    check(&desk, "group create research member=ana member=ben", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ben&limit=25&offset=0
        > POST /ocs/v2.php/cloud/groups?format=json {"groupid":"research"}
        > POST /ocs/v2.php/cloud/users/ana/groups?format=json {"groupid":"research"}
        > POST /ocs/v2.php/cloud/users/ben/groups?format=json {"groupid":"research"}
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        Made the group research with Ana Example (ana), Ben Example (ben).
        # research
        People: 2 · ana, ben
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(&desk, "group add research chloe", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=chloe&limit=25&offset=0
        > POST /ocs/v2.php/cloud/users/chloe/groups?format=json {"groupid":"research"}
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        Chloe Example (chloe) is in research now.
        # research
        People: 3 · ana, ben, chloe
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(&desk, "group remove research ben", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ben&limit=25&offset=0
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > DELETE /ocs/v2.php/cloud/users/ben/groups?format=json&groupid=research
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        Ben Example (ben) is no longer in research.
        # research
        People: 2 · ana, chloe
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(&desk, "group promote research ana", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
        > POST /ocs/v2.php/cloud/users/ana/subadmins?format=json {"groupid":"research"}
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        Ana Example (ana) administers research now.
        # research
        People: 2 · ana, chloe
        Administered by: ana
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(&desk, "group demote research ana", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
        > DELETE /ocs/v2.php/cloud/users/ana/subadmins?format=json&groupid=research
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        Ana Example (ana) no longer administers research.
        # research
        People: 2 · ana, chloe
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(&desk, "group rename research Research and design", expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > PUT /ocs/v2.php/cloud/groups/research?format=json {"key":"displayname","value":"Research and design"}
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        > GET /ocs/v2.php/cloud/groups/research/subadmins?format=json
        (only you)
        research is called Research and design now.
        # Research and design
        People: 2 · ana, chloe
        [Add somebody…: group add {"group":"research"}] [Remove somebody…: group remove {"group":"research"}] [Delete: group delete {"group":"research"}]
    "#]]).await;
    check(
        &desk,
        "group delete research",
        expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > GET /ocs/v2.php/cloud/groups/research/users?format=json
        (only you)
        [Warning]
        This deletes the group Research and design: 2 people are in it.
        What is shared with the group is shared with nobody then. The people and their files stay. It cannot be undone.
        [Delete the group: group delete {"group":"research","confirm":"yes"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "group delete research confirm=yes",
        expect![[r#"
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=research&limit=25&offset=0
        > DELETE /ocs/v2.php/cloud/groups/research?format=json
        (only you)
        Deleted the group Research and design. Its people are still there.
    "#]],
    )
    .await;
    read_all(
        &desk,
        &[
            "group list",
            "group show design",
            "group show desing",
            "group create design",
            "group remove design chloe",
            "group remove admin bellhop",
            "group promote admin ana",
            "group demote design ana",
            "group delete admin",
        ],
        expect![[r#"
            $ group list
            (only you)
            # Groups
            - admin
            - design
            - demo
            [admin: group show {"group":"admin"}] [design: group show {"group":"design"}] [demo: group show {"group":"demo"}]
            $ group show design
            (only you)
            # design
            People: 2 · ana, ben
            [Add somebody…: group add {"group":"design"}] [Remove somebody…: group remove {"group":"design"}] [Delete: group delete {"group":"design"}]
            $ group show desing
            BadInput: There is no group `desing` in Nextcloud. Did you mean `design`?
              group: There is no group `desing` in Nextcloud. Did you mean `design`?
            $ group create design
            BadInput: There is a group `design` already.
              name: There is a group `design` already.
            $ group remove design chloe
            BadInput: Chloe Example (chloe) is not in design.
              user: Chloe Example (chloe) is not in design.
            $ group remove admin bellhop
            BadInput: `bellhop` is the bot's own account: it would lose its rights.
              user: `bellhop` is the bot's own account: it would lose its rights.
            $ group promote admin ana
            BadInput: admin cannot have administrators of its own: its people administer everything.
              group: admin cannot have administrators of its own: its people administer everything.
            $ group demote design ana
            BadInput: Ana Example (ana) does not administer design.
              user: Ana Example (ana) does not administer design.
            $ group delete admin
            BadInput: The group of the administrators cannot be deleted.
              group: The group of the administrators cannot be deleted.
        "#]],
    )
    .await;
    assert!(desk.standin.state().groups.iter().all(|it| it.id != "research"));
}

#[tokio::test]
async fn people_say_whether_they_are_there() {
    let desk = desk().await;
    check(
        &desk,
        "status show ana",
        expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
        > GET /ocs/v2.php/apps/user_status/api/v1/statuses/ana?format=json
        ana · away · 🍜 Lunch
    "#]],
    )
    .await;
    check(&desk, "status set \"Moving files\" state=busy icon=📦 until=2026-11-21T12:00:00Z", expect![[r#"
        > PUT /ocs/v2.php/apps/user_status/api/v1/user_status/status?format=json {"statusType":"busy"}
        > PUT /ocs/v2.php/apps/user_status/api/v1/user_status/message/custom?format=json {"message":"Moving files","statusIcon":"📦","clearAt":1795262400}
        > GET /ocs/v2.php/apps/user_status/api/v1/user_status?format=json
        bellhop · busy · 📦 Moving files · until 2026-11-21 12:00 UTC
    "#]]).await;
    read_all(
        &desk,
        &[
            "status list",
            "status show ben",
            "status clear",
            "status set",
            "status set Late until=2026-11-21T09:00:00Z",
            "status set Fine icon=x",
        ],
        expect![[r#"
            $ status list
            # Who is there
            - ana · away · 🍜 Lunch
            - bellhop · busy · 📦 Moving files · until 2026-11-21 12:00 UTC
            $ status show ben
            Ben Example (ben) says nothing about it.
            $ status clear
            The bot's account says nothing any more.
            $ status set
            BadInput: What shall it say? Write a message, or state=away.
              message: What shall it say? Write a message, or state=away.
            $ status set Late until=2026-11-21T09:00:00Z
            BadInput: 2026-11-21T09:00:00Z is over. Write a later time, such as +2h.
              until: 2026-11-21T09:00:00Z is over. Write a later time, such as +2h.
            $ status set Fine icon=x
            Validation: Nextcloud refused the values: Status-Icon is longer than one character. Correct them and try again.
              icon: Nextcloud refused the values: Status-Icon is longer than one character. Correct them and try again.
        "#]],
    )
    .await;
}

#[test]
fn accounts_are_changed_by_administrators_only() {
    let actions = (Kind::of::<Nextcloud>().actions)();
    let administers = |name: &str| ["user ", "group ", "webhook "].iter().any(|it| name.starts_with(it));
    let open: Vec<&str> =
        actions.iter().filter(|it| administers(it.name) && it.effect == Effect::Write).map(|it| it.name).collect();
    assert_eq!(open, [""; 0]);
    assert_eq!(actions.iter().filter(|it| administers(it.name) && it.effect == Effect::Admin).count(), 17);
}

#[tokio::test]
async fn a_short_user_name_is_found_among_many() {
    for is_admin in [true, false] {
        let desk = desk().await;
        {
            let mut state = desk.standin.state();
            let like = state.users[1].clone();
            let account =
                |id: String, name: &str| User { email: format!("{id}@example.com"), id, name: name.into(), ..like.clone() };
            // Whoever is meant comes last.
            let many: Vec<User> = (0..60).map(|it| account(format!("user-{it:02}-al"), "Somebody")).collect();
            state.users.extend(many);
            state.users.extend([account("al".into(), "Alma"), account("zeno".into(), "Al Capone")]);
            state.groups.extend((0..60).map(|it| Group {
                id: format!("it-{it}"),
                name: format!("it-{it}"),
                members: Default::default(),
            }));
            state.groups.push(Group { id: "it".into(), name: "it".into(), members: Default::default() });
            state.is_admin = is_admin;
        }
        done(&desk, "share create /Inbox with=al with=@Capone group=it").await;
        let with: Vec<String> = desk.standin.state().shares.iter().skip(2).map(|it| it.with.clone()).collect();
        assert_eq!(with, ["al", "zeno", "it"], "{is_admin}");
        let account = desk.connected.account(Whose::Email("al@example.com")).await.expect("an answer");
        assert_eq!(account.map(|it| it.login).as_deref(), Some("al"), "{is_admin}");
    }
}
