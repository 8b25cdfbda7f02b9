//! The sections of places that are only written to: Teams, mail, text messages.

use super::source::{Reader, Section};
use crate::chat::{email, sms, teams};

/// What the file says of them.
#[derive(Clone, Default)]
pub struct Outward {
    pub teams: Option<teams::Config>,
    pub email: Option<email::Config>,
    pub sms: Option<sms::Config>,
}

/// `[teams]` besides its channels, whose names are free.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct TeamsKeys {}

pub(super) fn read(reader: &Reader<'_>, root: &Section) -> Outward {
    Outward {
        teams: root.table("teams").map(|it| teams(reader, it)),
        email: root.table("email").and_then(|it| email(reader, it)),
        sms: root.table("sms").and_then(|it| sms(reader, it)),
    }
}

fn teams(reader: &Reader<'_>, section: &Section) -> teams::Config {
    let _: Option<TeamsKeys> = reader.section("[teams]", section, &["channels"]);
    let mut config = teams::Config::default();
    let channels = section.table("channels");
    if channels.is_none_or(|it| it.keys().next().is_none()) {
        let message =
            "[teams] needs `channels`: write channels = { ops = \"https://…\" }, with the address of a workflow's webhook";
        reader.note(section.line_of("channels"), message);
    }
    for (name, line) in channels.into_iter().flat_map(Section::keys) {
        let added = match channels.and_then(|it| it.text(name)) {
            Some(url) => config.add(name, url),
            None => Err(format!("`{name}` in [teams] channels must be text in quotes")),
        };
        if let Err(problem) = added {
            reader.note(line, problem);
        }
    }
    config
}

fn email(reader: &Reader<'_>, section: &Section) -> Option<email::Config> {
    let config: email::Config = reader.section("[email]", section, &[])?;
    for (key, problem) in config.problems() {
        reader.note(section.line_of(key), problem);
    }
    Some(config)
}

fn sms(reader: &Reader<'_>, section: &Section) -> Option<sms::Config> {
    let config: sms::Config = reader.section("[sms]", section, &[])?;
    for (key, problem) in config.problems() {
        reader.note(section.line_of(key), problem);
    }
    super::check_url(reader, "[sms]", section, "api_url");
    Some(config)
}
