//! Versions, trash, locks.

use super::*;

#[tokio::test]
async fn earlier_versions_come_back() {
    let desk = desk().await;
    check(
        &desk,
        "version list /Reports/apollo.txt",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
            > PROPFIND /remote.php/dav/versions/bellhop/versions/11
            # Versions of apollo.txt
            Version | From | Size | By | Label
            1795168800 | 2026-11-20 10:00 UTC | 14 bytes | bellhop | 
            [2026-11-20 10:00: version download {"file":"11","version":"1795168800"}]
            [2026-11-20 10:00: version restore {"file":"11","version":"1795168800"}]
        "#]],
    )
    .await;
    check(
        &desk,
        "version download /Reports/apollo.txt 1795168800",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
            > PROPFIND /remote.php/dav/versions/bellhop/versions/11
            > GET /remote.php/dav/versions/bellhop/versions/11/1795168800
            (only you)
            apollo.txt: /Reports/apollo.txt, 2026-11-20 10:00 UTC
            Apollo waits.

            (apollo.txt as it was on 2026-11-20 10:00 UTC)
        "#]],
    )
    .await;
    check(&desk, "version restore /Reports/apollo.txt 1795168800", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > PROPFIND /remote.php/dav/versions/bellhop/versions/11
        > MOVE /remote.php/dav/versions/bellhop/versions/11/1795168800
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        `/Reports/apollo.txt` is as it was on 2026-11-20 10:00 UTC.
        # apollo.txt
        apollo.txt · in /Reports · text/plain · 14 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    let bytes = |desk: &Desk<Simulated>| {
        let state = desk.standin.state();
        state.at("/Reports/apollo.txt").map(|at| state.nodes[at].bytes.clone())
    };
    assert_eq!(bytes(&desk).as_deref(), Some(&b"Apollo waits.\n"[..]));
    read_all(
        &desk,
        &["version restore /Reports/apollo.txt 5", "version list /Reports", "version list /Reports/2026.pdf"],
        expect![[r#"
            $ version restore /Reports/apollo.txt 5
            BadInput: `/Reports/apollo.txt` has no version `5`. It has 1795255200 or 1795168800.
              version: `/Reports/apollo.txt` has no version `5`. It has 1795255200 or 1795168800.
            $ version list /Reports
            BadInput: `/Reports` is a folder. Only files have versions.
              file: `/Reports` is a folder. Only files have versions.
            $ version list /Reports/2026.pdf
            `/Reports/2026.pdf` has no earlier versions.
        "#]],
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
    check(&desk, "trash list", expect![[r#"
        > PROPFIND /remote.php/dav/trashbin/bellhop/trash
        (only you)
        # Trash
        - /Inbox/ · 0 bytes · deleted 2026-11-21 10:00 UTC
        - /Reports/apollo.txt · 22 bytes · deleted 2026-11-21 10:00 UTC
        - /Templates/ · 11 bytes · deleted 2026-11-21 10:00 UTC
        [Inbox: trash restore {"item":"Inbox.d1795255200"}] [apollo.txt: trash restore {"item":"apollo.txt.d1795255200"}] [Templates: trash restore {"item":"Templates.d1795255200"}]
    "#]]).await;
    check(&desk, "trash restore apollo.txt", expect![[r#"
        > PROPFIND /remote.php/dav/trashbin/bellhop/trash
        > MOVE /remote.php/dav/trashbin/bellhop/trash/apollo.txt.d1795255200
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        Brought back `/Reports/apollo.txt`.
        # apollo.txt
        apollo.txt · in /Reports · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    assert!(desk.standin.state().at("/Reports/apollo.txt").is_some());
    check(
        &desk,
        "trash delete Inbox",
        expect![[r#"
        > PROPFIND /remote.php/dav/trashbin/bellhop/trash
        (only you)
        [Warning]
        This deletes `/Inbox` (0 bytes) for good, with its earlier versions. It cannot be brought back.
        [Delete it for good: trash delete {"item":"Inbox.d1795255200","confirm":"yes"}]
    "#]],
    )
    .await;
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
        expect![[r#"
            $ trash delete Inbox confirm=yes
            `/Inbox` is gone for good.
            $ trash empty
            (only you)
            [Warning]
            This deletes 1 item for good: /Templates. None of it can be brought back.
            [Empty the trash: trash empty {"confirm":"yes"}]
            $ trash restore Templatse
            BadInput: There is no `Templatse` in the trash. Did you mean `Templates`?
              item: There is no `Templatse` in the trash. Did you mean `Templates`?
            $ trash empty confirm=yes
            The trash is empty: 1 item deleted for good.
            $ trash empty
            (only you)
            The trash is empty.
            $ trash list
            (only you)
            The trash is empty.
        "#]],
    )
    .await;
    assert!(desk.standin.state().trash.is_empty());
}

#[tokio::test]
async fn files_are_locked_and_unlocked() {
    let desk = desk().await;
    check(&desk, "file lock /Reports/apollo.txt", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > LOCK /remote.php/dav/files/bellhop/Reports/apollo.txt Asked by Ana in Slack.
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        [Warning]
        Locked `/Reports/apollo.txt`.
        # apollo.txt
        apollo.txt · in /Reports · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        Locked by Bellhop: nobody else can change it.
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    check(&desk, "file unlock /Reports/apollo.txt", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        > UNLOCK /remote.php/dav/files/bellhop/Reports/apollo.txt
        > PROPFIND /remote.php/dav/files/bellhop/Reports/apollo.txt
        Unlocked `/Reports/apollo.txt`.
        # apollo.txt
        apollo.txt · in /Reports · text/plain · 22 bytes
        Owner: Bellhop
        Tags: Draft
        [Get it: file download {"file":"11"}] [Share…: share create {"file":"11"}] [Public link…: share link {"file":"11"}] [Delete: file delete {"file":"11"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
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
        expect![[r#"
            $ file unlock /Reports/apollo.txt
            BadInput: `/Reports/apollo.txt` is not locked.
              file: `/Reports/apollo.txt` is not locked.
            $ file lock /Reports
            BadInput: `/Reports` is a folder. Only files can be locked.
              file: `/Reports` is a folder. Only files can be locked.
            $ file lock /Reports/2026.pdf
            BadInput: `/Reports/2026.pdf` is locked by Chloe Example already.
              file: `/Reports/2026.pdf` is locked by Chloe Example already.
            $ file unlock /Reports/2026.pdf
            Conflict: `/Reports/2026.pdf` is locked by Chloe Example, who has to unlock it, as can its owner in Nextcloud.
            $ file delete /Reports/2026.pdf confirm=yes
            Conflict: `/Reports/2026.pdf` is locked by somebody who is working on it. Try again when they are done, or unlock it.
        "#]],
    )
    .await;
    desk.standin.state().off.insert("files_lock");
    read_all(
        &desk,
        &["file lock /Reports/apollo.txt"],
        expect![[r#"
        $ file lock /Reports/apollo.txt
        BadConfig: This Nextcloud locks no files. An administrator can switch the app “Temporary files lock” on: Apps → Files.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_earlier_version_that_is_no_text_is_handed_over() {
    let desk = desk().await;
    done(&desk, "file upload file=https://example.org/fire.txt folder=/Reports name=2026.pdf overwrite=yes").await;
    let name = {
        let state = desk.standin.state();
        let id = state.nodes[state.at("/Reports/2026.pdf").expect("a file")].id;
        state.versions[&id][0].name.clone()
    };
    let said = done(&desk, &format!("version download /Reports/2026.pdf {name}")).await;
    assert!(said.starts_with("(only you)\n2026.pdf as it was on ") && said.contains("+ 2026.pdf (1200009 bytes)"), "{said}");
    {
        let mut state = desk.standin.state();
        let id = state.nodes[state.at("/Reports/2026.pdf").expect("a file")].id;
        state.versions.get_mut(&id).expect("versions")[0].bytes = vec![0; 9 << 20];
    }
    let error = desk.run(&format!("version download /Reports/2026.pdf {name}")).await.expect_err("it is too large");
    assert!(error.message.contains("`version restore`"), "{error}");
}
