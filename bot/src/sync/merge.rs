//! What to write where, when two tasks that were the same have changed.
//!
//! A three-way merge, field by field: what a side changed since both were the same goes to the other; where both
//! changed one field, the rule says who wins. What the other side holds already is not written, so nothing goes in circles.

use connectors::{Task, Values};
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
}

impl Base {
    fn of(&self, side: Side) -> &Values {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
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
    pub unfit: Vec<Unfit>,
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
            Err(unfit) => merge.unfit.push(unfit),
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
