//! What is asked, and what is answered.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// A request as the handlers see it.
pub struct Asked {
    pub caller: u64,
    pub query: Vec<(String, String)>,
    /// The JSON body, null where there is none.
    pub body: Value,
    /// Of the token.
    pub scopes: Vec<String>,
}

impl Asked {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.body[key].as_str().map(str::trim)
    }

    /// One page, with GitLab's headers.
    pub fn page(&self, items: Vec<Value>) -> Answer {
        let number = |name: &str, default: usize| self.get(name).and_then(|it| it.parse().ok()).unwrap_or(default);
        let (page, size) = (number("page", 1).max(1), number("per_page", 20).clamp(1, 100));
        let total = items.len();
        let pages = total.div_ceil(size).max(1);
        let next = if page < pages { (page + 1).to_string() } else { String::new() };
        let items: Vec<Value> = items.into_iter().skip((page - 1) * size).take(size).collect();
        let mut answer = Answer::json(json!(items));
        answer.headers = vec![
            ("x-total", total.to_string()),
            ("x-total-pages", pages.to_string()),
            ("x-page", page.to_string()),
            ("x-per-page", size.to_string()),
            ("x-next-page", next),
        ];
        answer
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub body: Option<Value>,
    pub plain: Option<String>,
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn json(body: Value) -> Answer {
        Answer { body: Some(body), ..Answer::empty(StatusCode::OK) }
    }

    pub fn created(body: Value) -> Answer {
        Answer { body: Some(body), ..Answer::empty(StatusCode::CREATED) }
    }

    pub fn plain(text: &str) -> Answer {
        Answer { plain: Some(text.to_owned()), ..Answer::empty(StatusCode::OK) }
    }

    pub fn empty(status: StatusCode) -> Answer {
        Answer { status, body: None, plain: None, headers: Vec::new() }
    }

    pub fn no_content() -> Answer {
        Answer::empty(StatusCode::NO_CONTENT)
    }

    pub fn said(status: StatusCode, message: &str) -> Answer {
        Answer { body: Some(json!({ "message": message })), ..Answer::empty(status) }
    }

    /// `404 Issue Not Found`.
    pub fn not_found(what: &str) -> Answer {
        Answer::said(StatusCode::NOT_FOUND, &format!("404 {what} Not Found"))
    }

    pub fn forbidden() -> Answer {
        Answer::said(StatusCode::FORBIDDEN, "403 Forbidden")
    }

    /// A parameter that is missing or of the wrong sort.
    pub fn wrong(error: &str) -> Answer {
        Answer { body: Some(json!({ "error": error })), ..Answer::empty(StatusCode::BAD_REQUEST) }
    }

    /// A value that the model refuses.
    pub fn invalid(field: &str, problem: &str) -> Answer {
        Answer { body: Some(json!({ "message": { field: [problem] } })), ..Answer::empty(StatusCode::BAD_REQUEST) }
    }

    pub fn insufficient_scope() -> Answer {
        let body = json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": "api",
        });
        Answer { body: Some(body), ..Answer::empty(StatusCode::FORBIDDEN) }
    }
}

/// A part of a path, without percent signs.
pub fn decoded(segment: &str) -> String {
    // A plus is itself in a path.
    let form = format!("it={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
