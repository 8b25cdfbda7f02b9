//! Forms as modals, and what is said about filled-in ones.

use axum::response::IntoResponse;
use commands::{Choice, Field, FieldKind, FieldProblem, Message, form::Length};
use expect_test::expect;
use serde_json::{Map, Value, json};

use crate::{
    chat::{
        FormView,
        slack::{answer, modal::modal, options},
    },
    dispatch::{Answer, Busy, Offer, Submitted},
};

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        help: format!("The {name}."),
        kind,
        required: false,
        positional: false,
        many: false,
        lookup: None,
        step: 1,
        hidden: false,
        default: None,
        length: Length::default(),
        needs: None,
    }
}

fn form(fields: Vec<Field>, values: Value) -> FormView {
    let Value::Object(values) = values else { panic!("an object") };
    FormView {
        id: "form-7".into(),
        title: "Create Redmine issue".into(),
        help: "Creates an issue.".into(),
        fields,
        values,
        problems: Vec::new(),
        step: 1,
        steps: 1,
        submit: "Create".into(),
        preview: None,
    }
}

/// The element of a form's only field.
fn element(field: Field, value: Value) -> Value {
    let name = field.name.clone();
    let view = modal(&form(vec![field], json!({ name: value })));
    view["blocks"].as_array().unwrap().iter().find(|it| it["type"] == "input").unwrap()["element"].clone()
}

fn choices(count: usize) -> FieldKind {
    FieldKind::Choice((0..count).map(|it| Choice::new(format!("v{it}"), format!("Value {it}"))).collect())
}

#[test]
fn a_form() {
    let subject = Field { required: true, positional: true, ..field("subject", FieldKind::Text) };
    let project = Field { required: true, lookup: Some("project".into()), ..field("project", FieldKind::Text) };
    let secret = Field { hidden: true, ..field("internal", FieldKind::Text) };
    let mut form = form(
        vec![subject, project, field("private", FieldKind::Flag), secret],
        json!({ "subject": "Printer on fire", "project": "demo", "private": "true" }),
    );
    form.problems =
        vec![FieldProblem::new("project", "There is no project `demo`."), FieldProblem::new("", "Redmine says <no>.")];
    form.steps = 2;
    expect![[r#"
        {
          "type": "modal",
          "callback_id": "form",
          "private_metadata": "form-7",
          "title": {
            "type": "plain_text",
            "text": "Create Redmine issue",
            "emoji": false
          },
          "submit": {
            "type": "plain_text",
            "text": "Create",
            "emoji": false
          },
          "close": {
            "type": "plain_text",
            "text": "Cancel",
            "emoji": false
          },
          "notify_on_close": true,
          "blocks": [
            {
              "type": "section",
              "text": {
                "type": "mrkdwn",
                "text": "Creates an issue.",
                "verbatim": true
              }
            },
            {
              "type": "section",
              "text": {
                "type": "mrkdwn",
                "text": ":warning: Redmine says &lt;no&gt;.",
                "verbatim": true
              }
            },
            {
              "type": "context",
              "elements": [
                {
                  "type": "mrkdwn",
                  "text": "Step 1 of 2",
                  "verbatim": true
                }
              ]
            },
            {
              "type": "input",
              "block_id": "field-subject",
              "label": {
                "type": "plain_text",
                "text": "Subject",
                "emoji": false
              },
              "element": {
                "type": "plain_text_input",
                "action_id": "subject",
                "multiline": false,
                "max_length": 3000,
                "initial_value": "Printer on fire"
              },
              "optional": false,
              "hint": {
                "type": "plain_text",
                "text": "The subject.",
                "emoji": false
              }
            },
            {
              "type": "input",
              "block_id": "field-project",
              "label": {
                "type": "plain_text",
                "text": "Project",
                "emoji": false
              },
              "element": {
                "type": "external_select",
                "action_id": "project",
                "min_query_length": 0,
                "initial_option": {
                  "text": {
                    "type": "plain_text",
                    "text": "demo",
                    "emoji": false
                  },
                  "value": "demo"
                }
              },
              "optional": false,
              "hint": {
                "type": "plain_text",
                "text": "The project.",
                "emoji": false
              }
            },
            {
              "type": "context",
              "elements": [
                {
                  "type": "mrkdwn",
                  "text": ":warning: There is no project ˋdemoˋ.",
                  "verbatim": true
                }
              ]
            },
            {
              "type": "input",
              "block_id": "field-private",
              "label": {
                "type": "plain_text",
                "text": "Private",
                "emoji": false
              },
              "element": {
                "type": "checkboxes",
                "action_id": "private",
                "options": [
                  {
                    "text": {
                      "type": "plain_text",
                      "text": "The private.",
                      "emoji": false
                    },
                    "value": "true"
                  }
                ],
                "initial_options": [
                  {
                    "text": {
                      "type": "plain_text",
                      "text": "The private.",
                      "emoji": false
                    },
                    "value": "true"
                  }
                ]
              },
              "optional": true
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&modal(&form)).unwrap());
}

#[test]
fn each_kind_has_its_widget() {
    let many = |field: Field| Field { many: true, ..field };
    let lookup = |field: Field| Field { lookup: Some("user".into()), ..field };
    let kind = |field: Field| element(field, Value::Null)["type"].as_str().unwrap().to_owned();
    let integer = FieldKind::Integer { min: Some(1), max: None };
    let number = FieldKind::Number { min: None, max: Some(24.0) };
    for (field, expected) in [
        (field("x", FieldKind::Text), "plain_text_input"),
        (field("x", FieldKind::LongText), "rich_text_input"),
        (Field { length: Length { min: None, max: Some(500) }, ..field("x", FieldKind::LongText) }, "plain_text_input"),
        (field("x", FieldKind::Secret), "plain_text_input"),
        (field("x", integer), "number_input"),
        (field("x", number), "number_input"),
        (field("x", FieldKind::Flag), "checkboxes"),
        (field("x", choices(100)), "static_select"),
        (field("x", choices(101)), "external_select"),
        (field("x", choices(3)), "static_select"),
        (Field { required: true, ..field("x", choices(5)) }, "radio_buttons"),
        (Field { required: true, ..field("x", choices(6)) }, "static_select"),
        (many(field("x", choices(10))), "checkboxes"),
        (many(field("x", choices(11))), "multi_static_select"),
        (field("x", FieldKind::Time), "timepicker"),
        (field("x", FieldKind::Moment), "datetimepicker"),
        (many(field("x", FieldKind::Moment)), "plain_text_input"),
        (field("x", FieldKind::Channel), "conversations_select"),
        (many(field("x", FieldKind::Channel)), "multi_conversations_select"),
        (field("x", FieldKind::Email), "email_text_input"),
        (field("x", FieldKind::Date), "datepicker"),
        (field("x", FieldKind::Person), "users_select"),
        (many(field("x", FieldKind::Person)), "multi_users_select"),
        (lookup(field("x", FieldKind::Person)), "external_select"),
        (many(lookup(field("x", FieldKind::Text))), "multi_external_select"),
        (field("x", FieldKind::File), "file_input"),
        (field("x", FieldKind::Link), "url_text_input"),
    ] {
        assert_eq!(kind(field.clone()), expected, "{field:?}");
    }
}

#[test]
fn what_was_typed_is_kept_even_where_the_widget_cannot_hold_it() {
    let initial = |kind: FieldKind, value: &str| {
        let element = element(field("x", kind), json!(value));
        let keys = [
            "initial_value",
            "initial_date",
            "initial_time",
            "initial_date_time",
            "initial_user",
            "initial_conversation",
            "initial_option",
        ];
        let held = keys.iter().map(|it| &element[*it]).find(|it| !it.is_null()).cloned().unwrap_or_default();
        (element["type"].as_str().unwrap().to_owned(), held)
    };
    let pair = |kind: &str, value: Value| (kind.to_owned(), value);
    let integer = || FieldKind::Integer { min: None, max: None };
    assert_eq!(initial(FieldKind::Date, "2026-11-30"), pair("datepicker", json!("2026-11-30")));
    assert_eq!(initial(FieldKind::Date, "tomorow"), pair("plain_text_input", json!("tomorow")));
    assert_eq!(initial(FieldKind::Time, "09:00"), pair("timepicker", json!("09:00")));
    assert_eq!(initial(FieldKind::Time, "09:00:07"), pair("plain_text_input", json!("09:00:07")));
    assert_eq!(initial(FieldKind::Moment, "2026-11-21T14:30:00Z"), pair("datetimepicker", json!(1_795_271_400)));
    assert_eq!(initial(FieldKind::Moment, "tomorow"), pair("plain_text_input", json!("tomorow")));
    assert_eq!(initial(FieldKind::Channel, "<#C0DEV|dev>"), pair("conversations_select", json!("C0DEV")));
    assert_eq!(initial(FieldKind::Channel, "#dev"), pair("plain_text_input", json!("#dev")));
    assert_eq!(initial(FieldKind::Email, "ana@example.org"), pair("email_text_input", json!("ana@example.org")));
    assert_eq!(initial(FieldKind::LongText, "# A heading"), pair("plain_text_input", json!("# A heading")));
    assert_eq!(initial(FieldKind::LongText, "Plain").1["elements"][0]["elements"][0]["text"], "Plain");
    assert_eq!(initial(integer(), "7"), pair("number_input", json!("7")));
    assert_eq!(initial(integer(), "seven"), pair("plain_text_input", json!("seven")));
    assert_eq!(initial(FieldKind::Person, "<@U0BEN|ben>"), pair("users_select", json!("U0BEN")));
    assert_eq!(initial(FieldKind::Person, "me"), pair("plain_text_input", json!("me")));
    assert_eq!(initial(FieldKind::Link, "not a link"), pair("plain_text_input", json!("not a link")));
    assert_eq!(initial(choices(3), "v2").1["value"], "v2");
    assert_eq!(initial(FieldKind::Secret, "hunter2"), pair("plain_text_input", Value::Null));
}

#[test]
fn a_modal_stays_inside_slacks_limits() {
    let long = "ä".repeat(5000);
    let limited = Length { min: None, max: Some(9000) };
    let mut fields: Vec<Field> = (0..120)
        .map(|it| Field { help: long.clone(), length: limited, ..field(&format!("f{it}"), FieldKind::LongText) })
        .collect();
    fields.push(field("last", choices(100)));
    let mut form = form(fields, json!({ "f0": long }));
    (form.title, form.help, form.submit) = (long.clone(), long.clone(), long.clone());
    form.problems = (0..120).map(|it| FieldProblem::new(format!("f{it}"), long.clone())).collect();
    let view = modal(&form);
    assert_eq!(view["blocks"].as_array().unwrap().len(), 100);
    for (text, limit) in
        [(&view["title"], 24), (&view["submit"], 24), (&view["blocks"][0]["text"], 3000), (&view["blocks"][1]["hint"], 2000)]
    {
        assert!(text["text"].as_str().unwrap().chars().count() <= limit, "{text}");
    }
    assert!(view["blocks"][1]["element"]["initial_value"].as_str().unwrap().chars().count() <= 3000);
}

#[test]
fn options_that_slack_cannot_carry_are_left_out() {
    let choices = [
        Choice::new("demo", "Demo & <co>"),
        Choice::new("x".repeat(151), "Long"),
        Choice::new("", "Empty"),
        Choice::new("y", "z".repeat(99)),
    ];
    let offer = |choices: &[Choice], remark: Option<&str>| {
        options::answer(&Offer { choices: choices.to_vec(), remark: remark.map(str::to_owned) })
    };
    let answer = offer(&choices, None);
    let labels: Vec<&str> = answer["options"].as_array().unwrap().iter().map(|it| it["text"]["text"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Demo & <co>".to_owned(), "z".repeat(74) + "…"]);
    let many: Vec<Choice> = (0..150).map(|it| Choice::new(it.to_string(), it.to_string())).collect();
    assert_eq!(offer(&many, None)["options"].as_array().unwrap().len(), 100);
    let old = offer(&many, Some("Redmine does not answer: as of 5 min ago"));
    assert_eq!(old["option_groups"][0]["label"]["text"], "Redmine does not answer: as of 5 min ago");
    assert_eq!(old["option_groups"][0]["options"].as_array().unwrap().len(), 100);
    let none = offer(&[], Some("Redmine does not answer now."));
    assert_eq!(
        (&none["options"][0]["text"]["text"], &none["options"][0]["value"]),
        (&json!("Redmine does not answer now."), &json!("#nothing"))
    );
}

fn said(submitted: Result<Submitted, Busy>, fields: &[&str]) -> Value {
    let fields: Vec<String> = fields.iter().map(|it| (*it).to_owned()).collect();
    answer::submission(&submitted, &fields, &super::print)
}

fn busy() -> Busy {
    Busy::not_taken("disk full")
}

#[test]
fn errors_stand_at_their_fields_and_the_rest_at_the_first() {
    let problems = vec![
        FieldProblem::new("project", "Unknown project."),
        FieldProblem::new("elsewhere", "Not on this page."),
        FieldProblem::new("", "Redmine refused it."),
    ];
    assert_eq!(
        said(Ok(Submitted::Refused(problems)), &["subject", "project"]),
        json!({ "response_action": "errors", "errors": { "field-project": "Unknown project.", "field-subject": "Not on this page. Redmine refused it." } }),
    );
}

#[test]
fn a_form_goes_on_closes_or_says_why_not() {
    assert_eq!(said(Ok(Submitted::Accepted), &["subject"]), json!({ "response_action": "clear" }));
    let next = said(Ok(Submitted::Next(Box::new(form(vec![field("version", FieldKind::Text)], json!({}))))), &["subject"]);
    assert_eq!((&next["response_action"], &next["view"]["private_metadata"]), (&json!("update"), &json!("form-7")));
    let gone = said(Ok(Submitted::Gone(Message::text("This form is over."))), &["subject"]);
    assert_eq!(gone["view"]["blocks"][0]["text"]["text"], "This form is over.");
    assert!(gone["view"]["submit"].is_null());
    let busy = said(Err(busy()), &["subject"]);
    assert_eq!(
        busy["errors"],
        json!({ "field-subject": "Bellhop cannot take this now. Nothing was done; please try again in a moment." })
    );
    let no_field = said(Ok(Submitted::Refused(vec![FieldProblem::new("", "No.")])), &[]);
    assert_eq!(no_field["response_action"], "update");
}

async fn body(response: axum::response::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn a_command_is_answered_in_place() {
    assert_eq!(body(answer::command(&Ok(Answer::Accepted), &super::print).into_response()).await, (200, String::new()));
    assert_eq!(body(answer::command(&Ok(Answer::Duplicate), &super::print).into_response()).await, (200, String::new()));
    let (status, said) =
        body(answer::command(&Ok(Answer::Say(Message::text("Which project?"))), &super::print).into_response()).await;
    let said: Map<String, Value> = serde_json::from_str(&said).unwrap();
    assert_eq!((status, &said["response_type"], &said["text"]), (200, &json!("ephemeral"), &json!("Which project?")));
    let (status, said) = body(answer::command(&Err(busy()), &super::print).into_response()).await;
    assert!(status == 200 && said.contains("Nothing was done") && !said.contains("disk full"), "{said}");
}

#[tokio::test]
async fn an_event_is_asked_for_again_when_nothing_can_be_taken() {
    assert_eq!(answer::event(&Ok(Answer::Duplicate)).into_response().status(), 200);
    let refused = answer::event(&Err(busy())).into_response();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));
}

#[test]
fn a_later_page_leads_back() {
    let mut second = form(vec![field("version", FieldKind::Text)], json!({}));
    (second.step, second.steps) = (2, 2);
    let view = modal(&second);
    let back = view["blocks"].as_array().unwrap().iter().find(|it| it["type"] == "actions").expect("a button");
    assert_eq!((&back["elements"][0]["action_id"], &back["elements"][0]["text"]["text"]), (&json!("form-back"), &json!("Back")));
    assert_eq!(view["notify_on_close"], true);
}

#[test]
fn a_picker_that_goes_by_another_field_is_another_when_that_changes() {
    let fields = || {
        vec![
            Field { lookup: Some("project".into()), ..field("project", FieldKind::Text) },
            Field { lookup: Some("version".into()), needs: Some(vec!["project".into()]), ..field("version", FieldKind::Text) },
            field("subject", FieldKind::Text),
        ]
    };
    let blocks = |values: Value| {
        let view = modal(&form(fields(), values));
        let blocks = view["blocks"].as_array().unwrap().clone();
        blocks.into_iter().filter(|it| it["type"] == "input").collect::<Vec<_>>()
    };
    let (demo, apollo) = (blocks(json!({ "project": "demo" })), blocks(json!({ "project": "apollo" })));
    let id = |block: &Value| block["block_id"].as_str().unwrap().to_owned();
    assert_eq!(demo.iter().map(|it| it["dispatch_action"] == true).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!((id(&demo[0]), id(&demo[2])), (id(&apollo[0]), id(&apollo[2])));
    assert_ne!(id(&demo[1]), id(&apollo[1]), "Slack keeps what was entered in a block that stays");
    // Errors find their way to it all the same.
    let block = id(&demo[1]).replace("field-", "");
    let refused = Submitted::Refused(vec![FieldProblem::new("version", "There is no such version.")]);
    assert_eq!(
        said(Ok(refused), &["project", &block])["errors"],
        json!({ format!("field-{block}"): "There is no such version." })
    );
}

#[test]
fn picked_values_are_shown_by_their_names() {
    let project = Field { many: true, lookup: Some("project".into()), ..field("x", FieldKind::Text) };
    let values = json!({ "x": ["demo", "apollo"], "#labels": { "x": { "demo": "Demo project" } } });
    let view = modal(&form(vec![project], values));
    let input = view["blocks"].as_array().unwrap().iter().find(|it| it["type"] == "input").unwrap().clone();
    let shown: Vec<_> =
        input["element"]["initial_options"].as_array().unwrap().iter().map(|it| it["text"]["text"].clone()).collect();
    assert_eq!(shown, ["Demo project", "apollo"]);
}
