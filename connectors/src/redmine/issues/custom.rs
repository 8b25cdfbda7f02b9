//! Custom fields as fields of tasks: <https://www.redmine.org/projects/redmine/wiki/Rest_CustomFields>.
//!
//! Redmine defines them for administrators only. Whoever else asks learns their names from the project and its issues, and
//! nothing of their kind: such a field is text, or a list of texts.

use std::{collections::HashMap, sync::Arc};

use commands::Result;
use serde_json::{Value, json};

use crate::{
    FieldKind, TaskField, Values,
    redmine::{
        api::Acting,
        names::{Learned, same},
        problem::{at, either},
        wire,
    },
};

/// How many of a project's issues are looked at for fields that nothing else names.
const LOOKED_AT: usize = 100;

/// A custom field of a project's issues.
#[derive(Clone, Debug)]
pub(in crate::redmine) struct Custom {
    pub id: u64,
    /// Its name is Redmine's own for filters: `cf_12`.
    pub field: TaskField,
    /// `list`, `user`, `int`; empty where Redmine does not tell.
    format: String,
    /// What it can hold, as Redmine writes it and as people read it; empty where that is anything.
    options: Vec<(String, String)>,
}

impl Acting<'_> {
    /// The custom fields of a project's issues, at most a minute old.
    pub(super) async fn customs(&self, project: &wire::Project) -> Result<Arc<Vec<Custom>>> {
        let ask = async {
            let mut all = Vec::new();
            for field in self.known_custom_fields(project.id, Learned::OfIssues(LOOKED_AT)).await? {
                // A file is nothing that another system could give.
                if is_of(&field, project) && field.field_format != "attachment" {
                    all.push(self.custom(field, project).await?);
                }
            }
            Ok(Arc::new(all))
        };
        self.redmine.customs.or_ask(project.id, ask).await
    }

    async fn custom(&self, field: wire::CustomField, project: &wire::Project) -> Result<Custom> {
        let options: Vec<(String, String)> = match field.field_format.as_str() {
            "version" => self.versions(project.id).await?.into_iter().map(|it| (it.id.to_string(), it.name)).collect(),
            "user" => self.members(project.id).await?.into_iter().map(|it| (it.id.to_string(), it.name)).collect(),
            "bool" => Vec::new(),
            _ => {
                let option = |it: wire::Possible| (it.value.clone(), it.label.unwrap_or(it.value));
                field.possible_values.into_iter().map(option).collect()
            }
        };
        let kind = match field.field_format.as_str() {
            _ if field.multiple => FieldKind::Labels,
            "list" | "enumeration" | "version" => FieldKind::Choice(options.iter().map(|it| it.1.clone()).collect()),
            "user" => FieldKind::Person,
            "bool" => FieldKind::Flag,
            "int" | "float" | "progressbar" => FieldKind::Number,
            "date" => FieldKind::Date,
            "text" => FieldKind::Markdown,
            _ => FieldKind::Text,
        };
        let is_everywhere = project.trackers.iter().all(|it| field.trackers.iter().any(|of| of.id == it.id));
        let has_default = field.default_value.as_str().is_some_and(|it| !it.is_empty());
        let task_field = TaskField {
            name: format!("cf_{}", field.id),
            label: field.name,
            kind,
            // Of other trackers' issues it is none.
            required: field.is_required && is_everywhere && !has_default,
            writable: field.editable,
        };
        Ok(Custom { id: field.id, field: task_field, format: field.field_format, options })
    }

    /// What an issue holds in its custom fields; those that its tracker does not have are left out.
    pub(super) async fn custom_values(
        &self,
        issue: &wire::Issue,
        customs: &[Custom],
        people: &mut HashMap<u64, String>,
    ) -> Result<Values> {
        let mut values = Values::new();
        for custom in customs {
            let Some(held) = issue.custom_fields.iter().find(|it| it.id == custom.id) else { continue };
            let value = match &held.value {
                Value::Array(all) => {
                    let mut read = Vec::new();
                    for text in all.iter().filter_map(Value::as_str).filter(|it| !it.is_empty()) {
                        read.push(self.custom_text(custom, text, people).await?);
                    }
                    json!(read)
                }
                Value::String(text) if !text.is_empty() => custom.typed(self.custom_text(custom, text, people).await?),
                _ if custom.field.kind == FieldKind::Labels => json!([]),
                _ => Value::Null,
            };
            values.insert(custom.field.name.clone(), value);
        }
        Ok(values)
    }

    /// One value as people read it.
    async fn custom_text(&self, custom: &Custom, text: &str, people: &mut HashMap<u64, String>) -> Result<String> {
        let label = custom.options.iter().find(|(value, _)| value == text).map_or(text, |it| &it.1);
        match (custom.format.as_str(), text.parse()) {
            ("user", Ok(id)) => self.known_as(&wire::Named { id, name: label.to_owned() }, people).await,
            _ => Ok(label.replace("\r\n", "\n")),
        }
    }

    /// The custom fields among these values, as Redmine takes them.
    ///
    /// # Errors
    /// At the field's name: there is no such field, or it cannot hold this.
    pub(super) async fn of_customs(&self, values: &Values, project: &wire::Project) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        let wanted = values.iter().filter(|(name, _)| name.starts_with("cf_"));
        for (name, value) in wanted {
            let customs = self.customs(project).await?;
            let Some(custom) = customs.iter().find(|it| it.field.name == *name) else {
                return Err(at(name, format!("Issues of {} have no custom field `{name}` that the bot can see.", project.name)));
            };
            let written = match value {
                Value::Array(items) => {
                    let mut written = Vec::new();
                    for item in items {
                        written.push(self.of_custom(custom, item, project).await?);
                    }
                    // Redmine empties a field of several values by an empty one.
                    json!(if written.is_empty() { vec![String::new()] } else { written })
                }
                value if custom.field.kind == FieldKind::Labels => json!([self.of_custom(custom, value, project).await?]),
                value => json!(self.of_custom(custom, value, project).await?),
            };
            all.push(json!({ "id": custom.id, "value": written }));
        }
        Ok(all)
    }

    /// One value as Redmine writes it: always text.
    async fn of_custom(&self, custom: &Custom, value: &Value, project: &wire::Project) -> Result<String> {
        let wrong = |what: &str| at(&custom.field.name, format!("{} is {what}, not {value}.", custom.field.label));
        let text = match value {
            Value::Null => return Ok(String::new()),
            Value::Bool(flag) if custom.format == "bool" => return Ok(if *flag { "1" } else { "0" }.to_owned()),
            Value::Number(number) => number.to_string(),
            Value::String(text) if text.is_empty() => return Ok(String::new()),
            Value::String(text) => text.clone(),
            _ => return Err(wrong("one value")),
        };
        match custom.format.as_str() {
            "user" => Ok(self.person(&custom.field.name, &text, Some(project.id)).await?.id.to_string()),
            "bool" => Err(wrong("yes or no")),
            "int" | "progressbar" if text.parse::<i64>().is_err() => Err(wrong("a whole number")),
            "float" if text.parse::<f64>().is_err() => Err(wrong("a number")),
            "date" if text.parse::<jiff::civil::Date>().is_err() => Err(wrong("a date such as 2026-11-30")),
            "list" | "enumeration" | "version" => custom.option(&text),
            _ => Ok(text),
        }
    }
}

impl Custom {
    /// A single value in the field's kind. What is not of that kind stays text.
    fn typed(&self, text: String) -> Value {
        match self.field.kind {
            FieldKind::Flag => json!(text == "1"),
            FieldKind::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => json!(whole),
                (_, Ok(number)) => json!(number),
                _ => json!(text),
            },
            FieldKind::Labels => json!([text]),
            _ => json!(text),
        }
    }

    /// The one of its values that people call `text`.
    fn option(&self, text: &str) -> Result<String> {
        let found: Vec<&(String, String)> = self.options.iter().filter(|it| same(&it.1, text)).collect();
        let (name, label) = (&self.field.name, &self.field.label);
        match found.as_slice() {
            [one] => Ok(one.0.clone()),
            [] => {
                let labels: Vec<&str> = self.options.iter().map(|it| it.1.as_str()).collect();
                Err(at(name, format!("{label} cannot be `{text}`. It can be {}.", either(&labels))))
            }
            many => {
                Err(at(name, format!("{label} has {} values called `{text}`, so that none was set: rename one.", many.len())))
            }
        }
    }
}

/// Whether issues of the project can have it, as far as Redmine tells: before version 7 it does not.
fn is_of(field: &wire::CustomField, project: &wire::Project) -> bool {
    let is_tracked =
        field.trackers.is_empty() || project.trackers.iter().any(|it| field.trackers.iter().any(|of| of.id == it.id));
    let is_here = match (field.is_for_all, &field.projects) {
        (Some(true), _) | (_, None) => true,
        (_, Some(projects)) => projects.iter().any(|it| it.id == project.id),
    };
    is_tracked && is_here
}
