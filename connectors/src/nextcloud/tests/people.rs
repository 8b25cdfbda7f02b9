//! Accounts.

use commands::param::Secret;

use super::*;
use crate::{Account, Whose};

#[tokio::test]
async fn accounts_are_made_without_a_password_and_changed() {
    let desk = desk().await;
    check(
        &desk,
        "user create dora email=dora@example.org name=\"Dora Example\" group=design quota=\"5 GB\" manager=ana",
        expect![[r#"
            > GET /ocs/v2.php/cloud/groups/details?format=json&search=design&limit=25&offset=0
            > GET /ocs/v2.php/cloud/users/details?format=json&search=ana&limit=25&offset=0
            > POST /ocs/v2.php/cloud/users?format=json {"userid":"dora","email":"dora@example.org","displayName":"Dora Example","groups":["design"],"quota":"5 GB","manager":"ana"}
            > GET /ocs/v2.php/cloud/users/dora?format=json
            (only you)
            Made the account `dora`. Nextcloud sends dora@example.org a link to choose a password.
            # Dora Example
            Profile
            User name: dora
            State: enabled
            Email: dora@example.org
            Groups: design
            Room: 12 MB of 5 GB
            Manager: ana
            (Never signed in)
            [Change…: user update {"user":"dora"}] [Room…: user quota {"user":"dora"}] [Reset password: user reset-password {"user":"dora"}] [Disable: user disable {"user":"dora"}] [Delete: user delete {"user":"dora"}]
        "#]],
    )
    .await;
    let dora = desk.standin.state().user("dora").cloned().expect("an account");
    assert_eq!((dora.password.as_str(), dora.quota, dora.mails.len()), ("", Some(5_000_000_000), 1));
    check(&desk, "user update dora name=\"Dora Abel\" email=dora.abel@example.org manager=none", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=dora&limit=25&offset=0
        > PUT /ocs/v2.php/cloud/users/dora?format=json {"key":"displayname","value":"Dora Abel"}
        > PUT /ocs/v2.php/cloud/users/dora?format=json {"key":"email","value":"dora.abel@example.org"}
        > PUT /ocs/v2.php/cloud/users/dora?format=json {"key":"manager","value":""}
        > GET /ocs/v2.php/cloud/users/dora?format=json
        (only you)
        Changed name, email, manager of Dora Example (dora).
        # Dora Abel
        Profile
        User name: dora
        State: enabled
        Email: dora.abel@example.org
        Groups: design
        Room: 12 MB of 5 GB
        (Never signed in)
        [Change…: user update {"user":"dora"}] [Room…: user quota {"user":"dora"}] [Reset password: user reset-password {"user":"dora"}] [Disable: user disable {"user":"dora"}] [Delete: user delete {"user":"dora"}]
    "#]]).await;
    check(&desk, "user quota dora 500mb", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=dora&limit=25&offset=0
        > PUT /ocs/v2.php/cloud/users/dora?format=json {"key":"quota","value":"500 MB"}
        > GET /ocs/v2.php/cloud/users/dora?format=json
        (only you)
        Dora Abel (dora) has 500 MB now.
        # Dora Abel
        Profile
        User name: dora
        State: enabled
        Email: dora.abel@example.org
        Groups: design
        Room: 12 MB of 500 MB
        (Never signed in)
        [Change…: user update {"user":"dora"}] [Room…: user quota {"user":"dora"}] [Reset password: user reset-password {"user":"dora"}] [Disable: user disable {"user":"dora"}] [Delete: user delete {"user":"dora"}]
    "#]]).await;
    check(&desk, "user disable dora", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=dora&limit=25&offset=0
        > PUT /ocs/v2.php/cloud/users/dora/disable?format=json {}
        > GET /ocs/v2.php/cloud/users/dora?format=json
        (only you)
        Dora Abel (dora) can no longer sign in. Nothing of theirs is lost.
        # Dora Abel
        Profile
        User name: dora
        State: disabled
        Email: dora.abel@example.org
        Groups: design
        Room: 12 MB of 500 MB
        (Never signed in)
        [Change…: user update {"user":"dora"}] [Room…: user quota {"user":"dora"}] [Reset password: user reset-password {"user":"dora"}] [Enable: user enable {"user":"dora"}] [Delete: user delete {"user":"dora"}]
    "#]]).await;
    assert!(!desk.standin.state().user("dora").expect("an account").enabled);
    read_all(
        &desk,
        &[
            "user enable dora",
            "user welcome dora",
            "user create ana email=ana@example.org",
            "user create \"d/ora\" email=ana@example.org",
            "user create emil email=emil@example.org group=deisgn",
            "user create emil email=emil@example.org quota=much",
            "user update dora",
            "user update dora language=klingon",
            "user disable bellhop",
        ],
        expect![[r#"
            $ user enable dora
            (only you)
            Dora Abel (dora) can sign in again.
            # Dora Abel
            Profile
            User name: dora
            State: enabled
            Email: dora.abel@example.org
            Groups: design
            Room: 12 MB of 500 MB
            (Never signed in)
            [Change…: user update {"user":"dora"}] [Room…: user quota {"user":"dora"}] [Reset password: user reset-password {"user":"dora"}] [Disable: user disable {"user":"dora"}] [Delete: user delete {"user":"dora"}]
            $ user welcome dora
            (only you)
            Nextcloud sends its welcome to dora.abel@example.org again.
            $ user create ana email=ana@example.org
            Validation: Nextcloud refused the values: User already exists. Correct them and try again.
              user: Nextcloud refused the values: User already exists. Correct them and try again.
            $ user create "d/ora" email=ana@example.org
            BadInput: `d/ora` cannot be a user name. Use letters, digits, and any of . - _ @
              user: `d/ora` cannot be a user name. Use letters, digits, and any of . - _ @
            $ user create emil email=emil@example.org group=deisgn
            BadInput: There is no group `deisgn` in Nextcloud. Did you mean `design`?
              group: There is no group `deisgn` in Nextcloud. Did you mean `design`?
            $ user create emil email=emil@example.org quota=much
            BadInput: `much` is no amount of room. Write it as 5 GB, 500 MB, none or default.
              quota: `much` is no amount of room. Write it as 5 GB, 500 MB, none or default.
            $ user update dora
            BadInput: What shall change in Dora Abel (dora)? Write it as a name and a value, such as name="Ana Abel".
              user: What shall change in Dora Abel (dora)? Write it as a name and a value, such as name="Ana Abel".
            $ user update dora language=klingon
            Validation: Nextcloud refused the values: Invalid language. Correct them and try again.
              language: Nextcloud refused the values: Invalid language. Correct them and try again.
            $ user disable bellhop
            BadInput: `bellhop` is the bot's own account: it would shut itself out.
              user: `bellhop` is the bot's own account: it would shut itself out.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_password_is_reset_and_shown_to_nobody() {
    let desk = desk().await;
    check(
        &desk,
        "user reset-password ben",
        expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ben&limit=25&offset=0
        (only you)
        [Warning]
        This makes the password of Ben Example (ben) void at once.
        Nextcloud writes to ben@example.org; “Forgot password?” on its first page sends them a link to choose a new one.
        (Devices that are signed in by app passwords stay signed in.)
        [Reset the password: user reset-password {"user":"ben","confirm":"yes"}]
    "#]],
    )
    .await;
    assert_eq!(desk.standin.state().user("ben").map(|it| it.password.clone()).as_deref(), Some(""));
    let from = desk.server.exchanges().len();
    let told = done(&desk, "user reset-password ben confirm=yes").await;
    expect![[r#"
        (only you)
        The old password of Ben Example (ben) is void. They choose a new one by “Forgot password?” at {url}/index.php/login.
        (Nextcloud wrote to ben@example.org.)
    "#]]
    .assert_eq(&told.replace(&desk.server.url(), "{url}"));
    let ben = desk.standin.state().user("ben").cloned().expect("an account");
    assert!(ben.password.len() > 30 && !told.contains(&ben.password), "nobody is shown it");
    assert_eq!(ben.mails, ["Welcome"]);
    let puts = desk.server.exchanges()[from..].iter().filter(|it| it.method == "PUT").count();
    assert_eq!(puts, 1);
    let ben = desk.standin.state().users.iter().position(|it| it.id == "ben").expect("an account");
    desk.standin.state().users[ben].email.clear();
    read_all(
        &desk,
        &["user reset-password ben", "user reset-password bellhop"],
        expect![[r#"
        $ user reset-password ben
        BadInput: Ben Example (ben) has no mail address in Nextcloud, so nothing can be sent. Add it: user update ben email=…
          user: Ben Example (ben) has no mail address in Nextcloud, so nothing can be sent. Add it: user update ben email=…
        $ user reset-password bellhop
        BadInput: `bellhop` is the bot's own account: it would shut itself out.
          user: `bellhop` is the bot's own account: it would shut itself out.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn people_are_listed_shown_and_deleted() {
    let desk = desk().await;
    check(&desk, "user list example.org", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=example.org&limit=26&offset=0
        (only you)
        # People
        - Bellhop (bellhop) · bellhop@example.org
        - Ana Example (ana) · ana@example.org
        - Ben Example (ben) · ben@example.org
        - Chloe Example (chloe) · chloe@example.org
        [Bellhop (bellhop): user show {"user":"bellhop"}] [Ana Example (ana): user show {"user":"ana"}] [Ben Example (ben): user show {"user":"ben"}] [Chloe Example (chloe): user show {"user":"chloe"}]
    "#]]).await;
    check(&desk, "user show me", expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=ana%40example.org&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/ana?format=json
        (only you)
        # Ana Example
        Profile
        User name: ana
        State: enabled
        Email: ana@example.org
        Groups: design, demo
        Room: 12 MB of 5 GB
        Language: en
        (Never signed in)
        [Change…: user update {"user":"ana"}] [Room…: user quota {"user":"ana"}] [Reset password: user reset-password {"user":"ana"}] [Disable: user disable {"user":"ana"}] [Delete: user delete {"user":"ana"}]
    "#]]).await;
    check(
        &desk,
        "user delete chloe",
        expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=chloe&limit=25&offset=0
        > GET /ocs/v2.php/cloud/users/chloe?format=json
        (only you)
        [Warning]
        This deletes the account of Chloe Example (chloe) for good.
        With it go 12 MB of files, all that they shared, their calendars and contacts. It cannot be undone.
        (To only keep them out, disable the account. To keep the files, have them transferred first.)
        [Delete the account: user delete {"user":"chloe","confirm":"yes"}]
    "#]],
    )
    .await;
    assert!(desk.standin.state().user("chloe").is_some());
    check(
        &desk,
        "user delete chloe confirm=yes",
        expect![[r#"
        > GET /ocs/v2.php/cloud/users/details?format=json&search=chloe&limit=25&offset=0
        > DELETE /ocs/v2.php/cloud/users/chloe?format=json
        (only you)
        Deleted the account of Chloe Example (chloe) and its files.
    "#]],
    )
    .await;
    assert!(desk.standin.state().user("chloe").is_none());
    read_all(
        &desk,
        &["user list nobody", "user delete bellhop", "user show example"],
        expect![[r#"
            $ user list nobody
            (only you)
            Nobody like that has an account.
            $ user delete bellhop
            BadInput: `bellhop` is the bot's own account: it would shut itself out.
              user: `bellhop` is the bot's own account: it would shut itself out.
            $ user show example
            BadInput: `example` can be any of 2 people: Ana Example (ana), Ben Example (ben). Write the user name.
              user: `example` can be any of 2 people: Ana Example (ana), Ben Example (ben). Write the user name.
        "#]],
    )
    .await;
    for number in 0..30 {
        let mut user = desk.standin.state().users[1].clone();
        (user.id, user.name) = (format!("guest{number:02}"), format!("Guest {number:02}"));
        desk.standin.state().users.push(user);
    }
    let first = done(&desk, "user list guest").await;
    assert!(first.contains("guest24") && !first.contains("guest25") && first.contains("\"offset\":25"), "{first}");
    let last = done(&desk, "user list guest offset=25").await;
    assert!(last.contains("guest29") && !last.contains("Show more"), "{last}");
}

#[tokio::test]
async fn accounts_are_found_by_address_by_user_name_and_by_their_owners_password() {
    let desk = desk().await;
    let ana = || Some(Account { login: "ana".into(), name: "Ana Example".into(), email: Some("ana@example.org".into()) });
    let key = |text: &str| Secret::from(text.to_owned());
    assert_eq!(desk.connected.account(Whose::Email("Ana@Example.org")).await, Ok(ana()));
    assert_eq!(desk.connected.account(Whose::Login("ANA")).await, Ok(ana()));
    assert_eq!(desk.connected.account(Whose::Key(&key("ana:nextcloud-app-password-of-ana"))).await, Ok(ana()));
    for whose in
        [Whose::Email("ana@"), Whose::Email(""), Whose::Login("an"), Whose::Key(&key("ana:wrong")), Whose::Key(&key("wrong"))]
    {
        assert_eq!(desk.connected.account(whose).await, Ok(None));
    }
    let at = desk.standin.state().users.iter().position(|it| it.id == "ana").expect("an account");
    desk.standin.state().users[at].enabled = false;
    assert_eq!(desk.connected.account(Whose::Email("ana@example.org")).await, Ok(None), "a disabled account is nobody's way in");
}

#[tokio::test]
async fn without_administering_people_are_still_found() {
    let desk = desk_with(|it| it.is_admin = false, |_| {}).await;
    read_all(
        &desk,
        &[
            "share create /Inbox with=ben",
            "share create /Inbox group=design",
            "user list",
            "user quota ben 5 GB",
            "group add design chloe",
            "webhook list",
        ],
        expect![[r#"
            $ share create /Inbox with=ben
            Shared `/Inbox` with Ben Example (view).
            # Inbox
            Inbox · in / · Folder · 0 bytes
            Owner: Bellhop
            Shared with: people
            [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
            (Changed 2026-11-21 10:00 UTC)
            $ share create /Inbox group=design
            Shared `/Inbox` with group design (view).
            # Inbox
            Inbox · in / · Folder · 0 bytes
            Owner: Bellhop
            Shared with: people, groups
            [Open: file list {"folder":"/Inbox"}] [Upload…: file upload {"folder":"/Inbox"}] [Share…: share create {"file":"3"}] [Public link…: share link {"file":"3"}] [Delete: file delete {"file":"3"}]
            (Changed 2026-11-21 10:00 UTC)
            $ user list
            Permission: The bot's account may not list people: it is no administrator. An administrator of Nextcloud can add that account to the group `admin`.
            $ user quota ben 5 GB
            Permission: The bot's account may not change how much room people have: it is no administrator. An administrator of Nextcloud can add that account to the group `admin`.
            $ group add design chloe
            Permission: The bot's account may not add people to groups: it is no administrator. An administrator of Nextcloud can add that account to the group `admin`.
            $ webhook list
            Permission: The bot's account may not register webhooks: it is no administrator. An administrator of Nextcloud can add that account to the group `admin`.
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_linked_account_is_me() {
    let mut desk = desk().await;
    desk.account = Some("chloe".into());
    assert!(done(&desk, "user show me").await.contains("Chloe Example"));
    (desk.account, desk.asker.email) = (None, None);
    assert_eq!(desk.run("user show me").await.map_err(|it| it.kind), Err(ErrorKind::BadInput));
}
