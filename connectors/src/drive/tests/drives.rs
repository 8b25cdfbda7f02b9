//! Shared drives.

use super::*;
use crate::drive::standin::permission_of;

const PROJECTS: &str = "0AProjectsSharedDrive1";

#[tokio::test]
async fn listing_and_making() {
    let desk = desk().await;
    check(
        &desk,
        "drive list",
        expect![[r#"
        > GET drives?pageSize=100
        1 shared drive
        - Projects
        [New shared drive…: drive create {}]
    "#]],
    )
    .await;
    check(&desk, "drive create Apollo", expect![[r#"
        > POST drives?requestId=bellhop-… {"name":"Apollo"}
        Made the shared drive Apollo. Add people to it:
        [Add somebody…: drive add {"drive":"0ADrive000000000000000000001"}] [Members: drive members {"drive":"0ADrive000000000000000000001"}] [What is in it: file list {"folder":"0ADrive000000000000000000001"}]
    "#]]).await;
    check(
        &desk,
        "drive list name=apol",
        expect![[r#"
        > GET drives?pageSize=100
        1 shared drive
        - Apollo
        [New shared drive…: drive create {}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn members_come_and_go() {
    let desk = desk().await;
    check(
        &desk,
        "drive members Projects",
        expect![[r#"
        > GET drives?pageSize=100
        > GET files/0AProjectsSharedDrive1/permissions?pageSize=100
        Members of Projects
        - Bellhop (bellhop@example.org) · manager
        - Ana Example (ana@example.org) · manager
        - Ben Example (ben@example.org) · content manager
        - Chloe Example (chloe@example.org) · viewer
        [Add somebody…: drive add {"drive":"0AProjectsSharedDrive1"}]
    "#]],
    )
    .await;
    check(&desk, "drive add Projects @team role=content_manager --quiet", expect![[r#"
        > GET drives?pageSize=100
        > POST files/0AProjectsSharedDrive1/permissions?sendNotificationEmail=false {"type":"group","role":"fileOrganizer","emailAddress":"team@example.org"}
        Added team@example.org to Projects
        [Add somebody…: drive add {"drive":"0AProjectsSharedDrive1"}] [Members: drive members {"drive":"0AProjectsSharedDrive1"}] [What is in it: file list {"folder":"0AProjectsSharedDrive1"}]
    "#]]).await;
    assert!(state(&desk, |it| permission_of(it, PROJECTS, "team@example.org").is_some()));
    let asked = desk.run("drive remove Projects chloe@example.org").await;
    assert!(read(&asked).contains("[Take them out: drive remove {"), "{}", read(&asked));
    assert!(state(&desk, |it| permission_of(it, PROJECTS, "chloe@example.org").is_some()), "it asks first");
    check(&desk, "drive remove Projects chloe@example.org confirm=yes", expect![[r#"
        > GET drives?pageSize=100
        > GET files/0AProjectsSharedDrive1/permissions?pageSize=100
        > DELETE files/0AProjectsSharedDrive1/permissions/07007196091956989292
        chloe@example.org is no member of Projects any more.
        [Add somebody…: drive add {"drive":"0AProjectsSharedDrive1"}] [Members: drive members {"drive":"0AProjectsSharedDrive1"}] [What is in it: file list {"folder":"0AProjectsSharedDrive1"}]
    "#]]).await;
    assert!(state(&desk, |it| permission_of(it, PROJECTS, "chloe@example.org").is_none()));
    let mut text = String::new();
    for line in ["drive members Projekte", "drive remove Projects zoe@example.org", "drive add Projects anyone"] {
        text.push_str(&format!("{line}\n{}", read(&desk.run(line).await)));
    }
    expect![[r#"
        drive members Projekte
        NotFound: There is no shared drive “Projekte”. There is “Projects”.
          drive: There is no shared drive “Projekte”. There is “Projects”.
        drive remove Projects zoe@example.org
        BadInput: zoe@example.org is no member of “Projects”.
          who: zoe@example.org is no member of “Projects”.
        drive add Projects anyone
        Permission: Google Drive does not let the bot's account do this: A shared drive top folder cannot be shared with anyone or domains. Somebody who administers Google Drive can give it the permission.
    "#]].assert_eq(&text);
}
