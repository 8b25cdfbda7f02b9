//! GitHub's own app for Slack: what `/github subscribe list features` shows, a repository and below it its features.
//! <https://github.com/integrations/slack#subscribing-and-unsubscribing>

use commands::filter::{Filter, is_word};
use serde_json::json;

use super::{Channels, Imported, OPEN};

/// What a subscription has when nobody said otherwise.
const USUAL: [&str; 5] = ["issues", "pulls", "commits", "releases", "deployments"];
/// The hook that GitHub reports to.
const SOURCE: &str = "github";

pub(super) fn read(text: &str, channels: &Channels) -> Result<Imported, String> {
    let mut imported = Imported::default();
    let mut channel = channels.else_to.clone();
    let mut found: Vec<(String, Vec<String>, Option<String>)> = Vec::new();
    for line in text.lines() {
        let plain = plain(line);
        let line = plain.trim();
        if line.is_empty() || line.to_lowercase().starts_with("subscribed to") {
            continue;
        }
        if let Some(name) = line.strip_prefix('#').filter(|it| !it.is_empty() && !it.contains(' ')) {
            let own = format!("slack:#{name}");
            channel = Some(channels.by_room.get(line).cloned().unwrap_or(own));
            continue;
        }
        let (first, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        match is_place(first) {
            true => found.push((first.to_owned(), features(rest), channel.clone())),
            false => match found.last_mut() {
                Some(last) => last.1.extend(features(line)),
                None => imported.leave(format!("The line `{line}` names no repository.")),
            },
        }
    }
    if found.is_empty() {
        return Err("this names no repository: give what `/github subscribe list features` shows in a channel".into());
    }
    if found.iter().any(|it| it.2.is_none()) {
        imported.leave(format!(
            "What the list shows does not say in which channel: write it where `{OPEN}` stands, or import again with \
             --channel slack:#name, or with a line #name above the list."
        ));
    }
    imported.put_hook(SOURCE, "github");
    for (place, features, channel) in found {
        let channel = channel.unwrap_or_else(|| OPEN.to_owned());
        let mut parts = vec![format!("in:{place}")];
        let usual = || USUAL.iter().map(|it| (*it).to_owned()).collect();
        for feature in if features.is_empty() { usual() } else { features } {
            match Filter::parse(&feature) {
                Ok(_) => parts.push(feature),
                Err(_) => imported.leave(format!("`{feature}` of {place} is nothing that is known here.")),
            }
        }
        let filter = parts.join(" ");
        match Filter::parse(&filter) {
            Ok(filter) => imported.put_subscription(json!({ "from": SOURCE, "filter": filter.to_string(), "to": channel })),
            Err(err) => imported.leave(format!("The subscription to {place} cannot be written as a filter: {err}")),
        }
    }
    imported.leave(
        "GitHub must send its webhooks here: add one at each repository or organization, with the address /hooks/github and the \
         secret GITHUB_HOOK_SECRET.",
    );
    Ok(imported)
}

/// Without Slack's links, bullets and backticks.
fn plain(line: &str) -> String {
    let mut text = line.trim().trim_start_matches(['-', '•', '*', ' ']).replace('`', "");
    while let Some((start, rest)) = text.find("<http").and_then(|at| Some((at, text[at..].find('>')? + at))) {
        let inside = text[start + 1..rest].to_owned();
        let shown = inside.split_once('|').map_or(inside.as_str(), |(_, label)| label).to_owned();
        text.replace_range(start..=rest, &shown);
    }
    text.replace("https://github.com/", "")
}

/// `acme/widgets`, or an organization.
fn is_place(word: &str) -> bool {
    let is_name = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
    match word.split_once('/') {
        Some((owner, name)) => is_name(owner) && is_name(name),
        None => is_name(word) && !is_word(word.trim_end_matches(',')),
    }
}

/// `issues, pulls, commits:main, +label:"priority: high"`.
fn features(text: &str) -> Vec<String> {
    let (mut all, mut current, mut depth, mut quoted) = (Vec::new(), String::new(), 0, false);
    for char in text.chars() {
        match char {
            '"' => quoted = !quoted,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        let ends = depth == 0 && !quoted && (char == ',' || char == ' ');
        if ends {
            all.push(std::mem::take(&mut current));
        } else {
            current.push(char);
        }
    }
    all.push(current);
    all.into_iter().filter(|it| !it.is_empty()).collect()
}
