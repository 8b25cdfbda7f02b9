//! A form as a web page, for whoever holds its link: long forms, secrets, chats without modals.
//!
//! The link is the key: the form's id is random, is given to its asker only, and works until the
//! form is submitted or a day has passed. The page is plain HTML that works without JavaScript; only
//! a POST runs anything, so that no link preview ever does.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use commands::{Choice, Field, FieldKind, FieldProblem};
use maud::{DOCTYPE, Markup, html};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tracing::warn;

use super::{Form, Forms};
use crate::{
    chat::{FormView, request_id},
    dispatch::{Dispatch, Options, Submission, Submitted},
};

const BODY_LIMIT: usize = 512 * 1024;

/// Differs each time a page is shown. No field can be called this.
const ONCE: &str = "#once";

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
label,legend{font-weight:600}fieldset{border:0;padding:0;margin:0}\
.field{margin:0 0 1.25rem}.help{opacity:.75;margin:0}.problem{color:#c0262d;margin:.25rem 0;font-weight:600}\
input:not([type=radio],[type=checkbox]),select,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}\
[aria-invalid=true]{outline:2px solid #c0262d}button{font:inherit;padding:.5rem 1.5rem}";

/// The routes of the pages, `/form/{id}`.
pub fn routes(dispatch: Dispatch, forms: Forms) -> Router {
    Router::new()
        .route("/form/{id}", get(show).post(submit))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Pages { dispatch, forms })
}

#[derive(Clone)]
struct Pages {
    dispatch: Dispatch,
    forms: Forms,
}

async fn show(State(pages): State<Pages>, Path(id): Path<String>) -> Response {
    match pages.open(&id).await {
        Some((form, view)) => {
            let offered = pages.offered(&form, &view).await;
            answer(StatusCode::OK, page(&view, &offered, &once()))
        }
        None => gone(None),
    }
}

async fn submit(State(pages): State<Pages>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    // A page elsewhere that guessed the link still cannot post to it from somebody's browser.
    if headers.get("sec-fetch-site").is_some_and(|it| it == "cross-site") {
        return answer(StatusCode::FORBIDDEN, notice("Not from here", "Open the form by its link in chat, and submit it there."));
    }
    let Some((form, mut view)) = pages.open(&id).await else { return gone(None) };
    let values = read(&view.fields, &body);
    // A page sent twice (a double click) is one submission; the page shown after a refusal is another.
    let sent = url::form_urlencoded::parse(&body).find(|it| it.0 == ONCE).map(|it| it.1.into_owned()).unwrap_or_default();
    let key = format!("page:{id}:{}:{}", view.step, hex::encode(Sha256::digest(sent.as_bytes())));
    let place = &form.to.place;
    let submission = Submission {
        form: id.clone(),
        key,
        // Not the body: it can hold secrets, and the values go with the form.
        raw: Bytes::new(),
        platform: place.platform.clone(),
        workspace: place.workspace.clone(),
        person: form.to.asker.clone(),
        values: values.clone(),
        request_id: request_id(&headers),
    };
    match pages.dispatch.submit(submission).await {
        Ok(Submitted::Accepted) => {
            // The link worked once. A later refusal carries the values itself.
            if let Err(err) = pages.forms.remove(&id).await {
                warn!("Could not close a form: {err:#}");
            }
            answer(StatusCode::OK, notice("Done", "It was accepted. The answer comes in chat; you can close this page."))
        }
        Ok(Submitted::Next(next)) => {
            let offered = pages.offered(&form, &next).await;
            answer(StatusCode::OK, page(&next, &offered, &once()))
        }
        Ok(Submitted::Refused(problems)) => {
            match turned_back(&pages.dispatch, &pages.forms, &view, &problems).await {
                Some(earlier) => view = earlier,
                None => view.values.extend(values),
            }
            view.problems = problems;
            let offered = pages.offered(&form, &view).await;
            answer(StatusCode::UNPROCESSABLE_ENTITY, page(&view, &offered, &once()))
        }
        Ok(Submitted::Gone(message)) => gone(Some(&message.summary())),
        Err(busy) => {
            view.values.extend(values);
            let problem = format!("Nothing was done: {}. Please submit again in a moment.", busy.reason.trim_end_matches('.'));
            view.problems = vec![FieldProblem::new("", problem)];
            let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, page(&view, &[], &once()));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
    }
}

impl Pages {
    async fn open(&self, id: &str) -> Option<(Form, FormView)> {
        let form = match self.forms.load(id).await {
            Ok(form) => form?,
            Err(err) => {
                warn!("Could not load a form: {err:#}");
                return None;
            }
        };
        let view = self.dispatch.form(id).await?;
        Some((form, view))
    }

    /// Values for the look-ups, by field, all asked at once.
    async fn offered(&self, form: &Form, view: &FormView) -> Vec<(String, Vec<Choice>)> {
        let fields = view.fields.iter().filter(|it| it.lookup.is_some() && !it.hidden);
        let all = fields.map(|field| async {
            let options = Options {
                form: form.id.clone(),
                person: form.to.asker.clone(),
                field: field.name.clone(),
                typed: String::new(),
                given: view.values.clone(),
            };
            (field.name.clone(), self.dispatch.options(options).await)
        });
        futures::future::join_all(all).await
    }
}

/// Leads a refused form back to the page that has the field which was refused, if it is an earlier
/// one, with everything that was typed; none when the present page is the right one.
pub async fn turned_back(dispatch: &Dispatch, forms: &Forms, view: &FormView, problems: &[FieldProblem]) -> Option<FormView> {
    let on = |view: &FormView| problems.iter().any(|it| view.fields.iter().any(|field| field.name == it.field));
    if on(view) || problems.iter().all(|it| it.field.is_empty()) {
        return None;
    }
    let present = forms.load(&view.id).await.ok()??;
    for step in (1..view.step).rev() {
        forms.save(&Form { step, problems: problems.to_vec(), ..present.clone() }).await.ok()?;
        match dispatch.form(&view.id).await {
            Some(earlier) if on(&earlier) => return Some(earlier),
            _ => {}
        }
    }
    let _ = forms.save(&present).await;
    None
}

/// The page's values: strings, or lists of strings, of the fields that there are.
fn read(fields: &[Field], body: &[u8]) -> Map<String, Value> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let mut values = Map::new();
    for field in fields.iter().filter(|it| !it.hidden) {
        let given = pairs.iter().filter(|(name, _)| *name == field.name).map(|(_, value)| value.replace("\r\n", "\n"));
        let value = if field.many {
            let lines: Vec<String> = match &field.kind {
                FieldKind::Choice(_) => given.collect(),
                _ => given.flat_map(|it| it.lines().map(|it| it.trim().to_owned()).collect::<Vec<_>>()).collect(),
            };
            Value::from(lines.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>())
        } else {
            Value::String(given.fold(String::new(), |_, last| last))
        };
        values.insert(field.name.clone(), value);
    }
    values
}

fn once() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn page(view: &FormView, offered: &[(String, Vec<Choice>)], once: &str) -> Markup {
    let fields = || view.fields.iter().filter(|it| !it.hidden);
    let general = view.problems.iter().filter(|problem| !fields().any(|field| field.name == problem.field));
    let body = html! {
        h1 { (view.title) }
        @if !view.help.is_empty() { p { (view.help) } }
        @if view.steps > 1 { p.help { "Page " (view.step) " of " (view.steps) } }
        @for problem in general { p.problem role="alert" { (problem.message) } }
        form method="post" autocomplete="off" {
            input type="hidden" name=(ONCE) value=(once);
            @for field in fields() { (control(view, field, offered)) }
            button type="submit" { (view.submit) }
        }
    };
    document(&view.title, &body)
}

fn control(view: &FormView, field: &Field, offered: &[(String, Vec<Choice>)]) -> Markup {
    let problems: Vec<&str> = view.problems.iter().filter(|it| it.field == field.name).map(|it| it.message.as_str()).collect();
    let invalid = (!problems.is_empty()).then_some("true");
    let id = format!("field-{}", field.name);
    let about = format!("{id}-about");
    let given = strings(view.values.get(&field.name).or(field.default.as_ref()));
    let one = given.join(if field.many { "\n" } else { ", " });
    let required = field.required;
    let list: &[Choice] = offered.iter().find(|it| it.0 == field.name).map_or(&[], |it| &it.1);
    let list_id = (!list.is_empty()).then(|| format!("{id}-list"));
    let input = |kind: &str, value: &str| {
        html! {
            input id=(id) name=(field.name) type=(kind) value=(value) required[required] aria-describedby=(about)
                aria-invalid=[invalid] list=[list_id.as_deref()];
        }
    };
    html! {
        div.field {
            label for=(id) { (field.label()) @if required { " (required)" } }
            div id=(about) {
                @if !field.help.is_empty() { p.help { (field.help) } }
                @if field.many && !matches!(field.kind, FieldKind::Choice(_)) { p.help { "One a line." } }
                @for problem in &problems { p.problem role="alert" { (problem) } }
            }
            @match &field.kind {
                FieldKind::Choice(choices) => select id=(id) name=(field.name) required[required] multiple[field.many]
                    aria-describedby=(about) aria-invalid=[invalid] {
                    @if !field.many { option value="" { "–" } }
                    @for choice in choices {
                        option value=(choice.value) selected[given.contains(&choice.value)] { (choice.label) }
                    }
                },
                FieldKind::Flag => select id=(id) name=(field.name) aria-describedby=(about) aria-invalid=[invalid] {
                    option value="" { "–" }
                    option value="true" selected[one == "true"] { "Yes" }
                    option value="false" selected[one == "false"] { "No" }
                },
                _ if field.many || field.kind == FieldKind::LongText => textarea id=(id) name=(field.name) rows="6"
                    required[required] aria-describedby=(about) aria-invalid=[invalid] {
                    // A browser drops the first line break of a text area.
                    "\n" (one)
                },
                // What was typed is never sent back.
                FieldKind::Secret => (input("password", "")),
                // `tomorrow` is a date too.
                FieldKind::Integer { .. } => input id=(id) name=(field.name) type="text" inputmode="numeric" value=(one)
                    required[required] aria-describedby=(about) aria-invalid=[invalid] list=[list_id.as_deref()];,
                FieldKind::Number { .. } => input id=(id) name=(field.name) type="text" inputmode="decimal" value=(one)
                    required[required] aria-describedby=(about) aria-invalid=[invalid] list=[list_id.as_deref()];,
                FieldKind::Date | FieldKind::Person | FieldKind::File | FieldKind::Link | FieldKind::Text
                    | FieldKind::LongText => (input("text", &one)),
            }
            @if let Some(list_id) = &list_id {
                datalist id=(list_id) {
                    @for choice in list { option value=(choice.value) label=(choice.label) {} }
                }
            }
        }
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(all)) => all.iter().flat_map(|it| strings(Some(it))).collect(),
        Some(other) => vec![other.to_string()],
    }
}

fn notice(title: &str, text: &str) -> Markup {
    document(title, &html! { h1 { (title) } p { (text) } })
}

fn gone(said: Option<&str>) -> Response {
    let text = said.unwrap_or("It was submitted, or a day has passed. Give the command in chat again to start a new one.");
    answer(StatusCode::GONE, notice("This form is closed", text))
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

/// The page, kept by nobody on its way and telling its address to nobody.
fn answer(status: StatusCode, page: Markup) -> Response {
    // `form-action` names where it may be sent: here.
    const POLICY: &str =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let mut response = (status, Html(page.into_string())).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

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
        }
    }

    fn view() -> FormView {
        let priorities = vec![Choice::new("low", "Low"), Choice::new("high", "High")];
        let values = json!({"subject": "<b>\"fire\"</b>", "priority": "high", "watchers": ["ana", "ben"], "key": "canary"});
        FormView {
            id: "f1".into(),
            title: "Create <issue>".into(),
            help: "Creates an issue.".into(),
            fields: vec![
                Field { required: true, ..field("subject", FieldKind::Text) },
                Field { lookup: Some("project".into()), ..field("project", FieldKind::Text) },
                field("priority", FieldKind::Choice(priorities)),
                Field { many: true, ..field("watchers", FieldKind::Person) },
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
        for reference in [all("for"), all("aria-describedby"), all("list")].concat() {
            assert_eq!(ids.iter().filter(|it| **it == reference).count(), 1, "{reference}");
        }
    }

    #[test]
    fn a_refused_page_keeps_what_was_typed_and_says_why() {
        let offered = vec![("project".to_owned(), vec![Choice::new("demo", "Demo \"one\"")])];
        let page = page(&view(), &offered, "1").into_string();
        assert_well_formed(&page);
        assert!(!page.contains("canary"), "a secret is never sent back");
        assert!(!page.contains("origin"), "hidden is hidden");
        let (_, form) = page.split_once("<body>").expect("a body");
        expect![[r##"
            <main><h1>Create &lt;issue&gt;</h1>
            <p>Creates an issue.</p>
            <p class="help">Page 2 of 2</p>
            <p class="problem" role="alert">Redmine refused it.</p><form method="post" autocomplete="off"><input type="hidden" name="#once" value="1">
            <div class="field"><label for="field-subject">Subject (required)</label>
            <div id="field-subject-about">
            <p class="help">The subject</p>
            <p class="problem" role="alert">Too &lt;hot&gt;.</p></div><input id="field-subject" name="subject" type="text" value="&lt;b&gt;&quot;fire&quot;&lt;/b&gt;" required aria-describedby="field-subject-about" aria-invalid="true"></div>
            <div class="field"><label for="field-project">Project</label>
            <div id="field-project-about">
            <p class="help">The project</p></div><input id="field-project" name="project" type="text" value="" aria-describedby="field-project-about" list="field-project-list"><datalist id="field-project-list">
            <option value="demo" label="Demo &quot;one&quot;"></option></datalist></div>
            <div class="field"><label for="field-priority">Priority</label>
            <div id="field-priority-about">
            <p class="help">The priority</p></div><select id="field-priority" name="priority" aria-describedby="field-priority-about">
            <option value="">–</option>
            <option value="low">Low</option>
            <option value="high" selected>High</option></select></div>
            <div class="field"><label for="field-watchers">Watchers</label>
            <div id="field-watchers-about">
            <p class="help">The watchers</p>
            <p class="help">One a line.</p></div><textarea id="field-watchers" name="watchers" rows="6" aria-describedby="field-watchers-about">
            ana
            ben</textarea></div>
            <div class="field"><label for="field-private">Private</label>
            <div id="field-private-about">
            <p class="help">The private</p></div><select id="field-private" name="private" aria-describedby="field-private-about">
            <option value="">–</option>
            <option value="true">Yes</option>
            <option value="false">No</option></select></div>
            <div class="field"><label for="field-hours">Hours</label>
            <div id="field-hours-about">
            <p class="help">The hours</p></div><input id="field-hours" name="hours" type="text" inputmode="decimal" value="" aria-describedby="field-hours-about"></div>
            <div class="field"><label for="field-key">Key</label>
            <div id="field-key-about">
            <p class="help">The key</p></div><input id="field-key" name="key" type="password" value="" aria-describedby="field-key-about"></div><button type="submit">Create</button></form></main></body></html>"##]].assert_eq(&form.replace("<div", "\n<div").replace("<p", "\n<p").replace("<option", "\n<option"));
    }

    #[test]
    fn values_are_read_by_field() {
        let body = b"subject=Fire+%26+smoke&watchers=ana%0D%0A%0D%0Aben&private=&surplus=1&origin=forged";
        let values = read(&view().fields, body);
        assert_eq!(values["subject"], "Fire & smoke");
        assert_eq!(values["watchers"], json!(["ana", "ben"]));
        assert_eq!(values["project"], "");
        assert!(!values.contains_key("surplus") && !values.contains_key("origin"));
    }

    #[test]
    fn pages_are_kept_by_nobody() {
        let response = gone(None);
        assert_eq!(response.status(), StatusCode::GONE);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
        assert!(response.headers()["content-security-policy"].to_str().is_ok_and(|it| it.starts_with("default-src 'none'")));
        assert_well_formed(&notice("Done", "It was accepted.").into_string());
    }
}
