//! What people may not see, what is refused, and what goes wrong on the way.

use super::*;

/// A private channel with Ana and the bot, and something said in it.
async fn with_secrets() -> Here {
    let mut here = Here::new().await;
    here.run("channel create secret privacy=private_shared people=ana").await.expect("made");
    here.act(json!({"as": "ana", "do": "say", "channel": "secret", "topic": "plans", "text": "we buy the moon"}));
    here.asker = person("Ben");
    here
}

#[tokio::test]
async fn what_a_person_may_not_see_the_bot_does_not_show_them() {
    let mut here = with_secrets().await;
    let hidden = [
        "message show 105",
        "message show 104",
        "message history 105",
        "message search moon channel=secret",
        "message send Me too channel=secret topic=plans",
        "message move 105 topic=elsewhere channel=dev",
        "reaction add 105 tada",
        "reaction list 104",
        "topic list secret",
        "topic resolve plans channel=secret",
        "channel show secret",
        "channel subscribers secret",
        "channel subscribe secret",
        "channel archive secret --sure",
        "channel permissions secret privacy=public",
    ];
    for who in ["Ben", "Nobody"] {
        here.asker = person(who);
        for line in hidden {
            let error = here.run(line).await.expect_err(line);
            assert_eq!(error.kind, ErrorKind::Permission, "{who}: {line}: {error}");
        }
        for line in ["message search moon", "channel list"] {
            let reply = here.run(line).await.expect("a list");
            let text = reply.message.to_plain(std::slice::from_ref(&here.group));
            assert!(!text.contains("moon") && !text.contains("secret"), "{who}: {line}: {text}");
        }
    }
    here.asker = person("Ana");
    for line in ["message show 105", "message show 104", "channel show secret", "message search moon channel=secret"] {
        here.run(line).await.expect(line);
    }
}

#[tokio::test]
async fn a_guest_sees_what_they_are_subscribed_to() {
    let mut here = Here::new().await;
    here.run("user role ben role=guest").await.expect("a guest");
    here.run("channel remove dev people=ben").await.expect("out");
    here.asker = person("Ben");
    for line in ["message show 101", "topic list dev", "message search build"] {
        assert!(matches!(here.run(line).await.expect_err(line).kind, ErrorKind::Permission | ErrorKind::BadInput), "{line}");
    }
    here.run("message show 103").await.expect("of #ops");
}

#[tokio::test]
async fn an_account_that_is_deactivated_does_not_come_back_through_the_bot() {
    let mut here = Here::new().await;
    here.run("user deactivate ben --sure").await.expect("deactivated");
    here.asker = person("Ben");
    assert_eq!(here.run("message show 101").await.expect_err("locked").kind, ErrorKind::Permission);
}

#[tokio::test]
async fn a_person_of_this_zulip_is_known_by_number_and_not_by_name() {
    let mut here = Here::new().await;
    here.asker = Actor { platform: "zulip".into(), workspace: here.server.url(), id: "8".into(), email: None, ..person("Ben") };
    here.run("message show 104").await.expect("Ana's own conversation");
    here.asker.workspace = "https://other.example.org".into();
    assert_eq!(here.run("message show 104").await.expect_err("another organization's").kind, ErrorKind::Permission);
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_is() {
    let here = Here::new().await;
    let long = format!("message send x channel=dev topic={}", "t".repeat(61));
    check(
        &here,
        &[
            "message show https://chat.example.org/#narrow/channel/2-dev",
            "message show 9999",
            "message edit 101 mine now",
            "message delete 102",
            "message move 104 topic=x",
            "message move 101",
            "message send x channel=dve topic=y",
            "message send x channel=d topic=y",
            &long,
            "message direct x to=nobody",
            "message direct x to=Bellhop",
            "message search x topic=build",
            "message schedule x channel=dev topic=y at=yesterday",
            "message schedule x channel=dev topic=y at=2020-01-01",
            "topic resolve nothing channel=dev",
            "user role ben role=owner",
            "channel settings dev color=red",
            "channel permissions dev post=nobodies",
            "group create role:x",
        ],
        expect![[r#"
            $ message show https://chat.example.org/#narrow/channel/2-dev
            BadInput: `https://chat.example.org/#narrow/channel/2-dev` is no message. Write its number, or paste the link from its menu in Zulip.
              at message

            $ message show 9999
            > GET messages/9999 apply_markdown=false allow_empty_topic_name=true
            NotFound: Zulip has no such message, or the bot may not see it.

            $ message edit 101 mine now
            > GET messages/101 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET users
            > GET users/me
            Permission: That message is Ana's, and I edit only my own. In Zulip, its author can.

            $ message delete 102
            > GET messages/102 apply_markdown=false allow_empty_topic_name=true
            > GET streams/2
            > GET users/me
            Permission: That message is Ben's, and I delete only my own. In Zulip, its author can.

            $ message move 104 topic=x
            > GET messages/104 apply_markdown=false allow_empty_topic_name=true
            BadInput: A direct message has no topic, and cannot be moved.
              at message

            $ message move 101
            BadInput: Where to? Name a topic, a channel, or both.
              at topic

            $ message send x channel=dve topic=y
            > GET streams
            BadInput: There is no channel `dve` that I can see. To a private one, the bot has to be subscribed.
              at channel

            $ message send x channel=d topic=y
            > GET streams
            BadInput: There is no channel `d` that I can see. There is #dev. To a private one, the bot has to be subscribed.
              at channel

            $ message send x channel=dev topic=ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt
            BadInput: The topic has 61 characters, and Zulip keeps 60 of them: shorten it.
              at topic

            $ message direct x to=nobody
            BadInput: Zulip knows nobody called `nobody`. Write an email address, or the full name as in Zulip.
              at to

            $ message direct x to=Bellhop
            > POST messages type=direct to=[26] content=x

            *Ana, by the bot*
            (only you) Sent #105 <{zulip}/#narrow/dm/26/near/105> to Bellhop.

            $ message search x topic=build
            BadInput: A topic is of a channel: name the channel, too.
              at channel

            $ message schedule x channel=dev topic=y at=yesterday
            BadInput: `yesterday` is no time. Write +2h, +1d, 2026-12-01 09:00 (UTC), or 2026-12-01T09:00+01:00.
              at at

            $ message schedule x channel=dev topic=y at=2020-01-01
            BadInput: `2020-01-01` is over already: name a time to come.
              at at

            $ topic resolve nothing channel=dev
            > GET streams
            > GET users/me/2/topics allow_empty_topic_name=true
            BadInput: There is no topic `nothing` in #dev.
              at topic

            $ user role ben role=owner
            > PATCH users/9 role=100
            Permission: Zulip does not let the bot do that: Must be an organization owner.

            $ channel settings dev color=red
            BadInput: `red` is no colour: write it like #76ce90.
              at color

            $ channel permissions dev post=nobodies
            > GET streams
            > GET user_groups
            BadInput: Zulip has no group `nobodies`. There are nobody, owners, administrators, moderators, fullmembers, members, everyone, oncall.
              at post

            $ group create role:x
            > POST user_groups/create name=role:x description= members=[]
            BadInput: Zulip refused that: User group name cannot start with 'role:'.
              at name

        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_link_shows_its_message_or_its_topics_last() {
    let here = Here::new().await;
    let base = here.server.url();
    for (link, id) in [
        ("#narrow/channel/2-dev/topic/build/near/101", 101),
        ("#narrow/channel/2-dev/topic/build/with/101", 101),
        ("#narrow/channel/2-dev/topic/build", 102),
        ("#narrow/dm/8,26-dm/near/104", 104),
    ] {
        let from = here.server.exchanges().len();
        here.run(&format!("message show {base}/{link}")).await.expect(link);
        let asked = here.server.exchanges()[from..].iter().any(|it| it.path.starts_with(&format!("/api/v1/messages/{id}?")));
        assert!(asked, "{link}");
    }
    here.run(&format!("{base}/#narrow/channel/2-dev/topic/build/near/101")).await.expect("a pasted link alone");
}

#[tokio::test]
async fn a_bot_that_is_a_member_says_what_it_may_not() {
    let here = Here::with(|it| it.bot_role = 400, |_| {}).await;
    let checks = here.zulip.health().await;
    let told: Vec<String> = checks.iter().map(|it| format!("{:?} {}: {}", it.state, it.name, it.detail)).collect();
    expect![[r#"
        Ok reachable: Example answers: Zulip 10.2, feature level 372
        Ok credentials: signed in as Bellhop (bot, member)
        Ok role: member: enough for messages, topics, channels and groups of its own; Zulip refuses `user create`, `update`, `role`, `deactivate` and `reactivate`; `topic delete`; `channel update`, `rename`, `permissions`, `archive`, `unarchive` and `remove` in channels that others made
        Ok channels: sees 3"#]].assert_eq(&told.join("\n"));
    for line in [
        "user create New Person email=new@example.org",
        "user role ben role=moderator",
        "user deactivate ben --sure",
        "topic delete build channel=dev --sure",
        "channel rename dev development",
        "channel archive dev --sure",
        "channel remove dev people=ben",
    ] {
        let error = here.run(line).await.expect_err(line);
        assert_eq!(error.kind, ErrorKind::Permission, "{line}: {error}");
        assert!(!error.maybe_done, "{line}");
    }
}

#[tokio::test]
async fn a_post_whose_fate_is_unknown_is_not_repeated_and_says_so() {
    let here = Here::new().await;
    let posts = || here.server.exchanges().iter().filter(|it| it.method == "POST" && it.path == "/api/v1/messages").count();
    for (fault, kind, maybe_done) in [
        (Fault::Failing, ErrorKind::Server, true),
        (Fault::RateLimiting, ErrorKind::RateLimited, false),
        (Fault::Html, ErrorKind::Server, false),
        (Fault::Unauthorized, ErrorKind::Auth, false),
    ] {
        // What the command looks up first must be answered: only the last request is to fail.
        let client = super::super::client::Client::new(
            Http::new("zulip", "Zulip", &here.server.url(), Policy { retries: 3, per_second: 0, ..Policy::default() })
                .expect("an address"),
            "bellhop-bot@chat.example.org",
            &commands::param::Secret::from(here.sim.credentials().api_key),
        );
        let before = posts();
        here.server.set_fault(fault).await.expect("a fault");
        let to = super::super::client::messages::Recipient::topic(2, "build");
        let error = client.send(&to, "x", None).await.expect_err("a fault");
        here.server.set_fault(Fault::None).await.expect("none");
        assert_eq!((error.kind, error.maybe_done), (kind, maybe_done), "{fault:?}: {error}");
        let again = if fault == Fault::RateLimiting { 1 } else { 0 };
        assert!(posts() - before <= 1 + again, "{fault:?}: {}", posts() - before);
    }
}

#[tokio::test]
async fn a_parameter_that_the_server_does_not_know_is_noticed() {
    let here = Here::new().await;
    let client = super::super::client::Client::new(
        Http::new("zulip", "Zulip", &here.server.url(), Policy::default()).expect("an address"),
        "bellhop-bot@chat.example.org",
        &commands::param::Secret::from(here.sim.credentials().api_key),
    );
    // As at feature level 372, which cannot take a channel out of the archive and says so in a success.
    let form = super::super::client::Form::new().json("is_archived", false);
    let error = client.patch::<Value>("streams/2", form).await.expect_err("an older server");
    assert_eq!(error.kind, ErrorKind::Validation);
    assert!(error.message.contains("is_archived"), "{error}");
}

#[tokio::test]
async fn what_this_server_lacks_is_known() {
    let here = Here::new().await;
    let features = here.zulip.features().await.expect("its version");
    assert_eq!(features.version.as_deref(), Some("Zulip 10.2"));
    let missing: Vec<_> = features.missing.iter().map(|it| (it.action, it.why.as_str())).collect();
    let why =
        "Zulip 10.2 cannot do that by its API, which Zulip 11 can. Whoever runs the server can: `manage.py unarchive_channel`.";
    assert_eq!(missing, [("channel unarchive", why)]);
}
