//! Payloads that are broken in one place each, as vendors and strangers break them: reading never panics, and what is told of
//! them is whole all the same.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{kind, told::delivery};
use crate::{Delivery, Webhook};

/// Parts of one payload that are broken, at most.
const PARTS: usize = 80;

/// Delivers every fixture of the connector `name`, broken in one place each.
pub(crate) fn survives_broken_payloads(name: &str) {
    let webhook = kind(name).webhook.unwrap_or_else(|| panic!("{name} has no webhook"));
    let mut read = 0;
    for (headers, body) in fixtures(name) {
        for body in mangled(&body) {
            tell(&webhook, &Delivery { headers: &headers, ..delivery(&[], &body) });
            read += 1;
        }
    }
    assert!(read > 500, "{read}");
}

/// The same of samples without headers. Says how many were read.
pub(crate) fn survives(webhook: &Webhook, samples: &[Value]) -> usize {
    let all: Vec<Vec<u8>> = samples.iter().flat_map(mangled).collect();
    all.iter().for_each(|body| tell(webhook, &delivery(&[], body)));
    all.len()
}

/// It must never panic, and what it makes of a delivery has a kind, a key and a title.
fn tell(webhook: &Webhook, delivery: &Delivery<'_>) {
    drop(webhook.known_by(delivery));
    for event in (webhook.parse)(delivery).unwrap_or_default() {
        let is_whole = event.kind.contains('.') && !event.object.key.is_empty() && !event.object.title.is_empty();
        assert!(is_whole, "{event:?} of {}", String::from_utf8_lossy(delivery.body));
    }
}

/// The headers, in lower case, and the body of each fixture of a connector.
pub(crate) fn fixtures(name: &str) -> Vec<(Vec<(String, String)>, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{}/fixtures", name.replace('-', "_")));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(path).ok()?;
        let (head, body) = text.split_once("\n\n")?;
        let headers = head.lines().filter_map(|it| it.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Some((headers, serde_json::from_str(body.trim()).ok()?))
    };
    std::fs::read_dir(folder).unwrap().filter_map(|it| read(it.unwrap().path())).collect()
}

/// The vendor's published samples that lie beside the project, by their files' names; none where there are none, which is said.
pub(crate) fn published(name: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs/webhooks").join(name);
    let folder = std::env::var_os("BELLHOP_CONTRACTS").map_or(folder, |it| Path::new(&it).join("webhooks").join(name));
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("No samples of webhooks of {name} lie beside the project: none was read.");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|it| it.unwrap().path()).collect();
    files.sort();
    let read = |it: PathBuf| {
        let name = it.file_stem()?.to_string_lossy().into_owned();
        Some((name, serde_json::from_slice(&std::fs::read(&it).ok()?).ok()?))
    };
    files.into_iter().filter_map(read).collect()
}

/// What a payload becomes when somebody else breaks it: every part of it gone, or of another type, and its text cut short.
pub(crate) fn mangled(body: &Value) -> Vec<Vec<u8>> {
    let mut paths = paths(body);
    paths.truncate(PARTS);
    let mut all = Vec::new();
    for path in &paths {
        for instead in [Value::Null, json!("ä\u{0}"), json!(-1), json!(1e300), json!([{}]), json!([[]]), json!({})] {
            let mut broken = body.clone();
            if let Some(part) = broken.pointer_mut(path) {
                *part = instead;
                all.push(broken.to_string().into_bytes());
            }
        }
        let Some((parent, key)) = path.rsplit_once('/') else { continue };
        let mut broken = body.clone();
        if let Some(Value::Object(parent)) = broken.pointer_mut(parent) {
            parent.remove(&key.replace("~1", "/").replace("~0", "~"));
            all.push(broken.to_string().into_bytes());
        }
    }
    let text = body.to_string().into_bytes();
    all.extend((0..text.len()).step_by(text.len() / 20 + 1).map(|end| text[..end].to_vec()));
    all
}

/// The pointers of all parts of a value, the root's first.
pub(crate) fn paths(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut inner = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        all.extend(paths(value).into_iter().map(|it| format!("/{key}{it}")));
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| inner(key, value)),
        // Of a list the others are much like the first.
        Value::Array(items) => items.iter().enumerate().take(2).for_each(|(at, value)| inner(&at.to_string(), value)),
        _ => {}
    }
    all
}
