//! Shares.

use commands::Call;

use super::*;

#[tokio::test]
async fn files_are_shared_with_people_groups_and_addresses() {
    let desk = desk().await;
    check(&desk, "share create /Inbox with=ben group=design email=dora@example.org permissions=edit expires=2026-12-24 note=\"Please look\"", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ben&limit=25&offset=0
        > GET /ocs/v2.php/cloud/groups/details?format=json&search=design&limit=25&offset=0
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json&path=%2FInbox&reshares=true
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Inbox","shareType":0,"shareWith":"ben","permissions":15,"expireDate":"2026-12-24","note":"Please look\n\nAsked by Ana in Slack."}
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Inbox","shareType":1,"shareWith":"design","permissions":15,"expireDate":"2026-12-24","note":"Please look\n\nAsked by Ana in Slack."}
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Inbox","shareType":4,"shareWith":"dora@example.org","permissions":15,"expireDate":"2026-12-24","note":"Please look\n\nAsked by Ana in Slack."}
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        Shared `/Inbox` with Ben Example, group design, dora@example.org by mail (change).
        # Inbox
        Inbox · in / · Folder · 0 bytes
        Owner: Bellhop
        Shared with: people, groups, mail addresses
        [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
        (Changed 2026-11-21 10:00 UTC)
    "#]]).await;
    let kinds: Vec<(u64, String)> = desk.standin.state().shares.iter().skip(2).map(|it| (it.kind, it.with.clone())).collect();
    assert_eq!(kinds, [(0, "ben".into()), (1, "design".into()), (4, "dora@example.org".into())]);
    read_all(
        &desk,
        &[
            "share create /Inbox with=ben with=chloe",
            "share create /Inbox with=me",
            "share create /Inbox with=ben",
            "share create /Inbox with=example",
            "share create /Inbox with=zoe",
            "share create /Inbox group=desing",
            "share create /Inbox",
            "share create /Inbox with=ben expires=2026-11-21",
            "share create /Reports/2026.pdf with=ben permissions=upload",
            "share create /Handbook with=ben",
        ],
        expect![[r#"
            $ share create /Inbox with=ben with=chloe
            Shared `/Inbox` with Chloe Example (view).
            (Shared before with Ben Example (#3); share update changes that.)
            # Inbox
            Inbox · in / · Folder · 0 bytes
            Owner: Bellhop
            Shared with: people, groups, mail addresses
            [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
            (Changed 2026-11-21 10:00 UTC)
            $ share create /Inbox with=me
            Shared `/Inbox` with Ana Example (view).
            # Inbox
            Inbox · in / · Folder · 0 bytes
            Owner: Bellhop
            Shared with: people, groups, mail addresses
            [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
            (Changed 2026-11-21 10:00 UTC)
            $ share create /Inbox with=ben
            Nothing new to share: `/Inbox` is shared with Ben Example (#3) already.
            # Inbox
            Inbox · in / · Folder · 0 bytes
            Owner: Bellhop
            Shared with: people, groups, mail addresses
            [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
            (Changed 2026-11-21 10:00 UTC)
            $ share create /Inbox with=example
            BadInput: `example` can be any of 3 people: Ana Example (ana), Ben Example (ben), Chloe Example (chloe). Write the user name.
              with: `example` can be any of 3 people: Ana Example (ana), Ben Example (ben), Chloe Example (chloe). Write the user name.
            $ share create /Inbox with=zoe
            BadInput: Nextcloud knows nobody called `zoe`. Write a user name, an email address, or a full name.
              with: Nextcloud knows nobody called `zoe`. Write a user name, an email address, or a full name.
            $ share create /Inbox group=desing
            BadInput: There is no group `desing` in Nextcloud. Did you mean `design`?
              group: There is no group `desing` in Nextcloud. Did you mean `design`?
            $ share create /Inbox
            BadInput: With whom? Write with=@ana, group=design or email=ana@example.org; a link for everybody is share link.
              with: With whom? Write with=@ana, group=design or email=ana@example.org; a link for everybody is share link.
            $ share create /Inbox with=ben expires=2026-11-21
            BadInput: 2026-11-21 is not in the future. Write a later day, such as +7d.
              expires: 2026-11-21 is not in the future. Write a later day, such as +7d.
            $ share create /Reports/2026.pdf with=ben permissions=upload
            BadInput: Only a folder can be one to upload to.
              permissions: Only a folder can be one to upload to.
            $ share create /Handbook with=ben
            NotFound: `/Handbook` cannot be shared like this. Nextcloud says: Could not lock node. Sharing is not allowed for this file or folder.
              file: `/Handbook` cannot be shared like this. Nextcloud says: Could not lock node. Sharing is not allowed for this file or folder.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn public_links_say_what_they_are() {
    let desk = desk().await;
    check(&desk, "share link /Inbox permissions=upload expires=2027-01-31 label=Applications", expect![[r#"
        > PROPFIND /remote.php/dav/files/bellhop/Inbox
        > POST /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json {"path":"/Inbox","shareType":3,"permissions":4,"expireDate":"2027-01-31","label":"Applications"}
        Inbox: {url}/s/kFy9Hek5sm928x3 · upload only · until 2027-01-31
        [Change…: share update {"share":"3"}] [End the link: share revoke {"share":"3"}]
    "#]]).await;
    let with_password =
        |password: &str| Call::new("nextcloud", "share link", json!({ "file": "/Reports/2026.pdf", "password": password }));
    let outcome = desk.connected.run(&with_password("correct horse battery"), &desk.ctx()).await;
    expect![[r#"
        2026.pdf: {url}/s/kFy9Hek5sm928x4 · view · asks for the password · has no end
        [Change…: share update {"share":"4"}] [End the link: share revoke {"share":"4"}]
    "#]]
    .assert_eq(&read(&outcome).replace(&desk.server.url(), "{url}"));
    assert_eq!(desk.standin.state().shares.last().map(|it| it.password.clone()).as_deref(), Some("correct horse battery"));
    let outcome = desk.connected.run(&with_password("short"), &desk.ctx()).await;
    expect![[r#"
        Validation: `/Reports/2026.pdf` cannot be shared like this. Nextcloud says: Password needs to be at least 10 characters long.
          password: `/Reports/2026.pdf` cannot be shared like this. Nextcloud says: Password needs to be at least 10 characters long.
    "#]]
    .assert_eq(&read(&outcome));
    desk.standin.state().off.insert("links");
    read_all(
        &desk,
        &["share link /Inbox"],
        expect![[r#"
        $ share link /Inbox
        Permission: `/Inbox` cannot be shared like this. Nextcloud says: Public link sharing is disabled by the administrator.
          file: `/Inbox` cannot be shared like this. Nextcloud says: Public link sharing is disabled by the administrator.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn shares_are_listed_shown_changed_and_revoked() {
    let desk = desk().await;
    check(
        &desk,
        "share list",
        expect![[r#"
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares?format=json
        (only you)
        # Shares
        - #1 /Reports · Ana Example · view
        - #2 /Reports · everybody with the link · view
        [#1 Reports: share show {"share":"1"}] [#2 Reports: share show {"share":"2"}]
    "#]],
    )
    .await;
    check(
        &desk,
        "share show 2",
        expect![[r#"
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares/2?format=json
        # Share #2 of Reports
        Of: /Reports
        For: everybody with the link
        May: view
        Link: {url}/s/kFy9Hek5sm928x2
        Password: none
        Until: no end
        Shared by: Bellhop
        [Change…: share update {"share":"2"}] [Revoke: share revoke {"share":"2"}]
    "#]],
    )
    .await;
    let token = desk.standin.state().shares[1].token.clone();
    assert_eq!(done(&desk, "share show 2").await, done(&desk, &format!("share show {}/s/{token}", desk.server.url())).await);
    check(&desk, "share update 2 permissions=edit expires=2026-12-01 label=Public hide_download=true", expect![[r#"
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares/2?format=json
        > PUT /ocs/v2.php/apps/files_sharing/api/v1/shares/2?format=json {"permissions":15,"expireDate":"2026-12-01","label":"Public","hideDownload":"true"}
        Changed share #2.
        # Share #2 of Reports
        Of: /Reports
        For: everybody with the link
        May: change
        Link: {url}/s/kFy9Hek5sm928x2
        Password: none
        Until: 2026-12-01
        Label: Public
        Shared by: Bellhop
        [Change…: share update {"share":"2"}] [Revoke: share revoke {"share":"2"}]
    "#]]).await;
    check(
        &desk,
        "share revoke 2",
        expect![[r#"
        > GET /ocs/v2.php/apps/files_sharing/api/v1/shares/2?format=json
        > DELETE /ocs/v2.php/apps/files_sharing/api/v1/shares/2?format=json
        `/Reports` is no longer shared with everybody with the link.
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().shares.len(), 1);
    read_all(
        &desk,
        &[
            "share list with=me",
            "share list --links",
            "share list /Inbox",
            "share update 1 --forever",
            "share update 1 --no_password",
            "share update 1",
            "share show 99",
            "share show lobby",
            "share revoke https://cloud.example.org/s/gone",
        ],
        expect![[r#"
            $ share list with=me
            (only you)
            # Shares
            - #1 /Reports · Ana Example · view
            [#1 Reports: share show {"share":"1"}]
            $ share list --links
            (only you)
            Nothing is shared like that.
            $ share list /Inbox
            (only you)
            Nothing is shared like that.
            $ share update 1 --forever
            Changed share #1.
            # Share #1 of Reports
            Of: /Reports
            For: Ana Example
            May: view
            Until: no end
            Shared by: Bellhop
            [Change…: share update {"share":"1"}] [Revoke: share revoke {"share":"1"}]
            $ share update 1 --no_password
            BadInput: Share #1 is for Ana Example: only public links have passwords.
              share: Share #1 is for Ana Example: only public links have passwords.
            $ share update 1
            BadInput: What shall change in share #1? Write it as a name and a value, such as permissions=view.
              share: What shall change in share #1? Write it as a name and a value, such as permissions=view.
            $ share show 99
            BadInput: There is no share `99` that the bot's account can see. `share list` shows them.
              share: There is no share `99` that the bot's account can see. `share list` shows them.
            $ share show lobby
            BadInput: `lobby` is no share. Write its number, or paste the link that it gave.
              share: `lobby` is no share. Write its number, or paste the link that it gave.
            $ share revoke https://cloud.example.org/s/gone
            BadInput: There is no share `https://cloud.example.org/s/gone` that the bot's account can see. `share list` shows them.
              share: There is no share `https://cloud.example.org/s/gone` that the bot's account can see. `share list` shows them.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_ana_was_given_is_on_her_page() {
    let desk = desk().await;
    for mine in Kind::of::<Nextcloud>().mine {
        assert!(done(&desk, mine.command).await.contains("/Reports"), "{}", mine.command);
    }
}

#[tokio::test]
async fn whom_nextcloud_refuses_does_not_stop_the_others() {
    let desk = desk().await;
    for user in desk.standin.state().users.iter_mut().filter(|it| it.id == "ben") {
        user.enabled = false;
    }
    let said = done(&desk, "share create /Inbox with=ben with=chloe group=design").await;
    assert!(said.contains("Shared `/Inbox` with Chloe Example, group design (view)."), "{said}");
    assert!(said.contains("Not with ben: `/Inbox` cannot be shared like this."), "{said}");
    let with: Vec<String> = desk.standin.state().shares.iter().skip(2).map(|it| it.with.clone()).collect();
    assert_eq!(with, ["chloe", "design"]);
    let error = desk.run("share create /Handbook with=chloe with=ana").await.expect_err("nobody got it");
    assert!(error.message.contains("Not with chloe: ") && error.message.contains("Not with ana: "), "{error}");
    let error = desk.run("share create /Inbox with=ben").await.expect_err("he got nothing");
    assert_eq!(error.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["with"], "{error}");
}
