//! Work items.

use commands::{
    Event,
    event::{Change, Concern, Object, Why},
};
use serde_json::Value;

use super::{about, change, collection, linked, owned, page, people, sentence, shortened};
use crate::{
    azure_devops::text::to_markdown,
    payload::{list, mentioned, said, shown, text},
};

/// Fields whose change nobody wants to be told of, by the last part of their names.
const NOISE: &[&str] = &[
    "Rev",
    "AuthorizedDate",
    "RevisedDate",
    "ChangedDate",
    "ChangedBy",
    "CreatedDate",
    "CreatedBy",
    "Watermark",
    "AuthorizedAs",
    "PersonId",
    "CommentCount",
    "History",
    "Reason",
    "AreaId",
    "IterationId",
    "NodeName",
    "BoardColumn",
    "BoardColumnDone",
    "BoardLane",
    "StateChangeDate",
    "ActivatedDate",
    "ActivatedBy",
    "ClosedDate",
    "ClosedBy",
    "ResolvedDate",
    "ResolvedBy",
    "ResolvedReason",
    "BacklogPriority",
    "StackRank",
    "Tags",
    "AssignedTo",
    "RemoteLinkCount",
    "RelatedLinkCount",
    "HyperLinkCount",
    "ExternalLinkCount",
    "AttachedFileCount",
];

/// Texts too long for a change.
const LONG: usize = 120;

pub(super) fn read(name: &str, body: &Value) -> Event {
    let resource = &body["resource"];
    // An update holds what changed beside the whole.
    let whole = if resource["revision"]["fields"].is_object() { &resource["revision"] } else { resource };
    let fields = &whole["fields"];
    // Where only the changes are sent, they say what it is like now.
    let field = |name: &str| fields.get(name).map_or(&Value::Null, |it| it.get("newValue").unwrap_or(it));
    let said_of = |name: &str| field(name).as_str().map(str::trim).filter(|it| !it.is_empty());
    let id = shown(resource, "/workItemId").filter(|it| it != "0").or_else(|| shown(whole, "/id")).unwrap_or_default();
    let updates = &resource["fields"];
    let is_change = |it: &Value| it.get("newValue").is_some() || it.get("oldValue").is_some();
    let is_update =
        name == "workitem.updated" && updates.as_object().is_some_and(|it| it.values().any(is_change) || whole != resource);
    let verb = if is_update { updated(updates) } else { verb(name) };
    let by = [&resource["revisedBy"], field("System.ChangedBy"), field("System.CreatedBy")];
    let by = by.into_iter().find(|it| people::name(it).is_some()).unwrap_or(&Value::Null);
    let comment = said_of("System.History").or_else(|| updates.get("System.History").and_then(|it| text(it, "/newValue")));
    let written = match name {
        "workitem.created" => said_of("System.Description").or_else(|| said_of("Microsoft.VSTS.TCM.ReproSteps")),
        "workitem.deleted" | "workitem.restored" => None,
        _ => comment,
    };
    let actor = people::name(by);
    let mut event = Event {
        kind: format!("issue.{verb}"),
        actor_id: people::login(by),
        text: written.and_then(|it| said(&to_markdown(&unlinked(it)))),
        concerns: written.map(|it| named(it, actor.as_deref())).unwrap_or_default(),
        object: Object {
            key: if id.is_empty() { "work item".to_owned() } else { format!("#{id}") },
            title: said_of("System.Title").or_else(|| title_in(sentence(body))).unwrap_or_default().to_owned(),
            url: address(body, whole, &id),
            place: said_of("System.TeamProject").map(owned),
            state: said_of("System.State").map(owned),
        },
        labels: said_of("System.WorkItemType").map(owned).into_iter().chain(tags(field("System.Tags"))).collect(),
        changes: if is_update { changes(updates) } else { Vec::new() },
        actor,
        ..Event::default()
    };
    if is_update {
        event.changes.extend(links(resource));
    }
    let given = if is_update { &updates["System.AssignedTo"]["newValue"] } else { field("System.AssignedTo") };
    if (is_update || name == "workitem.created")
        && let Some(concern) = people::concern(given, Why::Assigned)
    {
        if !is_update {
            event.changes.push(change("assignee", None, Some(concern.name.clone())));
        }
        event.concerns.retain(|it| it.name != concern.name);
        event.concerns.insert(0, concern);
    }
    event.about = about(&[&event.object.title]);
    event.about.retain(|it| *it != event.object.key);
    event
}

/// `Bug #42 (Printer on fire) updated by Ana Example.` → its title.
fn title_in(sentence: &str) -> Option<&str> {
    let (_, rest) = sentence.split_once(" (")?;
    rest.rsplit_once(") ").map(|(title, _)| title.trim()).filter(|it| !it.is_empty())
}

fn verb(name: &str) -> &str {
    name.trim_start_matches("workitem.")
}

/// States that end the work, in the vendor's own processes.
fn is_done(state: &Value) -> bool {
    matches!(state.as_str(), Some("Closed" | "Done" | "Completed" | "Inactive" | "Removed" | "Cut"))
}

/// The word for several changes at once: the weightiest.
fn updated(updates: &Value) -> &'static str {
    let of = |name: &str| updates.get(name).filter(|it| it.is_object());
    let (state, tagged) = (of("System.State"), of("System.Tags"));
    let is = |it: Option<&Value>, test: &dyn Fn(&Value) -> bool| it.is_some_and(test);
    let resolved = |it: &Value| it.as_str() == Some("Resolved");
    let over = |it: &Value| is_done(it) || resolved(it);
    let labels = tagged.map(|it| (tags(&it["oldValue"]).len(), tags(&it["newValue"]).len()));
    match () {
        () if is(state, &|it| is_done(&it["newValue"]) && !is_done(&it["oldValue"])) => "closed",
        () if is(state, &|it| resolved(&it["newValue"]) && !over(&it["oldValue"])) => "resolved",
        () if is(state, &|it| over(&it["oldValue"]) && !over(&it["newValue"])) => "reopened",
        () if is(of("System.AssignedTo"), &|it| people::name(&it["newValue"]).is_some()) => "assigned",
        () if of("System.AssignedTo").is_some() => "unassigned",
        () if is(of("System.History"), &|it| text(it, "/newValue").is_some()) => "commented",
        () if state.is_none() && labels.is_some_and(|(old, new)| new > old) => "labeled",
        () if state.is_none() && labels.is_some() => "unlabeled",
        () => "updated",
    }
}

fn tags(value: &Value) -> Vec<String> {
    let all = value.as_str().unwrap_or_default().split(';').map(str::trim);
    all.filter(|it| !it.is_empty()).map(owned).collect()
}

fn changes(updates: &Value) -> Vec<Change> {
    let value = |it: &Value| {
        let shown = match it {
            Value::String(_) | Value::Object(_) => people::name(it),
            it => shown(it, ""),
        };
        shown.filter(|it| it.chars().count() <= LONG && !it.contains("</")).map(shortened)
    };
    let mut all = Vec::new();
    for (field, it) in updates.as_object().into_iter().flatten() {
        let name = field.rsplit('.').next().unwrap_or(field);
        match name {
            "AssignedTo" => all.push(change("assignee", value(&it["oldValue"]), value(&it["newValue"]))),
            "Tags" => {
                let (old, new) = (tags(&it["oldValue"]), tags(&it["newValue"]));
                all.extend(old.iter().filter(|it| !new.contains(it)).map(|it| change("label", Some(it.clone()), None)));
                all.extend(new.iter().filter(|it| !old.contains(it)).map(|it| change("label", None, Some(it.clone()))));
            }
            _ if NOISE.contains(&name) || field.starts_with("WEF_") => {}
            _ if name.starts_with("AreaLevel") || name.starts_with("IterationLevel") => {}
            _ => all.push(change(&spaced(name), value(&it["oldValue"]), value(&it["newValue"]))),
        }
    }
    all
}

/// `AreaPath` as people write it.
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

/// Links that were made and taken away: `Related #2`.
fn links(resource: &Value) -> Vec<Change> {
    let shown = |it: &Value| {
        let kind = text(it, "/attributes/name").or_else(|| text(it, "/rel")?.rsplit('.').next()).unwrap_or("Link");
        let url = text(it, "/url")?;
        let end = url.rsplit('/').next().unwrap_or(url);
        Some(if end.bytes().all(|it| it.is_ascii_digit()) { format!("{kind} #{end}") } else { kind.to_owned() })
    };
    let removed = list(resource, "/relations/removed").iter().filter_map(shown).map(|it| change("link", Some(it), None));
    let added = list(resource, "/relations/added").iter().filter_map(shown).map(|it| change("link", None, Some(it)));
    removed.chain(added).take(20).collect()
}

/// Where people see it: told, or below the organization.
fn address(body: &Value, whole: &Value, id: &str) -> Option<String> {
    let told = [whole, &body["resource"]].into_iter().find_map(|it| page(text(it, "/_links/html/href")?));
    let built = || {
        let api = text(whole, "/url").or_else(|| text(&body["resource"], "/url")).and_then(super::below);
        Some(format!("{}/_workitems/edit/{id}", collection(body).or(api)?)).filter(|_| !id.is_empty())
    };
    told.or_else(|| linked(body)).or_else(built)
}

/// A text in which those who are mentioned are no links: they lead nowhere.
fn unlinked(html: &str) -> String {
    let mut all = String::new();
    let mut rest = html;
    while let Some(at) = rest.find("<a ") {
        let (before, link) = rest.split_at(at);
        let Some((tag, after)) = link.split_once('>') else { break };
        all.push_str(before);
        rest = match after.split_once("</a>").filter(|_| tag.contains("data-vss-mention")) {
            Some((name, after)) => {
                all.push_str(name);
                after
            }
            None => {
                all.push_str(&link[..=tag.len()]);
                after
            }
        };
    }
    all + rest
}

/// Who is named in what was written: links with an id that only the system itself knows, and `@ana`.
fn named(html: &str, actor: Option<&str>) -> Vec<Concern> {
    let linked = html.split("data-vss-mention").skip(1).filter_map(|it| it.split_once('>'));
    let linked = linked.filter_map(|(_, it)| it.split_once('<')).map(|(name, _)| name.trim().trim_start_matches('@').to_owned());
    let linked = linked.map(|name| Concern { name, id: None, why: Why::Mentioned });
    let mut found: Vec<Concern> = Vec::new();
    let plain = if html.contains("data-vss-mention") { Vec::new() } else { mentioned(&to_markdown(html), actor) };
    for concern in linked.chain(plain) {
        if !concern.name.is_empty() && Some(concern.name.as_str()) != actor && !found.contains(&concern) {
            found.push(concern);
        }
    }
    found
}
