//! Properties of pages, by their type: in words, as values from what people type, and as filters
//! (<https://developers.notion.com/reference/property-value-object>,
//! <https://developers.notion.com/reference/post-database-query-filter>).

use commands::{Ctx, Result};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Notion,
    markdown::rich_text,
    names::same,
    problem::{all_of, at},
    wire::{Source, plain},
};

/// A property's value in words; none where it is empty.
pub(super) fn words(property: &Value) -> Option<String> {
    let kind = property["type"].as_str()?;
    let value = &property[kind];
    let names = |all: &Value| -> String {
        let names = all.as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let text = match kind {
        "title" | "rich_text" => plain(value),
        "number" => value.as_f64().map(|it| it.to_string()).unwrap_or_default(),
        "select" | "status" => value["name"].as_str().unwrap_or_default().to_owned(),
        "multi_select" | "people" => names(value),
        "date" => match (value["start"].as_str(), value["end"].as_str()) {
            (Some(start), Some(end)) => format!("{} to {}", moment(start), moment(end)),
            (start, _) => start.map(moment).unwrap_or_default(),
        },
        "checkbox" => return Some(if value == true { "yes" } else { "no" }.to_owned()),
        "created_time" | "last_edited_time" => value.as_str().map(moment).unwrap_or_default(),
        "url" | "email" | "phone_number" => value.as_str().unwrap_or_default().to_owned(),
        "created_by" | "last_edited_by" => value["name"].as_str().unwrap_or_default().to_owned(),
        "files" => names(value),
        "relation" => match value.as_array().map(Vec::len) {
            None | Some(0) => String::new(),
            Some(1) => "1 page".into(),
            Some(count) => format!("{count} pages"),
        },
        "formula" => return words(value),
        "rollup" => return words(value).or_else(|| Some(value["number"].as_f64()?.to_string())),
        "string" => value.as_str().unwrap_or_default().to_owned(),
        "boolean" => return Some(if value == true { "yes" } else { "no" }.to_owned()),
        "unique_id" => {
            let number = value["number"].as_u64()?;
            value["prefix"].as_str().map_or(number.to_string(), |prefix| format!("{prefix}-{number}"))
        }
        _ => String::new(),
    };
    Some(text).filter(|it| !it.trim().is_empty())
}

/// A day as it is, a moment without what nobody reads.
fn moment(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |it| it.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// The names of a select's, a status's or a multi-select's options.
pub(super) fn options(property: &Value) -> Vec<&str> {
    let kind = property["type"].as_str().unwrap_or_default();
    property[kind]["options"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect()
}

impl Source {
    /// The schema of the property that is called so.
    pub(super) fn property(&self, field: &str, typed: &str) -> Result<(&str, &Value)> {
        let found = self.properties.iter().find(|(name, _)| same(name, typed.trim()));
        found.map(|(name, it)| (name.as_str(), it)).ok_or_else(|| {
            let names: Vec<&str> = self.properties.keys().map(String::as_str).collect();
            at(field, format!("{} has no property `{}`. There are {}.", self.name(), typed.trim(), all_of(&names)))
        })
    }

    /// The name of the property that is the page's title.
    pub(super) fn title_property(&self) -> &str {
        self.properties.iter().find(|(_, it)| it["type"] == "title").map_or("title", |(name, _)| name.as_str())
    }
}

/// `Status=Doing` in two.
fn halves<'a>(field: &str, text: &'a str) -> Result<(&'a str, &'a str)> {
    let halves = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    halves
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| at(field, format!("`{text}` is no property with a value. Write it as Status=Doing.")))
}

impl Notion {
    /// `Status=Doing` as a name and a value to set; `none` empties it.
    pub(super) async fn value(&self, field: &str, source: &Source, text: &str, ctx: &Ctx) -> Result<(String, Value)> {
        let (name, typed) = halves(field, text)?;
        let (name, schema) = source.property(field, name)?;
        let kind = schema["type"].as_str().unwrap_or_default();
        let empty = same(typed, "none");
        let many = || typed.split(',').map(str::trim).filter(|it| !it.is_empty());
        let value = match kind {
            "title" | "rich_text" => json!(if empty { Vec::new() } else { rich_text(typed) }),
            "multi_select" if empty => json!([]),
            "people" | "relation" if empty => json!([]),
            "checkbox" => json!(yes_or_no(field, name, typed)?),
            _ if empty => Value::Null,
            "number" => json!(number(field, name, typed)?),
            "select" | "status" => json!({ "name": option(field, name, schema, typed)? }),
            "multi_select" => {
                many().map(|it| option(field, name, schema, it).map(|it| json!({ "name": it }))).collect::<Result<Value>>()?
            }
            "date" => {
                let (start, end) = typed.split_once("..").map_or((typed, None), |(start, end)| (start, Some(end)));
                let end = end.map(|it| date(field, name, it)).transpose()?;
                json!({ "start": date(field, name, start)?, "end": end })
            }
            "people" => {
                let mut people = Vec::new();
                for one in many() {
                    people.push(json!({ "object": "user", "id": self.person(field, one, ctx).await?.id }));
                }
                json!(people)
            }
            "relation" => {
                let mut pages = Vec::new();
                for one in many() {
                    pages.push(json!({ "id": self.page(field, one).await?.id }));
                }
                json!(pages)
            }
            "url" | "email" | "phone_number" => json!(typed),
            other => return Err(at(field, format!("{name} cannot be set: Notion itself fills in what is of type {other}."))),
        };
        Ok((name.to_owned(), json!({ kind: value })))
    }

    /// `Status=Doing`, `Status!=Done`, `Due<2026-12-01`, `Name~printer`, `Owner=me`, `Owner=none` as a filter.
    pub(super) async fn filter(&self, field: &str, source: &Source, text: &str, ctx: &Ctx) -> Result<Value> {
        const SIGNS: [&str; 6] = ["!=", ">=", "<=", "=", ">", "<"];
        let wrong = || {
            at(
                field,
                format!("`{text}` is no condition. Write it as Status=Doing, Status!=Done, Name~printer or Due<2026-12-01."),
            )
        };
        let place = text.find(['!', '>', '<', '=', '~']).ok_or_else(wrong)?;
        let (name, rest) = text.split_at(place);
        let sign = SIGNS.into_iter().chain(["~"]).find(|it| rest.starts_with(it)).ok_or_else(wrong)?;
        let typed = rest[sign.len()..].trim();
        let (name, schema) = source.property(field, name)?;
        let kind = schema["type"].as_str().unwrap_or_default();
        let empty = same(typed, "none");
        let cannot = || at(field, format!("{name} is of type {kind}, which cannot be asked for with {sign}."));
        let condition = match (kind, sign) {
            ("checkbox", "=" | "!=") => json!({ "equals": yes_or_no(field, name, typed)? == (sign == "=") }),
            (_, "=") if empty => json!({ "is_empty": true }),
            (_, "!=") if empty => json!({ "is_not_empty": true }),
            ("title" | "rich_text" | "url" | "email" | "phone_number", _) => {
                let word = match sign {
                    "=" => "equals",
                    "!=" => "does_not_equal",
                    "~" => "contains",
                    _ => return Err(cannot()),
                };
                json!({ word: typed })
            }
            ("number", _) => {
                let word = match sign {
                    "=" => "equals",
                    "!=" => "does_not_equal",
                    ">" => "greater_than",
                    "<" => "less_than",
                    ">=" => "greater_than_or_equal_to",
                    "<=" => "less_than_or_equal_to",
                    _ => return Err(cannot()),
                };
                json!({ word: number(field, name, typed)? })
            }
            ("select" | "status", "=") => json!({ "equals": option(field, name, schema, typed)? }),
            ("select" | "status", "!=") => json!({ "does_not_equal": option(field, name, schema, typed)? }),
            ("multi_select", "=" | "~") => json!({ "contains": option(field, name, schema, typed)? }),
            ("multi_select", "!=") => json!({ "does_not_contain": option(field, name, schema, typed)? }),
            ("date" | "created_time" | "last_edited_time", _) => {
                let word = match sign {
                    "=" => "equals",
                    ">" => "after",
                    "<" => "before",
                    ">=" => "on_or_after",
                    "<=" => "on_or_before",
                    _ => return Err(cannot()),
                };
                json!({ word: date(field, name, typed)? })
            }
            ("people" | "created_by" | "last_edited_by", "=" | "~") => {
                json!({ "contains": self.person(field, typed, ctx).await?.id })
            }
            ("people" | "created_by" | "last_edited_by", "!=") => {
                json!({ "does_not_contain": self.person(field, typed, ctx).await?.id })
            }
            ("relation", "=" | "~") => json!({ "contains": self.page(field, typed).await?.id }),
            _ => return Err(cannot()),
        };
        Ok(json!({ "property": name, kind: condition }))
    }
}

fn option<'a>(field: &str, name: &str, schema: &'a Value, typed: &str) -> Result<&'a str> {
    let options = options(schema);
    options
        .iter()
        .find(|it| same(it, typed))
        .copied()
        .ok_or_else(|| at(field, format!("{name} cannot be `{typed}`. It can be {}.", all_of(&options).replace(" and ", " or "))))
}

fn number(field: &str, name: &str, typed: &str) -> Result<f64> {
    let number = typed.parse::<f64>().ok().filter(|it| it.is_finite());
    number.ok_or_else(|| at(field, format!("{name} is a number: write it like 2.5. `{typed}` is none.")))
}

fn yes_or_no(field: &str, name: &str, typed: &str) -> Result<bool> {
    match typed.to_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Ok(true),
        "no" | "false" | "off" | "0" | "none" => Ok(false),
        _ => Err(at(field, format!("{name} is yes or no. `{typed}` is neither."))),
    }
}

/// A day, or a moment.
fn date(field: &str, name: &str, typed: &str) -> Result<String> {
    let typed = typed.trim();
    if typed.parse::<Timestamp>().is_ok() {
        return Ok(typed.to_owned());
    }
    let day = typed.parse::<jiff::civil::Date>();
    day.map(|it| it.to_string()).map_err(|_| at(field, format!("{name} is a day: write it like 2026-12-01. `{typed}` is none.")))
}
