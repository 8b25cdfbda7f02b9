//! Parameters of Jira's actions that are looked up in Jira as one types.

use commands::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem;

/// An issue: `APO-7`, its id, or a link to it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "issue", "x-needs" = []))]
pub struct IssueKey(pub String);

impl IssueKey {
    /// As Jira writes it.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`.
    pub(super) fn key(&self, field: &str) -> Result<String> {
        key_in(&self.0).ok_or_else(|| {
            let text = self.0.trim();
            problem::at(field, format!("`{text}` is no issue. Write its key, such as APO-7, or paste its link."))
        })
    }
}

/// Whether it is like `APO-7`, in any case.
pub(super) fn is_key(text: &str) -> bool {
    let Some((project, number)) = text.rsplit_once('-') else { return false };
    project.starts_with(|it: char| it.is_ascii_alphabetic())
        && project.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && (1..=10).contains(&number.len())
        && number.bytes().all(|it| it.is_ascii_digit())
}

/// The key in what people write or paste: of a board's address the issue that is open in it.
fn key_in(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let text = text.split('|').next().unwrap_or(text);
    if !(text.starts_with("http://") || text.starts_with("https://")) {
        let is_id = !text.is_empty() && text.len() <= 18 && text.bytes().all(|it| it.is_ascii_digit());
        return (is_key(text) || is_id).then(|| text.to_uppercase());
    }
    let url = url::Url::parse(text).ok()?;
    let selected =
        url.query_pairs().find(|(name, value)| name == "selectedIssue" && is_key(value)).map(|(_, it)| it.to_uppercase());
    let in_path = || url.path_segments()?.rev().find(|it| is_key(it)).map(str::to_uppercase);
    selected.or_else(in_path)
}

/// Declares text that is looked up: by what, and what the look-up goes by.
macro_rules! looked_up {
    ($($(#[$doc:meta])* $name:ident = $lookup:literal by $needs:tt;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline, extend("x-lookup" = $lookup, "x-needs" = $needs))]
        pub struct $name(pub String);
    )*};
}

looked_up! {
    /// A project, by key or name.
    Project = "project" by [];
    /// A type of issue, by name.
    IssueType = "type" by ["project", "issue"];
    /// A priority, by name.
    Priority = "priority" by [];
    /// A status, by name.
    Status = "status" by ["project"];
    /// What can be done with an issue now, by the name of the transition or of the status it leads to.
    Transition = "transition" by ["issue"];
    /// How an issue was resolved, by name.
    Resolution = "resolution" by [];
    /// A label.
    Label = "label" by [];
    /// A version of the project, by name.
    Version = "version" by ["project", "issue"];
    /// A component of the project, by name.
    Component = "component" by ["project", "issue"];
    /// A board, by name or number.
    Board = "board" by ["project"];
    /// A sprint, by name or number; `active` and `next` are those of the board.
    Sprint = "sprint" by ["board"];
    /// An epic, by key.
    Epic = "epic" by ["project"];
    /// How one issue is linked to another: `blocks`, `is blocked by`.
    LinkType = "link" by [];
    /// A saved filter, by name or number.
    Filter = "filter" by [];
    /// A group, by name.
    Group = "group" by [];
}

/// What is said to a question before something is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    Yes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_where_people_have_them() {
        for text in [
            "APO-7",
            " apo-7 ",
            "https://example.atlassian.net/browse/APO-7",
            "<https://example.atlassian.net/browse/APO-7?focusedId=10001|APO-7>",
            "https://example.atlassian.net/jira/software/projects/APO/boards/1?selectedIssue=APO-7",
            "https://jira.example.org/jira/projects/APO/issues/APO-7?filter=allopenissues",
            "https://example.atlassian.net/jira/servicedesk/projects/APO/queues/custom/1/APO-7",
        ] {
            assert_eq!(IssueKey(text.into()).key("issue").as_deref(), Ok("APO-7"), "{text}");
        }
        assert_eq!(IssueKey("10007".into()).key("issue").as_deref(), Ok("10007"));
        for text in ["", "APO", "APO-", "-7", "7-APO", "https://example.atlassian.net/jira/projects", "APO-7 & more"] {
            let error = IssueKey(text.into()).key("issue").expect_err(text);
            assert_eq!(error.fields[0].field, "issue");
        }
    }
}
