//! `user create`, `user update`, `user quota`.

use commands::{
    Action, Audience, Ctx, Effect, Message, Reply, Result,
    param::{Email, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Details, address, list::shown, refused, room};
use crate::nextcloud::{Nextcloud, param, problem::at};

/// Makes an account. Nextcloud mails the person a link to choose a password.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The user name, which stays: letters, digits and `.-_@`.
    user: String,
    /// Where Nextcloud sends the welcome.
    #[schemars(extend("x-named" = true))]
    email: Email,
    /// The full name.
    name: Option<String>,
    /// A group to be in.
    #[serde(default)]
    group: Vec<param::Group>,
    /// The room they have: 5 GB, none, default.
    quota: Option<String>,
    /// Their manager.
    manager: Option<Person>,
    /// The language, such as de or en.
    language: Option<String>,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "user create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user create dora email=dora@example.org name=\"Dora Example\" group=design quota=\"5 GB\""];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let id = self.user.trim();
        let is_good = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | '@' | '\'' | ' ');
        if id.is_empty() || !id.chars().all(is_good) {
            return Err(at("user", format!("`{id}` cannot be a user name. Use letters, digits, and any of . - _ @")));
        }
        // No password: Nextcloud sends a link by which the person chooses one, and nobody else ever knows it.
        let mut body = json!({ "userid": id, "email": self.email.0.trim() });
        let mut put = |key: &str, value: Value| drop(body.as_object_mut().map(|it| it.insert(key.to_owned(), value)));
        if let Some(name) = self.name.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            put("displayName", json!(name));
        }
        let mut groups = Vec::new();
        for group in &self.group {
            groups.push(on.group("group", &group.0).await?.id);
        }
        if !groups.is_empty() {
            put("groups", json!(groups));
        }
        if let Some(quota) = &self.quota {
            put("quota", json!(room(quota)?));
        }
        if let Some(manager) = &self.manager {
            put("manager", json!(on.person("manager", &manager.0, ctx).await?.id));
        }
        if let Some(language) = &self.language {
            put("language", json!(language.trim()));
        }
        on.ocs_post::<Value>("/cloud/users", &body).await.map_err(|error| refused(error, "make accounts"))?;
        let did = format!("Made the account `{id}`. Nextcloud sends {} a link to choose a password.", self.email.0.trim());
        after(on, ctx, id, &did).await
    }
}

/// A reply with the account as it is now. What is done is done, whether or not it can be read.
pub(super) async fn after(on: &Nextcloud, ctx: &Ctx, id: &str, did: &str) -> Result<Reply> {
    let message = match on.by_id::<Details>(id).await {
        Ok(details) => shown(on, &details, ctx, Message::text(did)),
        Err(_) => Message::text(did),
    };
    Ok(Reply::new(message, Audience::Asker))
}

/// Changes an account: name, address, language, manager.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
    /// The full name.
    name: Option<String>,
    /// The mail address.
    email: Option<Email>,
    /// The language, such as de or en.
    language: Option<String>,
    /// Their manager; none for nobody.
    manager: Option<Person>,
}

impl Action for Update {
    type On = Nextcloud;
    const NAME: &str = "user update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user update ana name=\"Ana Abel\" email=ana@example.org"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let person = on.person("user", &self.user.0, ctx).await?;
        let mut changes: Map<String, Value> = Map::new();
        let text = |it: &str| json!(it.trim());
        // As the API calls them; it takes one at a time.
        for (key, value) in [
            ("displayname", self.name.as_deref().map(text)),
            ("email", self.email.as_ref().map(|it| text(&it.0))),
            ("language", self.language.as_deref().map(text)),
        ] {
            changes.extend(value.map(|it| (key.to_owned(), it)));
        }
        if let Some(manager) = &self.manager {
            let id = match manager.0.trim() {
                "none" | "nobody" => String::new(),
                typed => on.person("manager", typed, ctx).await?.id,
            };
            changes.insert("manager".into(), json!(id));
        }
        if changes.is_empty() {
            return Err(at(
                "user",
                format!("What shall change in {}? Write it as a name and a value, such as name=\"Ana Abel\".", person.shown()),
            ));
        }
        let mut done: Vec<String> = Vec::new();
        for (key, value) in changes {
            let set = on.ocs_put::<Value>(&address(&person.id, ""), &json!({ "key": key, "value": value })).await;
            set.map_err(|error| {
                let mut error = refused(error, "change accounts");
                if !done.is_empty() {
                    error.message.push_str(&format!(" Already changed: {}.", done.join(", ")));
                }
                error
            })?;
            done.push(if key == "displayname" { "name".to_owned() } else { key });
        }
        after(on, ctx, &person.id, &format!("Changed {} of {}.", done.join(", "), person.shown())).await
    }
}

/// Gives a person more or less room.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Quota {
    /// Who: @ana, a user name, an email address or a name.
    user: Person,
    /// How much: 5 GB, 500 MB, none for no limit, default.
    quota: String,
}

impl Action for Quota {
    type On = Nextcloud;
    const NAME: &str = "user quota";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user quota ana 5 GB"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let quota = room(&self.quota)?;
        let person = on.person("user", &self.user.0, ctx).await?;
        let body = json!({ "key": "quota", "value": quota });
        let set = on.ocs_put::<Value>(&address(&person.id, ""), &body).await;
        set.map_err(|error| refused(error, "change how much room people have"))?;
        let did = match quota.as_str() {
            "none" => format!("{} has no limit now.", person.shown()),
            "default" => format!("{} has the usual room now.", person.shown()),
            quota => format!("{} has {quota} now.", person.shown()),
        };
        after(on, ctx, &person.id, &did).await
    }
}
