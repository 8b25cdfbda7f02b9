//! What may be written: forms with their schema (<https://www.openproject.org/docs/api/forms/>), which name the allowed
//! values, the custom fields, and what cannot be changed.

use commands::{Ctx, Error, Result};
use serde_json::{Value, json};

use super::{
    OpenProject,
    hal::{Draft, Link, Resource},
    names::{is_none, nearest, no_such, pick_link, same},
    param::read_hours,
    problem::{at, either},
};

/// A form's answer.
#[derive(Clone, Debug)]
pub(super) struct Form {
    schema: Resource,
    /// What would be written.
    pub payload: Resource,
}

/// One attribute that a resource can have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    /// `customField3`.
    pub key: &'a str,
    declared: &'a Value,
}

impl OpenProject {
    /// What may be written at `path`, if `body` is what is wanted so far.
    pub(super) async fn form_at(&self, path: &str, body: &Value) -> Result<Form> {
        let form = self.form(path, body).await?;
        Ok(Form { schema: form.embedded("schema").unwrap_or_default(), payload: form.embedded("payload").unwrap_or_default() })
    }

    /// The values that an attribute can take; a long list is asked for where the schema says.
    pub(super) async fn allowed(&self, attribute: Attribute<'_>) -> Result<Vec<Link>> {
        match attribute.address() {
            Some(href) => {
                let all = self.get(&self.below(&href)).await?.elements();
                let link = |it: &Resource| {
                    Some(Link { href: it.link("self")?.href, title: it.name().to_owned(), project: it.title("definingProject") })
                };
                Ok(all.iter().filter_map(link).collect())
            }
            None => Ok(attribute.listed()),
        }
    }

    /// Sets the attribute `key` to the value called `text`, or to the one of the number `#12`; `none` empties it.
    ///
    /// # Errors
    /// At `field`: it cannot be written, or has no such value, then with those that it has; or several of that name.
    pub(super) async fn choose(&self, form: &Form, key: &str, field: &str, text: &str, draft: &mut Draft) -> Result<()> {
        let attribute = form.writable(key, field)?;
        if is_none(text) {
            draft.unlink(key);
            return Ok(());
        }
        let link = self.find(attribute, field, text).await?;
        draft.link(key, link.href);
        Ok(())
    }

    async fn find(&self, attribute: Attribute<'_>, field: &str, text: &str) -> Result<Link> {
        let (word, allowed) = (attribute.label().to_lowercase(), self.allowed(attribute).await?);
        match pick_link(&word, field, text, &allowed)? {
            Some(link) => Ok(link.clone()),
            None => Err(no_such(&word, field, text, allowed.into_iter().map(|it| it.title))),
        }
    }

    /// Sets custom fields, written `Story points=5`. A name that comes several times fills a field of several values.
    ///
    /// # Errors
    /// At `field`: what is not of that form, an unknown name, a value that is none of the field's.
    pub(super) async fn custom(&self, ctx: &Ctx, form: &Form, given: &[String], draft: &mut Draft) -> Result<()> {
        let mut many: Vec<(String, Vec<Value>)> = Vec::new();
        for text in given {
            let Some((name, value)) = text.split_once('=').or_else(|| text.split_once(':')) else {
                return Err(at("field", format!("`{text}` is no custom field with a value. Write it as \"Story points=5\".")));
            };
            let value = value.trim();
            let Some(attribute) = form.custom_fields().into_iter().find(|it| same(it.label(), name) || same(it.key, name)) else {
                let names = form.custom_fields().into_iter().map(|it| it.label().to_owned());
                return Err(no_such("custom field", "field", name, names));
            };
            let attribute = form.writable(attribute.key, "field")?;
            let empty = value.is_empty() || is_none(value);
            if !attribute.is_link() {
                draft.put(attribute.key, if empty { Value::Null } else { attribute.plain(value)? });
            } else if !attribute.is_many() {
                match empty {
                    true => draft.unlink(attribute.key),
                    false => draft.link(attribute.key, self.custom_link(ctx, attribute, value).await?),
                };
            } else {
                let link = match empty {
                    true => None,
                    false => Some(json!({ "href": self.custom_link(ctx, attribute, value).await? })),
                };
                match many.iter_mut().find(|(key, _)| key == attribute.key) {
                    Some((_, links)) => links.extend(link),
                    None => many.push((attribute.key.to_owned(), link.into_iter().collect())),
                }
            }
        }
        for (key, links) in many {
            draft.put_links(&key, Value::Array(links));
        }
        Ok(())
    }

    async fn custom_link(&self, ctx: &Ctx, attribute: Attribute<'_>, value: &str) -> Result<String> {
        if attribute.kind().trim_start_matches("[]") == "User" {
            return Ok(self.person(ctx, "field", value, None).await?.href);
        }
        let allowed = self.allowed(attribute).await?;
        if let Some(link) = pick_link("value", "field", value, &allowed)? {
            return Ok(link.href.clone());
        }
        let titles: Vec<String> = allowed.into_iter().map(|it| it.title).collect();
        let near = nearest(value, &titles).map(|it| format!(" Did you mean `{it}`?")).unwrap_or_default();
        Err(at("field", format!("{} cannot be `{value}`.{near} It can be {}.", attribute.label(), either(&titles))))
    }
}

impl Form {
    /// A schema without a form.
    pub fn of(schema: Resource) -> Form {
        Form { schema, payload: Resource::default() }
    }

    pub fn attribute(&self, key: &str) -> Option<Attribute<'_>> {
        let (key, declared) = self.schema.0.as_object()?.get_key_value(key)?;
        Some(Attribute { key, declared })
    }

    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        let all = self.schema.0.as_object().into_iter().flatten();
        all.filter(|(_, it)| it["type"].is_string()).map(|(key, declared)| Attribute { key, declared })
    }

    pub fn custom_fields(&self) -> Vec<Attribute<'_>> {
        self.attributes().filter(|it| it.key.starts_with("customField")).collect()
    }

    /// # Errors
    /// At `field`, when there is no such attribute or it cannot be written.
    pub fn writable(&self, key: &str, field: &str) -> Result<Attribute<'_>, Error> {
        match self.attribute(key) {
            Some(attribute) if attribute.is_writable() => Ok(attribute),
            Some(attribute) => Err(at(
                field,
                format!("{} cannot be changed here: OpenProject works it out, or the bot's role may not.", attribute.label()),
            )),
            None => {
                Err(at(field, format!("There is no `{field}` here: this type of work package or this project does not have it.")))
            }
        }
    }
}

impl<'a> Attribute<'a> {
    pub fn label(self) -> &'a str {
        self.declared["name"].as_str().unwrap_or(self.key)
    }

    /// `String`, `Formattable`, `Integer`, `Date`, `User`, `[]CustomOption`, …
    pub fn kind(self) -> &'a str {
        self.declared["type"].as_str().unwrap_or_default()
    }

    pub fn is_required(self) -> bool {
        self.declared["required"].as_bool().unwrap_or_default() && !self.declared["hasDefault"].as_bool().unwrap_or_default()
    }

    pub fn is_writable(self) -> bool {
        self.declared["writable"].as_bool().unwrap_or(true)
    }

    pub fn is_many(self) -> bool {
        self.kind().starts_with("[]")
    }

    /// Whether its value is another resource.
    pub fn is_link(self) -> bool {
        const PLAIN: &[&str] =
            &["String", "Formattable", "Integer", "Float", "Boolean", "Date", "DateTime", "Duration", "Calculated value", "Link"];
        self.declared["location"] == "_links" || !PLAIN.contains(&self.kind())
    }

    /// Where the allowed values are, when they are not listed.
    pub fn address(self) -> Option<String> {
        self.declared["_links"]["allowedValues"]["href"].as_str().map(str::to_owned)
    }

    /// The allowed values that the schema lists itself.
    pub fn listed(self) -> Vec<Link> {
        let whole = self.declared["_embedded"]["allowedValues"].as_array();
        if let Some(all) = whole.filter(|it| !it.is_empty()) {
            let link = |it: &Value| {
                let it = Resource(it.clone());
                let title = [it.name(), it.text("value"), it.text("subject")].into_iter().find(|it| !it.is_empty())?.to_owned();
                Some(Link { href: it.link("self")?.href, title, project: it.title("definingProject") })
            };
            return all.iter().filter_map(link).collect();
        }
        let links = self.declared["_links"]["allowedValues"].as_array().into_iter().flatten();
        let link = |it: &Value| {
            Some(Link { href: it["href"].as_str()?.to_owned(), title: it["title"].as_str()?.to_owned(), project: None })
        };
        links.filter_map(link).collect()
    }

    /// A value that is no resource, as OpenProject takes it.
    fn plain(self, text: &str) -> Result<Value> {
        let wrong = |what: &str| at("field", format!("{} is {what}, not `{text}`.", self.label()));
        match self.kind() {
            "Integer" => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
            "Float" => text.replace(',', ".").parse::<f64>().map(Value::from).map_err(|_| wrong("a number")),
            "Boolean" => match text.to_lowercase().as_str() {
                "yes" | "true" | "1" | "on" => Ok(json!(true)),
                "no" | "false" | "0" | "off" => Ok(json!(false)),
                _ => Err(wrong("yes or no")),
            },
            "Date" => text.parse::<jiff::civil::Date>().map(|it| json!(it)).map_err(|_| wrong("a date such as 2026-11-30")),
            "Duration" => Ok(json!(super::hal::duration(read_hours("field", text)?))),
            "Formattable" => Ok(super::hal::formattable(text)),
            _ => Ok(json!(text)),
        }
    }
}

/// What a resource holds in this attribute, in words; nothing where it is empty.
pub(super) fn shown(of: &Resource, attribute: Attribute<'_>) -> String {
    if attribute.is_link() {
        let many: Vec<String> = of.links(attribute.key).into_iter().map(|it| it.title).collect();
        return if many.is_empty() { of.title(attribute.key).unwrap_or_default() } else { many.join(", ") };
    }
    match (&of.0[attribute.key], attribute.kind()) {
        (Value::Null, _) => String::new(),
        (Value::Bool(it), _) => if *it { "yes" } else { "no" }.to_owned(),
        (Value::String(it), "Duration") => {
            super::hal::hours(it).map(|it| format!("{} h", super::card::hours(it))).unwrap_or_default()
        }
        (Value::String(it), _) => it.clone(),
        (Value::Object(_), _) => of.raw(attribute.key).to_owned(),
        (other, _) => other.to_string(),
    }
}
