//! Names that people type, held against those that there are.

pub(super) fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// The name that was probably meant: the same but for case, one that it begins, or one a slip or two away.
pub(super) fn nearest<'a>(typed: &str, names: &'a [String]) -> Option<&'a str> {
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return None;
    }
    let begins = |it: &&String| it.to_lowercase().starts_with(&typed);
    let close = |it: &&String| distance(&typed, &it.to_lowercase());
    let near = names.iter().min_by_key(close).filter(|it| close(it) <= (1 + typed.chars().count() / 4).min(3));
    near.or_else(|| names.iter().find(begins)).map(String::as_str)
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
