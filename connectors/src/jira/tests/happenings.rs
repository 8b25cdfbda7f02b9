//! Every kind of event that Jira documents, as one line each: what people will read of it.

use super::*;
use crate::{Delivery, tests::told::line};

/// What is told of these bodies, a line each.
fn told(bodies: Vec<Value>) -> String {
    let webhook = Kind::of::<Jira>().webhook.expect("webhooks");
    let mut all = String::new();
    for body in bodies {
        let bytes = body.to_string().into_bytes();
        let delivery = Delivery {
            hook: "ci",
            method: "POST",
            template: None,
            headers: &[],
            query: "",
            url: None,
            body: &bytes,
            received: now(),
        };
        let events = (webhook.parse)(&delivery).unwrap_or_else(|err| panic!("{body}: {err}"));
        assert_eq!(events.len(), 1, "{body}");
        all.push_str(&format!("{}\n", line(&events[0])));
    }
    all
}

fn user(id: &str, name: &str) -> Value {
    json!({ "self": format!("https://example.atlassian.net/rest/api/2/user?accountId={id}"), "accountId": id, "displayName": name, "active": "true" })
}

fn ana() -> Value {
    user("5b10a", "Ana Example")
}

/// Something that Ana did to APO-7, with what else is told.
fn happened(name: &str, of: Value) -> Value {
    let mut body = json!({
        "timestamp": 1_795_168_740_000_i64, "webhookEvent": name, "user": ana(),
        "issue": {
            "id": "10007", "self": "https://example.atlassian.net/rest/api/2/10007", "key": "APO-7",
            "fields": {
                "summary": "Printer on fire, as in DEMO-1", "issuetype": { "name": "Bug" }, "project": { "id": "1", "key": "APO", "name": "apollo" },
                "priority": { "name": "High" }, "labels": ["printer"], "parent": { "key": "APO-1" }, "assignee": user("5b10b", "Ben Example"),
                "status": { "name": "In Progress", "statusCategory": { "key": "indeterminate" } }, "description": "It *burns*, [~accountid:5b10b].",
            },
        },
    });
    for (key, value) in of.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

fn item(field: &str, from: Value, to: Value) -> Value {
    json!({ "field": field, "fieldtype": "jira", "from": from, "fromString": from, "to": to, "toString": to })
}

#[test]
fn issues() {
    let updated = |items: Value| happened("jira:issue_updated", json!({ "changelog": { "id": "10553", "items": items } }));
    let moved = |from: &str, to: &str, category: &str| {
        let mut body = updated(json!([item("status", json!(from), json!(to))]));
        body["issue"]["fields"]["status"] = json!({ "name": to, "statusCategory": { "key": category } });
        body
    };
    let given = json!({ "field": "assignee", "from": null, "fromString": null, "to": "5b10b", "toString": "Ben Example" });
    let taken = json!({ "field": "assignee", "from": "5b10b", "fromString": "Ben Example", "to": null, "toString": null });
    let comment = |body: Value| json!({ "id": "12000", "self": "https://example.atlassian.net/rest/api/2/issue/10007/comment/12000", "author": ana(), "updateAuthor": user("5b10c", "Chloe Example"), "body": body });
    let document = json!({ "type": "doc", "version": 1, "content": [{ "type": "paragraph", "content": [
        { "type": "text", "text": "Out now, " }, { "type": "mention", "attrs": { "id": "5b10c", "text": "@Chloe Example" } } ] }] });
    let mut unassigned_creation = happened("jira:issue_created", json!({ "issue_event_type_name": "issue_created" }));
    unassigned_creation["issue"]["fields"]["assignee"] = Value::Null;
    let all = told(vec![
        happened("jira:issue_created", json!({ "issue_event_type_name": "issue_created" })),
        unassigned_creation,
        happened(
            "jira:issue_created",
            json!({ "changelog": { "id": "1", "items": [
            { "field": "Status", "fieldId": "status", "to": "10000", "toString": "To Do" }, item("summary", Value::Null, json!("Printer")),
            item("Fix Version", Value::Null, json!("1.1")), given,
        ] } }),
        ),
        happened("jira:issue_deleted", json!({})),
        moved("To Do", "In Progress", "indeterminate"),
        moved("In Progress", "Done", "done"),
        moved("Done", "To Do", "new"),
        updated(json!([item("resolution", json!("Done"), Value::Null), item("status", json!("Live"), json!("To Do"))])),
        updated(json!([given])),
        updated(json!([taken])),
        updated(json!([item("labels", json!("printer old"), json!("printer old fire"))])),
        updated(json!([item("labels", json!("printer old"), json!("printer"))])),
        updated(json!([
            item("priority", json!("Low"), json!("High")),
            item("duedate", Value::Null, json!("2026-12-01 00:00:00.0")),
            item("description", json!("a"), json!("b")),
            item("Rank", json!(""), json!("Ranked higher"))
        ])),
        updated(json!([
            item("Sprint", json!("Apollo 3"), json!("Apollo 3, Apollo 4")),
            item("Fix Version", Value::Null, json!("1.1")),
            item("Link", Value::Null, json!("This issue blocks APO-8"))
        ])),
        updated(json!([item("project", json!("gemini"), json!("apollo")), item("Key", json!("GEM-3"), json!("APO-7"))])),
        updated(json!([item("timespent", json!("3600"), json!("21060")), item("WorklogId", Value::Null, json!("10201"))])),
        happened(
            "jira:issue_updated",
            json!({ "issue_event_type_name": "issue_commented", "comment": comment(json!("See {{lp0}}, [~accountid:5b10b] and @chloe")) }),
        ),
        happened("comment_created", json!({ "user": null, "comment": comment(document) })),
        happened(
            "comment_created",
            json!({ "user": null, "comment": comment(json!("[~accountid:5b10a] talks to [~accountid:unknown]")) }),
        ),
        happened("comment_updated", json!({ "user": null, "comment": comment(json!("Out.")) })),
        happened("comment_deleted", json!({ "user": null, "comment": comment(json!("Out.")) })),
        happened("jira:issue_unknown", json!({})),
        happened(
            "jira:worklog_updated",
            json!({ "issue_event_type_name": "issue_worklog_deleted", "changelog": { "items": [item("timespent", json!("21060"), Value::Null)] } }),
        ),
        happened(
            "jira:worklog_updated",
            json!({ "issue_event_type_name": "issue_work_logged", "changelog": { "items": [item("WorklogId", json!("10200"), json!("10200")), item("timespent", json!("19500"), json!("21060"))] } }),
        ),
        happened("worklog_created", json!({ "worklog": { "timeSpent": "3h", "comment": "Put it out", "author": ana() } })),
        happened(
            "attachment_created",
            json!({ "user": null, "attachment": { "filename": "fire.png", "author": ana(), "content": "https://example.atlassian.net/secure/attachment/1/fire.png" } }),
        ),
        happened("issue_property_set", json!({ "property": { "key": "seen", "value": true } })),
        json!({ "transition": { "transitionName": "Finish", "from_status": "To Do", "to_status": "Done" }, "user": ana(), "issue": { "key": "APO-7", "fields": { "summary": "Printer on fire", "status": { "self": "https://jira.example.org/jira/rest/api/2/status/5", "name": "Done" } } } }),
        json!({ "self": "https://example.atlassian.net/rest/api/2/issue/10007", "id": 10007, "key": "APO-7", "fields": { "summary": "Printer on fire", "updated": "2026-11-20T09:59:00.000+0000" } }),
    ]);
    expect![[r#"
        issue.created | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | assignee: - → Ben Example | labels printer, Bug, High | for assigned Ben Example (5b10b) | about APO-1, DEMO-1 | “It **burns**, @Ben Example.” | https://example.atlassian.net/browse/APO-7
        issue.created | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | for mentioned 5b10b | about APO-1, DEMO-1 | “It **burns**, @5b10b.” | https://example.atlassian.net/browse/APO-7
        issue.created | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | fix version: - → 1.1, assignee: - → Ben Example | labels printer, Bug, High | for assigned Ben Example (5b10b) | about APO-1, DEMO-1 | “It **burns**, @Ben Example.” | https://example.atlassian.net/browse/APO-7
        issue.deleted | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | status: To Do → In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.closed | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | Done | status: In Progress → Done | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.reopened | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | To Do | status: Done → To Do | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.reopened | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | resolution: Done → -, status: Live → To Do | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.assigned | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | assignee: - → Ben Example | labels printer, Bug, High | for assigned Ben Example (5b10b) | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.unassigned | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | assignee: Ben Example → - | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.labeled | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | label: - → fire | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.unlabeled | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | label: old → - | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | priority: Low → High, due: - → 2026-12-01, description | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | sprint: Apollo 3 → Apollo 3, Apollo 4, fix version: - → 1.1, link: - → This issue blocks APO-8 | labels printer, Bug, High | about APO-1, APO-8, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.moved | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | project: gemini → apollo, key: GEM-3 → APO-7 | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | time spent: 1h → 5h 51m | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.commented | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | for mentioned Ben Example (5b10b), mentioned chloe | about APO-1, DEMO-1 | “See `lp0`, @Ben Example and @chloe” | https://example.atlassian.net/browse/APO-7 | at https://example.atlassian.net/browse/APO-7?focusedCommentId=12000
        issue.commented | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | for mentioned Chloe Example (5b10c) | about APO-1, DEMO-1 | “Out now, @Chloe Example” | https://example.atlassian.net/browse/APO-7 | at https://example.atlassian.net/browse/APO-7?focusedCommentId=12000
        issue.commented | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | for mentioned unknown | about APO-1, DEMO-1 | “@Ana Example talks to @unknown” | https://example.atlassian.net/browse/APO-7 | at https://example.atlassian.net/browse/APO-7?focusedCommentId=12000
        issue.comment_edited | Chloe Example (5b10c) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | “Out.” | https://example.atlassian.net/browse/APO-7 | at https://example.atlassian.net/browse/APO-7?focusedCommentId=12000
        issue.comment_deleted | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | “Out.” | https://example.atlassian.net/browse/APO-7
        issue.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        worklog.deleted | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | time spent: 5h 51m → - | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        worklog.updated | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | time spent: 5h 25m → 5h 51m | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        worklog.created | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | time spent: - → 3h | labels printer, Bug, High | about APO-1, DEMO-1 | “Put it out” | https://example.atlassian.net/browse/APO-7
        attachment.created | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | attachment: - → fire.png | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7 | at https://example.atlassian.net/secure/attachment/1/fire.png
        property.set | Ana Example (5b10a) | APO-7 Printer on fire, as in DEMO-1 | APO | In Progress | labels printer, Bug, High | about APO-1, DEMO-1 | https://example.atlassian.net/browse/APO-7
        issue.closed | Ana Example (5b10a) | APO-7 Printer on fire | APO | Done | status: To Do → Done | https://example.atlassian.net/browse/APO-7
        issue.reported | APO-7 Printer on fire | APO | https://example.atlassian.net/browse/APO-7
    "#]].assert_eq(&all);
}

#[test]
fn what_is_around_issues() {
    let sprint = |of: Value| {
        let mut sprint = json!({ "id": 4, "self": "https://example.atlassian.net/rest/agile/1.0/sprint/4", "state": "active", "name": "Apollo 4", "originBoardId": 9, "goal": "Nothing burns", "endDate": "2026-12-04T09:59:00.000Z" });
        for (key, value) in of.as_object().into_iter().flatten() {
            sprint[key] = value.clone();
        }
        sprint
    };
    let version = json!({ "self": "https://jira.example.org/rest/api/2/version/65456", "id": "65456", "name": "1.1", "released": true, "archived": false, "projectId": 3, "description": "The quiet one" });
    let at =
        |name: &str, part: &str, value: Value| json!({ "timestamp": 1_795_168_740_000_i64, "webhookEvent": name, part: value });
    let project = json!({ "self": "https://jira.example.org/rest/api/2/project/3", "id": 3, "key": "GEM", "name": "Gemini", "projectLead": ana() });
    let log = json!({ "self": "https://example.atlassian.net/rest/api/2/issue/10014/worklog/10066", "author": ana(), "updateAuthor": user("5b10b", "Ben Example"), "comment": "", "timeSpent": "4d", "id": "10066", "issueId": "10014" });
    let said = json!({ "self": "https://example.atlassian.net/rest/api/2/issue/10000/comment/12000", "id": "12000", "author": ana(), "body": "Look, [~accountid:5b10b]" });
    let link = json!({ "id": 1, "sourceIssueId": 10072, "destinationIssueId": 10088, "issueLinkType": { "name": "Blocks", "outwardName": "blocks" } });
    let board = json!({ "id": 9, "self": "https://example.atlassian.net/rest/agile/1.0/board/9", "name": "Apollo board", "type": "scrum" });
    let mut changed = at("sprint_updated", "sprint", sprint(json!({})));
    changed["oldValue"] = sprint(json!({ "goal": "It burns", "endDate": "2026-12-01T09:59:00.000Z" }));
    let mut merged = at("jira:version_deleted", "version", version.clone());
    merged["mergedTo"] = json!({ "name": "1.2" });
    let all = told(vec![
        at("sprint_created", "sprint", sprint(json!({ "state": "future" }))),
        at("sprint_started", "sprint", sprint(json!({}))),
        changed,
        at("sprint_closed", "sprint", sprint(json!({ "state": "closed" }))),
        at("sprint_deleted", "sprint", sprint(json!({}))),
        at("jira:version_created", "version", json!({ "id": "1", "name": "1.2" })),
        at("jira:version_released", "version", version.clone()),
        at("jira:version_unreleased", "version", version),
        merged,
        at("project_created", "project", project.clone()),
        at("project_soft_deleted", "project", json!({ "key": "GEM" })),
        at("project_restored_archived", "project", project),
        at("board_created", "board", board.clone()),
        at("board_configuration_changed", "configuration", board),
        at("user_created", "user", user("5b10d", "Dora Example")),
        at("user_deleted", "user", json!({ "accountId": "5b10d" })),
        at("worklog_created", "worklog", log.clone()),
        at("worklog_updated", "worklog", log),
        at("comment_created", "comment", said),
        at(
            "attachment_deleted",
            "attachment",
            json!({ "id": 1, "filename": "fire.png", "author": ana(), "content": "https://example.atlassian.net/secure/attachment/1/fire.png" }),
        ),
        at("issuelink_created", "issueLink", link),
        at("issuetype_created", "issueType", json!({ "id": 7, "name": "Fire", "description": "What burns" })),
        at(
            "filter_updated",
            "filter",
            json!({ "self": "https://example.atlassian.net/rest/api/2/filter/5", "id": 5, "name": "Fires" }),
        ),
        at("option_voting_changed", "property", json!({ "key": "jira.option.voting", "value": "true" })),
        json!({ "webhookEvent": "jira_expression_evaluation_failed", "message": "The expression is too long" }),
        json!({ "webhookEvent": "worklog_created" }),
        json!({ "accountId": "5b10d", "username": "dora" }),
        json!({ "ticket": { "key": "APO-9", "summary": "Written by a rule" } }),
        json!({}),
        json!("text"),
    ]);
    expect![[r#"
        sprint.created | Apollo 4 sprint Apollo 4 | future | “Nothing burns” | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9&sprint=4
        sprint.started | Apollo 4 sprint Apollo 4 | active | “Nothing burns” | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9&sprint=4
        sprint.updated | Apollo 4 sprint Apollo 4 | active | goal: It burns → Nothing burns, end: 2026-12-01 → 2026-12-04 | “Nothing burns” | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9&sprint=4
        sprint.closed | Apollo 4 sprint Apollo 4 | closed | “Nothing burns” | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9&sprint=4
        sprint.deleted | Apollo 4 sprint Apollo 4 | active | “Nothing burns” | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9&sprint=4
        version.created | 1.2 version 1.2 | unreleased
        version.released | 1.1 version 1.1 | released | “The quiet one” | https://jira.example.org/projects/3/versions/65456
        version.unreleased | 1.1 version 1.1 | released | “The quiet one” | https://jira.example.org/projects/3/versions/65456
        version.merged | 1.1 version 1.1 | released | version: 1.1 → 1.2 | “The quiet one”
        project.created | GEM Gemini | GEM | https://jira.example.org/browse/GEM
        project.soft_deleted | GEM project GEM | GEM
        project.restored_archived | GEM Gemini | GEM | https://jira.example.org/browse/GEM
        board.created | Apollo board board Apollo board | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9
        board.configuration_changed | Apollo board board Apollo board | https://example.atlassian.net/secure/RapidBoard.jspa?rapidView=9
        user.created | 5b10d account of Dora Example
        user.deleted | 5b10d account of somebody
        worklog.created | Ana Example (5b10a) | issue 10014 4d of work | https://example.atlassian.net/issues/?jql=id%3D10014
        worklog.updated | Ben Example (5b10b) | issue 10014 4d of work | https://example.atlassian.net/issues/?jql=id%3D10014
        issue.commented | Ana Example (5b10a) | issue 10000 Jira does not tell its summary | for mentioned 5b10b | “Look, @5b10b” | https://example.atlassian.net/issues/?jql=id%3D10000
        attachment.deleted | Ana Example (5b10a) | fire.png file fire.png
        link.created | issue 10072 issue 10072 blocks issue 10088
        issuetype.created | 7 Fire | “What burns”
        filter.updated | Fires filter Fires | https://example.atlassian.net/issues/?filter=5
        option.voting_changed | option jira.option.voting | value: - → true
        jira.expression_evaluation_failed | jira The expression is too long
        worklog.created | worklog worklog created
        jira.event | jira dora
        issue.reported | APO-9 Written by a rule | APO
        jira.event | jira something that Jira does not name
        jira.event | jira something that Jira does not name
    "#]].assert_eq(&all);
}

#[test]
fn broken_payloads_are_read() {
    crate::tests::broken::survives_broken_payloads("jira");
}
