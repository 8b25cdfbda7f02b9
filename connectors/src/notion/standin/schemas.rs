//! Databases of the simulated Notion, made and changed.

use serde_json::{Value, json};

use super::{
    Answer, Asked, Refusal, invalid,
    state::{State, rich},
};

pub fn create(state: &mut State, asked: &Asked) -> Answer {
    let page = asked.body["parent"]["page_id"].as_str().ok_or_else(|| invalid("body.parent.page_id should be defined."))?;
    state.page(page)?;
    let mut properties = json!({});
    change(&mut properties, &asked.body["initial_data_source"]["properties"])?;
    let title = rich(&asked.body["title"])?;
    let (database, source) = (state.id(), state.id());
    let name = super::state::plain(&title);
    state.databases.push(json!({
        "object": "database", "id": database, "title": title, "parent": { "type": "page_id", "page_id": page }, "in_trash": false,
        "data_sources": [{ "id": source, "name": name }],
    }));
    state.sources.push(json!({
        "object": "data_source", "id": source, "title": title, "properties": properties,
        "parent": { "type": "database_id", "database_id": database }, "in_trash": false,
    }));
    Ok(state.databases.last().cloned().unwrap_or_default())
}

/// Of a database itself, not of what it holds.
pub fn set(state: &mut State, id: &str, asked: &Asked) -> Answer {
    let in_trash = asked.body["in_trash"].as_bool().ok_or_else(|| invalid("body failed validation: nothing to change."))?;
    let database = state.databases.iter_mut().find(|it| it["id"] == id).ok_or_else(|| super::missing("database", id))?;
    database["in_trash"] = json!(in_trash);
    let database = database.clone();
    for source in state.sources.iter_mut().filter(|it| it["parent"]["database_id"] == id) {
        source["in_trash"] = json!(in_trash);
    }
    Ok(database)
}

pub fn update(state: &mut State, id: &str, asked: &Asked) -> Answer {
    let mut source = state.source(id)?.clone();
    change(&mut source["properties"], &asked.body["properties"])?;
    if !asked.body["title"].is_null() {
        source["title"] = rich(&asked.body["title"])?;
    }
    if let Some(known) = state.sources.iter_mut().find(|it| it["id"] == id) {
        *known = source.clone();
    }
    Ok(source)
}

/// Adds, renames and takes away, as the body says: null takes away, a name renames.
fn change(properties: &mut Value, given: &Value) -> Result<(), Refusal> {
    for (name, schema) in given.as_object().into_iter().flatten() {
        let Some(all) = properties.as_object_mut() else { return Ok(()) };
        if schema.is_null() {
            all.remove(name);
            continue;
        }
        if let Some(new) = schema["name"].as_str() {
            let mut known = all.remove(name).ok_or_else(|| invalid(format!("{name} is not a property that exists.")))?;
            known["name"] = json!(new);
            all.insert(new.to_owned(), known);
            continue;
        }
        let Some((kind, of)) = schema.as_object().and_then(|it| it.iter().next()) else {
            return Err(invalid(format!("body failed validation: {name} should have a type.")));
        };
        if kind == "status" {
            return Err(invalid("body failed validation: status properties cannot be created."));
        }
        all.insert(name.clone(), json!({ "id": name.to_lowercase(), "name": name, "type": kind, kind: of }));
    }
    let titles = properties.as_object().into_iter().flatten().filter(|(_, it)| it["type"] == "title").count();
    if titles == 1 { Ok(()) } else { Err(invalid("body failed validation: a database has one title property.")) }
}
