//! What OpenProject answers: resources in HAL+JSON (<https://www.openproject.org/docs/api/introduction/>).
//!
//! A resource has properties, links with titles (`_links.status = {"href": "/api/v3/statuses/1", "title": "New"}`) and
//! sometimes whole resources (`_embedded`). Which of them are there depends on the project's type, on custom fields, on the
//! version and on what the account may do, so that a resource is read by name where it is needed.

use jiff::{SpanRelativeTo, Timestamp, Unit, civil::Date};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(super) struct Resource(pub Value);

/// A reference to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// `/api/v3/users/5`.
    pub href: String,
    /// What people read; empty where OpenProject does not say.
    pub title: String,
    /// The project that it is from, where OpenProject says so: versions are shared with other projects.
    pub project: Option<String>,
}

impl Link {
    /// The number at the end of its address.
    pub fn id(&self) -> Option<u64> {
        self.href.rsplit('/').next()?.parse().ok()
    }

    fn read(value: &Value) -> Option<Link> {
        let href = value["href"].as_str().filter(|it| !it.is_empty())?.to_owned();
        Some(Link { href, title: value["title"].as_str().unwrap_or_default().to_owned(), project: None })
    }
}

impl Resource {
    /// 0 for what has no number, such as an undisclosed person.
    pub fn id(&self) -> u64 {
        self.0["id"].as_u64().or_else(|| self.link("self")?.id()).unwrap_or_default()
    }

    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        let named = self.text("name");
        if named.is_empty() { self.0["_links"]["self"]["title"].as_str().unwrap_or_default() } else { named }
    }

    /// The source of a text with markup.
    pub fn raw(&self, key: &str) -> &str {
        self.0[key]["raw"].as_str().unwrap_or_default().trim()
    }

    pub fn flag(&self, key: &str) -> bool {
        self.0[key].as_bool().unwrap_or_default()
    }

    pub fn number(&self, key: &str) -> Option<f64> {
        self.0[key].as_f64()
    }

    pub fn date(&self, key: &str) -> Option<Date> {
        self.0[key].as_str()?.parse().ok()
    }

    pub fn moment(&self, key: &str) -> Option<Timestamp> {
        self.0[key].as_str()?.parse().ok()
    }

    /// A duration in hours.
    pub fn hours(&self, key: &str) -> Option<f64> {
        hours(self.0[key].as_str()?)
    }

    /// None as well where it leads nowhere (`{"href": null}`).
    pub fn link(&self, name: &str) -> Option<Link> {
        Link::read(&self.0["_links"][name])
    }

    pub fn links(&self, name: &str) -> Vec<Link> {
        self.0["_links"][name].as_array().into_iter().flatten().filter_map(Link::read).collect()
    }

    /// The title of what it links to, or nothing.
    pub fn title(&self, name: &str) -> Option<String> {
        self.link(name).map(|it| it.title).filter(|it| !it.is_empty())
    }

    /// Whether OpenProject offers this to the bot's account: it leaves out the links to what is not allowed.
    pub fn offers(&self, action: &str) -> bool {
        self.0["_links"].get(action).is_some()
    }

    pub fn embedded(&self, name: &str) -> Option<Resource> {
        self.0["_embedded"].get(name).filter(|it| !it.is_null()).map(|it| Resource(it.clone()))
    }

    /// The members of a collection, on this page.
    pub fn elements(&self) -> Vec<Resource> {
        self.0["_embedded"]["elements"].as_array().into_iter().flatten().cloned().map(Resource).collect()
    }

    /// How many a collection has on all pages.
    pub fn total(&self) -> usize {
        self.0["total"].as_u64().map_or_else(|| self.elements().len(), |it| it as usize)
    }
}

/// The hours of an ISO 8601 duration: `PT1H30M`, `P1DT2H` (a day is 24 hours).
pub(super) fn hours(duration: &str) -> Option<f64> {
    let span: jiff::Span = duration.parse().ok()?;
    span.total((Unit::Hour, SpanRelativeTo::days_are_24_hours())).ok()
}

/// Hours as OpenProject takes them: `PT1H30M`.
pub(super) fn duration(hours: f64) -> String {
    let minutes = (hours * 60.0).round() as u64;
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("PT{hours}H"),
        (0, minutes) => format!("PT{minutes}M"),
        (hours, minutes) => format!("PT{hours}H{minutes}M"),
    }
}

/// A text with markup.
pub(super) fn formattable(text: &str) -> Value {
    json!({ "raw": text })
}

/// A resource that is being written: properties, and links to others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    properties: Map<String, Value>,
    links: Map<String, Value>,
}

impl Draft {
    pub fn put(&mut self, key: &str, value: impl Into<Value>) -> &mut Draft {
        self.properties.insert(key.into(), value.into());
        self
    }

    pub fn put_some(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Draft {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    pub fn link(&mut self, key: &str, href: impl Into<String>) -> &mut Draft {
        self.links.insert(key.into(), json!({ "href": href.into() }));
        self
    }

    pub fn unlink(&mut self, key: &str) -> &mut Draft {
        self.links.insert(key.into(), json!({ "href": null }));
        self
    }

    /// A link, or several, as they are written.
    pub fn put_links(&mut self, key: &str, links: Value) -> &mut Draft {
        self.links.insert(key.into(), links);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.links.is_empty()
    }

    /// What a resource has to hold to be as this is, as filters; `links` are the values as saved filters hold them.
    pub fn conditions(&self) -> Vec<Value> {
        let plain = self.properties.iter().map(|(key, value)| {
            let text = value["raw"].as_str().or_else(|| value.as_str()).map(str::to_owned);
            match (value, text) {
                (Value::Null, _) => json!({ key: { "operator": "!*", "values": [] } }),
                (Value::Bool(it), _) => json!({ key: { "operator": "=", "values": [if *it { "t" } else { "f" }] } }),
                (_, Some(text)) => json!({ key: { "operator": "~", "values": [text] } }),
                (value, None) => json!({ key: { "operator": "=", "values": [value.to_string()] } }),
            }
        });
        let linked = self.links.iter().map(|(key, link)| {
            let mut links = link.as_array().cloned().unwrap_or_else(|| vec![link.clone()]);
            links.retain(|it| it["href"].is_string());
            let ids: Vec<&str> = links.iter().filter_map(|it| it["href"].as_str()?.rsplit('/').next()).collect();
            json!({ key: { "operator": if ids.is_empty() { "!*" } else { "=" }, "values": ids, "links": links } })
        });
        plain.chain(linked).collect()
    }

    /// Whether a resource has other values now than it had before, where this draft sets some.
    pub fn is_about_what_changed(&self, before: &Resource, now: &Resource) -> bool {
        let hrefs = |it: &Resource, key: &str| -> Vec<String> {
            it.link(key).into_iter().chain(it.links(key)).map(|it| it.href).collect()
        };
        self.properties.keys().any(|it| before.0[it.as_str()] != now.0[it.as_str()])
            || self.links.keys().any(|it| hrefs(before, it) != hrefs(now, it))
    }

    pub fn to_json(&self) -> Value {
        let mut body = self.properties.clone();
        if !self.links.is_empty() {
            body.insert("_links".into(), Value::Object(self.links.clone()));
        }
        Value::Object(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_of_the_same_values_is_a_conflict() {
        let at = |subject: &str, user: u64, options: &[u64]| {
            let options: Vec<Value> =
                options.iter().map(|it| json!({ "href": format!("/api/v3/custom_options/{it}") })).collect();
            let links = json!({ "assignee": { "href": format!("/api/v3/users/{user}") }, "customField4": options });
            Resource(json!({ "subject": subject, "_links": links }))
        };
        let before = at("Fire", 5, &[1]);
        let (mut subject, mut assignee, mut options) = (Draft::default(), Draft::default(), Draft::default());
        subject.put("subject", "Ashes");
        assignee.link("assignee", "/api/v3/users/7");
        options.put_links("customField4", json!([]));
        for (now, changed) in [
            (at("Fire", 5, &[1]), [false, false, false]),
            (at("Smoke", 5, &[1]), [true, false, false]),
            (at("Fire", 6, &[1]), [false, true, false]),
            (at("Fire", 5, &[1, 2]), [false, false, true]),
        ] {
            assert_eq!([&subject, &assignee, &options].map(|it| it.is_about_what_changed(&before, &now)), changed, "{now:?}");
        }
    }

    #[test]
    fn durations_are_read_and_written() {
        for (text, value) in [("PT1H30M", 1.5), ("PT5H", 5.0), ("P1DT2H", 26.0), ("PT0S", 0.0), ("PT20M", 1.0 / 3.0)] {
            assert_eq!(hours(text), Some(value), "{text}");
        }
        assert_eq!(hours("soon"), None);
        for (value, text) in [(1.5, "PT1H30M"), (5.0, "PT5H"), (0.0, "PT0H"), (0.25, "PT15M")] {
            assert_eq!(duration(value), text);
        }
    }
}
