//! Forms as a conversation, because Zulip has no modals. Pure: a state, what was said, the next state.
//!
//! Only what is required is asked, one question a message; then comes the whole form as a numbered
//! list ([`Asking::Review`]), from which anything can be filled in or changed before `create`. So a
//! form of twelve fields costs as many messages as it has required ones, and one more. A number
//! always picks from the list that was shown last, and that list is part of the state: what the
//! vendor would list by now may be in another order.

mod prompt;

use commands::{Choice, Field, FieldKind, FieldProblem};
use jiff::Timestamp;
use serde_json::{Map, Value};

pub use prompt::{Manner, Page, explanation, opening, prompt};

use super::{escape, inbound};
use crate::{chat::FormView, forms::Form};

/// Look-up values shown at a time.
pub const SHOWN: usize = 20;

/// What the conversation waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asking {
    /// The value of this field.
    Field(String),
    /// `create`, or which field to fill in.
    Review,
    /// Set aside: only `resume` and `cancel` are for it.
    Aside,
}

/// An open conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub asking: Asking,
    pub values: Map<String, Value>,
    pub problems: Vec<FieldProblem>,
    /// The choices that numbers mean at the moment.
    pub shown: Vec<Choice>,
    /// How the picked values read, by field.
    pub labels: Map<String, Value>,
}

/// What follows from what was said.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// Ask what the state now asks, with a remark in front.
    Ask(State, Option<String>),
    /// Say more about what is asked, then ask it again.
    Explain(State),
    Submit(State),
    Cancel,
}

/// Says whether a value can be read as the field's: none when it can, otherwise what to write instead.
pub type Check<'a> = &'a (dyn Fn(&Field, &Value) -> Option<String> + Sync);

/// These are no names of fields, so they are in nobody's way among a form's values.
const SHOWN_KEY: &str = "#shown";
const LABELS_KEY: &str = "#labels";
const REVIEW: &str = "#review";
const ASIDE: &str = "#aside";

impl State {
    /// The first question of a form.
    pub fn begin(view: &FormView) -> State {
        let mut values = view.values.clone();
        values.retain(|name, _| !name.starts_with('#'));
        let (shown, labels) = (Vec::new(), Map::new());
        let mut state = State { asking: Asking::Review, values, problems: view.problems.clone(), shown, labels };
        state.asking = next(view, &state);
        state
    }

    /// The conversation as it was stored. After a day of silence it is set aside.
    pub fn of(form: &Form, now: Timestamp) -> State {
        let asking = match form.asking.as_deref() {
            Some(ASIDE) | None => Asking::Aside,
            Some(_) if form.is_silent(now) => Asking::Aside,
            Some(REVIEW) => Asking::Review,
            Some(field) => Asking::Field(field.to_owned()),
        };
        let mut values = form.values.clone();
        let shown = values.remove(SHOWN_KEY).and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
        let labels = match values.remove(LABELS_KEY) {
            Some(Value::Object(labels)) => labels,
            _ => Map::new(),
        };
        State { asking, values, problems: form.problems.clone(), shown, labels }
    }

    /// Puts the conversation into the form that is stored, as something was just said in it.
    pub fn put(&self, form: &mut Form, now: Timestamp) {
        form.heard(now);
        form.asking = Some(match &self.asking {
            Asking::Field(name) => name.clone(),
            Asking::Review => REVIEW.into(),
            Asking::Aside => ASIDE.into(),
        });
        form.values = self.values.clone();
        form.problems = self.problems.clone();
        if !self.shown.is_empty() {
            form.values.insert(SHOWN_KEY.into(), serde_json::to_value(&self.shown).unwrap_or_default());
        }
        if !self.labels.is_empty() {
            form.values.insert(LABELS_KEY.into(), Value::Object(self.labels.clone()));
        }
    }

    /// The form was refused: the first field with a problem is asked again.
    pub fn refused(mut self, view: &FormView, problems: Vec<FieldProblem>) -> State {
        self.problems = problems;
        self.shown.clear();
        self.asking = next(view, &self);
        self
    }

    /// The field that is being asked.
    pub fn field<'a>(&self, view: &'a FormView) -> Option<&'a Field> {
        match &self.asking {
            Asking::Field(name) => view.fields.iter().find(|it| it.name == *name),
            _ => None,
        }
    }

    /// The values of the form's present page.
    pub fn page_values(&self, view: &FormView) -> Map<String, Value> {
        let of_page = |name: &String| view.fields.iter().any(|it| it.name == *name);
        self.values.iter().filter(|(name, _)| of_page(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn set(&mut self, field: &Field, value: Value, label: String) {
        self.problems.retain(|it| it.field != field.name);
        self.labels.insert(field.name.clone(), Value::String(label));
        self.values.insert(field.name.clone(), value);
        self.shown.clear();
    }

    fn ask(mut self, view: &FormView) -> Turn {
        self.shown.clear();
        self.asking = next(view, &self);
        Turn::Ask(self, None)
    }
}

/// What to ask next: a field that was refused, a required one without a value, else the whole.
fn next(view: &FormView, state: &State) -> Asking {
    let wrong = visible(view).find(|field| state.problems.iter().any(|it| it.field == field.name));
    let field = wrong.or_else(|| missing(view, state).next());
    field.map_or(Asking::Review, |it| Asking::Field(it.name.clone()))
}

fn visible(view: &FormView) -> impl Iterator<Item = &Field> {
    view.fields.iter().filter(|it| !it.hidden)
}

fn missing<'a>(view: &'a FormView, state: &'a State) -> impl Iterator<Item = &'a Field> {
    visible(view).filter(|it| it.required && is_blank(state.values.get(&it.name)))
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(all)) => all.is_empty(),
        Some(_) => false,
    }
}

/// What the text asks of the conversation itself, rather than answering the question. `=cancel` is
/// the answer `cancel`.
pub fn is_control(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "cancel" | "back" | "skip" | "done" | "?" | "help" | "resume" | "web")
}

/// Takes what was said. `found` are the look-up's values for it, where the field that is asked has one.
pub fn step(view: &FormView, mut state: State, text: &str, found: &[Choice], check: Check<'_>) -> Turn {
    let text = text.trim();
    let word = text.to_lowercase();
    match word.as_str() {
        "cancel" => return Turn::Cancel,
        "resume" if state.asking == Asking::Aside => return state.ask(view),
        "done" => return submit(view, state),
        "?" | "help" => return Turn::Explain(state),
        "" => return Turn::Ask(state, None),
        _ => {}
    }
    match state.field(view).cloned() {
        Some(field) => match word.as_str() {
            "back" => {
                state.asking = before(view, &field);
                state.shown.clear();
                Turn::Ask(state, None)
            }
            "skip" if field.required && is_blank(state.values.get(&field.name)) => {
                let remark = "This one cannot be left out; `cancel` ends the form.";
                Turn::Ask(state, Some(remark.into()))
            }
            "skip" => {
                if !field.required {
                    state.values.remove(&field.name);
                    state.labels.remove(&field.name);
                }
                state.problems.retain(|it| it.field != field.name);
                state.ask(view)
            }
            _ => take(view, state, &field, text, found, check),
        },
        None => review(view, state, text, &word, check),
    }
}

/// At the list of everything.
fn review(view: &FormView, mut state: State, text: &str, word: &str, check: Check<'_>) -> Turn {
    if word == view.submit.to_lowercase() || matches!(word, "create" | "submit" | "yes" | "ok" | "next") {
        return submit(view, state);
    }
    if word == "back" {
        let last = visible(view).filter(|it| it.required).last().or_else(|| visible(view).last());
        if let Some(field) = last {
            state.asking = Asking::Field(field.name.clone());
        }
        return Turn::Ask(state, None);
    }
    let named = |name: &str| {
        let name = name.trim().trim_start_matches('-').to_lowercase();
        visible(view).find(|it| it.name.to_lowercase() == name || it.label().to_lowercase() == name)
    };
    let numbered = || word.trim_end_matches('.').parse::<usize>().ok()?.checked_sub(1).and_then(|at| visible(view).nth(at));
    if let Some(field) = numbered().or_else(|| named(word)) {
        state.asking = Asking::Field(field.name.clone());
        state.shown.clear();
        return Turn::Ask(state, None);
    }
    if let Some((name, value)) = text.split_once('=')
        && let Some(field) = named(name).cloned()
    {
        return take(view, state, &field, value, &[], check);
    }
    let remark = format!(
        "{} is neither `{}`, nor the number or name of an answer.",
        escape::code(&text.chars().take(60).collect::<String>()),
        view.submit.to_lowercase()
    );
    Turn::Ask(state, Some(remark))
}

fn submit(view: &FormView, state: State) -> Turn {
    let needed: Vec<String> = missing(view, &state).map(|it| escape::line(&it.label())).collect();
    if needed.is_empty() {
        return Turn::Submit(state);
    }
    let remark = format!("Still needed: {}.", needed.join(", "));
    match state.ask(view) {
        Turn::Ask(state, _) => Turn::Ask(state, Some(remark)),
        other => other,
    }
}

fn before(view: &FormView, field: &Field) -> Asking {
    let fields: Vec<&Field> = visible(view).filter(|it| it.required).collect();
    match fields.iter().position(|it| it.name == field.name) {
        Some(0) => Asking::Field(field.name.clone()),
        Some(at) => Asking::Field(fields[at - 1].name.clone()),
        None => Asking::Review,
    }
}

/// Takes the answer to a field.
fn take(view: &FormView, mut state: State, field: &Field, text: &str, found: &[Choice], check: Check<'_>) -> Turn {
    let text = text.trim();
    let literal = text.strip_prefix('=').map(str::trim);
    if field.kind == FieldKind::Secret {
        state.asking = Asking::Field(field.name.clone());
        return Turn::Ask(state, Some("That was not taken: everybody here could read it. Delete your message.".into()));
    }
    let offered = offered(field, &state.shown);
    let parts: Vec<&str> = match literal {
        Some(literal) if !field.many => vec![literal],
        _ if field.many => text.split([',', '\n']).map(str::trim).filter(|it| !it.is_empty()).collect(),
        _ => vec![text],
    };
    let mut picked = Vec::new();
    for part in parts {
        let choice = match (literal, pick(field, &offered, found, part)) {
            (Some(_), _) if !field.many => Choice::new(part, part),
            (_, Pick::One(choice)) => choice,
            (_, Pick::Typed) => {
                let person = inbound::mention(part).filter(|it| it.1.is_empty());
                Choice::new(part, person.map_or(part, |(name, _)| name.split('|').next().unwrap_or(name)))
            }
            (_, Pick::Several(several)) => {
                state.asking = Asking::Field(field.name.clone());
                state.shown = several;
                return Turn::Ask(state, Some(format!("Which one is {}?", escape::code(part))));
            }
            (_, Pick::None) => {
                state.asking = Asking::Field(field.name.clone());
                return Turn::Ask(state, Some(format!("{} is not one of these.", escape::code(part))));
            }
        };
        picked.push(choice);
    }
    let label = picked.iter().map(|it| it.label.as_str()).collect::<Vec<_>>().join(", ");
    let value = match field.many {
        true => Value::Array(picked.into_iter().map(|it| Value::String(it.value)).collect()),
        false => Value::String(picked.into_iter().next().map(|it| it.value).unwrap_or_default()),
    };
    if let Some(problem) = check(field, &value) {
        state.asking = Asking::Field(field.name.clone());
        return Turn::Ask(state, Some(escape::line(&problem)));
    }
    // Of another project, the version is none.
    if state.values.get(&field.name).is_some_and(|before| *before != value) {
        for other in visible(view).filter(|it| it.goes_by(&field.name)) {
            state.values.shift_remove(&other.name);
            state.labels.shift_remove(&other.name);
        }
    }
    state.set(field, value, label);
    state.ask(view)
}

enum Pick {
    One(Choice),
    /// Several fit: show these.
    Several(Vec<Choice>),
    /// Take it as it was typed.
    Typed,
    None,
}

fn pick(field: &Field, offered: &[Choice], found: &[Choice], part: &str) -> Pick {
    if let Some(choice) = part.parse::<usize>().ok().and_then(|it| it.checked_sub(1)).and_then(|at| offered.get(at)) {
        return Pick::One(choice.clone());
    }
    let wanted = part.to_lowercase();
    let wanted = match (&field.kind, wanted.as_str()) {
        (FieldKind::Flag, "y" | "true" | "on" | "1") => "yes",
        (FieldKind::Flag, "n" | "false" | "off" | "0") => "no",
        (_, wanted) => wanted,
    };
    let same = |it: &&Choice| it.value.to_lowercase() == wanted || it.label.to_lowercase() == wanted;
    if let Some(choice) = offered.iter().chain(found).find(same) {
        return Pick::One(choice.clone());
    }
    let fixed = matches!(field.kind, FieldKind::Choice(_) | FieldKind::Flag);
    let holds = |it: &&Choice| it.value.to_lowercase().contains(wanted) || it.label.to_lowercase().contains(wanted);
    let fitting: Vec<Choice> = if fixed { offered.iter().filter(holds).cloned().collect() } else { found.to_vec() };
    match (fitting.len(), fixed) {
        (1, _) => Pick::One(fitting[0].clone()),
        (0, true) => Pick::None,
        // The system may be slow, or know it by another name: it has the last word.
        (0, false) => Pick::Typed,
        _ => Pick::Several(fitting.into_iter().take(SHOWN).collect()),
    }
}

/// What numbers mean at this field.
fn offered(field: &Field, shown: &[Choice]) -> Vec<Choice> {
    match &field.kind {
        _ if !shown.is_empty() => shown.to_vec(),
        FieldKind::Choice(choices) => choices.clone(),
        FieldKind::Flag => vec![Choice::new("true", "Yes"), Choice::new("false", "No")],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
