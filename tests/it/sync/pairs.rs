//! Redmine with each of the systems that have tasks: what a person does in one is in the other, and comes to rest.

use super::*;

/// A system beside Redmine, as people there work with it.
struct Peer {
    kind: &'static str,
    place: &'static str,
    /// Beside the title, which is proposed.
    fields: &'static str,
    /// Makes the task `Water is missing`.
    create: &'static str,
    /// Ends the task of this key.
    close: fn(&str) -> String,
    /// How its panel calls what is ended.
    closed: &'static str,
}

const JIRA: Peer = Peer {
    kind: "jira",
    place: "APO",
    fields: "subject = summary; description = description; status = status (New: To Do, Closed: Done); -> issuetype default Task",
    create: "issue create Water is missing project=APO description=\"In the *kitchen*\"",
    close: |key| format!("issue close {key}"),
    closed: "Done",
};
const GITHUB: Peer = Peer {
    kind: "github",
    place: "example/demo",
    fields: "subject = title; description = body; status = state (New: open, Closed: closed)",
    create: "issue create Water is missing repo=example/demo body=\"In the *kitchen*\"",
    close: |key| format!("issue close {key}"),
    closed: "closed",
};
const GITLAB: Peer = Peer {
    kind: "gitlab",
    place: "demo/printer",
    fields: "subject = title; description = description; status = state (New: opened, Closed: closed)",
    create: "issue create Water is missing project=demo/printer description=\"In the *kitchen*\"",
    close: |key| format!("issue close {key}"),
    closed: "closed",
};
const OPENPROJECT: Peer = Peer {
    kind: "openproject",
    place: "demo",
    fields: "subject = subject; description = description; status = status",
    create: "wp create Water is missing project=demo description=\"In the *kitchen*\"",
    close: |key| format!("wp close {key}"),
    closed: "Closed",
};
const TRELLO: Peer = Peer {
    kind: "trello",
    place: "demo",
    fields: "subject = name; description = desc; status = list (New: To Do, Closed: Done)",
    create: "card create Water is missing board=demo description=\"In the *kitchen*\"",
    close: |key| format!("card move {key} Done"),
    closed: "Done",
};
const AZURE_DEVOPS: Peer = Peer {
    kind: "azure-devops",
    place: "demo",
    fields: "subject = title; description = description; status = state",
    create: "item create Water is missing project=demo description=\"In the *kitchen*\"",
    close: |key| format!("item state {key} Closed"),
    closed: "Closed",
};

/// The key of the one task of this title, as its panel's first column has it.
fn key(server: &Server, title: &str) -> String {
    let found: Vec<Value> = rows(server, title).iter().map(|it| it.parse().expect("a row is JSON")).collect();
    let [row] = &found[..] else { panic!("{title} is there {} times", found.len()) };
    row[0].as_str().map_or_else(|| row[0].to_string(), str::to_owned)
}

fn writes(server: &Server) -> usize {
    // GraphQL and searches are asked by POST, too.
    let reads = ["/graphql", "/search", "/wiql", "/form", "/jql", "/bulkfetch", "/workitemsbatch"];
    let is_write = |method: &str, path: &str| method != "GET" && !reads.iter().any(|it| path.ends_with(it));
    server.exchanges().iter().filter(|it| is_write(&it.method, it.path.split('?').next().unwrap_or_default())).count()
}

async fn both_ways_with(peer: Peer, database: Database) {
    let trackers = trackers(["redmine", peer.kind], database).await;
    let Trackers { bot, one, two } = &trackers;
    let theirs = |title: &'static str| rows(two, title).pop().unwrap_or_default();
    let line = "/one issue create Printer on fire project=demo description=\"Second *floor*\"";
    trackers.done(line, "Printer on fire").await;
    trackers.begin(&format!("one:demo two:{} fields=\"{}\"", peer.place, peer.fields)).await;
    until("the issue is on the other side", || rows(two, "Printer on fire").len() == 1).await;
    assert!(!theirs("Printer on fire").contains(&format!("\"{}\"", peer.closed)), "{}", theirs("Printer on fire"));
    let are_one = || (rows(one, "Where is the manual?").len(), rows(two, "Where is the manual?").len()) == (1, 1);
    until("a task that both have, or one of them, is there once on each side", are_one).await;

    trackers.done(&format!("/two {}", peer.create), "Water is missing").await;
    trackers.look().await;
    until("their task is here", || rows(one, "Water is missing").len() == 1).await;
    let here = number(one, "Water is missing");
    trackers.done(&format!("/one issue show {here}"), "kitchen").await;

    trackers.done(&format!("/one issue status {} Closed", number(one, "Printer on fire")), "Closed").await;
    trackers.look().await;
    until("it is closed there too", || theirs("Printer on fire").contains(&format!("\"{}\"", peer.closed))).await;

    let close = (peer.close)(&key(two, "Water is missing"));
    bot.slack_command(ANA, &format!("/two {close}")).await.accepted();
    until("it is closed there", || theirs("Water is missing").contains(&format!("\"{}\"", peer.closed))).await;
    trackers.look().await;
    until("it is closed here too", || rows(one, "Water is missing")[0].contains("Closed")).await;

    // Once what is on its way has arrived, looking writes nothing.
    trackers.look().await;
    bot.slack_command(ANA, "/bellhop sync show apollo").await.accepted();
    let shown = bot.slack.post("the same, ").await;
    let before = (writes(one), writes(two));
    for _ in 0..2 {
        let asked = two.exchanges().len();
        trackers.look().await;
        until("the other side is looked at", || two.exchanges().len() > asked).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((writes(one), writes(two)), before, "what was carried over comes back: {}", shown.text);
}

#[tokio::test]
async fn redmine_with_jira() {
    both_ways_with(JIRA, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_github() {
    both_ways_with(GITHUB, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_gitlab() {
    both_ways_with(GITLAB, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_openproject() {
    both_ways_with(OPENPROJECT, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_trello() {
    both_ways_with(TRELLO, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_azure_devops() {
    both_ways_with(AZURE_DEVOPS, Database::Sqlite).await;
}

#[tokio::test]
async fn redmine_with_jira_on_postgresql() {
    both_ways_with(JIRA, Database::Postgres).await;
}
