use commands::{Choice, Field, FieldKind, FieldProblem, form::Length};
use serde_json::json;

use super::{
    draw, gone,
    read::{Sent, file_name},
};
use crate::{chat::FormView, dispatch::Offer};
use axum::http::StatusCode;

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.into(),
        help: format!("The {name}"),
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

fn view() -> FormView {
    let priorities = || FieldKind::Choice(vec![Choice::new("low", "Low"), Choice::new("high", "High")]);
    let values = json!({"subject": "<b>\"fire\"</b>", "priority": "high", "watchers": ["ana", "ben"], "key": "canary",
        "due": "2026-12-01", "start": "sonn", "files": ["slack-file:F1"], "kinds": ["low"]});
    FormView {
        id: "f1".into(),
        title: "Create <issue>".into(),
        help: "Creates an issue.".into(),
        fields: vec![
            Field { required: true, length: Length { min: Some(3), max: Some(80) }, ..field("subject", FieldKind::Text) },
            Field { lookup: Some("project".into()), ..field("project", FieldKind::Text) },
            Field { lookup: Some("version".into()), needs: Some(vec!["project".into()]), ..field("version", FieldKind::Text) },
            field("priority", priorities()),
            Field { required: true, ..field("severity", priorities()) },
            Field { many: true, ..field("kinds", priorities()) },
            Field { many: true, ..field("watchers", FieldKind::Person) },
            field("due", FieldKind::Date),
            field("start", FieldKind::Date),
            field("remind", FieldKind::Moment),
            field("mail", FieldKind::Email),
            Field { many: true, ..field("files", FieldKind::File) },
            field("private", FieldKind::Flag),
            field("hours", FieldKind::Number { min: Some(0.0), max: None }),
            field("key", FieldKind::Secret),
            Field { hidden: true, ..field("origin", FieldKind::Text) },
        ],
        values: values.as_object().cloned().unwrap_or_default(),
        problems: vec![FieldProblem::new("subject", "Too <hot>."), FieldProblem::new("", "Redmine refused it.")],
        step: 2,
        steps: 2,
        submit: "Create".into(),
        preview: None,
    }
}

/// Every element that is opened is closed, in order; every id is there once and every reference leads to one.
fn assert_well_formed(page: &str) {
    let (mut open, mut rest) = (Vec::new(), page);
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag that ends");
        rest = after;
        let name = tag.split_whitespace().next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if matches!(name, "!DOCTYPE" | "meta" | "input") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let all = |attribute: &str| {
        let start = format!(" {attribute}=\"");
        page.split(&start).skip(1).filter_map(|it| it.split('"').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let ids = all("id");
    let links = all("href").into_iter().map(|it| it.trim_start_matches('#').to_owned()).collect();
    for reference in [all("for"), all("aria-describedby"), all("list"), links].concat() {
        assert_eq!(ids.iter().filter(|it| **it == reference).count(), 1, "{reference}");
    }
}

/// The controls of the page, one a line.
fn controls() -> String {
    let choices = vec![Choice::new("demo", "Demo \"one\"")];
    let remark = Some("Redmine does not answer: as of 5 min ago".to_owned());
    let offered = vec![("project".to_owned(), Offer { choices, remark })];
    let page = draw::page(&view(), &offered, "n.s", "f1.sig").into_string();
    assert_well_formed(&page);
    assert!(!page.contains("canary"), "a secret is never sent back");
    assert!(!page.contains("origin"), "hidden is hidden");
    let (_, body) = page.split_once("<body>").expect("a body");
    let breaks = ["<div", "<p", "<option", "<input", "<button", "<li", "<form", "<label", "<legend", "<select"];
    breaks.iter().fold(body.to_owned(), |text, tag| text.replace(tag, &format!("\n{tag}")))
}

#[test]
fn a_refused_page_keeps_what_was_typed_and_says_why() {
    expect_test::expect![[r##"
        <main><h1>Create &lt;issue&gt;</h1>
        <p>Creates an issue.</p>
        <p class="help">Page 2 of 2</p>
        <div class="summary" role="alert">
        <p>It was not sent:</p><ul>
        <li><a href="#field-subject">Subject: Too &lt;hot&gt;.</a></li>
        <li>Redmine refused it.</li></ul></div>
        <form method="post" action="/form/f1.sig" enctype="multipart/form-data" autocomplete="off">
        <input type="hidden" name="#once" value="n.s">
        <div class="field">
        <label for="field-subject">Subject (required)</label>
        <div id="field-subject-about">
        <p class="help">The subject</p>
        <p class="problem">Too &lt;hot&gt;.</p></div>
        <input id="field-subject" name="subject" type="text" value="&lt;b&gt;&quot;fire&quot;&lt;/b&gt;" required minlength="3" maxlength="80" aria-describedby="field-subject-about" aria-invalid="true"></div>
        <div class="field">
        <label for="field-project">Project</label>
        <div id="field-project-about">
        <p class="help">The project</p>
        <p class="help">Redmine does not answer: as of 5 min ago</p></div>
        <input id="field-project" name="project" type="text" value="" aria-describedby="field-project-about" list="field-project-list"><datalist id="field-project-list">
        <option value="demo" label="Demo &quot;one&quot;"></option></datalist></div>
        <div class="field">
        <label for="field-version">Version</label>
        <div id="field-version-about">
        <p class="help">The version</p></div>
        <input id="field-version" name="version" type="text" value="" aria-describedby="field-version-about"></div>
        <div class="field">
        <label for="field-priority">Priority</label>
        <div id="field-priority-about">
        <p class="help">The priority</p></div>
        <select id="field-priority" name="priority" aria-describedby="field-priority-about">
        <option value="">–</option>
        <option value="low">Low</option>
        <option value="high" selected>High</option></select></div>
        <div class="field"><fieldset id="field-severity" aria-describedby="field-severity-about">
        <legend>Severity (required)</legend>
        <div id="field-severity-about">
        <p class="help">The severity</p></div>
        <label>
        <input type="radio" name="severity" value="low" required>Low</label>
        <label>
        <input type="radio" name="severity" value="high" required>High</label></fieldset></div>
        <div class="field"><fieldset id="field-kinds" aria-describedby="field-kinds-about">
        <legend>Kinds</legend>
        <div id="field-kinds-about">
        <p class="help">The kinds</p></div>
        <label>
        <input type="checkbox" name="kinds" value="low" checked>Low</label>
        <label>
        <input type="checkbox" name="kinds" value="high">High</label></fieldset></div>
        <div class="field">
        <label for="field-watchers">Watchers</label>
        <div id="field-watchers-about">
        <p class="help">The watchers</p>
        <p class="help">One a line.</p></div><textarea id="field-watchers" name="watchers" rows="6" aria-describedby="field-watchers-about">
        ana
        ben</textarea></div>
        <div class="field">
        <label for="field-due">Due</label>
        <div id="field-due-about">
        <p class="help">The due</p></div>
        <input id="field-due" name="due" type="date" value="2026-12-01" aria-describedby="field-due-about"></div>
        <div class="field">
        <label for="field-start">Start</label>
        <div id="field-start-about">
        <p class="help">The start</p></div>
        <input id="field-start" name="start" type="text" value="sonn" aria-describedby="field-start-about"></div>
        <div class="field">
        <label for="field-remind">Remind</label>
        <div id="field-remind-about">
        <p class="help">The remind</p></div>
        <input id="field-remind" name="remind" type="text" value="" placeholder="tomorrow 9:00, 2026-11-21 14:30, +2h" aria-describedby="field-remind-about"></div>
        <div class="field">
        <label for="field-mail">Mail</label>
        <div id="field-mail-about">
        <p class="help">The mail</p></div>
        <input id="field-mail" name="mail" type="email" value="" aria-describedby="field-mail-about"></div>
        <div class="field">
        <label for="field-files">Files</label>
        <div id="field-files-about">
        <p class="help">The files</p></div>
        <p class="help">One file is attached already. What you add here takes the place of it.</p>
        <input id="field-files" name="files" type="file" multiple aria-describedby="field-files-about"></div>
        <div class="field">
        <label for="field-private">Private</label>
        <div id="field-private-about">
        <p class="help">The private</p></div>
        <select id="field-private" name="private" aria-describedby="field-private-about">
        <option value="">–</option>
        <option value="true">Yes</option>
        <option value="false">No</option></select></div>
        <div class="field">
        <label for="field-hours">Hours</label>
        <div id="field-hours-about">
        <p class="help">The hours</p></div>
        <input id="field-hours" name="hours" type="text" inputmode="decimal" value="" aria-describedby="field-hours-about"></div>
        <div class="field">
        <label for="field-key">Key</label>
        <div id="field-key-about">
        <p class="help">The key</p></div>
        <input id="field-key" name="key" type="password" value="" aria-describedby="field-key-about"></div>
        <div class="buttons">
        <button class="send" type="submit">Create</button>
        <button type="submit" name="#look" value="1" formnovalidate>Show what there is to choose</button>
        <button type="submit" name="#back" value="1" formnovalidate>Back</button></div></form></main></body></html>"##]].assert_eq(&controls());
}

#[test]
fn a_page_that_was_not_sent_says_so_in_its_title() {
    let page = draw::page(&view(), &[], "n.s", "f1.sig").into_string();
    assert!(page.contains("<title>Not sent: Create &lt;issue&gt;</title>"), "{page}");
    let fine = FormView { problems: Vec::new(), ..view() };
    assert!(draw::page(&fine, &[], "n.s", "f1.sig").into_string().contains("<title>Create &lt;issue&gt;</title>"));
}

#[test]
fn values_are_read_by_field() {
    let body =
        b"subject=Fire+%26+smoke&watchers=ana%0D%0A%0D%0Aben&private=&surplus=1&origin=forged&kinds=low&kinds=high&%23once=x";
    let mut sent = Sent::urlencoded(body);
    assert_eq!((sent.take("#once").as_str(), sent.has("#once"), sent.has("subject")), ("x", false, true));
    let values = sent.values(&view().fields);
    assert_eq!(values["subject"], "Fire & smoke");
    assert_eq!(values["watchers"], json!(["ana", "ben"]));
    assert_eq!(values["kinds"], json!(["low", "high"]));
    assert_eq!(values["project"], "");
    assert!(!values.contains_key("surplus") && !values.contains_key("origin"));
}

#[test]
fn a_file_has_the_last_part_of_its_name() {
    assert_eq!(file_name("C:\\fakepath\\fire.png"), "fire.png");
    assert_eq!(file_name("../../etc/passwd"), "passwd");
    assert_eq!(file_name("a\r\nb.txt"), "ab.txt");
    assert_eq!(file_name("/"), "file");
}

#[test]
fn pages_are_kept_by_nobody() {
    let response = gone(None);
    assert_eq!(response.status(), StatusCode::GONE);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["referrer-policy"], "no-referrer");
    assert!(response.headers()["content-security-policy"].to_str().is_ok_and(|it| it.starts_with("default-src 'none'")));
    assert_well_formed(&draw::taken(None).into_string());
}
