//! Words that people type and read, alike in every system.

use commands::{Error, FieldProblem};

/// A person's mistake at one field.
pub(crate) fn at(field: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    Error::bad_input(message.clone()).with_fields(vec![FieldProblem::new(field, message)])
}

/// Whether a name is the one that was typed.
pub(crate) fn same(name: &str, typed: &str) -> bool {
    name.trim().to_lowercase() == typed.trim().to_lowercase()
}

/// Whether it is one of the words that empty a field.
pub(crate) fn is_none(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "none" | "nobody" | "-")
}

/// `a, b or c`.
pub(crate) fn either<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(S::as_ref).collect();
            format!("{} or {}", first.join(", "), last.as_ref())
        }
    }
}

/// What follows on "there is no …": ` Did you mean `Bug`? It can be Bug, Feature or Task.`
pub(crate) fn instead<S: AsRef<str>>(word: &str, typed: &str, names: &[S]) -> String {
    let mut said = nearest(typed, names).map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
    match names.len() {
        0 => said.push_str(&format!(" There is no {word} to choose from.")),
        1..=20 => said.push_str(&format!(" It can be {}.", either(names))),
        _ => {}
    }
    said
}

/// The name that was probably meant: one that it begins, or one that is a slip or two away.
pub(crate) fn nearest<'a, S: AsRef<str>>(typed: &str, names: &'a [S]) -> Option<&'a str> {
    let typed = typed.trim().to_lowercase();
    let near = |name: &&'a str| {
        let name = name.to_lowercase();
        !typed.is_empty() && (name.starts_with(&typed) || distance(&name, &typed) <= 1 + typed.chars().count() / 4)
    };
    names.iter().map(S::as_ref).filter(near).min_by_key(|name| distance(&name.to_lowercase(), &typed))
}

/// How many letters to insert, drop or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// At most `most` characters, ending in … when there were more.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// A number of bytes as people read it, in thousands: `3.2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    match units.iter().find(|(_, size)| bytes as f64 >= *size) {
        Some((unit, size)) => format!("{} {unit}", (bytes as f64 / size * 10.0).round() / 10.0),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

/// A line of a build's log without the moment at which it was written: `2026-11-21T10:00:00.0000000Z `.
pub(crate) fn without_time(line: &str) -> &str {
    match line.split_once(' ') {
        Some((time, rest)) if time.len() >= 20 && time.ends_with('Z') && time.as_bytes()[0].is_ascii_digit() => rest,
        _ => line,
    }
}

/// A part of a path, encoded (RFC 3986, 2.3): slashes in it become part of its name.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood() {
        let names = ["Bug", "Feature", "Support"];
        assert_eq!(nearest(" bugg", &names), Some("Bug"));
        assert_eq!(nearest("feat", &names), Some("Feature"));
        assert_eq!(nearest("task", &names), None);
        assert_eq!(nearest("", &names), None);
        assert_eq!(instead("tracker", "bugg", &names), " Did you mean `Bug`? It can be Bug, Feature or Support.");
        assert_eq!(instead::<&str>("tracker", "bugg", &[]), " There is no tracker to choose from.");
    }

    #[test]
    fn words_are_cut_between_letters_and_encoded_byte_by_byte() {
        assert_eq!(shorten("äöü ß", 4), "äöü…");
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(segment("demo/prïnter 1~"), "demo%2Fpr%C3%AFnter%201~");
    }

    #[test]
    fn sizes_read_well() {
        let read = [0, 1, 999, 1_000, 1_240, 3_150_000, 8_000_000, 2_000_000_000_000].map(size);
        assert_eq!(read, ["0 bytes", "1 byte", "999 bytes", "1 kB", "1.2 kB", "3.2 MB", "8 MB", "2 TB"]);
    }
}
