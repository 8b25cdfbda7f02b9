//! Events about files and folders, and about the tags on them.

use commands::{
    Event,
    event::{Change, Object},
};
use serde_json::Value;

use crate::{nextcloud::path, payload};

/// A file as an event names it; one that is gone has no number.
struct Node<'a> {
    id: Option<u64>,
    path: &'a str,
}

impl<'a> Node<'a> {
    fn of(it: &'a Value) -> Option<Node<'a>> {
        Some(Node { id: it["id"].as_u64(), path: payload::text(it, "/path")? })
    }

    /// `/ana/files/Reports/a.txt` → whose it is, and `/Reports/a.txt`. In the trash it has the path that it had.
    fn place(&self) -> (Option<&'a str>, &'a str) {
        let Some((owner, rest)) = self.path.trim_start_matches('/').split_once('/') else { return (None, self.path) };
        let rest = rest.strip_prefix("files_trashbin/").unwrap_or(rest);
        match rest.strip_prefix("files") {
            Some(path) if path.is_empty() || path.starts_with('/') => (Some(owner), if path.is_empty() { "/" } else { path }),
            _ => (None, self.path),
        }
    }

    fn object(&self) -> Object {
        let (owner, path) = self.place();
        let (folder, name) = (path::parent(path), path::name(path));
        Object {
            key: self.id.map_or_else(|| path.to_owned(), |it| format!("#{it}")),
            title: if name.is_empty() { path.to_owned() } else { name.to_owned() },
            url: None,
            place: Some(owner.map_or_else(|| folder.to_owned(), |owner| format!("{owner}: {folder}"))),
            state: None,
        }
    }
}

/// None of what is about no file.
pub(super) fn event(it: &Value, known: &Event) -> Option<Event> {
    if it["objectIds"].is_array() {
        return Some(tagged(it, known));
    }
    let node = Node::of(&it["node"]).or_else(|| Node::of(&it["target"]))?;
    let source = Node::of(&it["source"]);
    let now = node.place().1;
    let mut paths = vec![now.trim_start_matches('/').to_owned()];
    let mut event = Event { object: node.object(), ..known.clone() };
    if let Some(source) = source {
        let before = source.place().1;
        let is_copy = event.kind.starts_with("file.copied");
        if before != now {
            let is_name = !is_copy && path::parent(before) == path::parent(now);
            if is_name && event.kind == "file.moved" {
                event.kind = "file.renamed".into();
            }
            let (field, from, to) = match (is_copy, is_name) {
                (true, _) => ("copy of", before, now),
                (false, true) => ("name", path::name(before), path::name(now)),
                (false, false) => ("path", before, now),
            };
            event.changes.push(Change { field: field.into(), from: Some(from.into()), to: Some(to.into()) });
            paths.push(before.trim_start_matches('/').to_owned());
        }
    }
    event.paths = paths.into_iter().filter(|it| !it.is_empty()).collect();
    Some(event)
}

/// Nextcloud tells numbers only, of files and of tags.
fn tagged(it: &Value, known: &Event) -> Event {
    let shown = |it: &Value| payload::shown(it, "");
    let files: Vec<String> = payload::list(it, "/objectIds").iter().filter_map(shown).map(|it| format!("#{it}")).collect();
    let tags: Vec<String> = payload::list(it, "/tagIds").iter().filter_map(shown).map(|it| format!("tag {it}")).collect();
    let is_on = known.kind == "file.tagged";
    let change = |tag: &String| {
        let (from, to) = if is_on { (None, Some(tag.clone())) } else { (Some(tag.clone()), None) };
        Change { field: "label".into(), from, to }
    };
    Event {
        object: Object {
            key: files.first().cloned().unwrap_or_else(|| "files".into()),
            title: if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) },
            ..Object::default()
        },
        changes: tags.iter().map(change).collect(),
        about: files.iter().skip(1).cloned().collect(),
        labels: if is_on { tags } else { Vec::new() },
        ..known.clone()
    }
}
