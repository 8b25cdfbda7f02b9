//! Taking a typed line, a pressed button, or a message shortcut.

use commands::{Call, ErrorKind, FieldKind, Message, Now, Press, form, grammar};
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    Answer, Busy, Dispatch, Line, help,
    pasted::{Fate, advice},
    replies,
    run::RunJob,
};
use crate::{
    app::{App, OWN},
    audit, builtins,
    chat::{Answering, Foresight, FormView, Opener},
    documents::{self, LongCall},
    forms::{Form, WHOLE},
    people::{PersonId, roles::Role},
    queue::{Acceptance, Accepted},
};

impl Dispatch {
    /// Takes a typed line or a pressed button.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn line(&self, line: Line) -> Result<Answer, Busy> {
        let app = &self.app;
        if let Some(found) = self.pasted(&line.text) {
            tracing::warn!(request.id = %line.request_id, "A message with a secret in it was passed over");
            return Ok(Answer::Say(advice(&found, &fate(&line))));
        }
        let groups = app.groups();
        let text = app.shorthand.expand(&line.to, &groups, &line.text).await;
        let text = builtins::spelled_out(app, &text).into_owned();
        let defaults = app.shorthand.defaults(&line.to.place).await;
        let today = app.now_of(&PersonId::asker(&line.to), &text).await;
        let setting = grammar::Setting { defaults: &defaults, today };
        let answer = match grammar::parse(&groups, &setting, &text) {
            Ok(grammar::Parsed::Call(call)) if (call.group.as_str(), call.action.as_str()) == (OWN, builtins::RUN) => {
                // Each time it is shorter by the word `run`.
                let typed = call.params.get("command").and_then(Value::as_str).unwrap_or_default();
                return Box::pin(self.line(Line { text: builtins::line_of(&groups, typed), ..line })).await;
            }
            Ok(grammar::Parsed::Call(call)) if builtins::wants_form(&call) => {
                Box::pin(self.open(&line, call, Vec::new(), &defaults)).await
            }
            Ok(grammar::Parsed::Call(call)) => match self.app.long_call(&call).await {
                Some(LongCall { call, press: Press::Form }) => Box::pin(self.open(&line, call, Vec::new(), &defaults)).await,
                Some(LongCall { call, press: Press::Run }) => return self.take(line, call).await,
                None => return self.take(line, call).await,
            },
            Ok(grammar::Parsed::Form(draft)) => Box::pin(self.open(&line, draft.call, draft.problems, &defaults)).await,
            Ok(grammar::Parsed::Help { group, action }) => {
                let group = help::group_asked_for(group, action.as_deref(), &text);
                Ok(Answer::Say(Box::pin(self.help(&line.to, group.as_deref(), action.as_deref())).await))
            }
            Err(err) => {
                // Nobody is led to what they may not run.
                let visible = self.authority(&line.to).await.visible(&groups);
                let err = grammar::parse(&visible, &setting, &text).err().unwrap_or(err);
                Ok(Answer::Say(replies::not_understood(&err)))
            }
        };
        count(OWN, "line", &answer);
        answer
    }

    /// Takes a shortcut: [`Line::text`] is `{group}:{action}`, `said` and `link` are the message's whose menu it was in.
    /// Its form opens with all that filled in. One of the bot's own is what its command is.
    ///
    /// # Errors
    /// [`Busy`] when the store cannot take it: nothing was accepted.
    pub async fn shortcut(&self, line: Line, said: &Said, link: Option<&str>) -> Result<Answer, Busy> {
        let (kind, action) = line.text.split_once(':').unwrap_or((&line.text, ""));
        if kind == OWN {
            let text = format!("{OWN} {action}");
            return self.line(Line { text, ..line }).await;
        }
        let app = &self.app;
        let clean = app.without_pasted(&said.text).map(|it| it.0);
        let text = clean.as_deref().unwrap_or(&said.text);
        let connections = app.connections.all();
        let named = connections.iter().find(|it| it.name == kind).or_else(|| connections.iter().find(|it| it.kind.name == kind));
        let Some(live) = named else {
            return Ok(Answer::Say(replies::not_connected(kind)));
        };
        let Some(shortcut) = live.kind.shortcuts.iter().find(|it| it.action == action) else {
            return Ok(Answer::Say(Message::text(
                "This shortcut is of another version of the app. Ask an administrator to update the app's manifest.",
            )));
        };
        let mut params = Map::new();
        if let Some(field) = shortcut.title_field {
            let title: String =
                text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default().trim().chars().take(200).collect();
            params.insert(field.into(), json!(title));
        }
        if let Some(field) = shortcut.text_field {
            let author = self.author(&line.to, said).await.map(|it| format!(", by {it}")).unwrap_or_default();
            let body = match link {
                Some(link) => format!("{text}\n\nFrom chat{author}: {link}"),
                None => text.to_owned(),
            };
            params.insert(field.into(), json!(body));
        }
        let defaults = self.app.shorthand.defaults(&line.to.place).await;
        let fields = live.group().find(action).map(|it| it.fields()).unwrap_or_default();
        if let Some(field) = fields.iter().find(|it| it.kind == FieldKind::File).filter(|_| !said.files.is_empty()) {
            let files = if field.many { json!(said.files) } else { json!(said.files[0]) };
            params.insert(field.name.clone(), files);
        }
        for (name, value) in defaults.clone() {
            if fields.iter().any(|it| it.name == name) {
                params.entry(name).or_insert(value);
            }
        }
        let call = Call { group: live.name.clone(), action: action.into(), params };
        self.open(&line, call, Vec::new(), &defaults).await
    }

    /// The name of who said it. A form opens within three seconds: it does not wait long for one.
    async fn author(&self, to: &Answering, said: &Said) -> Option<String> {
        const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);
        let platform = self.app.platforms.get(&to.place.platform)?;
        let known = tokio::time::timeout(PATIENCE, platform.person(&to.place.workspace, said.author.as_deref()?)).await;
        known.ok()?.ok().map(|it| it.name)
    }

    /// Commits a complete call.
    async fn take(&self, line: Line, call: Call) -> Result<Answer, Busy> {
        if let Err(refusal) = self.may(&line.to, &call).await {
            self.note_refusal(&line, &call).await;
            return Ok(Answer::Say(refusal));
        }
        let job = RunJob::new(call, line.to, line.request_id);
        let acceptance = acceptance(&self.app, &line.key, line.raw, job);
        Ok(match self.app.queue.accept(acceptance).await.map_err(Busy::from)? {
            Accepted::New(_) => Answer::Accepted,
            Accepted::Duplicate => Answer::Duplicate,
        })
    }

    /// Opens the form of `call`, with what was given filled in.
    async fn open(
        &self,
        line: &Line,
        call: Call,
        problems: Vec<commands::FieldProblem>,
        defaults: &Map<String, Value>,
    ) -> Result<Answer, Busy> {
        if let Err(refusal) = self.may(&line.to, &call).await {
            self.note_refusal(line, &call).await;
            return Ok(Answer::Say(refusal));
        }
        let mut form = self.app.new_form(call, problems, line.to.clone());
        form.defaulted =
            defaults.iter().filter(|(name, value)| form.values.get(*name) == Some(value)).map(|it| it.0.clone()).collect();
        let Some(view) = self.app.view(&form) else {
            return Ok(Answer::Say(Message::text("This command is not there any more. `help` lists what there is.")));
        };
        self.app.forms.save(&form).await.map_err(|err| {
            tracing::error!(request.id = %line.request_id, "A form cannot be stored: {err:#}");
            Busy::not_taken("the store cannot be written to")
        })?;
        let opener = Opener { trigger: line.trigger.clone(), to: line.to.clone() };
        Ok(Answer::Form(opener, Box::new(view)))
    }

    /// Whether the person may run this at all. While no document says who may do what, only what takes more than a member
    /// needs to ask the chat who they are.
    pub(super) async fn may(&self, to: &Answering, call: &Call) -> Result<(), Message> {
        let groups = self.app.groups();
        let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
        let Some(spec) = spec else { return Ok(()) };
        if Role::needed(spec) <= Role::Member && self.app.rules().is_silent() {
            return Ok(());
        }
        let actor = self.actor(to).await;
        self.app.authorize(&actor, call, Some(&to.place.channel_key())).await.map_err(|err| replies::failure(&err))
    }

    /// Writes down that somebody was refused.
    async fn note_refusal(&self, line: &Line, call: &Call) {
        self.app.note_refusal(&line.to, call, &line.request_id, &line.key).await;
    }
}

/// What becomes of a message with a secret in it. No app deletes what people say in Slack; other chats saw to it before.
fn fate(line: &Line) -> Fate {
    match line.to.place.platform.as_str() {
        "slack" if line.trigger.is_some() => Fate::Unseen,
        "slack" => Fate::Stays("Delete your message: Slack lets no app do that for you.".into()),
        _ => Fate::Stays("Delete your message.".into()),
    }
}

/// A message whose menu a shortcut was chosen from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    /// The id of the person on the platform.
    pub author: Option<String>,
    /// What is attached to it, as a field for files takes it.
    pub files: Vec<String>,
}

/// What people of a chat type for the commands of `group`. In Slack each kind of connection has a slash
/// command, and a second connection of a kind has to do without.
pub fn typed(platform: &str, group: &str) -> String {
    let has_own = group == OWN || connectors::find(group).is_some();
    match (platform, has_own) {
        ("slack", true) => format!("/{group}"),
        ("slack", false) => format!("/{OWN} {group}"),
        _ => group.into(),
    }
}

/// What is committed for a call: the delivery, a line of the audit log, and the job.
pub(super) fn acceptance(app: &App, key: &str, raw: bytes::Bytes, job: RunJob) -> Acceptance {
    Acceptance {
        source: format!("{}:{}", job.to.place.platform, job.to.place.workspace),
        key: key.into(),
        body: raw,
        audit: Some(record(app, &job.call, &job.to, &job.request_id)),
        jobs: vec![job.into_job()],
        news: Vec::new(),
    }
}

/// The mark of what somebody may not do.
const REFUSED: &str = "refused";

/// How the audit log says that it ended with such an error.
pub(super) fn mark(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::Permission => REFUSED.to_owned(),
        kind => format!("failed: {}", kind.name().replace('_', " ")),
    }
}

/// The line of the audit log for a call. Secrets are not printed.
pub(super) fn record(app: &App, call: &Call, to: &Answering, request_id: &str) -> audit::Record {
    audit::Record {
        actor: format!("{}:{}:{}", to.place.platform, to.place.workspace, to.asker),
        action: grammar::print(&app.groups(), call),
        request_id: request_id.into(),
    }
}

impl App {
    /// Writes down that a call was refused; `key` tells a repeat from another.
    pub(crate) async fn note_refusal(&self, to: &Answering, call: &Call, request_id: &str, key: &str) {
        metrics::counter!("bellhop_refusals_total", "group" => call.group.clone()).increment(1);
        self.note_end(to, call, REFUSED, request_id, key).await;
    }

    /// Writes down how a call ended that was run in place, or not at all.
    pub(crate) async fn note_end(&self, to: &Answering, call: &Call, mark: &str, request_id: &str, key: &str) {
        let record = record(self, call, to, request_id);
        let acceptance = Acceptance {
            source: format!("{mark}:{}:{}", to.place.platform, to.place.workspace),
            key: key.into(),
            body: bytes::Bytes::new(),
            audit: Some(audit::Record { action: format!("[{mark}] {}", record.action), ..record }),
            jobs: Vec::new(),
            news: Vec::new(),
        };
        if let Err(err) = self.queue.accept(acceptance).await {
            tracing::error!("How a command ended cannot be written down: {}", err.reason);
        }
    }

    /// What a button stands for that holds only where its call is kept. It is authorised and recorded like any other.
    async fn long_call(&self, call: &Call) -> Option<LongCall> {
        let id =
            call.params.get("button").and_then(Value::as_str).filter(|_| call.group == OWN && call.action == documents::PRESS)?;
        match self.documents.load_call(id).await {
            Ok(found) => found,
            Err(err) => {
                tracing::error!("What a button stands for cannot be read: {err:#}");
                None
            }
        }
    }

    /// A form for `call` that nobody has filled in yet. It lives for a day.
    pub fn new_form(&self, call: Call, problems: Vec<commands::FieldProblem>, to: Answering) -> Form {
        let mut values = Map::new();
        let renewed = self.renewed(&call);
        let filled = builtins::filled(self, &call, &to.place);
        for field in self.fields(&call) {
            let before = renewed.as_ref().and_then(|it| it.settings.get(&field.name));
            let before = before.or_else(|| filled.as_ref()?.get(&field.name));
            if let Some(value) = call.params.get(&field.name).or(before) {
                values.insert(field.name.clone(), form::raw(&field, value));
            }
        }
        // 244 random bits: whoever holds the id may fill the form in on the web.
        let id = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        // Only a window has pages: a conversation and a web page have room for all.
        let step = if to.place.platform == "slack" { 1 } else { WHOLE };
        Form {
            id,
            call,
            values,
            problems,
            step,
            to,
            asking: None,
            defaulted: Vec::new(),
            expires: Timestamp::now() + 24.hours(),
            sent: None,
        }
    }

    /// The form's current page; none when its command is gone.
    pub fn view(&self, form: &Form) -> Option<FormView> {
        let groups = self.groups();
        let group = groups.iter().find(|it| it.name == form.call.group)?;
        let spec = group.find(&form.call.action)?;
        let mut fields = self.fields(&form.call);
        let pages = fields.iter().map(|it| it.step).max().unwrap_or(1);
        let (step, steps) = if form.step == WHOLE { (1, 1) } else { (form.step, pages) };
        fields.retain(|it| form.step == WHOLE || it.step == form.step);
        let verb = verb(spec.name);
        Some(FormView {
            id: form.id.clone(),
            title: title(spec.name),
            help: spec.summary().to_owned(),
            fields: fields.iter().map(|it| form.explained(it)).collect(),
            values: form.values.clone(),
            problems: form.problems.clone(),
            step,
            steps,
            submit: if step < steps { "Next".into() } else { verb },
            preview: builtins::previewed_by(&form.call).map(|by| Foresight { by, shown: None }),
        })
    }
}

/// `issue create` → `Create issue`.
pub(super) fn title(action: &str) -> String {
    if let Some(kind) = action.strip_prefix("connect ").and_then(connectors::find) {
        return format!("Connect {}", kind.title);
    }
    match action.rsplit_once(' ') {
        Some((noun, verb)) => format!("{} {noun}", capitalized(verb)),
        None => capitalized(action),
    }
}

fn verb(action: &str) -> String {
    match action.strip_prefix("connect ") {
        Some(_) => "Connect".into(),
        None => capitalized(action.rsplit(' ').next().unwrap_or(action)),
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What words such as `tomorrow 9:00` are read at, where the bot runs.
pub fn today() -> Now {
    Now::from(jiff::Zoned::now())
}

fn count(group: &str, action: &str, answer: &Result<Answer, Busy>) {
    let outcome = match answer {
        Ok(Answer::Accepted | Answer::Duplicate) => "accepted",
        Ok(Answer::Say(_)) => "answered",
        Ok(Answer::Form(..)) => "form",
        Err(_) => "busy",
    };
    metrics::counter!("bellhop_commands_total", "group" => group.to_owned(), "action" => action.to_owned(), "outcome" => outcome)
        .increment(1);
}

/// Whether a form asks for something that must never be stored in the clear.
pub(super) fn has_secret(fields: &[commands::Field]) -> bool {
    fields.iter().any(|it| it.kind == FieldKind::Secret)
}

/// `values` without what must never be stored in the clear.
pub(super) fn without_secrets(fields: &[commands::Field], values: &Map<String, Value>) -> Map<String, Value> {
    let is_secret = |name: &str| fields.iter().any(|it| it.name == name && it.kind == FieldKind::Secret);
    values.iter().filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
