//! The simulated systems report what happens in them as the real ones do: signed, and understood by the real readers.

use connectors::standin::Standin;
use tests::{
    ANA, TestBot,
    slack::{CHANNEL, Post},
};

use crate::hooks_by_api::bot_with_vendors;

const TOKEN: &str = "the-token-of-a-story";

/// What is done in a system, and what the channel that hears of it reads.
struct Change {
    kind: &'static str,
    command: &'static str,
    told: &'static [&'static str],
}

const CHANGES: &[Change] = &[
    Change { kind: "github", command: "issue create The fan squeaks repo=example/demo", told: &["The fan squeaks"] },
    Change { kind: "gitlab", command: "issue create The fan squeaks project=demo/printer", told: &["The fan squeaks"] },
    Change { kind: "jira", command: "issue create The fan squeaks project=apollo type=Task", told: &["The fan squeaks"] },
    Change { kind: "bitbucket", command: "issue create The fan squeaks repo=website", told: &["The fan squeaks"] },
    Change { kind: "openproject", command: "wp create The fan squeaks project=demo", told: &["The fan squeaks"] },
    Change { kind: "trello", command: "card create The fan squeaks board=demo", told: &["The fan squeaks"] },
    Change { kind: "azure-devops", command: "item create The fan squeaks project=demo type=task", told: &["The fan squeaks"] },
    Change { kind: "notion", command: "page create The fan squeaks place=\"demo tasks\"", told: &["page"] },
    Change { kind: "nextcloud", command: "folder create /Reports/Fan", told: &["Fan"] },
];

/// A bot with these systems, each with a hook of its own to which it reports.
async fn bot(kinds: &[&'static str]) -> TestBot {
    let hooks: String =
        kinds.iter().map(|kind| format!("[[hook]]\nname = \"from-{kind}\"\nkind = \"{kind}\"\nsecret = \"{TOKEN}\"\n")).collect();
    let (bot, vendors) = bot_with_vendors(kinds, |config| {
        config.extend(hooks.parse::<toml::Table>().expect("hooks"));
        // What is told comes by webhooks alone.
        let connections = config.get_mut("connection").and_then(toml::Value::as_array_mut).expect("connections");
        for connection in connections.iter_mut().filter_map(toml::Value::as_table_mut) {
            let polls = connection["kind"].as_str().and_then(connectors::find).is_some_and(|it| it.poll_every.is_some());
            if polls && connection["kind"].as_str() != Some("nextcloud") {
                connection.insert("poll_seconds".into(), 86_400.into());
            }
        }
    })
    .await;
    for (kind, vendor) in &vendors {
        let standin: &dyn Standin = vendor.standin;
        standin.add_webhook(&format!("http://{}/hooks/from-{kind}", bot.address()), TOKEN);
    }
    // They are served as long as the story.
    std::mem::forget(vendors);
    bot
}

#[tokio::test]
async fn what_happens_in_each_system_is_told() {
    let kinds: Vec<&'static str> = CHANGES.iter().map(|it| it.kind).collect();
    let bot = bot(&kinds).await;
    for Change { kind, command, told } in CHANGES {
        bot.slack_command(ANA, &format!("/bellhop subscribe from-{kind} mode=each")).await.accepted();
        bot.slack.post_where(kind, |it| it.text.contains("This channel hears of") && it.text.contains(kind)).await;
        bot.slack_command(ANA, &format!("/{kind} {command}")).await.accepted();
        let source = format!("from-{kind}");
        // Keys of what is reported begin with the hook that it came by.
        let reported = |post: &Post| post.raw["metadata"].to_string().contains(&format!("\"{source}:"));
        let is_it = |post: &Post| reported(post) && told.iter().all(|it| post.text.contains(it));
        let card = bot.slack.post_where(&format!("what {kind} reports"), is_it).await;
        assert_eq!(card.channel.as_deref(), Some(CHANNEL), "{kind}");
        let came = bot.bellhop(&["hooks", "deliveries", &source, "--json"]).await.done().json();
        let all = came.as_array().cloned().unwrap_or_default();
        assert!(!all.is_empty() && all.iter().all(|it| it["verdict"] == "accepted"), "{kind}: {came:#}");
    }
}
