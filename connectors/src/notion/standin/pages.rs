//! Pages of the simulated Notion, and their properties.

use serde_json::{Value, json};

use super::{
    Answer, Asked, Refusal, invalid,
    state::{State, rich},
};

pub fn show(state: &State, id: &str, asked: &Asked) -> Answer {
    let at = state.page(id)?;
    Ok(state.shown(&state.pages[at], &asked.origin))
}

/// Where a page goes: the parent as it is answered, and the schema of its properties, which a page below another has not.
fn parent(state: &State, given: &Value) -> Result<(Value, Option<Value>), Refusal> {
    if let Some(id) = given["data_source_id"].as_str() {
        let source = state.source(id)?;
        let parent = json!({ "type": "data_source_id", "data_source_id": id, "database_id": source["parent"]["database_id"] });
        return Ok((parent, Some(source["properties"].clone())));
    }
    if let Some(id) = given["page_id"].as_str() {
        state.page(id)?;
        return Ok((json!({ "type": "page_id", "page_id": id }), None));
    }
    Err(invalid("body failed validation: body.parent.page_id should be defined, instead was `undefined`."))
}

pub fn create(state: &mut State, asked: &Asked) -> Answer {
    let (parent, schema) = parent(state, &asked.body["parent"])?;
    let mut properties = json!({});
    for (name, it) in schema.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let kind = it["type"].as_str().unwrap_or_default();
        let empty = match kind {
            "title" | "rich_text" | "people" | "multi_select" | "relation" => json!([]),
            "checkbox" => json!(false),
            "last_edited_time" => json!(state.now()),
            _ => Value::Null,
        };
        properties[name] = json!({ "id": it["id"], "type": kind, kind: empty });
    }
    put(state, &mut properties, schema.as_ref(), &asked.body["properties"])?;
    let (id, now, me) = (state.id(), state.now(), json!({ "object": "user", "id": state.users[0]["id"] }));
    let page = json!({
        "object": "page", "id": id, "created_time": now, "last_edited_time": now, "created_by": me, "last_edited_by": me,
        "cover": null, "icon": null, "parent": parent, "archived": false, "in_trash": false, "properties": properties, "public_url": null,
    });
    if let Some(above) = parent["page_id"].as_str() {
        let block = json!({ "type": "child_page", "child_page": { "title": super::state::title(&page) } });
        state.put_block(above, &id, block);
    }
    state.pages.push(page.clone());
    Ok(state.shown(&page, &asked.origin))
}

pub fn update(state: &mut State, id: &str, asked: &Asked) -> Answer {
    let at = state.page(id)?;
    let trash = asked.body["in_trash"].as_bool();
    if state.pages[at]["in_trash"] == true && trash != Some(false) {
        return Err(invalid("Can't edit page that is archived. You must unarchive the page before editing."));
    }
    let schema = state.pages[at]["parent"]["data_source_id"]
        .as_str()
        .map(|it| state.source(it).map(|it| it["properties"].clone()))
        .transpose()?;
    let mut properties = state.pages[at]["properties"].clone();
    put(state, &mut properties, schema.as_ref(), &asked.body["properties"])?;
    state.pages[at]["properties"] = properties;
    if let Some(trash) = trash {
        (state.pages[at]["in_trash"], state.pages[at]["archived"]) = (json!(trash), json!(trash));
    }
    state.touched(id);
    Ok(state.shown(&state.pages[at], &asked.origin))
}

pub fn move_to(state: &mut State, id: &str, asked: &Asked) -> Answer {
    let at = state.page(id)?;
    let (parent, schema) = parent(state, &asked.body["parent"])?;
    let title = super::state::title(&state.pages[at]);
    let name =
        |it: &Value| it.as_object().into_iter().flatten().find(|(_, it)| it["type"] == "title").map(|(name, _)| name.clone());
    let name = schema.as_ref().and_then(name).unwrap_or_else(|| "title".into());
    state.pages[at]["parent"] = parent;
    state.pages[at]["properties"] = json!({ name: { "id": "title", "type": "title", "title": super::state::text(&title) } });
    state.touched(id);
    Ok(state.shown(&state.pages[at], &asked.origin))
}

/// Sets properties by name, each a value of its type.
fn put(state: &State, properties: &mut Value, schema: Option<&Value>, given: &Value) -> Result<(), Refusal> {
    for (name, value) in given.as_object().into_iter().flatten() {
        let Some(schema) = schema else {
            if name != "title" {
                return Err(invalid(format!("{name} is not a property that exists.")));
            }
            properties["title"] = json!({ "id": "title", "type": "title", "title": rich(&value["title"])? });
            continue;
        };
        let Some(known) = schema.get(name) else { return Err(invalid(format!("{name} is not a property that exists."))) };
        let kind = known["type"].as_str().unwrap_or_default();
        let Some(value) = value.get(kind) else { return Err(invalid(format!("{name} is expected to be {kind}."))) };
        let option = |it: &Value| {
            let options = known[kind]["options"].as_array().into_iter().flatten();
            let found = options.clone().find(|option| option["name"] == it["name"]).cloned();
            // A status cannot be new; other options come into being when they are used.
            found
                .or_else(|| (kind != "status").then(|| it.clone()))
                .ok_or_else(|| invalid(format!("Invalid status option. Status option {} does not exist.", it["name"])))
        };
        let value = match kind {
            "title" | "rich_text" => rich(value)?,
            "status" | "select" if value.is_null() => Value::Null,
            "status" | "select" => option(value)?,
            "multi_select" => value.as_array().into_iter().flatten().map(option).collect::<Result<Value, _>>()?,
            "people" => {
                let person = |it: &Value| {
                    state.users.iter().find(|user| user["id"] == it["id"]).cloned().ok_or_else(|| invalid("Could not find user."))
                };
                value.as_array().into_iter().flatten().map(person).collect::<Result<Value, _>>()?
            }
            "number" if !(value.is_number() || value.is_null()) => {
                return Err(invalid(format!("{name} is expected to be number.")));
            }
            "checkbox" if !value.is_boolean() => return Err(invalid(format!("{name} is expected to be checkbox."))),
            "last_edited_time" | "created_time" => return Err(invalid(format!("{name} cannot be updated."))),
            _ => value.clone(),
        };
        properties[name] = json!({ "id": known["id"], "type": kind, kind: value });
    }
    Ok(())
}
