//! Webhooks: at Bitbucket's end, and what comes from there.

use super::*;
use crate::tests::check_webhook;
use commands::event::Object;
use jiff::Timestamp;
use std::path::Path;

#[tokio::test]
async fn making_and_deleting() {
    for (door, events) in [(Door::Cloud, 16), (Door::Center, 13)] {
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
        > GET /rest/api/latest/projects/DEMO/repos/website/webhooks?limit=10
        (only you)
        Webhooks of DEMO/website
        - 1 Screens · screens.example.org/refresh · 1 event
    "#]],
    )
    .await;
    desk.check("hook delete 1 repo=website", expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/webhooks?limit=50
        (only you)
        This deletes the webhook “Screens” of DEMO/website. screens.example.org/refresh is then told nothing more, of 1 kind of event that it is told now. Its secret is lost with it.
        [Delete the webhook: hook delete {"hook":"1","repo":"DEMO/website","confirm":"yes"}]
    "#]]).await;
    desk.check(
        "hook delete 1 repo=website confirm=yes",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/webhooks?limit=50
        > DELETE /rest/api/latest/projects/DEMO/repos/website/webhooks/1
        (only you)
        Deleted the webhook “Screens” of DEMO/website.
    "#]],
    )
    .await;
    desk.check(
        "hook delete 1 repo=website confirm=yes",
        expect![[r#"
        > GET /rest/api/latest/projects/DEMO/repos/website/webhooks?limit=50
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

#[test]
fn a_push_to_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_push",
        expect![[r#"
        key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001
        [
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-0",
            "source": "ci",
            "kind": "push",
            "at": "2026-11-20T10:00:00Z",
            "actor": "Ben Example",
            "object": {
              "key": "example/website@main",
              "title": "2 commits to main",
              "url": "https://bitbucket.org/example/website/branches/compare/89abcdef0123456789abcdef0123456789abcdef..1f2e3d4c5b6a79880123456789abcdef01234567",
              "place": "example/website",
              "state": null
            },
            "changes": [
              {
                "field": "branch",
                "from": "1f2e3d4c5",
                "to": "89abcdef0"
              }
            ],
            "labels": [
              "main"
            ],
            "text": "89abcdef0 Dim the lobby lamps (Ben Example)\n1f2e3d4c5 Fix a typo (Chloe Example)"
          },
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-1",
            "source": "ci",
            "kind": "tag.created",
            "at": "2026-11-20T10:00:00Z",
            "actor": "Ben Example",
            "object": {
              "key": "example/website@v1.1",
              "title": "made the tag v1.1",
              "url": "https://bitbucket.org/example/website/commits/tag/v1.1",
              "place": "example/website",
              "state": null
            },
            "changes": [
              {
                "field": "tag",
                "from": null,
                "to": "89abcdef0"
              }
            ],
            "labels": [
              "v1.1"
            ],
            "text": null
          },
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-2",
            "source": "ci",
            "kind": "branch.deleted",
            "at": "2026-11-20T10:00:00Z",
            "actor": "Ben Example",
            "object": {
              "key": "example/website@feature/lamps",
              "title": "deleted the branch feature/lamps",
              "url": "https://bitbucket.org/example/website/branch/feature/lamps",
              "place": "example/website",
              "state": null
            },
            "changes": [
              {
                "field": "branch",
                "from": "89abcdef0",
                "to": null
              }
            ],
            "labels": [
              "feature/lamps"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn a_pull_request_of_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_pull_request_merged",
        expect![[r#"
        key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002
        [
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002",
            "source": "ci",
            "kind": "pull_request.merged",
            "at": "2026-11-20T09:59:58.654321Z",
            "actor": "Ana Example",
            "object": {
              "key": "example/website#7",
              "title": "Dim the lobby lamps",
              "url": "https://bitbucket.org/example/website/pull-requests/7",
              "place": "example/website",
              "state": "merged"
            },
            "changes": [
              {
                "field": "state",
                "from": "open",
                "to": "merged"
              }
            ],
            "labels": [
              "main"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn an_issue_of_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_issue_updated",
        expect![[r#"
        key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003
        [
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003",
            "source": "ci",
            "kind": "issue.closed",
            "at": "2026-11-20T09:59:00Z",
            "actor": "Chloe Example",
            "object": {
              "key": "example/website#3",
              "title": "The lobby is too bright",
              "url": "https://bitbucket.org/example/website/issues/3/the-lobby-is-too-bright",
              "place": "example/website",
              "state": "resolved"
            },
            "changes": [
              {
                "field": "status",
                "from": "new",
                "to": "resolved"
              },
              {
                "field": "assignee",
                "from": null,
                "to": "Ben Example"
              }
            ],
            "labels": [
              "bug",
              "major"
            ],
            "text": "Dimmed since noon."
          }
        ]"#]],
    );
}

#[test]
fn a_build_in_cloud() {
    check_webhook(
        "bitbucket",
        "cloud_build_failed",
        expect![[r#"
        key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c004
        [
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c004",
            "source": "ci",
            "kind": "build.failed",
            "at": "2026-11-20T09:58:00Z",
            "actor": "Ben Example",
            "object": {
              "key": "example/website@1f2e3d4c5",
              "title": "Tests",
              "url": "https://builds.example.org/41",
              "place": "example/website",
              "state": "failed"
            },
            "changes": [],
            "labels": [
              "feature/footer"
            ],
            "text": "1 link is broken"
          }
        ]"#]],
    );
}

#[test]
fn what_cloud_will_tell_one_day() {
    check_webhook(
        "bitbucket",
        "cloud_unknown",
        expect![[r#"
        key: b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c005
        [
          {
            "id": "b7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c005",
            "source": "ci",
            "kind": "repository.moved_to_the_moon",
            "at": "2026-11-20T10:00:00Z",
            "actor": "Ana Example",
            "object": {
              "key": "example/website",
              "title": "example/website",
              "url": "https://bitbucket.org/example/website",
              "place": "example/website",
              "state": null
            },
            "changes": [],
            "labels": [],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn a_push_to_data_center() {
    check_webhook(
        "bitbucket",
        "center_push",
        expect![[r#"
        key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001
        [
          {
            "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-0",
            "source": "ci",
            "kind": "push",
            "at": "2026-11-20T09:59:58Z",
            "actor": "Ben Example",
            "object": {
              "key": "DEMO/website@main",
              "title": "pushed to main",
              "url": "https://git.example.org/projects/DEMO/repos/website/commits/89abcdef0123456789abcdef0123456789abcdef",
              "place": "DEMO/website",
              "state": null
            },
            "changes": [
              {
                "field": "branch",
                "from": "1f2e3d4c5",
                "to": "89abcdef0"
              }
            ],
            "labels": [
              "main"
            ],
            "text": null
          },
          {
            "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c001-1",
            "source": "ci",
            "kind": "tag.created",
            "at": "2026-11-20T09:59:58Z",
            "actor": "Ben Example",
            "object": {
              "key": "DEMO/website@v1.1",
              "title": "made the tag v1.1",
              "url": "https://git.example.org/projects/DEMO/repos/website/commits/89abcdef0123456789abcdef0123456789abcdef",
              "place": "DEMO/website",
              "state": null
            },
            "changes": [
              {
                "field": "tag",
                "from": null,
                "to": "89abcdef0"
              }
            ],
            "labels": [
              "v1.1"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn a_pull_request_of_data_center() {
    check_webhook(
        "bitbucket",
        "center_pull_request_updated",
        expect![[r#"
        key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002
        [
          {
            "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c002",
            "source": "ci",
            "kind": "pull_request.updated",
            "at": "2026-11-20T09:59:58Z",
            "actor": "Ben Example",
            "object": {
              "key": "DEMO/website#7",
              "title": "Dim all lamps",
              "url": "https://git.example.org/projects/DEMO/repos/website/pull-requests/7",
              "place": "DEMO/website",
              "state": "open"
            },
            "changes": [
              {
                "field": "title",
                "from": "Dim the lobby lamps",
                "to": "Dim all lamps"
              },
              {
                "field": "description",
                "from": null,
                "to": null
              }
            ],
            "labels": [
              "main"
            ],
            "text": null
          }
        ]"#]],
    );
}

#[test]
fn a_comment_in_data_center() {
    check_webhook(
        "bitbucket",
        "center_comment",
        expect![[r#"
        key: c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003
        [
          {
            "id": "c7a1f0d2-3c56-4f0e-9a77-3f5f2ad2c003",
            "source": "ci",
            "kind": "pull_request.commented",
            "at": "2026-11-20T09:59:58Z",
            "actor": "Chloe Example",
            "object": {
              "key": "DEMO/website#7",
              "title": "Dim all lamps",
              "url": "https://git.example.org/projects/DEMO/repos/website/pull-requests/7",
              "place": "DEMO/website",
              "state": "open"
            },
            "changes": [],
            "labels": [
              "main"
            ],
            "text": "Much better at night!"
          }
        ]"#]],
    );
}

fn delivery<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> crate::Delivery<'a> {
    crate::Delivery { hook: "ci", headers, query: "", url: None, body, received: Timestamp::UNIX_EPOCH }
}

#[test]
fn a_test_of_the_webhook_is_no_news() {
    let webhook = Kind::of::<Bitbucket>().webhook.expect("webhooks");
    let headers = [("x-event-key".to_owned(), "diagnostics:ping".to_owned())];
    assert_eq!((webhook.parse)(&delivery(&headers, br#"{"test": true}"#)), Ok(Vec::new()));
    assert_eq!((webhook.parse)(&delivery(&[], br#"{"test": true}"#)), Ok(Vec::new()));
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
    for odd in ["Bitbucket", "example/website@main", "a/b/c#1", "example/website#x"] {
        assert_eq!(link(cloud, &object(odd)), None, "{odd}");
    }
}

/// What both vendors have sent to others, where that lies beside the project.
#[test]
fn every_published_sample_becomes_an_event() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks");
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
                assert!(event.actor.is_some() && event.object.place.is_some(), "{name}: {event:?}");
                assert!(!event.object.title.is_empty() && event.object.url.is_some(), "{name}: {event:?}");
                assert!(event.kind.contains('.') || event.kind == "push", "{name}: {}", event.kind);
                assert_ne!(event.kind, "bitbucket.happened", "{name}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 26);
}
