//! Partial answers: `fields=files(id,owners/displayName),nextPageToken`.
//! <https://developers.google.com/workspace/drive/api/guides/fields-parameter>

use serde_json::{Map, Value};

/// What of `value` is asked for.
pub fn select(value: &Value, fields: &str) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|it| select(it, fields)).collect(),
        Value::Object(all) => {
            let mut some = Map::new();
            for item in items(fields) {
                let (name, below) = match item.split_once(['(', '/']) {
                    Some((name, rest)) => (name, Some(rest.strip_suffix(')').filter(|_| item.contains('(')).unwrap_or(rest))),
                    None => (item, None),
                };
                let picked = |it: &Value| below.map_or_else(|| it.clone(), |below| select(it, below));
                if name == "*" {
                    some.extend(all.iter().map(|(key, it)| (key.clone(), picked(it))));
                } else if let Some(it) = all.get(name) {
                    some.insert(name.to_owned(), picked(it));
                }
            }
            Value::Object(some)
        }
        other => other.clone(),
    }
}

/// The parts between the commas that are in no parentheses.
fn items(fields: &str) -> Vec<&str> {
    let (mut depth, mut from, mut all) = (0, 0, Vec::new());
    for (at, byte) in fields.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 0 => {
                all.push(fields[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(fields[from..].trim());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_asked_for_is_sent() {
        let value = json!({"files": [{"id": 1, "owners": [{"name": "a", "me": true}], "size": "3"}], "next": "x", "kind": "k"});
        assert_eq!(
            select(&value, "files(id,owners(name)),next"),
            json!({"files": [{"id": 1, "owners": [{"name": "a"}]}], "next": "x"})
        );
        assert_eq!(select(&value, "files/owners/name"), json!({"files": [{"owners": [{"name": "a"}]}]}));
        assert_eq!(select(&value, "*"), value);
    }
}
