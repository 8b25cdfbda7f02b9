//! Files and folders: seen, found, made, moved, removed.

use super::*;

const BRIEF: &str = "1BriefDocument0000000000001";

#[tokio::test]
async fn showing_by_name() {
    check(&desk().await, "file show Brief", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/1DemoFolder0000000000000001
        # Brief
        Document in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:02 UTC by Ben Example
        Shared: with others
        | What the lobby's printer shall do.
        [Share…: file share {"file":"1BriefDocument0000000000001"}] [Who has access: share list {"file":"1BriefDocument0000000000001"}] [Comment…: comment add {"file":"1BriefDocument0000000000001"}] [Comments: comment list {"file":"1BriefDocument0000000000001"}]
        [Rename…: file rename {"file":"1BriefDocument0000000000001"}] [Move…: file move {"file":"1BriefDocument0000000000001"}] [Copy…: file copy {"file":"1BriefDocument0000000000001"}] [Export…: file export {"file":"1BriefDocument0000000000001"}] [Activity: file activity {"file":"1BriefDocument0000000000001"}] [Versions: version list {"file":"1BriefDocument0000000000001"}] [Move to the trash: file trash {"file":"1BriefDocument0000000000001"}]
    "#]]).await;
}

#[tokio::test]
async fn showing_by_path_and_by_id() {
    let desk = desk().await;
    check(&desk, "show Demo/logo.png", expect![[r#"
        > GET files?q=name = 'Demo/logo.png' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files?q=name = 'logo.png' and trashed = false and '1DemoFolder0000000000000001' in parents&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1LogoPicture00000000000001A
        > GET files/1DemoFolder0000000000000001
        # logo.png
        Picture in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:06 UTC by Ana Example
        Size: 11 bytes
        Shared: with others
        [Share…: file share {"file":"1LogoPicture00000000000001A"}] [Who has access: share list {"file":"1LogoPicture00000000000001A"}] [Comment…: comment add {"file":"1LogoPicture00000000000001A"}] [Comments: comment list {"file":"1LogoPicture00000000000001A"}]
        [Rename…: file rename {"file":"1LogoPicture00000000000001A"}] [Move…: file move {"file":"1LogoPicture00000000000001A"}] [Copy…: file copy {"file":"1LogoPicture00000000000001A"}] [Download: file download {"file":"1LogoPicture00000000000001A"}] [Activity: file activity {"file":"1LogoPicture00000000000001A"}] [Versions: version list {"file":"1LogoPicture00000000000001A"}] [Move to the trash: file trash {"file":"1LogoPicture00000000000001A"}]
    "#]]).await;
    check(&desk, "show 1DemoFolder0000000000000001", expect![[r#"
        > GET files/1DemoFolder0000000000000001
        > GET drives/0AProjectsSharedDrive1
        # Demo
        Folder in Projects
        Owner: the shared drive
        Changed: 2026-11-16 09:01 UTC by Ana Example
        Shared: with others
        [What is in it: file list {"folder":"1DemoFolder0000000000000001"}] [Share…: file share {"file":"1DemoFolder0000000000000001"}] [Who has access: share list {"file":"1DemoFolder0000000000000001"}] [New folder…: folder create {"parent":"1DemoFolder0000000000000001"}]
        [Rename…: file rename {"file":"1DemoFolder0000000000000001"}] [Move…: file move {"file":"1DemoFolder0000000000000001"}] [Move to the trash: file trash {"file":"1DemoFolder0000000000000001"}]
    "#]]).await;
}

#[tokio::test]
async fn a_shortcut_leads_to_its_file() {
    let desk = desk().await;
    let reply = desk.run("show \"Brief of Demo\"").await.unwrap();
    assert_eq!(reply.card.unwrap().object, format!("https://docs.google.com/document/d/{BRIEF}/edit"));
}

#[tokio::test]
async fn listing() {
    let desk = desk().await;
    check(&desk, "file list Demo limit=3", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > GET files?q='1DemoFolder0000000000000001' in parents and trashed = false&pageSize=4&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=folder%2Cname_natural
        3 files and more in Demo
        - Brief · Document · Ben Example · 2026-11-16 09:02 UTC
        - Budget · Spreadsheet · Ana Example · 2026-11-16 09:03 UTC
        - fire.txt · File · Ana Example · 2026-11-16 09:05 UTC
        [Show more: file list {"limit":6,"shared":false,"trashed":false,"folder":"1DemoFolder0000000000000001"}]
    "#]]).await;
    check(&desk, "file list", expect![[r#"
        > GET files/root
        > GET files?q='0AMyDriveOf000000anaA' in parents and trashed = false&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=folder%2Cname_natural
        3 files in My Drive
        - Brief of Demo · Shortcut · Ana Example · 2026-11-16 09:13 UTC
        - Diary · Document · Ana Example · 2026-11-16 09:12 UTC
        - Notes · Document · Ana Example · 2026-11-16 09:11 UTC
    "#]]).await;
}

#[tokio::test]
async fn what_others_shared_is_told_to_the_asker_alone() {
    let mut desk = desk().await;
    desk.asker = person("Ben");
    check(&desk, "file list --shared", expect![[r#"
        > GET files?q=sharedWithMe = true and trashed = false&pageSize=11&includeItemsFromAllDrives=true&corpora=user&orderBy=sharedWithMeTime desc
        (only you)
        1 file shared with you
        - Notes · Document · Ana Example · 2026-11-16 09:11 UTC
    "#]]).await;
}

#[tokio::test]
async fn searching() {
    let desk = desk().await;
    check(
        &desk,
        "file search printer",
        expect![[r#"
        > GET files?q=trashed = false and fullText contains 'printer'&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives
        2 files found
        - Budget · Spreadsheet · Ana Example · 2026-11-16 09:03 UTC
        - Brief · Document · Ben Example · 2026-11-16 09:02 UTC
    "#]],
    )
    .await;
    check(&desk, "file search b type=spreadsheet folder=Demo since=2026-11-01 --name_only", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > GET files?q=trashed = false and name contains 'b' and mimeType = 'application/vnd.google-apps.spreadsheet' and '1DemoFolder0000000000000001' in parents and modifiedTime %3E= '2026-11-01T00%3A00%3A00'&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=modifiedTime desc
        1 file found
        - Budget · Spreadsheet · Ana Example · 2026-11-16 09:03 UTC
    "#]]).await;
    check(&desk, "file search diary owner=me", expect![[r#"
        > GET files?q=trashed = false and fullText contains 'diary' and 'ana@example.org' in owners&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives
        1 file found
        - Diary · Document · Ana Example · 2026-11-16 09:12 UTC
    "#]]).await;
    check(&desk, "file search diary owner=@ben@example.org", expect![[r#"
        > GET files?q=trashed = false and fullText contains 'diary' and 'ben@example.org' in owners&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives
        No file that ana@example.org can see has “diary” in it.
    "#]]).await;
}

#[tokio::test]
async fn a_quote_in_a_name_stays_a_part_of_the_name() {
    let desk = desk().await;
    desk.run("file create \"Ana's \\ plan' or name contains 'D\"").await.unwrap();
    let name = "Ana's \\ plan' or name contains 'D";
    let reply = desk.run(&format!("file show \"{name}\"")).await.unwrap();
    assert_eq!(reply.card.unwrap().shown.summary(), name);
}

#[tokio::test]
async fn recent_files() {
    check(&desk().await, "file recent limit=2", expect![[r#"
        > GET files?q=trashed = false and mimeType %21= 'application/vnd.google-apps.folder'&pageSize=3&includeItemsFromAllDrives=true&corpora=user&orderBy=recency desc
        (only you)
        Your recent files
        - Brief of Demo · Shortcut · Ana Example · 2026-11-16 09:13 UTC
        - Diary · Document · Ana Example · 2026-11-16 09:12 UTC
        [Show more: file recent {"limit":4}]
    "#]]).await;
}

#[tokio::test]
async fn a_list_goes_on_for_as_long_as_it_is_wanted() {
    let desk = desk().await;
    for number in 0..45 {
        desk.run(&format!("folder create \"Folder {number}\" parent=Demo")).await.unwrap();
    }
    let lines = async |line: &str| {
        let reply = desk.run(line).await.unwrap();
        let list =
            reply.message.blocks.iter().find_map(|it| if let commands::Block::List(all) = it { Some(all.len()) } else { None });
        (list.unwrap_or_default(), reply.message.blocks.iter().any(|it| matches!(it, commands::Block::Buttons(_))))
    };
    assert_eq!(lines("file list Demo").await, (10, true));
    assert_eq!(lines("file list Demo limit=40").await, (40, true));
    assert_eq!(lines("file list Demo limit=50").await, (50, false));
}

#[tokio::test]
async fn making_a_document_and_a_folder() {
    let desk = desk().await;
    check(&desk, "file create Costs type=spreadsheet folder=Demo description=\"What it will cost\"", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > POST files {"name":"Costs","mimeType":"application/vnd.google-apps.spreadsheet","description":"What it will cost","parents":["1DemoFolder0000000000000001"]}
        > GET files/1DemoFolder0000000000000001
        Made spreadsheet “Costs”.
        # Costs
        Spreadsheet in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Shared: with others
        | What it will cost
        [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [Comment…: comment add {"file":"1New000000000000000000000001"}] [Comments: comment list {"file":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Copy…: file copy {"file":"1New000000000000000000000001"}] [Export…: file export {"file":"1New000000000000000000000001"}] [Activity: file activity {"file":"1New000000000000000000000001"}] [Versions: version list {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
    "#]]).await;
    check(&desk, "folder create Drafts parent=Demo", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false and mimeType = 'application/vnd.google-apps.folder'&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > POST files {"name":"Drafts","mimeType":"application/vnd.google-apps.folder","parents":["1DemoFolder0000000000000001"]}
        Made the folder “Drafts”.
        # Drafts
        Folder in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Shared: with others
        [What is in it: file list {"folder":"1New000000000000000000000002"}] [Share…: file share {"file":"1New000000000000000000000002"}] [Who has access: share list {"file":"1New000000000000000000000002"}] [New folder…: folder create {"parent":"1New000000000000000000000002"}]
        [Rename…: file rename {"file":"1New000000000000000000000002"}] [Move…: file move {"file":"1New000000000000000000000002"}] [Move to the trash: file trash {"file":"1New000000000000000000000002"}]
    "#]]).await;
    assert!(state(&desk, |it| it.files.iter().any(|it| it.name == "Drafts" && it.modified_by == "ana@example.org")));
}

#[tokio::test]
async fn renaming_moving_copying() {
    let desk = desk().await;
    check(&desk, "file rename fire.txt ashes.txt", expect![[r#"
        > GET files?q=name = 'fire.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > PATCH files/1FireText000000000000000001 {"name":"ashes.txt"}
        > GET files/1DemoFolder0000000000000001
        “fire.txt” is called “ashes.txt” now.
        # ashes.txt
        File in Demo
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Size: 9 bytes
        Shared: with others
        [Share…: file share {"file":"1FireText000000000000000001"}] [Who has access: share list {"file":"1FireText000000000000000001"}] [Comment…: comment add {"file":"1FireText000000000000000001"}] [Comments: comment list {"file":"1FireText000000000000000001"}]
        [Rename…: file rename {"file":"1FireText000000000000000001"}] [Move…: file move {"file":"1FireText000000000000000001"}] [Copy…: file copy {"file":"1FireText000000000000000001"}] [Download: file download {"file":"1FireText000000000000000001"}] [Activity: file activity {"file":"1FireText000000000000000001"}] [Versions: version list {"file":"1FireText000000000000000001"}] [Move to the trash: file trash {"file":"1FireText000000000000000001"}]
    "#]]).await;
    check(&desk, "file move ashes.txt root", expect![[r#"
        > GET files?q=name = 'ashes.txt' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1FireText000000000000000001
        > GET files/root
        > PATCH files/1FireText000000000000000001?addParents=0AMyDriveOf000000anaA&removeParents=1DemoFolder0000000000000001 {}
        > GET files/0AMyDriveOf000000anaA
        Moved “ashes.txt” to My Drive.
        # ashes.txt
        File in My Drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Size: 9 bytes
        Shared: with nobody
        [Share…: file share {"file":"1FireText000000000000000001"}] [Who has access: share list {"file":"1FireText000000000000000001"}] [Comment…: comment add {"file":"1FireText000000000000000001"}] [Comments: comment list {"file":"1FireText000000000000000001"}]
        [Rename…: file rename {"file":"1FireText000000000000000001"}] [Move…: file move {"file":"1FireText000000000000000001"}] [Copy…: file copy {"file":"1FireText000000000000000001"}] [Download: file download {"file":"1FireText000000000000000001"}] [Activity: file activity {"file":"1FireText000000000000000001"}] [Versions: version list {"file":"1FireText000000000000000001"}] [Move to the trash: file trash {"file":"1FireText000000000000000001"}]
    "#]]).await;
    assert_eq!(
        state(&desk, |it| it.file("1FireText000000000000000001").and_then(|it| it.parent.clone())).as_deref(),
        Some("0AMyDriveOf000000anaA")
    );
    check(&desk, "file copy Brief name=\"Brief of Apollo\" folder=root", expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/root
        > POST files/1BriefDocument0000000000001/copy {"name":"Brief of Apollo","parents":["0AMyDriveOf000000anaA"]}
        Copied “Brief” as “Brief of Apollo”.
        # Brief of Apollo
        Document in My Drive
        Owner: Ana Example
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Shared: with nobody
        [Share…: file share {"file":"1New000000000000000000000001"}] [Who has access: share list {"file":"1New000000000000000000000001"}] [Comment…: comment add {"file":"1New000000000000000000000001"}] [Comments: comment list {"file":"1New000000000000000000000001"}]
        [Rename…: file rename {"file":"1New000000000000000000000001"}] [Move…: file move {"file":"1New000000000000000000000001"}] [Copy…: file copy {"file":"1New000000000000000000000001"}] [Export…: file export {"file":"1New000000000000000000000001"}] [Activity: file activity {"file":"1New000000000000000000000001"}] [Versions: version list {"file":"1New000000000000000000000001"}] [Move to the trash: file trash {"file":"1New000000000000000000000001"}]
    "#]]).await;
    assert_eq!(state(&desk, |it| it.files.iter().filter(|it| it.name.starts_with("Brief of Apollo")).count()), 1);
}

#[tokio::test]
async fn trash_and_back() {
    let desk = desk().await;
    check(&desk, "file trash Budget", expect![[r#"
        > GET files?q=name = 'Budget' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BudgetSheet00000000000001A
        > PATCH files/1BudgetSheet00000000000001A {"trashed":true}
        > GET files/1DemoFolder0000000000000001
        [Bad]
        “Budget” is in the trash now.
        # Budget
        Spreadsheet in Demo
        State: in the trash
        Owner: the shared drive
        Changed: 2026-11-21 10:00 UTC by Ana Example
        Shared: with others
        [Restore: file restore {"file":"1BudgetSheet00000000000001A"}] [Delete for good: file delete {"file":"1BudgetSheet00000000000001A"}]
    "#]]).await;
    assert!(state(&desk, |it| it.file("1BudgetSheet00000000000001A").is_some_and(|it| it.trashed)));
    check(
        &desk,
        "file list --trashed",
        expect![[r#"
        > GET files?q=trashed = true&pageSize=11&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=modifiedTime desc
        (only you)
        1 file in the trash
        - Budget · Spreadsheet · Ana Example · 2026-11-21 10:00 UTC
    "#]],
    )
    .await;
    let back = desk.run("file restore 1BudgetSheet00000000000001A").await.unwrap();
    assert_eq!(back.message.summary(), "“Budget” is back.");
    assert!(state(&desk, |it| it.file("1BudgetSheet00000000000001A").is_some_and(|it| !it.trashed)));
}

#[tokio::test]
async fn deleting_for_good_asks_first() {
    let desk = desk().await;
    check(&desk, "file delete Demo", expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > GET files?q='1DemoFolder0000000000000001' in parents and trashed = false&pageSize=101&includeItemsFromAllDrives=true&corpora=allDrives&orderBy=folder%2Cname_natural
        (only you)
        [Warning]
        This deletes folder “Demo” for good, with the 5 files in it and all below. It is not in the trash afterwards: nobody can bring it back, and whoever it is shared with loses it too.
        [Delete for good: file delete {"file":"1DemoFolder0000000000000001","confirm":"yes"}] [Move to the trash: file trash {"file":"1DemoFolder0000000000000001"}]
    "#]]).await;
    assert!(state(&desk, |it| it.file(BRIEF).is_some()));
    check(
        &desk,
        "file delete Demo confirm=yes",
        expect![[r#"
        > GET files?q=name = 'Demo' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1DemoFolder0000000000000001
        > DELETE files/1DemoFolder0000000000000001
        Deleted folder “Demo” for good.
    "#]],
    )
    .await;
    assert!(state(&desk, |it| it.file(BRIEF).is_none()));
}

#[tokio::test]
async fn activity() {
    check(
        &desk().await,
        "file activity Brief",
        expect![[r#"
        > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1BriefDocument0000000000001
        > GET files/1BriefDocument0000000000001/revisions?pageSize=1000
        > GET files/1BriefDocument0000000000001/comments?pageSize=100
        What happened to Brief
        - 2026-11-16 09:20 UTC Chloe Example commented: Which cats?
        - 2026-11-16 09:15 UTC Ben Example changed it
        - 2026-11-16 09:02 UTC Ana Example changed it
    "#]],
    )
    .await;
}

#[tokio::test]
async fn quota() {
    check(
        &desk().await,
        "quota show",
        expect![[r#"
        > GET about
        (only you)
        # 21 % of the storage is used
        Account: ana@example.org
        Used: 3.2 GB
        Of: 15 GB
        In Drive: 1.6 GB
        In the trash: 32 MB
    "#]],
    )
    .await;
}

#[tokio::test]
async fn while_drive_is_out_of_reach_what_was_seen_is_shown_to_who_saw_it() {
    let mut desk = desk().await;
    desk.run(&format!("show {BRIEF}")).await.unwrap();
    let link = format!("show https://docs.google.com/document/d/{BRIEF}/edit");
    desk.run(&link).await.unwrap();
    desk.server.set_fault(crate::standin::Fault::Failing).await.unwrap();
    let (again, age) = crate::http::telling_age(desk.run(&link)).await;
    assert_eq!(again.unwrap().card.unwrap().shown.summary(), "Brief");
    assert!(age.is_some());
    let (listed, age) = crate::http::telling_age(desk.run("file recent")).await;
    assert_eq!((listed.unwrap_err().kind, age), (ErrorKind::Server, None), "it was not asked for before");
    desk.server.set_fault(crate::standin::Fault::None).await.unwrap();
    desk.asker = person("Ben");
    desk.run("quota show").await.unwrap();
    desk.server.set_fault(crate::standin::Fault::Failing).await.unwrap();
    assert_eq!(desk.run(&link).await.unwrap_err().kind, ErrorKind::Server);
}
