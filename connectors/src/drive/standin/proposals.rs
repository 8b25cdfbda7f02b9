//! Requests for access in the simulated Drive.

use axum::http::StatusCode;
use serde_json::json;

use super::{
    Answer, Asked, files,
    state::{State, WRITER, rank},
};
use crate::drive::standin::seed;

pub fn answer(state: &mut State, asked: &Asked, id: &str, path: &[&str]) -> Answer {
    let file = match files::find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    let decides = state.rank_by_link(&asked.caller, &file) >= WRITER;
    match (asked.method.as_str(), path) {
        // Whoever does not decide is told of nobody.
        ("GET", []) => {
            let one = |it: &super::state::Proposal| {
                json!({
                    "fileId": file.id, "proposalId": it.id, "requesterEmailAddress": it.who, "recipientEmailAddress": it.who,
                    "requestMessage": it.message, "createTime": it.at.to_string(), "rolesAndViews": [{ "role": it.role }],
                })
            };
            let all = if decides { file.proposals.iter().map(one).collect() } else { Vec::new() };
            Answer::selected(&asked.page("accessProposals", 100, 100, all), asked, "nextPageToken,accessProposals(proposalId)")
        }
        _ if !decides => Answer::not_allowed(),
        ("POST", [proposal]) => {
            let Some(at) = file.proposals.iter().position(|it| Some(it.id.as_str()) == proposal.strip_suffix(":resolve")) else {
                return Answer::refused(404, "notFound", "Access proposal not found.");
            };
            let (body, who) = (asked.body(), file.proposals[at].who.clone());
            match (body["action"].as_str(), body["role"][0].as_str().filter(|it| rank(it) > 0)) {
                (Some("ACCEPT"), Some(role)) => seed::share(state, &file.id, &who, role),
                (Some("DENY"), _) => {}
                _ => return Answer::invalid("Invalid Value"),
            }
            if let Some(file) = state.file_mut(&file.id) {
                file.proposals.remove(at);
            }
            state.note(&file.id);
            Answer::json(&json!({}))
        }
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}
