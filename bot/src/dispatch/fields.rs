//! What a form asks: its pages, what its pickers go by, what a change of one answer does to others.

use std::sync::Arc;

use commands::{Call, Choice, Field, FieldKind, param::Channel};
use connectors::Query;
use futures::FutureExt;
use serde_json::{Map, Value};

use super::{
    Dispatch, Options,
    choices::{Offer, Wanted},
    matching,
};
use crate::{
    app::{App, OWN},
    builtins,
    chat::{Answering, Place},
    connections::Live,
    people, setup,
};

/// Fields of a page. With their problems these stay below the hundred blocks of a Slack modal.
const PAGE: usize = 30;
/// What finding out who asks may take of a picker's three seconds.
const WHO: std::time::Duration = std::time::Duration::from_millis(400);

/// The fields with the pages they are on, from 1 and without gaps. A page that is too long for a window becomes several.
pub(super) fn paged(mut fields: Vec<Field>) -> Vec<Field> {
    fields.sort_by_key(|it| it.step);
    let (mut page, mut on_it, mut declared) = (0, 0, None);
    for field in &mut fields {
        if declared != Some(field.step) || on_it == PAGE {
            page += 1;
            on_it = 0;
        }
        declared = Some(field.step);
        on_it += 1;
        field.step = page;
    }
    fields
}

/// Puts `given` over the `values` of a form. An answer that goes by one which is another now is forgotten, unless
/// it was given together with it.
pub(super) fn merge(fields: &[Field], values: &mut Map<String, Value>, given: &Map<String, Value>) {
    let text =
        |value: Option<&Value>| value.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)).unwrap_or_default();
    let changed: Vec<&str> = given
        .iter()
        .filter(|(name, value)| text(values.get(*name)) != text(Some(value)))
        .map(|(name, _)| name.as_str())
        .collect();
    for field in fields.iter().filter(|it| changed.iter().any(|name| it.goes_by(name))) {
        if !changed.contains(&field.name.as_str()) {
            values.shift_remove(&field.name);
        }
    }
    for (name, value) in given {
        // What picked values are called, of this page and of the others.
        if let (true, Some(Value::Object(before)), Value::Object(more)) = (name.starts_with('#'), values.get_mut(name), value) {
            before.extend(more.clone());
            continue;
        }
        let field = fields.iter().find(|it| it.name == *name);
        let is_stale = field.is_some_and(|it| changed.iter().any(|name| it.goes_by(name)) && !changed.contains(&name.as_str()));
        // No chat fills a box for files in again: what was attached stays until something else is.
        let is_kept = field.is_some_and(|it| it.kind == FieldKind::File) && is_blank(value);
        if !is_stale && !is_kept {
            values.insert(name.clone(), value.clone());
        }
    }
}

pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(all) => all.iter().all(is_blank),
        _ => false,
    }
}

/// Channels that were typed or picked in a chat of that name, as the rest of the bot knows them.
pub(super) fn name_channels(params: &mut Map<String, Value>, fields: &[Field], platform: &str) {
    let full = |value: &mut Value| {
        if let Value::String(text) = value {
            *text = Channel(std::mem::take(text)).address(platform);
        }
    };
    for field in fields.iter().filter(|it| it.kind == FieldKind::Channel) {
        match params.get_mut(&field.name) {
            Some(Value::Array(all)) => all.iter_mut().for_each(full),
            Some(one) => full(one),
            None => {}
        }
    }
}

impl Dispatch {
    /// Values for a picker, within 2.5 s, and what is to be known about them.
    pub async fn options(&self, options: Options) -> Offer {
        let Ok(Some(form)) = self.app.forms.load(&options.form).await else { return Offer::default() };
        if form.to.asker != options.person {
            return Offer::default();
        }
        let fields = self.app.fields(&form.call);
        // What was opened before somebody was shut out shows them nothing any more.
        if let Err(refusal) = self.may(&form.to, &form.call).await {
            return Offer { choices: Vec::new(), remark: Some(refusal.summary()) };
        }
        let Some(field) = fields.iter().find(|it| it.name == options.field) else { return Offer::default() };
        match (&field.lookup, &field.kind) {
            (Some(lookup), _) => {
                let mut given = form.call.params.clone();
                given.extend(form.values);
                // What a chat does not tell of its window is what was typed before.
                given.extend(options.given.into_iter().filter(|(_, value)| !is_blank(value)));
                given.retain(|name, value| {
                    !is_blank(value) && !name.starts_with('#') && field.needs.as_ref().is_none_or(|all| all.contains(name))
                });
                self.app.offer(&form.call.group, lookup, &options.typed, given, &form.to).await
            }
            // A list that is longer than the platform's menus is offered as one that is loaded.
            (None, FieldKind::Choice(choices)) => Offer { choices: matching(choices, &options.typed), remark: None },
            (None, _) => Offer::default(),
        }
    }
}

impl App {
    /// What a form asks of `call`'s action, each with its page.
    pub fn fields(&self, call: &Call) -> Vec<Field> {
        let groups = self.groups();
        let spec = groups.iter().find(|it| it.name == call.group).and_then(|it| it.find(&call.action));
        let mut fields: Vec<Field> =
            spec.map(|it| it.fields()).unwrap_or_default().iter().filter(|it| !it.hidden).cloned().collect();
        if let Some(live) = self.renewed(call) {
            for field in fields.iter_mut().filter(|it| it.kind == FieldKind::Secret && live.keeps(&it.name)) {
                field.required = false;
                field.help = format!("{} Kept; type to replace it.", field.help).trim().to_owned();
            }
        }
        paged(fields)
    }

    /// The connection that a call to `connect` would renew: its form is filled in with what may be seen of it.
    pub fn renewed(&self, call: &Call) -> Option<Arc<Live>> {
        let kind = call.action.strip_prefix("connect ").filter(|_| call.group == OWN)?;
        setup::renewed(self, connectors::find(kind)?, &call.params)
    }

    /// Values for a picker of `group`, as the bot itself sees them.
    pub async fn look_up(&self, group: &str, lookup: &str, typed: &str, given: Map<String, Value>) -> Vec<Choice> {
        if group == OWN {
            return builtins::look_up(self, lookup, typed, &given).await;
        }
        let Ok(live) = self.connections.get(group) else { return Vec::new() };
        let wanted = self.wanted(group, lookup, typed, given.clone(), "");
        let query = Query { typed: typed.into(), given, asker: None };
        let lookup = lookup.to_owned();
        let look = move || async move { live.connected.lookup(&lookup, &query).await }.boxed();
        self.choices.offer(&wanted, look).await.choices
    }

    /// Values for a picker of `group`, as the asker sees them where the system allows.
    async fn offer(&self, group: &str, lookup: &str, typed: &str, given: Map<String, Value>, to: &Answering) -> Offer {
        let Place { platform, workspace, .. } = &to.place;
        let actor = match tokio::time::timeout(WHO, self.actor(to)).await {
            Ok(Ok(actor)) => actor,
            // Nobody is shown what only the person may see.
            Ok(Err(_)) | Err(_) => people::stranger(platform, workspace, &to.asker),
        };
        if group == OWN && lookup != "command" {
            return Offer { choices: builtins::look_up(self, lookup, typed, &given).await, remark: None };
        }
        if group == OWN {
            let authority = self.authority(&actor, Some(&to.place.channel_key())).await;
            return Offer { choices: commands_like(&authority.visible(&self.groups()), lookup, typed), remark: None };
        }
        let Ok(live) = self.connections.get(group) else { return Offer::default() };
        let whose = format!("{platform}:{workspace}:{}:{}", to.asker, actor.email.as_deref().unwrap_or_default());
        let wanted = self.wanted(group, lookup, typed, given.clone(), &whose);
        let request_id = format!("look-up-{}", uuid::Uuid::now_v7().simple());
        // Under which account is not known: nothing is offered that somebody else may see.
        let Ok(ctx) = self.ctx_of(actor, group, &request_id, &to.place).await else { return Offer::default() };
        // Who sees with their own eyes is offered what was kept for those eyes.
        let Ok(person) = self.grants.person(&live, &people::PersonId::from(&ctx.actor)).await else { return Offer::default() };
        let mut wanted = wanted;
        if let Some(person) = &person {
            wanted.whose = format!("as {}", person.whose);
        }
        let query = Query { typed: typed.into(), given, asker: Some(ctx) };
        let (lookup, live) = (lookup.to_owned(), Arc::clone(&live));
        let look = move || {
            async move {
                let asked = live.connected.lookup(&lookup, &query);
                match person {
                    Some(person) => connectors::auth::as_person(person, asked).await,
                    None => asked.await,
                }
            }
            .boxed()
        };
        self.choices.offer(&wanted, look).await
    }

    fn wanted(&self, group: &str, lookup: &str, typed: &str, given: Map<String, Value>, whose: &str) -> Wanted {
        let title = self.groups().iter().find(|it| it.name == group).map_or_else(|| group.to_owned(), |it| it.title.clone());
        let (connection, lookup, typed) = (group.to_owned(), lookup.to_owned(), typed.trim().to_owned());
        Wanted { connection, title, lookup, typed, given, whose: whose.into() }
    }
}

/// The bot's own look-up `command`: what was typed, if it is one, and all commands like it.
fn commands_like(groups: &[commands::Group], lookup: &str, typed: &str) -> Vec<Choice> {
    /// As much as a chat's menus carry.
    const LONGEST: usize = 75;
    if lookup != "command" {
        return Vec::new();
    }
    let all = groups.iter().flat_map(|group| group.actions.iter().map(move |spec| (group, spec)));
    let all: Vec<Choice> = all
        .filter(|(group, spec)| !(group.name == OWN && spec.name == builtins::RUN))
        .map(|(group, spec)| {
            let line = format!("{} {}", group.name, spec.name);
            Choice::new(line.clone(), format!("{line}: {}", spec.summary()))
        })
        .collect();
    let mut found = matching(&all, typed);
    let typed = typed.trim();
    let names_group = typed.split_once(' ').is_some_and(|(first, _)| groups.iter().any(|it| it.name == first));
    if names_group && typed.chars().count() <= LONGEST && !found.iter().any(|it| it.value == typed) {
        found.insert(0, Choice::new(typed, typed));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(schema: Value) -> Vec<Field> {
        commands::form::fields(&schema.try_into().expect("a schema"))
    }

    #[test]
    fn a_long_page_becomes_several() {
        let mut properties = Map::new();
        for at in 0..75 {
            let step = if at < 35 { 1 } else { 4 };
            properties.insert(format!("f{at}"), json!({"type": "string", "x-step": step}));
        }
        let fields = paged(fields(json!({ "properties": properties })));
        let on = |page: u8| fields.iter().filter(|it| it.step == page).count();
        assert_eq!([on(1), on(2), on(3), on(4), on(5)], [30, 5, 30, 10, 0]);
    }

    #[test]
    fn another_project_forgets_the_version_of_the_one_before() {
        let fields = fields(json!({"properties": {
            "project": {"type": "string"},
            "version": {"type": "string", "x-needs": ["project"]},
            "files": {"type": "array", "items": {"type": "string", "format": "file"}}}}));
        let before = json!({"project": "demo", "version": "1.0", "files": ["slack-file:F1"]});
        let after = |given: Value| {
            let mut values = before.as_object().cloned().expect("an object");
            merge(&fields, &mut values, given.as_object().expect("an object"));
            Value::Object(values)
        };
        assert_eq!(after(json!({"project": "demo", "version": "1.0"})), before);
        assert_eq!(after(json!({"project": "apollo"})), json!({"project": "apollo", "files": ["slack-file:F1"]}));
        // The window still shows the old one: it goes as well.
        assert_eq!(after(json!({"project": "apollo", "version": "1.0"}))["version"], Value::Null);
        assert_eq!(after(json!({"project": "apollo", "version": "First stage"}))["version"], "First stage");
        assert_eq!(after(json!({"files": []}))["files"], json!(["slack-file:F1"]));
        assert_eq!(after(json!({"files": ["slack-file:F2"]}))["files"], json!(["slack-file:F2"]));
    }

    #[test]
    fn channels_are_named_in_full_before_an_action_runs() {
        let fields = fields(json!({"properties": {
            "to": {"type": "string", "format": "channel"},
            "also": {"type": "array", "items": {"type": "string", "format": "channel"}},
            "text": {"type": "string"}}}));
        let params = json!({"to": "<#C0DEV0001|dev>", "also": ["#ops", "zulip:ops>alerts"], "text": "#dev"});
        let mut params = params.as_object().cloned().expect("an object");
        name_channels(&mut params, &fields, "slack");
        let full = json!({"to": "slack:C0DEV0001", "also": ["slack:#ops", "zulip:ops>alerts"], "text": "#dev"});
        assert_eq!(Value::Object(params), full);
    }
}
