//! What is in repositories, in Cloud.

use super::*;

#[tokio::test]
async fn branches() {
    let desk = cloud().await;
    desk.check(
        "branch list repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches?sort=-target.date&pagelen=10
        > GET /2.0/repositories/example/website
        Branches of example/website
        - feature/footer · 53c4614f6 Rewrite the footer · Ana Example · 2026-11-20 09:35 UTC
        - feature/lamps · d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
        - main (main) · 7bfa8692a Add a favicon · Chloe Example · 2026-11-20 08:40 UTC
    "#]],
    )
    .await;
    desk.check("branch list repo=website text=feature limit=1", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches?sort=-target.date&q=name%7E%22feature%22&pagelen=1
        Branches of example/website
        - feature/footer · 53c4614f6 Rewrite the footer · Ana Example · 2026-11-20 09:35 UTC
        [Show more: branch list {"repo":"website","text":"feature","limit":1,"after":"sort=-target.date&q=name%7E%22feature%22&pagelen=1&page=2"}]
    "#]]).await;
    desk.check("branch create feature/dimmer repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > POST /2.0/repositories/example/website/refs/branches {"name":"feature/dimmer","target":{"hash":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}}
        Created feature/dimmer in example/website, from main at 7bfa8692a.
        [Open a pull request…: pr create {"repo":"example/website","source":"feature/dimmer"}]
    "#]]).await;
    desk.check(
        "branch create bad repo=website from=nowhere",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/nowhere
        > GET /2.0/repositories/example/website/refs/tags/nowhere
        BadInput: example/website has no branch, tag or commit `nowhere`.
          from: example/website has no branch, tag or commit `nowhere`.
    "#]],
    )
    .await;
    desk.check("branch create main repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > POST /2.0/repositories/example/website/refs/branches {"name":"main","target":{"hash":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}}
        Validation: Bitbucket refused the values: name: Branch "main" already exists. Correct them and try again.
          name: Branch "main" already exists.
    "#]]).await;
    let state = desk.standin.state();
    let repo = &state.repos[0];
    assert_eq!(repo.branch("feature/dimmer").map(|it| &it.hash), repo.branch("main").map(|it| &it.hash));
}

#[tokio::test]
async fn deleting_a_branch() {
    let desk = cloud().await;
    desk.check("branch delete feature/lamps repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > GET /2.0/repositories/example/website
        > GET /2.0/repositories/example/website/pullrequests?sort=-updated_on&fields=%2Bvalues.participants%2C%2Bvalues.reviewers&q=state%3D%22OPEN%22&pagelen=50
        (only you)
        This deletes the branch feature/lamps of example/website, at d4331a81f.
        Its last commit is “Dim the lobby lamps” by Ben Example.
        It is the source of the open pull request #1, which loses it.
        Commits that are on no other branch are lost, unless somebody has them or remembers the number above.
        [Delete the branch: branch delete {"branch":"feature/lamps","repo":"example/website","confirm":"yes"}]
    "#]]).await;
    desk.check(
        "branch delete feature/lamps repo=website confirm=yes",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > DELETE /2.0/repositories/example/website/refs/branches/feature%2Flamps
        Deleted the branch feature/lamps of example/website. It was at d4331a81ff111fd360b80c66cee080e232e441b3.
    "#]],
    )
    .await;
    desk.check(
        "branch delete feature/lamps repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        BadInput: example/website has no branch `feature/lamps`.
          branch: example/website has no branch `feature/lamps`.
    "#]],
    )
    .await;
    desk.check(
        "branch delete main repo=website confirm=yes",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        BadInput: `main` is the main branch of example/website: make another the main one first.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    assert!(state.repos[0].branch("feature/lamps").is_none() && state.repos[0].branch("main").is_some());
}

#[tokio::test]
async fn tags() {
    let desk = cloud().await;
    desk.check(
        "tag list repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/tags?sort=-target.date&pagelen=10
        Tags of example/website
        - v1.0 · 50ee9f040 The first one
    "#]],
    )
    .await;
    desk.check("tag create v1.1 repo=website at=feature/lamps message=\"The dim one\"", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > POST /2.0/repositories/example/website/refs/tags {"type":"tag","name":"v1.1","target":{"type":"commit","hash":"d4331a81ff111fd360b80c66cee080e232e441b3"},"message":"The dim one"}
        Tagged feature/lamps of example/website as v1.1, at d4331a81f.
    "#]]).await;
    desk.check("tag create v1.1 repo=website", expect![[r#"
        > GET /2.0/repositories/example/website
        > GET /2.0/repositories/example/website/refs/branches/main
        > POST /2.0/repositories/example/website/refs/tags {"type":"tag","name":"v1.1","target":{"type":"commit","hash":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}}
        Validation: Bitbucket refused the values: name: Tag "v1.1" already exists. Correct them and try again.
          name: Tag "v1.1" already exists.
    "#]]).await;
    desk.check(
        "tag delete v1.1 repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/tags/v1.1
        (only you)
        This deletes the tag v1.1 of example/website, at d4331a81f.
        The commit stays. Releases and builds that go by the tag no longer find it, and its own message is lost.
        [Delete the tag: tag delete {"tag":"v1.1","repo":"example/website","confirm":"yes"}]
    "#]],
    )
    .await;
    desk.check(
        "tag delete v1.1 repo=website confirm=yes",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/tags/v1.1
        > DELETE /2.0/repositories/example/website/refs/tags/v1.1
        Deleted the tag v1.1 of example/website. It was at d4331a81ff111fd360b80c66cee080e232e441b3.
    "#]],
    )
    .await;
    desk.check(
        "tag list repo=rocket",
        expect![[r#"
        > GET /2.0/repositories/example/rocket/refs/tags?sort=-target.date&pagelen=10
        No tag of example/rocket matches.
    "#]],
    )
    .await;
    let state = desk.standin.state();
    assert_eq!(state.repos[0].tags.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["v1.0"]);
}

#[tokio::test]
async fn commits() {
    let desk = cloud().await;
    desk.check(
        "commit list repo=website limit=1",
        expect![[r#"
        > GET /2.0/repositories/example/website
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/commits/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2?pagelen=1
        Commits of example/website
        - 7bfa8692a Add a favicon · Chloe Example · 2026-11-20 08:40 UTC
        [Show more: commit list {"repo":"website","limit":1,"after":"pagelen=1&page=2"}]
    "#]],
    )
    .await;
    desk.check(
        "commit list repo=website branch=feature/lamps path=lamps.css",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > GET /2.0/repositories/example/website/commits/d4331a81ff111fd360b80c66cee080e232e441b3?path=lamps.css&pagelen=10
        Commits of feature/lamps in example/website that touched lamps.css
        - d4331a81f Dim the lobby lamps · Ben Example · 2026-11-20 08:55 UTC
        - 50ee9f040 First version · Ana Example · 2026-11-20 08:00 UTC
    "#]],
    )
    .await;
    desk.check(
        "commit list repo=website branch=nowhere",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/nowhere
        > GET /2.0/repositories/example/website/refs/tags/nowhere
        BadInput: example/website has no branch, tag or commit `nowhere`.
          branch: example/website has no branch, tag or commit `nowhere`.
    "#]],
    )
    .await;
    desk.check("commit show main repo=website", expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/statuses?pagelen=100
        # Add a favicon
        7bfa8692a in example/website · by Chloe Example · 2026-11-20 08:40 UTC
        [Branch from here…: branch create {"repo":"example/website","from":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}] [Tag…: tag create {"repo":"example/website","at":"7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2"}]
    "#]]).await;
    desk.check(
        "commit statuses feature/footer repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Ffooter
        > GET /2.0/repositories/example/website/commit/53c4614f6c3ef1463af760ee9a8cb5ea844e3105
        > GET /2.0/repositories/example/website/commit/53c4614f6c3ef1463af760ee9a8cb5ea844e3105/statuses?pagelen=100
        [Bad]
        Builds of 53c4614f6 in example/website
        - TEST: failed · 1 link is broken
        - LINT: passed
    "#]],
    )
    .await;
    desk.check(
        "commit statuses main repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2
        > GET /2.0/repositories/example/website/commit/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/statuses?pagelen=100
        No build has said anything of 7bfa8692a in example/website.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn files() {
    let desk = cloud().await;
    desk.check(
        "file show README.md repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/src/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/README.md?format=meta
        > GET /2.0/repositories/example/website/src/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/README.md
        README.md: README.md of example/website
        # Website

        What visitors see.

    "#]],
    )
    .await;
    desk.check(
        "file show repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/src/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/?pagelen=100
        example/website
        - docs/
        - README.md
        - lamps.css
    "#]],
    )
    .await;
    desk.check(
        "file show docs repo=website at=feature/lamps",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/feature%2Flamps
        > GET /2.0/repositories/example/website/src/d4331a81ff111fd360b80c66cee080e232e441b3/docs?format=meta
        > GET /2.0/repositories/example/website/src/d4331a81ff111fd360b80c66cee080e232e441b3/docs/?pagelen=100
        docs of example/website at feature/lamps
        - docs/install.md
    "#]],
    )
    .await;
    desk.check(
        "file show nothing.md repo=website",
        expect![[r#"
        > GET /2.0/repositories/example/website/refs/branches/main
        > GET /2.0/repositories/example/website/src/7bfa8692aa70255d8c5a9bfc2f6f81975e287ab2/nothing.md?format=meta
        BadInput: There is no `nothing.md` in example/website.
          path: There is no `nothing.md` in example/website.
    "#]],
    )
    .await;
}
