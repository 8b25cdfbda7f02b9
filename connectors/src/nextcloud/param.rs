//! Parameters of Nextcloud's actions that are looked up in Nextcloud as one types.

use commands::{Button, Call};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file or folder: its path, its number, or a link to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "file", "x-needs" = []))]
pub struct FileRef(pub String);

/// What a [`FileRef`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Number(u64),
    Path(String),
    /// A link that names no file by itself, such as a public share's.
    Link,
}

impl FileRef {
    pub(super) fn reading(&self) -> Reading {
        let text = self.0.trim().trim_matches(['<', '>']);
        let digits = text.strip_prefix('#').unwrap_or(text);
        if let Ok(number) = digits.parse() {
            return Reading::Number(number);
        }
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Reading::Path(text.to_owned());
        }
        // …/f/42, …/apps/files/files/42?dir=/, …/apps/files/?fileid=42, …?openfile=42
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let query = url::form_urlencoded::parse(query.as_bytes());
        let named =
            query.filter(|(name, _)| matches!(name.as_ref(), "fileid" | "openfile")).find_map(|(_, value)| value.parse().ok());
        let last = path.trim_end_matches('/').rsplit('/').next().and_then(|it| it.parse().ok()).filter(|_| !path.contains("/s/"));
        last.or(named).map_or(Reading::Link, Reading::Number)
    }
}

/// A folder, by path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "folder", "x-needs" = []))]
pub struct Folder(pub String);

/// A group of people, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "group", "x-needs" = []))]
pub struct Group(pub String);

/// A tag, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "tag", "x-needs" = []))]
pub struct Tag(pub String);

/// A share, by number, or by the link that it gave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "share", "x-needs" = ["file"]))]
pub struct ShareRef(pub String);

/// An earlier state of a file, by its number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "version", "x-needs" = ["file"]))]
pub struct Version(pub String);

/// Something in the trash, by its name there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "trash", "x-needs" = []))]
pub struct Trashed(pub String);

/// A template of project folders, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "template", "x-needs" = []))]
pub struct Template(pub String);

/// A webhook that is registered in Nextcloud, by number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "webhook", "x-needs" = []))]
pub struct WebhookRef(pub String);

/// Where full-text search looks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "provider", "x-needs" = []))]
pub struct Provider(pub String);

/// Said to what cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Yes {
    Yes,
}

/// The button that does what was only described so far.
pub(super) fn confirmed(label: &str, question: impl Into<String>, mut call: Call) -> Button {
    call.params.insert("confirm".into(), serde_json::json!(Yes::Yes));
    Button::run(label, call).danger(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_name_files() {
        for (text, reading) in [
            ("42", Reading::Number(42)),
            ("#42", Reading::Number(42)),
            ("https://cloud.example.org/index.php/f/42", Reading::Number(42)),
            ("<https://cloud.example.org/f/42>", Reading::Number(42)),
            ("https://cloud.example.org/apps/files/files/42?dir=/Reports", Reading::Number(42)),
            ("https://cloud.example.org/apps/files/?dir=/&fileid=42", Reading::Number(42)),
            ("https://cloud.example.org/s/4242", Reading::Link),
            ("https://cloud.example.org/apps/files/?dir=/Reports", Reading::Link),
            ("Reports/2026", Reading::Path("Reports/2026".into())),
            ("2026.pdf", Reading::Path("2026.pdf".into())),
        ] {
            assert_eq!(FileRef(text.into()).reading(), reading, "{text}");
        }
    }
}
