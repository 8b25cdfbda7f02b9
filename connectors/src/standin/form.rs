//! Forms with files, as clients send them: <https://www.rfc-editor.org/rfc/rfc7578>.

/// What the part called `name` holds, and what its file is called, where it is one.
pub(crate) fn part<'a>(body: &'a [u8], name: &str) -> Option<(Option<String>, &'a [u8])> {
    let end = find(body, b"\r\n")?;
    let boundary = [b"\r\n", &body[..end]].concat();
    let wanted = format!("; name=\"{name}\"");
    let mut rest = &body[end..];
    loop {
        let start = find(rest, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&rest[..start]).into_owned();
        let after = &rest[start + 4..];
        let stop = find(after, &boundary)?;
        if head.contains(&wanted) {
            let file = head.split_once("filename=\"").and_then(|(_, it)| it.split_once('"'));
            return Some((file.map(|(it, _)| it.to_owned()), &after[..stop]));
        }
        rest = &after[stop + boundary.len()..];
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|it| it == what)
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_are_found_by_their_names() {
        let body = b"--b1\r\ncontent-disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n--b1\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"metadata\"\r\ncontent-type: text/plain\r\n\r\n\
            It\r\nburns.\r\n--b1--\r\n";
        assert_eq!(part(body, "metadata"), Some((None, &b"{}"[..])));
        assert_eq!(part(body, "file"), Some((Some("metadata".into()), &b"It\r\nburns."[..])));
        assert_eq!(part(body, "other"), None);
        assert_eq!(part(b"{}", "file"), None);
    }
}
