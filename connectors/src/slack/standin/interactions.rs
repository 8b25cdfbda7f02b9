//! Buttons, menus, modals and shortcuts: the payloads, and what the answers do to the screen.
//! <https://docs.slack.dev/reference/interaction-payloads>

use serde_json::{Map, Value, json};

use super::{
    SlackSim, blocks,
    client::{Outcome, visible},
    deliver::{Answered, Unanswered},
    elements,
    settings::ShortcutKind,
    state::{Message, State, View},
    web_api::{self, HowMany, OnTop},
};

/// Where an element is.
pub(super) enum Place {
    Message { channel: String, ts: String },
    View(String),
}

impl Place {
    pub(super) fn from(channel: Option<String>, ts: Option<String>, view: Option<String>) -> Result<Place, String> {
        match (channel, ts, view) {
            (_, _, Some(view)) => Ok(Place::View(view)),
            (Some(channel), Some(ts), None) => Ok(Place::Message { channel, ts }),
            _ => Err("An element is in a message (`channel` and `ts`) or in a `view`.".into()),
        }
    }
}

/// An element with what surrounds it, as this person sees it.
struct Found {
    element: Value,
    block: Value,
    message: Option<Message>,
    view: Option<View>,
}

fn find(state: &State, me: &str, place: &Place, (block_id, action_id): (&str, &str)) -> Result<Found, String> {
    let (message, view, blocks) = match place {
        Place::Message { channel, ts } => {
            let message = visible(state, me, channel, ts)?;
            let attached = message.attachments.iter().filter_map(|it| it["blocks"].as_array()).flatten();
            let blocks: Vec<Value> = message.blocks.iter().chain(attached).cloned().collect();
            (Some(message), None, blocks)
        }
        Place::View(id) => {
            let view = own_view(state, me, id)?;
            let blocks = view.given.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
            (None, Some(view), blocks)
        }
    };
    let element = blocks::find(&blocks, block_id, action_id).cloned();
    let element = element.ok_or_else(|| format!("There is no element {action_id} in the block {block_id}."))?;
    let block = blocks.into_iter().find(|it| it["block_id"] == block_id).unwrap_or_default();
    Ok(Found { element, block, message, view })
}

fn own_view(state: &State, me: &str, id: &str) -> Result<View, String> {
    let view = state.views.get(id).filter(|it| it.user == me);
    view.cloned().ok_or_else(|| format!("The view {id} is not open on this screen."))
}

fn user(state: &State, me: &str) -> Value {
    let name = state.user(me).map(|it| it.name.clone()).unwrap_or_default();
    json!({"id": me, "username": name, "name": name, "team_id": state.team})
}

fn base(state: &mut State, me: &str, kind: &str) -> Value {
    json!({
        "type": kind, "user": user(state, me), "api_app_id": state.app.app_id, "token": state.app.verification_token,
        "trigger_id": state.trigger(me), "team": {"id": state.team, "domain": "example"}, "enterprise": null, "is_enterprise_install": false,
    })
}

fn channel(state: &State, id: &str) -> Value {
    let name = match state.channel_type(id) {
        "im" => "directmessage".to_owned(),
        "group" | "mpim" => "privategroup".to_owned(),
        _ => state.channel(id).map(|it| it.name.clone()).unwrap_or_default(),
    };
    json!({"id": id, "name": name})
}

/// Fills in where the element stands: the message or the view.
fn place(state: &mut State, payload: &mut Value, found: &Found) {
    if let Some(message) = &found.message {
        let ephemeral = message.only_for.is_some();
        payload["container"] =
            json!({"type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": ephemeral});
        if let Some(thread_ts) = &message.thread_ts {
            payload["container"]["thread_ts"] = json!(thread_ts);
        }
        // A card below somebody else's link.
        if message.bot_id.as_ref() != Some(&state.app.bot_id) {
            payload["container"]["type"] = json!("message_attachment");
            payload["container"]["is_app_unfurl"] = json!(true);
        }
        payload["channel"] = channel(state, &message.channel);
        if !ephemeral {
            payload["message"] = state.message_json(message);
        }
    }
    if let Some(view) = &found.view {
        payload["container"] = json!({"type": "view", "view_id": view.id});
        payload["view"] = state.view_json(view);
    }
}

/// What the person sees when the app did not take an interaction.
fn trouble(result: &Result<Answered, Unanswered>) -> Option<&'static str> {
    match result {
        Ok(answered) if answered.status.is_success() => None,
        Err(Unanswered::Timeout) => Some("operation_timeout"),
        _ => Some("dispatch_failed"),
    }
}

impl SlackSim {
    /// Presses a button, or chooses from a menu.
    pub(super) async fn use_element(&self, me: &str, at: Place, names: (&str, &str), value: Value) -> Outcome {
        let payload = self.with(|state| -> Result<Option<(String, Value)>, String> {
            let mut found = find(state, me, &at, names)?;
            let loaded = state.loaded_options(names);
            let entered = elements::state(&found.element, &value, &loaded)?;
            let (block_id, action_id) = names;
            // A link button opens its link; the app is told all the same.
            let stateful = !matches!(found.element["type"].as_str(), Some("button" | "overflow" | "workflow_button" | "image"));
            let remember = |values: &mut Map<String, Value>| {
                let block = values.entry(block_id.to_owned()).or_insert_with(|| json!({}));
                block[action_id] = entered.clone();
            };
            match (&mut found.message, &mut found.view) {
                (Some(message), _) if stateful => {
                    remember(&mut message.values);
                    let values = message.values.clone();
                    if let Some(kept) = state.message_mut(&message.channel, &message.ts) {
                        kept.values = values;
                    }
                }
                (_, Some(view)) if stateful => {
                    remember(&mut view.values);
                    let values = view.values.clone();
                    web_api::touch(state, &view.id, |kept| kept.values = values);
                }
                _ => {}
            }
            // An input says nothing before the modal is submitted, unless it is told to.
            if found.block["type"] == "input" && found.block["dispatch_action"] != true {
                return Ok(None);
            }
            let mut payload = base(state, me, "block_actions");
            place(state, &mut payload, &found);
            if let Some(message) = &found.message {
                payload["state"] = json!({"values": elements::states(&message.blocks, &message.values)});
                payload["response_url"] = json!(state.response_url(&message.channel, me, Some(message)));
            }
            let action_ts = state.ts();
            payload["actions"] = json!([elements::action(&found.element, block_id, &entered, &action_ts)]);
            Ok(Some((state.settings.interactions_url.clone(), payload)))
        })?;
        let Some((url, payload)) = payload else { return Ok(json!({"entered": true})) };
        let result = self.post_payload(&url, &payload).await;
        Ok(match trouble(&result) {
            None => json!({"answered": true}),
            Some(error) => json!({"failed": error}),
        })
    }

    /// Asks the app for the options of an external menu.
    pub(super) async fn load_options(&self, me: &str, at: Place, names: (&str, &str), typed: &str) -> Outcome {
        let (url, payload) = self.with(|state| -> Result<(String, Value), String> {
            let found = find(state, me, &at, names)?;
            let least = found.element["min_query_length"].as_u64().unwrap_or(3);
            if (typed.chars().count() as u64) < least {
                return Err(format!("Type at least {least} characters."));
            }
            let mut payload = base(state, me, "block_suggestion");
            place(state, &mut payload, &found);
            if let Some(payload) = payload.as_object_mut() {
                payload.remove("trigger_id");
            }
            // Slack does not tell what is in the window when it asks for options.
            if payload["view"].is_object() {
                payload["view"]["state"] = json!({"values": {}});
            }
            payload["action_id"] = json!(names.1);
            payload["block_id"] = json!(names.0);
            payload["value"] = json!(typed);
            Ok((state.settings.options_url().to_owned(), payload))
        })?;
        let result = self.post_payload(&url, &payload).await;
        let answer = match &result {
            Ok(answered) if answered.status.is_success() => answered.json().unwrap_or(Value::Null),
            _ => Value::Null,
        };
        if !answer["options"].is_array() && !answer["option_groups"].is_array() {
            return Ok(json!({"failed": trouble(&result).unwrap_or("invalid_options"), "options": []}));
        }
        let options: Vec<Value> = blocks::offered(&answer).cloned().collect();
        let probe = json!([{"type": "actions", "elements": [{"type": "static_select", "options": options}]}]);
        let problems = match options.is_empty() {
            true => Vec::new(),
            false => blocks::check("/options", probe.as_array().map_or(&[], Vec::as_slice), blocks::Surface::Message),
        };
        if !problems.is_empty() {
            return Ok(json!({"failed": "invalid_options", "messages": problems, "options": []}));
        }
        self.with(|state| state.keep_options(names, &options));
        Ok(json!({"options": answer["options"], "option_groups": answer["option_groups"]}))
    }

    /// Presses a modal's submit button.
    pub(super) async fn submit(&self, me: &str, id: &str, values: &Map<String, Value>) -> Outcome {
        let payload = self.with(|state| -> Result<Result<(String, Value), Value>, String> {
            let view = own_view(state, me, id)?;
            if state.stacks.get(me).and_then(|stack| stack.last()) != Some(&view.id) {
                return Err(format!("The view {id} is not the one on top."));
            }
            let entered = enter(state, &view, values)?;
            let errors = missing(&view, &entered);
            web_api::touch(state, id, |view| (view.values, view.errors) = (entered, errors.clone()));
            if !errors.is_empty() {
                return Ok(Err(json!({"errors": errors, "by": "client"})));
            }
            let view = own_view(state, me, id)?;
            let mut payload = base(state, me, "view_submission");
            payload["view"] = state.view_json(&view);
            payload["response_urls"] = response_urls(state, me, &view);
            Ok(Ok((state.settings.interactions_url.clone(), payload)))
        })?;
        let (url, payload) = match payload {
            Ok(payload) => payload,
            Err(refused) => return Ok(refused),
        };
        let result = self.post_payload(&url, &payload).await;
        match &result {
            Ok(answered) if answered.status.is_success() => self.with(|state| respond(state, me, id, answered)),
            _ => Ok(json!({"failed": "We had some trouble connecting. Try again?", "error": trouble(&result)})),
        }
    }

    /// Closes the top modal, or all of them; the app hears of it where it asked to.
    pub(super) async fn close(&self, me: &str, id: &str, how_many: HowMany) -> Outcome {
        let told = self.with(|state| -> Result<Vec<(String, Value)>, String> {
            let view = own_view(state, me, id)?;
            let closing = match how_many {
                HowMany::One => vec![view],
                HowMany::All => {
                    let stack = state.stacks.get(me).cloned().unwrap_or_default();
                    stack.iter().rev().filter_map(|id| state.views.get(id).cloned()).collect()
                }
            };
            let mut told = Vec::new();
            for view in closing.iter().filter(|it| it.given.get("notify_on_close") == Some(&Value::Bool(true))) {
                let mut payload = base(state, me, "view_closed");
                payload["view"] = state.view_json(view);
                payload["is_cleared"] = json!(how_many == HowMany::All);
                if let Some(payload) = payload.as_object_mut() {
                    payload.remove("trigger_id");
                }
                told.push((state.settings.interactions_url.clone(), payload));
            }
            web_api::close(state, me, how_many);
            Ok(told)
        })?;
        for (url, payload) in told {
            // The modal is gone whatever the app answers.
            let _ = self.post_payload(&url, &payload).await;
        }
        Ok(json!({"closed": true}))
    }

    pub(super) async fn message_shortcut(&self, me: &str, channel_id: &str, ts: &str, callback_id: &str) -> Outcome {
        let (url, payload) = self.with(|state| -> Result<(String, Value), String> {
            offered(state, callback_id, ShortcutKind::Message)?;
            let message = visible(state, me, channel_id, ts)?;
            let mut payload = base(state, me, "message_action");
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.ts());
            payload["message_ts"] = json!(ts);
            payload["message"] = state.message_json(&message);
            payload["channel"] = channel(state, &message.channel);
            payload["response_url"] = json!(state.response_url(&message.channel, me, Some(&message)));
            Ok((state.settings.interactions_url.clone(), payload))
        })?;
        self.tell(&url, &payload).await
    }

    pub(super) async fn global_shortcut(&self, me: &str, callback_id: &str) -> Outcome {
        let (url, payload) = self.with(|state| -> Result<(String, Value), String> {
            offered(state, callback_id, ShortcutKind::Global)?;
            let mut payload = base(state, me, "shortcut");
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.ts());
            Ok((state.settings.interactions_url.clone(), payload))
        })?;
        self.tell(&url, &payload).await
    }

    async fn tell(&self, url: &str, payload: &Value) -> Outcome {
        let result = self.post_payload(url, payload).await;
        Ok(trouble(&result).map_or(json!({"answered": true}), |error| json!({"failed": error})))
    }
}

fn offered(state: &State, callback_id: &str, kind: ShortcutKind) -> Result<(), String> {
    let shortcuts = &state.settings.shortcuts;
    let known = shortcuts.is_empty() || shortcuts.iter().any(|it| it.kind == kind && it.callback_id == callback_id);
    known.then_some(()).ok_or_else(|| format!("The app has no such shortcut: {callback_id}."))
}

/// What the view holds once the given values are entered.
fn enter(state: &State, view: &View, values: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let blocks = view.given.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut entered = view.values.clone();
    for (block_id, actions) in values {
        for (action_id, value) in actions.as_object().into_iter().flatten() {
            let element = blocks::find(&blocks, block_id, action_id);
            let element = element.ok_or_else(|| format!("There is no element {action_id} in the block {block_id}."))?;
            let loaded = state.loaded_options((block_id, action_id));
            let block = entered.entry(block_id.clone()).or_insert_with(|| json!({}));
            block[action_id] = elements::state(element, value, &loaded)?;
        }
    }
    Ok(entered)
}

/// What the client itself refuses: inputs that must be filled and are not, texts out of their bounds.
fn missing(view: &View, entered: &Map<String, Value>) -> Map<String, Value> {
    let mut errors = Map::new();
    let blocks = view.given.get("blocks").and_then(Value::as_array);
    for block in blocks.into_iter().flatten().filter(|it| it["type"] == "input") {
        let (id, element) = (block["block_id"].as_str().unwrap_or_default(), &block["element"]);
        let held =
            entered.get(id).and_then(|it| it.get(element["action_id"].as_str().unwrap_or_default())).unwrap_or(&Value::Null);
        if elements::is_empty(held) {
            if block["optional"] != true {
                errors.insert(id.to_owned(), json!("Please complete this required field."));
            }
            continue;
        }
        if let Some(problem) = elements::problem(element, held) {
            errors.insert(id.to_owned(), json!(problem));
        }
        let length = held["value"].as_str().map_or(0, |it| it.chars().count() as u64);
        if let Some(most) = element["max_length"].as_u64().filter(|most| length > *most) {
            errors.insert(id.to_owned(), json!(format!("Please enter no more than {most} characters.")));
        }
        if let Some(least) = element["min_length"].as_u64().filter(|least| length < *least) {
            errors.insert(id.to_owned(), json!(format!("Please enter at least {least} characters.")));
        }
    }
    errors
}

/// For conversation pickers with `response_url_enabled`.
fn response_urls(state: &mut State, me: &str, view: &View) -> Value {
    let blocks = view.given.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut urls = Vec::new();
    for (block_id, element) in blocks::elements(&blocks).filter(|(_, it)| it["response_url_enabled"] == true) {
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let held = view.values.get(block_id).and_then(|it| it.get(action_id)).cloned().unwrap_or_default();
        let chosen = held["selected_conversation"].as_str().or(held["selected_channel"].as_str());
        if let Some(channel) = chosen {
            let url = state.response_url(channel, me, None);
            urls.push(json!({"block_id": block_id, "action_id": action_id, "channel_id": channel, "response_url": url}));
        }
    }
    json!(urls)
}

/// Does what the app's answer to a submission says.
fn respond(state: &mut State, me: &str, id: &str, answered: &Answered) -> Outcome {
    let answer = match String::from_utf8_lossy(&answered.body).trim() {
        "" => json!({}),
        body => match serde_json::from_str::<Value>(body) {
            Ok(answer) if answer.is_object() => answer,
            _ => return Ok(json!({"failed": "We had some trouble connecting. Try again?", "error": "invalid_response"})),
        },
    };
    let view = || match (&answer["view"], blocks::check_view(&answer["view"])) {
        (Value::Object(view), problems) if problems.is_empty() => Ok(view.clone()),
        (_, problems) => {
            Err(json!({"failed": "We had some trouble connecting. Try again?", "error": "invalid_view", "messages": problems}))
        }
    };
    match answer["response_action"].as_str() {
        None => {
            web_api::close(state, me, HowMany::One);
            Ok(json!({"closed": true}))
        }
        Some("clear") => {
            web_api::close(state, me, HowMany::All);
            Ok(json!({"closed": true, "cleared": true}))
        }
        Some("errors") => {
            let errors = answer["errors"].as_object().cloned().unwrap_or_default();
            let blocks = state.views.get(id).and_then(|it| it.given.get("blocks")).and_then(Value::as_array).cloned();
            let inputs: Vec<Value> = blocks.into_iter().flatten().filter(|it| it["type"] == "input").collect();
            // Slack shows nothing useful for errors at blocks that are no inputs.
            if errors.is_empty() || !errors.keys().all(|name| inputs.iter().any(|it| it["block_id"] == name.as_str())) {
                return Ok(
                    json!({"failed": "We had some trouble connecting. Try again?", "error": "invalid_errors", "errors": errors}),
                );
            }
            web_api::touch(state, id, |view| view.errors.clone_from(&errors));
            Ok(json!({"errors": errors, "by": "app"}))
        }
        Some("update") => match view() {
            Err(refused) => Ok(refused),
            Ok(given) => {
                let view = web_api::set_view(state, id, given).ok_or("The view is gone.")?;
                Ok(json!({"view": state.view_json(&view)}))
            }
        },
        Some("push") => match view() {
            Err(refused) => Ok(refused),
            Ok(_) if state.stacks.get(me).map_or(0, Vec::len) >= 3 => Ok(json!({"failed": "push_limit_reached"})),
            Ok(given) => {
                let view = web_api::open_view(state, me, given, OnTop::Yes);
                Ok(json!({"view": state.view_json(&view)}))
            }
        },
        Some(other) => Ok(
            json!({"failed": "We had some trouble connecting. Try again?", "error": format!("unknown response_action {other}")}),
        ),
    }
}
