//! Comments of the simulated Drive.

use axum::http::StatusCode;
use serde_json::Value;

use super::{
    Answer, Asked, files,
    state::{COMMENTER, Comment, Reply, State},
    values,
};

pub fn answer(state: &mut State, asked: &Asked, id: &str, path: &[&str]) -> Answer {
    let file = match files::find(state, asked, id) {
        Ok(file) => file.clone(),
        Err(answer) => return answer,
    };
    if asked.get("fields").is_none() {
        let message = "The 'fields' parameter is required for this method.";
        return Answer::refused(400, "required", message);
    }
    let may = state.rank_by_link(&asked.caller, &file) >= COMMENTER;
    match (asked.method.as_str(), path) {
        ("GET", []) => {
            let all = file.comments.iter().rev().map(|it| values::comment(state, it, &asked.caller)).collect();
            Answer::selected(&asked.page("comments", 20, 100, all), asked, "*")
        }
        _ if asked.method != "GET" && !may => Answer::not_allowed(),
        ("POST", []) => match text(&asked.body()) {
            Some(content) => {
                let comment = Comment {
                    id: state.new_id("AAAAB"),
                    author: asked.caller.clone(),
                    content,
                    quoted: None,
                    resolved: false,
                    created: state.now(),
                    replies: Vec::new(),
                };
                let written = values::comment(state, &comment, &asked.caller);
                with(state, &file.id, |all| all.push(comment));
                Answer::selected(&written, asked, "*")
            }
            None => Answer::refused(400, "required", "The content field is required."),
        },
        ("GET", [comment]) => match file.comments.iter().find(|it| it.id == *comment) {
            Some(it) => Answer::selected(&values::comment(state, it, &asked.caller), asked, "*"),
            None => missing(comment),
        },
        ("POST", [comment, "replies"]) => reply(state, asked, &file.id, comment),
        _ => Answer::empty(StatusCode::NOT_FOUND),
    }
}

fn reply(state: &mut State, asked: &Asked, file: &str, comment: &str) -> Answer {
    let body = asked.body();
    let action = body["action"].as_str().map(str::to_owned);
    let content = text(&body);
    if content.is_none() && action.is_none() {
        return Answer::refused(400, "required", "A reply must have either content or an action.");
    }
    let content = content.unwrap_or_default();
    let reply = Reply { id: state.new_id("AAAAR"), author: asked.caller.clone(), content, action, created: state.now() };
    let written = values::reply(state, &reply, &asked.caller);
    let mut found = false;
    with(state, file, |all| {
        for it in all.iter_mut().filter(|it| it.id == comment) {
            found = true;
            match reply.action.as_deref() {
                Some("resolve") => it.resolved = true,
                Some("reopen") => it.resolved = false,
                _ => {}
            }
            it.replies.push(reply.clone());
        }
    });
    if found { Answer::selected(&written, asked, "*") } else { missing(comment) }
}

fn with(state: &mut State, file: &str, change: impl FnOnce(&mut Vec<Comment>)) {
    if let Some(file) = state.file_mut(file) {
        change(&mut file.comments);
    }
}

fn missing(comment: &str) -> Answer {
    Answer::refused(404, "notFound", &format!("Comment not found: {comment}."))
}

fn text(body: &Value) -> Option<String> {
    body["content"].as_str().filter(|it| !it.is_empty()).map(str::to_owned)
}
