//! Bodies of several parts, such as a file with its description (RFC 7578, RFC 2387).

/// One part.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The form field's name; none in `multipart/related`.
    pub name: Option<String>,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

impl Part {
    pub fn text(name: &str, value: &str) -> Part {
        Part { name: Some(name.into()), body: value.into(), ..Part::default() }
    }

    pub fn json(name: &str, value: &serde_json::Value) -> Part {
        let content_type = Some("application/json".to_owned());
        Part { name: Some(name.into()), content_type, body: value.to_string().into_bytes(), ..Part::default() }
    }

    pub fn file(name: &str, file: &commands::Download) -> Part {
        Part {
            name: Some(name.into()),
            file_name: Some(file.name.clone()),
            content_type: Some(file.content_type.clone())
                .filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_graphic() || it == b' ')),
            body: file.bytes.clone(),
        }
    }
}

/// The body, and the boundary in it, which no part holds.
pub(super) fn encode(parts: &[Part]) -> (String, Vec<u8>) {
    let boundary = format!("bellhop-{:032x}", rand::random::<u128>());
    let mut body = Vec::with_capacity(parts.iter().map(|it| it.body.len() + 300).sum());
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        if let Some(name) = &part.name {
            let file = part.file_name.as_ref().map(|it| format!("; filename=\"{}\"", quoted(it))).unwrap_or_default();
            body.extend_from_slice(format!("Content-Disposition: form-data; name=\"{}\"{file}\r\n", quoted(name)).as_bytes());
        }
        if let Some(content_type) = &part.content_type {
            body.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
        }
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&part.body);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

/// As browsers write names in a form (HTML, "multipart form data"): a quote or a line break cannot end them.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_and_cannot_be_broken_out_of() {
        let file = commands::Download {
            name: "a\"\r\nX: y.txt".into(),
            content_type: "text/plain\r\nX: y".into(),
            bytes: b"It burns.".to_vec(),
        };
        let (boundary, body) = encode(&[Part::json("metadata", &serde_json::json!({"n": 1})), Part::file("file", &file)]);
        let text = String::from_utf8(body).unwrap().replace(&boundary, "B");
        expect_test::expect![[r#"
            --B
            Content-Disposition: form-data; name="metadata"
            Content-Type: application/json

            {"n":1}
            --B
            Content-Disposition: form-data; name="file"; filename="a%22%0D%0AX: y.txt"

            It burns.
            --B--
        "#]]
        .assert_eq(&text.replace("\r\n", "\n"));
    }
}
