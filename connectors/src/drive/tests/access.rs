//! Sharing: with one, with many at once, changed, taken away, handed over.

use super::*;
use crate::drive::standin::permission_of;

const BRIEF: &str = "1BriefDocument0000000000001";
const NOTES: &str = "1NotesOfAna000000000000001A";

fn role(desk: &Desk<Simulated>, file: &str, who: &str) -> Option<String> {
    state(desk, |it| permission_of(it, file, who).map(|it| it.role.clone()))
}

#[tokio::test]
async fn sharing_with_one() {
    let desk = desk().await;
    check(
        &desk,
        "file share Notes with=chloe@example.org role=commenter expires=2026-12-31 message=\"Have a look\"",
        expect![[r#"
            > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1NotesOfAna000000000000001A
            > POST files/1NotesOfAna000000000000001A/permissions?emailMessage=Have a look {"type":"user","role":"commenter","emailAddress":"chloe@example.org","expirationTime":"2027-01-01T00:00:00Z"}
            > GET files/1NotesOfAna000000000000001A
            > GET files/0AMyDriveOf000000anaA
            Shared “Notes” with chloe@example.org as commenter.
            # Notes
            Document in My Drive
            Owner: Ana Example
            Changed: 2026-11-16 09:11 UTC by Ana Example
            Shared: with others
            [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
            [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
        "#]],
    )
    .await;
    assert_eq!(role(&desk, NOTES, "chloe@example.org").as_deref(), Some("commenter"));
}

#[tokio::test]
async fn sharing_with_many_is_one_request_and_each_has_its_end() {
    let desk = desk().await;
    check(&desk, "file share Notes with=chloe@example.org,@team,zoe@example.org,anyone role=editor --quiet", expect![[r#"
        > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1NotesOfAna000000000000001A
        > POST /batch/drive/v3 --bellhop-…
          Content-Type: application/http
          Content-ID: <0>
          POST files/1NotesOfAna000000000000001A/permissions?supportsAllDrives=true&fields=id&sendNotificationEmail=false HTTP/1.1
          Content-Type: application/json
          Content-Length: 66
          {"type":"user","role":"writer","emailAddress":"chloe@example.org"}
          --bellhop-…
          Content-Type: application/http
          Content-ID: <1>
          POST files/1NotesOfAna000000000000001A/permissions?supportsAllDrives=true&fields=id&sendNotificationEmail=false HTTP/1.1
          Content-Type: application/json
          Content-Length: 66
          {"type":"group","role":"writer","emailAddress":"team@example.org"}
          --bellhop-…
          Content-Type: application/http
          Content-ID: <2>
          POST files/1NotesOfAna000000000000001A/permissions?supportsAllDrives=true&fields=id&sendNotificationEmail=false HTTP/1.1
          Content-Type: application/json
          Content-Length: 64
          {"type":"user","role":"writer","emailAddress":"zoe@example.org"}
          --bellhop-…
          Content-Type: application/http
          Content-ID: <3>
          POST files/1NotesOfAna000000000000001A/permissions?supportsAllDrives=true&fields=id HTTP/1.1
          Content-Type: application/json
          Content-Length: 60
          {"type":"anyone","role":"writer","allowFileDiscovery":false}
          --bellhop-…--
        > GET files/1NotesOfAna000000000000001A
        > GET files/0AMyDriveOf000000anaA
        Shared “Notes” with chloe@example.org, team@example.org and anyone with the link as editor.
        Not with zoe@example.org: You are trying to invite zoe@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient.
        # Notes
        Document in My Drive
        Owner: Ana Example
        Changed: 2026-11-16 09:11 UTC by Ana Example
        Shared: with others
        [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
        [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
    "#]])
        .await;
    assert_eq!(role(&desk, NOTES, "chloe@example.org").as_deref(), Some("writer"));
    assert_eq!(role(&desk, NOTES, "team@example.org").as_deref(), Some("writer"));
    assert_eq!(role(&desk, NOTES, "anyone").as_deref(), Some("writer"));
    assert_eq!(role(&desk, NOTES, "zoe@example.org"), None);
}

#[tokio::test]
async fn sharing_with_a_domain_and_with_whoever_has_the_link() {
    let desk = desk().await;
    desk.run("file share Notes with=domain").await.unwrap();
    assert_eq!(role(&desk, NOTES, "example.org").as_deref(), Some("reader"));
    desk.run("file share Notes with=link role=commenter").await.unwrap();
    assert_eq!(role(&desk, NOTES, "anyone").as_deref(), Some("commenter"));
    // More than a hundred go in more than one batch.
    let many: Vec<String> = (0..105).map(|number| format!("guest{number}@example.net")).collect();
    let from = desk.server.exchanges().len();
    desk.run(&format!("file share Notes with={}", many.join(","))).await.unwrap();
    let batches = desk.server.exchanges()[from..].iter().filter(|it| it.path.starts_with("/batch")).count();
    assert_eq!((batches, role(&desk, NOTES, "guest104@example.net").as_deref()), (2, Some("reader")));
}

#[tokio::test]
async fn whom_google_was_too_slow_for_can_be_tried_again() {
    let desk = desk().await;
    let call = desk.call(&format!("file share {NOTES} with=domain,chloe@example.org,@team role=editor"));
    let first = state(&desk, |it| it.changes.len());
    desk.standin.state().slow_in_batch = 2;
    let reply = desk.connected.run(&call, &desk.ctx()).await;
    assert_eq!(state(&desk, |it| it.changes.len()), first + 1);
    let text = read(&reply);
    let said: Vec<&str> = text.lines().take(4).collect();
    expect![[r#"
        Shared “Notes” with team@example.org as editor.
        Not with everybody at example.org: User Rate Limit Exceeded. Not with chloe@example.org: User Rate Limit Exceeded.
        [Try again: file share {"file":"1NotesOfAna000000000000001A","with":["domain:example.org","chloe@example.org"],"role":"editor","quiet":false}]
        # Notes"#]].assert_eq(&said.join("\n"));
    let again = reply.unwrap().message.blocks.into_iter().find_map(|it| match it {
        commands::Block::Buttons(mut all) if all[0].label == "Try again" => Some(all.remove(0).call),
        _ => None,
    });
    desk.connected.run(&again.unwrap(), &desk.ctx()).await.unwrap();
    assert_eq!(role(&desk, NOTES, "chloe@example.org").as_deref(), Some("writer"));
}

#[tokio::test]
async fn what_cannot_be_shared_is_said_at_its_field() {
    let desk = desk().await;
    let mut text = String::new();
    for line in [
        "file share Notes with=zoe@example.org",
        "file share Notes with=zoe@example.org,yan@example.org",
        "file share Notes with=@ben",
        "file share Notes with=Ben",
        "file share Notes with=anyone expires=2026-12-31",
        "file share Notes with=anyone role=manager",
        "file share Notes with=chloe@example.org expires=2020-01-01",
        "file share Notes with=chloe@example.org expires=2028-01-01",
        "file share Projekt with=chloe@example.org",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        file share Notes with=zoe@example.org
        Validation: Google Drive refused the values: You are trying to invite zoe@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient. Correct them and try again.
          with: You are trying to invite zoe@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient.
        file share Notes with=zoe@example.org,yan@example.org
        Validation: Not with zoe@example.org: You are trying to invite zoe@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient. Not with yan@example.org: You are trying to invite yan@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient.
          with: Not with zoe@example.org: You are trying to invite zoe@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient. Not with yan@example.org: You are trying to invite yan@example.org. Since there is no Google account associated with this email address, you must check the "Notify people" box to invite this recipient.
        file share Notes with=@ben
        Shared “Notes” with ben@example.org as viewer.
        # Notes
        Document in My Drive
        Owner: Ana Example
        Changed: 2026-11-16 09:11 UTC by Ana Example
        Shared: with others
        [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
        [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
        file share Notes with=Ben
        BadInput: `Ben` is nobody I can share with. Mention a person, or write an email address, group:team@example.org, domain:example.org or anyone.
          with: `Ben` is nobody I can share with. Mention a person, or write an email address, group:team@example.org, domain:example.org or anyone.
        file share Notes with=anyone expires=2026-12-31
        BadInput: Access of anyone with the link cannot end by itself: Google knows that for people and groups only.
          expires: Access of anyone with the link cannot end by itself: Google knows that for people and groups only.
        file share Notes with=anyone role=manager
        BadInput: Anyone with the link can be viewer, commenter or editor.
          role: Anyone with the link can be viewer, commenter or editor.
        file share Notes with=chloe@example.org expires=2020-01-01
        BadInput: 2020-01-01 is over: choose a day to come.
          expires: 2020-01-01 is over: choose a day to come.
        file share Notes with=chloe@example.org expires=2028-01-01
        BadInput: 2028-01-01 is more than a year away, and Google allows a year at most.
          expires: 2028-01-01 is more than a year away, and Google allows a year at most.
        file share Projekt with=chloe@example.org
        NotFound: There is no file called “Projekt” that ana@example.org can see. Look for it with `search`, or paste its link.
          file: There is no file called “Projekt” that ana@example.org can see. Look for it with `search`, or paste its link.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn who_has_access() {
    let desk = desk().await;
    check(
        &desk,
        "share list Notes",
        expect![[r#"
            > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1NotesOfAna000000000000001A
            > GET files/1NotesOfAna000000000000001A/permissions?pageSize=100
            Who has access to Notes
            - Ana Example (ana@example.org) · owner
            - Ben Example (ben@example.org) · editor
            [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who asks for access: access list {"file":"1NotesOfAna000000000000001A"}]
            [Remove Ben Example: share revoke {"file":"1NotesOfAna000000000000001A","who":"ben@example.org"}]
        "#]],
    )
    .await;
    check(
        &desk,
        "share list Brief",
        expect![[r#"
            > GET files?q=name = 'Brief' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
            > GET files/1BriefDocument0000000000001
            > GET files/1BriefDocument0000000000001/permissions?pageSize=100
            Who has access to Brief
            - Bellhop (bellhop@example.org) · manager · by the folder or shared drive it is in
            - Ana Example (ana@example.org) · manager · by the folder or shared drive it is in
            - Ben Example (ben@example.org) · content manager · by the folder or shared drive it is in
            - Chloe Example (chloe@example.org) · viewer · by the folder or shared drive it is in
            [Share…: file share {"file":"1BriefDocument0000000000001"}] [Who asks for access: access list {"file":"1BriefDocument0000000000001"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn changing_and_revoking() {
    let desk = desk().await;
    check(&desk, "share change Notes ben@example.org role=viewer expires=2026-12-01", expect![[r#"
        > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1NotesOfAna000000000000001A
        > GET files/1NotesOfAna000000000000001A/permissions?pageSize=100
        > PATCH files/1NotesOfAna000000000000001A/permissions/13637582294218046458 {"role":"reader","expirationTime":"2026-12-02T00:00:00Z"}
        > GET files/0AMyDriveOf000000anaA
        Ben Example is viewer of “Notes” now until 2026-12-02 00:00 UTC.
        # Notes
        Document in My Drive
        Owner: Ana Example
        Changed: 2026-11-16 09:11 UTC by Ana Example
        Shared: with others
        [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
        [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
    "#]]).await;
    assert_eq!(role(&desk, NOTES, "ben@example.org").as_deref(), Some("reader"));
    desk.run("share change Notes ben@example.org --forever").await.unwrap();
    assert!(state(&desk, |it| permission_of(it, NOTES, "ben@example.org").is_some_and(|it| it.expires.is_none())));
    check(&desk, "share revoke Notes ben@example.org", expect![[r#"
        > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1NotesOfAna000000000000001A
        > GET files/1NotesOfAna000000000000001A/permissions?pageSize=100
        > DELETE files/1NotesOfAna000000000000001A/permissions/13637582294218046458
        > GET files/1NotesOfAna000000000000001A
        Ben Example has no access to “Notes” any more.
        # Notes
        Document in My Drive
        Owner: Ana Example
        Changed: 2026-11-16 09:11 UTC by Ana Example
        Shared: with nobody
        [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
        [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
    "#]]).await;
    assert_eq!(role(&desk, NOTES, "ben@example.org"), None);
    let mut text = String::new();
    for line in [
        "share revoke Notes ben@example.org",
        "share revoke Notes me",
        "share revoke Brief ben@example.org",
        "share change Notes chloe@example.org",
    ] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        share revoke Notes ben@example.org
        BadInput: ben@example.org has no access to “Notes” of their own. `share list` shows who has.
          who: ben@example.org has no access to “Notes” of their own. `share list` shows who has.
        share revoke Notes me
        BadInput: Ana Example owns “Notes”. `file transfer` hands it over to somebody else first.
          who: Ana Example owns “Notes”. `file transfer` hands it over to somebody else first.
        share revoke Brief ben@example.org
        BadInput: Ben Example has access to “Brief” by the folder or shared drive it is in: change it there.
          who: Ben Example has access to “Brief” by the folder or shared drive it is in: change it there.
        share change Notes chloe@example.org
        BadInput: What shall change? Write role=editor, expires=2026-12-31 or --forever.
    "#]]
    .assert_eq(&text);
}

#[tokio::test]
async fn handing_over_asks_first() {
    let desk = desk().await;
    check(
        &desk,
        "file transfer Notes ben@example.org",
        expect![[r#"
        > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1NotesOfAna000000000000001A
        (only you)
        [Warning]
        This makes ben@example.org the owner of “Notes”. You stay an editor, and only the new owner can give it back.
        [Hand it over: file transfer {"file":"1NotesOfAna000000000000001A","to":"ben@example.org","confirm":"yes"}]
    "#]],
    )
    .await;
    assert_eq!(role(&desk, NOTES, "ben@example.org").as_deref(), Some("writer"));
    check(&desk, "file transfer Notes ben@example.org confirm=yes", expect![[r#"
        > GET files?q=name = 'Notes' and trashed = false&pageSize=7&includeItemsFromAllDrives=true&corpora=allDrives
        > GET files/1NotesOfAna000000000000001A
        > POST files/1NotesOfAna000000000000001A/permissions?transferOwnership=true {"type":"user","role":"owner","emailAddress":"ben@example.org"}
        > GET files/1NotesOfAna000000000000001A
        > GET files/0AMyDriveOf000000anaA
        ben@example.org owns “Notes” now.
        # Notes
        Document in My Drive
        Owner: Ben Example
        Changed: 2026-11-16 09:11 UTC by Ana Example
        Shared: with others
        [Share…: file share {"file":"1NotesOfAna000000000000001A"}] [Who has access: share list {"file":"1NotesOfAna000000000000001A"}] [Comment…: comment add {"file":"1NotesOfAna000000000000001A"}] [Comments: comment list {"file":"1NotesOfAna000000000000001A"}]
        [Rename…: file rename {"file":"1NotesOfAna000000000000001A"}] [Move…: file move {"file":"1NotesOfAna000000000000001A"}] [Copy…: file copy {"file":"1NotesOfAna000000000000001A"}] [Export…: file export {"file":"1NotesOfAna000000000000001A"}] [Activity: file activity {"file":"1NotesOfAna000000000000001A"}] [Versions: version list {"file":"1NotesOfAna000000000000001A"}] [Move to the trash: file trash {"file":"1NotesOfAna000000000000001A"}]
    "#]]).await;
    assert_eq!(role(&desk, NOTES, "ben@example.org").as_deref(), Some("owner"));
    assert_eq!(role(&desk, NOTES, "ana@example.org").as_deref(), Some("writer"));
    let refused = desk.run("file transfer Brief ben@example.org confirm=yes").await;
    expect![[r#"
        BadInput: “Brief” belongs to its shared drive, and not to a person. There is nothing to hand over.
          file: “Brief” belongs to its shared drive, and not to a person. There is nothing to hand over.
    "#]]
    .assert_eq(&read(&refused));
    assert_eq!(role(&desk, BRIEF, "ben@example.org"), None);
}
