//! From what a webhook holds to what happened: who, to which object, whom for.

use commands::{
    Event,
    event::{Concern, Object, Why},
};
use jiff::Timestamp;

use crate::{
    openproject::{card::hours, hal::Resource},
    payload,
};

/// What an event is made of beside when and whence.
#[derive(Default)]
pub(super) struct Happened {
    kind: String,
    actor: Option<Who>,
    object: Object,
    labels: Vec<String>,
    /// As it came, with OpenProject's own marks.
    text: String,
    assigned: Vec<Who>,
    about: Vec<String>,
}

/// Somebody, with the login where the whole account is embedded.
#[derive(Clone)]
struct Who {
    name: String,
    login: Option<String>,
}

impl Happened {
    /// What was done to this resource, which OpenProject calls `noun:verb`.
    pub fn of(it: &Resource, noun: &str, verb: &str) -> Happened {
        match noun {
            "work_package" => work_package(it, verb),
            "work_package_comment" => Happened {
                kind: "work_package.commented".into(),
                actor: who(it, "user").or_else(|| who(it, "author")),
                object: linked(it, "workPackage"),
                text: it.raw("comment").to_owned(),
                ..Happened::default()
            },
            "project" => Happened {
                kind: format!("project.{verb}"),
                object: project(it),
                text: [it.raw("statusExplanation"), it.raw("description")]
                    .into_iter()
                    .find(|it| !it.is_empty())
                    .unwrap_or("")
                    .to_owned(),
                ..Happened::default()
            },
            "time_entry" => time_entry(it, verb),
            "attachment" => attachment(it, verb),
            _ => other(it, noun, verb),
        }
    }

    pub fn event(self, source: &str, id: String, at: Timestamp) -> Event {
        let Happened { kind, actor, object, labels, text, assigned, mut about } = self;
        let (text, named) = unmarked(&text);
        let text = payload::said(&text);
        let concern = |it: Who, why| Concern { name: it.name, id: it.login, why };
        let mut concerns: Vec<Concern> = Vec::new();
        for who in assigned {
            if !concerns.iter().any(|it| it.name == who.name) {
                concerns.push(concern(who, Why::Assigned));
            }
        }
        let others = named.into_iter().filter(|name| actor.as_ref().is_none_or(|it| it.name != *name));
        concerns.extend(others.map(|name| concern(Who { name, login: None }, Why::Mentioned)));
        about.extend(payload::numbers(&format!("{} {}", object.title, text.as_deref().unwrap_or_default())));
        about.sort();
        about.dedup();
        about.retain(|it| *it != object.key);
        Event {
            id,
            source: source.to_owned(),
            kind,
            at,
            actor_id: actor.as_ref().and_then(|it| it.login.clone()),
            actor: actor.map(|it| it.name),
            object,
            labels,
            text,
            concerns,
            about,
            ..Event::default()
        }
    }
}

/// `<mention data-text="@Ben Example" …>@Ben Example</mention>` as people read it, and the people that are mentioned so.
fn unmarked(text: &str) -> (String, Vec<String>) {
    let (mut plain, mut named): (String, Vec<String>) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once("<mention") {
        let Some((attributes, after)) = tag.split_once('>') else { break };
        plain.push_str(before);
        // Work packages are mentioned as well: `data-type="work_package"`.
        let (shown, after) = after.split_once("</mention>").unwrap_or((after, ""));
        if attributes.contains("data-type=\"user\"") {
            named.push(shown.trim().trim_start_matches('@').to_owned());
        }
        plain.push_str(shown);
        rest = after;
    }
    plain.push_str(rest);
    named.retain(|it| !it.is_empty());
    (plain, named)
}

fn work_package(it: &Resource, verb: &str) -> Happened {
    let is_new = verb == "created";
    // Of a change OpenProject does not tell who was given what.
    let given = ["assignee", "responsible"].iter().filter(|_| is_new).filter_map(|key| who(it, key)).collect();
    Happened {
        kind: format!("work_package.{verb}"),
        actor: if is_new { who(it, "author") } else { None },
        object: package(it),
        labels: ["type", "priority", "category"].into_iter().filter_map(|key| name_of(it, key)).collect(),
        text: if is_new { it.raw("description").to_owned() } else { standing(it) },
        assigned: given,
        about: it.link("parent").and_then(|it| it.id()).map(|it| format!("#{it}")).into_iter().collect(),
    }
}

/// How a work package stands: `Assignee Ben Example, due 2026-12-01, 50 % done`.
fn standing(it: &Resource) -> String {
    let named = |label: &str, key: &str| name_of(it, key).map(|name| format!("{label} {name}"));
    let parts = [
        named("assignee", "assignee"),
        named("accountable", "responsible"),
        named("version", "version"),
        it.date("startDate").map(|it| format!("from {it}")),
        it.date("dueDate").or_else(|| it.date("date")).map(|it| format!("due {it}")),
        it.number("percentageDone").filter(|it| *it > 0.0).map(|it| format!("{it} % done")),
    ];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    capital(&text)
}

/// A key that is no project's identifier begins with a capital letter, which those never do.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn project(it: &Resource) -> Object {
    let key = [it.text("identifier"), it.name()].into_iter().find(|it| !it.is_empty()).unwrap_or("Project");
    let parent = it.embedded("parent").map(|it| it.name().to_owned()).filter(|it| !it.is_empty());
    Object {
        key: key.to_owned(),
        title: Some(it.name()).filter(|it| !it.is_empty()).unwrap_or("a project in OpenProject").to_owned(),
        url: None,
        place: parent.or_else(|| it.title("parent")),
        state: it.title("status").or_else(|| (it.0["active"] == false).then(|| "archived".to_owned())),
    }
}

fn time_entry(it: &Resource, verb: &str) -> Happened {
    let booked = it.hours("hours").map(|it| format!("{} h", hours(it)));
    let parts = [booked, it.date("spentOn").map(|it| it.to_string()), Some(it.raw("comment").to_owned())];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    let holder = ["entity", "workPackage"].into_iter().find(|key| it.link(key).is_some() || it.embedded(key).is_some());
    Happened {
        kind: format!("time_entry.{verb}"),
        actor: who(it, "user"),
        // Time can be booked on a project itself.
        object: match (holder, it.embedded("project")) {
            (Some(key), _) => linked(it, key),
            (None, Some(whole)) => project(&whole),
            (None, None) => linked(it, "project"),
        },
        labels: name_of(it, "activity").into_iter().collect(),
        text: parts.join(", "),
        ..Happened::default()
    }
}

fn attachment(it: &Resource, verb: &str) -> Happened {
    let object = linked(it, "container");
    let kind = if verb == "created" && object.key.starts_with('#') {
        "work_package.attached".into()
    } else {
        format!("attachment.{verb}")
    };
    let (file, description) = (it.text("fileName"), it.raw("description"));
    let text = if description.is_empty() { file.to_owned() } else { format!("{file}: {description}") };
    Happened { kind, actor: who(it, "author"), object, text, ..Happened::default() }
}

/// Something that we do not know: its name, who made it, and where.
fn other(it: &Resource, noun: &str, verb: &str) -> Happened {
    let clean = |word: &str| word.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '_').collect::<String>();
    let (noun, verb) = (clean(noun), clean(verb));
    let noun = if noun.is_empty() { "openproject".to_owned() } else { noun };
    let words = noun.replace('_', " ");
    let title = [it.text("subject"), it.text("title"), it.name()].into_iter().find(|it| !it.is_empty());
    Happened {
        kind: format!("{noun}.{}", if verb.is_empty() { "happened" } else { &verb }),
        actor: who(it, "author").or_else(|| who(it, "user")),
        object: Object {
            key: if it.id() == 0 { capital(&words) } else { format!("{} {}", capital(&words), it.id()) },
            title: title.map_or_else(|| format!("a {words} in OpenProject"), str::to_owned),
            url: None,
            place: name_of(it, "project"),
            state: name_of(it, "status"),
        },
        ..Happened::default()
    }
}

fn package(it: &Resource) -> Object {
    Object {
        key: if it.id() == 0 { "Work package".to_owned() } else { format!("#{}", it.id()) },
        title: Some(it.text("subject")).filter(|it| !it.is_empty()).unwrap_or("a work package in OpenProject").to_owned(),
        url: None,
        place: name_of(it, "project"),
        state: name_of(it, "status"),
    }
}

/// The object that this one is about: a work package, or what else holds it.
fn linked(it: &Resource, name: &str) -> Object {
    let whole = it.embedded(name);
    if let Some(whole) = whole.as_ref().filter(|it| it.text("_type") == "WorkPackage") {
        let of_this = package(whole);
        return Object { place: of_this.place.or_else(|| name_of(it, "project")), ..of_this };
    }
    let link = it.link(name);
    let is_package = link.as_ref().is_some_and(|it| it.href.contains("/work_packages/"));
    let number = link.as_ref().and_then(|it| it.id()).unwrap_or_default();
    let embedded = whole.and_then(|it| {
        [it.text("title"), it.text("subject"), it.name()].iter().find(|it| !it.is_empty()).map(|it| (*it).to_owned())
    });
    let title = link.map(|it| it.title).filter(|it| !it.is_empty()).or(embedded);
    // A meeting, a wiki page: `/api/v3/wiki_pages/3`.
    let what = it.link(name).and_then(|it| Some(it.href.rsplit('/').nth(1)?.trim_end_matches('s').replace('_', " ")));
    let key = match (is_package && number != 0, what) {
        (true, _) => format!("#{number}"),
        (false, Some(what)) if !what.is_empty() => capital(&what),
        _ => "OpenProject".to_owned(),
    };
    let title = title.unwrap_or_else(|| match (is_package, key.as_str()) {
        (true, _) => "a work package in OpenProject".into(),
        (false, "OpenProject") => "something".into(),
        (false, key) => format!("a {} in OpenProject", key.to_lowercase()),
    });
    Object { key, title, url: None, place: name_of(it, "project"), state: None }
}

/// The name of what it links to, which may be embedded as well.
fn name_of(it: &Resource, key: &str) -> Option<String> {
    let embedded = it.embedded(key).map(|it| it.name().to_owned()).filter(|it| !it.is_empty());
    embedded.or_else(|| it.title(key))
}

fn who(it: &Resource, key: &str) -> Option<Who> {
    let login = it.embedded(key).map(|it| it.text("login").to_owned()).filter(|it| !it.is_empty());
    Some(Who { name: name_of(it, key)?, login })
}
