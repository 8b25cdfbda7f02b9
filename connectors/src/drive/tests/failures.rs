//! What people read when something is wrong.

use super::*;

#[tokio::test]
async fn faults() {
    let desk = desk().await;
    desk.run("quota show").await.unwrap();
    desk.check_faults("file show Brief", expect![[r#"
        Failing: Server: Google Drive failed (500 Internal Server Error). Try again in a minute.
        RateLimiting: RateLimited: Google Drive asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: No token could be had: Google Drive does not accept the bot's credentials. An administrator can give the connection new credentials.
        Forbidden: Auth: No token could be had: Google Drive does not let the bot's account do this. An administrator can give the connection new credentials.
        Html: Server: Google Drive answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Google Drive cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
    desk.check_faults("folder create Drafts", expect![[r#"
        Failing, may be done: Server: Google Drive failed (500 Internal Server Error). Try again in a minute. It may have been done all the same: look in Google Drive before you repeat it.
        RateLimiting: RateLimited: Google Drive asks the bot to slow down. Try again in 30 s.
        Unauthorized: Auth: No token could be had: Google Drive does not accept the bot's credentials. An administrator can give the connection new credentials.
        Forbidden: Auth: No token could be had: Google Drive does not let the bot's account do this. An administrator can give the connection new credentials.
        Html: Server: Google Drive answered with a web page instead of data: is the address right, or does a login page stand in front of it?
        Down: Network: Google Drive cannot be reached. Check that it is running and that its address is right.
        None: done
    "#]]).await;
}

#[tokio::test]
async fn google_says_forbidden_and_means_slow_down() {
    let desk = desk().await;
    desk.run("quota show").await.unwrap();
    desk.standin.state().slow = 1;
    let error = desk.run("folder create Drafts").await.unwrap_err();
    assert_eq!((error.kind, error.maybe_done), (ErrorKind::RateLimited, false));
    expect!["Google Drive asks the bot to slow down: User Rate Limit Exceeded. Try again in a minute."].assert_eq(&error.message);
}

#[tokio::test]
async fn what_a_person_may_not_do() {
    let mut desk = desk().await;
    desk.asker = person("Chloe");
    let mut text = String::new();
    for line in [
        "show Notes",
        "show https://docs.google.com/document/d/1DiaryOfAna000000000000001A/edit",
        "file rename Brief Letter",
        "file share Brief with=ben@example.org",
        "share list Brief",
        "file trash Brief",
        "file delete Brief confirm=yes",
        "folder create Drafts parent=Demo",
        "file move Brief root",
        "comment add Brief Hello",
        "file activity Budget",
        "drive remove Projects ben@example.org",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        show Notes
        NotFound: There is no file called “Notes” that chloe@example.org can see. Look for it with `search`, or paste its link.
          file: There is no file called “Notes” that chloe@example.org can see. Look for it with `search`, or paste its link.
        show https://docs.google.com/document/d/1DiaryOfAna000000000000001A/edit
        NotFound: There is no such file in Google Drive, or chloe@example.org may not see it.
          file: There is no such file in Google Drive, or chloe@example.org may not see it.
        file rename Brief Letter
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        file share Brief with=ben@example.org
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        share list Brief
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        file trash Brief
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        file delete Brief confirm=yes
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        folder create Drafts parent=Demo
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        file move Brief root
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        comment add Brief Hello
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
        file activity Budget
        What happened to Budget
        - 2026-11-16 09:03 UTC Somebody made it
        drive remove Projects ben@example.org
        Permission: chloe@example.org may not do this with the file. Somebody who manages it can give the right.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn mistakes_have_a_way_out() {
    let desk = desk().await;
    let mut text = String::new();
    for line in [
        "show Nothing",
        "show Demo/Nothing",
        "show Nowhere/Brief",
        "file list Brief",
        "file move Demo Demo",
        "file move Brief Demo",
        "file copy Demo",
        "file restore Brief",
        "file upload file=https://example.org/nothing",
        "file upload file=https://example.org/fire.txt folder=Nowhere",
        "share change Brief ana@example.org",
        "share change Brief ana@example.org expires=2026-12-31 --forever",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        show Nothing
        NotFound: There is no file called “Nothing” that ana@example.org can see. Look for it with `search`, or paste its link.
          file: There is no file called “Nothing” that ana@example.org can see. Look for it with `search`, or paste its link.
        show Demo/Nothing
        NotFound: There is no file called “Demo/Nothing” that ana@example.org can see. Look for it with `search`, or paste its link.
          file: There is no file called “Demo/Nothing” that ana@example.org can see. Look for it with `search`, or paste its link.
        show Nowhere/Brief
        NotFound: There is no folder “Nowhere” on the way of “Nowhere”.
          file: There is no folder “Nowhere” on the way of “Nowhere”.
        file list Brief
        NotFound: There is no folder called “Brief” that ana@example.org can see. Look for it with `search`, or paste its link.
          folder: There is no folder called “Brief” that ana@example.org can see. Look for it with `search`, or paste its link.
        file move Demo Demo
        BadInput: A folder cannot be in itself. Choose another one.
          to: A folder cannot be in itself. Choose another one.
        file move Brief Demo
        “Brief” is in Demo already.
        # Brief
        Document in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:02 UTC by Ben Example
        Shared: with others
        | What the lobby's printer shall do.
        [Share…: file share {"file":"1BriefDocument0000000000001"}] [Who has access: share list {"file":"1BriefDocument0000000000001"}] [Comment…: comment add {"file":"1BriefDocument0000000000001"}] [Comments: comment list {"file":"1BriefDocument0000000000001"}]
        [Rename…: file rename {"file":"1BriefDocument0000000000001"}] [Move…: file move {"file":"1BriefDocument0000000000001"}] [Copy…: file copy {"file":"1BriefDocument0000000000001"}] [Export…: file export {"file":"1BriefDocument0000000000001"}] [Activity: file activity {"file":"1BriefDocument0000000000001"}] [Versions: version list {"file":"1BriefDocument0000000000001"}] [Move to the trash: file trash {"file":"1BriefDocument0000000000001"}]
        file copy Demo
        BadInput: Google copies no folders. `project create … template=LINK` copies a folder with all that is in it.
          file: Google copies no folders. `project create … template=LINK` copies a folder with all that is in it.
        file restore Brief
        “Brief” is not in the trash.
        # Brief
        Document in Demo
        Owner: the shared drive
        Changed: 2026-11-16 09:02 UTC by Ben Example
        Shared: with others
        | What the lobby's printer shall do.
        [Share…: file share {"file":"1BriefDocument0000000000001"}] [Who has access: share list {"file":"1BriefDocument0000000000001"}] [Comment…: comment add {"file":"1BriefDocument0000000000001"}] [Comments: comment list {"file":"1BriefDocument0000000000001"}]
        [Rename…: file rename {"file":"1BriefDocument0000000000001"}] [Move…: file move {"file":"1BriefDocument0000000000001"}] [Copy…: file copy {"file":"1BriefDocument0000000000001"}] [Export…: file export {"file":"1BriefDocument0000000000001"}] [Activity: file activity {"file":"1BriefDocument0000000000001"}] [Versions: version list {"file":"1BriefDocument0000000000001"}] [Move to the trash: file trash {"file":"1BriefDocument0000000000001"}]
        file upload file=https://example.org/nothing
        BadInput: `https://example.org/nothing` cannot be fetched.
          file: `https://example.org/nothing` cannot be fetched.
        file upload file=https://example.org/fire.txt folder=Nowhere
        NotFound: There is no folder called “Nowhere” that ana@example.org can see. Look for it with `search`, or paste its link.
          folder: There is no folder called “Nowhere” that ana@example.org can see. Look for it with `search`, or paste its link.
        share change Brief ana@example.org
        BadInput: What shall change? Write role=editor, expires=2026-12-31 or --forever.
        share change Brief ana@example.org expires=2026-12-31 --forever
        BadInput: It either ends or does not: keep `expires` or `forever`.
          expires: It either ends or does not: keep `expires` or `forever`.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn of_several_with_the_same_name_the_links_are_told() {
    let desk = desk().await;
    desk.run("file create Brief").await.unwrap();
    expect![[r#"
        BadInput: Several files are called “Brief”. Paste the link of one: https://docs.google.com/document/d/1New000000000000000000000001/edit?usp=drivesdk , https://docs.google.com/document/d/1BriefDocument0000000000001/edit?usp=drivesdk
          file: Several files are called “Brief”. Paste the link of one: https://docs.google.com/document/d/1New000000000000000000000001/edit?usp=drivesdk , https://docs.google.com/document/d/1BriefDocument0000000000001/edit?usp=drivesdk
    "#]].assert_eq(&read(&desk.run("show Brief").await));
    assert_eq!(desk.run("show Demo/Brief").await.unwrap().card.unwrap().shown.summary(), "Brief");
}

#[tokio::test]
async fn full_storage_is_said() {
    let desk = desk().await;
    desk.standin.state().used = 15_000_000_000;
    expect![[r#"
        Validation: There is no room for it: The user's Drive storage quota has been exceeded. Empty the trash, delete what is not needed, or put it into another shared drive.
    "#]].assert_eq(&read(&desk.run("file upload file=https://example.org/fire.txt").await));
}

#[tokio::test]
async fn pickers() {
    let desk = desk().await;
    let mut text = String::new();
    for (lookup, typed, given) in [
        ("file", "br", json!({})),
        ("file", "", json!({})),
        ("folder", "", json!({})),
        ("file", "https://docs.google.com/document/d/1BriefDocument0000000000001/edit", json!({})),
        ("folder", "1DemoFolder0000000000000001", json!({})),
        ("folder", "1BriefDocument0000000000001", json!({})),
        ("file", "1NothingOfThatIdIsThere0001", json!({})),
        ("drive", "proj", json!({})),
        ("template", "", json!({})),
        ("comment", "", json!({"file": "Brief"})),
        ("comment", "", json!({})),
        ("access", "ben", json!({"file": "Notes"})),
        ("access", "", json!({"drive": "Projects"})),
        ("access", "", json!({})),
    ] {
        let found = desk.choices(lookup, typed, given.clone()).await.unwrap();
        let found: Vec<String> = found.iter().map(|it| format!("{} ({})", it.label, it.value)).collect();
        text.push_str(&format!("{lookup} “{typed}” {given}: {}\n", found.join(", ")));
    }
    expect![[r#"
        file “br” {}: Brief of Demo (1ShortcutToBrief00000000001), Brief (1BriefDocument0000000000001)
        file “” {}: Brief of Demo (1ShortcutToBrief00000000001), Diary (1DiaryOfAna000000000000001A), Notes (1NotesOfAna000000000000001A), Map.pdf (1TemplateMap0000000000000001), Handouts (1TemplateHandouts0000000001), Agenda (1TemplateAgenda000000000001), Workshop template (1TemplateWorkshop00000000001), logo.png (1LogoPicture00000000000001A), fire.txt (1FireText000000000000000001), Kick-off (1KickoffSlides000000000001A), Budget (1BudgetSheet00000000000001A), Brief (1BriefDocument0000000000001), Demo (1DemoFolder0000000000000001)
        folder “” {}: Handouts (1TemplateHandouts0000000001), Workshop template (1TemplateWorkshop00000000001), Demo (1DemoFolder0000000000000001)
        file “https://docs.google.com/document/d/1BriefDocument0000000000001/edit” {}: Brief (https://docs.google.com/document/d/1BriefDocument0000000000001/edit)
        folder “1DemoFolder0000000000000001” {}: Demo (1DemoFolder0000000000000001)
        folder “1BriefDocument0000000000001” {}: 
        file “1NothingOfThatIdIsThere0001” {}: 
        drive “proj” {}: Projects (0AProjectsSharedDrive1)
        template “” {}: standard (standard), workshop (workshop)
        comment “” {"file":"Brief"}: Chloe Example: Which cats? (AAAABrief01)
        comment “” {}: 
        access “ben” {"file":"Notes"}: Ben Example (ben@example.org) · editor (ben@example.org)
        access “” {"drive":"Projects"}: Bellhop (bellhop@example.org) · manager (bellhop@example.org), Ana Example (ana@example.org) · manager (ana@example.org), Ben Example (ben@example.org) · content manager (ben@example.org), Chloe Example (chloe@example.org) · viewer (chloe@example.org)
        access “” {}: 
    "#]].assert_eq(&text);
}
