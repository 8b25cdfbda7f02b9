//! Properties of the grammar over actions, values and lines that nobody thought of.

use std::{cell::Cell, sync::LazyLock};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Parsed, Setting, parse, print, print_form};
use crate::{
    ActionSpec, Call, Effect, Field, FieldKind, Group,
    action::Parameters,
    form,
    tracker::{TODAY, check},
};

thread_local! {
    /// An action's parameters come from a plain function; this is where the invented one finds them.
    static INVENTED: Cell<&'static Parameters> = Cell::new(nothing());
}

static NOTHING: LazyLock<Parameters> = LazyLock::new(|| Parameters::read(schemars::Schema::default()));

fn invented() -> &'static Parameters {
    INVENTED.get()
}

fn nothing() -> &'static Parameters {
    &NOTHING
}

/// One action with the schema, among others whose names could be taken for its first words.
pub(super) fn groups(schema: &Value) -> Vec<Group> {
    INVENTED.set(Box::leak(Box::new(Parameters::read(schema.clone().try_into().unwrap()))));
    let spec = |name, parameters| ActionSpec { name, effect: Effect::Write, examples: &[], parameters };
    let actions = vec![
        spec("issue", nothing as fn() -> &'static Parameters),
        spec("issue create", invented),
        spec("issue create sub", nothing),
    ];
    vec![Group {
        name: "redmine".into(),
        title: "Redmine".into(),
        noun: Some("issue"),
        show: Some("issue create"),
        url: None,
        links: None,
        actions,
    }]
}

fn schema() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "string"}),
        json!({"type": "string", "format": "markdown"}),
        json!({"type": "string", "format": "markdown"}),
        json!({"type": "string", "format": "person"}),
        json!({"type": "string", "format": "file"}),
        json!({"type": "string", "format": "uri"}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "string", "format": "time"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "channel"}),
        json!({"type": "string", "format": "email"}),
        json!({"type": "string", "minLength": 1, "maxLength": 400}),
        json!({"type": "string", "enum": ["low", "very high", "a,b", "Ünï=1", "--x"]}),
        json!({"type": "integer", "format": "int64"}),
        json!({"type": "number"}),
        json!({"type": "boolean"}),
    ]);
    let names = ["subject", "project", "due_date", "text", "to", "x", "tracker", "private", "notes"];
    let field = (kind, any::<bool>(), prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    (prop::collection::vec(field, 0..6), Just(names).prop_shuffle()).prop_map(|(fields, names)| {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for ((mut kind, is_required, named, many), name) in fields.into_iter().zip(names) {
            if many && kind["type"] != "boolean" {
                kind = json!({"type": "array", "items": kind});
            }
            if named {
                kind[if is_required { "x-named" } else { "x-positional" }] = true.into();
            }
            if is_required {
                required.push(name);
            }
            properties.insert(name.into(), kind);
        }
        json!({"type": "object", "properties": properties, "required": required})
    })
}

/// Text made of what the grammar gives a meaning to, and of anything else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-—–=\"'“”’«\\\\<>@#*|,. a-z0-9_]{1,24}",
        "\\PC{1,16}",
        "[ab,]{2,4}",
        "[-a=]{1,3}",
        "[a'\"\\\\]{1,3}",
        "[a-z]{1,8}( [a-z]{1,8}){0,4}",
        prop::sample::select(vec![
            "sub",
            "create",
            "help",
            "--form",
            "private",
            "x=1",
            "42",
            "@**Ana B**",
            "<@U1|ana b>",
            "<https://x|y z>"
        ])
        .prop_map(str::to_owned),
    ]
}

fn scalar(kind: &FieldKind) -> BoxedStrategy<Value> {
    let trimmed = || text().prop_map(|it| it.trim().to_owned()).prop_filter("blank", |it| !it.is_empty());
    match kind {
        FieldKind::LongText => prop::collection::vec(text(), 1..4)
            .prop_map(|it| it.join("\n"))
            .prop_filter("blank", |it| !it.trim().is_empty())
            .prop_map(Value::from)
            .boxed(),
        FieldKind::File => trimmed().prop_filter("wrapped", |it| !it.starts_with("<http")).prop_map(Value::from).boxed(),
        FieldKind::Link => "https?://[a-z]{1,5}(/[-a-z0-9=,?&\"|>*]{0,9})?".prop_map(Value::from).boxed(),
        FieldKind::Date => (-3000i64..3000).prop_map(|it| (TODAY + jiff::Span::new().days(it)).to_string().into()).boxed(),
        FieldKind::Time => (0i8..24, 0i8..60, prop::sample::select(vec![0i8, 0, 7, 59]))
            .prop_map(|(hour, minute, second)| match second {
                0 => format!("{hour:02}:{minute:02}").into(),
                _ => format!("{hour:02}:{minute:02}:{second:02}").into(),
            })
            .boxed(),
        FieldKind::Moment => (-4_000_000_000i64..40_000_000_000)
            .prop_map(|it| jiff::Timestamp::from_second(it).unwrap().to_string().into())
            .boxed(),
        FieldKind::Email => "[a-z.+-]{1,8}@[a-z]{1,5}\\.[a-z]{2,3}".prop_map(Value::from).boxed(),
        FieldKind::Choice(choices) => prop::sample::select(choices.clone()).prop_map(|it| it.value.into()).boxed(),
        FieldKind::Integer { .. } => any::<i64>().prop_map(Value::from).boxed(),
        FieldKind::Number { .. } => {
            prop_oneof![any::<i32>().prop_map(Value::from), prop::num::f64::NORMAL.prop_map(Value::from)].boxed()
        }
        FieldKind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        FieldKind::Text | FieldKind::Person | FieldKind::Channel | FieldKind::Secret => trimmed().prop_map(Value::from).boxed(),
    }
}

/// A value, or none: required fields are seldom left out, and flags that are required never.
fn maybe(field: Field) -> BoxedStrategy<Option<(String, Value)>> {
    let value = match field.many {
        true => prop::collection::vec(scalar(&field.kind), 1..4).prop_map(Value::from).boxed(),
        false => scalar(&field.kind),
    };
    if field.required && field.kind == FieldKind::Flag {
        return value.prop_map(move |it| Some((field.name.clone(), it))).boxed();
    }
    let given = if field.required { 0.95 } else { 0.5 };
    prop::option::weighted(given, value).prop_map(move |it| it.map(|value| (field.name.clone(), value))).boxed()
}

fn schema_and_params() -> impl Strategy<Value = (Value, Map<String, Value>)> {
    schema().prop_flat_map(|schema| {
        let fields = form::fields(&schema.clone().try_into().unwrap());
        let values: Vec<_> = fields.into_iter().map(maybe).collect();
        (Just(schema), values.prop_map(|it| it.into_iter().flatten().collect()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_printed_call_reads_back((schema, params) in schema_and_params()) {
        let groups = groups(&schema);
        let setting = Setting { defaults: &Map::new(), today: TODAY };
        let fields = groups[0].actions[1].fields();
        let missing: Vec<_> = fields.iter().filter(|it| it.required && !params.contains_key(&it.name)).map(|it| it.name.clone()).collect();
        let call = Call { group: "redmine".into(), action: "issue create".into(), params };
        let line = print(&groups, &call);
        match parse(&groups, &setting, &line) {
            Ok(Parsed::Call(read)) => {
                prop_assert!(missing.is_empty());
                prop_assert_eq!(&read, &call, "{}", line);
            }
            Ok(Parsed::Form(draft)) => {
                prop_assert_eq!((&draft.call, &draft.missing, draft.problems.len()), (&call, &missing, 0), "{}", line);
                prop_assert!(!missing.is_empty());
            }
            other => prop_assert!(false, "{} means {:?}", line, other),
        }
        let line = print_form(&groups, &call);
        match parse(&groups, &setting, &line) {
            Ok(Parsed::Form(draft)) => prop_assert_eq!(&draft.call, &call, "{}", line),
            other => prop_assert!(false, "{} means {:?}", line, other),
        }
    }

    #[test]
    fn a_filled_in_form_reads_back((schema, params) in schema_and_params()) {
        let fields = form::fields(&schema.try_into().unwrap());
        let by_name = |name: &String| fields.iter().find(|it| it.name == *name).unwrap();
        let raw: Map<_, _> = params.iter().map(|(name, value)| (name.clone(), form::raw(by_name(name), value))).collect();
        match form::read(&fields, &raw, TODAY) {
            Ok(read) => prop_assert_eq!(read, params),
            Err(problems) => prop_assert!(problems.iter().all(|it| it.message.contains("is required")), "{:?}", problems),
        }
    }

    #[test]
    fn no_line_panics(line in "\\PC{0,60}", words in prop::collection::vec(text(), 0..6), action in prop::sample::select(vec!["create", "comment", "rank", "close", "list", "show", "user add", "help", ""])) {
        check(&line);
        check(&format!("redmine {action} {}", words.join(" ")));
        check(&format!("redmine {action} project=demo 42 {}", words.join("\n")));
    }
}

#[test]
fn every_line_of_the_corpus_holds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/parse");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        check(&String::from_utf8_lossy(&bytes));
        count += 1;
    }
    assert!(count >= 10, "the corpus is in {folder}");
}

/// A line of the greatest length that is hardest to cut, in a time that a chat would not notice
/// even here, without optimisation.
#[test]
fn the_hardest_lines_are_read_in_time() {
    let start = std::time::Instant::now();
    for hard in ["\" ", "“", "x=' ", "@**", "<@", "<http", "@_**a ", "--x ", "a=b ", "\\\"", "« ' "] {
        let line = format!("redmine comment 42 {}", hard.repeat(16_000 / hard.len()));
        let _ = super::words::split(&line);
        let _ = crate::tracker::parse(&line);
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
