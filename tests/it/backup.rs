//! A backup is taken while the bot works; what is restored from it does nothing old by itself.

use std::{fs, time::Duration};

use connectors::standin::Fault;
use futures::future::join_all;
use tests::{ANA, Database, Printed, Redmine, SECRETS, TestBot, far_end::Recorded};

fn creates(request: &Recorded) -> bool {
    request.method == "POST" && request.path() == "/issues.json"
}

fn posts(request: &Recorded) -> bool {
    request.path().starts_with("/response/") || request.path().starts_with("/api/chat.")
}

/// Waits until the list of jobs in this state is not empty.
async fn until_there_are(bot: &TestBot, state: &str, kind: &str) {
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..1200 {
        looks.tick().await;
        let found = bot.bellhop(&["jobs", "list", "--state", state, "--kind", kind, "--json"]).await.done().json();
        if found.as_array().is_some_and(|it| !it.is_empty()) {
            return;
        }
    }
    panic!("no {kind} is {state}: {}", bot.log());
}

/// Backed up under load from one database, restored into another: nothing of before is said or done
/// again, until somebody wants it.
async fn is_restored(from: Database, to: Database) {
    let mut bot = TestBot::with(Redmine::standin().await, from).await;
    bot.slack.far_end.set_at(Fault::Failing, posts).await;
    bot.slack_command(ANA, "/redmine issue create Old printer project=demo").await.accepted();
    // What was answered with a 500 may be there all the same.
    until_there_are(&bot, "unknown", "post").await;
    let load = join_all((0..40).map(|n| {
        let bot = &bot;
        async move { bot.slack_command(ANA, &format!("/redmine issue create Busy {n} project=demo")).await.accepted() }
    }));
    let (backup, _) = tokio::join!(bot.bellhop(&["backup", "it.backup"]), load);
    assert!(backup.clone().done().out.contains("is a verified backup"), "{backup:?}");
    assert!(bot.bellhop(&["backup", "it.backup"]).await.errors.contains("exists already"));
    let refused = bot.bellhop(&["restore", "it.backup", "--force"]).await;
    assert!(refused.status == Some(1) && refused.errors.contains("running bellhop"), "{refused:?}");

    bot.kill().await;
    bot.move_to(to).await;
    bot.slack.far_end.set(Fault::None).await;
    let (created, said) = (bot.redmine.server().count(creates), bot.slack.posts().len());
    let restored = bot.bellhop(&["restore", "it.backup"]).await.done().out;
    assert!(restored.contains("under way and may have been done since"), "{restored}");
    bot.run().await;
    bot.slack_command(ANA, "/redmine issue create New printer project=demo").await.accepted();
    bot.slack.post_where("the new one", |it| it.text.contains("New printer") && it.text.contains("Created #")).await;
    assert_eq!(bot.redmine.server().count(creates), created + 1, "what is old was done again");
    let old = bot.slack.posts().split_off(said);
    assert!(old.iter().all(|it| it.text.contains("New printer")), "what is old was said again: {old:#?}");
    let dead = bot.bellhop(&["jobs", "list", "--state", "dead", "--json"]).await.done().json();
    let dead = dead.as_array().expect("a list");
    assert!(
        dead.iter().all(|it| it["reason"].as_str().is_some_and(|it| it.contains("restored from the backup of"))),
        "{dead:#?}"
    );

    bot.bellhop(&["jobs", "redrive", "--all", "--kind", "post"]).await.done();
    bot.slack.post_where("the old one", |it| it.text.contains("Old printer")).await;
    let audit = bot.bellhop(&["say", "bellhop audit command=\"bellhop restore\""]).await.done().out;
    assert!(audit.contains("bellhop restore it.backup"), "{audit}");
}

#[tokio::test]
async fn from_sqlite_into_postgresql() {
    is_restored(Database::Sqlite, Database::Postgres).await;
}

#[tokio::test]
async fn from_postgresql_into_sqlite() {
    is_restored(Database::Postgres, Database::Sqlite).await;
}

#[tokio::test]
async fn from_sqlite_into_another_file() {
    is_restored(Database::Sqlite, Database::Sqlite).await;
}

#[tokio::test]
async fn a_backup_that_does_not_fit_leaves_nothing_behind() {
    let mut bot = TestBot::start().await;
    bot.kill().await;
    // A file may grow to 64 KiB; with the signal ignored, writing more fails as it does on a full disk.
    let script = format!("ulimit -f 64; trap '' XFSZ; exec {} backup small.backup", tests::binary().display());
    let mut command = tokio::process::Command::new("bash");
    command.args(["-c", &script]).current_dir(bot.folder()).env_clear().envs(SECRETS).env("PATH", "/usr/bin:/bin");
    let printed = Printed::from(&command.output().await.expect("bash runs"));
    assert_eq!(printed.status, Some(1), "{printed:?}");
    assert!(printed.errors.contains("Nothing was kept"), "{printed:?}");
    let left: Vec<String> = fs::read_dir(bot.folder())
        .expect("the folder is ours")
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|it| it.contains("small"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_the_bot_starts_as_before() {
    let mut bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Kept printer project=demo").await.accepted();
    bot.slack.post("Created #").await;
    bot.kill().await;
    let path = |name: &str| bot.folder().join(name);
    bot.bellhop(&["backup", "whole.backup"]).await.done();
    let whole = fs::read(path("whole.backup")).expect("a backup");
    fs::write(path("short.backup"), &whole[..whole.len() / 2]).expect("the folder is ours");
    fs::write(path("notes.txt"), "no backup at all").expect("the folder is ours");
    for (name, words) in [("short.backup", "is cut short"), ("notes.txt", "is not a backup"), ("none", "cannot be read")] {
        let printed = bot.bellhop(&["restore", name, "--force"]).await;
        assert!(printed.status == Some(1) && printed.errors.contains(words), "{printed:?}");
    }
    bot.run().await;
    let list = bot.bellhop(&["say", "bellhop audit"]).await.done().out;
    assert!(list.contains("Kept printer") && !list.contains("bellhop restore"), "{list}");
}

#[tokio::test]
async fn a_file_that_is_restored_over_is_kept() {
    let mut bot = TestBot::start().await;
    bot.slack_command(ANA, "/redmine issue create Kept printer project=demo").await.accepted();
    bot.slack.post("Created #").await;
    bot.bellhop(&["backup", "whole.backup"]).await.done();
    bot.slack_command(ANA, "/redmine issue create Later printer project=demo").await.accepted();
    bot.slack.post_where("the later one", |it| it.text.contains("Later printer") && it.text.contains("Created #")).await;
    bot.kill().await;
    let restored = bot.bellhop(&["restore", "whole.backup"]).await.done().out;
    assert!(restored.contains("is kept as") && restored.contains(".replaced-"), "{restored}");
    let list = bot.bellhop(&["say", "bellhop audit"]).await.done().out;
    assert!(list.contains("Kept printer") && !list.contains("Later printer"), "{list}");
}
