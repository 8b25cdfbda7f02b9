use expect_test::expect;
use serde_json::{Value, json};

use super::{Field, FieldKind, fields, raw, read, show, value};
use crate::tracker::{TODAY, groups};

fn of(action: &str) -> Vec<Field> {
    groups()[0].find(action).unwrap().fields().to_vec()
}

fn field(name: &str) -> Field {
    of("issue create").into_iter().find(|it| it.name == name).unwrap()
}

fn typed(name: &str, raw: Value) -> String {
    match value(&field(name), &raw, TODAY) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".into(),
        Err(message) => message,
    }
}

#[test]
fn a_struct_says_what_its_fields_are() {
    let line = |it: &Field| {
        let marks = [(it.required, "required"), (it.positional, "positional"), (it.many, "many")];
        let marks: Vec<_> = marks.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
        format!(
            "{} | {:?} | {} | lookup {:?} | default {:?} | {}\n",
            it.name,
            it.kind,
            marks.join(" "),
            it.lookup,
            it.default,
            it.help
        )
    };
    let all: String = ["issue create", "issue list", "issue close", "issue rank", "user add"]
        .iter()
        .flat_map(|it| of(it))
        .map(|it| line(&it))
        .collect();
    expect![[r#"
        subject | Text | required positional | lookup None | default None | What is wrong, in a line.
        project | Text | required | lookup Some("project") | default None | Where it belongs.
        tracker | Choice([Choice { value: "bug", label: "bug" }, Choice { value: "feature", label: "feature" }, Choice { value: "support", label: "support" }]) |  | lookup None | default None | What sort of work it is.
        priority | Choice([Choice { value: "low", label: "Whenever there is time." }, Choice { value: "normal", label: "In its turn." }, Choice { value: "very_high", label: "Now." }]) |  | lookup None | default None | How soon.
        assignee | Person |  | lookup None | default None | Who does it.
        due_date | Date |  | lookup None | default None | By when.
        hours | Number { min: None, max: None } |  | lookup None | default None | How long it takes.
        done | Integer { min: Some(0), max: Some(100) } |  | lookup None | default None | How much is done.
        description | LongText |  | lookup None | default None | More about it.
        watchers | Person | many | lookup None | default Some(Array []) | Who is told.
        versions | Integer { min: None, max: None } | many | lookup None | default Some(Array []) | Versions it concerns.
        fields | Text | many | lookup None | default Some(Array []) | `name=value` of custom fields.
        files | File | many | lookup None | default Some(Array []) | Files to add.
        see | Link |  | lookup None | default None | More on the web.
        private | Flag |  | lookup None | default Some(Bool(false)) | Only members see it.
        project | Text |  | lookup Some("project") | default None | Of which project.
        limit | Integer { min: Some(0), max: Some(255) } |  | lookup None | default Some(Number(10)) | How many.
        all | Flag |  | lookup None | default Some(Bool(false)) | Closed ones too.
        issues | Integer { min: Some(0), max: Some(4294967295) } | required positional many | lookup None | default None | Their numbers.
        issue | Integer { min: Some(0), max: Some(4294967295) } | required positional | lookup None | default None | Its number.
        priority | Choice([Choice { value: "low", label: "Whenever there is time." }, Choice { value: "normal", label: "In its turn." }, Choice { value: "very_high", label: "Now." }]) | required positional | lookup None | default None | How soon.
        login | Text | required positional | lookup None | default None | What they sign in with.
        password | Secret | required | lookup None | default None | What proves it.
        loud | Flag | required | lookup None | default None | Whether to say so.
    "#]].assert_eq(&all);
}

#[test]
fn dates_as_people_say_them() {
    let all = [
        "2026-12-01",
        "Today",
        "tomorrow",
        "yesterday",
        "+3d",
        "-1w",
        "+2m",
        "+1y",
        "saturday",
        "sunday",
        "fri",
        "−2d",
        "soon",
        "2026-02-30",
        "1/2/2026",
        "20261201",
        "+99999d",
        "+65535y",
        "+d",
        "+",
    ];
    let table: String = all.iter().map(|it| format!("{it} → {}\n", typed("due_date", json!(it)))).collect();
    expect![[r#"
        2026-12-01 → "2026-12-01"
        Today → "2026-11-21"
        tomorrow → "2026-11-22"
        yesterday → "2026-11-20"
        +3d → "2026-11-24"
        -1w → "2026-11-14"
        +2m → "2027-01-21"
        +1y → "2027-11-21"
        saturday → "2026-11-28"
        sunday → "2026-11-22"
        fri → "2026-11-27"
        −2d → "2026-11-19"
        soon → `soon` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        2026-02-30 → `2026-02-30` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        1/2/2026 → `1/2/2026` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        20261201 → `20261201` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        +99999d → `+99999d` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        +65535y → `+65535y` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        +d → `+d` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
        + → `+` is not a date: write one like 2026-11-21, today, tomorrow, friday, +3d or -1w.
    "#]]
    .assert_eq(&table);
}

#[test]
fn numbers_choices_and_the_rest() {
    let all = [
        ("hours", json!("1,5")),
        ("hours", json!("1.5")),
        ("hours", json!("3")),
        ("hours", json!(2)),
        ("hours", json!("1,500")),
        ("hours", json!("0,125")),
        ("hours", json!("1.500,5")),
        ("hours", json!("inf")),
        ("hours", json!("two")),
        ("done", json!("#40")),
        ("done", json!("-1")),
        ("done", json!("4.5")),
        ("tracker", json!("BUG")),
        ("tracker", json!("featrue")),
        ("priority", json!("very high")),
        ("priority", json!("now.")),
        ("private", json!("On")),
        ("private", json!(false)),
        ("private", json!("maybe")),
        ("see", json!("<https://example.org|example>")),
        ("see", json!("https://")),
        ("see", json!("javascript:alert(1)")),
        ("subject", json!("  two\r\n lines ")),
        ("subject", json!(" \n ")),
        ("subject", json!(["a", "b"])),
        ("description", json!("two\n  lines\n")),
        ("versions", json!("1, #2,,")),
        ("versions", json!(["1", "", "x", "y"])),
        ("watchers", json!("@**Ana, B**, ben,<@U1|c, d>")),
        ("watchers", json!(["Ana, B"])),
        ("fields", json!("a=1,2")),
        ("files", json!([])),
        ("files", json!(null)),
    ];
    let table: String = all.iter().map(|(name, raw)| format!("{name} {raw} → {}\n", typed(name, raw.clone()))).collect();
    expect![[r##"
        hours "1,5" → 1.5
        hours "1.5" → 1.5
        hours "3" → 3
        hours 2 → 2
        hours "1,500" → `1,500` can be read in two ways: write 1500 or 1.500.
        hours "0,125" → 0.125
        hours "1.500,5" → `1.500,5` is not a number: write one such as 2 or 1.5.
        hours "inf" → `inf` is not a number: write one such as 2 or 1.5.
        hours "two" → `two` is not a number: write one such as 2 or 1.5.
        done "#40" → 40
        done "-1" → -1 is out of range: write a number from 0 to 100.
        done "4.5" → `4.5` is not a whole number: write one such as 42.
        tracker "BUG" → "bug"
        tracker "featrue" → `featrue` is not one of bug, feature, support. Did you mean feature?
        priority "very high" → "very_high"
        priority "now." → "very_high"
        private "On" → true
        private false → false
        private "maybe" → `maybe` is neither yes nor no: write yes or no.
        see "<https://example.org|example>" → "https://example.org"
        see "https://" → `https://` is not a complete address: write one like https://example.org/page.
        see "javascript:alert(1)" → `javascript:alert(1)` is not a web address: write one that starts with https://.
        subject "  two\r\n lines " → "two lines"
        subject " \n " → nothing
        subject ["a","b"] → Subject takes one value, and 2 were given: keep one of them.
        description "two\n  lines\n" → "two\n  lines\n"
        versions "1, #2,," → [1,2]
        versions ["1","","x","y"] → `x` is not a whole number: write one such as 42. `y` is not a whole number: write one such as 42.
        watchers "@**Ana, B**, ben,<@U1|c, d>" → ["@**Ana, B**","ben","<@U1|c, d>"]
        watchers ["Ana, B"] → ["Ana, B"]
        fields "a=1,2" → ["a=1,2"]
        files [] → nothing
        files null → nothing
    "##]].assert_eq(&table);
}

#[test]
fn every_problem_is_told_at_once() {
    let raw = json!({"tracker": "Bugg", "hours": "x", "unknown": "left out"});
    let problems = read(&of("issue create"), raw.as_object().unwrap(), TODAY).unwrap_err();
    let told: Vec<_> = problems.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
    expect![[r#"
        subject: Subject is required. What is wrong, in a line.
        project: Project is required. Where it belongs.
        tracker: `Bugg` is not one of bug, feature, support. Did you mean bug?
        hours: `x` is not a number: write one such as 2 or 1.5."#]]
    .assert_eq(&told.join("\n"));

    let raw = json!({"login": "ana", "password": " hunter2 "});
    let read = read(&of("user add"), raw.as_object().unwrap(), TODAY).unwrap();
    assert_eq!(Value::Object(read), json!({"login": "ana", "password": "hunter2", "loud": false}));
}

#[test]
fn typed_values_go_back_into_a_form() {
    assert_eq!(show(&field("private"), &json!(true)), "yes");
    assert_eq!(show(&field("hours"), &json!(1.5)), "1.5");
    assert_eq!(show(&field("versions"), &json!([1, 2])), "1, 2");
    assert_eq!(raw(&field("versions"), &json!([1, 2])), json!(["1", "2"]));
    assert_eq!(show(&field("see"), &Value::Null), "");
}

#[test]
fn a_choice_of_mixed_variants_is_one_list() {
    let schema = json!({"properties": {"it": {"anyOf": [
        {"oneOf": [{"type": "string", "enum": ["a", "b"]}, {"const": "c", "description": "The third\none.\n\nMore."}]},
        {"type": "null"},
    ]}}});
    let FieldKind::Choice(choices) = &fields(&schema.try_into().unwrap())[0].kind else { panic!("not a choice") };
    let all: Vec<_> = choices.iter().map(|it| (it.value.as_str(), it.label.as_str())).collect();
    assert_eq!(all, [("a", "a"), ("b", "b"), ("c", "The third one.")]);
}

/// Every kind that is no plain text, as a struct declares it.
#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is read")]
struct Remind {
    /// What to say.
    #[schemars(length(min = 3, max = 20))]
    text: String,
    channel: crate::param::Channel,
    at: crate::param::Moment,
    daily: Option<crate::param::Time>,
    copies: Vec<crate::param::Email>,
    #[schemars(extend("x-lookup" = "version", "x-needs" = "channel"))]
    version: Option<String>,
}

fn remind() -> Vec<Field> {
    fields(&crate::action::schema_of::<Remind>())
}

/// 13:30 on that Saturday in Berlin.
fn now() -> super::Now {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    TODAY.at(13, 30, 0, 0).to_zoned(zone).unwrap().into()
}

fn reminded(name: &str, raw: &str) -> String {
    let field = remind().into_iter().find(|it| it.name == name).unwrap();
    match value(&field, &json!(raw), now()) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".into(),
        Err(message) => message,
    }
}

#[test]
fn pickers_are_declared_by_type() {
    let lines: Vec<_> = remind()
        .iter()
        .map(|it| {
            format!("{} | {:?} | {:?} | needs {:?} | {}", it.name, it.kind, it.length, it.needs, crate::help::explained(it))
        })
        .collect();
    expect![[r#"
        text | Text | Length { min: Some(3), max: Some(20) } | needs None | What to say. (required; 3 to 20 characters)
        channel | Channel | Length { min: None, max: None } | needs None | A channel: `#dev`, a mention of it, or one of another chat in full, such as `zulip:ops>alerts`. (required; a channel: #dev, or in full: slack:#dev, zulip:dev>topic)
        at | Moment | Length { min: None, max: None } | needs None | A moment, `2026-11-21T14:30:00Z`; people may also say `tomorrow 9:00`, `+2h`, `17:30`. (required; a moment: 2026-11-21 14:30, tomorrow 9:00, +2h)
        daily | Time | Length { min: None, max: None } | needs None | A time of day, `09:00`; people may also say `9:00`, `2pm`, `noon`. (a time of day: 9:00, 14:30, 2pm)
        copies | Email | Length { min: None, max: None } | needs None | An email address. (required; an email address; can be given several times)
        version | Text | Length { min: None, max: None } | needs Some(["channel"]) | "#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn moments_as_people_say_them() {
    let all = [
        "now",
        "+2h",
        "2h",
        "for 45 min",
        "-30m",
        "+1h30m",
        "+1w",
        "17:30",
        "9:00",
        "tomorrow 9:00",
        "Tomorrow at 9am",
        "friday, 14:30",
        "tomorrow",
        "2026-12-24 18:00",
        "2026-12-24T18:00",
        "2026-12-24T18:00:00Z",
        "2026-12-24T18:00:00-05:00",
        // Clocks go forward at two on that day.
        "2027-03-28 02:30",
        "+2y",
        "soon",
        "25:00",
        "2026-12-24 18",
        "+",
    ];
    let table: String = all.iter().map(|it| format!("{it} → {}\n", reminded("at", it))).collect();
    expect![[r#"
        now → "2026-11-21T12:30:00Z"
        +2h → "2026-11-21T14:30:00Z"
        2h → "2026-11-21T14:30:00Z"
        for 45 min → "2026-11-21T13:15:00Z"
        -30m → "2026-11-21T12:00:00Z"
        +1h30m → "2026-11-21T14:00:00Z"
        +1w → "2026-11-28T12:30:00Z"
        17:30 → "2026-11-21T16:30:00Z"
        9:00 → "2026-11-22T08:00:00Z"
        tomorrow 9:00 → "2026-11-22T08:00:00Z"
        Tomorrow at 9am → "2026-11-22T08:00:00Z"
        friday, 14:30 → "2026-11-27T13:30:00Z"
        tomorrow → "2026-11-21T23:00:00Z"
        2026-12-24 18:00 → "2026-12-24T17:00:00Z"
        2026-12-24T18:00 → "2026-12-24T17:00:00Z"
        2026-12-24T18:00:00Z → "2026-12-24T18:00:00Z"
        2026-12-24T18:00:00-05:00 → "2026-12-24T23:00:00Z"
        2027-03-28 02:30 → "2027-03-28T01:30:00Z"
        +2y → "2028-11-20T23:00:00Z"
        soon → `soon` is no moment: write one like 2026-11-21 14:30, tomorrow 9:00, friday 9:00, +2h or 17:30.
        25:00 → `25:00` is no moment: write one like 2026-11-21 14:30, tomorrow 9:00, friday 9:00, +2h or 17:30.
        2026-12-24 18 → `2026-12-24 18` is no moment: write one like 2026-11-21 14:30, tomorrow 9:00, friday 9:00, +2h or 17:30.
        + → `+` is no moment: write one like 2026-11-21 14:30, tomorrow 9:00, friday 9:00, +2h or 17:30.
    "#]]
    .assert_eq(&table);
}

#[test]
fn times_addresses_and_lengths() {
    let all = [
        ("daily", "9:00"),
        ("daily", "9am"),
        ("daily", "12 am"),
        ("daily", "12:15 pm"),
        ("daily", "noon"),
        ("daily", "23:59:59"),
        ("daily", "9"),
        ("daily", "9.30"),
        ("daily", "24"),
        ("daily", "13pm"),
        ("daily", "9:5"),
        ("copies", "ana@example.org, ben@example.org"),
        ("copies", "<mailto:ana@example.org|ana@example.org>"),
        ("copies", "ana@example"),
        ("copies", "Ana <ana@example.org>"),
        ("text", "ab"),
        ("text", "abc"),
        ("text", "äöüäöüäöüäöüäöüäöüäö"),
        ("text", "a text that is too long"),
    ];
    let table: String = all.iter().map(|(name, raw)| format!("{name} {raw} → {}\n", reminded(name, raw))).collect();
    expect![[r#"
        daily 9:00 → "09:00"
        daily 9am → "09:00"
        daily 12 am → "00:00"
        daily 12:15 pm → "12:15"
        daily noon → "12:00"
        daily 23:59:59 → "23:59:59"
        daily 9 → "09:00"
        daily 9.30 → "09:30"
        daily 24 → `24` is not a time of day: write one like 9:00, 14:30 or 2pm.
        daily 13pm → `13pm` is not a time of day: write one like 9:00, 14:30 or 2pm.
        daily 9:5 → `9:5` is not a time of day: write one like 9:00, 14:30 or 2pm.
        copies ana@example.org, ben@example.org → ["ana@example.org","ben@example.org"]
        copies <mailto:ana@example.org|ana@example.org> → ["ana@example.org"]
        copies ana@example → `ana@example` is not an email address: write one like ana@example.org.
        copies Ana <ana@example.org> → `Ana <ana@example.org>` is not an email address: write one like ana@example.org.
        text ab → That is 2 characters long: write at least 3.
        text abc → "abc"
        text äöüäöüäöüäöüäöüäöüäö → "äöüäöüäöüäöüäöüäöüäö"
        text a text that is too long → That is 23 characters long, and 20 are allowed: shorten it.
    "#]]
    .assert_eq(&table);
}

#[test]
fn what_was_read_is_what_the_action_gets() {
    use crate::param::{Moment, Time};
    let time: Time = serde_json::from_str(&reminded("daily", "9am")).unwrap();
    assert_eq!(time.0, jiff::civil::time(9, 0, 0, 0));
    let moment: Moment = serde_json::from_str(&reminded("at", "17:30")).unwrap();
    assert_eq!(moment.0.to_string(), "2026-11-21T16:30:00Z");
    let ticked = |value: Value| value_of(&field("private"), &value);
    assert_eq!((ticked(json!(["true"])), ticked(json!([]))), (Some(json!(true)), Some(json!(false))));
}

fn value_of(field: &Field, raw: &Value) -> Option<Value> {
    value(field, raw, TODAY).unwrap()
}

#[test]
fn channels_are_addressed_in_full() {
    let address = |text: &str, chat: &str| crate::param::Channel(text.into()).address(chat);
    for (text, chat, full) in [
        ("#dev", "slack", "slack:#dev"),
        ("dev", "slack", "slack:#dev"),
        ("<#C0123ABCD|dev>", "slack", "slack:C0123ABCD"),
        ("C0123ABCD", "slack", "slack:C0123ABCD"),
        ("#**dev>printers**", "zulip", "zulip:dev>printers"),
        ("#dev", "zulip", "zulip:dev"),
        ("channel:3", "zulip", "zulip:3"),
        ("zulip:ops>alerts", "slack", "zulip:ops>alerts"),
        ("slack:#ops", "zulip", "slack:#ops"),
    ] {
        assert_eq!(address(text, chat), full, "{text} in {chat}");
    }
}
