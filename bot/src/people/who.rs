//! Whom a rule is about: a person, a team, a chat's user group, whoever has a role, or everybody.

use std::fmt;

use commands::FieldProblem;

use super::{PersonId, roles::Role};

/// Whom a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    Everybody,
    /// Whoever has this role or a higher one.
    Role(Role),
    Team(String),
    /// A user group of a chat, by its name or id; of any chat where none is named.
    Group {
        platform: Option<String>,
        name: String,
    },
    /// Whoever's address this is, as a chat vouches for it.
    Email(String),
    /// With an empty workspace: of any workspace of that chat.
    Person(PersonId),
}

/// How whoever writes a rule says whom it is about.
pub const FORMS: &str =
    "write slack:T0123:U0123, slack:U0123, ana@example.org, team:oncall, group:@oncall, role:operator or everybody";

impl Who {
    pub fn parse(text: &str) -> Option<Who> {
        let text = text.trim();
        if text.contains(char::is_whitespace) {
            return None;
        }
        if matches!(text.to_lowercase().as_str(), "everybody" | "everyone") {
            return Some(Who::Everybody);
        }
        // What Slack and Zulip make of a group that is mentioned.
        if let Some(inside) = text.strip_prefix("<!subteam^").and_then(|it| it.strip_suffix('>')) {
            let id = inside.split('|').next().unwrap_or(inside);
            return Some(Who::Group { platform: Some("slack".into()), name: id.to_owned() });
        }
        if let Some(name) = text.strip_prefix("@*").and_then(|it| it.strip_suffix('*')).filter(|it| !it.starts_with('*')) {
            return Some(Who::Group { platform: Some("zulip".into()), name: name.to_owned() });
        }
        let Some((first, rest)) = text.split_once(':').filter(|(_, rest)| !rest.is_empty()) else {
            let is_address = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
            return is_address.then(|| Who::Email(text.to_lowercase()));
        };
        match first {
            "role" => Role::named(rest).map(Who::Role),
            "team" => Some(Who::Team(rest.to_lowercase())),
            "group" => {
                let (platform, name) = match rest.split_once(':') {
                    Some((platform, name)) => (Some(platform.to_owned()), name),
                    None => (None, rest),
                };
                let name = name.trim_start_matches('@').to_lowercase();
                (!name.is_empty()).then_some(Who::Group { platform, name })
            }
            platform if !platform.is_empty() && platform.bytes().all(|it| it.is_ascii_lowercase()) && !rest.starts_with("//") => {
                PersonId::parse(text).or_else(|| Some(PersonId::new(platform, "", rest))).map(Who::Person)
            }
            _ => None,
        }
    }

    /// Whether one person is meant.
    pub fn is_a_person(&self) -> bool {
        matches!(self, Who::Email(_) | Who::Person(_))
    }

    /// How closely it names somebody: a person more than a group, that more than a role, that more than everybody.
    pub fn closeness(&self) -> u8 {
        match self {
            Who::Everybody => 1,
            Who::Role(_) => 2,
            Who::Team(_) | Who::Group { .. } => 3,
            Who::Email(_) | Who::Person(_) => 4,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Everybody => write!(f, "everybody"),
            Who::Role(role) => write!(f, "role:{}", role.name()),
            Who::Team(name) => write!(f, "team:{name}"),
            Who::Group { platform: Some(platform), name } => write!(f, "group:{platform}:{name}"),
            Who::Group { platform: None, name } => write!(f, "group:@{name}"),
            Who::Email(address) => write!(f, "{address}"),
            Who::Person(PersonId { platform, workspace, id }) if workspace.is_empty() => write!(f, "{platform}:{id}"),
            Who::Person(person) => write!(f, "{person}"),
        }
    }
}

/// What is wrong with a list of them.
pub(super) fn problems(field: &str, all: &[String]) -> Vec<FieldProblem> {
    if all.is_empty() {
        return vec![FieldProblem::new(field, format!("it names nobody: {FORMS}"))];
    }
    let wrong = all.iter().enumerate().filter(|(_, text)| Who::parse(text).is_none());
    wrong.map(|(at, text)| FieldProblem::new(format!("{field}.{at}"), format!("`{text}` is nobody: {FORMS}"))).collect()
}

/// All that can be read.
pub(super) fn all(texts: &[String]) -> Vec<Who> {
    texts.iter().filter_map(|it| Who::parse(it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_rule_is_about_is_written_and_read() {
        for text in [
            "everybody",
            "role:operator",
            "team:oncall",
            "group:@oncall",
            "group:slack:oncall",
            "ana@example.org",
            "slack:T1:U1",
            "slack:U1",
            "zulip:https://chat.example.org:11",
        ] {
            let who = Who::parse(text).expect(text);
            assert_eq!(Who::parse(&who.to_string()), Some(who), "{text}");
        }
        let group = |platform: &str, name: &str| Some(Who::Group { platform: Some(platform.into()), name: name.into() });
        assert_eq!(Who::parse("<!subteam^S0123|@oncall>"), group("slack", "S0123"));
        assert_eq!(Who::parse("@*oncall*"), group("zulip", "oncall"));
        for text in [
            "",
            "ana",
            "@ana",
            "role:root",
            "team:",
            "Ana Abel",
            "group:@",
            "@**Ana**",
            "ana@host",
            "Slack:U1",
            "https://example.org",
        ] {
            assert_eq!(Who::parse(text), None, "{text}");
        }
    }
}
