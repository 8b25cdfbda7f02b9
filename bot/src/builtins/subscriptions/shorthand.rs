//! `/github subscribe acme/*`, as people know it, for `/bellhop subscribe github acme/*`.

use std::borrow::Cow;

use crate::{
    app::{App, OWN},
    builtins::settings::sources,
};

/// The line, if it asks a system by its own name for what the bot does: for each connection, hook and kind of system.
pub fn spelled_out<'a>(app: &App, line: &'a str) -> Cow<'a, str> {
    let is_source = |name: &str| {
        sources(app).iter().any(|it| it.eq_ignore_ascii_case(name))
            || connectors::find(name).is_some()
            || app.hooks.iter().any(|it| it.kind.eq_ignore_ascii_case(name))
    };
    rewritten(line, is_source).map_or(Cow::Borrowed(line), Cow::Owned)
}

fn rewritten(line: &str, is_source: impl Fn(&str) -> bool) -> Option<String> {
    let (first, rest) = cut(line);
    let (verb, rest) = cut(rest);
    let verb = verb.to_lowercase();
    if !matches!(verb.as_str(), "subscribe" | "unsubscribe" | "subscriptions") {
        return None;
    }
    let (next, _) = cut(rest);
    let lists = verb == "subscriptions" || (verb == "subscribe" && next.eq_ignore_ascii_case("list"));
    if first.eq_ignore_ascii_case(OWN) {
        return (lists && verb == "subscribe").then(|| format!("{OWN} subscriptions"));
    }
    if !is_source(first) {
        return None;
    }
    Some(match (lists, rest.is_empty()) {
        (true, _) => format!("{OWN} subscriptions {first}"),
        // Nobody means all there is by the word alone.
        (false, true) if verb == "subscribe" => format!("{OWN} subscribe {first} --form"),
        _ => format!("{OWN} {verb} {first} {rest}"),
    })
}

/// The first word, and what comes after it.
fn cut(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_asked_by_its_own_name() {
        let read = |line: &str| rewritten(line, |name| name == "github").unwrap_or_else(|| "as it is".into());
        for (line, expected) in [
            ("github subscribe acme/* pulls  x:\"a b\"", "bellhop subscribe github acme/* pulls  x:\"a b\""),
            ("github Unsubscribe acme/widgets reviews", "bellhop unsubscribe github acme/widgets reviews"),
            ("github subscribe", "bellhop subscribe github --form"),
            ("github unsubscribe", "bellhop unsubscribe github "),
            ("github subscribe list features", "bellhop subscriptions github"),
            ("github subscriptions", "bellhop subscriptions github"),
            ("bellhop subscribe list features", "bellhop subscriptions"),
            ("bellhop subscribe github", "as it is"),
            ("gitlab subscribe acme/*", "as it is"),
            ("github issue list", "as it is"),
            ("github", "as it is"),
            ("", "as it is"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
