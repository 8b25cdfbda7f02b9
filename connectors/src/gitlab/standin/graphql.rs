//! The one GraphQL query that the connector asks: what a merge request waits for.

use serde_json::json;

use super::{Answer, Asked, State, state::position};

pub fn answer(state: &State, asked: &Asked) -> Answer {
    if !asked.text("query").is_some_and(|it| it.contains("mergeabilityChecks")) {
        return Answer::json(json!({ "errors": [{ "message": "A query is missing" }] }));
    }
    let variables = &asked.body["variables"];
    let project = variables["project"].as_str().and_then(|it| state.project(it, asked.caller));
    let found = project.and_then(|of| position(&state.merge_requests, of, "iid", variables["iid"].as_str()?));
    let Some(at) = found else {
        return Answer::json(json!({ "data": { "project": project.map(|_| json!({ "mergeRequest": null })) } }));
    };
    let it = state.shown(&state.merge_requests[at]);
    let status = |failed: bool| if failed { "FAILED" } else { "SUCCESS" };
    let approved = state.approvals.get(&it["id"].as_u64().unwrap_or_default()).is_some_and(|it| !it.is_empty());
    let checks = json!([
        { "identifier": "NOT_OPEN", "status": status(it["state"] != "opened") },
        { "identifier": "DRAFT_STATUS", "status": status(it["draft"] == true) },
        { "identifier": "NOT_APPROVED", "status": status(!approved) },
        { "identifier": "CI_MUST_PASS", "status": status(it["head_pipeline"]["status"] == "failed") },
        { "identifier": "CONFLICT", "status": status(it["detailed_merge_status"] == "conflict") },
    ]);
    Answer::json(json!({ "data": { "project": { "mergeRequest": {
        "title": it["title"], "webUrl": it["web_url"], "mergeabilityChecks": checks, "resolvableDiscussionsCount": 0,
        "resolvedDiscussionsCount": 0, "headPipeline": { "status": "FAILED" }, "approvalsLeft": u64::from(!approved),
    } } } }))
}
