//! Whose account is whose, and who acts.

use commands::param::Secret;

use super::*;
use crate::{Account, Whose};

fn account(login: &str, name: &str, email: &str) -> Account {
    Account { login: login.into(), name: name.into(), email: Some(email.into()) }
}

#[tokio::test]
async fn an_account_is_found_by_address_by_login_and_by_its_owners_key() {
    let here = Here::new().await;
    here.simulated.state().users[1].login = "ana.k".into();
    let ana = Some(account("ana.k", "Ana Example", "ana@example.org"));
    let redmine = &here.bot.redmine;
    assert_eq!(redmine.account(Whose::Email("Ana@Example.org")).await, Ok(ana.clone()));
    assert_eq!(redmine.account(Whose::Login("ANA.K")).await, Ok(ana));
    let owner = redmine.account(Whose::Key(&Secret::from("redmine-key-of-ana".to_owned()))).await;
    assert_eq!(owner.map(|it| it.map(|it| it.login)), Ok(Some("ana.k".to_owned())));
    // With the owner's key alone, or it would be the bot's account that is found.
    let asked = here.server.exchanges();
    let keys = |it: &(String, String)| (it.0 == "x-redmine-api-key").then(|| it.1.clone());
    assert_eq!(asked.last().map(|it| it.headers.iter().filter_map(keys).count()), Some(1));
    // Parts are nobody's, and neither is a key that Redmine does not know.
    for whose in [Whose::Email("ana@"), Whose::Login("ana"), Whose::Key(&Secret::from("redmine-key-of-nobody".to_owned()))] {
        assert_eq!(redmine.account(whose).await, Ok(None));
    }
}

#[tokio::test]
async fn a_linked_account_acts_whatever_the_address() {
    let mut here = Here::new().await;
    here.bot.asker = person("Dora");
    here.bot.account = Some("ben".into());
    check(
        &here,
        "user me",
        expect![[r#"
            > GET /users.json?name=ben&status=1&limit=100
            > GET /users/current.json?include=memberships (as ben)
            > GET /issues.json?assigned_to_id=6&status_id=open&limit=1 (as ben)
            (only you)
            # Ben Example
            Open in Redmine
            Login: ben
            Projects: Demo (Developer), Apollo (Manager)
            Open issues: 1
            [Open issues: issue list {"assignee":"ben"}]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_linked_account_that_is_gone_or_locked_is_nobodys_way_in() {
    let mut here = Here::new().await;
    here.bot.account = Some("zoe".into());
    check(&here, "issue comment 1 Hello", expect![[r#"
        > GET /users.json?name=zoe&status=1&limit=100
        > GET /users.json?name=zoe&status=3&limit=100
        > PUT /issues/1.json {"issue":{"notes":"Hello\n\n-- \nAsked by Ana in Slack."}}
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers
        [Warning]
        Commented on #1.
        (Done by the bot's own account, as the account that is linked to you is not in Redmine any more.)
        # #1 Printer prints only cats
        Bug #1 · Demo · by Chloe Example
        Status: New
        Priority: Urgent
        Assignee: nobody
        | Every page has a cat on it.
        | The big ones, too.
        [Comment…: issue comment {"issue":"1"}] [Assign to me: issue assign {"issue":"1","to":"me"}] [Close: issue close {"issue":"1"}] [Log time…: time log {"issue":"1"}]
        [In Progress: issue status {"issue":"1","status":"In Progress"}] [Resolved: issue status {"issue":"1","status":"Resolved"}] [Feedback: issue status {"issue":"1","status":"Feedback"}] [Closed: issue status {"issue":"1","status":"Closed"}] [Rejected: issue status {"issue":"1","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
    here.bot.account = Some("ben".into());
    here.simulated.state().users[2].locked = true;
    check(
        &here,
        "issue comment 1 Hello",
        expect![[r#"
        > GET /users.json?name=ben&status=1&limit=100
        > GET /users.json?name=ben&status=3&limit=100
        Permission: Your Redmine account is locked. Ask a Redmine administrator to unlock it.
    "#]],
    )
    .await;
}
