//! A connector as small as one can be, to test the tests with: notes that are added and shown.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use commands::{
    Action, ActionDef, Choice, Ctx, Effect, Error, ErrorKind, Event, Reply, Result, action::parameters_of, event::Object,
    param::Secret,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Check, Connector, Delivery, Http, Kind, LookupDef, Mine, SecretFrom, Shortcut, Webhook,
    signature::verify_hmac_sha256_hex,
    standin::{Panel, Standin},
};

pub(super) static KIND: Kind = Kind::of::<Sample>();

/// Breaks the rules.
pub(super) static BROKEN: Kind = Kind {
    name: "Broken",
    title: "",
    noun: Some("page"),
    show: Some("page show"),
    shortcuts: &[
        Shortcut { label: "A label that is much too long", action: "note add", title_field: Some("name"), text_field: None },
        Shortcut { label: "", action: "page add", title_field: None, text_field: None },
    ],
    mine: &[Mine { title: "", command: "note add Buy paper" }],
    poll_every: Some(1),
    docs: "Soon.",
    config: parameters_of::<Undocumented>,
    actions: || {
        let [add, show] = Sample::ACTIONS else { unreachable!("the sample has two actions") };
        let wordy = commands::ActionSpec {
            name: "note Add a new one",
            examples: &["note show 1", "note add"],
            parameters: parameters_of::<Undocumented>,
            ..add.spec
        };
        vec![show.spec, show.spec, wordy]
    },
    lookups: || vec!["tag", "tag"],
    connect: |_, _| Err(Error::new(ErrorKind::BadConfig, "no")),
    ..Kind::of::<Sample>()
};

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is of use")]
struct Undocumented {
    #[schemars(extend("x-lookup" = "person"))]
    whose: String,
}

pub(super) struct Sample(Http);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// Where the notes are.
    #[expect(dead_code, reason = "the client knows it")]
    url: String,
    /// What lets us in.
    api_key: Secret,
}

/// Adds a note.
#[derive(Deserialize, JsonSchema)]
struct Add {
    /// What it says.
    text: String,
}

/// Shows a note.
#[derive(Deserialize, JsonSchema)]
struct Show {
    /// Its number.
    note: u32,
}

#[derive(Deserialize)]
struct Note {
    id: usize,
    text: String,
}

impl Note {
    fn reply(self) -> Reply {
        Reply::to_channel(format!("#{} {}", self.id, self.text))
    }
}

impl Action for Add {
    type On = Sample;
    const NAME: &'static str = "note add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &'static [&'static str] = &["note add Buy paper"];

    async fn run(self, on: &Sample, _: &Ctx) -> Result<Reply> {
        Ok(on.0.post("/notes").json(&json!({ "text": self.text })).send::<Note>().await?.reply())
    }
}

impl Action for Show {
    type On = Sample;
    const NAME: &'static str = "note show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &'static [&'static str] = &["note show 1"];

    async fn run(self, on: &Sample, _: &Ctx) -> Result<Reply> {
        Ok(on.0.get(&format!("/notes/{}", self.note)).send::<Note>().await?.reply())
    }
}

impl Connector for Sample {
    const NAME: &'static str = "sample";
    const TITLE: &'static str = "Sample";
    const NOUN: Option<&'static str> = Some("note");
    const SHOW: Option<&'static str> = Some("note show");
    type Config = Config;
    const ACTIONS: &'static [ActionDef<Sample>] = &[ActionDef::of::<Add>(), ActionDef::of::<Show>()];
    const LOOKUPS: &'static [LookupDef<Sample>] = &[LookupDef {
        name: "note",
        run: |on, query| {
            Box::pin(async move {
                let notes = on.0.get("/notes").send::<Vec<String>>().await?;
                let wanted = query.typed.to_lowercase();
                Ok(notes
                    .into_iter()
                    .filter(|it| it.to_lowercase().contains(&wanted))
                    .map(|it| Choice::new(it.clone(), it))
                    .collect())
            })
        },
    }];
    const SHORTCUTS: &'static [Shortcut] =
        &[Shortcut { label: "Add to the notes", action: "note add", title_field: None, text_field: Some("text") }];
    const WEBHOOK: Option<Webhook> = Some(Webhook {
        verify: |delivery, secret| {
            let signature = delivery.header("x-signature").unwrap_or_default();
            let good = verify_hmac_sha256_hex(secret, delivery.body, signature);
            good.then_some(()).ok_or_else(|| Error::new(ErrorKind::Auth, "The signature is wrong."))
        },
        key: Some(|delivery| delivery.header("x-delivery").map(str::to_owned)),
        parse: |delivery| {
            let note: Note = serde_json::from_slice(delivery.body).map_err(|err| Error::bad_input(err.to_string()))?;
            Ok(vec![event(note, delivery)])
        },
        handshake: None,
        secret: SecretFrom::Us,
        steps: "Give the notes' server {url} and {secret}.",
    });
    const STANDIN: fn() -> Box<dyn Standin> = || Box::new(Notes::default());
    const DOCS: &'static str = "# Sample\n\nA connector as small as one can be. It keeps notes, which people add from chat and look at again. \
        Connect it with its address and the key that lets the bot in; there is nothing else to set, and nothing to know.\n";

    fn connect(config: Config, http: Http) -> Result<Sample> {
        Ok(Sample(http.with_secret_header("x-key", config.api_key.expose())))
    }

    async fn health(&self) -> Vec<Check> {
        vec![match self.0.get("/notes").send::<Value>().await {
            Ok(_) => Check::ok("notes", "can be read"),
            Err(error) => Check::failed("notes", "cannot be read", error.message),
        }]
    }
}

fn event(note: Note, delivery: &Delivery<'_>) -> Event {
    let key = format!("#{}", note.id);
    Event {
        id: note.id.to_string(),
        source: delivery.hook.into(),
        kind: "note.added".into(),
        at: delivery.received,
        actor: None,
        object: Object { key, title: note.text, url: None, place: None, state: None },
        changes: Vec::new(),
        labels: Vec::new(),
        text: None,
        ..Event::default()
    }
}

#[derive(Clone)]
pub(super) struct Notes(pub Arc<Mutex<Vec<String>>>);

impl Default for Notes {
    fn default() -> Notes {
        Notes(Arc::new(Mutex::new(vec!["Water the plants".to_owned()])))
    }
}

type Texts = State<Arc<Mutex<Vec<String>>>>;

impl Standin for Notes {
    fn router(&self) -> Router {
        let add = async |State(notes): Texts, Json(note): Json<Value>| {
            let mut notes = notes.lock().unwrap();
            notes.push(note["text"].as_str().unwrap_or_default().to_owned());
            Json(json!({ "id": notes.len(), "text": notes.last() }))
        };
        let show = async |State(notes): Texts, Path(id): Path<usize>| match notes.lock().unwrap().get(id.wrapping_sub(1)) {
            Some(text) => Ok(Json(json!({ "id": id, "text": text }))),
            None => Err(StatusCode::NOT_FOUND),
        };
        let list = async |State(notes): Texts| Json(json!(*notes.lock().unwrap()));
        Router::new().route("/notes", post(add).get(list)).route("/notes/{id}", get(show)).with_state(self.0.clone())
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        Map::from_iter([("url".to_owned(), url.into()), ("api_key".to_owned(), "hunter22".into())])
    }

    fn panel(&self) -> Panel {
        let rows = self.0.lock().unwrap().iter().map(|text| vec![text.as_str().into()]).collect();
        Panel { title: "Notes".into(), header: vec!["Text".into()], rows }
    }
}
