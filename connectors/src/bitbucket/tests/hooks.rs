//! Webhooks: at Bitbucket's end, and what comes from there.

use super::*;
use crate::tests::{broken::mangled, told::line};
use commands::event::Object;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

#[tokio::test]
async fn making_and_deleting() {
    for (door, events) in [(Door::Cloud, 26), (Door::Center, 21)] {
        let desk = desk(door).await;
        let params = json!({"repo": "website", "url": "https://bot.example.org/hooks/ci?x=1", "secret": "s3cret-of-the-hook"});
        let reply = desk.connected.run(&Call::new("bitbucket", "hook create", params), &desk.ctx()).await.expect("a webhook");
        assert_eq!(reply.audience, commands::Audience::Private);
        assert!(!format!("{reply:?}").contains("s3cret"), "{reply:?}");
        let hook = desk.standin.state().repos[0].hooks.last().expect("a webhook").clone();
        assert_eq!((hook.secret.as_deref(), hook.events.len()), (Some("s3cret-of-the-hook"), events));
        let odd =
            json!({"repo": "website", "url": "https://bot.example.org/hooks/ci", "secret": "s3cret", "event": ["sun:rises"]});
        let error =
            desk.connected.run(&Call::new("bitbucket", "hook create", odd), &desk.ctx()).await.expect_err("no such event");
        assert_eq!(error.fields.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["event"], "{error}");
    }
    let desk = center().await;
    desk.check(
        "hook list repo=website",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/webhooks
            (only you)
            Webhooks of DEMO/website
            - 1 Screens · screens.example.org/refresh · 1 event
        "#]],
    )
    .await;
    desk.check("hook delete 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/webhooks
        (only you)
        This deletes the webhook “Screens” of DEMO/website. screens.example.org/refresh is then told nothing more, of 1 kind of event that it is told now. Its secret is lost with it.
        [Delete the webhook: hook delete {"hook":"1","repo":"DEMO/website","confirm":"yes"}]
    "#]]).await;
    desk.check(
        "hook delete 1 repo=website confirm=yes",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/webhooks
            > DELETE /rest/api/latest/projects/DEMO/repos/website/webhooks/1
            (only you)
            Deleted the webhook “Screens” of DEMO/website.
        "#]],
    )
    .await;
    desk.check(
        "hook delete 1 repo=website confirm=yes",
        expect![[r#"
            > GET /rest/api/latest/projects/DEMO/repos/website/webhooks
            BadInput: DEMO/website has no webhook `1`. `hook list` shows those it has.
              hook: DEMO/website has no webhook `1`. `hook list` shows those it has.
        "#]],
    )
    .await;
    assert_eq!(desk.standin.state().repos[0].hooks.len(), 0);
    let desk = cloud().await;
    let listed = desk.run("hook list repo=website").await.expect("a list");
    let commands::Block::List(lines) = &listed.message.blocks[1] else { panic!("{listed:?}") };
    let id = lines[0].to_plain().split(' ').next().expect("its number").to_owned();
    desk.run(&format!("hook delete {id} repo=website confirm=yes")).await.expect("it is deleted");
    assert_eq!(desk.standin.state().repos[0].hooks.len(), 0);
}

#[tokio::test]
async fn only_administrators_send_events_elsewhere() {
    let desk = cloud().await;
    for action in ["hook create", "hook delete"] {
        assert_eq!(desk.group.find(action).expect("an action").effect, commands::Effect::Admin, "{action}");
    }
}

#[tokio::test]
async fn what_a_bitbucket_cannot_tell_is_left_out() {
    for (door, untold, events) in [
        (Door::Cloud, vec!["repo:deleted", "repo:imported"], 24),
        (Door::Center, vec!["pr:to_ref_updated", "repo:secret_detected"], 19),
    ] {
        let desk = desk(door).await;
        desk.standin.state().untold = untold;
        let params = json!({"repo": "website", "url": "https://bot.example.org/hooks/ci", "secret": "s3cret"});
        desk.connected.run(&Call::new("bitbucket", "hook create", params), &desk.ctx()).await.expect("a webhook");
        desk.hook(Some("website")).await;
        let state = desk.standin.state();
        let made: Vec<usize> = state.repos[0].hooks[1..].iter().map(|it| it.events.len()).collect();
        assert_eq!(made, [events, events]);
    }
}

#[tokio::test]
async fn a_webhook_far_down_the_list_is_deleted() {
    let desk = cloud().await;
    let first = desk.standin.state().repos[0].hooks[0].clone();
    let many = (2..=120).map(|id| crate::bitbucket::standin::Hook { id, ..first.clone() });
    desk.standin.state().repos[0].hooks.extend(many);
    let id = crate::bitbucket::standin::uuid("hook-120");
    desk.run(&format!("hook delete {id} repo=website confirm=yes")).await.expect("it is deleted");
    let state = desk.standin.state();
    assert_eq!((state.repos[0].hooks.len(), state.repos[0].hooks.last().map(|it| it.id)), (119, Some(119)));
}

#[tokio::test]
async fn set_up_and_taken_down_for_the_bot() {
    for (door, id) in [(Door::Cloud, "website"), (Door::Center, "DEMO/website")] {
        let desk = desk(door).await;
        let before = desk.standin.state().repos[0].hooks.len();
        let secret = commands::param::Secret::from("s3cret-of-the-hook".to_owned());
        let url = "https://bot.example.org/hooks/ci";
        let wanted = crate::HookWanted { of: Some(id), url, secret: &secret };
        let made = desk.connected.create_hook(wanted).await.expect("a webhook");
        assert!(made.of.as_deref().is_some_and(|it| it.ends_with("/website")), "{made:?}");
        let hook = desk.standin.state().repos[0].hooks.last().expect("a webhook").clone();
        assert_eq!((hook.url.as_str(), hook.secret.as_deref()), (url, Some("s3cret-of-the-hook")));
        // Twice is as good as once.
        desk.connected.remove_hook(&made).await.expect("it is taken down");
        desk.connected.remove_hook(&made).await.expect("it is gone already");
        assert_eq!(desk.standin.state().repos[0].hooks.len(), before);
        let nowhere = crate::HookWanted { of: Some("moon"), ..wanted };
        let error = desk.connected.create_hook(nowhere).await.expect_err("no such repository");
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        assert!(error.message.contains("moon") && !format!("{error:?}").contains("s3cret"), "{error}");
        let none = crate::HookWanted { of: None, ..wanted };
        assert_eq!(desk.connected.create_hook(none).await.expect_err("of what?").kind, ErrorKind::BadInput);
    }
}

fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> crate::Delivery<'a> {
    crate::Delivery {
        hook: "ci",
        method: "POST",
        template: None,
        headers,
        query: "",
        url: None,
        body,
        received: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_test_of_the_webhook_shows_that_it_leads_here() {
    let webhook = Kind::of::<Bitbucket>().webhook.expect("webhooks");
    let headers = [("x-event-key".to_owned(), "diagnostics:ping".to_owned())];
    for headers in [&headers[..], &[]] {
        let told = (webhook.parse)(&delivery(headers, br#"{"test": true}"#)).expect("an event");
        assert_eq!(told.iter().map(line).collect::<Vec<_>>(), ["hook.pinged | ci Bitbucket tried the webhook out"]);
    }
    for body in [&b"not json"[..], b"[]", b""] {
        assert_eq!((webhook.parse)(&delivery(&[], body)).expect_err("nonsense").kind, ErrorKind::BadInput);
    }
}

#[test]
fn events_without_an_address_get_one() {
    let object = |key: &str| Object { key: key.into(), title: String::new(), url: None, place: None, state: None };
    let link = Kind::of::<Bitbucket>().link.expect("addresses");
    let cloud = "https://bitbucket.org";
    assert_eq!(
        link(cloud, &object("example/website#7")).as_deref(),
        Some("https://bitbucket.org/example/website/pull-requests/7")
    );
    let center = "https://git.example.org/bb";
    let pull = "https://git.example.org/bb/projects/DEMO/repos/website/pull-requests/7";
    assert_eq!(link(center, &object("DEMO/website#7")).as_deref(), Some(pull));
    assert_eq!(link(center, &object("DEMO/website")).as_deref(), Some("https://git.example.org/bb/projects/DEMO/repos/website"));
    let within = |key: &str| Object { place: Some("DEMO/website".into()), ..object(key) };
    let repository = "https://git.example.org/bb/projects/DEMO/repos/website";
    assert_eq!(link(center, &within("89abcdef01")), Some(format!("{repository}/commits/89abcdef01")));
    assert_eq!(link(center, &within("feature/lamps")).as_deref(), Some(repository));
    for odd in ["Bitbucket", "example/website@main", "a/b/c#1", "example/website#x"] {
        assert_eq!(link(cloud, &object(odd)), None, "{odd}");
    }
}

/// What both vendors have sent to others, where that lies beside the project.
#[test]
fn every_published_sample_becomes_an_event() {
    // As `tests/contract/run` finds them.
    let beside = std::env::var_os("BELLHOP_CONTRACTS").map(PathBuf::from);
    let beside = beside.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs")).join("webhooks");
    let webhook = Kind::of::<Bitbucket>().webhook.expect("webhooks");
    let mut seen = 0;
    for folder in ["bitbucket-cloud", "bitbucket-dc"] {
        let Ok(files) = std::fs::read_dir(beside.join(folder)) else {
            eprintln!("There are no samples in {folder} beside the project: none was read.");
            return;
        };
        for path in files.map(|it| it.expect("an entry").path()) {
            let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
            if name.starts_with('_') || !name.ends_with(".json") {
                continue;
            }
            let body = std::fs::read(&path).expect("a sample");
            let events = (webhook.parse)(&delivery(&[], &body)).unwrap_or_else(|err| panic!("{name}: {err}"));
            assert!(!events.is_empty(), "{name} says nothing");
            for event in events {
                println!("{name}: {}", line(&event));
                assert!(event.actor.is_some() && event.actor_id.is_some() && event.object.place.is_some(), "{name}: {event:?}");
                assert!(!event.object.title.is_empty() && event.object.title != event.object.key, "{name}: {event:?}");
                let pages = [&event.object.url, &event.url];
                assert!(
                    event.object.url.is_some() && !pages.into_iter().flatten().any(|it| it.contains("api")),
                    "{name}: {event:?}"
                );
                assert!(!event.kind.contains("happened") && event.kind.contains('.'), "{name}: {}", event.kind);
                let has_branch = ["pull.", "branch.", "tag.", "commit.pushed", "commit.force"];
                if has_branch.iter().any(|it| event.kind.starts_with(it)) {
                    assert!(event.branch.is_some(), "{name}: {event:?}");
                }
            }
            for broken in mangled(&serde_json::from_slice(&body).expect("JSON")) {
                drop((webhook.parse)(&delivery(&[], &broken)));
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 26);
}
