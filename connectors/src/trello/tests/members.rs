//! Members of cards and boards.

use super::*;

#[tokio::test]
async fn members() {
    let desk = desk().await;
    desk.check(
        "member show me",
        expect![[r#"
        > GET /1/search/members/?query=ana%40example.org&limit=2
        > GET /1/members/6a8ac4a00000000000000002/boards?filter=open
        # Ana Example
        Username: ana
        Boards: demo, apollo
        [Cards: card mine {"of":"ana"}]
    "#]],
    )
    .await;
    desk.check(
        "member show zoe",
        expect![[r#"
        > GET /1/members/zoe
        BadInput: Trello tells me of nobody called `zoe`. Write a Trello username.
          member: Trello tells me of nobody called `zoe`. Write a Trello username.
    "#]],
    )
    .await;
    desk.check(
        "member add chloe board=apollo role=observer",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/members/chloe
        > PUT /1/boards/6ab251a0000000000000000a/members/6a8ac4a00000000000000004 {"type":"observer"}
        Chloe Example is an observer of apollo now.
    "#]],
    )
    .await;
    desk.check(
        "member add zoe@example.org board=apollo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/search/members/?query=zoe%40example.org&limit=2
        > PUT /1/boards/6ab251a0000000000000000a/members?email=zoe%40example.org&type=normal {}
        Invited zoe@example.org to apollo as a member.
    "#]],
    )
    .await;
    desk.check(
        "member add zoe board=apollo",
        expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/members/zoe
        BadInput: Trello knows nobody with the username `zoe`. Write an email address to invite somebody new.
          member: Trello knows nobody with the username `zoe`. Write an email address to invite somebody new.
    "#]],
    )
    .await;
    desk.check(
        "board members apollo",
        expect![[r#"
            > GET /1/members/me/boards?filter=open
            > GET /1/boards/6ab251a0000000000000000a/memberships?member=true
            5 members on apollo
            - Bellhop @bellhop · admin
            - Ana Example @ana · normal
            - Ben Example @ben · admin
            - Chloe Example @chloe · observer
            - zoe@example.org @new46 · normal
        "#]],
    )
    .await;
    desk.check("member remove ben board=apollo", expect![[r#"
        > GET /1/members/me/boards?filter=open
        > GET /1/batch?urls=%2Fboards%2F6ab251a0000000000000000a%2C%2Fboards%2F6ab251a0000000000000000a%2Flists%2Fall%2C%2Fboards%2F6ab251a0000000000000000a%2Flabels%3Flimit%3D1000%2C%2Fboards%2F6ab251a0000000000000000a%2Fmembers%2C%2Fboards%2F6ab251a0000000000000000a%2FcustomFields
        > GET /1/boards/6ab251a0000000000000000a/cards/open
        (only you)
        [Warning]
        Ben Example would be taken off apollo, and off 1 open card.
        [Remove them: member remove {"board":"ApolloB1","member":"ben","confirm":"yes"}]
    "#]]).await;
    expect![[r#"
        Took Ben Example off apollo.
    "#]]
    .assert_eq(&pressed(&desk, "member remove ben board=apollo").await);
    assert_eq!(card(&desk, "Stage2No")["idMembers"], json!([]));
}

#[tokio::test]
async fn members_are_for_administrators() {
    let desk = desk().await;
    for name in ["member add", "member remove"] {
        assert_eq!(desk.group.find(name).map(|it| it.effect), Some(commands::Effect::Admin), "{name}");
    }
}
