//! Custom fields of work items as fields of tasks, by their reference names: `Custom.CostCenter`.
//!
//! What a field is, the project tells (<https://learn.microsoft.com/rest/api/azure/devops/wit/fields/list>); which values it can have
//! and whether it must have one, each type of work item
//! (<https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-types-field/list>). Administrators change both now and then.

use std::time::Duration;

use commands::{Error, ErrorKind, FieldProblem, Result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    AzureDevOps,
    api::{Listed, said, segment},
    items::set,
    problem::{at, either},
    text::{to_html, to_markdown},
    wire::{self, Item},
};
use crate::{FieldKind, TaskField, words::same};

/// A field that is none of Azure DevOps's own.
#[derive(Clone, Debug)]
pub(super) struct Custom {
    /// Its name is the reference name.
    pub field: TaskField,
    /// `string`, `html`, `integer`.
    kind: String,
}

/// Azure DevOps's own fields, and those that it keeps for boards.
const OWN: &[&str] = &["System.", "Microsoft.", "WEF_"];

pub(super) fn is_custom(name: &str) -> bool {
    name.contains('.') && !OWN.iter().any(|it| name.starts_with(it))
}

impl AzureDevOps {
    /// The custom fields of a project's work items, whatever their type.
    pub(super) async fn customs(&self, place: &str) -> Result<Vec<Custom>> {
        let base = format!("/{}/_apis/wit", segment(place));
        let fields: Vec<wire::Field> = self.settled(&format!("{base}/fields"), &[]).await?;
        let mut of_types: Vec<Vec<wire::FieldOfType>> = Vec::new();
        for kind in self.types(place).await? {
            let path = format!("{base}/workitemtypes/{}/fields", segment(&kind.name));
            of_types.push(self.settled(&path, &[("$expand", "allowedValues")]).await?);
        }
        let custom = |field: wire::Field| {
            let uses: Vec<&wire::FieldOfType> =
                of_types.iter().flatten().filter(|it| it.reference_name == field.reference_name).collect();
            // A field that no type of this project has is another project's.
            (!uses.is_empty()).then(|| Custom::new(field, &uses, of_types.len())).flatten()
        };
        Ok(fields.into_iter().filter(|it| is_custom(&it.reference_name)).filter_map(custom).collect())
    }

    /// The same, for reading these: Azure DevOps leaves out what is empty.
    pub(super) async fn customs_in(&self, place: &str, items: &[Item]) -> Result<Vec<Custom>> {
        match items.iter().flat_map(|it| it.fields.keys()).any(|it| is_custom(it)) {
            true => self.customs(place).await,
            false => Ok(Vec::new()),
        }
    }

    async fn settled<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<T>> {
        let asked = self.http.get(path).header("x-tfs-fedauthredirect", "Suppress");
        let asked = asked.query(query).query(&[("api-version", "7.1")]).cached(Duration::from_secs(300));
        let found: Listed<T> = asked.send().await?;
        Ok(found.value)
    }

    /// The change that gives a work item this value.
    ///
    /// # Errors
    /// At the field's name: it cannot hold this.
    pub(super) async fn operation(&self, custom: &Custom, value: &Value) -> Result<Value> {
        let (name, label) = (&custom.field.name, &custom.field.label);
        let wrong = |what: &str| at(name, format!("{label} is {what}, not {value}."));
        if !custom.field.writable {
            return Err(at(name, format!("{label} cannot be set: Azure DevOps works it out.")));
        }
        let text = value.as_str().unwrap_or_default();
        let written = match (&custom.field.kind, value) {
            // A flag is on or off, and never empty.
            (FieldKind::Flag, Value::Null) => json!(false),
            (FieldKind::Flag, Value::Bool(_)) => value.clone(),
            (FieldKind::Flag, _) => return Err(wrong("yes or no")),
            (_, Value::Null) => json!(""),
            (_, Value::String(text)) if text.is_empty() => json!(""),
            (FieldKind::Number, Value::Number(number)) if custom.is_whole() && number.as_i64().is_none() => {
                return Err(wrong("a whole number"));
            }
            (FieldKind::Number, Value::Number(_)) => value.clone(),
            (FieldKind::Number, _) => return Err(wrong("a number")),
            (_, Value::Array(_) | Value::Object(_)) => return Err(wrong("one value")),
            (FieldKind::Date, _) if text.parse::<jiff::civil::Date>().is_err() => {
                return Err(wrong("a date such as 2026-11-30"));
            }
            (FieldKind::Person, _) => json!(self.as_bot().person(name, text).await?.login()),
            (FieldKind::Choice(options), _) => {
                let Some(option) = options.iter().find(|it| same(it, text)) else {
                    return Err(at(name, format!("{label} cannot be `{text}`. It can be {}.", either(options))));
                };
                let number = option.parse::<serde_json::Number>().ok().filter(|_| custom.is_number());
                number.map_or_else(|| json!(option), Value::Number)
            }
            (FieldKind::Markdown, _) if custom.kind == "html" => json!(to_html(text)),
            _ => value.clone(),
        };
        Ok(set(name, written))
    }
}

impl Custom {
    fn new(field: wire::Field, uses: &[&wire::FieldOfType], types: usize) -> Option<Custom> {
        let mut options: Vec<String> = Vec::new();
        for option in uses.iter().flat_map(|it| it.allowed_values.iter().flatten()).filter_map(plain) {
            if !options.contains(&option) {
                options.push(option);
            }
        }
        // Where a list only suggests, anything else can be said too.
        let is_closed = !options.is_empty() && !field.is_picklist_suggested;
        let kind = match field.kind.as_str() {
            kind if field.is_identity || kind == "identity" => FieldKind::Person,
            "boolean" => FieldKind::Flag,
            "dateTime" => FieldKind::Date,
            "html" | "plainText" => FieldKind::Markdown,
            "string" | "picklistString" | "integer" | "picklistInteger" | "double" | "picklistDouble" if is_closed => {
                FieldKind::Choice(options)
            }
            "string" | "picklistString" => FieldKind::Text,
            "integer" | "picklistInteger" | "double" | "picklistDouble" => FieldKind::Number,
            // A place in a tree, the discussion: nothing that another system has.
            _ => return None,
        };
        // Of other types' work items it is none.
        let required = uses.len() == types && uses.iter().all(|it| it.always_required && plain(&it.default_value).is_none());
        let task_field = TaskField { name: field.reference_name, label: field.name, kind, required, writable: !field.read_only };
        Some(Custom { field: task_field, kind: field.kind })
    }

    fn is_whole(&self) -> bool {
        matches!(self.kind.as_str(), "integer" | "picklistInteger")
    }

    fn is_number(&self) -> bool {
        self.is_whole() || matches!(self.kind.as_str(), "double" | "picklistDouble")
    }

    /// What a work item holds in it.
    fn read(&self, item: &Item) -> Value {
        let name = self.field.name.as_str();
        let value = item.fields.get(name).filter(|it| it.as_str().is_none_or(|it| !it.is_empty()));
        let text = || value.and_then(Value::as_str);
        match &self.field.kind {
            FieldKind::Person => json!(item.person(name).map(|it| it.unique_name).filter(|it| !it.is_empty())),
            FieldKind::Date => json!(text().and_then(|it| it.get(..10))),
            FieldKind::Markdown if self.kind == "html" => json!(text().map(to_markdown)),
            FieldKind::Choice(_) => json!(value.and_then(plain)),
            _ => value.cloned().unwrap_or_default(),
        }
    }
}

/// What a work item holds in these fields.
pub(super) fn values(item: &Item, customs: &[Custom]) -> Map<String, Value> {
    customs.iter().map(|it| (it.field.name.clone(), it.read(item))).collect()
}

/// The same failure, at the custom field that its sentence names.
pub(super) fn place(error: Error, customs: &[&Custom]) -> Error {
    if error.kind != ErrorKind::Validation || !error.fields.is_empty() {
        return error;
    }
    // `TF401320: Rule Error for field Cost center. Error code: Required, InvalidEmpty.`
    let is_named = |it: &&&Custom| {
        let label = &it.field.label;
        [format!("field {label}."), format!("field '{label}'"), it.field.name.clone()].iter().any(|it| error.message.contains(it))
    };
    let Some(named) = customs.iter().find(is_named) else { return error };
    let sentence = format!("{}.", said(&error.message).unwrap_or(&error.message).trim_end_matches('.'));
    let problem = FieldProblem::new(&named.field.name, sentence);
    error.with_fields(vec![problem])
}

/// A value as text; none where there is nothing.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
