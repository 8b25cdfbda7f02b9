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
