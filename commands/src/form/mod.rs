//! Fields: parameters as people meet them, read off an action's schema.
//!
//! | written in the struct | means |
//! |---|---|
//! | `subject: String` | required, positional, in declared order; the last one takes the rest of the line |
//! | `extend("x-named" = true)` on a required field | required, but only by name: `project=demo` |
//! | `Option<T>`, `#[serde(default)]` | optional, by name |
//! | `extend("x-positional" = true)` on an optional field | optional, by its place or by name |
//! | `Vec<T>` | may be given several times |
//! | `bool` | a flag: its bare name switches it on |
//! | an enum of unit variants | a choice |
//! | [`crate::param`]'s types | a wider box, a picker of dates, times, people or channels, a file … |
//! | `length(min = 3, max = 80)`, `range(min = 0)` | so many characters, such numbers |
//! | `extend("x-lookup" = "project")` | its values are looked up in the connection as one types |
//! | `extend("x-needs" = ["project"])` | its look-up goes by that field: another project, other values |
//! | `extend("x-step" = 2)` | asked on the form's second page, whose look-ups see the first |
//! | `extend("x-hidden" = true)` | never asked in a form |

mod date;
mod moment;
mod read;
#[cfg(test)]
mod tests;

use schemars::Schema;
use serde_json::Value;

pub use date::read as day;
pub use moment::Now;
pub(crate) use moment::time;
pub use read::{raw, read, show, value};
pub(crate) use read::{split, unwrapped};

/// A parameter: a command argument, a dialog field, a docs row.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// As typed: `due_date`.
    pub name: String,
    /// The first paragraph of its doc comment, in one line.
    pub help: String,
    pub kind: FieldKind,
    pub required: bool,
    /// Given by its place in the line, not by its name.
    pub positional: bool,
    pub many: bool,
    /// The connection's look-up that offers its values.
    pub lookup: Option<String>,
    /// The page of the form, from 1.
    pub step: u8,
    pub hidden: bool,
    pub default: Option<Value>,
    /// How long a text may be, in characters.
    pub length: Length,
    /// The fields that its look-up goes by, where that is declared: when one of them changes, its value may be none any more.
    pub needs: Option<Vec<String>>,
}

/// Bounds of a text's length, in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Length {
    pub min: Option<u32>,
    pub max: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    Text,
    /// Several lines.
    LongText,
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    Number {
        min: Option<f64>,
        max: Option<f64>,
    },
    Flag,
    Choice(Vec<Choice>),
    Date,
    /// Of day: `09:00`.
    Time,
    /// A date and a time, which is one everywhere: kept in UTC.
    Moment,
    Person,
    /// A channel of the chat.
    Channel,
    File,
    Link,
    Email,
    Secret,
}

/// One of the values that a field can take.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

impl Field {
    /// The name as a label: `due_date` → `Due date`.
    pub fn label(&self) -> String {
        let words = self.name.replace('_', " ");
        let mut chars = words.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }
}

impl Field {
    /// Whether its look-up goes by the field of this name.
    pub fn goes_by(&self, name: &str) -> bool {
        self.needs.iter().flatten().any(|it| it == name)
    }
}

/// Reads the fields of a flat object schema, in declaration order.
pub fn fields(schema: &Schema) -> Vec<Field> {
    let root = schema.as_value();
    let Some(properties) = root["properties"].as_object() else { return Vec::new() };
    let is_required = |name: &str| root["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name));
    properties.iter().map(|(name, property)| field(name, property, is_required(name))).collect()
}

fn field(name: &str, property: &Value, required: bool) -> Field {
    let mut node = without_null(property);
    let many = type_of(node) == Some("array");
    if many {
        node = without_null(&node["items"]);
    }
    let attribute = |key: &str| [property, without_null(property), node].into_iter().map(|it| &it[key]).find(|it| !it.is_null());
    let flag = |key: &str| attribute(key).and_then(Value::as_bool).unwrap_or(false);
    let kind = kind(node);
    let help = attribute("description").and_then(Value::as_str).unwrap_or_default();
    Field {
        name: name.into(),
        help: first_paragraph(help),
        positional: (if required { !flag("x-named") } else { flag("x-positional") })
            && !matches!(kind, FieldKind::Flag | FieldKind::Secret),
        kind,
        required,
        many,
        lookup: attribute("x-lookup").and_then(Value::as_str).map(str::to_owned),
        step: attribute("x-step").and_then(Value::as_u64).map_or(1, |it| it as u8),
        hidden: flag("x-hidden"),
        default: property.get("default").filter(|it| !it.is_null()).cloned(),
        length: Length { min: bound(node, "minLength"), max: bound(node, "maxLength") },
        needs: attribute("x-needs").map(strings),
    }
}

fn kind(node: &Value) -> FieldKind {
    if let Some(choices) = choices(node) {
        return FieldKind::Choice(choices);
    }
    match (type_of(node), node["format"].as_str()) {
        (Some("boolean"), _) => FieldKind::Flag,
        (Some("integer"), width) => integer(node, width.unwrap_or_default()),
        (Some("number"), _) => FieldKind::Number { min: node["minimum"].as_f64(), max: node["maximum"].as_f64() },
        (_, Some("markdown")) => FieldKind::LongText,
        (_, Some("date")) => FieldKind::Date,
        (_, Some("time")) => FieldKind::Time,
        (_, Some("date-time")) => FieldKind::Moment,
        (_, Some("person")) => FieldKind::Person,
        (_, Some("channel")) => FieldKind::Channel,
        (_, Some("email")) => FieldKind::Email,
        (_, Some("file")) => FieldKind::File,
        (_, Some("uri")) => FieldKind::Link,
        (_, Some("password")) => FieldKind::Secret,
        _ => FieldKind::Text,
    }
}

fn bound(node: &Value, key: &str) -> Option<u32> {
    node[key].as_u64().and_then(|it| u32::try_from(it).ok())
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// schemars leaves the range of 32-bit integers to their format.
fn integer(node: &Value, width: &str) -> FieldKind {
    let (lowest, highest) = match width {
        "int32" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        "uint32" => (Some(0), Some(u32::MAX.into())),
        _ => (None, None),
    };
    FieldKind::Integer { min: node["minimum"].as_i64().or(lowest), max: node["maximum"].as_i64().or(highest) }
}

/// A doc comment is wrapped in the source; people read its first paragraph as one line.
pub(crate) fn first_paragraph(doc: &str) -> String {
    doc.lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// schemars writes an enum as `enum`, or, where variants have doc comments, as `oneOf` of `const`s.
fn choices(node: &Value) -> Option<Vec<Choice>> {
    if let Some(values) = node["enum"].as_array() {
        return Some(values.iter().filter_map(Value::as_str).map(|it| Choice::new(it, it)).collect());
    }
    let variants = node["oneOf"].as_array()?;
    let choice = |it: &Value| {
        if let Some(values) = it["enum"].as_array() {
            return values.iter().filter_map(Value::as_str).map(|it| Choice::new(it, it)).collect();
        }
        it["const"]
            .as_str()
            .map(|value| Choice::new(value, it["description"].as_str().map_or(value.to_owned(), first_paragraph)))
            .into_iter()
            .collect::<Vec<_>>()
    };
    Some(variants.iter().flat_map(choice).collect())
}

/// Steps through `anyOf [T, null]`, which is how schemars writes `Option` of a type that is not plain.
fn without_null(node: &Value) -> &Value {
    match node["anyOf"].as_array() {
        Some(any) => any.iter().find(|it| it["type"] != "null").unwrap_or(node),
        None => node,
    }
}

fn type_of(node: &Value) -> Option<&str> {
    node["type"].as_str().or_else(|| node["type"].as_array()?.iter().filter_map(Value::as_str).find(|it| *it != "null"))
}
