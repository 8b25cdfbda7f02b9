//! Whole conversations, as people see them.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::chat::zulip::render::Address;

/// A moment of the conversation.
const NOW: Timestamp = Timestamp::constant(1_795_218_500, 0);

fn field(name: &str, help: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        help: help.into(),
        kind,
        required: false,
        positional: false,
        many: false,
        lookup: None,
        step: 1,
        hidden: false,
        default: None,
        length: commands::form::Length::default(),
        needs: None,
    }
}

fn view() -> FormView {
    let priorities = vec![Choice::new("low", "Low"), Choice::new("normal", "Normal"), Choice::new("high", "High")];
    FormView {
        id: "f1".into(),
        title: "Create Redmine issue".into(),
        help: "Creates an issue in a project.".into(),
        fields: vec![
            Field { required: true, ..field("subject", "What is wrong", FieldKind::Text) },
            Field { required: true, lookup: Some("project".into()), ..field("project", "Where it belongs", FieldKind::Text) },
            field("priority", "", FieldKind::Choice(priorities)),
            field("hours", "Estimated effort", FieldKind::Integer { min: Some(0), max: None }),
            Field { many: true, ..field("watchers", "Who follows it", FieldKind::Person) },
            field("private", "", FieldKind::Flag),
            field("key", "", FieldKind::Secret),
        ],
        values: Map::new(),
        problems: Vec::new(),
        step: 1,
        steps: 1,
        submit: "Create".into(),
        preview: None,
    }
}

fn readable(field: &Field, value: &Value) -> Option<String> {
    match field.kind {
        FieldKind::Integer { .. } if value.as_str().unwrap_or_default().parse::<i64>().is_err() => {
            Some("Write a whole number.".into())
        }
        _ => None,
    }
}

fn lookup(typed: &str) -> Vec<Choice> {
    let all = [("apollo", "Apollo"), ("demo", "Demo"), ("demo-two", "Demo two")];
    let fits = |it: &&(&str, &str)| it.1.to_lowercase().contains(&typed.to_lowercase());
    all.iter().filter(fits).map(|(value, label)| Choice::new(*value, *label)).collect()
}

/// Plays the person's lines as the webhook does, with the stored form in between.
fn talk(view: &FormView, mut state: State, manner: &Manner, lines: &[&str]) -> (String, Option<State>) {
    let mut out = String::new();
    let mut remark = None;
    let mut form = stored();
    let mut lines = lines.iter();
    loop {
        if let Some(field) = state.field(view)
            && field.lookup.is_some()
            && state.shown.is_empty()
        {
            state.shown = lookup("");
        }
        out += &format!("{}\n", prompt(view, &state, remark.as_deref(), manner).content);
        state.put(&mut form, NOW);
        assert_eq!(State::of(&form, NOW), state, "what is stored comes back");
        // A zero-width space cannot be seen in a snapshot.
        out = out.replace(escape::ZERO_WIDTH, "·");
        let Some(line) = lines.next() else { return (out, Some(state)) };
        out += &format!("> {line}\n");
        let picks = line.parse::<usize>().is_ok_and(|it| it >= 1 && it <= state.shown.len());
        let searches = state.field(view).is_some_and(|it| it.lookup.is_some()) && !picks && !is_control(line);
        let found = if searches { lookup(line) } else { Vec::new() };
        match step(view, state, line, &found, &readable) {
            Turn::Ask(next, said) => (state, remark) = (next, said),
            Turn::Submit(done) => {
                out += &format!("SUBMIT {}\n", Value::Object(done.page_values(view)));
                return (out, Some(done));
            }
            Turn::Explain(next) => {
                out += &explanation(view, &next);
                (state, remark) = (next, None);
            }
            Turn::Cancel => return (out + "CANCEL\n", None),
        }
    }
}

fn stored() -> Form {
    serde_json::from_value(json!({
        "id": "f1", "call": {"group": "redmine", "action": "issue create", "params": {}}, "values": {}, "problems": [],
        "step": 1, "asking": null, "expires": "2026-11-22T00:00:00Z",
        "to": {"place": {"platform": "zulip", "workspace": "https://chat.example.org", "channel": "dm:10", "thread": null},
               "asker": "10", "response_url": null, "pressed": null},
    }))
    .expect("a form")
}

fn direct() -> Manner {
    Manner { address: Address::Direct, page: Page::Nowhere }
}

fn check(lines: &[&str], expected: Expect) {
    let view = view();
    expected.assert_eq(&talk(&view, State::begin(&view), &direct(), lines).0);
}

#[test]
fn required_ones_then_the_whole() {
    check(
        &["Printer *on* fire", "demo", "priority", "3", "hours", "many", "4", "watchers=@**Ana**, me", "create"],
        expect![[r#"
            **Subject** (1 of 2): What is wrong
            Reply with the text. `back`, `cancel`, `?`.
            > Printer *on* fire
            **Project** (2 of 2): Where it belongs
            1. Apollo (`apollo`)
            2. Demo (`demo`)
            3. Demo two (`demo-two`)

            Reply with a number, or type a part of it to see others. `back`, `cancel`, `?`.
            > demo
            **Create Redmine issue**
            1. Subject: Printer &#42;on&#42; fire
            2. Project: Demo
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > priority
            **Priority** (optional)
            1. Low (`low`)
            2. Normal (`normal`)
            3. High (`high`)

            Reply with a number or a name. `skip` leaves it out, `back`, `cancel`, `?`.
            > 3
            **Create Redmine issue**
            1. Subject: Printer &#42;on&#42; fire
            2. Project: Demo
            3. Priority: High
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > hours
            **Hours** (optional): Estimated effort
            Reply with a whole number from 0. `skip` leaves it out, `back`, `cancel`, `?`.
            > many
            :warning: Write a whole number.
            **Hours** (optional): Estimated effort
            Reply with a whole number from 0. `skip` leaves it out, `back`, `cancel`, `?`.
            > 4
            **Create Redmine issue**
            1. Subject: Printer &#42;on&#42; fire
            2. Project: Demo
            3. Priority: High
            4. Hours: 4
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > watchers=@**Ana**, me
            **Create Redmine issue**
            1. Subject: Printer &#42;on&#42; fire
            2. Project: Demo
            3. Priority: High
            4. Hours: 4
            5. Watchers: Ana, me
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > create
            SUBMIT {"subject":"Printer *on* fire","project":"demo","priority":"high","hours":"4","watchers":["@**Ana**","me"]}
        "#]],
    );
}

#[test]
fn a_part_narrows_and_a_number_picks() {
    check(
        &["Fire", "dem", "2", "back", "back", "skip", "cancel"],
        expect![[r#"
            **Subject** (1 of 2): What is wrong
            Reply with the text. `back`, `cancel`, `?`.
            > Fire
            **Project** (2 of 2): Where it belongs
            1. Apollo (`apollo`)
            2. Demo (`demo`)
            3. Demo two (`demo-two`)

            Reply with a number, or type a part of it to see others. `back`, `cancel`, `?`.
            > dem
            :warning: Which one is `dem`?
            **Project** (2 of 2): Where it belongs
            1. Demo (`demo`)
            2. Demo two (`demo-two`)

            Reply with a number, or type a part of it to see others. `back`, `cancel`, `?`.
            > 2
            **Create Redmine issue**
            1. Subject: Fire
            2. Project: Demo two
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > back
            **Project** (2 of 2): Where it belongs
            Now: Demo two
            1. Apollo (`apollo`)
            2. Demo (`demo`)
            3. Demo two (`demo-two`)

            Reply with a number, or type a part of it to see others. `skip` keeps it, `back`, `cancel`, `?`.
            > back
            **Subject** (1 of 2): What is wrong
            Now: Fire
            Reply with the text. `skip` keeps it, `back`, `cancel`, `?`.
            > skip
            **Create Redmine issue**
            1. Subject: Fire
            2. Project: Demo two
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > cancel
            CANCEL
        "#]],
    );
}

#[test]
fn done_too_early_and_unknown_words() {
    check(
        &["done", "skip", "=cancel", "1", "whatever", "private", "y", "done"],
        expect![[r#"
            **Subject** (1 of 2): What is wrong
            Reply with the text. `back`, `cancel`, `?`.
            > done
            :warning: Still needed: Subject, Project.
            **Subject** (1 of 2): What is wrong
            Reply with the text. `back`, `cancel`, `?`.
            > skip
            :warning: This one cannot be left out; `cancel` ends the form.
            **Subject** (1 of 2): What is wrong
            Reply with the text. `back`, `cancel`, `?`.
            > =cancel
            **Project** (2 of 2): Where it belongs
            1. Apollo (`apollo`)
            2. Demo (`demo`)
            3. Demo two (`demo-two`)

            Reply with a number, or type a part of it to see others. `back`, `cancel`, `?`.
            > 1
            **Create Redmine issue**
            1. Subject: cancel
            2. Project: Apollo
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > whatever
            :warning: `whatever` is neither `create`, nor the number or name of an answer.
            **Create Redmine issue**
            1. Subject: cancel
            2. Project: Apollo
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: –
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > private
            **Private** (optional)
            1. Yes
            2. No

            Reply with a number or a name. `skip` leaves it out, `back`, `cancel`, `?`.
            > y
            **Create Redmine issue**
            1. Subject: cancel
            2. Project: Apollo
            3. Priority: –
            4. Hours: – (Estimated effort)
            5. Watchers: – (Who follows it)
            6. Private: Yes
            7. Key: –

            Reply `create`, a number to fill in or change that answer, or `cancel`.
            > done
            SUBMIT {"subject":"cancel","project":"apollo","private":"true"}
        "#]],
    );
}

#[test]
fn secrets_are_not_taken_in_chat() {
    let view = view();
    let state = State {
        values: Map::from_iter([("subject".into(), json!("x")), ("project".into(), json!("demo"))]),
        ..State::begin(&view)
    };
    let state = State { asking: Asking::Review, ..state };
    let manner = Manner { address: Address::Mention("Bellhop".into()), page: Page::OnDemand };
    let (said, state) = talk(&view, state, &manner, &["key", "hunter2"]);
    assert!(!state.expect("still open").values.contains_key("key"));
    expect![[r#"
        **Create Redmine issue**
        1. Subject: x
        2. Project: demo
        3. Priority: –
        4. Hours: – (Estimated effort)
        5. Watchers: – (Who follows it)
        6. Private: –
        7. Key: –

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        Here, begin your answer with `@**Bellhop**`.
        > key
        **Key** (optional)
        Secrets are not typed in chat: reply `web` for the page to fill it in. `skip` leaves it out, `back`, `cancel`, `?`.
        Here, begin your answer with `@**Bellhop**`.
        > hunter2
        :warning: That was not taken: everybody here could read it. Delete your message.
        **Key** (optional)
        Secrets are not typed in chat: reply `web` for the page to fill it in. `skip` leaves it out, `back`, `cancel`, `?`.
        Here, begin your answer with `@**Bellhop**`.
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_refusal_asks_again_and_keeps_the_rest() {
    let view = view();
    let values = json!({"subject": "Fire", "project": "nowhere"});
    let state = State { values: values.as_object().cloned().unwrap_or_default(), ..State::begin(&view) };
    let problems = vec![
        FieldProblem::new("project", "There is no project `nowhere`."),
        FieldProblem::new("", "Redmine refused @**all** of it."),
    ];
    let (said, state) = talk(&view, state.refused(&view, problems), &direct(), &["apollo"]);
    let state = state.expect("still open");
    assert_eq!(state.values["subject"], "Fire");
    assert_eq!(state.values["project"], "apollo");
    expect![[r#"
        :warning: Redmine refused @·&#42;&#42;all&#42;&#42; of it.
        :warning: There is no project &#96;nowhere&#96;.
        **Project** (2 of 2): Where it belongs
        Now: nowhere
        1. Apollo (`apollo`)
        2. Demo (`demo`)
        3. Demo two (`demo-two`)

        Reply with a number, or type a part of it to see others. `skip` keeps it, `back`, `cancel`, `?`.
        > apollo
        :warning: Redmine refused @·&#42;&#42;all&#42;&#42; of it.
        **Create Redmine issue**
        1. Subject: Fire
        2. Project: Apollo
        3. Priority: –
        4. Hours: – (Estimated effort)
        5. Watchers: – (Who follows it)
        6. Private: –
        7. Key: –

        Reply `create`, a number to fill in or change that answer, or `cancel`.
    "#]]
    .assert_eq(&said);
}

#[test]
fn widgets_post_what_a_person_would() {
    let view = view();
    let mut state = State::begin(&view);
    state.asking = Asking::Field("priority".into());
    let manner = Manner { address: Address::Mention("Bellhop".into()), page: Page::Nowhere };
    let widget = prompt(&view, &state, None, &manner).widget.expect("choices");
    assert_eq!(widget["extra_data"]["choices"][2]["reply"], "@**Bellhop** 3");
    let direct = prompt(&view, &state, None, &direct()).widget.expect("choices");
    assert_eq!(direct["extra_data"]["choices"][2]["reply"], "3");
}

#[test]
fn the_page_is_shown_to_its_person_only() {
    let address = "https://bot.example.org/form/f1";
    let here = Manner { address: Address::Direct, page: Page::Here(address.into()) };
    assert!(opening(&view(), &here).contains(address));
    let elsewhere = Manner { address: Address::Mention("Bellhop".into()), page: Page::OnDemand };
    assert!(opening(&view(), &elsewhere).contains("`web`"));
    assert!(is_control("web"));
}

#[test]
fn set_aside_and_resumed() {
    let view = view();
    let state = State { asking: Asking::Aside, ..State::begin(&view) };
    match step(&view, state, "resume", &[], &readable) {
        Turn::Ask(state, None) => assert_eq!(state.asking, Asking::Field("subject".into())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn help_on_the_question_and_on_the_whole() {
    check(
        &["?", "Fire", "demo", "priority", "?", "2", "?", "create"],
        expect![[r#"
        **Subject** (1 of 2): What is wrong
        Reply with the text. `back`, `cancel`, `?`.
        > ?
        **Subject**: What is wrong (required)
        `=` in front takes what follows as it is, as in `=cancel`.
        `back` goes to the question before, `cancel` ends the form, and a command in between sets it aside: `resume` goes on with it.
        **Subject** (1 of 2): What is wrong
        Reply with the text. `back`, `cancel`, `?`.
        > Fire
        **Project** (2 of 2): Where it belongs
        1. Apollo (`apollo`)
        2. Demo (`demo`)
        3. Demo two (`demo-two`)

        Reply with a number, or type a part of it to see others. `back`, `cancel`, `?`.
        > demo
        **Create Redmine issue**
        1. Subject: Fire
        2. Project: Demo
        3. Priority: –
        4. Hours: – (Estimated effort)
        5. Watchers: – (Who follows it)
        6. Private: –
        7. Key: –

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        > priority
        **Priority** (optional)
        1. Low (`low`)
        2. Normal (`normal`)
        3. High (`high`)

        Reply with a number or a name. `skip` leaves it out, `back`, `cancel`, `?`.
        > ?
        **Priority**: one of low, normal, high
        * `low`: Low
        * `normal`: Normal
        * `high`: High
        `=` in front takes what follows as it is, as in `=cancel`.
        `back` goes to the question before, `cancel` ends the form, and a command in between sets it aside: `resume` goes on with it.
        **Priority** (optional)
        1. Low (`low`)
        2. Normal (`normal`)
        3. High (`high`)

        Reply with a number or a name. `skip` leaves it out, `back`, `cancel`, `?`.
        > 2
        **Create Redmine issue**
        1. Subject: Fire
        2. Project: Demo
        3. Priority: Normal
        4. Hours: – (Estimated effort)
        5. Watchers: – (Who follows it)
        6. Private: –
        7. Key: –

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        > ?
        Creates an issue in a project.
        A number or a name changes that answer; `name=value` changes it at once.
        `back` goes to the question before, `cancel` ends the form, and a command in between sets it aside: `resume` goes on with it.
        **Create Redmine issue**
        1. Subject: Fire
        2. Project: Demo
        3. Priority: Normal
        4. Hours: – (Estimated effort)
        5. Watchers: – (Who follows it)
        6. Private: –
        7. Key: –

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        > create
        SUBMIT {"subject":"Fire","project":"demo","priority":"normal"}
    "#]],
    );
}

#[test]
fn several_are_picked_by_their_numbers() {
    let kinds = FieldKind::Choice(vec![Choice::new("a", "Alpha"), Choice::new("b", "Beta"), Choice::new("c", "Gamma")]);
    let view = FormView { fields: vec![Field { required: true, many: true, ..field("kinds", "", kinds) }], ..view() };
    let (said, done) = talk(&view, State::begin(&view), &direct(), &["2,9", "2, 3", "1", "1,gam", "create"]);
    expect![[r#"
        **Kinds** (1 of 1)
        1. Alpha (`a`)
        2. Beta (`b`)
        3. Gamma (`c`)

        Reply with a number or a name, several with commas between. `back`, `cancel`, `?`.
        > 2,9
        :warning: `9` is not one of these.
        **Kinds** (1 of 1)
        1. Alpha (`a`)
        2. Beta (`b`)
        3. Gamma (`c`)

        Reply with a number or a name, several with commas between. `back`, `cancel`, `?`.
        > 2, 3
        **Create Redmine issue**
        1. Kinds: Beta, Gamma

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        > 1
        **Kinds** (1 of 1)
        Now: Beta, Gamma
        1. Alpha (`a`)
        2. Beta (`b`)
        3. Gamma (`c`)

        Reply with a number or a name, several with commas between. `skip` keeps it, `back`, `cancel`, `?`.
        > 1,gam
        **Create Redmine issue**
        1. Kinds: Alpha, Gamma

        Reply `create`, a number to fill in or change that answer, or `cancel`.
        > create
        SUBMIT {"kinds":["a","c"]}
    "#]]
    .assert_eq(&said);
    assert_eq!(done.expect("it was sent").values["kinds"], json!(["a", "c"]));
}

#[test]
fn a_day_of_silence_keeps_what_was_typed() {
    let view = view();
    let Turn::Ask(state, _) = step(&view, State::begin(&view), "Printer on fire", &[], &readable) else { panic!("a question") };
    let mut form = stored();
    state.put(&mut form, NOW);
    let after = |hours: i64| State::of(&form, NOW + jiff::SignedDuration::from_hours(hours));
    assert_eq!(after(23).asking, Asking::Field("project".into()));
    let aside = after(25);
    assert_eq!((&aside.asking, &aside.values["subject"]), (&Asking::Aside, &json!("Printer on fire")));
    let Turn::Ask(resumed, _) = step(&view, aside, "resume", &[], &readable) else { panic!("a question") };
    assert_eq!((&resumed.asking, &resumed.values["subject"]), (&Asking::Field("project".into()), &json!("Printer on fire")));
    assert!(form.expires > NOW + jiff::SignedDuration::from_hours(7 * 24), "and stays for a week");
}
