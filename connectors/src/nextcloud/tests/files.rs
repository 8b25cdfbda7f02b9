//! Files and folders.

use super::*;

fn id_of(desk: &Desk<Simulated>, path: &str) -> u64 {
    let state = desk.standin.state();
    state.at(path).map(|at| state.nodes[at].id).expect("a file")
}

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
    let id = id_of(&desk, "/Reports/apollo.txt");
    let by_link = done(&desk, &format!("{}/index.php/f/{id}", desk.server.url())).await;
    assert_eq!(by_link, done(&desk, &id.to_string()).await);
    assert_eq!(by_link, done(&desk, "show Reports/apollo.txt").await);
    assert_eq!(by_link, done(&desk, &format!("show {}/apps/files/files/{id}?dir=/Reports", desk.server.url())).await);
    check(&desk, &format!("file show {id}"), expect![[r#"
        > SEARCH /remote.php/dav/ /files/bellhop/ <d:eq><d:prop><oc:fileid/></d:prop><d:literal>11</d:literal></d:eq>
        # apollo.txt
        apollo.txt · in /Reports · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn folders_are_listed_page_by_page() {
    let desk = desk().await;
    check(
        &desk,
        "file list",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/
            # All files
            - Handbook/ · 53 bytes · 2026-11-21 10:00 UTC
            - Inbox/ · 0 bytes · 2026-11-21 10:00 UTC
            - Projects/ · 0 bytes · 2026-11-21 10:00 UTC
            - Reports/ · 1.2 MB · 2026-11-21 10:00 UTC · shared
            - Templates/ · 11 bytes · 2026-11-21 10:00 UTC
            (1 to 5 of 5 · 1.2 MB in all)
            [Upload…: file upload {"folder":"/"}] [New folder…: folder create {"path":"/New folder"}]
        "#]],
    )
    .await;
    read_all(
        &desk,
        &["file list /Reports sort=largest", "file list /Inbox", "file list /Reports/2026.pdf"],
        expect![[r#"
        $ file list /Reports sort=largest
        # /Reports
        - 2026.pdf · 1.2 MB · 2026-11-21 10:00 UTC
        - printers.csv · 34 bytes · 2026-11-21 10:00 UTC
        - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC
        (1 to 3 of 3 · 1.2 MB in all)
        [Upload…: file upload {"folder":"/Reports"}] [New folder…: folder create {"path":"/Reports/New folder"}]
        $ file list /Inbox
        `/Inbox` is empty.
        [Upload…: file upload {"folder":"/Inbox"}] [New folder…: folder create {"path":"/Inbox/New folder"}]
        $ file list /Reports/2026.pdf
        BadInput: `/Reports/2026.pdf` is a file, not a folder.
          folder: `/Reports/2026.pdf` is a file, not a folder.
    "#]],
    )
    .await;
    for number in 1..=25 {
        desk.standin.state().add(&format!("/Inbox/{number:02}.txt"), false, b"x".to_vec(), "text/plain");
    }
    read_all(&desk, &["file list /Inbox", "file list /Inbox offset=20"], expect![[r#"
        $ file list /Inbox
        # /Inbox
        - 01.txt · 1 byte · 2026-11-21 10:00 UTC
        - 02.txt · 1 byte · 2026-11-21 10:00 UTC
        - 03.txt · 1 byte · 2026-11-21 10:00 UTC
        - 04.txt · 1 byte · 2026-11-21 10:00 UTC
        - 05.txt · 1 byte · 2026-11-21 10:00 UTC
        - 06.txt · 1 byte · 2026-11-21 10:00 UTC
        - 07.txt · 1 byte · 2026-11-21 10:00 UTC
        - 08.txt · 1 byte · 2026-11-21 10:00 UTC
        - 09.txt · 1 byte · 2026-11-21 10:00 UTC
        - 10.txt · 1 byte · 2026-11-21 10:00 UTC
        - 11.txt · 1 byte · 2026-11-21 10:00 UTC
        - 12.txt · 1 byte · 2026-11-21 10:00 UTC
        - 13.txt · 1 byte · 2026-11-21 10:00 UTC
        - 14.txt · 1 byte · 2026-11-21 10:00 UTC
        - 15.txt · 1 byte · 2026-11-21 10:00 UTC
        - 16.txt · 1 byte · 2026-11-21 10:00 UTC
        - 17.txt · 1 byte · 2026-11-21 10:00 UTC
        - 18.txt · 1 byte · 2026-11-21 10:00 UTC
        - 19.txt · 1 byte · 2026-11-21 10:00 UTC
        - 20.txt · 1 byte · 2026-11-21 10:00 UTC
        (1 to 20 of 25 · 25 bytes in all)
        [Show more: file list {"folder":"/Inbox","sort":"name","offset":20}] [Upload…: file upload {"folder":"/Inbox"}] [New folder…: folder create {"path":"/Inbox/New folder"}]
        $ file list /Inbox offset=20
        # /Inbox
        - 21.txt · 1 byte · 2026-11-21 10:00 UTC
        - 22.txt · 1 byte · 2026-11-21 10:00 UTC
        - 23.txt · 1 byte · 2026-11-21 10:00 UTC
        - 24.txt · 1 byte · 2026-11-21 10:00 UTC
        - 25.txt · 1 byte · 2026-11-21 10:00 UTC
        (21 to 25 of 25 · 25 bytes in all)
        [Upload…: file upload {"folder":"/Inbox"}] [New folder…: folder create {"path":"/Inbox/New folder"}]
    "#]]).await;
}

#[tokio::test]
async fn short_texts_are_shown_files_are_handed_over_and_folders_are_a_link_that_ends() {
    let desk = desk().await;
    check(
        &desk,
        "file download /Reports/apollo.txt",
        expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > GET /remote.php/dav/files/bellhop/Reports/apollo.txt
        (only you)
        apollo.txt: /Reports/apollo.txt
        Apollo is on its way.

        (Open in Nextcloud)
    "#]],
    )
    .await;
    check(
        &desk,
        "file download /Reports/2026.pdf",
        expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2026.pdf
        > GET /remote.php/dav/files/bellhop/Reports/2026.pdf
        (only you)
        2026.pdf (1.2 MB)
        + 2026.pdf (1200009 bytes)
    "#]],
    )
    .await;
    check(&desk, "file download /Reports", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json&path=%2FReports&reshares=true
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Reports","shareType":3,"permissions":1,"expireDate":"2026-11-28","label":"Download by Bellhop"}
        (only you)
        Reports (1.2 MB): download it as a ZIP file. Whoever has this link can open it, until 2026-11-28.
        [End the link: share revoke {"share":"3"}]
    "#]]).await;
    let shares = desk.standin.state().shares.len();
    let again = done(&desk, "file download /Reports").await;
    assert!(again.contains("until 2026-11-28"), "{again}");
    assert_eq!(desk.standin.state().shares.len(), shares, "the last link is used again");
    desk.standin.state().off.insert("links");
    read_all(
        &desk,
        &["file download /Inbox", "file download /"],
        expect![[r#"
        $ file download /Inbox
        Permission: `/Inbox` cannot be shared like this. Nextcloud says: Public link sharing is disabled by the administrator.
          file: `/Inbox` cannot be shared like this. Nextcloud says: Public link sharing is disabled by the administrator.
        $ file download /
        BadInput: That is everything at once. Name a file, or a folder below it.
          file: That is everything at once. Name a file, or a folder below it.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn folders_are_made_with_those_above() {
    let desk = desk().await;
    check(&desk, "folder create Reports/2027/January", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2027/January
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2027
        > PROPFIND /remote.php/dav/files/bellhop/Reports
        > MKCOL /remote.php/dav/files/bellhop/Reports/2027
        > MKCOL /remote.php/dav/files/bellhop/Reports/2027/January
        > PROPFIND /remote.php/dav/files/bellhop/Reports/2027/January
        Made the folder `/Reports/2027/January` and 1 above it.
        # January
        January · in /Reports/2027 · Folder · 0 bytes
        Owner: Bellhop
        [Open: file list {"folder":"/Reports/2027/January"}] [Upload…: file upload {"folder":"/Reports/2027/January"}] [Share…: share create {"file":"15"}] [Public link…: share link {"file":"15"}] [Delete: file delete {"file":"15"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    assert!(desk.standin.state().at("/Reports/2027/January").is_some());
    read_all(
        &desk,
        &["folder create /Reports/2027", "folder create /Reports/2026.pdf/x", "folder create ../x", "folder create /Handbook/x"],
        expect![[r#"
            $ folder create /Reports/2027
            BadInput: There is a folder `/Reports/2027` already.
              path: There is a folder `/Reports/2027` already.
            $ folder create /Reports/2026.pdf/x
            BadInput: `/Reports/2026.pdf` is a file, so there can be no folder in its place.
              path: `/Reports/2026.pdf` is a file, so there can be no folder in its place.
            $ folder create ../x
            BadInput: `../x` goes up with `..`. Write the path from the first folder on: /Reports/2026.pdf.
              path: `../x` goes up with `..`. Write the path from the first folder on: /Reports/2026.pdf.
            $ folder create /Handbook/x
            Permission: The bot's account may not do this with `/Handbook/x`. Its owner can share it with that account, with the right to edit.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_connection_with_a_folder_reaches_nothing_else() {
    let desk = desk_with(|_| {}, |it| drop(it.insert("folder".into(), json!("/Reports")))).await;
    check(
        &desk,
        "file list",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/Reports
            # All files
            - 2026.pdf · 1.2 MB · 2026-11-21 10:00 UTC
            - apollo.txt · 22 bytes · 2026-11-21 10:00 UTC
            - printers.csv · 34 bytes · 2026-11-21 10:00 UTC
            (1 to 3 of 3 · 1.2 MB in all)
            [Upload…: file upload {"folder":"/"}] [New folder…: folder create {"path":"/New folder"}]
        "#]],
    )
    .await;
    let handbook = id_of(&desk, "/Handbook");
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
        expect![[r#"
            $ file show /apollo.txt
            # apollo.txt
            apollo.txt · in / · text/plain · 22 bytes
            Owner: Bellhop
            Tags: Draft
            [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
            (Changed 2026-11-21 10:00 UTC)
            $ file show ../Handbook
            BadInput: `../Handbook` goes up with `..`. Write the path from the first folder on: /Reports/2026.pdf.
              file: `../Handbook` goes up with `..`. Write the path from the first folder on: /Reports/2026.pdf.
            $ file show 2
            BadInput: Nextcloud has no file #2, or hides it from the bot's account.
              file: Nextcloud has no file #2, or hides it from the bot's account.
            $ share list
            (only you)
            # Shares
            - #1 / · Ana Example · view
            - #2 / · everybody with the link · view
            [#1 All files: share show {"share":"1"}] [#2 All files: share show {"share":"2"}]
            $ share show 2
            # Share #2 of All files
            Of: /
            For: everybody with the link
            May: view
            Link: {url}/s/kFy9Hek5sm928x2
            Password: none
            Until: no end
            Shared by: Bellhop
            [Change…: share update {"share":"2"}] [Revoke: share revoke {"share":"2"}]
            $ folder create Drafts
            Made the folder `/Drafts`.
            # Drafts
            Drafts · in / · Folder · 0 bytes
            Owner: Bellhop
            [Open: file list {"folder":"/Drafts"}] [Upload…: file upload {"folder":"/Drafts"}] [Share…: share create {"file":"14"}] [Public link…: share link {"file":"14"}] [Delete: file delete {"file":"14"}]
            (Changed 2026-11-21 10:00 UTC)
        "#]],
    )
    .await;
    assert!(desk.standin.state().at("/Reports/Drafts").is_some());
}
