//! `[[hook]]`: where webhooks come in.

use connectors::sources::json::Template;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    check_name,
    connections::Connecting,
    source::{Reader, Section, nearest},
};
use crate::hooks::JSON;

/// `[[hook]]`
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The last part of its address: `/hooks/{name}`.
    pub name: String,
    /// Whose signature and payloads.
    pub kind: String,
    /// What the sender signs with, or sends along.
    pub secret: commands::param::Secret,
    /// Networks that may send, such as `192.30.252.0/22`; all when left out.
    #[serde(default)]
    pub allow: Vec<String>,
    /// With kind `json`: how the payload is read.
    #[serde(default)]
    pub template: Option<String>,
    /// Deliveries a second that are taken, ten times as many at once; 500 when left out, 0 is no limit.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Nothing is taken.
    #[serde(default)]
    pub disabled: bool,
}

/// A network or a single address: `10.0.0.0/8`, `192.0.2.1`.
pub fn network(text: &str) -> Option<ipnet::IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(Into::into))
}

pub(super) fn hooks(reader: &Reader<'_>, sections: &[Section], connections: &[Connecting]) -> Vec<(usize, Hook)> {
    let mut found: Vec<(usize, Hook)> = Vec::new();
    for section in sections {
        let Some(hook) = reader.section::<Hook>("[[hook]]", section, &[]) else { continue };
        check_name(reader, "[[hook]]", section, &hook.name);
        if found.iter().any(|(_, it)| it.name == hook.name) {
            reader.note(section.line_of("name"), format!("two hooks are called `{}`: rename one", hook.name));
        }
        for allowed in hook.allow.iter().filter(|it| network(it).is_none()) {
            reader.note(section.line_of("allow"), format!("`{allowed}` is no network: write 192.0.2.0/24 or 192.0.2.1"));
        }
        if hook.template.is_some() && hook.kind != JSON {
            reader.note(
                section.line_of("template"),
                "`template` is for kind = \"json\": other kinds know how to read their payloads",
            );
        }
        if let Some(Err(err)) =
            hook.template.as_deref().filter(|it| hook.kind == JSON && !it.trim().is_empty()).map(Template::parse)
        {
            reader.note(section.line_of("template"), format!("`template` of the hook `{}`: {}", hook.name, err.message));
        }
        if connections.iter().any(|it| it.name == hook.name && it.kind.is_some_and(|kind| kind.name != hook.kind)) {
            reader
                .note(section.line_of("name"), format!("`{}` is also a connection of another kind: rename the hook", hook.name));
        }
        if connectors::webhook(&hook.kind).is_none() {
            let note = match connectors::find(&hook.kind) {
                Some(kind) => format!("{} sends no webhooks that we can read", kind.title),
                None => format!("no hook can be of kind `{}`{}", hook.kind, nearest(&hook.kind, connectors::hook_kinds())),
            };
            reader.note(section.line_of("kind"), note);
        }
        found.push((section.line, hook));
    }
    found
}
