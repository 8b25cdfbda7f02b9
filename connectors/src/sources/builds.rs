//! What events of build servers have in common.

use commands::event::{Change, Commit};

use super::read;
use crate::payload::{first_line, short, tickets};

/// The commit that was built, where its hash is told.
pub(super) fn commit(hash: Option<&str>, subject: Option<&str>, author: Option<&str>, repository: Option<&str>) -> Vec<Commit> {
    let Some(hash) = hash.filter(|it| it.len() >= 7) else { return Vec::new() };
    let title = subject.map(first_line).filter(|it| !it.is_empty()).unwrap_or_else(|| short(hash)).to_owned();
    let url = repository.and_then(|it| read::commit_page(it, hash));
    vec![Commit { id: hash.to_owned(), title, author: author.map(str::to_owned), url }]
}

/// `failed` → `passed`, where what the one before came to is told and was another.
pub(super) fn changed(before: Option<&str>, now: &str) -> Vec<Change> {
    let before = before.and_then(read::outcome).filter(|it| *it != now);
    before.and_then(|it| read::change("status", Some(it.to_owned()), Some(now.to_owned()))).into_iter().collect()
}

/// The pull request and the tickets that a build belongs to.
pub(super) fn about(pulls: impl IntoIterator<Item = String>, texts: &[Option<&str>]) -> Vec<String> {
    let mut about: Vec<String> = Vec::new();
    for it in pulls.into_iter().chain(texts.iter().flatten().flat_map(|it| tickets(it))) {
        if !about.contains(&it) {
            about.push(it);
        }
    }
    about
}
