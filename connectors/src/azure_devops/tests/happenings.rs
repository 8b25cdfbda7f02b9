//! Every kind of event that Azure DevOps documents, as one line each: what people will read of it.

use super::*;
use crate::{Delivery, azure_devops::webhook::WEBHOOK, tests::told::line};

/// What is told of these payloads, a line each.
fn told(payloads: Vec<Value>) -> String {
    let mut all = String::new();
    for body in payloads {
        let bytes = body.to_string().into_bytes();
        let delivery = Delivery {
            hook: "ci",
            method: "POST",
            template: None,
            headers: &[],
            query: "",
            url: None,
            body: &bytes,
            received: NOW.parse().expect("a time"),
        };
        let events = (WEBHOOK.parse)(&delivery).unwrap_or_else(|err| panic!("{body}: {err}"));
        assert!(!events.is_empty(), "{body} says nothing");
        events.iter().for_each(|it| all.push_str(&format!("{}\n", line(it))));
    }
    all
}

fn person(login: &str, name: &str) -> Value {
    json!({ "id": format!("{login}-id"), "displayName": name, "uniqueName": format!("{login}@example.org") })
}

fn payload(name: &str, sentence: &str, resource: Value) -> Value {
    json!({
        "id": "e1e1e1e1-0000-4000-8000-000000000001", "eventType": name, "message": { "text": sentence }, "resource": resource,
        "resourceContainers": { "collection": { "id": "c1", "baseUrl": "https://dev.azure.com/example/" } },
        "createdDate": "2026-11-20T09:59:50.5Z",
    })
}

fn repository() -> Value {
    json!({ "id": "r1", "name": "printer", "project": { "name": "demo" }, "remoteUrl": "https://example@dev.azure.com/example/demo/_git/printer" })
}

fn pull(of: Value) -> Value {
    let mut chloe = person("chloe", "Chloe Example");
    chloe["vote"] = json!(of["vote"].as_i64().unwrap_or_default());
    let mut pull = json!({
        "repository": repository(), "pullRequestId": 7, "status": "active", "title": "Quieter fan, approved by APO-3",
        "description": "Makes it better, @<CHLOE-ID>.", "createdBy": person("ben", "Ben Example"), "sourceRefName": "refs/heads/quiet-fan",
        "targetRefName": "refs/heads/main", "mergeStatus": "succeeded", "reviewers": [chloe], "labels": [{ "name": "hardware" }],
        "workItemRefs": [{ "id": "42" }], "lastMergeSourceCommit": { "commitId": "1a2b3c4d".repeat(5) },
    });
    for (key, value) in of.as_object().into_iter().flatten() {
        pull[key] = value.clone();
    }
    pull
}

#[test]
fn pull_requests() {
    let updated = |sentence: &str, of: Value| payload("git.pullrequest.updated", sentence, pull(of));
    let said = |sentence: &str, comment: Value| {
        let mut body = payload(
            "ms.vss-code.git-pullrequest-comment-event",
            sentence,
            json!({ "comment": comment, "pullRequest": pull(json!({})) }),
        );
        body["message"]["markdown"] = json!(
            "Chloe Example has [commented on](https://dev.azure.com/example/demo/_git/printer/pullrequest/7?discussionId=5) a pull request"
        );
        body
    };
    let comment = json!({
        "id": 2, "content": "Nice, @<ben-id>!", "author": person("chloe", "Chloe Example"),
        "_links": { "threads": { "href": "https://dev.azure.com/example/_apis/git/repositories/r1/pullRequests/7/threads/5" } },
    });
    let mut merged = payload(
        "git.pullrequest.merged",
        "Ana Example has created a pull request merge commit",
        pull(json!({ "status": "completed", "closedBy": person("ana", "Ana Example") })),
    );
    merged["message"] = Value::Null;
    let all = told(vec![
        payload("git.pullrequest.created", "Ben Example created pull request 7 (Quieter fan) in printer", pull(json!({}))),
        updated("Ben Example updated the source branch of pull request 7 (Quieter fan, approved by APO-3) in printer", json!({})),
        updated("Chloe Example approved pull request 7 (Quieter fan, approved by APO-3) in printer", json!({ "vote": 10 })),
        updated("Chloe Example approved and left suggestions on pull request 7", json!({ "vote": 5 })),
        updated("Chloe Example is waiting for the author of pull request 7", json!({ "vote": -5 })),
        updated("Chloe Example rejected pull request 7", json!({ "vote": -10 })),
        updated("Chloe Example reset their vote on pull request 7", json!({})),
        updated("Ben Example changed the reviewer list on pull request 7", json!({})),
        updated(
            "Ana Example completed pull request 7",
            json!({ "status": "completed", "closedBy": person("ana", "Ana Example") }),
        ),
        updated("Ben Example abandoned pull request 7", json!({ "status": "abandoned" })),
        updated("Ben Example reactivated pull request 7", json!({})),
        updated("Ben Example published pull request 7", json!({ "isDraft": false })),
        updated("Ben Example marked pull request 7 as a draft", json!({ "isDraft": true })),
        updated("Ben Example set auto-complete on pull request 7", json!({})),
        updated("Ben Example did something to pull request 7", json!({})),
        merged,
        payload("git.pullrequest.merged", "Ben Example has attempted a merge", pull(json!({}))),
        payload("git.pullrequest.merged", "Ben Example has attempted a merge", pull(json!({ "mergeStatus": "conflicts" }))),
        said("Chloe Example has commented on a pull request", comment.clone()),
        said("Chloe Example has edited a pull request comment", comment),
    ]);
    expect![[r#"
        pull.created | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | branch: quiet-fan → main | labels hardware | for review Chloe Example (chloe@example.org) | about APO-3, #42 | “Makes it better, @Chloe Example.” | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.pushed | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | commit: - → 1a2b3c4d1a | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.approved | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | vote: - → approved | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.approved | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | vote: - → approved with suggestions | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.changes_requested | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | vote: - → waiting for the author | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.rejected | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | vote: - → rejected | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.unapproved | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | vote: - → no vote | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.reviewers_changed | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.merged | Ana Example (ana@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | merged | on quiet-fan | state: open → merged, branch: quiet-fan → main | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.abandoned | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | abandoned | on quiet-fan | state: open → abandoned | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.reopened | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | state: abandoned → open | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.ready_for_review | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.converted_to_draft | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | draft | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.auto_complete_changed | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.updated | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.merged | Ana Example (ana@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | merged | on quiet-fan | state: open → merged, branch: quiet-fan → main | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.merge_attempted | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.merge_conflicted | Ben Example (ben@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | merge: - → conflicts | labels hardware | Warning | about APO-3, #42 | https://dev.azure.com/example/demo/_git/printer/pullrequest/7
        pull.commented | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | for mentioned Ben Example (ben@example.org) | about APO-3, #42 | “Nice, @Ben Example!” | https://dev.azure.com/example/demo/_git/printer/pullrequest/7 | at https://dev.azure.com/example/demo/_git/printer/pullrequest/7?discussionId=5
        pull.comment_edited | Chloe Example (chloe@example.org) | !7 Quieter fan, approved by APO-3 | demo/printer | open | on quiet-fan | labels hardware | about APO-3, #42 | “Nice, @Ben Example!” | https://dev.azure.com/example/demo/_git/printer/pullrequest/7 | at https://dev.azure.com/example/demo/_git/printer/pullrequest/7?discussionId=5
    "#]].assert_eq(&all);
}

#[test]
fn code() {
    let zeros = "0".repeat(40);
    let (old, new) = ("5e6f7a8b".repeat(5), "1a2b3c4d".repeat(5));
    let commit = |id: &str, comment: &str| json!({ "commitId": id, "author": { "name": "Ben Example" }, "comment": comment });
    let push = |updates: Value, commits: Value| {
        let resource = json!({ "refUpdates": updates, "commits": commits, "repository": repository(), "pushedBy": person("ben", "Ben Example") });
        payload("git.push", "Ben Example pushed updates to printer:main", resource)
    };
    let repo = |name: &str, of: Value| {
        let mut resource = json!({ "repository": repository(), "initiatedBy": person("ana", "Ana Example") });
        for (key, value) in of.as_object().into_iter().flatten() {
            resource[key] = value.clone();
        }
        payload(name, "Git repository r1 was changed.", resource)
    };
    let mut checkin = payload(
        "tfvc.checkin",
        "Ben Example checked in changeset 18: Fix #42",
        json!({ "changesetId": 18, "comment": "Fix #42\n\nIt was loud.", "checkedInBy": person("ben", "Ben Example"), "url": "https://dev.azure.com/example/_apis/tfvc/changesets/18" }),
    );
    checkin["message"]["markdown"] =
        json!("Ben Example checked in changeset [18](https://dev.azure.com/example/web/cs.aspx?cs=18): Fix #42");
    let disabled = json!({ "repository": { "name": "printer", "project": { "name": "demo" }, "isDisabled": true, "url": "https://dev.azure.com/example/_apis/git/repositories/r1" } });
    let all = told(vec![
        push(
            json!([{ "name": "refs/heads/main", "oldObjectId": old, "newObjectId": new }]),
            json!([commit(&new, "Turn it slower, #42\n\nMore"), commit(&old, "Add a fan")]),
        ),
        push(
            json!([{ "name": "refs/heads/main", "oldObjectId": old, "newObjectId": new, "forced": true }]),
            json!([commit(&new, "Turn it slower")]),
        ),
        push(
            json!([
                { "name": "refs/heads/feature/APO-3", "oldObjectId": zeros, "newObjectId": new },
                { "name": "refs/heads/old", "oldObjectId": old, "newObjectId": zeros },
                { "name": "refs/tags/v1", "oldObjectId": zeros, "newObjectId": old },
            ]),
            json!([]),
        ),
        checkin,
        repo("git.repo.created", json!({})),
        repo("git.repo.renamed", json!({ "oldName": "plotter", "newName": "printer" })),
        repo(
            "git.repo.forked",
            json!({ "repository": { "name": "printer", "project": { "name": "apollo" }, "parentRepository": { "name": "plotter" } } }),
        ),
        repo("git.repo.deleted", json!({ "repository": null, "repositoryName": "printer", "project": { "name": "demo" } })),
        repo("git.repo.statuschanged", disabled),
    ]);
    expect![[r#"
        commit.pushed | Ben Example (ben@example.org) | 1a2b3c4d1a 2 commits to main | demo/printer | on main | branch: 5e6f7a8b5e → 1a2b3c4d1a | commits Add a fan, Turn it slower, #42 | about #42 | “5e6f7a8b5e Add a fan (Ben Example)⏎1a2b3c4d1a Turn it slower, #42 (Ben Example)” | https://dev.azure.com/example/demo/_git/printer?version=GBmain | at https://dev.azure.com/example/demo/_git/printer/branchCompare?baseVersion=GC5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b&targetVersion=GC1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d&_a=files
        commit.force_pushed | Ben Example (ben@example.org) | 1a2b3c4d1a 1 commit to main | demo/printer | on main | branch: 5e6f7a8b5e → 1a2b3c4d1a | commits Turn it slower | “1a2b3c4d1a Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_git/printer?version=GBmain | at https://dev.azure.com/example/demo/_git/printer/branchCompare?baseVersion=GC5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b5e6f7a8b&targetVersion=GC1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d&_a=files
        branch.created | Ben Example (ben@example.org) | feature/APO-3 branch feature/APO-3 | demo/printer | on feature/APO-3 | branch: - → 1a2b3c4d1a | about APO-3 | https://dev.azure.com/example/demo/_git/printer?version=GBfeature%2FAPO-3
        branch.deleted | Ben Example (ben@example.org) | old branch old | demo/printer | on old | branch: 5e6f7a8b5e → - | https://dev.azure.com/example/demo/_git/printer
        tag.created | Ben Example (ben@example.org) | v1 tag v1 | demo/printer | on v1 | tag: - → 5e6f7a8b5e | https://dev.azure.com/example/demo/_git/printer?version=GTv1
        changeset.checked_in | Ben Example (ben@example.org) | changeset 18 Fix #42 | about #42 | “Fix #42⏎⏎It was loud.” | https://dev.azure.com/example/web/cs.aspx?cs=18
        repository.created | Ana Example (ana@example.org) | demo/printer the repository printer | demo/printer | https://dev.azure.com/example/demo/_git/printer
        repository.renamed | Ana Example (ana@example.org) | demo/printer the repository printer | demo/printer | name: plotter → printer | https://dev.azure.com/example/demo/_git/printer
        repository.forked | Ana Example (ana@example.org) | apollo/printer the repository printer | apollo/printer | fork: plotter → printer | https://dev.azure.com/example/apollo/_git/printer
        repository.deleted | Ana Example (ana@example.org) | demo/printer the repository printer | demo/printer
        repository.disabled | Ana Example (ana@example.org) | demo/printer the repository printer | demo/printer | https://dev.azure.com/example/demo/_git/printer
    "#]].assert_eq(&all);
}

#[test]
fn work_items() {
    let fields = json!({
        "System.TeamProject": "demo", "System.WorkItemType": "Bug", "System.State": "Active", "System.Title": "Printer on fire",
        "System.Tags": "fire; urgent", "System.ChangedBy": "Ana Example <ana@example.org>", "System.CreatedBy": "Chloe Example",
        "System.AssignedTo": person("ben", "Ben Example"), "System.Description": "<div>It <b>burns</b>, <a data-vss-mention=\"version:2.0,x\">@Chloe Example</a>.</div>",
    });
    let whole = |name: &str, of: Value| {
        let mut item =
            json!({ "id": 42, "rev": 1, "fields": fields, "url": "https://dev.azure.com/example/_apis/wit/workItems/42" });
        for (key, value) in of.as_object().into_iter().flatten() {
            item["fields"][key] = value.clone();
        }
        payload(name, "Bug #42 (Printer on fire) was changed by Ana Example.", item)
    };
    let updated = |changed: Value, relations: Value| {
        let revision = json!({ "id": 42, "fields": fields, "_links": { "html": { "href": "https://dev.azure.com/example/demo/_workitems/edit/42" } } });
        let resource = json!({ "id": 2, "workItemId": 0, "revisedBy": person("ana", "Ana Example"), "fields": changed, "revision": revision, "relations": relations });
        payload("workitem.updated", "Bug #42 (Printer on fire) updated by Ana Example.", resource)
    };
    let of = |old: Value, new: Value| json!({ "oldValue": old, "newValue": new });
    let all = told(vec![
        whole("workitem.created", json!({})),
        whole("workitem.commented", json!({ "System.History": "<p>Is it out, @chloe?</p>" })),
        whole("workitem.deleted", json!({})),
        whole("workitem.restored", json!({})),
        payload(
            "workitem.updated",
            "Bug #42 (Printer (laser) on fire) transitioned to Active by Ana Example",
            json!({ "id": 2, "workItemId": 42, "fields": { "System.State": of(json!("New"), json!("Active")) } }),
        ),
        updated(
            json!({ "System.State": of(json!("New"), json!("Active")), "System.Reason": of(json!("New"), json!("Approved")), "System.Rev": of(json!(1), json!(2)) }),
            Value::Null,
        ),
        updated(
            json!({ "System.State": of(json!("Active"), json!("Closed")), "Microsoft.VSTS.Common.ClosedDate": of(Value::Null, json!("2026-11-20T09:59:50Z")) }),
            Value::Null,
        ),
        updated(json!({ "System.State": of(json!("Active"), json!("Resolved")) }), Value::Null),
        updated(json!({ "System.State": of(json!("Done"), json!("To Do")) }), Value::Null),
        updated(json!({ "System.AssignedTo": of(Value::Null, person("ben", "Ben Example")) }), Value::Null),
        updated(json!({ "System.AssignedTo": of(json!("Ben Example <ben@example.org>"), Value::Null) }), Value::Null),
        updated(json!({ "System.Tags": of(json!("fire"), json!("fire; urgent")) }), Value::Null),
        updated(json!({ "System.Tags": of(json!("fire; old"), json!("fire")) }), Value::Null),
        updated(json!({ "System.History": of(Value::Null, json!("<p>On it.</p>")) }), Value::Null),
        updated(
            json!({ "Microsoft.VSTS.Scheduling.DueDate": of(Value::Null, json!("2026-12-01T00:00:00Z")), "Microsoft.VSTS.Common.Priority": of(json!(2), json!(1)), "System.Description": of(json!("<p>a</p>"), json!("<p>b</p>")) }),
            Value::Null,
        ),
        updated(
            json!({}),
            json!({ "added": [{ "rel": "System.LinkTypes.Related", "url": "https://dev.azure.com/example/_apis/wit/workItems/2", "attributes": { "name": "Related" } }] }),
        ),
    ]);
    expect![[r#"
        issue.created | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | assignee: - → Ben Example | labels Bug, fire, urgent | for assigned Ben Example (ben@example.org), mentioned Chloe Example | “It **burns**, @Chloe Example.” | https://dev.azure.com/example/_workitems/edit/42
        issue.commented | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | labels Bug, fire, urgent | for mentioned chloe | “Is it out, @chloe?” | https://dev.azure.com/example/_workitems/edit/42
        issue.deleted | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | labels Bug, fire, urgent | https://dev.azure.com/example/_workitems/edit/42
        issue.restored | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | labels Bug, fire, urgent | https://dev.azure.com/example/_workitems/edit/42
        issue.updated | Ana Example | #42 Printer (laser) on fire | Active | state: New → Active | https://dev.azure.com/example/_workitems/edit/42
        issue.updated | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | state: New → Active | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.closed | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | state: Active → Closed | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.resolved | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | state: Active → Resolved | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.reopened | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | state: Done → To Do | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.assigned | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | assignee: - → Ben Example | labels Bug, fire, urgent | for assigned Ben Example (ben@example.org) | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.unassigned | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | assignee: Ben Example → - | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.labeled | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | label: - → urgent | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.unlabeled | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | label: old → - | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.commented | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | labels Bug, fire, urgent | “On it.” | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.updated | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | due date: - → 2026-12-01, priority: 2 → 1, description | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
        issue.updated | Ana Example (ana@example.org) | #42 Printer on fire | demo | Active | link: - → Related #2 | labels Bug, fire, urgent | https://dev.azure.com/example/demo/_workitems/edit/42
    "#]].assert_eq(&all);
}

#[test]
fn builds_and_runs() {
    let build = |result: &str, of: Value| {
        let mut build = json!({
            "id": 102, "buildNumber": "20261120.2", "status": "completed", "result": result, "sourceBranch": "refs/heads/quiet-fan",
            "sourceVersion": "1a2b3c4d".repeat(5), "definition": { "name": "build" }, "project": { "name": "demo" }, "requestedFor": person("ben", "Ben Example"),
            "url": "https://dev.azure.com/example/demo/_apis/build/Builds/102", "repository": { "url": "https://dev.azure.com/example/demo/_git/printer" },
        });
        for (key, value) in of.as_object().into_iter().flatten() {
            build[key] = value.clone();
        }
        payload("build.complete", "Build 20261120.2 was built", build)
    };
    let run = |noun: &str, of: Value| {
        let mut resource = json!({
            "run": { "id": 102, "name": "20261120.2", "state": "completed", "result": "failed" }, "pipeline": { "id": 11, "name": "build" },
            "repositories": [{ "type": "Git", "change": { "author": { "name": "Ben Example" }, "message": "Turn it slower\n\nMore" }, "url": "https://x@dev.azure.com/example/demo/_git/printer" }],
        });
        resource[noun]["_links"] = json!({ "web": { "href": "https://dev.azure.com/example/demo/_build/results?buildId=102" } });
        for (key, value) in of.as_object().into_iter().flatten() {
            for (inner, value) in value.as_object().into_iter().flatten() {
                resource[key][inner] = value.clone();
            }
        }
        payload(&format!("ms.vss-pipelines.{noun}-state-changed-event"), "Run 20261120.2 was run.", resource)
    };
    let approval = |name: &str, status: &str| {
        let step = json!({ "assignedApprover": person("ana", "Ana Example"), "status": status, "comment": if status == "pending" { "" } else { "Looks good" } });
        let resource = json!({
            "approval": { "id": "a1a1a1a1-0000-4000-8000-000000000001", "status": status, "steps": [step], "instructions": "Look at the fan first." },
            "projectName": "demo", "pipeline": { "name": "deploy" }, "stage": { "name": "Live" }, "run": { "name": "20261120.3" },
        });
        let mut body = payload(name, "Approval pending for deployment of pipeline deploy to environment live.", resource);
        body["message"]["markdown"] =
            json!("Approval of [https://dev.azure.com/example/demo/_build/results?buildId=103](run1) to environment live.");
        body
    };
    let all = told(vec![
        build("succeeded", json!({})),
        build(
            "failed",
            json!({ "sourceBranch": "refs/pull/7/merge", "triggerInfo": { "pr.number": "7", "pr.sourceBranch": "refs/heads/quiet-fan", "pr.title": "Quieter fan, APO-3" } }),
        ),
        build("partiallySucceeded", json!({ "triggerInfo": { "ci.message": "Fix #42" }, "tags": ["nightly"] })),
        build("canceled", json!({})),
        run("run", json!({})),
        run("run", json!({ "run": { "result": null, "state": "inProgress" } })),
        run(
            "stage",
            json!({ "stage": { "name": "Test", "displayName": "All tests", "state": "completed", "result": "succeeded" } }),
        ),
        run("stage", json!({ "stage": { "name": "__default", "state": "waiting" } })),
        run(
            "job",
            json!({ "stage": { "name": "Test" }, "job": { "name": "Linux", "state": "completed", "result": "canceled" } }),
        ),
        approval("ms.vss-pipelinechecks-events.approval-pending", "pending"),
        approval("ms.vss-pipelinechecks-events.approval-completed", "approved"),
        approval("ms.vss-pipelinechecks-events.approval-completed", "rejected"),
    ]);
    expect![[r#"
        build.passed | Ben Example (ben@example.org) | 20261120.2 build | demo | succeeded | on quiet-fan | about https://dev.azure.com/example/demo/_git/printer/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d | https://dev.azure.com/example/demo/_build/results?buildId=102
        build.failed | Ben Example (ben@example.org) | 20261120.2 build | demo | failed | on quiet-fan | Error | commits Quieter fan, APO-3 | about https://dev.azure.com/example/demo/_git/printer/pullrequest/7, https://dev.azure.com/example/demo/_git/printer/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d, APO-3 | https://dev.azure.com/example/demo/_build/results?buildId=102
        build.partly_passed | Ben Example (ben@example.org) | 20261120.2 build | demo | partially succeeded | on quiet-fan | labels nightly | Warning | commits Fix #42 | about https://dev.azure.com/example/demo/_git/printer/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d, #42 | https://dev.azure.com/example/demo/_build/results?buildId=102
        build.cancelled | Ben Example (ben@example.org) | 20261120.2 build | demo | canceled | on quiet-fan | about https://dev.azure.com/example/demo/_git/printer/commit/1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d | https://dev.azure.com/example/demo/_build/results?buildId=102
        run.failed | 20261120.2 build | demo | failed | Error | “Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_build/results?buildId=102
        run.started | 20261120.2 build | demo | in progress | “Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_build/results?buildId=102
        stage.passed | 20261120.2 build: All tests | demo | succeeded | “Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_build/results?buildId=102
        stage.queued | 20261120.2 build | demo | waiting | “Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_build/results?buildId=102
        job.cancelled | 20261120.2 build: Test / Linux | demo | canceled | “Turn it slower (Ben Example)” | https://dev.azure.com/example/demo/_build/results?buildId=102
        approval.requested | 20261120.3 deploy to Live | demo | pending | for review Ana Example (ana@example.org) | “Look at the fan first.” | https://dev.azure.com/example/demo/_build/results?buildId=103
        approval.approved | Ana Example (ana@example.org) | 20261120.3 deploy to Live | demo | approved | “Looks good” | https://dev.azure.com/example/demo/_build/results?buildId=103
        approval.rejected | Ana Example (ana@example.org) | 20261120.3 deploy to Live | demo | rejected | Warning | “Looks good” | https://dev.azure.com/example/demo/_build/results?buildId=103
    "#]].assert_eq(&all);
}

#[test]
fn releases_and_what_is_unknown() {
    let release = |of: Value| {
        let mut resource = json!({
            "release": { "id": 5, "name": "Release-5", "status": "active", "createdBy": person("ben", "Ben Example"), "description": "The quiet one",
                         "releaseDefinition": { "name": "live" }, "url": "https://vsrm.dev.azure.com/example/demo/_apis/Release/releases/5",
                         "artifacts": [{ "definitionReference": { "branch": { "name": "main" }, "version": { "name": "20261120.2" } } }] },
            "project": { "name": "demo" },
        });
        for (key, value) in of.as_object().into_iter().flatten() {
            resource[key] = value.clone();
        }
        resource
    };
    let at = |name: &str, sentence: &str, of: Value| payload(&format!("ms.vss-release.{name}-event"), sentence, release(of));
    let deployed = |status: &str| {
        let environment = json!({ "id": 8, "name": "Live", "status": status, "owner": person("chloe", "Chloe Example"), "release": { "id": 5, "name": "Release-5" } });
        at(
            "deployment-completed",
            "Deployment of release Release-5 on stage Live was done.",
            json!({ "environment": environment }),
        )
    };
    let approval = |status: &str| json!({ "approval": { "approver": person("ana", "Ana Example"), "status": status, "comments": "Go", "releaseEnvironment": { "name": "Live" } } });
    let all = told(vec![
        at("release-created", "Release Release-5 created.", json!({})),
        at("release-abandoned", "Release Release-5 abandoned.", json!({})),
        at(
            "deployment-started",
            "Deployment of release Release-5 to stage Live started.",
            json!({ "environment": { "name": "Live", "status": "queued" } }),
        ),
        deployed("succeeded"),
        deployed("rejected"),
        at(
            "deployment-approval-pending",
            "Pre deployment approval pending for release Release-5 on environment Live.",
            approval("pending"),
        ),
        at(
            "deployment-approval-completed",
            "Pre Deployment approval for release Release-5 on environment Live Succeeded.",
            approval("approved"),
        ),
        at(
            "deployment-approval-completed",
            "Pre Deployment approval for release Release-5 on environment Live Failed.",
            approval("rejected"),
        ),
        payload(
            "ms.vss-endpoint.endpoint-created",
            "",
            json!({ "serviceEndpoint": { "id": "s1", "name": "Registry" }, "project": { "id": "p1", "name": "demo" } }),
        ),
        payload(
            "ms.advancedSecurity.alert-created-event",
            "",
            json!({ "alertId": 9, "title": "A key in app.js", "severity": "high", "state": "active", "alertUrl": "https://dev.azure.com/example/demo/_git/printer/alerts/9" }),
        ),
        payload("elasticagentpool.resized", "The pool live was resized", json!({ "id": 1 })),
        json!({ "eventId": "git.repository.created", "publisherId": "azure-devops", "resource": { "repository": { "name": "printer", "url": "repository-url", "project": { "name": "demo" } } } }),
        json!({ "eventType": "workitem.updated" }),
        json!({ "eventType": "git.push", "resource": [] }),
        json!({ "eventType": "git.pullrequest.updated", "resource": { "pullRequestId": "x" } }),
        json!({ "eventType": "ms.vss-pipelines.run-state-changed-event" }),
        json!({ "eventType": "x" }),
    ]);
    expect![[r#"
        release.created | Ben Example (ben@example.org) | Release-5 live | demo | active | on main | artifact: - → 20261120.2 | “The quiet one” | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        release.abandoned | Ben Example (ben@example.org) | Release-5 live | demo | active | on main | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        deployment.started | Ben Example (ben@example.org) | Release-5 live to Live | demo | queued | on main | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        deployment.succeeded | Ben Example (ben@example.org) | Release-5 live to Live | demo | succeeded | on main | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        deployment.failed | Ben Example (ben@example.org) | Release-5 live to Live | demo | rejected | on main | Error | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        approval.requested | Ben Example (ben@example.org) | Release-5 live to Live | demo | pending | on main | for review Ana Example (ana@example.org) | “Go” | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        approval.approved | Ana Example (ana@example.org) | Release-5 live to Live | demo | approved | on main | “Go” | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        approval.rejected | Ana Example (ana@example.org) | Release-5 live to Live | demo | rejected | on main | Warning | “Go” | https://dev.azure.com/example/demo/_releaseProgress?releaseId=5&_a=release-pipeline-progress
        service_connection.created | s1 Registry | demo
        alert.created | 9 A key in app.js | demo/printer | active | Error | https://dev.azure.com/example/demo/_git/printer/alerts/9
        elasticagentpool.resized | 1 The pool live was resized
        repository.created | demo/printer the repository printer | demo/printer
        issue.updated | work item issue updated
        commit.pushed | an unnamed branch Push to an unnamed branch
        pull.updated | !x pull updated
        run.updated | run Pipeline
        x.happened | x x happened
    "#]].assert_eq(&all);
}

#[test]
fn broken_payloads_are_read() {
    crate::tests::broken::survives_broken_payloads("azure-devops");
}
