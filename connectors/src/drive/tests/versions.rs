//! Versions of files, and requests for access.

use super::*;

#[tokio::test]
async fn a_version_is_brought_back() {
    let desk = desk().await;
    desk.run("file upload file=https://example.org/fire.txt replace=logo.png").await.expect("a new version");
    check(&desk, "version list logo.png", expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions?pageSize=1000
        2 versions of logo.png
        - 2 2026-11-21 10:00 UTC · Ana Example · 9 bytes
        - 1 2026-11-16 09:06 UTC · Ana Example · 11 bytes
        [2026-11-21 10:00 UTC: version download {"file":"1LogoPicture00000000000001A","version":"2"}] [2026-11-16 09:06 UTC: version download {"file":"1LogoPicture00000000000001A","version":"1"}]
        [2026-11-16 09:06 UTC: version restore {"file":"1LogoPicture00000000000001A","version":"1"}]
    "#]]).await;
    check(
        &desk,
        "version download logo.png 1",
        expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions/1
        > GET files/1LogoPicture00000000000001A/revisions/1?alt=media
        logo.png as Ana Example left it, 2026-11-16 09:06 UTC (11 bytes)
        + logo.png (11 bytes)
    "#]],
    )
    .await;
    check(
        &desk,
        "version keep logo.png 1",
        expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions/1
        > PATCH files/1LogoPicture00000000000001A/revisions/1 {"keepForever":true}
        The version of logo.png that Ana Example left on 2026-11-16 09:06 UTC is kept for good now.
    "#]],
    )
    .await;
    assert!(state(&desk, |it| it.file("1LogoPicture00000000000001A").unwrap().revisions[0].keep));
    check(&desk, "version restore logo.png 1", expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions/1
        > GET files/1LogoPicture00000000000001A/revisions/1?alt=media
        > PATCH /uploadfiles/1LogoPicture00000000000001A?uploadType=multipart (227 bytes)
        “logo.png” is what Ana Example left on 2026-11-16 09:06 UTC again.
        # logo.png
        Picture in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Size: 11 bytes
        Shared: with others
        [Share…: file share {"file":"1LogoPicture00000000000001A"}] [Who has access: share list {"file":"1LogoPicture00000000000001A"}] [Comment…: comment add {"file":"1LogoPicture00000000000001A"}] [Comments: comment list {"file":"1LogoPicture00000000000001A"}]
        [Rename…: file rename {"file":"1LogoPicture00000000000001A"}] [Move…: file move {"file":"1LogoPicture00000000000001A"}] [Copy…: file copy {"file":"1LogoPicture00000000000001A"}] [Download: file download {"file":"1LogoPicture00000000000001A"}] [Activity: file activity {"file":"1LogoPicture00000000000001A"}] [Versions: version list {"file":"1LogoPicture00000000000001A"}] [Move to the trash: file trash {"file":"1LogoPicture00000000000001A"}]
    "#]]).await;
    let (content, count) = state(&desk, |it| {
        let file = it.file("1LogoPicture00000000000001A").unwrap();
        (file.content.clone(), file.revisions.len())
    });
    assert_eq!((content.as_slice(), count), (&b"\x89PNG\r\n\x1a\n\0\0\xff"[..], 3), "what was there stays a version");
    check(
        &desk,
        "version keep logo.png 1 --off",
        expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions/1
        > PATCH files/1LogoPicture00000000000001A/revisions/1 {"keepForever":false}
        The version of logo.png that Ana Example left on 2026-11-16 09:06 UTC may go after 30 days now.
    "#]],
    )
    .await;
    assert!(!state(&desk, |it| it.file("1LogoPicture00000000000001A").unwrap().revisions[0].keep));
    check(
        &desk,
        "version restore logo.png 9",
        expect![[r#"
        > GET files?q=name = 'logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1LogoPicture00000000000001A/revisions/9
        BadInput: “logo.png” has no version `9` any more. `version list` shows those it has.
          version: “logo.png” has no version `9` any more. `version list` shows those it has.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn versions_of_documents_are_links() {
    let desk = desk().await;
    check(&desk, "version list Brief", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/1BriefDocument0000000000001/revisions?pageSize=1000
        2 versions of Brief
        - 2 2026-11-16 09:15 UTC · Ben Example
        - 1 2026-11-16 09:02 UTC · Ana Example
        [2026-11-16 09:15 UTC: version download {"file":"1BriefDocument0000000000001","version":"2"}] [2026-11-16 09:02 UTC: version download {"file":"1BriefDocument0000000000001","version":"1"}]
    "#]]).await;
    check(
        &desk,
        "version download Brief 1",
        expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/1BriefDocument0000000000001/revisions/1
        Brief as Ana Example left it, 2026-11-16 09:02 UTC. Download it as:
        - pdf
        - docx
        - md
        - txt
    "#]],
    )
    .await;
    check(&desk, "version restore Brief 1", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        BadInput: Google restores versions of a document only on its page, under File → Version history: https://docs.google.com/document/d/1BriefDocument0000000000001/edit
          file: Google restores versions of a document only on its page, under File → Version history: https://docs.google.com/document/d/1BriefDocument0000000000001/edit
    "#]]).await;
    check(
        &desk,
        "version keep Brief 1",
        expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        BadInput: Google keeps all versions of “Brief” anyway.
          file: Google keeps all versions of “Brief” anyway.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn who_asks_is_let_in_or_not() {
    let desk = desk().await;
    check(&desk, "access list fire.txt", expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001/accessproposals?pageSize=100
        1 person asks for access to fire.txt
        zoe@example.com wants to be editor · 2026-11-16 09:30 UTC
        | I have to put it out.
        [Let in as editor: access accept {"file":"1FireText000000000000000001","request":"AAcProposal01"}] [Let in, choosing as what…: access accept {"file":"1FireText000000000000000001","request":"AAcProposal01"}] [Deny: access deny {"file":"1FireText000000000000000001","request":"AAcProposal01"}]
    "#]]).await;
    check(&desk, "access accept fire.txt zoe@example.com role=commenter", expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001/accessproposals?pageSize=100
        > POST files/1FireText000000000000000001/accessproposals/AAcProposal01:resolve {"action":"ACCEPT","role":["commenter"],"sendNotification":true}
        > GET files/1FireText000000000000000001
        > GET files/1DemoFolder0000000000000001
        zoe@example.com is commenter of “fire.txt” now; Google tells them.
        # fire.txt
        File in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:05 UTC by Ana Example
        Size: 9 bytes
        Shared: with others
        [Share…: file share {"file":"1FireText000000000000000001"}] [Who has access: share list {"file":"1FireText000000000000000001"}] [Comment…: comment add {"file":"1FireText000000000000000001"}] [Comments: comment list {"file":"1FireText000000000000000001"}]
        [Rename…: file rename {"file":"1FireText000000000000000001"}] [Move…: file move {"file":"1FireText000000000000000001"}] [Copy…: file copy {"file":"1FireText000000000000000001"}] [Download: file download {"file":"1FireText000000000000000001"}] [Activity: file activity {"file":"1FireText000000000000000001"}] [Versions: version list {"file":"1FireText000000000000000001"}] [Move to the trash: file trash {"file":"1FireText000000000000000001"}]
    "#]]).await;
    let role = state(&desk, |it| {
        crate::drive::standin::permission_of(it, "1FireText000000000000000001", "zoe@example.com").map(|it| it.role.clone())
    });
    assert_eq!(role.as_deref(), Some("commenter"));
    check(
        &desk,
        "access list fire.txt",
        expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001/accessproposals?pageSize=100
        Nobody asks for access to fire.txt.
    "#]],
    )
    .await;
    check(&desk, "access deny fire.txt zoe@example.com", expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001/accessproposals?pageSize=100
        BadInput: `zoe@example.com` does not ask for access to “fire.txt”. Nobody asks for access to it, or it is not for this account to decide.
          request: `zoe@example.com` does not ask for access to “fire.txt”. Nobody asks for access to it, or it is not for this account to decide.
    "#]]).await;
    let again = desk_with(|_| {}).await;
    check(
        &again,
        "access deny fire.txt AAcProposal01",
        expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/1FireText000000000000000001/accessproposals?pageSize=100
        > POST files/1FireText000000000000000001/accessproposals/AAcProposal01:resolve {"action":"DENY","sendNotification":true}
        zoe@example.com is not let into fire.txt; Google tells them.
    "#]],
    )
    .await;
    assert_eq!(state(&again, |it| it.file("1FireText000000000000000001").unwrap().proposals.len()), 0);
    let offered = desk_with(|_| {}).await.choices("request", "", json!({ "file": "fire.txt" })).await.unwrap();
    expect![[r#"[Choice { value: "AAcProposal01", label: "zoe@example.com: editor" }]"#]].assert_eq(&format!("{offered:?}"));
    let offered = again.choices("version", "", json!({ "file": "Brief" })).await.unwrap();
    expect![[r#"[Choice { value: "2", label: "2026-11-16 09:15 Ben Example" }, Choice { value: "1", label: "2026-11-16 09:02 Ana Example" }]"#]].assert_eq(&format!("{offered:?}"));
}
