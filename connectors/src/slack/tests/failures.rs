//! What people may not see or say, what is refused, and what goes wrong on the way.

use super::*;

/// A private channel with Ana and the bot, and something said in it.
async fn with_secrets() -> (Here, String) {
    let here = Here::new().await;
    here.run("channel create secret --private").await.expect("made");
    let link = here.said("ana", "secret", "we buy the moon").await;
    (here, link)
}

#[tokio::test]
async fn what_is_private_is_for_those_who_are_in_it() {
    let (mut here, link) = with_secrets().await;
    let lines = [
        format!("message show {link}"),
        "channel show secret".to_owned(),
        "message post hello channel=secret".to_owned(),
        format!("reaction add {link} tada"),
        "scheduled list secret".to_owned(),
    ];
    for line in &lines {
        here.run(line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    assert!(read(&here.run("channel list").await, &here.group).contains("secret"));
    for name in ["Ben", "Nobody"] {
        here.asker = person(name);
        for line in &lines {
            let error = here.run(line).await.expect_err(line);
            assert_eq!(error.kind, ErrorKind::Permission, "{name}: {line}");
            assert!(!error.message.contains("moon"), "{error}");
        }
        assert!(!read(&here.run("channel list").await, &here.group).contains("secret"));
        let error = here.run("channel show secre").await.expect_err("no such channel");
        assert!(!error.message.contains("#secret"), "{error}");
    }
    assert_eq!(here.run("channel create hidden --private").await.expect_err("for nobody").kind, ErrorKind::Permission);
    // Who administers the bot may have it speak there, and reads no more than before.
    here.asker.admin = true;
    here.run("message post hello channel=secret").await.expect("an administrator");
    assert_eq!(here.run(&lines[0]).await.expect_err("not in it").kind, ErrorKind::Permission);
}

#[tokio::test]
async fn the_bot_speaks_in_a_channel_for_those_who_are_in_it() {
    let mut here = Here::new().await;
    let asked = here.said("ana", "dev", "Done?").await;
    let ben = here.sim.look(|it| it.users.iter().find(|it| it.name == "ben").map(|it| it.id.clone())).expect("Ben");
    here.act(json!({"as": "ana", "do": "kick", "channel": "dev", "person": "ben"})).await;
    here.asker = person("Ben");
    for line in [
        "message post hello channel=dev".to_owned(),
        "message schedule hello channel=dev at=2026-09-22T09:00:00Z".to_owned(),
        format!("reaction add {asked} tada"),
        format!("pin add {asked}"),
        "bookmark add https://example.org Docs channel=dev".to_owned(),
        "file upload https://example.org/log.txt channel=dev".to_owned(),
    ] {
        assert_eq!(here.run(&line).await.expect_err(&line).kind, ErrorKind::Permission, "{line}");
    }
    // It is open to all who read.
    here.run(&format!("message show {asked}")).await.expect("a public channel");
    // In this workspace's own chat it is the id that counts, whatever the address says.
    let team = here.sim.credentials().team_id;
    here.asker = Actor { platform: "slack".into(), workspace: team, id: ben, ..person("Ana") };
    assert_eq!(here.run("message post hello channel=dev").await.expect_err("Ben").kind, ErrorKind::Permission);
    here.asker.workspace = "T00000000".into();
    here.run("message post hello channel=dev").await.expect("Ana by her address, of another workspace");
}

#[tokio::test]
async fn what_people_write_rings_nobody() {
    let mut here = Here::new().await;
    here.asker.name = "Ana <!channel> _x_".into();
    here.run("message post \"<!channel> <!here> @channel <!subteam^S0ONCALL0001> <@U1> & co\" channel=dev")
        .await
        .expect("posted");
    expect![[r#"
        &lt;!channel&gt; &lt;!here&gt; @channel &lt;!subteam^S0ONCALL0001&gt; &lt;@U1&gt; &amp; co
        _Ana channel x, by the bot_"#]]
    .assert_eq(&here.wire("dev"));
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_is() {
    let here = Here::new().await;
    let asked = here.said("ben", "dev", "Done?").await;
    let gone = asked.replace("/p", "/p1");
    check(
        &here,
        &[
            "message show https://example.org/1",
            &format!("message show {gone}"),
            &format!("message update {asked} mine now"),
            &format!("message delete {asked}"),
            "message post x channel=dve",
            "message post x channel=d",
            "message post x channel=dev --broadcast",
            &format!("message post x channel=ops thread={asked}"),
            "message schedule x channel=dev at=2020-01-01T00:00:00Z",
            "message schedule x channel=dev at=2027-09-22T09:00:00Z",
            "dm send x to=nobody",
            "dm send x to=Bellhop",
            &format!("reaction add {asked} \"a b\""),
            "channel create \"Größe!\"",
            "channel archive general --sure",
            "usergroup show nothing",
        ],
        expect![[r#"
            $ message show https://example.org/1
            BadInput: `https://example.org/1` is no message. Paste the link from its menu in Slack: More actions → Copy link.
              at message

            $ message show {slack}/archives/{dev}/p11790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.history channel={dev} oldest=11790000000.000000 latest=11790000000.000000 inclusive=true limit=1
            > GET conversations.replies channel={dev} oldest=11790000000.000000 latest=11790000000.000000 inclusive=true ts=11790000000.000000
            NotFound: Slack has no such message any more, or not in that channel.

            $ message update {slack}/archives/{dev}/p1790000000000000 mine now
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.history channel={dev} oldest=1790000000.000000 latest=1790000000.000000 inclusive=true limit=1
            > POST auth.test
            Permission: That message is not mine, and I change only my own. In Slack, its author can.

            $ message delete {slack}/archives/{dev}/p1790000000000000
            > GET conversations.info channel={dev} include_num_members=true
            > GET users.lookupByEmail email=ana@example.org
            > GET conversations.history channel={dev} oldest=1790000000.000000 latest=1790000000.000000 inclusive=true limit=1
            Permission: That message is not mine, and I delete only my own. In Slack, its author can.

            $ message post x channel=dve
            > GET conversations.list types=public_channel,private_channel exclude_archived=false limit=200
            BadInput: There is no channel `dve` that I can see. To a private one, somebody in it has to invite me.
              at channel

            $ message post x channel=d
            BadInput: There is no channel `d` that I can see. There is #dev. To a private one, somebody in it has to invite me.
              at channel

            $ message post x channel=dev --broadcast
            BadInput: Only an answer in a thread can be shown in the channel as well: name the thread.
              at broadcast

            $ message post x channel=ops thread={slack}/archives/{dev}/p1790000000000000
            > GET users.lookupByEmail email=ana@example.org
            > GET users.conversations user={ana} types=public_channel,private_channel exclude_archived=false limit=200
            BadInput: That message is not in #ops: name the channel that it is in.
              at thread

            $ message schedule x channel=dev at=2020-01-01T00:00:00Z
            BadInput: That time is over already: name a time to come.
              at at

            $ message schedule x channel=dev at=2027-09-22T09:00:00Z
            BadInput: Slack keeps messages for at most 120 days: name an earlier time.
              at at

            $ dm send x to=nobody
            > GET users.lookupByEmail email=ana@example.org
            > GET users.list limit=200
            BadInput: Slack knows nobody called `nobody`. Write an email address, or the name as in Slack.
              at to

            $ dm send x to=Bellhop
            > GET users.lookupByEmail email=ana@example.org
            BadInput: Bellhop is an app: name somebody who is there.
              at to

            $ reaction add {slack}/archives/{dev}/p1790000000000000 "a b"
            BadInput: `a b` is no emoji's name. Write it as in Slack: tada, or :tada:.
              at emoji

            $ channel create "Größe!"
            BadInput: `Größe!` is no name for a channel: lower-case letters, digits, - and _, at most 80.
              at name

            $ channel archive general --sure
            > GET users.lookupByEmail email=ana@example.org
            > POST conversations.archive channel={general}
            Permission: Slack does not allow that for the channel that everybody is in (cant_archive_general).

            $ usergroup show nothing
            > GET usergroups.list include_users=true
            BadInput: Slack has no user group `nothing`. There are: @oncall.
              at group

        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_token_that_is_none_of_a_bot_is_refused_at_once() {
    let kind: Kind = Kind::of::<crate::slack::Slack>();
    for token in ["", "xoxp-1", "xapp-1", "hunter2"] {
        let http = Http::new("slack", "Slack", "https://slack.com/api/", Policy::default()).expect("an address");
        let config = Map::from_iter([("bot_token".to_owned(), json!(token))]);
        let error = (kind.connect)(config, http).err().expect("refused");
        assert_eq!(error.kind, ErrorKind::BadConfig);
        assert!(token.is_empty() || !error.message.contains(token), "{error}");
    }
}

#[tokio::test]
async fn refusals_and_faults_have_their_class() {
    let here = Here::new().await;
    here.run("message post hello channel=dev").await.expect("posted");
    for (fault, kind) in [
        (Fault::Failing, ErrorKind::Server),
        (Fault::Unauthorized, ErrorKind::Auth),
        (Fault::Html, ErrorKind::Server),
        (Fault::RateLimiting, ErrorKind::RateLimited),
    ] {
        here.server.set_fault(fault).await.expect("set");
        let error = here.run("user show ana@example.org").await.expect_err("a fault");
        assert_eq!(error.kind, kind, "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn the_doctor_names_each_missing_scope() {
    let here = Here::new().await;
    let told = |checks: Vec<crate::Check>| {
        let lines =
            checks.into_iter().map(|it| format!("{:?} {}: {} | {}", it.state, it.name, it.detail, it.fix.unwrap_or_default()));
        lines.collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        Ok credentials: signed in to Example as bellhop | 
        Ok channels: sees 3, and is in 3 | 
        Ok scopes: all 19 that the commands need | "#]]
    .assert_eq(&told(here.slack.health().await));
    here.sim.set_scopes("channels:read,chat:write,groups:read");
    let told = told(here.slack.health().await);
    assert_eq!(told.matches("Warning scope ").count(), crate::slack::SCOPES.len() - 3, "{told}");
    assert!(told.contains("Warning scope pins:write: missing: `pin add` and `remove` | "), "{told}");
}
