//! Tags, files, and changes of releases.

use super::*;

#[tokio::test]
async fn tags_are_put_and_deleted() {
    let desk = desk().await;
    check(
        &desk,
        "tag list",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/tags?per_page=30
        Tags of example/demo
        - v0.9.0 7fd1a60b01
        - v0.8.0 e5bd3914e2
    "#]],
    )
    .await;
    check(
        &desk,
        "tag create v1.0.0",
        expect![[r#"
        > GET /repos/example/demo
        > GET /repos/example/demo/commits/main
        > POST /repos/example/demo/git/refs {"ref":"refs/tags/v1.0.0","sha":"7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"}
        Put the tag v1.0.0 on main of example/demo, at 7fd1a60b01.
        [Make a release…: release create {"tag":"v1.0.0","repo":"example/demo"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "tag create v1.0.0 from=nowhere",
        expect![[r#"
        > GET /repos/example/demo/commits/nowhere
        BadInput: There is no branch, tag or commit `nowhere` in example/demo.
          from: There is no branch, tag or commit `nowhere` in example/demo.
    "#]],
    )
    .await;
    check(
        &desk,
        "tag create v0.9.0",
        expect![[r#"
        > GET /repos/example/demo
        > GET /repos/example/demo/commits/main
        > POST /repos/example/demo/git/refs {"ref":"refs/tags/v0.9.0","sha":"7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"}
        BadInput: GitHub does not create `v0.9.0`: Reference already exists.
          name: GitHub does not create `v0.9.0`: Reference already exists.
    "#]],
    )
    .await;
    check(
        &desk,
        "tag delete v0.9.0",
        expect![[r#"
        > GET /repos/example/demo/git/ref/tags/v0.9.0
        > GET /repos/example/demo/releases/tags/v0.9.0
        (only you)
        [Warning]
        # Delete the tag v0.9.0 of example/demo?
        - It can be put on 7fd1a60b01 again.
        - Its release becomes a draft.
        [Delete it: tag delete {"tag":"v0.9.0","repo":"example/demo","confirm":"yes"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "tag delete v0.8.0 confirm=yes",
        expect![[r#"
        > GET /repos/example/demo/git/ref/tags/v0.8.0
        > DELETE /repos/example/demo/git/refs/tags/v0.8.0
        Deleted the tag v0.8.0 of example/demo. It was on e5bd3914e2e596debea16f433f57875b5b90bcd6.
    "#]],
    )
    .await;
    check(
        &desk,
        "tag delete v0.8.0",
        expect![[r#"
        > GET /repos/example/demo/git/ref/tags/v0.8.0
        NotFound: There is no tag v0.8.0 in example/demo that the bot can see. Look at the number or name again.
    "#]],
    )
    .await;
    let names: Vec<String> = desk.standin.state().repos[0].tags.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["v0.9.0", "v1.0.0"]);
}

#[tokio::test]
async fn files_are_shown() {
    let desk = desk().await;
    check(
        &desk,
        "file show README.md",
        expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/contents/README.md
        README.md: README.md of example/demo
        # Demo

        Prints cats.

    "#]],
    )
    .await;
    check(
        &desk,
        "file show",
        expect![[r#"
        > GET /repos/example/demo/contents/
        example/demo
        - docs/
        - src/
        - README.md
    "#]],
    )
    .await;
    check(
        &desk,
        "file show docs at=main",
        expect![[r#"
        > GET /repos/example/demo/contents/docs?ref=main
        docs of example/demo at main
        - fan.md
    "#]],
    )
    .await;
    let said = told(&desk, &["file show docs/none.md", "file show README.md at=nowhere", "file show ../secret"]).await;
    expect![[r#"
        file show docs/none.md
          BadInput: There is no `docs/none.md` in example/demo.
            path: There is no `docs/none.md` in example/demo.
        file show README.md at=nowhere
          BadInput: There is no `README.md` in example/demo at nowhere.
            path: There is no `README.md` in example/demo at nowhere.
        file show ../secret
          BadInput: `../secret` is no path of a file. Write it like docs/README.md.
            path: `../secret` is no path of a file. Write it like docs/README.md.
    "#]]
    .assert_eq(&said);
}

#[tokio::test]
async fn a_release_is_changed() {
    let desk = desk().await;
    check(&desk, "release update v0.9.0 title=\"The dog release\" kind=latest", expect![[r#"
        > GET /repos/example/demo/collaborators/ana/permission
        > GET /repos/example/demo/releases/tags/v0.9.0
        > PATCH /repos/example/demo/releases/21 {"name":"The dog release","prerelease":false,"make_latest":"true"}
        Changed the release v0.9.0 of example/demo.
        # The dog release
        example/demo v0.9.0 · published · by ana
        | * The printer prints only cats
        - demo-0.9.0.tar.gz 49 kB
        [Change…: release update {"release":"v0.9.0","repo":"example/demo"}] [Delete: release delete {"release":"v0.9.0","repo":"example/demo"}]
    "#]]).await;
    check(
        &desk,
        "release update v0.9.0",
        expect![[r#"
        BadInput: What shall change in v0.9.0? Write title=…, body=… or kind=latest.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].releases[0].name, "The dog release");
}
