//! The words after an action's name → its parameters.
//!
//! Named words are taken out first, wherever they stand; what is left goes to the positional
//! fields in order, and the last of them takes the rest of the line as it was typed.

use serde_json::{Map, Value};

use super::{
    Draft, Parsed, Setting,
    link::{Reference, reference},
    shortened, usage_of,
    words::{Given, Shape, Word},
};
use crate::{
    ActionSpec, Call, Error, Field, FieldKind, FieldProblem, Group, Result,
    form::{self, Now},
    nearest::nearest,
    param::File,
};

/// What the words say, before it is read as typed values.
#[derive(Default)]
struct Typed<'a> {
    /// By field: what was given by name or by place.
    given: Map<String, Value>,
    /// The words that are left for the positional fields.
    plain: Vec<&'a Word<'a>>,
    form: Option<FormAsked>,
}

/// `--form` was there.
struct FormAsked;

pub(super) fn read(
    group: &Group,
    spec: &ActionSpec,
    setting: &Setting<'_, Now>,
    line: &str,
    words: &[Word<'_>],
) -> Result<Parsed> {
    let fields = spec.fields();
    let wants_help = |it: &Word<'_>| matches!(it.shape, Shape::Dashed { name } if name.eq_ignore_ascii_case("help"));
    if find(fields, "help").is_none() && words.iter().any(wants_help) {
        return Ok(Parsed::Help { group: Some(group.name.clone()), action: Some(spec.name.to_owned()) });
    }
    let arguments = Arguments { group, spec, fields, line };
    let mut typed = arguments.by_name(words)?;
    arguments.by_place(&mut typed)?;
    arguments.finish(typed, setting)
}

struct Arguments<'a> {
    group: &'a Group,
    spec: &'a ActionSpec,
    fields: &'a [Field],
    line: &'a str,
}

impl<'a> Arguments<'a> {
    /// Takes out every `name=value`, `--name value` and `--flag`.
    fn by_name<'w>(&self, words: &'w [Word<'w>]) -> Result<Typed<'w>> {
        let mut typed = Typed::default();
        let mut unknown: Vec<(&str, &Word<'_>)> = Vec::new();
        let mut rest = words.iter().peekable();
        while let Some(word) = rest.next() {
            match &word.shape {
                Shape::Pair { name, value } => match find(self.fields, name) {
                    Some(field) => match rest.next_if(|next| field.kind == FieldKind::Moment && goes_on(value, next)) {
                        Some(time) => self.give(&mut typed, field, &Given::Bare(format!("{} {}", value.text(), time.raw)))?,
                        None => self.give(&mut typed, field, value)?,
                    },
                    None => {
                        unknown.push((name, word));
                        typed.plain.push(word);
                    }
                },
                Shape::Dashed { name } => match find(self.fields, name) {
                    Some(field) if field.kind == FieldKind::Flag => self.give(&mut typed, field, &Given::Bare("yes".into()))?,
                    Some(field) => match rest.next() {
                        Some(next) if !matches!(next.shape, Shape::Dashed { .. }) => {
                            self.give(&mut typed, field, &next.given())?
                        }
                        _ => {
                            let name = &field.name;
                            return Err(self.refuse(format!("`--{name}` needs a value after it, as in `{name}=…`.")));
                        }
                    },
                    None if name.eq_ignore_ascii_case("form") => typed.form = Some(FormAsked),
                    None => {
                        unknown.push((name, word));
                        typed.plain.push(word);
                    }
                },
                Shape::Plain if File::is_attached(word.raw) => self.give(&mut typed, self.file()?, &word.given())?,
                Shape::Plain | Shape::Quoted(_) => typed.plain.push(word),
            }
        }
        for (name, _) in unknown {
            self.unknown_name(name, &typed)?;
        }
        Ok(typed)
    }

    /// The field that takes what was attached to the message.
    fn file(&self) -> Result<&'a Field> {
        let takes_files = |fields: &'a [Field]| fields.iter().find(|it| it.kind == FieldKind::File);
        takes_files(self.fields).ok_or_else(|| {
            let other = self.group.actions.iter().find(|it| takes_files(it.fields()).is_some());
            let way_out = match other {
                Some(other) => format!(" Leave the file out, or use `{} {}`.", self.group.name, other.name),
                None => " Leave the file out.".to_owned(),
            };
            Error::bad_input(format!("`{}` takes no file.{way_out}", self.command()))
        })
    }

    /// A name that is no field's is a part of free text, unless it looks like a slip.
    fn unknown_name(&self, name: &str, typed: &Typed<'_>) -> Result<()> {
        let folded = fold(name);
        let names = || self.fields.iter().map(|it| it.name.as_str());
        let begun = || (folded.len() >= 3).then(|| names().find(|it| fold(it).starts_with(&folded))).flatten();
        let last = self.places(&typed.given).last().map(|it| &it.kind);
        let is_text = matches!(last, Some(FieldKind::Text | FieldKind::LongText));
        if let Some(near) = nearest(&name.replace('-', "_"), names()).or_else(begun) {
            let way_out = if is_text { " Put quotes around it if it is part of the text." } else { "" };
            let command = self.command();
            return Err(Error::bad_input(format!("`{command}` has no `{name}`. Did you mean `{near}=…`?{way_out}")));
        }
        if is_text {
            return Ok(());
        }
        // A secret may hold an equals sign.
        if self.has_secret() {
            return Err(self.refuse(format!("`{}` has no such name as one of those before `=`.", self.command())));
        }
        Err(self.refuse(format!("`{}` has no `{}`.", self.command(), shortened(name))))
    }

    /// Gives what is left to the positional fields that have no value yet.
    fn by_place(&self, typed: &mut Typed<'_>) -> Result<()> {
        let places = self.places(&typed.given);
        let words = std::mem::take(&mut typed.plain);
        let mut words = words.into_iter().peekable();
        for (at, field) in places.iter().enumerate() {
            self.flags(typed, &mut words)?;
            if at + 1 < places.len() {
                let Some(word) = words.next() else { break };
                self.place(typed, field, word)?;
                continue;
            }
            let rest: Vec<&Word<'_>> = words.by_ref().collect();
            match rest.as_slice() {
                [] => {}
                [word] => self.place(typed, field, word)?,
                rest if field.many => {
                    for word in rest {
                        self.place(typed, field, word)?;
                    }
                }
                rest if self.takes_rest(field) => {
                    typed.given.insert(field.name.clone(), self.as_typed(rest).into());
                }
                [word, surplus, ..] => {
                    self.place(typed, field, word)?;
                    return Err(self.surplus(surplus));
                }
            }
        }
        self.flags(typed, &mut words)?;
        words.next().map_or(Ok(()), |word| Err(self.surplus(word)))
    }

    /// Flags may go by their bare names as long as no free text has begun.
    fn flags<'w>(
        &self,
        typed: &mut Typed<'_>,
        words: &mut std::iter::Peekable<impl Iterator<Item = &'w Word<'w>>>,
    ) -> Result<()> {
        let flag =
            |word: &Word<'_>| find(self.fields, word.raw).filter(|it| word.shape == Shape::Plain && it.kind == FieldKind::Flag);
        while let Some(field) = words.peek().and_then(|word| flag(word)) {
            self.give(typed, field, &Given::Bare("yes".into()))?;
            words.next();
        }
        Ok(())
    }

    fn place(&self, typed: &mut Typed<'_>, field: &Field, word: &Word<'_>) -> Result<()> {
        self.give(typed, field, &word.given())
    }

    /// Several words of free text, as they stand in the line, without the named ones between them.
    fn as_typed(&self, words: &[&Word<'_>]) -> String {
        let mut text = String::new();
        let mut end = None;
        for word in words {
            if let Some(end) = end {
                let gap: &str = &self.line[end..word.span.start];
                match (gap.trim().is_empty(), gap.contains('\n')) {
                    (true, _) => text.push_str(gap),
                    (false, true) => text.push('\n'),
                    (false, false) => text.push(' '),
                }
            }
            text.push_str(word.raw);
            end = Some(word.span.end);
        }
        text
    }

    fn give(&self, typed: &mut Typed<'_>, field: &Field, value: &Given) -> Result<()> {
        let name = &field.name;
        if field.kind == FieldKind::Secret {
            return Err(Error::bad_input(format!(
                "`{name}` is a secret and must not be typed in chat. Change it where it came from, because others may have seen \
                 it, then fill in the new one in the form: `{} --form`.",
                self.command()
            )));
        }
        let text = match (&field.kind, reference(self.group, value.text())) {
            (FieldKind::Integer { .. }, Reference::Number(number)) => number,
            _ => value.text().to_owned(),
        };
        if !field.many {
            if typed.given.contains_key(name) {
                return Err(self.refuse(format!("`{name}` is given twice: keep one of them.")));
            }
            typed.given.insert(name.clone(), text.into());
            return Ok(());
        }
        let items = match (value, &field.kind) {
            // Quotes hold a name with a comma together: `"Ana, B"`.
            (Given::Quoted(_), FieldKind::Person | FieldKind::Channel) => vec![text],
            _ => form::split(field, &text),
        };
        let list = typed.given.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.extend(items.into_iter().map(Value::String));
        }
        Ok(())
    }

    /// The positional fields that were not given by name, in order.
    fn places(&self, given: &Map<String, Value>) -> Vec<&'a Field> {
        self.fields.iter().filter(|it| it.positional && !given.contains_key(&it.name)).collect()
    }

    /// Reads what was typed as values, fills in the defaults, and sees what is missing.
    fn finish(&self, typed: Typed<'_>, setting: &Setting<'_, Now>) -> Result<Parsed> {
        let mut params = Map::new();
        let (mut missing, mut problems) = (Vec::new(), Vec::new());
        for field in self.fields {
            // A connection's own before everybody's: `github.repo` before `repo`.
            let own = setting.defaults.get(&format!("{}.{}", self.group.name, field.name));
            let default = own.or_else(|| setting.defaults.get(&field.name)).filter(|_| field.kind != FieldKind::Secret);
            let Some(raw) = typed.given.get(&field.name).or(default) else {
                if field.required && field.kind == FieldKind::Flag {
                    params.insert(field.name.clone(), false.into());
                } else if field.required {
                    missing.push(field.name.clone());
                }
                continue;
            };
            match form::value(field, raw, setting.today.clone()) {
                Ok(Some(value)) => drop(params.insert(field.name.clone(), value)),
                Ok(None) if field.required => missing.push(field.name.clone()),
                Ok(None) => {}
                Err(problem) => {
                    params.insert(field.name.clone(), form::raw(field, raw));
                    problems.push(FieldProblem::new(&field.name, problem));
                }
            }
        }
        let unasked = |name: &&String| self.fields.iter().any(|it| it.hidden && it.name == **name);
        if let Some(name) = missing.iter().find(unasked) {
            return Err(self.refuse(format!("`{}` needs `{name}=…`.", self.command())));
        }
        let call = Call { group: self.group.name.clone(), action: self.spec.name.to_owned(), params };
        if typed.form.is_some() || !missing.is_empty() || !problems.is_empty() {
            return Ok(Parsed::Form(Draft { call, missing, problems }));
        }
        Ok(Parsed::Call(call))
    }

    /// Whether a last positional field takes several words. Beside a secret it does not: the second
    /// word is likely to be the secret, and would be shown.
    fn takes_rest(&self, field: &Field) -> bool {
        use FieldKind::{Channel, Choice, LongText, Moment, Person, Text, Time};
        let kind = matches!(field.kind, Text | LongText | Person | Channel | Choice(_) | Time | Moment);
        kind && !self.has_secret()
    }

    fn has_secret(&self) -> bool {
        self.fields.iter().any(|it| it.kind == FieldKind::Secret)
    }

    fn surplus(&self, word: &Word<'_>) -> Error {
        // What is left over beside a secret may be the secret.
        match self.has_secret() {
            true => self.refuse(format!("`{}` does not take that many words.", self.command())),
            false => self.refuse(format!("`{}` has no place for `{}`.", self.command(), shortened(word.raw))),
        }
    }

    fn refuse(&self, sentence: String) -> Error {
        Error::bad_input(format!("{sentence} {}", usage_of(self.group, self.spec)))
    }

    fn command(&self) -> String {
        format!("{} {}", self.group.name, self.spec.name)
    }
}

/// `until=tomorrow 9:00` needs no quotes: the time belongs to the day before it.
fn goes_on(day: &Given, next: &Word<'_>) -> bool {
    let is_day = |text: &str| form::time(text).is_none() && !text.contains(':');
    matches!(day, Given::Bare(text) if is_day(text)) && next.shape == Shape::Plain && form::time(next.raw).is_some()
}

/// The field of that name: in any case, with dashes, underscores or nothing between its words.
pub(super) fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|it| it.name == name).or_else(|| fields.iter().find(|it| folded(&it.name).eq(folded(name))))
}

fn fold(name: &str) -> String {
    folded(name).collect()
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|it| !matches!(it, '-' | '_')).flat_map(char::to_lowercase)
}
