//! What needs what: the order in which things are done, and circles that cannot be done at all.

use std::collections::BTreeMap;

use super::{Item, rank};
use crate::resources::{self, ledger::CONNECTION};

type Key = (String, String);

fn key(kind: &str, name: &str) -> Key {
    (kind.to_owned(), name.to_lowercase())
}

/// What an item refers to.
pub fn needs(item: &Item) -> Vec<Key> {
    if item.kind == CONNECTION {
        let named = item.body.get("needs").and_then(|it| it.as_array()).into_iter().flatten();
        return named.filter_map(|it| Some(key(CONNECTION, it.as_str()?))).collect();
    }
    let kind = resources::find(&item.kind);
    kind.map(|it| (it.needs)(&item.body)).unwrap_or_default().into_iter().map(|(kind, name)| key(kind, &name)).collect()
}

/// The items so that each comes after what it needs, else by kind and name.
///
/// # Errors
/// A circle, from an item back to it.
pub fn ordered(mut items: Vec<Item>) -> Result<Vec<Item>, Vec<String>> {
    items.sort_by(|a, b| (rank(&a.kind), &a.name).cmp(&(rank(&b.kind), &b.name)));
    let by_key: BTreeMap<Key, usize> = items.iter().enumerate().map(|(nth, it)| (key(&it.kind, &it.name), nth)).collect();
    let needed: Vec<Vec<usize>> =
        items.iter().map(|it| needs(it).iter().filter_map(|it| by_key.get(it).copied()).collect()).collect();
    let mut done: Vec<usize> = Vec::new();
    for nth in 0..items.len() {
        visit(nth, &needed, &mut Vec::new(), &mut done).map_err(|circle| {
            circle.iter().map(|nth| format!("{} {}", items[*nth].kind, items[*nth].name)).collect::<Vec<_>>()
        })?;
    }
    let mut all: Vec<Option<Item>> = items.into_iter().map(Some).collect();
    Ok(done.into_iter().filter_map(|nth| all[nth].take()).collect())
}

/// The order of things that are named and need others by name: each after what it needs, else as given. What is not among
/// them is passed over.
///
/// # Errors
/// A circle, from a name back to it.
pub fn named(all: &[(String, Vec<String>)]) -> Result<Vec<usize>, Vec<String>> {
    let at = |name: &String| all.iter().position(|it| it.0.eq_ignore_ascii_case(name));
    let needed: Vec<Vec<usize>> = all.iter().map(|(_, needs)| needs.iter().filter_map(at).collect()).collect();
    let mut done = Vec::new();
    for nth in 0..all.len() {
        visit(nth, &needed, &mut Vec::new(), &mut done)
            .map_err(|circle| circle.iter().map(|nth| all[*nth].0.clone()).collect::<Vec<_>>())?;
    }
    Ok(done)
}

/// Depth first: what is on the way already is needed by itself.
fn visit(nth: usize, needed: &[Vec<usize>], way: &mut Vec<usize>, done: &mut Vec<usize>) -> Result<(), Vec<usize>> {
    if done.contains(&nth) {
        return Ok(());
    }
    if let Some(from) = way.iter().position(|it| *it == nth) {
        return Err(way[from..].iter().copied().chain([nth]).collect());
    }
    way.push(nth);
    for next in &needed[nth] {
        visit(*next, needed, way, done)?;
    }
    way.pop();
    done.push(nth);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first_and_a_circle_is_named() {
        let all = |edges: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
            edges.iter().map(|(name, needs)| ((*name).into(), needs.iter().map(|it| (*it).into()).collect())).collect()
        };
        let ordered = |edges| named(&all(edges));
        assert_eq!(ordered(&[("github", &["notion"]), ("jira", &[]), ("notion", &["elsewhere"])]), Ok(vec![2, 0, 1]));
        assert_eq!(ordered(&[("b", &[]), ("a", &[])]), Ok(vec![0, 1]), "else as given");
        let circle = ordered(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]).expect_err("a circle");
        assert_eq!(circle, ["b", "c", "b"]);
        assert_eq!(ordered(&[("a", &["a"])]).expect_err("a circle"), ["a", "a"]);
    }
}
