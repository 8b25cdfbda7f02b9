//! Text → [`Call`], or a helpful problem; and back.

mod arguments;
mod cut;
mod link;
mod print;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Map, Value};

use self::{
    link::{Reference, reference},
    words::{Shape, Word},
};
use crate::{ActionSpec, Call, Error, FieldKind, FieldProblem, Group, form::Now, help, nearest::nearest};

pub(crate) use cut::{Cut, cut};
pub(crate) use print::word;
pub use print::{print, print_form};

/// The longest line that is read. Chats cut off earlier; this bounds the work of reading one.
pub const LONGEST_LINE: usize = 16 * 1024;

/// What a typed line means.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Complete: it can run.
    Call(Call),
    /// A form is asked for (`--form`), or something required is missing: the form opens with what
    /// was typed filled in.
    Form(Draft),
    /// Help on a group or on one action (`redmine help issue create`, `help`, an empty line).
    Help { group: Option<String>, action: Option<String> },
}

/// A call with holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub call: Call,
    /// Names of the required fields that have no value yet.
    pub missing: Vec<String>,
    /// Values that were typed but cannot be read: shown at their fields, with what was typed kept in `call`.
    pub problems: Vec<FieldProblem>,
}

/// What surrounds a line: defaults of the channel, and what words such as `tomorrow` are read at.
#[derive(Clone, Debug)]
pub struct Setting<'a, N = jiff::civil::Date> {
    /// Values for fields of that name that were not typed: `project` → `demo`.
    /// By field, `repo`, or by connection and field, `github.repo`.
    pub defaults: &'a Map<String, Value>,
    /// The date, or [`Now`] where the time of day and the time zone are known as well.
    pub today: N,
}

/// Reads a line that starts with a group's name: `redmine issue create Printer on fire project=demo`.
///
/// # Errors
/// [`crate::ErrorKind::BadInput`] with a sentence that names the word that is wrong and what to
/// type instead: the nearest command, the usage line.
pub fn parse<N: Into<Now> + Clone>(groups: &[Group], setting: &Setting<'_, N>, line: &str) -> Result<Parsed, Error> {
    parse_at(groups, &Setting { defaults: setting.defaults, today: setting.today.clone().into() }, line)
}

fn parse_at(groups: &[Group], setting: &Setting<'_, Now>, line: &str) -> Result<Parsed, Error> {
    if line.len() > LONGEST_LINE {
        return Err(Error::bad_input(format!(
            "That command is {} KiB long, and the longest that can be read is {} KiB: shorten it, or attach the text as a file.",
            line.len().div_ceil(1024),
            LONGEST_LINE / 1024
        )));
    }
    let words = words::split(line);
    let Some((first, rest)) = words.split_first() else { return Ok(Parsed::Help { group: None, action: None }) };
    if is_help(first) {
        return Ok(topic(groups, None, rest));
    }
    let Some(group) = groups.iter().find(|it| it.name.eq_ignore_ascii_case(first.raw)) else {
        return Err(unknown_group(groups, &words));
    };
    let Some(second) = rest.first() else { return Ok(topic(groups, Some(group), rest)) };
    if let Some((spec, used)) = action(group, rest) {
        return arguments::read(group, spec, setting, line, &rest[used..]);
    }
    if is_help(second) {
        return Ok(topic(groups, Some(group), &rest[1..]));
    }
    match (group.show.and_then(|show| group.find(show)), reference(group, second.raw)) {
        (Some(show), Reference::Number(_) | Reference::Object) => arguments::read(group, show, setting, line, rest),
        // An action that takes a number cannot read a key.
        (Some(show), Reference::Key) if shows_text(show) => arguments::read(group, show, setting, line, rest),
        (Some(_), it) if it == Reference::Numberless || (it == Reference::Key && second.raw.contains("://")) => {
            Err(Error::bad_input(format!(
                "That {} link has no number in it that could be shown. `{} help` lists the commands.",
                group.title, group.name
            )))
        }
        (Some(_), Reference::Foreign) => Err(Error::bad_input(format!(
            "That link does not lead into {}{}. `{} help` lists the commands.",
            group.title,
            group.url.as_deref().map(|it| format!(" ({it})")).unwrap_or_default(),
            group.name
        ))),
        _ => Err(unknown_action(group, rest)),
    }
}

fn shows_text(show: &ActionSpec) -> bool {
    show.fields().first().is_some_and(|it| matches!(it.kind, FieldKind::Text))
}

fn is_help(word: &Word<'_>) -> bool {
    match word.shape {
        Shape::Plain => word.raw.eq_ignore_ascii_case("help"),
        Shape::Dashed { name } => name.eq_ignore_ascii_case("help"),
        _ => false,
    }
}

/// What help is wanted on: `help redmine issue create`, `redmine help create`, `bellhop help redmine`.
fn topic(groups: &[Group], group: Option<&Group>, words: &[Word<'_>]) -> Parsed {
    let named = words.first().and_then(|word| groups.iter().find(|it| it.name.eq_ignore_ascii_case(word.raw)));
    let of_group = group.and_then(|it| action(it, words));
    let (group, words) = match named {
        Some(named) if of_group.is_none() => (Some(named), &words[1..]),
        _ => (group, words),
    };
    let typed = || words.iter().map(|it| it.raw.to_lowercase()).collect::<Vec<_>>().join(" ");
    let action = match group.and_then(|it| action(it, words)) {
        Some((spec, _)) => Some(spec.name.to_owned()),
        None if words.is_empty() => None,
        None => Some(typed()),
    };
    Parsed::Help { group: group.map(|it| it.name.clone()), action }
}

/// The action that `words` start with, and how many of them name it. The longest name wins; the
/// group's own noun may be left out.
fn action<'a>(group: &'a Group, words: &[Word<'_>]) -> Option<(&'a ActionSpec, usize)> {
    let used = |spec: &ActionSpec| {
        let full = leading(spec.name, words);
        let short = group.noun.and_then(|noun| spec.name.strip_prefix(noun)?.strip_prefix(' ')).and_then(|it| leading(it, words));
        // Between `x issue` and `issue x` read from the same words, the one that is written out wins.
        full.map(|it| (it, 1)).max(short.map(|it| (it, 0)))
    };
    let found = group.actions.iter().filter_map(|spec| used(spec).map(|used| (used, spec)));
    found.max_by_key(|(used, _)| *used).map(|((used, _), spec)| (spec, used))
}

fn leading(name: &str, words: &[Word<'_>]) -> Option<usize> {
    let mut count = 0;
    for part in name.split(' ') {
        let word = words.get(count)?;
        if word.shape != Shape::Plain || !word.raw.eq_ignore_ascii_case(part) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

fn unknown_group(groups: &[Group], words: &[Word<'_>]) -> Error {
    let typed = words[0].raw;
    let hint = match nearest(typed, groups.iter().map(|it| it.name.as_str())) {
        Some(name) => format!(" Did you mean `{name}`?"),
        None => match groups.iter().find_map(|group| action(group, words).map(|(spec, _)| (group, spec))) {
            Some((group, spec)) => format!(" Did you mean `{} {}`?", group.name, spec.name),
            None => String::new(),
        },
    };
    Error::bad_input(format!("There is no `{}` here.{hint} `help` lists what there is.", shortened(typed)))
}

fn unknown_action(group: &Group, words: &[Word<'_>]) -> Error {
    let typed = |count: usize| words.iter().take(count).map(|it| it.raw.to_lowercase()).collect::<Vec<_>>().join(" ");
    let all = group.actions.iter().flat_map(|spec| {
        let short = group.noun.and_then(|noun| spec.name.strip_prefix(noun)?.strip_prefix(' '));
        [Some(spec.name), short].into_iter().flatten().map(move |form| (form, spec))
    });
    let near = all
        .filter_map(|(form, spec)| nearest(&typed(form.split(' ').count()), [form]).map(|_| (form, spec)))
        .map(|(form, spec)| (strsim::osa_distance(&typed(form.split(' ').count()), form), spec))
        .min_by_key(|(distance, _)| *distance);
    let below: Vec<_> = group.actions.iter().filter(|it| it.name.split(' ').next() == Some(typed(1).as_str())).collect();
    let name = &group.name;
    let hint = match (near, below.as_slice()) {
        (Some((_, spec)), _) => format!(" Did you mean `{name} {}`?", spec.name),
        (None, []) => String::new(),
        (None, below) => {
            let all = below.iter().map(|it| format!("`{name} {}`", it.name)).collect::<Vec<_>>().join(", ");
            format!(" There is {all}.")
        }
    };
    Error::bad_input(format!("{} has no command `{}`.{hint} `{name} help` lists them all.", group.title, shortened(&typed(2))))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(60).chain(['…']).collect() }
}

/// The sentence that ends most refusals. Beyond a handful of options, help lists them better.
fn usage_of(group: &Group, spec: &ActionSpec) -> String {
    const LONGEST: usize = 100;
    let usage = help::usage(&group.name, spec);
    let options = usage.find(" [").filter(|_| usage.chars().count() > LONGEST);
    match options {
        Some(at) => format!("It goes `{} …`; `{} help {}` tells all.", &usage[..at], group.name, spec.name),
        None => format!("It goes `{usage}`."),
    }
}
