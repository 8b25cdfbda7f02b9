//! Mentions in what a person typed, as systems read it that do not know the chat: names.
//!
//! A chat writes them as ids (`<@U0123>`) or in marks of its own (`@**Ana|10**`). What goes out says the name, without an `@`, so that
//! it calls nobody who happens to have that name there. What cannot be looked up stays as it was typed.

use commands::FieldKind;
use serde_json::{Map, Value};

use crate::chat::Platform;

/// Mentions of one text that are looked up: more are no sentence.
const LOOKED_UP: usize = 30;

/// A mention, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mention<'a> {
    /// By the chat's mention, and the name in it where there is one.
    Person(&'a str, Option<&'a str>),
    Channel(&'a str, Option<&'a str>),
    Group(&'a str, Option<&'a str>),
    /// Whose name stands in it.
    Named(String),
}

/// Writes names in the place of mentions in the texts among `params`.
pub(super) async fn name(params: &mut Map<String, Value>, fields: &[commands::Field], platform: &dyn Platform, workspace: &str) {
    let is_text = |it: &&commands::Field| matches!(it.kind, FieldKind::Text | FieldKind::LongText);
    for field in fields.iter().filter(is_text) {
        let mut texts: Vec<&mut Value> = match params.get_mut(&field.name) {
            Some(Value::Array(all)) => all.iter_mut().collect(),
            Some(one) => vec![one],
            None => continue,
        };
        for value in &mut texts {
            let Some(text) = value.as_str().filter(|it| next(platform.name(), it).is_some()) else { continue };
            **value = named(text, platform, workspace).await.into();
        }
    }
}

async fn named(text: &str, platform: &dyn Platform, workspace: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut looked_up = 0;
    while let Some((at, length, mention)) = next(platform.name(), rest) {
        out.push_str(&rest[..at]);
        let raw = &rest[at..at + length];
        let name = match mention {
            Mention::Named(name) => Some(name),
            _ if looked_up >= LOOKED_UP => None,
            mention => {
                looked_up += 1;
                look_up(&mention, platform, workspace).await
            }
        };
        out.push_str(name.as_deref().unwrap_or(raw));
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// What the chat calls it; else the name that stands in the mention.
async fn look_up(mention: &Mention<'_>, platform: &dyn Platform, workspace: &str) -> Option<String> {
    let said = |name: Option<&str>| name.map(str::to_owned).filter(|it| !it.is_empty());
    match mention {
        Mention::Person(raw, name) => {
            let found = platform.mentioned(workspace, raw).await.ok().flatten();
            found.map(|it| it.name).or_else(|| said(*name))
        }
        Mention::Channel(id, name) => match said(*name) {
            Some(name) => Some(format!("#{}", name.trim_start_matches('#'))),
            None => platform.names_of(workspace, id).await.ok()?.into_iter().next(),
        },
        Mention::Group(id, name) => {
            let found = platform.group(workspace, id).await.ok().flatten().map(|it| it.name).or_else(|| said(*name));
            found.map(|it| it.trim_start_matches('@').to_owned())
        }
        Mention::Named(name) => Some(name.clone()),
    }
}

/// The first mention in `text`: where it begins, how long it is, and what it is of.
fn next<'a>(platform: &str, text: &'a str) -> Option<(usize, usize, Mention<'a>)> {
    match platform {
        "slack" => first(text, &["<@", "<#", "<!subteam^"], in_slack),
        "zulip" => first(text, &["@**", "@_**", "#**", "@*", "@_*"], in_zulip),
        _ => None,
    }
}

type Read<'a> = fn(&'a str) -> Option<(usize, Mention<'a>)>;

fn first<'a>(text: &'a str, begins: &[&str], read: Read<'a>) -> Option<(usize, usize, Mention<'a>)> {
    let mut at = 0;
    while let Some(found) = begins.iter().filter_map(|it| text[at..].find(it)).min() {
        at += found;
        if let Some((length, mention)) = read(&text[at..]) {
            return Some((at, length, mention));
        }
        at += 1;
    }
    None
}

/// <https://docs.slack.dev/messaging/formatting-message-text>
fn in_slack(text: &str) -> Option<(usize, Mention<'_>)> {
    let end = text.find('>')?;
    let inside = &text[1..end];
    let (id, name) = inside.split_once('|').map_or((inside, None), |(id, name)| (id, Some(name)));
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
    let mention = match (id.strip_prefix('@'), id.strip_prefix('#'), id.strip_prefix("!subteam^")) {
        (Some(person), ..) if is_id(person) => Mention::Person(&text[..=end], name),
        (_, Some(channel), _) if is_id(channel) => Mention::Channel(channel, name),
        (.., Some(group)) if is_id(group) => Mention::Group(group, name),
        _ => return None,
    };
    Some((end + 1, mention))
}

/// `@**Ana**`, `@_**Ana|10**`, `@*support*`, `#**dev**`, `#**dev>printers**`: <https://zulip.com/help/mention-a-user-or-group>
fn in_zulip(text: &str) -> Option<(usize, Mention<'_>)> {
    let (begin, marks) = [("@_**", "**"), ("@**", "**"), ("#**", "**"), ("@_*", "*"), ("@*", "*")]
        .into_iter()
        .find(|it| text.starts_with(it.0))?;
    let inside = text[begin.len()..].split_once(marks)?.0;
    // Names of people and groups have no `@` in them.
    if inside.is_empty() || inside.contains(['*', '\n']) || (begin.starts_with('@') && inside.contains('@')) {
        return None;
    }
    let name = match begin.strip_prefix('#') {
        Some(_) => format!("#{}", inside.replacen('>', " > ", 1)),
        None => match inside.rsplit_once('|') {
            // Two of one name are told apart by their ids; an id alone says nothing to anybody.
            Some(("", _)) => return None,
            Some((name, id)) if id.bytes().all(|it| it.is_ascii_digit()) => name.to_owned(),
            _ => inside.to_owned(),
        },
    };
    Some((begin.len() + inside.len() + marks.len(), Mention::Named(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(platform: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some((at, length, mention)) = next(platform, rest) {
            found.push(format!("{} {mention:?}", &rest[at..at + length]));
            rest = &rest[at + length..];
        }
        found
    }

    #[test]
    fn mentions_of_slack_are_found_and_nothing_else() {
        let text = "Ask <@U0ANA> or <@U0BEN|ben> in <#C0DEV|dev>, <#C0OPS> <!subteam^S0X|@ops>; <https://example.org|x> a < b <@ana> <!here>";
        expect_test::expect![[r#"
            [
                "<@U0ANA> Person(\"<@U0ANA>\", None)",
                "<@U0BEN|ben> Person(\"<@U0BEN|ben>\", Some(\"ben\"))",
                "<#C0DEV|dev> Channel(\"C0DEV\", Some(\"dev\"))",
                "<#C0OPS> Channel(\"C0OPS\", None)",
                "<!subteam^S0X|@ops> Group(\"S0X\", Some(\"@ops\"))",
            ]
        "#]]
        .assert_debug_eq(&all("slack", text));
        assert_eq!(all("email", text), [] as [&str; 0]);
    }

    #[test]
    fn mentions_of_zulip_are_found_and_nothing_else() {
        let text = "@**Ana** and @_**Ben|11** of @*support* in #**dev>printers**, #**ops**; **bold** *it* a@*b @**|10** mail@example.org";
        expect_test::expect![[r##"
            [
                "@**Ana** Named(\"Ana\")",
                "@_**Ben|11** Named(\"Ben\")",
                "@*support* Named(\"support\")",
                "#**dev>printers** Named(\"#dev > printers\")",
                "#**ops** Named(\"#ops\")",
            ]
        "##]]
        .assert_debug_eq(&all("zulip", text));
    }
}
