//! A form as a web page: long forms, secrets, files, chats without windows.
//!
//! The address is the key, and signed ([`super::Tickets`]): it is given to the asker only, and works until the
//! form is taken or has expired. The page is plain HTML that works without JavaScript; only a POST
//! runs anything, so that no link preview ever does, and only one that comes from a page which was
//! shown here. What was taken is said again to whoever looks again: by a reload, or by the second
//! click of two.

mod draw;
mod read;
#[cfg(test)]
mod tests;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use commands::{Download, FieldKind, FieldProblem};
use connectors::cache::Cache;
use maud::Markup;
use tracing::warn;

pub use self::draw::{document, notice};
use self::read::Sent;
use super::{Form, Forms};
use crate::{
    chat::{FormView, request_id},
    dispatch::{Dispatch, Offer, Options, Submission, Submitted, Turn},
};

/// Of all files of a form together, and of everything that is sent with them.
const FILES_LIMIT: usize = 10 * 1024 * 1024;
const BODY_LIMIT: usize = FILES_LIMIT + 512 * 1024;

/// Names that no field can have: what is shown once, and the buttons beside the one that sends.
const ONCE: &str = "#once";
const BACK: &str = "#back";
const LOOK: &str = "#look";
const PREVIEW: &str = "#preview";

/// The routes of the pages, `/form/{ticket}`.
pub fn routes(dispatch: Dispatch, forms: Forms) -> Router {
    // Longer than any browser waits for the answer to a second click.
    let outcomes = Cache::new(1_000, std::time::Duration::from_secs(600));
    Router::new().route("/form/{ticket}", get(show).post(submit)).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(Pages {
        dispatch,
        forms,
        outcomes,
    })
}

#[derive(Clone)]
struct Pages {
    dispatch: Dispatch,
    forms: Forms,
    /// What became of each page that was sent, by [`ONCE`].
    outcomes: Cache<String, Outcome>,
}

/// The answer to a page that was sent.
#[derive(Clone)]
enum Outcome {
    /// Look at the page again: it says so.
    Taken,
    Page(StatusCode, String),
    /// Nothing was done, and nothing is remembered: the same may be sent again.
    Busy(String),
}

async fn show(State(pages): State<Pages>, Path(ticket): Path<String>) -> Response {
    match pages.open(&ticket).await {
        Some((form, _)) if form.sent.is_some() => answer(StatusCode::OK, draw::taken(form.sent)),
        Some((form, Some(view))) => answer(StatusCode::OK, pages.draw(&form, &view).await),
        _ => gone(None),
    }
}

async fn submit(State(pages): State<Pages>, Path(ticket): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    // A page elsewhere that guessed the address still cannot post to it from somebody's browser.
    if headers.get("sec-fetch-site").is_some_and(|it| it != "same-origin" && it != "none") {
        let text = "Open the form by its link in chat, and send it there.";
        return answer(StatusCode::FORBIDDEN, notice("Not from here", text));
    }
    // Nothing is read for who has no address of ours.
    let Some((form, view)) = pages.open(&ticket).await else { return gone(None) };
    let Some(view) = view else { return taken(&ticket) };
    let mut sent = match body(request).await {
        Ok(sent) => sent,
        Err(problem) => {
            let view = FormView { problems: vec![FieldProblem::new("", problem)], ..view };
            return answer(StatusCode::UNPROCESSABLE_ENTITY, pages.draw(&form, &view).await);
        }
    };
    let once = sent.take(ONCE);
    if !pages.forms.tickets().is_once(&form.id, &once) {
        let problem = "This page was not sent from where it was shown. Look through it, and send it again.";
        let view = pages.typed(view, &sent, vec![FieldProblem::new("", problem)]);
        return answer(StatusCode::FORBIDDEN, pages.draw(&form, &view).await);
    }
    let key = format!("page:{once}");
    let outcome = pages.outcomes.get_with(key.clone(), pages.take(&form, view, sent, once, &headers)).await;
    match outcome {
        Outcome::Taken => taken(&ticket),
        Outcome::Page(status, page) => page_of(status, page),
        Outcome::Busy(page) => {
            pages.outcomes.invalidate(&key).await;
            let mut response = page_of(StatusCode::SERVICE_UNAVAILABLE, page);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
    }
}

/// Urlencoded, or in parts with files.
async fn body(request: Request) -> Result<Sent, String> {
    let too_large = || format!("That is too large: all files together may be {} MiB.", FILES_LIMIT / 1024 / 1024);
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        let body = Bytes::from_request(request, &()).await.map_err(|_| too_large())?;
        return Ok(Sent::urlencoded(&body));
    }
    let broken = "The page came in pieces. Please send it again.";
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| broken.to_owned())?;
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(|_| broken.to_owned())? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) => {
                let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = part.bytes().await.map_err(|_| too_large())?.to_vec();
                if !file.is_empty() || !bytes.is_empty() {
                    sent.files.push((name, Download { name: read::file_name(&file), content_type, bytes }));
                }
            }
            None => sent.pairs.push((name, part.text().await.map_err(|_| too_large())?)),
        }
    }
    if sent.files.iter().map(|(_, file)| file.bytes.len()).sum::<usize>() > FILES_LIMIT { Err(too_large()) } else { Ok(sent) }
}

impl Pages {
    /// The form of an address, and its page unless it was taken.
    async fn open(&self, ticket: &str) -> Option<(Form, Option<FormView>)> {
        let id = self.forms.tickets().form(ticket)?;
        let form = match self.forms.load(id).await {
            Ok(form) => form?,
            Err(err) => {
                warn!("Could not load a form: {err:#}");
                return None;
            }
        };
        let view = self.dispatch.form(id).await;
        // A form of a command that is gone is gone.
        (view.is_some() || form.sent.is_some()).then_some((form, view))
    }

    async fn take(&self, form: &Form, view: FormView, mut sent: Sent, once: String, headers: &HeaderMap) -> Outcome {
        let (back, look, preview) = (sent.has(BACK), sent.has(LOOK), sent.has(PREVIEW));
        if let Err(err) = sent.keep_files(&self.forms, form).await {
            warn!("Could not keep a file: {err:#}");
            return self.busy(form, self.typed(view, &sent, Vec::new())).await;
        }
        let place = &form.to.place;
        let submission = Submission {
            form: form.id.clone(),
            key: format!("page:{once}"),
            // Not the body: it can hold secrets, and the values go with the form.
            raw: Bytes::new(),
            platform: place.platform.clone(),
            workspace: place.workspace.clone(),
            person: form.to.asker.clone(),
            values: sent.values(&view.fields),
            request_id: request_id(headers),
        };
        if back || look || preview {
            let turn = if back { Turn::Back } else { Turn::Stay };
            let kept = match self.dispatch.keep(&submission, turn).await {
                Ok(Some(view)) if preview => Ok(Some(self.dispatch.previewed(view).await)),
                kept => kept,
            };
            return match kept {
                Ok(Some(view)) => Outcome::Page(StatusCode::OK, self.draw(form, &view).await.into_string()),
                Ok(None) => Outcome::Taken,
                Err(_) => self.busy(form, self.typed(view, &sent, Vec::new())).await,
            };
        }
        match self.dispatch.submit(submission).await {
            Ok(Submitted::Accepted) => {
                // The address worked once. A later refusal carries the values itself.
                if let Err(err) = self.forms.close(&form.id).await {
                    warn!("Could not close a form: {err:#}");
                }
                Outcome::Taken
            }
            Ok(Submitted::Next(next)) => Outcome::Page(StatusCode::OK, self.draw(form, &next).await.into_string()),
            Ok(Submitted::Refused(problems)) => {
                let view = self.typed(view, &sent, problems);
                Outcome::Page(StatusCode::UNPROCESSABLE_ENTITY, self.draw(form, &view).await.into_string())
            }
            Ok(Submitted::Gone(message)) => Outcome::Page(StatusCode::GONE, draw::closed(Some(&message.summary())).into_string()),
            Err(_) => self.busy(form, self.typed(view, &sent, Vec::new())).await,
        }
    }

    async fn busy(&self, form: &Form, mut view: FormView) -> Outcome {
        view.problems =
            vec![FieldProblem::new("", "Nothing was done: it cannot be taken now. Please send it again in a moment.")];
        Outcome::Busy(self.draw(form, &view).await.into_string())
    }

    /// The page as it was filled in, with what is wrong with it.
    fn typed(&self, mut view: FormView, sent: &Sent, problems: Vec<FieldProblem>) -> FormView {
        let values = sent.values(&view.fields);
        for (name, value) in values {
            let is_file = view.fields.iter().any(|it| it.name == name && it.kind == FieldKind::File);
            // A browser fills in no box for files: what was attached stays until something else is.
            if !(is_file && (value == "" || value == serde_json::json!([]))) {
                view.values.insert(name, value);
            }
        }
        view.problems = problems;
        view
    }

    /// The page with values for its look-ups, all asked for at once.
    async fn draw(&self, form: &Form, view: &FormView) -> Markup {
        // Of another form, where the one that was sent led to it.
        let id = &view.id;
        let fields = view.fields.iter().filter(|it| it.lookup.is_some() && !it.hidden);
        let all = fields.map(|field| async {
            let options = Options {
                form: id.clone(),
                person: form.to.asker.clone(),
                field: field.name.clone(),
                typed: String::new(),
                given: view.values.clone(),
            };
            (field.name.clone(), self.dispatch.options(options).await)
        });
        let offered: Vec<(String, Offer)> = futures::future::join_all(all).await;
        let tickets = self.forms.tickets();
        draw::page(view, &offered, &tickets.once(id), &tickets.ticket(id))
    }
}

/// By a page of its own, so that a reload sends nothing again.
fn taken(ticket: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/form/{ticket}"))]).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn gone(said: Option<&str>) -> Response {
    answer(StatusCode::GONE, draw::closed(said))
}

fn answer(status: StatusCode, page: Markup) -> Response {
    page_of(status, page.into_string())
}

/// The page, kept by nobody on its way and telling its address to nobody.
pub fn page_of(status: StatusCode, page: String) -> Response {
    // `form-action` names where it may be sent: here.
    const POLICY: &str =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
