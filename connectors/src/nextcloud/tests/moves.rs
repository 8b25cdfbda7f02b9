//! What is moved, copied and deleted.

use super::*;

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
    check(
        &desk,
        "file delete /Reports",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/Reports
            > PROPFIND /remote.php/dav/files/bellhop/Reports
            > GET /ocs/v2.php/cloud/capabilities?format=json
            (only you)
            [Warning]
            This deletes `/Reports`.
            In it: 2026.pdf, apollo.txt, printers.csv, 1.2 MB.
            It is shared: all its links and shares end, and bringing it back does not bring those back.
            (It goes to the trash of the bot's account, until that is emptied.)
            [Delete it: file delete {"file":"5","confirm":"yes"}]
        "#]],
    )
    .await;
    assert!(desk.standin.state().at("/Reports/2026.pdf").is_some());
    check(
        &desk,
        "file delete /Reports confirm=yes",
        expect![[r#"
            > PROPFIND /remote.php/dav/files/bellhop/Reports
            > DELETE /remote.php/dav/files/bellhop/Reports
            > GET /ocs/v2.php/cloud/capabilities?format=json
            Deleted `/Reports`. `trash list` shows what can be brought back.
        "#]],
    )
    .await;
    assert!(desk.standin.state().at("/Reports/2026.pdf").is_none());
    read_all(
        &desk,
        &["file delete /Inbox", "file delete /", "file delete /Handbook/house-rules.md confirm=yes", "file delete /gone"],
        expect![[r#"
            $ file delete /Inbox
            (only you)
            [Warning]
            This deletes `/Inbox`.
            The folder is empty.
            (It goes to the trash of the bot's account, until that is emptied.)
            [Delete it: file delete {"file":"3","confirm":"yes"}]
            $ file delete /
            BadInput: The first folder cannot be deleted. Name something in it.
              file: The first folder cannot be deleted. Name something in it.
            $ file delete /Handbook/house-rules.md confirm=yes
            Permission: The bot's account may not do this with `/Handbook/house-rules.md`. Its owner can share it with that account, with the right to edit.
            $ file delete /gone
            BadInput: There is no `gone` in `/`.
              file: There is no `gone` in `/`.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_shared_with_the_bot_is_only_given_up() {
    let desk = desk().await;
    read_all(
        &desk,
        &["file delete /Handbook", "file delete /Handbook confirm=yes", "trash list"],
        expect![[r#"
            $ file delete /Handbook
            (only you)
            [Warning]
            This gives up the bot's access to `/Handbook`, which Chloe Example shared with it.
            Nothing in it is deleted, and it is not in the trash: only Chloe Example can share it again.
            [Give it up: file delete {"file":"2","confirm":"yes"}]
            $ file delete /Handbook confirm=yes
            The bot's account has no access to `/Handbook` any more. Chloe Example can share it again.
            $ trash list
            (only you)
            The trash is empty.
        "#]],
    )
    .await;
    assert!(desk.standin.state().at("/Handbook").is_none());
}

#[tokio::test]
async fn no_trash_is_promised_where_there_is_none() {
    let desk = desk_with(|it| it.off.extend(["files_trashbin"]), |_| {}).await;
    read_all(
        &desk,
        &["file delete /Reports/2026.pdf", "file delete /Reports/2026.pdf confirm=yes"],
        expect![[r#"
            $ file delete /Reports/2026.pdf
            (only you)
            [Warning]
            This deletes `/Reports/2026.pdf`.
            This server keeps no trash: it cannot be brought back.
            [Delete it: file delete {"file":"10","confirm":"yes"}]
            $ file delete /Reports/2026.pdf confirm=yes
            Deleted `/Reports/2026.pdf`.
        "#]],
    )
    .await;
    assert!(desk.standin.state().at("/Reports/2026.pdf").is_none());
}
