//! "Did you mean": the known word that a mistyped one most likely stands for.

use strsim::osa_distance;

/// Longer words than this are not misspellings of anything we know, and would be slow to compare.
const LONGEST: usize = 64;

/// The candidate that is a slip or two of the finger away from `typed`; none when nothing is near.
pub(crate) fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let length = typed.chars().count();
    if length > LONGEST {
        return None;
    }
    candidates
        .into_iter()
        .map(|it| (osa_distance(&typed, &it.to_lowercase()), it))
        .filter(|(distance, _)| *distance <= slips(length))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// How many slips a word of this length may hold. In a word of two letters every other one is near.
fn slips(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=11 => 2,
        _ => 3,
    }
}
