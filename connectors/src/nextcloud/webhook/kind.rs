//! What a class of events is called: a noun and a verb in the past.

/// `OCP\\Files\\Events\\Node\\NodeCreatedEvent` → `file.created`; `…\\UserLoggedInEvent` → `user.logged_in`.
pub(super) fn of(class: &str) -> String {
    let name = class.rsplit('\\').next().unwrap_or(class);
    let name = name.strip_suffix("Event").filter(|it| !it.is_empty()).unwrap_or(name);
    let known = match name {
        "NodeWritten" => "file.changed",
        // Unless only its name is another: then it is `file.renamed`.
        "NodeRenamed" => "file.moved",
        "TagAssigned" => "file.tagged",
        "TagUnassigned" => "file.untagged",
        "CalendarObjectMovedToTrash" => "calendar_entry.trashed",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for character in name.chars().filter(|it| it.is_alphanumeric()) {
        match words.last_mut() {
            Some(word) if !character.is_uppercase() => word.push(character),
            _ => words.push(character.to_lowercase().collect()),
        }
    }
    // "Before" stands first in Nextcloud's names, and last in ours: `file.deleted_before`.
    let before = words.first().is_some_and(|it| it == "before");
    if before {
        words.remove(0);
    }
    if words.first().is_some_and(|it| it == "node") {
        words[0] = "file".to_owned();
    }
    if words.len() > 1 && words[0] == "calendar" && words[1] == "object" {
        words[1] = "entry".to_owned();
    }
    // The verb is the first word that is one, by its ending; the last word where none is.
    let is_verb = |it: &String| it.ends_with("ed") || it.ends_with("en") || matches!(it.as_str(), "read" | "sent");
    let verb = words.iter().skip(1).position(is_verb).map(|it| it + 1);
    let (noun, verb) = words.split_at(verb.unwrap_or(words.len().saturating_sub(1)));
    let noun = if noun.is_empty() { "nextcloud".to_owned() } else { noun.join("_") };
    let verb = if verb.is_empty() { "changed".to_owned() } else { verb.join("_") };
    format!("{noun}.{verb}{}", if before { "_before" } else { "" })
}
