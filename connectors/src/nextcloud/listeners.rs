//! The webhooks that are registered in Nextcloud: one for each kind of event
//! (app Webhook Listeners; administrators only).

use commands::{
    Action, Audience, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text,
    param::{Link, Person, Secret},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Nextcloud,
    card::{listed, warning},
    param, path,
    problem::{administer, at, placed},
    shares::text_or_number,
};
use crate::{HookMade, HookWanted, Hooking};

const PATH: &str = "/apps/webhook_listeners/api/v1/webhooks";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registered {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    pub uri: String,
    #[serde(default)]
    pub event: String,
    #[serde(default)]
    user_id_filter: Option<String>,
}

impl Registered {
    /// `NodeCreatedEvent` of `OCP\Files\Events\Node\NodeCreatedEvent`.
    pub fn name(&self) -> &str {
        self.event.rsplit('\\').next().unwrap_or(&self.event)
    }
}

pub(super) async fn registered(on: &Nextcloud) -> Result<Vec<Registered>> {
    on.ocs_get(PATH, &[]).await
}

/// What to hear about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum About {
    /// Files that are made, changed, moved, copied, deleted, brought back.
    Files,
    /// Tags that are put on files and taken off.
    Tags,
    /// Entries in calendars.
    Calendars,
    /// Forms that are filled in, and rows of tables.
    Forms,
    /// Cards of Deck.
    Cards,
}

impl About {
    fn classes(self) -> &'static [&'static str] {
        match self {
            About::Files => &[
                "OCP\\Files\\Events\\Node\\NodeCreatedEvent",
                "OCP\\Files\\Events\\Node\\NodeWrittenEvent",
                "OCP\\Files\\Events\\Node\\NodeDeletedEvent",
                "OCP\\Files\\Events\\Node\\NodeRenamedEvent",
                "OCP\\Files\\Events\\Node\\NodeCopiedEvent",
                "OCP\\Files\\Events\\Node\\NodeRestoredEvent",
            ],
            About::Tags => &["OCP\\SystemTag\\TagAssignedEvent", "OCP\\SystemTag\\TagUnassignedEvent"],
            About::Calendars => &[
                "OCP\\Calendar\\Events\\CalendarObjectCreatedEvent",
                "OCP\\Calendar\\Events\\CalendarObjectUpdatedEvent",
                "OCP\\Calendar\\Events\\CalendarObjectMovedEvent",
                "OCP\\Calendar\\Events\\CalendarObjectMovedToTrashEvent",
                "OCP\\Calendar\\Events\\CalendarObjectRestoredEvent",
            ],
            About::Forms => &[
                "OCA\\Forms\\Events\\FormSubmittedEvent",
                "OCA\\Tables\\Event\\RowAddedEvent",
                "OCA\\Tables\\Event\\RowUpdatedEvent",
                "OCA\\Tables\\Event\\RowDeletedEvent",
            ],
            About::Cards => &[
                "OCA\\Deck\\Event\\CardCreatedEvent",
                "OCA\\Deck\\Event\\CardUpdatedEvent",
                "OCA\\Deck\\Event\\CardDeletedEvent",
            ],
        }
    }
}

/// Lists the webhooks that are registered in Nextcloud.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "webhook list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["webhook list"];

    async fn run(self, on: &Nextcloud, _: &Ctx) -> Result<Reply> {
        let all = registered(on).await.map_err(refused)?;
        let line = |it: &Registered| {
            // The address may hold a token.
            let address = it.uri.split('?').next().unwrap_or_default();
            let of =
                it.user_id_filter.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" · of {it} only")).unwrap_or_default();
            Text::new().code(format!("#{}", it.id)).plain(format!(" {} → {address}{of}", it.name()))
        };
        let none = "Nothing is registered. Make a hook (/bellhop hooks), then webhook create.";
        Ok(Reply::new(listed("Webhooks", none, all.iter().map(line).collect(), false), Audience::Asker))
    }
}

/// Has Nextcloud tell a hook of the bot what happens. What is registered already stays.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// The hook's address, as the bot gave it out: https://…/hooks/cloud.
    url: Link,
    /// What to hear about; files where you do not say.
    #[serde(default)]
    about: Vec<About>,
    /// Only what this person does.
    user: Option<Person>,
    /// Only what happens in this folder, whoever's it is.
    folder: Option<String>,
    /// The hook's secret. Nextcloud sends it with each delivery, and shows it to nobody.
    secret: Secret,
}

impl Action for Create {
    type On = Nextcloud;
    const NAME: &str = "webhook create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &[];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let url = self.url.0.trim();
        if self.secret.expose().trim().is_empty() {
            return Err(at("secret", "Without the hook's secret anybody could send to it. It is shown where the hook is made."));
        }
        let user = match &self.user {
            Some(person) => Some(on.person("user", &person.0, ctx).await?.id),
            None => None,
        };
        let folder = match (&self.folder, on.folder.as_str()) {
            (Some(folder), _) => path::clean("folder", folder)?,
            (None, folder) => folder.to_owned(),
        };
        let known = registered(on).await.map_err(refused)?;
        let about = if self.about.is_empty() { vec![About::Files] } else { self.about };
        let (mut made, mut there) = (0, 0);
        for class in about.iter().flat_map(|it| it.classes()) {
            if known.iter().any(|it| it.uri == url && it.event.trim_start_matches('\\') == *class) {
                there += 1;
                continue;
            }
            let created = on.register(class, url, &self.secret, user.as_deref(), &folder).await;
            created.map_err(|error| {
                let mut error = refused(error);
                if made > 0 {
                    error.message.push_str(&format!(" {made} were registered before that: the same command goes on from there."));
                }
                error
            })?;
            made += 1;
        }
        let before = if there > 0 { format!(" {there} were registered already.") } else { String::new() };
        let message = Message::text(format!(
            "Nextcloud tells {} of {made} more kinds of events.{before}",
            url.split('?').next().unwrap_or_default()
        ))
        .context("It sends them when its background jobs run: every five minutes, unless it has workers for them.");
        Ok(Reply::new(message, Audience::Asker))
    }
}

impl Nextcloud {
    /// Has Nextcloud tell `url` of that class of events, of this account's deeds only, in this folder only.
    async fn register(&self, class: &str, url: &str, secret: &Secret, user: Option<&str>, folder: &str) -> Result<Made> {
        let mut body = json!({
            "httpMethod": "POST",
            "uri": url,
            "event": class,
            // Stored encrypted, and told to nobody, unlike `headers`.
            "authMethod": "header",
            "authData": { "Authorization": format!("Bearer {}", secret.expose().trim()) },
        });
        if let Some(user) = user {
            body["userIdFilter"] = json!(user);
        }
        if let Some(filter) = filter(class, folder) {
            body["eventFilter"] = filter;
        }
        self.ocs_post(PATH, &body).await
    }
}

/// A listener that was registered.
#[derive(Deserialize)]
struct Made {
    #[serde(deserialize_with = "text_or_number")]
    id: String,
}

/// A listener for each class of events, all of one hook.
pub(super) const HOOKING: Hooking<Nextcloud> = Hooking {
    of: None,
    create: |on, wanted| Box::pin(create(on, wanted)),
    remove: |on, made| Box::pin(remove(on, made)),
    lasts: None,
};

/// Everything that is told of; of a connection with a folder only its files, since nothing else says where it is.
async fn create(on: &Nextcloud, wanted: HookWanted<'_>) -> Result<HookMade> {
    let about: &[About] = if on.folder.is_empty() {
        &[About::Files, About::Tags, About::Calendars, About::Forms, About::Cards]
    } else {
        &[About::Files]
    };
    let known = registered(on).await.map_err(refused)?;
    let (mut all, mut made): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for about in about {
        for class in about.classes() {
            if let Some(known) = known.iter().find(|it| it.uri == wanted.url && it.event.trim_start_matches('\\') == *class) {
                all.push(known.id.clone());
                continue;
            }
            match on.register(class, wanted.url, wanted.secret, None, &on.folder).await {
                Ok(it) => {
                    all.push(it.id.clone());
                    made.push(it.id);
                }
                // An app that is not installed has no such events, and neither has an older Nextcloud.
                Err(error) if error.kind == ErrorKind::Validation && *about != About::Files => {}
                Err(error) => {
                    let mut error = refused(error);
                    let made = HookMade { id: made.join(","), of: None };
                    if remove(on, &made).await.is_err() {
                        error.message.push_str(&format!(" These were registered before that, and are there still: {}.", made.id));
                    }
                    return Err(error);
                }
            }
        }
    }
    Ok(HookMade { id: all.join(","), of: None })
}

async fn remove(on: &Nextcloud, made: &HookMade) -> Result<()> {
    for id in made.id.split(',').filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit())) {
        match on.ocs_delete(&format!("{PATH}/{id}"), &[]).await {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            end => end.map_err(refused)?,
        }
    }
    Ok(())
}

/// Only events about what is in `folder`, as a regular expression on the path, `/ana/files/Team/…`.
fn filter(class: &str, folder: &str) -> Option<Value> {
    let folder = folder.trim_matches('/');
    if folder.is_empty() || !class.contains("\\Node\\") {
        return None;
    }
    let two = ["NodeRenamedEvent", "NodeCopiedEvent", "NodeRestoredEvent"].iter().any(|it| class.ends_with(it));
    let field = if two { "event.target.path" } else { "event.node.path" };
    let mut pattern = String::new();
    for character in folder.chars() {
        if !character.is_alphanumeric() && character != ' ' && character != '_' {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    Some(json!({ field: format!("/^\\/[^\\/]+\\/files\\/{pattern}\\//") }))
}

/// Has Nextcloud tell a hook no more of one kind of event.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The webhook, by its number.
    webhook: param::WebhookRef,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Yes>,
}

impl Action for Delete {
    type On = Nextcloud;
    const NAME: &str = "webhook delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["webhook delete 3"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let typed = self.webhook.0.trim().trim_start_matches('#').to_owned();
        let all = registered(on).await.map_err(refused)?;
        let Some(found) = all.iter().find(|it| it.id == typed) else {
            return Err(at("webhook", format!("There is no webhook #{typed}. `webhook list` shows them.")));
        };
        let address = found.uri.split('?').next().unwrap_or_default();
        if self.confirm.is_some() {
            on.ocs_delete(&format!("{PATH}/{}", found.id), &[]).await.map_err(refused)?;
            return Ok(Reply::to_asker(format!("Nextcloud no longer tells {address} of {}.", found.name())));
        }
        let said = Message::text(format!(
            "Nextcloud no longer tells {address} of {} then. It can be registered again by webhook create.",
            found.name()
        ));
        Ok(warning(
            said,
            "Delete the webhook",
            format!("Delete webhook #{}?", found.id),
            ctx.call(Self::NAME, json!({ "webhook": found.id })),
        ))
    }
}

fn refused(error: Error) -> Error {
    match error.kind {
        ErrorKind::NotFound => {
            let message = "This Nextcloud has no webhooks: they came with Nextcloud 30, and an administrator switches them on: \
                           occ app:enable webhook_listeners";
            Error { message: message.into(), ..error }
        }
        ErrorKind::Validation => placed(error, "url"),
        _ => administer(error, "register webhooks"),
    }
}
