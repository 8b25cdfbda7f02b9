//! What can be set on an issue, and values that people write → what Jira takes.
//!
//! Which fields there are, what they hold and which are required differs by project and type of issue; Jira tells it of
//! a new issue ([`Api::fields_of_new`]) and of one that is there ([`Api::fields_of`]).

use std::time::Duration;

use commands::{Ctx, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    api::Api,
    names::{is_none, no_such, pick, same},
    person::Among,
    problem::at,
    wire::{self, Named},
};

/// A field, as a screen or the list of all fields has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Field {
    /// `customfield_10010`.
    #[serde(default)]
    pub id: String,
    /// What screens call the same.
    field_id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub has_default_value: bool,
    pub schema: Option<Schema>,
    #[serde(default)]
    pub allowed_values: Vec<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Schema {
    /// `string`, `number`, `option`, `array`, …
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What an array holds.
    pub items: Option<String>,
    /// Of custom fields: `com.atlassian.jira.plugin.system.customfieldtypes:textarea`.
    pub custom: Option<String>,
}

impl Field {
    pub fn is_custom(&self, kind: &str) -> bool {
        self.schema.as_ref().and_then(|it| it.custom.as_deref()).is_some_and(|it| it.ends_with(&format!(":{kind}")))
    }

    pub fn is_long_text(&self) -> bool {
        matches!(self.id.as_str(), "description" | "environment") || self.is_custom("textarea")
    }

    /// The names of its values, where it has a list of them.
    pub fn choices(&self) -> Vec<String> {
        self.allowed_values.iter().filter_map(|it| it["value"].as_str().or(it["name"].as_str())).map(str::to_owned).collect()
    }
}

impl Api<'_> {
    /// Every field of this Jira.
    pub async fn all_fields(&self) -> Result<Vec<Field>> {
        #[derive(Deserialize)]
        struct Listed {
            id: String,
            name: String,
            schema: Option<Schema>,
        }
        let all: Vec<Listed> = self.get_kept("/field", &[]).await?;
        let field = |it: Listed| Field {
            id: it.id,
            field_id: None,
            name: it.name,
            required: false,
            has_default_value: false,
            schema: it.schema,
            allowed_values: Vec::new(),
        };
        Ok(all.into_iter().map(field).collect())
    }

    /// The types of issues that can be made in a project.
    pub async fn types(&self, project: &str) -> Result<Vec<Named>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(alias = "issueTypes", default)]
            values: Vec<Named>,
        }
        let path = format!("/issue/createmeta/{project}/issuetypes");
        Ok(self.get_kept::<Answer>(&path, &[("maxResults", "100")]).await?.values)
    }

    /// What can be set on a new issue of this type.
    pub async fn fields_of_new(&self, project: &str, issue_type: &str) -> Result<Vec<Field>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(alias = "fields", default)]
            values: Vec<Field>,
        }
        let path = self.path(&format!("/issue/createmeta/{project}/issuetypes/{issue_type}"));
        let request = self.jira.http.get(&path).query(&[("maxResults", "200")]).cached(Duration::from_secs(60));
        let mut fields = self.send::<Answer>(request).await?.values;
        for field in &mut fields {
            if let Some(id) = field.field_id.take() {
                field.id = id;
            }
        }
        Ok(fields)
    }

    /// What can be set on this issue.
    pub async fn fields_of(&self, issue: &str) -> Result<Vec<Field>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            fields: Map<String, Value>,
        }
        let answer: Answer = self.get(&format!("/issue/{issue}/editmeta"), &[]).await?;
        Ok(screen(&answer.fields))
    }

    /// Custom fields written `Severity=high`, as Jira takes them. A name that comes several times fills a field of
    /// several values.
    ///
    /// # Errors
    /// At `field`: what is not of that form, an unknown name, a value that is not in the field's list.
    pub async fn custom_values(&self, ctx: &Ctx, given: &[String], fields: &[Field]) -> Result<Map<String, Value>> {
        let mut values: Vec<(&Field, Vec<&str>)> = Vec::new();
        for text in given {
            let Some((name, value)) = text.split_once(['=', ':']) else {
                return Err(at("field", format!("`{text}` is no field with a value. Write it as Severity=high.")));
            };
            let name = name.trim();
            let found = fields.iter().find(|it| same(&it.name, name)).or_else(|| fields.iter().find(|it| it.id == name));
            let Some(field) = found else {
                // The others have parameters of their own.
                let own = fields.iter().filter(|it| it.id.starts_with("customfield_"));
                return Err(no_such("field", "field", name, own.map(|it| it.name.as_str())));
            };
            match values.iter_mut().find(|(it, _)| it.id == field.id) {
                Some((_, all)) => all.push(value.trim()),
                None => values.push((field, vec![value.trim()])),
            }
        }
        let mut body = Map::new();
        for (field, texts) in values {
            body.insert(field.id.clone(), self.value(ctx, field, &texts).await?);
        }
        Ok(body)
    }

    async fn value(&self, ctx: &Ctx, field: &Field, texts: &[&str]) -> Result<Value> {
        let schema = field.schema.clone().unwrap_or_default();
        if texts.iter().all(|it| is_none(it)) {
            return Ok(if schema.kind == "array" { json!([]) } else { Value::Null });
        }
        if schema.kind == "array" && !field.is_custom("gh-sprint") {
            let kind = schema.items.unwrap_or_default();
            let mut all = Vec::new();
            for text in texts.iter().flat_map(|it| it.split(',')).map(str::trim).filter(|it| !it.is_empty()) {
                all.push(self.one_value(ctx, field, &kind, text).await?);
            }
            return Ok(Value::Array(all));
        }
        let [text] = texts else {
            return Err(at("field", format!("“{}” takes one value, and here are {}.", field.name, texts.len())));
        };
        self.one_value(ctx, field, &schema.kind, text).await
    }

    async fn one_value(&self, ctx: &Ctx, field: &Field, kind: &str, text: &str) -> Result<Value> {
        let wrong = |what: &str| at("field", format!("“{}” takes {what}, not `{text}`.", field.name));
        if field.is_long_text() {
            return Ok(self.text(text));
        }
        // A sprint's field is a list to read and a number to write.
        if field.is_custom("gh-sprint") {
            return text
                .parse::<u64>()
                .map(|it| json!(it))
                .map_err(|_| wrong("the number of a sprint, as `sprint list` shows it"));
        }
        Ok(match kind {
            "number" => {
                json!(text.replace(',', ".").parse::<f64>().ok().filter(|it| it.is_finite()).ok_or_else(|| wrong("a number"))?)
            }
            "date" => {
                json!(commands::form::day(text, super::moment::day(ctx.now)).ok_or_else(|| wrong("a date such as 2026-11-21"))?)
            }
            "datetime" => json!(
                super::moment::read(text).map(super::moment::write).ok_or_else(|| wrong("a moment such as 2026-11-21T14:30Z"))?
            ),
            "user" => self.reference(&self.person(ctx, "field", text, Among::Everybody).await?.id),
            "option" | "priority" | "version" | "component" | "resolution" | "issuetype" | "group" | "securitylevel" => {
                self.choice(field, text)?
            }
            "option-with-child" => self.cascade(field, text)?,
            "project" => json!({ "key": text.to_uppercase() }),
            "issuelink" => json!({ "key": text.to_uppercase() }),
            _ => json!(text),
        })
    }

    fn choice(&self, field: &Field, text: &str) -> Result<Value> {
        if field.allowed_values.is_empty() {
            return Ok(json!({ "name": text }));
        }
        let all: Vec<(String, String)> = field.allowed_values.iter().filter_map(named).collect();
        let (id, _) = pick(&format!("value of “{}”", field.name), "field", text, &all, |(id, name)| (id, name))?;
        Ok(json!({ "id": id }))
    }

    /// `Europe > Bern`.
    fn cascade(&self, field: &Field, text: &str) -> Result<Value> {
        let (parent, child) =
            text.split_once('>').map_or((text.trim(), None), |(parent, child)| (parent.trim(), Some(child.trim())));
        let mut value = self.choice(field, parent)?;
        if let Some(child) = child {
            let children = field.allowed_values.iter().find(|it| it["id"] == value["id"]).map(|it| &it["children"]);
            let all: Vec<(String, String)> = children.and_then(Value::as_array).into_iter().flatten().filter_map(named).collect();
            let (id, _) = pick(&format!("value of “{}”", field.name), "field", child, &all, |(id, name)| (id, name))?;
            value["child"] = json!({ "id": id });
        }
        Ok(value)
    }

    /// Links between issues and epics: a field of their own on Data Center, the parent on Cloud.
    pub async fn epic_link_field(&self) -> Result<Option<String>> {
        Ok(self.all_fields().await?.into_iter().find(|it| it.is_custom("gh-epic-link")).map(|it| it.id))
    }
}

/// Of a value of a list: its id and its name.
fn named(value: &Value) -> Option<(String, String)> {
    let value: Named = serde_json::from_value(value.clone()).ok()?;
    Some((value.id.clone(), value.label().to_owned()))
}

/// The fields of a screen, which has them by Jira's names.
pub(super) fn screen(fields: &Map<String, Value>) -> Vec<Field> {
    let field = |(id, value): (&String, &Value)| {
        let mut field: Field = serde_json::from_value(value.clone()).ok()?;
        field.id.clone_from(id);
        Some(field)
    };
    fields.iter().filter_map(field).collect()
}

/// A field's value in words.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => super::names::number(number.as_f64().unwrap_or_default()),
        Value::Bool(true) => "yes".to_owned(),
        Value::Array(all) => all.iter().map(plain).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            let child =
                object.get("child").map(plain).filter(|it| !it.is_empty()).map(|it| format!(" > {it}")).unwrap_or_default();
            let name = ["displayName", "value", "name", "key"].iter().find_map(|it| object.get(*it)?.as_str());
            name.map(|it| format!("{it}{child}")).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The versions and components that a project has, by name.
impl Api<'_> {
    pub async fn versions(&self, project: &str) -> Result<Vec<wire::Version>> {
        self.get(&format!("/project/{project}/versions"), &[]).await
    }

    pub async fn components(&self, project: &str) -> Result<Vec<wire::Component>> {
        self.get(&format!("/project/{project}/components"), &[]).await
    }
}
