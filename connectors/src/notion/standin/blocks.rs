//! What stands on pages of the simulated Notion, and what is said about them.

use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Answer, Asked, Refusal, invalid, missing,
    state::{State, rich, uuid},
};

pub fn blocks(state: &mut State, method: &Method, path: &[&str], asked: &Asked) -> Answer {
    let id = path.first().copied().unwrap_or_default();
    uuid(id)?;
    let is_page = state.page(id).is_ok();
    let place = state.blocks.iter().position(|it| it["id"] == id && it["in_trash"] == false);
    if !is_page && place.is_none() {
        return Err(missing("block", id));
    }
    match (method.as_str(), &path[1..], place) {
        ("GET", ["children"], _) => {
            asked.list(state.blocks.iter().filter(|it| it["parent"]["id"] == id && it["in_trash"] == false).cloned().collect())
        }
        ("PATCH", ["children"], _) => {
            let children = asked.body["children"].as_array().cloned().unwrap_or_default();
            add(state, id, &children, 0)?;
            state.touched(id);
            let added = state.blocks.iter().rev().take(children.len()).rev().cloned().collect();
            asked.list(added)
        }
        ("GET", [], Some(at)) => Ok(state.blocks[at].clone()),
        ("PATCH", [], Some(at)) => {
            let kind = state.blocks[at]["type"].as_str().unwrap_or_default().to_owned();
            for (key, value) in asked.body[&kind].as_object().into_iter().flatten() {
                state.blocks[at][&kind][key] = if key == "rich_text" { rich(value)? } else { value.clone() };
            }
            Ok(state.blocks[at].clone())
        }
        _ => Err(Refusal(400, "invalid_request_url", "Invalid request URL.".into())),
    }
}

/// At most a hundred at once, and two levels of them in others.
fn add(state: &mut State, parent: &str, children: &[Value], level: u8) -> Result<(), Refusal> {
    if children.is_empty() || children.len() > 100 {
        return Err(invalid("body failed validation: body.children.length should be ≥ `1` and ≤ `100`."));
    }
    if level > 2 {
        return Err(invalid("body failed validation: body.children[0].children should be not present."));
    }
    for child in children {
        let kind = child["type"].as_str().unwrap_or_default().to_owned();
        if !child[&kind].is_object() {
            return Err(invalid(format!(
                "body failed validation: body.children[0].{kind} should be defined, instead was `undefined`."
            )));
        }
        let mut content = child[&kind].clone();
        let below = content.as_object_mut().and_then(|it| it.remove("children"));
        if content.get("rich_text").is_some() {
            content["rich_text"] = rich(&content["rich_text"])?;
        }
        if let Some(cells) = content.get("cells").and_then(Value::as_array) {
            content["cells"] = cells.iter().map(rich).collect::<Result<Value, _>>()?;
        }
        // What was handed over is there for one of its hour, as a file of Notion's own.
        if content["type"] == "file_upload" {
            let upload = content["file_upload"]["id"].as_str().unwrap_or_default().to_owned();
            let found = state.uploads.iter().find(|it| it["id"] == *upload && it["status"] == "uploaded");
            let name = found.ok_or_else(|| invalid("Could not find file_upload."))?["filename"].clone();
            let url = format!("https://files.example.org/{}", name.as_str().unwrap_or("file"));
            let caption = rich(&content["caption"])?;
            content = serde_json::json!({ "type": "file", "file": { "url": url }, "name": name, "caption": caption });
        }
        let id = state.id();
        state.put_block(parent, &id, json!({ "type": kind, kind: content }));
        if let Some(Value::Array(below)) = below {
            add(state, &id, &below, level + 1)?;
        }
    }
    Ok(())
}

pub fn comments(state: &mut State, method: &Method, asked: &Asked) -> Answer {
    if method == Method::GET {
        let id = asked.get("block_id").unwrap_or_default();
        state.page(id)?;
        return asked.list(state.comments.iter().filter(|it| it["parent"]["page_id"] == id).cloned().collect());
    }
    let text = rich(&asked.body["rich_text"])?;
    let (parent, discussion) = match (asked.body["parent"]["page_id"].as_str(), asked.get("discussion_id")) {
        (Some(page), None) => {
            state.page(page)?;
            (json!({ "type": "page_id", "page_id": page }), state.id())
        }
        (None, Some(id)) => {
            let first = state.comments.iter().find(|it| it["discussion_id"] == id).ok_or_else(|| missing("discussion", id))?;
            (first["parent"].clone(), id.to_owned())
        }
        _ => return Err(invalid("body failed validation: exactly one of body.parent and body.discussion_id should be defined.")),
    };
    let now = state.now();
    let comment = json!({
        "object": "comment", "id": state.id(), "parent": parent, "discussion_id": discussion, "created_time": now, "last_edited_time": now,
        "created_by": { "object": "user", "id": state.users[0]["id"] }, "rich_text": text,
    });
    state.comments.push(comment.clone());
    Ok(comment)
}
