//! What polls find.

use super::*;
use crate::Polled;

async fn poll(here: &Here, cursor: Option<&str>) -> Polled {
    here.zulip.poll(cursor, here.now()).await.expect("a poll")
}

fn told(polled: &Polled) -> Vec<String> {
    let one = |it: &commands::Event| {
        let (place, text) = (it.object.place.as_deref().unwrap_or("-"), it.text.as_deref().unwrap_or("-"));
        format!("{} {} {place} {} {text}", it.kind, it.object.key, it.actor.as_deref().unwrap_or("-"))
    };
    polled.events.iter().map(one).collect()
}

async fn watching() -> Here {
    Here::with(
        |_| {},
        |settings| {
            settings.insert("watch".into(), json!(["dev", "gone"]));
            settings.insert("watch_people".into(), json!(true));
        },
    )
    .await
}

#[tokio::test]
async fn the_first_poll_starts_from_now_and_each_next_one_tells_once() {
    let here = watching().await;
    let first = poll(&here, None).await;
    assert_eq!(told(&first), [] as [&str; 0]);
    assert_eq!(poll(&here, Some(&first.cursor)).await, first, "nothing happened");
    here.act(json!({"as": "ben", "do": "say", "channel": "dev", "topic": "build", "text": "Green"}));
    here.act(json!({"as": "ben", "do": "say", "channel": "ops", "topic": "disks", "text": "Unwatched"}));
    here.run("message send Our own channel=dev topic=build").await.expect("sent");
    here.run("user create New Person email=new@example.org").await.expect("created");
    here.run("channel create release description=Ships people=ana").await.expect("created");
    here.run("channel create secret privacy=private_shared people=ana").await.expect("created");
    let second = poll(&here, Some(&first.cursor)).await;
    let mut all = told(&second);
    all.sort();
    assert_eq!(all, ["channel.created #release - - Ships", "message.posted #105 dev Ben Green", "user.joined 27 - - -"]);
    assert_eq!(told(&poll(&here, Some(&second.cursor)).await), [] as [&str; 0]);
    assert_eq!(told(&poll(&here, Some(&first.cursor)).await).len(), 3, "a cursor that was not kept gives the same again");
}

#[tokio::test]
async fn what_becomes_of_people_and_channels_is_told_once() {
    let here = watching().await;
    here.run("channel create release description=Ships people=ana").await.expect("created");
    here.run("channel create secret privacy=private_shared people=ana").await.expect("created");
    let mut cursor = poll(&here, None).await.cursor;
    let changed = |polled: &Polled| {
        let one = |it: &commands::event::Change| {
            format!("{}: {} → {}", it.field, it.from.as_deref().unwrap_or("-"), it.to.as_deref().unwrap_or("-"))
        };
        let line = |it: &commands::Event| {
            let changes: Vec<String> = it.changes.iter().map(one).collect();
            format!("{} {} {}", it.kind, it.object.title, changes.join(", ")).trim_end().to_owned()
        };
        let mut all: Vec<String> = polled.events.iter().map(line).collect();
        all.sort();
        all
    };
    for (lines, expected) in [
        (
            &["user update ben name=Benjamin", "user role ana role=moderator", "channel rename release shipping"][..],
            &[
                "channel.renamed shipping name: release → shipping",
                "user.changed Ana role: administrator → moderator",
                "user.changed Benjamin name: Ben → Benjamin",
            ][..],
        ),
        (
            &[
                "user deactivate ben@example.org --sure",
                "channel update shipping description=\"What ships\"",
                "channel update secret description=Psst",
            ],
            &["channel.changed shipping description: - → What ships", "user.deactivated Benjamin"],
        ),
        (
            &["user reactivate ben@example.org", "channel archive shipping --sure"],
            &["channel.archived shipping", "user.reactivated Benjamin"],
        ),
    ] {
        for line in lines {
            here.run(line).await.unwrap_or_else(|error| panic!("{line}: {error}"));
        }
        let polled = poll(&here, Some(&cursor)).await;
        assert_eq!(changed(&polled), expected);
        cursor = polled.cursor;
        assert_eq!(changed(&poll(&here, Some(&cursor)).await), [""; 0], "once");
    }
    // As it was kept before this was told.
    let old = json!({"messages": {}, "users": 1, "channels": 1}).to_string();
    assert!(!told(&poll(&here, Some(&old)).await).iter().any(|it| it.contains("changed")));
}

#[tokio::test]
async fn nothing_is_missed_however_much_was_said() {
    let here = watching().await;
    let mut cursor = poll(&here, None).await.cursor;
    for number in 0..250 {
        here.act(json!({"as": "ben", "do": "say", "channel": "dev", "topic": "build", "text": format!("{number}")}));
    }
    let mut seen = Vec::new();
    for _ in 0..3 {
        let polled = poll(&here, Some(&cursor)).await;
        seen.extend(polled.events.iter().filter_map(|it| it.text.clone()));
        cursor = polled.cursor;
    }
    assert_eq!(seen, (0..250).map(|it| it.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_the_bot_has_muted_is_no_news() {
    let here = watching().await;
    let first = poll(&here, None).await;
    here.run("topic mute build channel=dev").await.expect("muted");
    for (topic, text) in [("build", "muted"), ("deploy", "heard")] {
        here.act(json!({"as": "ben", "do": "say", "channel": "dev", "topic": topic, "text": text}));
    }
    assert_eq!(told(&poll(&here, Some(&first.cursor)).await), ["message.posted #106 dev Ben heard"]);
}

#[tokio::test]
async fn a_cursor_that_nobody_can_read_says_so() {
    let here = watching().await;
    let error = here.zulip.poll(Some("nonsense"), here.now()).await.expect_err("no cursor");
    assert_eq!(error.kind, ErrorKind::Internal);
}
