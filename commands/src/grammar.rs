//! Text → [`Call`], or a helpful problem; and back.

use serde_json::{Map, Value};

use crate::{Call, Error, FieldProblem, Group};

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

/// What surrounds a line: defaults of the channel, the date for words such as `tomorrow`.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// Values for fields of that name that were not typed: `project` → `demo`.
    pub defaults: &'a Map<String, Value>,
    pub today: jiff::civil::Date,
}

/// Reads a line that starts with a group's name: `redmine issue create Printer on fire project=demo`.
///
/// # Errors
/// [`crate::ErrorKind::BadInput`] with a sentence that names the word that is wrong and what to
/// type instead: the nearest command, the usage line.
pub fn parse(groups: &[Group], setting: &Setting<'_>, line: &str) -> Result<Parsed, Error> {
    let _ = (groups, setting, line);
    unimplemented!()
}

/// The command that a person would type for `call`: parsing it gives the same call.
pub fn print(groups: &[Group], call: &Call) -> String {
    let _ = (groups, call);
    unimplemented!()
}

/// Like [`print`], with the word that makes [`parse`] answer [`Parsed::Form`].
pub fn print_form(groups: &[Group], call: &Call) -> String {
    let _ = (groups, call);
    unimplemented!()
}
