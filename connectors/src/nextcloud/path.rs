//! Paths as people write them, and as they stand in a request.
//!
//! A path starts with `/` and is below the connection's folder: [`clean`] lets nothing lead out of it.

use commands::Result;

use super::problem::at;
pub(super) use crate::words::size;

/// The path that was typed, from the connection's folder on: `/Reports/2026.pdf`; `/` is the folder itself.
///
/// # Errors
/// At `field`, for a path that leads out of the folder or that no server can have.
pub(super) fn clean(field: &str, typed: &str) -> Result<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in typed.trim().split('/').map(str::trim) {
        match part {
            "" | "." => {}
            ".." => {
                return Err(at(
                    field,
                    format!("`{typed}` goes up with `..`. Write the path from the first folder on: /Reports/2026.pdf."),
                ));
            }
            part if part.chars().any(|it| it.is_control() || it == '\\') => {
                return Err(at(
                    field,
                    "A path in Nextcloud has no line breaks and no `\\` in it. Write it like /Reports/2026.pdf.",
                ));
            }
            part => parts.push(part),
        }
    }
    Ok(format!("/{}", parts.join("/")))
}

/// A name for one file or folder.
///
/// # Errors
/// At `field`, for what is no single name.
pub(super) fn clean_name(field: &str, typed: &str) -> Result<String> {
    let path = clean(field, typed)?;
    match path.trim_start_matches('/') {
        "" => Err(at(field, "A name is missing.")),
        name if name.contains('/') => Err(at(field, format!("`{typed}` is a path. Here stands a name only, without `/`."))),
        name => Ok(name.to_owned()),
    }
}

pub(super) fn join(folder: &str, name: &str) -> String {
    format!("{}/{}", folder.trim_end_matches('/'), name.trim_start_matches('/'))
}

/// The folder that holds it; `/` for what stands at the top.
pub(super) fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// The last part; empty for `/`.
pub(super) fn name(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// For a request: every byte but letters, digits, `-._~` and the slashes (RFC 3986, 2.3).
pub(super) fn encode(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// One part of a path, in which a slash is none.
pub(super) fn encode_part(part: &str) -> String {
    encode(part).replace('/', "%2F")
}

/// The opposite; what is no valid escape stays as it is.
pub(super) fn decode(text: &str) -> String {
    let (bytes, mut decoded, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        match pair.and_then(|it| u8::from_str_radix(it, 16).ok()).filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_below_the_folder() {
        for (typed, path) in [
            ("Reports/2026.pdf", "/Reports/2026.pdf"),
            ("/Reports//2026.pdf", "/Reports/2026.pdf"),
            (" ./Reports/ ", "/Reports"),
            ("", "/"),
            ("/", "/"),
            ("..hidden/a..b", "/..hidden/a..b"),
        ] {
            assert_eq!(clean("file", typed).unwrap(), path);
        }
        for typed in ["../secret", "Reports/../../secret", "/..", "a\nb", "a\\b"] {
            assert!(clean("file", typed).is_err(), "{typed:?}");
        }
        assert!(clean_name("name", "a/b").is_err() && clean_name("name", " ").is_err());
        assert_eq!((parent("/a/b/c"), parent("/a"), parent("/"), name("/a/b/"), name("/")), ("/a/b", "/", "/", "b", ""));
        assert_eq!((join("/", "a"), join("/a/", "/b")), ("/a".into(), "/a/b".into()));
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(path in "\\PC{0,30}") {
            let encoded = encode(&path);
            prop_assert!(encoded.bytes().all(|it| it.is_ascii_graphic() && !b"?#\"<>".contains(&it)));
            prop_assert_eq!(decode(&encoded), path);
        }
    }
}
