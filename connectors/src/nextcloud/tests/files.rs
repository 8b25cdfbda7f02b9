//! Files and folders.

use super::*;

#[tokio::test]
async fn files_are_shown_by_path_number_and_link() {
    let desk = desk().await;
    check(&desk, "file show /Reports/2026.pdf", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        # 2026.pdf
        2026.pdf · in /Reports · application/pdf · 1.2 MB
        Owner: Bellhop
        [Get it: file download {"file":"10"}] [Share…: share create {"file":"10"}] [Public link…: share link {"file":"10"}] [Delete: file delete {"file":"10"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    let id = desk.standin.state().at("/Reports/apollo.txt").map(|at| desk.standin.state().nodes[at].id).expect("the file");
    let by_link = done(&desk, &format!("{}/index.php/f/{id}", desk.server.url())).await;
    assert_eq!(by_link, done(&desk, &id.to_string()).await);
    assert_eq!(by_link, done(&desk, "show Reports/apollo.txt").await);
    assert_eq!(by_link, done(&desk, &format!("show {}/apps/files/files/{id}?dir=/Reports", desk.server.url())).await);
    check(&desk, &format!("file show {id}"), expect![""]).await;
}

#[tokio::test]
async fn folders_are_listed_page_by_page() {
    let desk = desk().await;
    check(&desk, "file list", expect![""]).await;
    read_all(&desk, &["file list /Reports sort=largest", "file list /Inbox", "file list /Reports/2026.pdf"], expect![""]).await;
    for number in 1..=25 {
        desk.standin.state().add(&format!("/Inbox/{number:02}.txt"), false, b"x".to_vec(), "text/plain");
    }
    read_all(&desk, &["file list /Inbox", "file list /Inbox offset=20"], expect![""]).await;
}

#[tokio::test]
async fn short_texts_are_shown_and_all_else_is_a_link_that_ends() {
    let desk = desk().await;
    check(&desk, "file download /Reports/apollo.txt", expect![""]).await;
    check(&desk, "file download /Reports/2026.pdf", expect![""]).await;
    let shares = desk.standin.state().shares.len();
    let again = done(&desk, "file download /Reports/2026.pdf").await;
    assert!(again.contains("until 2026-11-28"), "{again}");
    assert_eq!(desk.standin.state().shares.len(), shares, "the last link is used again");
    desk.standin.state().off.insert("links");
    read_all(&desk, &["file download /Inbox", "file download /"], expect![""]).await;
}

#[tokio::test]
async fn folders_are_made_with_those_above() {
    let desk = desk().await;
    check(&desk, "folder create Reports/2027/January", expect![""]).await;
    assert!(desk.standin.state().at("/Reports/2027/January").is_some());
    read_all(
        &desk,
        &["folder create /Reports/2027", "folder create /Reports/2026.pdf/x", "folder create ../x", "folder create /Handbook/x"],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn files_are_moved_renamed_and_copied() {
    let desk = desk().await;
    check(&desk, "file move /Reports/apollo.txt /Inbox", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/apollo.txt
        > MOVE /remote.php/dav/files/bellhop/Reports/apollo.txt
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/apollo.txt
        Moved `/Reports/apollo.txt` to `/Inbox/apollo.txt`.
        # apollo.txt
        apollo.txt · in /Inbox · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    check(&desk, "file move /Inbox/apollo.txt /Inbox/moon.txt", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/apollo.txt
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/moon.txt
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > MOVE /remote.php/dav/files/bellhop/Inbox/apollo.txt
        > PROPFIND /remote.php/dav/files/bellhop/Inbox/moon.txt
        Renamed `/Inbox/apollo.txt` to `moon.txt`.
        # moon.txt
        moon.txt · in /Inbox · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    check(&desk, "file copy /Reports /Projects/Archive", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Archive
        > PROPFIND /remote.php/dav/files/bellhop/Projects
        > COPY /remote.php/dav/files/bellhop/Reports
        > PROPFIND /remote.php/dav/files/bellhop/Projects/Archive
        Copied `/Reports` to `/Projects/Archive`.
        # Archive
        Archive · in /Projects · Folder · 1.2 MB
        Owner: Bellhop
        [Open: file list {"folder":"/Projects/Archive"}] [Upload…: file upload {"folder":"/Projects/Archive"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    {
        let state = desk.standin.state();
        assert!(state.at("/Inbox/moon.txt").is_some() && state.at("/Reports/apollo.txt").is_none());
        assert!(state.at("/Projects/Archive/2026.pdf").is_some() && state.at("/Reports/2026.pdf").is_some());
    }
    read_all(
        &desk,
        &[
            "file move /Inbox/moon.txt /Nowhere/moon.txt",
            "file copy /Inbox/moon.txt /Reports/2026.pdf",
            "file copy /Inbox/moon.txt /Inbox/moon.txt",
            "file move /Reports /Reports/Old",
            "file move / /Inbox",
            "file move /Inbox/moon.txt /Handbook/moon.txt",
            "file copy /Inbox/moon.txt /Reports/printers.csv overwrite=yes",
        ],
        expect![[r#"
            $ file move /Inbox/moon.txt /Nowhere/moon.txt
            BadInput: There is no folder `/Nowhere`. Make it first: folder create /Nowhere
              to: There is no folder `/Nowhere`. Make it first: folder create /Nowhere
            $ file copy /Inbox/moon.txt /Reports/2026.pdf
            BadInput: `/Reports/2026.pdf` is there already. Write overwrite=yes to replace it.
              to: `/Reports/2026.pdf` is there already. Write overwrite=yes to replace it.
            $ file copy /Inbox/moon.txt /Inbox/moon.txt
            BadInput: `/Inbox/moon.txt` is there already: it is the same.
              to: `/Inbox/moon.txt` is there already: it is the same.
            $ file move /Reports /Reports/Old
            BadInput: A folder cannot be moved into itself.
              to: A folder cannot be moved into itself.
            $ file move / /Inbox
            BadInput: The first folder stays where it is.
              file: The first folder stays where it is.
            $ file move /Inbox/moon.txt /Handbook/moon.txt
            Permission: The bot's account may not do this with `/Handbook/moon.txt`. Its owner can share it with that account, with the right to edit.
            $ file copy /Inbox/moon.txt /Reports/printers.csv overwrite=yes
            Copied `/Inbox/moon.txt` to `/Reports/printers.csv`.
            # printers.csv
            printers.csv · in /Reports · text/plain · 22 bytes
            Owner: Bellhop
            [Get it: file download {"file":"17"}] [Share…: share create {"file":"17"}] [Public link…: share link {"file":"17"}] [Delete: file delete {"file":"17"}]
            (Changed 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_is_deleted_before_it_is_said_what_would_be_lost() {
    let desk = desk().await;
    check(&desk, "file delete /Reports", expect![""]).await;
    assert!(desk.standin.state().at("/Reports/2026.pdf").is_some());
    check(&desk, "file delete /Reports confirm=yes", expect![""]).await;
    assert!(desk.standin.state().at("/Reports/2026.pdf").is_none());
    read_all(
        &desk,
        &["file delete /Inbox", "file delete /", "file delete /Handbook/house-rules.md confirm=yes", "file delete /gone"],
        expect![""],
    )
    .await;
}

#[tokio::test]
async fn a_connection_with_a_folder_reaches_nothing_else() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    check(&desk, "file list", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        # All files
        - 2026.pdf · 1.2 MB · 2026-11-21 10:00 UTC
        - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC
        - printers.csv · 34 bytes · 2026-11-21 10:00 UTC
        (1 to 3 of 3 · 1.2 MB in all)
        [Upload…: file upload {"folder":"/"}] [New folder…: folder create {"path":"/New folder"}]
    "#]]).await;
    let handbook = desk.standin.state().at("/Handbook").map(|at| desk.standin.state().nodes[at].id).expect("a folder");
    read_all(
        &desk,
        &[
            "file show /apollo.txt",
            "file show ../Handbook",
            &format!("file show {handbook}"),
            "share list",
            "share show 2",
            "folder create Drafts",
        ],
        expect![""],
    )
    .await;
    assert!(desk.standin.state().at("/Reports/Drafts").is_some());
}
