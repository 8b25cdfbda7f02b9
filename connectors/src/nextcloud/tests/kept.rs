//! Versions, trash, locks, favourites, tags, properties, searches.

use super::*;

#[tokio::test]
async fn earlier_versions_come_back() {
    let desk = desk().await;
    check(&desk, "version list /Reports/apollo.txt", expect![""]).await;
    check(&desk, "version restore /Reports/apollo.txt 1795168800", expect![""]).await;
    let bytes = |desk: &Desk<Simulated>| {
        let state = desk.standin.state();
        state.at("/Reports/apollo.txt").map(|at| state.nodes[at].bytes.clone())
    };
    assert_eq!(bytes(&desk).as_deref(), Some(&b"Apollo waits.\n"[..]));
    read_all(
        &desk,
        &["version restore /Reports/apollo.txt 5", "version list /Reports", "version list /Reports/2026.pdf"],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn what_was_deleted_comes_back_or_goes_for_good() {
    let desk = desk().await;
    for line in
        ["file delete /Reports/apollo.txt confirm=yes", "file delete /Templates confirm=yes", "file delete /Inbox confirm=yes"]
    {
        done(&desk, line).await;
    }
    check(&desk, "trash list", expect![""]).await;
    check(&desk, "trash restore apollo.txt", expect![""]).await;
    assert!(desk.standin.state().at("/Reports/apollo.txt").is_some());
    check(&desk, "trash delete Inbox", expect![""]).await;
    read_all(
        &desk,
        &[
            "trash delete Inbox confirm=yes",
            "trash empty",
            "trash restore Templatse",
            "trash empty confirm=yes",
            "trash empty",
            "trash list",
        ],
        expect![""],
    )
    .await;
    assert!(desk.standin.state().trash.is_empty());
}

#[tokio::test]
async fn files_are_locked_and_unlocked() {
    let desk = desk().await;
    check(&desk, "file lock /Reports/apollo.txt", expect![""]).await;
    check(&desk, "file unlock /Reports/apollo.txt", expect![""]).await;
    let at = desk.standin.state().at("/Reports/2026.pdf").expect("a file");
    desk.standin.state().nodes[at].lock = Some("chloe".into());
    read_all(
        &desk,
        &[
            "file unlock /Reports/apollo.txt",
            "file lock /Reports",
            "file lock /Reports/2026.pdf",
            "file unlock /Reports/2026.pdf",
            "file delete /Reports/2026.pdf confirm=yes",
        ],
        expect![""],
    )
    .await;
    desk.standin.state().off.insert("files_lock");
    read_all(&desk, &["file lock /Reports/apollo.txt"], expect![""]).await;
}

#[tokio::test]
async fn favourites_are_marked_and_found() {
    let desk = desk().await;
    check(&desk, "favorite add /Reports", expect![""]).await;
    check(&desk, "favorite list", expect![""]).await;
    read_all(&desk, &["file search --favorite", "favorite remove /Reports", "favorite list"], expect![""]).await;
    assert!(desk.standin.state().nodes.iter().all(|it| !it.is_favorite));
}

#[tokio::test]
async fn tags_are_made_put_on_found_and_deleted() {
    let desk = desk().await;
    check(&desk, "tag list", expect![""]).await;
    check(&desk, "tag create Urgent", expect![""]).await;
    check(&desk, "tag add /Reports/2026.pdf urgent", expect![""]).await;
    check(&desk, "tag files Draft", expect![""]).await;
    check(&desk, "tag remove /Reports/2026.pdf Urgent", expect![""]).await;
    read_all(
        &desk,
        &[
            "tag list /Reports/apollo.txt",
            "tag add /Reports/apollo.txt Draft",
            "tag add /Reports/apollo.txt Drafft",
            "tag add /Reports/apollo.txt Legal hold",
            "tag remove /Reports/2026.pdf Draft",
            "tag create Draft",
            "tag delete Draft",
            "tag delete Draft confirm=yes",
            "tag files Final",
        ],
        expect![""],
    )
    .await;
    assert!(desk.standin.state().tags.iter().all(|it| it.name != "Draft"));
}

#[tokio::test]
async fn properties_of_peoples_own_are_kept() {
    let desk = desk().await;
    check(&desk, "property set /Reports/2026.pdf customer Apollo & <Sons>", expect![""]).await;
    check(&desk, "property list /Reports/2026.pdf", expect![""]).await;
    check(&desk, "property remove /Reports/2026.pdf customer", expect![""]).await;
    read_all(
        &desk,
        &[
            "property set /Reports/2026.pdf {http://example.org/}customer Apollo",
            "property set /Reports/2026.pdf d:getetag 1",
            "property set /Reports/2026.pdf dc:title x",
            "property set /Reports/2026.pdf 1st x",
        ],
        expect![""],
    )
    .await;
    let state = desk.standin.state();
    let node = &state.nodes[state.at("/Reports/2026.pdf").expect("a file")];
    assert_eq!(node.properties, [("http://example.org/".into(), "customer".into(), "Apollo".into())]);
}

#[tokio::test]
async fn files_are_found_by_what_they_are_and_by_what_they_say() {
    let desk = desk().await;
    check(&desk, "search apollo", expect![""]).await;
    check(&desk, "file search folder=/Reports kind=text since=2026-11-01 larger=0", expect![""]).await;
    check(&desk, "search everywhere lights", expect![""]).await;
    read_all(
        &desk,
        &[
            "file search",
            "file search nothing-like-it",
            "search everywhere within=mail lights",
            "search everywhere within=calendar lights",
        ],
        expect![""],
    )
    .await;
    for number in 1..=30 {
        desk.standin.state().add(&format!("/Inbox/cat-{number:02}.png"), false, b"x".to_vec(), "image/png");
    }
    let first = done(&desk, "search everywhere within=files cat").await;
    assert!(first.contains("cat-10.png") && !first.contains("cat-11.png") && first.contains("\"cursor\":\"10\""), "{first}");
    let last = done(&desk, "search everywhere within=files cursor=20 cat").await;
    assert!(last.contains("cat-30.png") && !last.contains("Show more"), "{last}");
    assert!(done(&desk, "file search cat").await.starts_with("# More than 25 found"));
}
