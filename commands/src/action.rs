//! Actions: what the bot can be asked to do.

use std::{
    any::TypeId,
    borrow::Cow,
    collections::HashMap,
    future::Future,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Error, Message, Result, form};

pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One thing the bot can be asked to do.
///
/// The implementing struct holds the parameters, and is the only declaration of them: its doc
/// comment is the help line, its fields and their doc comments are the grammar, the forms, the
/// REST schema and the documentation. How a field is written says what it is; see [`crate::form`].
pub trait Action: DeserializeOwned + JsonSchema + Send + 'static {
    /// What the action acts on, such as a connected Redmine.
    type On: Sync + 'static;
    /// Words after the connection's name: `"issue create"`.
    const NAME: &'static str;
    /// What it does to the world.
    const EFFECT: Effect;
    /// Commands worth showing, without the connection's name: `"issue create Printer on fire project=demo"`.
    const EXAMPLES: &'static [&'static str] = &[];

    fn run(self, on: &Self::On, ctx: &Ctx) -> impl Future<Output = Result<Reply>> + Send;
}

/// What an action does to the world, and so what it takes to run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Looks and tells: free, repeated at will.
    Read,
    /// Changes something: audited, never repeated by itself when its fate is unknown.
    Write,
    /// Changes how the bot works: for administrators.
    Admin,
}

/// An [`Action`] as a plain value, so that a connector can list its actions in a const.
pub struct ActionDef<On: 'static> {
    pub spec: ActionSpec,
    pub run: RunFn<On>,
}

/// An action with its type erased: parameters as JSON in, a reply out.
pub type RunFn<On> = for<'a> fn(&'a On, Value, &'a Ctx) -> BoxFuture<'a, Result<Reply>>;

/// The part of an action that grammar, help, forms and docs read.
#[derive(Clone, Copy)]
pub struct ActionSpec {
    pub name: &'static str,
    pub effect: Effect,
    pub examples: &'static [&'static str],
    pub parameters: fn() -> &'static Parameters,
}

/// What a struct of parameters says about itself.
#[derive(Debug, PartialEq)]
pub struct Parameters {
    /// The first paragraph of its doc comment, in one line.
    pub summary: String,
    /// As people meet them, in declaration order.
    pub fields: Vec<form::Field>,
    /// The same as JSON schema, for programs.
    pub schema: Schema,
}

impl Parameters {
    pub fn read(schema: Schema) -> Parameters {
        let summary = form::first_paragraph(schema.as_value()["description"].as_str().unwrap_or_default());
        Parameters { summary, fields: form::fields(&schema), schema }
    }
}

/// The parameters of `T`. Their schema is built and read once: every typed line needs them.
pub fn parameters_of<T: JsonSchema + 'static>() -> &'static Parameters {
    parameters(TypeId::of::<T>(), schema_of::<T>)
}

/// The same for a type that is known by its id only: what is generic is compiled for each of more than a thousand types.
fn parameters(of: TypeId, schema: fn() -> Schema) -> &'static Parameters {
    static READ: RwLock<Option<HashMap<TypeId, &'static Parameters>>> = RwLock::new(None);
    // Each change is a single insert: after a panic the map is as good as before.
    let known = READ.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|all| all.get(&of).copied());
    if let Some(parameters) = known {
        return parameters;
    }
    let schema = schema();
    let mut all = READ.write().unwrap_or_else(PoisonError::into_inner);
    // As many are kept for good as there are types of parameters in the program.
    all.get_or_insert_default().entry(of).or_insert_with(|| Box::leak(Box::new(Parameters::read(schema))))
}

impl<On: Sync + 'static> ActionDef<On> {
    pub const fn of<A: Action<On = On>>() -> ActionDef<On> {
        ActionDef {
            spec: ActionSpec { name: A::NAME, effect: A::EFFECT, examples: A::EXAMPLES, parameters: parameters_of::<A> },
            // Not a closure: those are compiled anew for each part of a crate that reads a list of actions, with all that they run.
            run: run::<A>,
        }
    }
}

fn run<'a, A: Action>(on: &'a A::On, params: Value, ctx: &'a Ctx) -> BoxFuture<'a, Result<Reply>> {
    Box::pin(async move {
        let action: A = serde_json::from_value(params)
            .map_err(|err| Error::bad_input(format!("`{}` cannot be run like this: {err}", A::NAME)))?;
        action.run(on, ctx).await
    })
}

/// The JSON schema of `T` (draft 2020-12), with subschemas inlined.
pub fn schema_of<T: JsonSchema>() -> Schema {
    root_schema(T::schema_name, T::json_schema)
}

/// What [`SchemaGenerator::into_root_schema_for`] makes, compiled once for all types.
fn root_schema(name: fn() -> Cow<'static, str>, schema: fn(&mut SchemaGenerator) -> Schema) -> Schema {
    let mut settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let (meta, place) = (settings.meta_schema.take(), settings.definitions_path.clone());
    let mut generator = SchemaGenerator::new(settings);
    let mut schema = schema(&mut generator);
    let object = schema.ensure_object();
    object.entry("title").or_insert_with(|| name().into());
    object.extend(meta.map(|it| ("$schema".to_owned(), it.into())));
    // Types that hold themselves cannot be inlined.
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        object.insert(place.trim_matches(['#', '/']).to_owned(), definitions.into());
    }
    for transform in generator.transforms_mut() {
        transform.transform(&mut schema);
    }
    schema
}

impl ActionSpec {
    /// The parameters as people meet them, in declaration order.
    pub fn fields(&self) -> &'static [form::Field] {
        &(self.parameters)().fields
    }

    /// The parameters as JSON schema (draft 2020-12), with subschemas inlined.
    pub fn schema(&self) -> &'static Schema {
        &(self.parameters)().schema
    }

    /// The first paragraph of the action's doc comment, in one line.
    pub fn summary(&self) -> &'static str {
        &(self.parameters)().summary
    }
}

/// The commands that share a first word: a connection's, or the bot's own.
#[derive(Clone)]
pub struct Group {
    /// What people type: `redmine`.
    pub name: String,
    /// What people read: `Redmine`.
    pub title: String,
    /// The noun that may be left out: with `issue`, `create …` means `issue create …`.
    pub noun: Option<&'static str>,
    /// The action that a bare number or a pasted link runs: `issue show`.
    pub show: Option<&'static str>,
    /// Turns a pasted link into what `show` takes as its first argument: its address starts with this.
    pub url: Option<String>,
    /// Whether a link leads to what `show` shows, where it starts otherwise or holds no number.
    pub links: Option<fn(&str) -> bool>,
    pub actions: Vec<ActionSpec>,
    /// Those of the actions, by name, that this server cannot do, each with the reason as a sentence.
    pub missing: Vec<(&'static str, String)>,
}

impl Group {
    pub fn find(&self, action: &str) -> Option<&ActionSpec> {
        self.actions.iter().find(|it| it.name == action)
    }

    /// Why this server cannot do it, if that is so.
    pub fn lacks(&self, action: &str) -> Option<&str> {
        self.missing.iter().find(|(name, _)| *name == action).map(|(_, why)| why.as_str())
    }
}

/// A request to run an action. A slash command, a submitted form, a pressed button, a workflow
/// step and an API call all become one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The [`Group`]'s name: a connection, or `bellhop` for the bot's own commands.
    pub group: String,
    /// The action's name: `issue create`.
    pub action: String,
    /// An object with the action's parameters.
    pub params: Map<String, Value>,
}

impl Call {
    /// A call with `params`, which must be a JSON object.
    pub fn new(group: impl Into<String>, action: impl Into<String>, params: Value) -> Call {
        let params = match params {
            Value::Object(params) => params,
            _ => Map::new(),
        };
        Call { group: group.into(), action: action.into(), params }
    }
}

/// Who asks: identified by platform, workspace and id, never by a name that people can change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// `slack`, `zulip`, `api`, `cli`.
    pub platform: String,
    pub workspace: String,
    pub id: String,
    /// As shown to people.
    pub name: String,
    /// As the platform vouches for it; the key to the person's accounts elsewhere.
    pub email: Option<String>,
    /// Whether the platform says this person administers the workspace.
    pub admin: bool,
}

/// What an action knows about the request it serves.
#[derive(Clone)]
pub struct Ctx {
    pub actor: Actor,
    /// The actor's account in the connected system, where they or an administrator linked one; none leaves it to their
    /// email address.
    pub account: Option<String>,
    /// The group's name as people type it, so that buttons lead back to the same connection.
    pub group: String,
    /// The channel it was asked in, as an opaque key; none outside of any.
    pub channel: Option<String>,
    pub now: Timestamp,
    /// Follows the request from chat to the vendor's server.
    pub request_id: String,
    pub host: Arc<dyn Host>,
}

impl Ctx {
    /// A call to another action of the same connection, for a button.
    pub fn call(&self, action: &str, params: Value) -> Call {
        Call::new(self.group.clone(), action, params)
    }
}

/// What an action may ask of the chat it was called from.
pub trait Host: Send + Sync {
    /// Fetches a file that a person attached in chat, or that a public link names.
    fn download<'a>(&'a self, file: &'a str) -> BoxFuture<'a, Result<Download>>;
}

/// A fetched file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// What an action answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub message: Message,
    pub audience: Audience,
    /// The card that `message` ends in, where it shows one object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Box<Card>>,
    /// Handed over after what is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What of it is to stay in sight in the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// Commands of the bot itself that belong to it: run as whoever asked, as far as they may, and what came of each is said
    /// below. Of actions that change something only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Call>,
}

/// A file that is sent with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// `burndown.png`: chats tell by its ending what it is.
    pub name: String,
    pub title: String,
    #[serde(with = "base64_text")]
    pub content: Vec<u8>,
}

impl File {
    /// The most that an answer hands over, in bytes: it is kept with the answer until the chat has it.
    pub const LIMIT: usize = 8_000_000;
}

/// Something that whoever opens the channel is to find: chats with pins pin the message, others show the link where they
/// show what a channel is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub title: String,
    pub url: String,
}

/// Bytes in JSON.
mod base64_text {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        BASE64_STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// One object as it is now, as a message that stays true: where the chat can, it is replaced when the object has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The object's address, which names it.
    pub object: String,
    /// What was done to it, if anything: said in the card's thread when its own button was pressed.
    pub said: Message,
    /// The object as it is now.
    pub shown: Message,
    /// Draws it again.
    pub call: Call,
}

/// Who sees a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Of use only to the person who asked: hidden from others where the chat can hide it in place.
    Asker,
    /// For nobody's eyes but the person's who asked: a direct message where the chat can hide nothing.
    Private,
    /// Everyone in the channel.
    Channel,
}

impl Reply {
    pub fn new(message: impl Into<Message>, audience: Audience) -> Reply {
        Reply { message: message.into(), audience, card: None, files: Vec::new(), pin: None, then: Vec::new() }
    }

    /// What was done, then the object as it is now.
    pub fn card(card: Card, audience: Audience) -> Reply {
        let tone = card.shown.tone;
        let mut message = card.said.clone().tone(tone).card_of(&card.object);
        message.blocks.extend(card.shown.blocks.iter().cloned());
        let shown = card.shown.card_of(&card.object);
        Reply { card: Some(Box::new(Card { shown, ..card })), ..Reply::new(message, audience) }
    }

    /// The same with a file.
    #[must_use]
    pub fn with_file(mut self, file: File) -> Reply {
        self.files.push(file);
        self
    }

    /// The same, to stay in sight in the channel as `title`, which leads to `url`.
    #[must_use]
    pub fn pinned(mut self, title: impl Into<String>, url: impl Into<String>) -> Reply {
        self.pin = Some(Pin { title: title.into(), url: url.into() });
        self
    }

    /// The same, completed by a command of the bot itself.
    #[must_use]
    pub fn and_then(mut self, call: Call) -> Reply {
        self.then.push(call);
        self
    }

    pub fn to_channel(message: impl Into<Message>) -> Reply {
        Reply::new(message, Audience::Channel)
    }

    pub fn to_asker(message: impl Into<Message>) -> Reply {
        Reply::new(message, Audience::Asker)
    }
}
