//! People and user groups.

use super::*;

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
