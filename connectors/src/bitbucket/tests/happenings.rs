//! Every kind of event that both vendors document, as one line each: what people will read of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{Delivery, tests::told::line};

/// What is told of these deliveries, a line each.
fn told(deliveries: Vec<(&str, Value)>) -> String {
    let webhook = Kind::of::<Bitbucket>().webhook.expect("webhooks");
    let mut all = String::new();
    for (key, mut body) in deliveries {
        let headers = [("x-event-key".to_owned(), key.to_owned())];
        if body["date"].is_string() {
            body["eventKey"] = json!(key);
        }
        let bytes = body.to_string().into_bytes();
        let delivery = Delivery {
            hook: "ci",
            method: "POST",
            template: None,
            headers: &headers,
            query: "",
            url: None,
            body: &bytes,
            received: Timestamp::UNIX_EPOCH,
        };
        let events = (webhook.parse)(&delivery).unwrap_or_else(|err| panic!("{key}: {err}"));
        assert!(!events.is_empty(), "{key} says nothing");
        events.iter().for_each(|it| all.push_str(&format!("{}\n", line(it))));
    }
    all
}

fn user(name: &str, uuid: &str) -> Value {
    json!({ "type": "user", "display_name": format!("{name} Example"), "nickname": name.to_lowercase(), "uuid": uuid })
}

/// A delivery of Cloud: Ana's, in `example/website`.
fn cloud(of: Value) -> Value {
    let mut body = json!({
        "actor": user("Ana", "{a}"),
        "repository": { "type": "repository", "name": "Website", "full_name": "example/website",
                        "links": { "html": { "href": "https://bitbucket.org/example/website" } } },
    });
    for (key, value) in of.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

fn cloud_pull(state: &str) -> Value {
    json!({
        "id": 7, "title": "APO-3: Dim the lamps", "description": "Too bright, see #3.", "state": state,
        "author": user("Ben", "{b}"), "reviewers": [user("Chloe", "{c}"), user("Ana", "{a}")], "reason": "Not now.",
        "source": { "branch": { "name": "feature/APO-3-lamps" } }, "destination": { "branch": { "name": "main" } },
        "created_on": "2026-11-20T08:30:00+00:00", "updated_on": "2026-11-20T09:59:58+00:00",
        "links": { "html": { "href": "https://bitbucket.org/example/website/pull-requests/7" } },
    })
}

#[test]
fn pull_requests_of_cloud() {
    let comment = |text: &str| {
        json!({
            "id": 12, "content": { "raw": text, "html": "<p><span class=\"ap-mention\" data-atlassian-id=\"557058:b\">@Ben Example</span></p>" },
            "inline": { "path": "src/lamps.css", "to": 3 }, "created_on": "2026-11-20T09:59:00+00:00",
        })
    };
    let pull = |of: Value| {
        let mut body = cloud(json!({ "pullrequest": cloud_pull("OPEN") }));
        for (key, value) in of.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let by_chloe = |it: &str| pull(json!({ "actor": user("Chloe", "{c}"), it: { "user": user("Chloe", "{c}") } }));
    let all = told(vec![
        ("pullrequest:created", pull(json!({}))),
        ("pullrequest:updated", pull(json!({}))),
        ("pullrequest:approved", by_chloe("approval")),
        ("pullrequest:unapproved", by_chloe("approval")),
        ("pullrequest:changes_request_created", by_chloe("changes_request")),
        ("pullrequest:changes_request_removed", by_chloe("changes_request")),
        ("pullrequest:fulfilled", cloud(json!({ "pullrequest": cloud_pull("MERGED") }))),
        ("pullrequest:rejected", cloud(json!({ "pullrequest": cloud_pull("DECLINED") }))),
        ("pullrequest:comment_created", pull(json!({ "comment": comment("Nice, @{557058:b}!") }))),
        ("pullrequest:comment_updated", pull(json!({ "comment": comment("Nicer") }))),
        ("pullrequest:comment_deleted", pull(json!({ "comment": comment("Nicer") }))),
        ("pullrequest:comment_resolved", pull(json!({ "comment": comment("Nicer") }))),
        ("pullrequest:comment_reopened", pull(json!({ "comment": comment("Nicer") }))),
        ("pullrequest:sent_to_the_moon", pull(json!({}))),
    ]);
    expect![[r#"
        pull.created | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | branch: feature/APO-3-lamps → main | for review Chloe Example ({c}) | about APO-3 | “Too bright, see #3.” | https://bitbucket.org/example/website/pull-requests/7
        pull.updated | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.approved | Chloe Example ({c}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.unapproved | Chloe Example ({c}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.changes_requested | Chloe Example ({c}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.changes_request_withdrawn | Chloe Example ({c}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.merged | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | merged | on feature/APO-3-lamps | state: open → merged, branch: feature/APO-3-lamps → main | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
        pull.declined | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | declined | on feature/APO-3-lamps | state: open → declined | about APO-3 | “Not now.” | https://bitbucket.org/example/website/pull-requests/7
        pull.commented | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | for mentioned Ben Example | in src/lamps.css | about APO-3 | “Nice, @Ben Example!” | https://bitbucket.org/example/website/pull-requests/7 | at https://bitbucket.org/example/website/pull-requests/7#comment-12
        pull.comment_edited | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | in src/lamps.css | about APO-3 | “Nicer” | https://bitbucket.org/example/website/pull-requests/7 | at https://bitbucket.org/example/website/pull-requests/7#comment-12
        pull.comment_deleted | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | in src/lamps.css | about APO-3 | “Nicer” | https://bitbucket.org/example/website/pull-requests/7
        pull.thread_resolved | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | in src/lamps.css | about APO-3 | “Nicer” | https://bitbucket.org/example/website/pull-requests/7 | at https://bitbucket.org/example/website/pull-requests/7#comment-12
        pull.thread_unresolved | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | in src/lamps.css | about APO-3 | “Nicer” | https://bitbucket.org/example/website/pull-requests/7 | at https://bitbucket.org/example/website/pull-requests/7#comment-12
        pull.sent_to_the_moon | Ana Example ({a}) | example/website#7 APO-3: Dim the lamps | example/website | open | on feature/APO-3-lamps | about APO-3 | https://bitbucket.org/example/website/pull-requests/7
    "#]].assert_eq(&all);
}

#[test]
fn pushes_to_cloud() {
    let target = |hash: &str| json!({ "hash": hash.repeat(5) });
    let at = |kind: &str, name: &str, hash: &str| json!({ "type": kind, "name": name, "target": target(hash) });
    let commit = |hash: &str, message: &str| json!({ "hash": hash.repeat(5), "message": message, "author": { "raw": "Ben Example <ben@example.org>" } });
    let (old, new) = ("1f2e3d4c", "89abcdef");
    let push = |changes: Value| cloud(json!({ "push": { "changes": changes } }));
    let all = told(vec![
        (
            "repo:push",
            push(json!([
                { "old": at("branch", "main", old), "new": at("branch", "main", new), "forced": true,
                  "commits": [commit(new, "Fix #3 and APO-4\n\nMore"), commit("76543210", "Add lamps")],
                  "links": { "html": { "href": "https://bitbucket.org/example/website/branches/compare/89..1f" } } },
                { "old": null, "new": at("branch", "feature/APO-3-lamps", new), "created": true, "commits": [] },
                { "old": null, "new": at("branch", "with-commits", new), "created": true, "commits": [commit(new, "Add lamps")] },
                { "old": at("branch", "gone", old), "new": null, "closed": true, "commits": [] },
                { "old": null, "new": at("annotated_tag", "v1.1", new), "created": true, "commits": [] },
                { "old": at("tag", "v1.0", old), "new": null, "closed": true },
                { "old": at("branch", "main", old), "new": at("branch", "main", new), "truncated": true,
                  "commits": [commit(new, "a"), commit(new, "b"), commit(new, "c"), commit(new, "d"), commit(new, "e")] },
            ])),
        ),
        ("repo:push", push(json!([]))),
    ]);
    expect![[r#"
        commit.force_pushed | Ana Example ({a}) | 89abcdef89 2 commits to main | example/website | on main | branch: 1f2e3d4c1f → 89abcdef89 | commits Add lamps, Fix #3 and APO-4 | about APO-4, example/website#3 | “7654321076 Add lamps (Ben Example)⏎89abcdef89 Fix #3 and APO-4 (Ben Example)” | https://bitbucket.org/example/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef | at https://bitbucket.org/example/website/branches/compare/89..1f
        branch.created | Ana Example ({a}) | feature/APO-3-lamps branch feature/APO-3-lamps | example/website | on feature/APO-3-lamps | branch: - → 89abcdef89 | about APO-3 | https://bitbucket.org/example/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        commit.pushed | Ana Example ({a}) | 89abcdef89 1 commit to with-commits | example/website | on with-commits | branch: - → 89abcdef89 | commits Add lamps | “89abcdef89 Add lamps (Ben Example)” | https://bitbucket.org/example/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        branch.deleted | Ana Example ({a}) | gone branch gone | example/website | on gone | branch: 1f2e3d4c1f → - | https://bitbucket.org/example/website
        tag.created | Ana Example ({a}) | v1.1 tag v1.1 | example/website | on v1.1 | tag: - → 89abcdef89 | https://bitbucket.org/example/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        tag.deleted | Ana Example ({a}) | v1.0 tag v1.0 | example/website | on v1.0 | tag: 1f2e3d4c1f → - | https://bitbucket.org/example/website
        commit.pushed | Ana Example ({a}) | 89abcdef89 5 or more commits to main | example/website | on main | branch: 1f2e3d4c1f → 89abcdef89 | commits e, d, c, b, a | “89abcdef89 e (Ben Example)⏎89abcdef89 d (Ben Example)⏎89abcdef89 c (Ben Example)⏎89abcdef89 b (Ben Example)⏎89abcdef89 a (Ben Example)” | https://bitbucket.org/example/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        commit.pushed | Ana Example ({a}) | example/website the repository example/website | example/website | https://bitbucket.org/example/website
    "#]].assert_eq(&all);
}

#[test]
fn repositories_issues_and_builds_of_cloud() {
    let status = |state: &str| {
        json!({ "commit_status": {
            "name": "Tests", "key": "TEST", "state": state, "description": "1 link is broken", "url": "https://builds.example.org/41",
            "refname": "feature/APO-3-lamps", "updated_on": "2026-11-20T09:58:00+00:00",
            "commit": { "hash": "1f2e3d4c".repeat(5), "message": "Dim the lamps\n\nMore", "author": { "raw": "Ben Example <ben@example.org>" } },
        } })
    };
    let issue = |changes: Value, comment: Value| {
        cloud(json!({
            "issue": { "id": 3, "title": "The lobby is too bright", "state": "open", "kind": "bug", "priority": "blocker",
                       "assignee": user("Ben", "{b}"), "content": { "raw": "One cannot read. APO-3" }, "component": { "name": "lobby" },
                       "links": { "html": { "href": "https://bitbucket.org/example/website/issues/3/the-lobby" } } },
            "changes": changes, "comment": comment,
        }))
    };
    let said = json!({ "id": 9, "content": { "raw": "Dimmed since noon." } });
    let all = told(vec![
        ("repo:commit_status_created", cloud(status("INPROGRESS"))),
        ("repo:commit_status_updated", cloud(status("SUCCESSFUL"))),
        ("repo:commit_status_updated", cloud(status("FAILED"))),
        ("repo:commit_status_updated", cloud(status("STOPPED"))),
        (
            "repo:commit_comment_created",
            cloud(json!({
                "commit": { "hash": "1f2e3d4c".repeat(5), "message": "Dim the lamps\n" },
                "comment": { "id": 5, "content": { "raw": "Why?" }, "inline": { "path": "a.css" },
                             "links": { "html": { "href": "https://bitbucket.org/example/website/commits/1f2e#comment-5" } } },
            })),
        ),
        (
            "repo:fork",
            cloud(
                json!({ "fork": { "full_name": "ben/website", "links": { "html": { "href": "https://bitbucket.org/ben/website" } } } }),
            ),
        ),
        (
            "repo:updated",
            cloud(json!({ "changes": {
                "name": { "old": "Site", "new": "Website" }, "slug": { "old": "site", "new": "website" },
                "full_name": { "old": "example/site", "new": "example/website" }, "links": { "old": {}, "new": {} },
                "description": { "old": "", "new": "All of it" }, "language": { "old": "", "new": "rust" },
            } })),
        ),
        ("repo:transfer", cloud(json!({ "previous_owner": user("Ben", "{b}") }))),
        ("repo:deleted", cloud(json!({}))),
        ("repo:imported", cloud(json!({}))),
        (
            "project:updated",
            cloud(
                json!({ "repository": null, "project": { "key": "DEMO", "name": "Demo", "links": { "html": { "href": "https://bitbucket.org/example/workspace/projects/DEMO" } } }, "changes": { "name": { "old": "Dem", "new": "Demo" } } }),
            ),
        ),
        ("issue:created", issue(Value::Null, Value::Null)),
        ("issue:updated", issue(json!({ "status": { "old": "resolved", "new": "open" } }), said.clone())),
        ("issue:updated", issue(json!({ "status": { "old": "open", "new": "wontfix" } }), json!({ "content": { "raw": null } }))),
        (
            "issue:updated",
            issue(
                json!({ "assignee": { "old": null, "new": user("Ben", "{b}") }, "responsible": { "old": null, "new": user("Ben", "{b}") } }),
                Value::Null,
            ),
        ),
        ("issue:updated", issue(json!({ "assignee": { "old": user("Ben", "{b}"), "new": null } }), Value::Null)),
        (
            "issue:updated",
            issue(
                json!({ "priority": { "old": "minor", "new": "blocker" }, "content": { "old": "a", "new": "b" } }),
                Value::Null,
            ),
        ),
        ("issue:comment_created", issue(Value::Null, said)),
        ("pipeline:span_created", cloud(json!({}))),
        (
            "repo:moved",
            cloud(
                json!({ "target": { "key": "m1", "name": "Moon base", "links": { "html": { "href": "https://bitbucket.org/moon" } } } }),
            ),
        ),
    ]);
    expect![[r#"
        build.started | Ana Example ({a}) | 1f2e3d4c1f Tests | example/website | in progress | on feature/APO-3-lamps | commits Dim the lamps | about https://bitbucket.org/example/website/commits/1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c, APO-3 | “1 link is broken” | https://builds.example.org/41
        build.passed | Ana Example ({a}) | 1f2e3d4c1f Tests | example/website | successful | on feature/APO-3-lamps | commits Dim the lamps | about https://bitbucket.org/example/website/commits/1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c, APO-3 | “1 link is broken” | https://builds.example.org/41
        build.failed | Ana Example ({a}) | 1f2e3d4c1f Tests | example/website | failed | on feature/APO-3-lamps | Error | commits Dim the lamps | about https://bitbucket.org/example/website/commits/1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c, APO-3 | “1 link is broken” | https://builds.example.org/41
        build.cancelled | Ana Example ({a}) | 1f2e3d4c1f Tests | example/website | stopped | on feature/APO-3-lamps | commits Dim the lamps | about https://bitbucket.org/example/website/commits/1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c, APO-3 | “1 link is broken” | https://builds.example.org/41
        commit.commented | Ana Example ({a}) | 1f2e3d4c1f Dim the lamps | example/website | in a.css | “Why?” | https://bitbucket.org/example/website/commits/1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c | at https://bitbucket.org/example/website/commits/1f2e#comment-5
        repository.forked | Ana Example ({a}) | example/website Website | example/website | fork: - → ben/website | https://bitbucket.org/example/website | at https://bitbucket.org/ben/website
        repository.updated | Ana Example ({a}) | example/website Website | example/website | name: Site → Website, description, language: - → rust | https://bitbucket.org/example/website
        repository.transferred | Ana Example ({a}) | example/website Website | example/website | owner: Ben Example → - | https://bitbucket.org/example/website
        repository.deleted | Ana Example ({a}) | example/website Website | example/website
        repository.imported | Ana Example ({a}) | example/website Website | example/website | https://bitbucket.org/example/website
        project.updated | Ana Example ({a}) | DEMO Demo | name: Dem → Demo | https://bitbucket.org/example/workspace/projects/DEMO
        issue.created | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | assignee: - → Ben Example | labels bug, blocker, lobby | Critical | for assigned Ben Example ({b}) | “One cannot read. APO-3” | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.reopened | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | status: resolved → open | labels bug, blocker, lobby | “Dimmed since noon.” | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.closed | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | status: open → wontfix | labels bug, blocker, lobby | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.assigned | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | assignee: - → Ben Example | labels bug, blocker, lobby | for assigned Ben Example ({b}) | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.unassigned | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | assignee: Ben Example → - | labels bug, blocker, lobby | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.updated | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | priority: minor → blocker, content | labels bug, blocker, lobby | https://bitbucket.org/example/website/issues/3/the-lobby
        issue.commented | Ana Example ({a}) | example/website#3 The lobby is too bright | example/website | open | labels bug, blocker, lobby | “Dimmed since noon.” | https://bitbucket.org/example/website/issues/3/the-lobby | at https://bitbucket.org/example/website/issues/3/the-lobby#comment-9
        pipeline.span_created | Ana Example ({a}) | example/website Website | example/website | https://bitbucket.org/example/website
        repository.moved | Ana Example ({a}) | m1 Moon base | example/website | https://bitbucket.org/moon
    "#]].assert_eq(&all);
}

fn person(login: &str, name: &str) -> Value {
    json!({ "name": login, "slug": login, "displayName": name, "emailAddress": format!("{login}@example.org"), "type": "NORMAL" })
}

fn repository(slug: &str) -> Value {
    json!({
        "slug": slug, "name": "Website",
        "project": { "key": "DEMO", "name": "Demo", "links": { "self": [{ "href": "https://git.example.org/projects/DEMO" }] } },
    })
}

/// A delivery of Data Center: Ana's.
fn center(of: Value) -> Value {
    let mut body =
        json!({ "date": "2026-11-20T11:59:58+0200", "actor": person("ana", "Ana Example"), "repository": repository("website") });
    for (key, value) in of.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

#[test]
fn pull_requests_of_data_center() {
    let pull = |state: &str, of: Value| {
        let end = |branch: &str, hash: &str| json!({ "id": format!("refs/heads/{branch}"), "displayId": branch, "latestCommit": hash.repeat(5), "repository": repository("website") });
        let mut body = center(json!({
            "repository": null,
            "pullRequest": {
                "id": 7, "title": "Dim all lamps", "description": "They are too bright, @chloe.", "state": state,
                "fromRef": end("feature/APO-3-lamps", "89abcdef"), "toRef": end("main", "1f2e3d4c"), "author": { "user": person("ben", "Ben Example") },
                "reviewers": [{ "user": person("chloe", "Chloe Example") }], "links": { "self": [null] },
            },
        }));
        for (key, value) in of.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let review = |was: &str, now: &str| json!({ "previousStatus": was, "participant": { "user": person("ana", "Ana Example"), "status": now } });
    let comment = || json!({ "id": 62, "text": "What do you say, @chloe?", "anchor": { "path": "src/lamps.css" } });
    let all = told(vec![
        ("pr:opened", pull("OPEN", json!({}))),
        (
            "pr:modified",
            pull(
                "OPEN",
                json!({ "previousTitle": "Dim the lamps", "previousDescription": "Bright.", "previousTarget": { "displayId": "develop" } }),
            ),
        ),
        ("pr:from_ref_updated", pull("OPEN", json!({ "previousFromHash": "01234567".repeat(5) }))),
        ("pr:to_ref_updated", pull("OPEN", json!({ "previousToHash": "01234567".repeat(5) }))),
        (
            "pr:reviewer:updated",
            pull(
                "OPEN",
                json!({ "addedReviewers": [person("ben", "Ben Example")], "removedReviewers": [person("chloe", "Chloe Example")] }),
            ),
        ),
        (
            "pr:reviewer:updated",
            pull("OPEN", json!({ "addedReviewers": [], "removedReviewers": [person("chloe", "Chloe Example")] })),
        ),
        ("pr:reviewer:approved", pull("OPEN", review("UNAPPROVED", "APPROVED"))),
        ("pr:reviewer:unapproved", pull("OPEN", review("APPROVED", "UNAPPROVED"))),
        ("pr:reviewer:needs_work", pull("OPEN", review("UNAPPROVED", "NEEDS_WORK"))),
        ("pr:reviewer:changes_requested", pull("OPEN", review("UNAPPROVED", "NEEDS_WORK"))),
        ("pr:merged", pull("MERGED", json!({}))),
        ("pr:declined", pull("DECLINED", json!({}))),
        ("pr:deleted", pull("OPEN", json!({}))),
        ("pr:comment:added", pull("OPEN", json!({ "comment": comment() }))),
        ("pr:comment:edited", pull("OPEN", json!({ "comment": comment(), "previousComment": "What?" }))),
        ("pr:comment:deleted", pull("OPEN", json!({ "comment": comment() }))),
        ("pr:sent:away", pull("OPEN", json!({}))),
    ]);
    expect![[r#"
        pull.created | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | branch: feature/APO-3-lamps → main | for review Chloe Example (chloe) | about APO-3 | “They are too bright, @chloe.” | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.updated | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | title: Dim the lamps → Dim all lamps, target: develop → main, description | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.pushed | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | commit: 0123456701 → 89abcdef89 | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.target_pushed | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | commit: 0123456701 → 1f2e3d4c1f | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.review_requested | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | reviewer: Chloe Example → -, reviewer: - → Ben Example | for review Ben Example (ben) | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.review_request_removed | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | reviewer: Chloe Example → - | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.approved | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | review: not reviewed → approved | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.unapproved | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | review: approved → not reviewed | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.changes_requested | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | review: not reviewed → needs work | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.changes_requested | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | review: not reviewed → needs work | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.merged | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | merged | on feature/APO-3-lamps | state: open → merged, branch: feature/APO-3-lamps → main | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.declined | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | declined | on feature/APO-3-lamps | state: open → declined | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.deleted | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.commented | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | for mentioned chloe | in src/lamps.css | about APO-3 | “What do you say, @chloe?” | https://git.example.org/projects/DEMO/repos/website/pull-requests/7 | at https://git.example.org/projects/DEMO/repos/website/pull-requests/7/overview?commentId=62
        pull.comment_edited | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | comment | in src/lamps.css | about APO-3 | “What do you say, @chloe?” | https://git.example.org/projects/DEMO/repos/website/pull-requests/7 | at https://git.example.org/projects/DEMO/repos/website/pull-requests/7/overview?commentId=62
        pull.comment_deleted | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | in src/lamps.css | about APO-3 | “What do you say, @chloe?” | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
        pull.sent_away | Ana Example (ana) | DEMO/website#7 Dim all lamps | DEMO/website | open | on feature/APO-3-lamps | about APO-3 | https://git.example.org/projects/DEMO/repos/website/pull-requests/7
    "#]].assert_eq(&all);
}

#[test]
fn what_else_data_center_tells() {
    let zeros = "0".repeat(40);
    let (old, new) = ("1f2e3d4c".repeat(5), "89abcdef".repeat(5));
    let moved = |kind: &str, noun: &str, name: &str, from: &str, to: &str| {
        let place = if noun == "TAG" { "tags" } else { "heads" };
        json!({ "ref": { "id": format!("refs/{place}/{name}"), "displayId": name, "type": noun }, "type": kind, "fromHash": from, "toHash": to })
    };
    let commit = |id: &str, message: &str| json!({ "id": id, "message": message, "author": { "name": "ben" } });
    let comment = json!({ "id": 5, "text": "Why, @ben?" });
    let renamed = json!({ "old": repository("site"), "new": repository("website") });
    let mut renamed = center(renamed);
    renamed["old"]["name"] = json!("Site");
    let all = told(vec![
        (
            "repo:refs_changed",
            center(json!({ "changes": [
                moved("UPDATE", "BRANCH", "main", &old, &new), moved("ADD", "BRANCH", "feature/APO-3", &zeros, &new),
                moved("DELETE", "BRANCH", "old", &old, &zeros), moved("ADD", "TAG", "v1", &zeros, &new), moved("UPDATE", "TAG", "v1", &old, &new),
                moved("DELETE", "TAG", "v0", &old, &zeros),
            ] })),
        ),
        (
            "repo:refs_changed",
            center(json!({ "changes": [moved("UPDATE", "BRANCH", "main", &old, &new)], "toCommit": commit(&new, "Dim"),
                           "commits": [commit(&new, "Dim the lamps\n\nMore"), commit(&old, "Add lamps")] })),
        ),
        ("repo:refs_changed", center(json!({ "changes": [] }))),
        ("repo:modified", renamed),
        (
            "repo:forked",
            center(
                json!({ "repository": { "slug": "website", "name": "Website", "project": { "key": "~ANA" }, "origin": repository("website"),
            "links": { "self": [{ "href": "https://git.example.org/users/ana/repos/website/browse" }] } } }),
            ),
        ),
        ("repo:comment:added", center(json!({ "commit": new, "comment": comment }))),
        ("repo:comment:edited", center(json!({ "commit": new, "comment": comment, "previousComment": "Hm?" }))),
        ("repo:comment:deleted", center(json!({ "commit": new, "comment": comment }))),
        (
            "repo:secret_detected",
            center(json!({ "repository": null, "secretLocations": [
            { "path": "deploy/.env", "commitId": new, "repository": repository("website") }, { "path": "a.pem", "commitId": new, "repository": repository("website") }] })),
        ),
        (
            "project:modified",
            center(
                json!({ "repository": null, "old": { "key": "DEM", "name": "Demo" }, "new": { "key": "DEMO", "name": "Demo" } }),
            ),
        ),
        (
            "mirror:repo_synchronized",
            center(
                json!({ "actor": null, "mirrorServer": { "name": "Mirror of Lyon" }, "changes": [moved("UPDATE", "BRANCH", "main", &old, &new)] }),
            ),
        ),
        ("repo:painted:green", center(json!({}))),
    ]);
    expect![[r#"
        commit.pushed | Ana Example (ana) | 89abcdef89 Push to main | DEMO/website | on main | branch: 1f2e3d4c1f → 89abcdef89 | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef | at https://git.example.org/projects/DEMO/repos/website/compare/commits?targetBranch=1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c&sourceBranch=89abcdef89abcdef89abcdef89abcdef89abcdef
        branch.created | Ana Example (ana) | feature/APO-3 branch feature/APO-3 | DEMO/website | on feature/APO-3 | branch: - → 89abcdef89 | about APO-3 | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        branch.deleted | Ana Example (ana) | old branch old | DEMO/website | on old | branch: 1f2e3d4c1f → - | https://git.example.org/projects/DEMO/repos/website
        tag.created | Ana Example (ana) | v1 tag v1 | DEMO/website | on v1 | tag: - → 89abcdef89 | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        tag.moved | Ana Example (ana) | v1 tag v1 | DEMO/website | on v1 | tag: 1f2e3d4c1f → 89abcdef89 | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        tag.deleted | Ana Example (ana) | v0 tag v0 | DEMO/website | on v0 | tag: 1f2e3d4c1f → - | https://git.example.org/projects/DEMO/repos/website
        commit.pushed | Ana Example (ana) | 89abcdef89 2 commits to main | DEMO/website | on main | branch: 1f2e3d4c1f → 89abcdef89 | commits Add lamps, Dim the lamps | “1f2e3d4c1f Add lamps (ben)⏎89abcdef89 Dim the lamps (ben)” | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef | at https://git.example.org/projects/DEMO/repos/website/compare/commits?targetBranch=1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c1f2e3d4c&sourceBranch=89abcdef89abcdef89abcdef89abcdef89abcdef
        commit.pushed | Ana Example (ana) | DEMO/website Website | DEMO/website | https://git.example.org/projects/DEMO/repos/website
        repository.updated | Ana Example (ana) | DEMO/website Website | DEMO/website | name: Site → Website | https://git.example.org/projects/DEMO/repos/website
        repository.forked | Ana Example (ana) | DEMO/website Website | DEMO/website | fork: - → ~ANA/website | https://git.example.org/projects/DEMO/repos/website | at https://git.example.org/users/ana/repos/website/browse
        commit.commented | Ana Example (ana) | 89abcdef89 the commit 89abcdef89 | DEMO/website | for mentioned ben | “Why, @ben?” | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef | at https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef?commentId=5
        commit.comment_edited | Ana Example (ana) | 89abcdef89 the commit 89abcdef89 | DEMO/website | comment | “Why, @ben?” | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef | at https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef?commentId=5
        commit.comment_deleted | Ana Example (ana) | 89abcdef89 the commit 89abcdef89 | DEMO/website | “Why, @ben?” | https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        secret.detected | Ana Example (ana) | DEMO/website 2 secrets were pushed | DEMO/website | Critical | in deploy/.env, a.pem | https://git.example.org/projects/DEMO/repos/website | at https://git.example.org/projects/DEMO/repos/website/commits/89abcdef89abcdef89abcdef89abcdef89abcdef
        project.updated | Ana Example (ana) | DEMO Demo | DEMO | key: DEM → DEMO
        mirror.synchronized | DEMO/website Website | DEMO/website | mirror: - → Mirror of Lyon | “main” | https://git.example.org/projects/DEMO/repos/website
        repository.painted_green | Ana Example (ana) | DEMO/website Website | DEMO/website | https://git.example.org/projects/DEMO/repos/website
    "#]].assert_eq(&all);
}

/// Nobody's payload is as it should be for ever.
#[test]
fn half_a_payload_is_read_as_well() {
    let all = told(vec![
        ("pullrequest:created", json!({ "pullrequest": {} })),
        ("pullrequest:approved", json!({})),
        ("issue:created", json!({ "issue": { "id": "x" } })),
        ("repo:push", json!({ "push": { "changes": [{}] } })),
        ("", json!({ "hello": "world" })),
        ("pr:opened", json!({ "date": "soon", "pullRequest": {} })),
        ("repo:refs_changed", json!({ "date": "2026-11-20T11:59:58+0200", "changes": [{}] })),
    ]);
    expect![[r#"
        pull.created | pull request a pull request
        pull.approved | Bitbucket something that Bitbucket does not name
        issue.created | #x an issue x
        branch.deleted | an unnamed branch branch an unnamed branch | on an unnamed branch
        bitbucket.happened | Bitbucket something that Bitbucket does not name
        pull.created | pull request a pull request
        commit.pushed | an unnamed branch Push to an unnamed branch | on an unnamed branch
    "#]]
    .assert_eq(&all);
}

#[test]
fn broken_payloads_are_read() {
    crate::tests::broken::survives_broken_payloads("bitbucket");
}
