//! What to write where, when two tasks that were the same have changed.
//!
//! A three-way merge, field by field: what a side changed since both were the same goes to the other; where both
//! changed one field, the rule says who wins. What the other side holds already is not written, so nothing goes in circles.

use std::collections::BTreeSet;

use connectors::{FieldKind, Task, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    convert::Unfit,
    mapping::{FieldMap, Fields, Side, is_empty},
};

/// Who wins where both sides changed the same field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The task that was changed last.
    #[default]
    Newest,
    Left,
    Right,
}

/// The mapped fields of both tasks when they were the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    pub left: Values,
    pub right: Values,
    /// What they were when something could not be carried over: it is tried again once a task is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_tried: Option<Values>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right_tried: Option<Values>,
}

impl Base {
    pub fn of(&self, side: Side) -> &Values {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    fn of_mut(&mut self, side: Side) -> &mut Values {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    pub fn tried(&self, side: Side) -> Option<&Values> {
        match side {
            Side::Left => self.left_tried.as_ref(),
            Side::Right => self.right_tried.as_ref(),
        }
    }

    pub fn set_tried(&mut self, side: Side, values: Values) {
        match side {
            Side::Left => self.left_tried = Some(values),
            Side::Right => self.right_tried = Some(values),
        }
    }
}

/// What has to be done, and what cannot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merge {
    /// To be set on the left, and on the right.
    pub left: Values,
    pub right: Values,
    pub lost: Vec<Lost>,
    /// With the side that cannot hold it.
    pub unfit: Vec<(Side, Unfit)>,
}

/// A change that the rule decided against.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Whose change it was, of which field, and what it was set to.
    pub side: Side,
    pub field: String,
    pub value: Value,
}

/// Only what is mapped, as it is compared.
pub fn mapped(maps: &[FieldMap], side: Side, values: &Values) -> Values {
    maps.iter().map(|it| (it.name(side).to_owned(), values.get(it.name(side)).cloned().unwrap_or_default())).collect()
}

/// See [the module](self).
pub fn merge(maps: &[FieldMap], fields: &Fields, rule: Conflict, base: &Base, (left, right): (&Task, &Task)) -> Merge {
    let mut merge = Merge::default();
    for map in maps {
        let value = |side: Side| {
            let task = if side == Side::Left { left } else { right };
            task.values.get(map.name(side)).unwrap_or(&Value::Null)
        };
        let changed =
            |side: Side| map.goes(side) && !same(base.of(side).get(map.name(side)).unwrap_or(&Value::Null), value(side));
        let winner = match (changed(Side::Left), changed(Side::Right)) {
            (false, false) => continue,
            (true, false) => Side::Left,
            (false, true) => Side::Right,
            (true, true) => match rule {
                Conflict::Left => Side::Left,
                Conflict::Right => Side::Right,
                Conflict::Newest if right.updated > left.updated => Side::Right,
                Conflict::Newest => Side::Left,
            },
        };
        let loser = winner.other();
        match map.carry(fields, winner, value(winner)) {
            Err(unfit) => merge.unfit.push((loser, unfit)),
            Ok(carried) if same(&carried, value(loser)) => {}
            Ok(carried) => {
                if changed(loser) {
                    merge.lost.push(Lost { side: loser, field: map.name(loser).to_owned(), value: value(loser).clone() });
                }
                let writes = if loser == Side::Left { &mut merge.left } else { &mut merge.right };
                writes.insert(map.name(loser).to_owned(), carried);
            }
        }
    }
    merge
}

/// The base after a merge: what both tasks are `now`, but for the fields that `open` names on the side that did not take
/// them. Those stay as they were, so that the next merge finds the change again.
pub fn settled(maps: &[FieldMap], base: &Base, (left, right): (&Values, &Values), open: &[(Side, String)]) -> Base {
    let mut now = Base { left: mapped(maps, Side::Left, left), right: mapped(maps, Side::Right, right), ..Base::default() };
    for map in maps {
        for (to, _) in open.iter().filter(|(to, field)| map.name(*to) == field && map.goes(to.other())) {
            let from = to.other();
            match base.of(from).get(map.name(from)) {
                Some(before) => now.of_mut(from).insert(map.name(from).to_owned(), before.clone()),
                None => now.of_mut(from).remove(map.name(from)),
            };
            // Where nothing was known before, what is there is no change that could win.
            if let Some(before) = base.of(*to).get(map.name(*to)) {
                now.of_mut(*to).insert(map.name(*to).to_owned(), before.clone());
            }
        }
    }
    now
}

/// Whether a system took the value that was `asked` of a field that held `before` and holds `now`. It may write text its own
/// way, and know a person by another name.
pub fn is_taken(kind: &FieldKind, before: &Value, asked: &Value, now: &Value) -> bool {
    let is_nothing = |it: &Value| is_empty(it) || *it == Value::Bool(false) || it.as_f64() == Some(0.0);
    if same(asked, now) || (is_nothing(asked) && is_nothing(now)) {
        return true;
    }
    if is_empty(asked) || is_empty(now) {
        return false;
    }
    let text = |it: &Value| it.as_str().unwrap_or_default().to_lowercase();
    match kind {
        FieldKind::Date | FieldKind::Flag => false,
        FieldKind::Number => !same(before, now),
        FieldKind::Choice(_) => text(asked).trim() == text(now).trim(),
        FieldKind::Labels => {
            let labels = |it: &Value| it.as_array().into_iter().flatten().map(text).collect::<BTreeSet<String>>();
            labels(asked) == labels(now)
        }
        FieldKind::Person => {
            let (asked, now_called) = (text(asked), text(now));
            let is_address = |it: &str| it.contains('@');
            let local = |it: &str| it.split('@').next().unwrap_or_default().to_owned();
            !(is_address(&asked) && is_address(&now_called)) && (local(&asked) == local(&now_called) || !same(before, now))
        }
        FieldKind::Text | FieldKind::Markdown => {
            let words = |it: &Value| text(it).chars().filter(|it| it.is_alphanumeric()).collect::<String>();
            words(asked) == words(now) || !same(before, now)
        }
    }
}

/// Whether two values say the same: labels in any order, people in any case, text but for white space at its end.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            let plain = |it: &str| it.trim_end().replace("\r\n", "\n");
            plain(one) == plain(other) || (one.contains('@') && !one.contains(' ') && one.eq_ignore_ascii_case(other))
        }
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().all(|it| other.contains(it)),
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (one, other) => one == other || (is_empty(one) && is_empty(other)),
    }
}
