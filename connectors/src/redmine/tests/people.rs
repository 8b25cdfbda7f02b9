//! People, memberships, and as whom the bot acts.

use super::*;

#[tokio::test]
async fn showing_a_person() {
    check(
        &Here::new().await,
        "user show ben",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?name=ben&limit=100
        > GET /users/6.json?include=memberships (as ana)
        > GET /issues.json?assigned_to_id=6&status_id=open&limit=1 (as ana)
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
async fn showing_me() {
    check(
        &Here::new().await,
        "user me",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users/current.json?include=memberships (as ana)
        > GET /issues.json?assigned_to_id=5&status_id=open&limit=1 (as ana)
        (only you)
        # Ana Example
        Open in Redmine
        Login: ana
        Projects: Demo (Manager), Apollo (Developer)
        Open issues: 1
        [Open issues: issue list {"assignee":"ana"}]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_people_is_for_administrators() {
    check(
        &Here::new().await,
        "user list",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /users.json?limit=20&offset=0 (as ana)
        Permission: Redmine lets only administrators list people. To see who is in a project, write member list and the project.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_members() {
    check(
        &Here::new().await,
        "member list demo",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /projects/1/memberships.json?limit=100&offset=0 (as ana)
        3 members
        - Ana Example · Manager
        - Ben Example · Developer
        - Chloe Example · Reporter
    "#]],
    )
    .await;
}

#[tokio::test]
async fn adding_a_member_needs_a_right() {
    check(&Here::new().await, "member add chloe project=apollo role=Reporter", expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/apollo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /users.json?name=chloe&limit=100
        > GET /roles.json
        > POST /projects/2/memberships.json {"membership":{"user_id":7,"role_ids":[5]}} (as ana)
        Permission: Your Redmine account `ana` may not do this with project Apollo: it takes the right “Manage members”. A manager of the project can give it.
    "#]]).await;
}

#[tokio::test]
async fn removing_a_member() {
    check(
        &Here::new().await,
        "member remove chloe project=demo",
        expect![[r#"
        > GET /users.json?name=ana%40example.org&status=1&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields (as ana)
        > GET /users.json?name=chloe&limit=100
        > GET /projects/1/memberships.json?limit=100&offset=0 (as ana)
        > DELETE /memberships/3.json (as ana)
        Chloe Example is no member of Demo any more.
    "#]],
    )
    .await;
}

#[tokio::test]
async fn listing_roles() {
    check(
        &Here::new().await,
        "role list",
        expect![[r#"
        > GET /roles.json
        3 roles
        - Manager
        - Developer
        - Reporter
    "#]],
    )
    .await;
}

#[tokio::test]
async fn strangers_are_served_by_the_bot_with_their_name() {
    let mut here = Here::new().await;
    here.bot.asker = person("Dora");
    check(&here, "issue comment 1 Hello", expect![[r#"
        > GET /users.json?name=dora%40example.org&status=1&limit=100
        > GET /users.json?name=dora%40example.org&status=3&limit=100
        > PUT /issues/1.json {"issue":{"notes":"Hello\n\n-- \nAsked by Dora in Slack."}}
        > GET /issues/1.json?include=attachments%2Callowed_statuses%2Cwatchers
        [Warning]
        Commented on #1.
        (Done by the bot's own account, as Redmine knows nobody with your email address.)
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
    check(&here, "issue create New lamp project=demo", expect![[r#"
        > GET /users.json?name=dora%40example.org&status=1&limit=100
        > GET /users.json?name=dora%40example.org&status=3&limit=100
        > GET /projects/demo.json?include=trackers%2Cissue_categories%2Ctime_entry_activities%2Cissue_custom_fields
        > POST /issues.json {"issue":{"project_id":1,"subject":"New lamp","description":"Asked by Dora in Slack."}}
        > GET /issues/5.json?include=allowed_statuses
        Created #5 in Demo.
        (Done by the bot's own account, as Redmine knows nobody with your email address.)
        # #5 New lamp
        Bug #5 · Demo · by Bellhop Bot
        Status: New
        Priority: Normal
        Assignee: nobody
        | Asked by Dora in Slack.
        [Comment…: issue comment {"issue":"5"}] [Assign to me: issue assign {"issue":"5","to":"me"}] [Close: issue close {"issue":"5"}] [Log time…: time log {"issue":"5"}]
        [In Progress: issue status {"issue":"5","status":"In Progress"}] [Resolved: issue status {"issue":"5","status":"Resolved"}] [Feedback: issue status {"issue":"5","status":"Feedback"}] [Closed: issue status {"issue":"5","status":"Closed"}] [Rejected: issue status {"issue":"5","status":"Rejected"}]
        (Updated 2026-11-21 10:00 UTC)
    "#]]).await;
}

#[tokio::test]
async fn an_administrators_work_needs_the_bots_account() {
    let here = Here::with(|it| drop(it.insert("switch_user".into(), json!(false))), Policy::default()).await;
    check(
        &here,
        "user list text=ana",
        expect![[r#"
        > GET /users.json?limit=20&offset=0&name=ana
        (only you)
        1 user
        - Ana Example ana
        (Done by the bot's own account, as this connection does not act as other people.)
    "#]],
    )
    .await;
    check(&here, "project create Second stage", expect![[r#"
        > POST /projects.json {"project":{"name":"Second stage","identifier":"second-stage","is_public":false,"description":"Asked by Ana in Slack."}}
        [Good]
        Created the project Second stage (second-stage).
        (Done by the bot's own account, as this connection does not act as other people.)
    "#]]).await;
}

/// What was asked of Redmine that is no look.
fn changes(here: &Here) -> Vec<String> {
    here.server.exchanges().iter().map(|it| it.request_line()).filter(|it| !it.starts_with("GET ")).collect()
}

#[tokio::test]
async fn nobody_changes_members_with_the_bots_rights() {
    const LINES: [&str; 2] = ["member add chloe project=apollo role=Manager", "member remove ben project=apollo"];
    let refused = async |here: &Here, said: &str| {
        for line in LINES {
            let error = here.bot.run(line).await.expect_err(line);
            assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Permission, said), "{line}");
        }
        assert_eq!(changes(here), [""; 0]);
    };
    let link = "Tell me who you are there with `/bellhop link redmine LOGIN`; who has no account asks a Redmine administrator.";
    let mut here = Here::new().await;
    here.bot.asker = person("Dora");
    let only = "A project's members are changed in your own name only, but";
    refused(&here, &format!("{only} Redmine knows nobody with your email address. {link}")).await;
    here.bot.asker.email = None;
    refused(&here, &format!("{only} the chat does not tell me your email address. {link}")).await;
    here.bot.account = Some("dora".into());
    refused(&here, &format!("{only} the account that is linked to you is not in Redmine any more. {link}")).await;
    let way = "Do it in Redmine itself, or ask whoever set this connection up to let it act as people: `switch_user`, with an \
               administrator's key.";
    let here = Here::with(|it| drop(it.insert("switch_user".into(), json!(false))), Policy::default()).await;
    refused(&here, &format!("{only} this connection does not act as other people. {way}")).await;
    let here = Here::new().await;
    here.simulated.state().users[0].admin = false;
    let none = "its user is no administrator in Redmine, which acting as other people needs";
    refused(&here, &format!("{only} {none}. {way}")).await;
}

#[tokio::test]
async fn members_are_changed_by_who_may_manage_them_there() {
    let mut here = Here::new().await;
    // Ana is a developer in Apollo, Ben its manager.
    for line in ["member add chloe project=apollo role=Manager", "member remove ben project=apollo"] {
        let error = here.bot.run(line).await.expect_err(line);
        assert_eq!(
            error.message,
            "Your Redmine account `ana` may not do this with project Apollo: it takes the right “Manage members”. A manager of the \
             project can give it.",
            "{line}"
        );
    }
    here.bot.account = Some("ben".into());
    here.bot.run("member add chloe project=apollo role=Reporter").await.expect("added");
    here.bot.run("member remove chloe project=apollo").await.expect("removed");
}
