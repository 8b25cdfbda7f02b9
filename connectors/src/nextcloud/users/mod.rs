//! People: their accounts, room and passwords
//! (<https://docs.nextcloud.com/server/latest/admin_manual/configuration_user/instruction_set_for_users.html>).

use commands::{Error, ErrorKind, Message, Text};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Nextcloud, path,
    problem::{administer, at, placed},
};

mod access;
mod change;
mod list;

pub use access::{Delete, Disable, Enable, ResetPassword, Welcome};
pub use change::{Create, Quota, Update};
pub use list::{List, Show};

/// An account with all that administrators see.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Details {
    pub id: String,
    #[serde(rename = "displayname", default)]
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub subadmin: Vec<String>,
    #[serde(default)]
    pub quota: Value,
    /// In milliseconds since 1970; 0 for never.
    #[serde(rename = "lastLogin", default)]
    last_login: i64,
    #[serde(default)]
    language: String,
    #[serde(default)]
    manager: String,
}

fn yes() -> bool {
    true
}

impl Details {
    fn title(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    /// `1.2 GB of 5 GB`.
    fn room(&self) -> String {
        let used = path::size(self.quota["used"].as_u64().unwrap_or(0));
        match self.quota["quota"].as_i64().and_then(|it| u64::try_from(it).ok()) {
            Some(most) if most > 0 => format!("{used} of {}", path::size(most)),
            // Negative numbers and words stand for no limit.
            _ => format!("{used}, no limit"),
        }
    }

    fn shown(&self, on: &Nextcloud) -> Message {
        let state = if self.enabled { "enabled" } else { "disabled" };
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: String| {
            if !value.is_empty() {
                facts.push((name.to_owned(), value.into()));
            }
        };
        fact("User name", self.id.clone());
        fact("State", state.into());
        fact("Email", self.email.clone().unwrap_or_default());
        fact("Groups", self.groups.join(", "));
        fact("Administers", self.subadmin.join(", "));
        fact("Room", self.room());
        fact("Manager", self.manager.clone());
        fact("Language", self.language.clone());
        let last = jiff::Timestamp::from_millisecond(self.last_login).ok().filter(|_| self.last_login > 0);
        let seen = last.map_or_else(|| Text::from("Never signed in"), |at| Text::from("Last signed in ").time(at));
        let page = format!("{}/index.php/u/{}", on.http.base(), path::encode_part(&self.id));
        Message::new().heading(self.title()).paragraph(Text::new().link(page, "Profile")).facts(facts).context(seen)
    }
}

/// What people call that account, as far as it is known.
pub(super) async fn name(on: &Nextcloud, id: &str) -> Option<String> {
    let found: Details = on.ocs_get(&address(id, ""), &[]).await.ok()?;
    Some(found.name).filter(|it| !it.is_empty())
}

fn address(id: &str, rest: &str) -> String {
    format!("/cloud/users/{}{rest}", path::encode_part(id))
}

/// Nextcloud's refusals by number (instruction set for users), each at the field it is about.
fn refused(error: Error, what: &str) -> Error {
    let field = match error.code.as_deref() {
        Some("102") => "user",
        Some("104" | "105" | "106") => "group",
        Some("108" | "110") => "email",
        _ => match error.message.to_lowercase() {
            said if said.contains("quota") => "quota",
            said if said.contains("email") || said.contains("e-mail") => "email",
            said if said.contains("language") => "language",
            _ => "",
        },
    };
    if matches!(error.kind, ErrorKind::Validation | ErrorKind::Conflict) && !field.is_empty() {
        return placed(error, field);
    }
    administer(error, what)
}

/// `5 GB`, `500 MB`, `none`, `default`, as Nextcloud takes it.
fn room(typed: &str) -> Result<String, Error> {
    let text = typed.trim().to_lowercase().replace(' ', "");
    if matches!(text.as_str(), "none" | "default") {
        return Ok(text);
    }
    if text == "unlimited" {
        return Ok("none".into());
    }
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let is_good = number.parse::<f64>().is_ok_and(|it| it.is_finite() && it >= 0.0);
    let unit = match unit {
        "b" | "kb" | "mb" | "gb" | "tb" => unit.to_uppercase(),
        "k" | "m" | "g" | "t" => format!("{}B", unit.to_uppercase()),
        _ => String::new(),
    };
    match is_good && !unit.is_empty() {
        true => Ok(format!("{number} {unit}")),
        false => Err(at("quota", format!("`{}` is no amount of room. Write it as 5 GB, 500 MB, none or default.", typed.trim()))),
    }
}

#[cfg(test)]
#[test]
fn rooms_are_read_as_people_write_them() {
    for (typed, written) in [
        ("5 GB", Some("5 GB")),
        ("500mb", Some("500 MB")),
        ("1.5t", Some("1.5 TB")),
        ("None", Some("none")),
        ("unlimited", Some("none")),
    ] {
        assert_eq!(room(typed).ok().as_deref(), written, "{typed}");
    }
    for typed in ["5", "much", "-5 GB", "5 apples", ""] {
        assert!(room(typed).is_err(), "{typed}");
    }
}
