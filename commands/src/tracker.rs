//! A small issue tracker: the actions that this crate's tests speak about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Action, ActionDef, Call, Ctx, Effect, Error, Group, Reply, Result,
    grammar::{self, Draft, Parsed, Setting},
    param::{Date, File, Link, Markdown, Person, Secret},
};

/// A project, by its identifier.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project"))]
struct Project(String);

/// What sort of work it is.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Tracker {
    Bug,
    Feature,
    Support,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Priority {
    /// Whenever there is time.
    Low,
    /// In its turn.
    Normal,
    /// Now.
    VeryHigh,
}

/// Creates an issue
/// in a project.
///
/// The rest is not shown.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Create {
    /// What is wrong, in a line.
    subject: String,
    /// Where it belongs.
    #[schemars(extend("x-named" = true))]
    project: Project,
    /// What sort of work it is.
    tracker: Option<Tracker>,
    /// How soon.
    priority: Option<Priority>,
    /// Who does it.
    assignee: Option<Person>,
    /// By when.
    due_date: Option<Date>,
    /// How long it takes.
    hours: Option<f64>,
    /// How much is done.
    #[schemars(range(min = 0, max = 100))]
    done: Option<i64>,
    /// More about it.
    description: Option<Markdown>,
    /// Who is told.
    #[serde(default)]
    watchers: Vec<Person>,
    /// Versions it concerns.
    #[serde(default)]
    versions: Vec<i64>,
    /// `name=value` of custom fields.
    #[serde(default)]
    fields: Vec<String>,
    /// Files to add.
    #[serde(default)]
    files: Vec<File>,
    /// More on the web.
    see: Option<Link>,
    /// Only members see it.
    #[serde(default)]
    private: bool,
}

/// Shows an issue.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Show {
    /// Its number.
    issue: u32,
}

/// Says something about an issue.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Comment {
    /// Its number.
    issue: u32,
    /// What to say.
    text: Markdown,
    /// Only members see it.
    #[serde(default)]
    private: bool,
}

/// Gives an issue another priority.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Rank {
    /// Its number.
    issue: u32,
    /// How soon.
    priority: Priority,
}

/// Lists issues.
#[derive(Deserialize, Serialize, JsonSchema)]
struct List {
    /// Of which project.
    project: Option<Project>,
    /// How many.
    #[serde(default = "ten")]
    limit: u8,
    /// Closed ones too.
    #[serde(default)]
    all: bool,
}

fn ten() -> u8 {
    10
}

/// Closes issues.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Close {
    /// Their numbers.
    issues: Vec<u32>,
}

/// Adds a person.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is read")]
struct Join {
    /// What they sign in with.
    login: String,
    /// What proves it.
    password: Secret,
    /// Whether to say so.
    loud: bool,
}

macro_rules! action {
    ($type:ty, $name:literal, $effect:ident, $examples:expr) => {
        impl Action for $type {
            type On = ();
            const NAME: &'static str = $name;
            const EFFECT: Effect = Effect::$effect;
            const EXAMPLES: &'static [&'static str] = $examples;

            async fn run(self, _: &(), _: &Ctx) -> Result<Reply> {
                Ok(Reply::to_asker($name))
            }
        }
    };
}

action!(Create, "issue create", Write, &["issue create Printer on fire project=demo"]);
action!(Show, "issue show", Read, &[]);
action!(Comment, "issue comment", Write, &[]);
action!(Rank, "issue rank", Write, &[]);
action!(List, "issue list", Read, &[]);
action!(Close, "issue close", Write, &[]);
action!(Join, "user add", Admin, &[]);

pub(crate) fn groups() -> Vec<Group> {
    let actions = vec![
        ActionDef::<()>::of::<Create>().spec,
        ActionDef::of::<Show>().spec,
        ActionDef::of::<Comment>().spec,
        ActionDef::of::<Rank>().spec,
        ActionDef::of::<List>().spec,
        ActionDef::of::<Close>().spec,
        ActionDef::of::<Join>().spec,
    ];
    let tracker = Group {
        name: "redmine".into(),
        title: "Redmine".into(),
        noun: Some("issue"),
        show: Some("issue show"),
        url: Some("https://redmine.example.org/".into()),
        links: Some(|link| link.starts_with("https://tracker.example.org/t/")),
        actions,
    };
    let other = Group {
        name: "bellhop".into(),
        title: "Bellhop".into(),
        noun: None,
        show: None,
        url: None,
        links: None,
        actions: Vec::new(),
    };
    vec![tracker, other]
}

/// A Saturday.
pub(crate) const TODAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 11, 21);

pub(crate) fn parse_with(defaults: Value, line: &str) -> Result<Parsed, Error> {
    let defaults: Map<String, Value> = serde_json::from_value(defaults).unwrap();
    grammar::parse(&groups(), &Setting { defaults: &defaults, today: TODAY }, line)
}

pub(crate) fn parse(line: &str) -> Result<Parsed, Error> {
    parse_with(json!({}), line)
}

/// What must hold for every line: nothing panics, and what was understood can be printed and is
/// then understood as the same.
pub(crate) fn check(line: &str) {
    let groups = groups();
    crate::help::complete(&groups, line, 20);
    crate::help::completing(&groups, line);
    let (call, printed) = match parse(line) {
        Ok(Parsed::Call(call)) => (call.clone(), grammar::print(&groups, &call)),
        Ok(Parsed::Form(draft)) if draft.problems.is_empty() => (draft.call.clone(), grammar::print_form(&groups, &draft.call)),
        Ok(Parsed::Help { group, action }) => {
            crate::help::message(&groups, &str::to_owned, group.as_deref(), action.as_deref());
            return;
        }
        _ => return,
    };
    // Quotes make a line longer, and there is a limit to its length.
    if printed.len() <= grammar::LONGEST_LINE {
        match parse(&printed) {
            Ok(Parsed::Call(again) | Parsed::Form(Draft { call: again, .. })) => assert_eq!(again, call, "{printed}"),
            other => panic!("{line:?} was printed as {printed:?}, which means {other:?}"),
        }
    }
}

/// What a line means, in a line.
pub(crate) fn read(line: &str) -> String {
    shown(parse(line))
}

pub(crate) fn shown(parsed: Result<Parsed, Error>) -> String {
    let call = |it: &Call| format!("{} {} {}", it.group, it.action, Value::Object(it.params.clone()));
    match parsed {
        Ok(Parsed::Call(it)) => call(&it),
        Ok(Parsed::Form(draft)) => {
            let problems: Vec<_> = draft.problems.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
            format!("form {} missing {:?} problems {problems:?}", call(&draft.call), draft.missing)
        }
        Ok(Parsed::Help { group, action }) => format!("help {group:?} {action:?}"),
        Err(err) => format!("{:?}: {}", err.kind, err.message),
    }
}
