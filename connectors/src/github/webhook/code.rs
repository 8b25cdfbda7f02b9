//! What is in a repository: pushes, branches and tags, comments on commits, the wiki, releases, packages.

use commands::{Event, event::Commit};
use serde_json::Value;

use super::{Payload, add, changes, changes::change, event, number, object, work};
use crate::payload::{branch, first_line, list, references, short, text, tickets};

/// Lines of a push that are told.
const LINES: usize = Event::COMMITS;

pub(super) fn push(payload: &Payload<'_>) -> Event {
    let body = payload.body;
    let reference = payload.text("/ref").unwrap_or_default();
    let name = branch(reference);
    let listed = list(body, "/commits");
    let count = body["size"].as_u64().unwrap_or_default().max(listed.len() as u64);
    let is = |field: &str| body[field] == true;
    let noun = if reference.starts_with("refs/tags/") { "tag" } else { "branch" };
    let compare = payload.text("/compare").map(str::to_owned).or_else(|| range(payload));
    let after = payload.text("/after").or_else(|| payload.text("/head")).unwrap_or_default();
    let verb = match noun {
        _ if is("deleted") => "deleted",
        "tag" if is("created") => "created",
        "tag" => "moved",
        _ if is("created") && count == 0 => "created",
        _ if is("forced") => "force_pushed",
        _ => "pushed",
    };
    let mut told = match verb {
        "pushed" | "force_pushed" => {
            let title = match (count, is("created"), is("forced")) {
                (0, _, true) => format!("{name} set back"),
                (0, ..) => format!("{name} moved"),
                (1, true, _) => format!("1 commit to the new branch {name}"),
                (count, true, _) => format!("{count} commits to the new branch {name}"),
                (1, ..) => format!("1 commit to {name}"),
                (count, ..) => format!("{count} commits to {name}"),
            };
            event("commit", verb, object(if after.is_empty() { name } else { short(after) }, title, compare))
        }
        "deleted" => {
            let before = payload.text("/before").and_then(|it| payload.web(&format!("/commits/{it}")));
            event(noun, verb, object(name, noun, before.or(compare)))
        }
        _ => {
            let mut told = event(noun, verb, object(name, noun, payload.web(&format!("/tree/{name}"))));
            told.url = compare;
            told
        }
    };
    if matches!(verb, "force_pushed" | "moved") {
        told.changes.push(change("head", payload.text("/before").map(short), Some(short(after)).filter(|it| !it.is_empty())));
    }
    told.branch = Some(name.to_owned()).filter(|it| !it.is_empty());
    told.commits = listed[listed.len().saturating_sub(Event::COMMITS)..].iter().filter_map(|it| commit(payload, it)).collect();
    told.text = lines(&told.commits, count);
    told.paths = paths(listed);
    for it in listed {
        let message = text(it, "/message").unwrap_or_default();
        add(&mut told.about, references(message, payload.repo(), &['#']));
        add(&mut told.about, tickets(message));
    }
    add(&mut told.about, tickets(name));
    told.about.truncate(LINES);
    told
}

/// The comparison's address, which the events API does not tell.
fn range(payload: &Payload<'_>) -> Option<String> {
    let before = payload.text("/before").filter(|it| it.bytes().any(|it| it != b'0'))?;
    payload.web(&format!("/compare/{before}...{}", payload.text("/head").or_else(|| payload.text("/after"))?))
}

fn commit(payload: &Payload<'_>, it: &Value) -> Option<Commit> {
    let id = text(it, "/id").or_else(|| text(it, "/sha"))?;
    // The events API holds its own addresses.
    let url = text(it, "/url").filter(|it| !it.contains("/repos/")).map(str::to_owned).or_else(|| payload.commit(id));
    let author = text(it, "/author/username").or_else(|| text(it, "/author/name"));
    let title = first_line(text(it, "/message").unwrap_or_default()).to_owned();
    Some(Commit { id: id.to_owned(), title, author: author.map(str::to_owned), url })
}

/// A line a commit, the newest last.
fn lines(commits: &[Commit], count: u64) -> Option<String> {
    if commits.is_empty() {
        return None;
    }
    let more = count.saturating_sub(commits.len() as u64);
    let more = if more > 0 { format!("… {more} more\n") } else { String::new() };
    Some(more + &commits.iter().map(|it| format!("{} {}", short(&it.id), it.title)).collect::<Vec<_>>().join("\n"))
}

/// Each file that a push touches, once.
fn paths(commits: &[Value]) -> Vec<String> {
    let files = commits.iter().flat_map(|it| ["/added", "/modified", "/removed"].into_iter().flat_map(|key| list(it, key)));
    let files: std::collections::BTreeSet<&str> = files.filter_map(Value::as_str).collect();
    files.into_iter().take(Event::PATHS).map(str::to_owned).collect()
}

/// A branch or a tag that came or went.
pub(super) fn reference(payload: &Payload<'_>) -> Option<Event> {
    let noun = payload.text("/ref_type")?;
    if noun == "repository" {
        return super::other::repository(payload);
    }
    let name = payload.text("/full_ref").map(branch).or_else(|| payload.text("/ref").map(branch))?;
    let (verb, url) = match (payload.name, noun) {
        ("create", _) => ("created", payload.web(&format!("/tree/{name}"))),
        (_, "tag") => ("deleted", payload.web("/tags")),
        _ => ("deleted", payload.web("/branches")),
    };
    let mut told = event(noun, verb, object(name, noun, url));
    told.branch = Some(name.to_owned());
    told.about = tickets(name);
    Some(told)
}

/// On a commit, or on a line of it.
pub(super) fn comment(payload: &Payload<'_>) -> Option<Event> {
    let comment = payload.part("comment")?;
    let sha = text(comment, "/commit_id")?;
    let path = text(comment, "/path");
    let title = path.map_or_else(|| "commit".to_owned(), |it| format!("commit, {it}"));
    let mut told = event("commit", &work::comment_verb(payload.action), object(short(sha), title, payload.commit(sha)));
    work::say(payload, &mut told, comment);
    Some(told)
}

pub(super) fn wiki(payload: &Payload<'_>) -> Option<Event> {
    let pages = list(payload.body, "/pages");
    let first = pages.first()?;
    let title = |it: &'_ Value| text(it, "/title").or_else(|| text(it, "/page_name")).unwrap_or("a page").to_owned();
    let line = |it: &Value| format!("{} {}", text(it, "/action").unwrap_or("edited"), title(it));
    let verb = if pages.iter().all(|it| it["action"] == "created") { "created" } else { "updated" };
    let url = text(first, "/html_url").map(str::to_owned);
    let mut told = match pages {
        [_] => event("wiki_page", verb, object(text(first, "/page_name").unwrap_or("wiki"), title(first), url)),
        _ => event("wiki_page", verb, object("wiki", format!("{} pages", pages.len()), payload.web("/wiki").or(url))),
    };
    // A page's name is its title with dashes.
    if told.object.key.replace('-', " ") == told.object.title {
        told.object.key = "wiki page".into();
    }
    told.text = match pages {
        [one] => text(one, "/summary").map(str::to_owned),
        _ => Some(pages.iter().take(LINES).map(line).collect::<Vec<_>>().join("\n")),
    };
    Some(told)
}

pub(super) fn release(payload: &Payload<'_>) -> Option<Event> {
    let release = payload.part("release")?;
    let tag = text(release, "/tag_name")?;
    let title = text(release, "/name").filter(|it| *it != tag).unwrap_or("release");
    let state = match (release["draft"] == true, release["prerelease"] == true) {
        (true, _) => "draft",
        (_, true) => "pre-release",
        _ => "published",
    };
    let url = text(release, "/html_url").map(str::to_owned).or_else(|| payload.web(&format!("/releases/tag/{tag}")));
    let mut told = event("release", &payload.done(), object(tag, title, url));
    told.object.state = Some(state.into());
    told.branch = text(release, "/target_commitish").map(str::to_owned);
    told.changes = changes::told(payload);
    told.text = text(release, "/body").filter(|_| payload.action != "deleted").map(str::to_owned);
    Some(told)
}

pub(super) fn package(payload: &Payload<'_>) -> Option<Event> {
    let package = payload.part("package").or_else(|| payload.part("registry_package"))?;
    let name = text(package, "/name")?;
    let version = text(package, "/package_version/version").or_else(|| text(package, "/package_version/name"));
    let sort = text(package, "/package_type").or_else(|| text(package, "/ecosystem")).unwrap_or_default().to_lowercase();
    let tag = text(package, "/package_version/container_metadata/tag/name").filter(|it| !it.is_empty());
    let version = tag.or(version).map_or_else(|| number(package, "id"), |it| crate::payload::said(it).unwrap_or_default());
    let page = text(package, "/package_version/html_url").or_else(|| text(package, "/html_url"));
    let key = format!("{name} {}", super::super::card::shorten(&version, 40));
    let mut told =
        event("package", &payload.done(), object(key.trim(), format!("{sort} package").trim(), page.map(str::to_owned)));
    told.text = text(package, "/package_version/release/body").or_else(|| text(package, "/description")).map(str::to_owned);
    told.branch = text(package, "/package_version/target_commitish").map(str::to_owned);
    Some(told)
}
