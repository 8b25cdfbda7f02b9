//! What an action changed: a field, and its values before and after in people's words.

use commands::event::Change;
use serde_json::Value;

use super::{Told, words};
use crate::{payload, trello::view};

pub(super) fn of(it: &Told<'_>) -> Vec<Change> {
    let mut changes = updated(it);
    let mut change = |field: &str, from: Option<String>, to: Option<String>| {
        if from.is_some() || to.is_some() {
            changes.push(Change { field: field.into(), from, to });
        }
    };
    let name = |what: &str| it.text(&format!("/{what}/name")).or_else(|| it.shown(what));
    match it.kind() {
        "addLabelToCard" => change("label", None, it.label()),
        "removeLabelFromCard" => change("label", it.label(), None),
        "addMemberToCard" => change("assignee", None, it.member()),
        "removeMemberFromCard" => change("assignee", it.member(), None),
        "addMemberToBoard" | "addMemberToOrganization" | "addAdminToBoard" | "addAdminToOrganization" => {
            change("member", None, it.member());
        }
        "removeMemberFromBoard" | "removeMemberFromOrganization" | "removeAdminFromBoard" | "removeAdminFromOrganization" => {
            change("member", it.member(), None);
        }
        "createBoardInvitation" | "createOrganizationInvitation" => change("member", None, it.member()),
        "unconfirmedBoardInvitation" | "unconfirmedOrganizationInvitation" => change("member", None, it.member()),
        "deactivatedMemberInBoard" | "deactivatedMemberInOrganization" | "deactivatedMemberInEnterprise" => {
            change("member", it.member(), None);
        }
        "reactivatedMemberInBoard" | "reactivatedMemberInOrganization" | "reactivatedMemberInEnterprise" => {
            change("member", None, it.member());
        }
        "deleteBoardInvitation" | "deleteOrganizationInvitation" => change("member", it.member(), None),
        "makeAdminOfBoard" | "makeAdminOfOrganization" | "makeAdminOfEnterprise" => role(it, "admin", &mut change),
        "makeNormalMemberOfBoard" | "makeNormalMemberOfOrganization" => role(it, "member", &mut change),
        "makeObserverOfBoard" => role(it, "observer", &mut change),
        "createCard" | "emailCard" | "convertToCardFromCheckItem" => {
            change("list", None, it.text("/list/name"));
            change("item", it.text("/cardSource/name"), None);
        }
        "copyCard" => {
            let number = it.data.pointer("/cardSource/idShort").and_then(Value::as_u64);
            change("copy of", it.text("/cardSource/name").or_else(|| number.map(|it| format!("#{it}"))), name("card"));
            change("list", None, it.text("/list/name"));
        }
        // The other board is told by its id only where the bot may not see it.
        "moveCardToBoard" => change("board", it.text("/boardSource/name"), name("board")),
        "moveCardFromBoard" => change("board", name("board"), it.text("/boardTarget/name")),
        "moveListToBoard" => change("board", it.text("/boardSource/name"), name("board")),
        "moveListFromBoard" => change("board", name("board"), it.text("/boardTarget/name")),
        "copyBoard" => change("copy of", it.text("/boardSource/name"), name("board")),
        "addToOrganizationBoard" => change("workspace", None, name("organization")),
        "removeFromOrganizationBoard" => change("workspace", name("organization"), None),
        "addAttachmentToCard" => change("attachment", None, name("attachment")),
        "deleteAttachmentFromCard" => change("attachment", name("attachment"), None),
        "addChecklistToCard" | "createChecklist" | "copyChecklist" => change("checklist", None, name("checklist")),
        "removeChecklistFromCard" | "deleteChecklist" => change("checklist", name("checklist"), None),
        "createCheckItem" => change(&listed(it, "item"), None, name("checkItem").or_else(|| it.shown("checkitem"))),
        "deleteCheckItem" => change(&listed(it, "item"), name("checkItem").or_else(|| it.shown("checkitem")), None),
        "updateCheckItemStateOnCard" => {
            let (from, to) = if it.is("/checkItem/state", "complete") { ("open", "done") } else { ("done", "open") };
            let item = name("checkItem").or_else(|| it.shown("checkitem")).unwrap_or_else(|| "item".into());
            change(&listed(it, &item), Some(from.into()), Some(to.into()));
        }
        "updateComment" => {
            let begins = |it: Option<String>| it.map(|it| view::shorten(payload::first_line(&it), 100));
            change("comment", begins(it.text("/old/text")), begins(it.text("/action/text")));
        }
        "updateCustomFieldItem" => {
            let value = |at: &str| match it.data.pointer(at)? {
                Value::Object(fields) => fields.values().next().and_then(words),
                other => words(other),
            };
            let field = name("customField").unwrap_or_else(|| "custom field".into());
            change(&field, value("/old/value"), value("/customFieldItem/value"));
        }
        "createCustomField" => change("field", None, name("customField")),
        "deleteCustomField" => change("field", name("customField"), None),
        "createLabel" => change("label", None, it.label()),
        "deleteLabel" => change("label", it.label(), None),
        "enablePlugin" | "enablePowerUp" => change("power-up", None, name("plugin").or_else(|| it.text("/value"))),
        "disablePlugin" | "disablePowerUp" => change("power-up", name("plugin").or_else(|| it.text("/value")), None),
        _ => {}
    }
    changes
}

/// What a member may do now.
fn role(it: &Told<'_>, now: &str, change: &mut impl FnMut(&str, Option<String>, Option<String>)) {
    change(&it.member().unwrap_or_else(|| "member".into()), None, Some(now.into()));
}

/// `Water (Shopping)`: an item, with the checklist that it stands in.
fn listed(it: &Told<'_>, item: &str) -> String {
    match it.text("/checklist/name") {
        Some(checklist) => format!("{item} ({checklist})"),
        None => item.to_owned(),
    }
}

/// What `updateCard` and its like say of the fields before; what is now stands at the object.
fn updated(it: &Told<'_>) -> Vec<Change> {
    if !it.kind().starts_with("update") {
        return Vec::new();
    }
    let nouns = ["card", "list", "board", "checkItem", "checklist", "label", "organization", "customField", "member"];
    let noun = nouns.into_iter().find(|noun| it.kind()["update".len()..].eq_ignore_ascii_case(noun));
    let moved = it.text("/listBefore/name").zip(it.text("/listAfter/name"));
    let moved = moved.map(|(from, to)| Change { field: "list".into(), from: Some(from), to: Some(to) });
    let (Some(old), Some(noun)) = (it.data["old"].as_object(), noun) else { return moved.into_iter().collect() };
    let now = &it.data[noun];
    let is_told = moved.is_some();
    let change = |(field, before): (&String, &Value)| {
        let (from, to) = (words(before), words(&now[field.as_str()]));
        let field = match field.as_str() {
            // Where in a list it stands says nothing to people.
            "pos" => return None,
            "idList" if is_told => return None,
            "idList" => return Some(Change { field: "list".into(), from: None, to: it.text("/list/name") }),
            "idBoard" | "idOrganization" | "idAttachmentCover" | "descData" => return None,
            // The new one is quoted below, so that its beginning is enough here.
            "desc" => {
                let begins = |it: Option<String>| it.map(|it| view::shorten(payload::first_line(&it), 100));
                return Some(Change { field: "description".into(), from: begins(from), to: begins(to) });
            }
            "closed" => "archived",
            "dueComplete" => "done",
            "dueReminder" => "reminder",
            "idMembers" => "members",
            "prefs" => return setting(before, &now["prefs"]),
            field => return Some(Change { field: spaced(field), from, to }),
        };
        Some(Change { field: field.into(), from, to })
    };
    moved.into_iter().chain(old.iter().filter_map(change)).collect()
}

/// `{"permissionLevel": "private"}` is a change of the permission level. A picture's id says nothing.
fn setting(before: &Value, now: &Value) -> Option<Change> {
    let is_id = |it: &String| it.len() == 24 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let shown = |value: &Value| words(value).filter(|it| !is_id(it));
    let (name, was) = before.as_object()?.iter().next()?;
    Some(Change { field: spaced(name), from: shown(was), to: shown(&now[name.as_str()]) })
}

/// `permissionLevel` as people write it.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
