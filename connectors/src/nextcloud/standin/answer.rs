//! Answers as Nextcloud words them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::nextcloud::dav::{NAMESPACES, escaped};

pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn status(status: StatusCode) -> Answer {
        Answer { status, content_type: "text/html; charset=UTF-8".into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Answer {
        self.headers.push((name, value.to_string()));
        self
    }

    pub fn bytes(content_type: &str, body: Vec<u8>) -> Answer {
        Answer { content_type: content_type.into(), body, ..Answer::status(StatusCode::OK) }
    }

    fn xml(status: StatusCode, body: String) -> Answer {
        let body = format!("<?xml version=\"1.0\"?>\n{body}").into_bytes();
        Answer { content_type: "application/xml; charset=utf-8".into(), body, ..Answer::status(status) }
    }

    /// A failure of WebDAV.
    pub fn sabre(status: StatusCode, exception: &str, message: &str) -> Answer {
        let exception =
            format!("<s:exception>Sabre\\DAV\\Exception\\{exception}</s:exception><s:message>{}</s:message>", escaped(message));
        Answer::xml(status, format!("<d:error xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\">{exception}</d:error>"))
    }

    pub fn not_found(what: &str) -> Answer {
        Answer::sabre(StatusCode::NOT_FOUND, "NotFound", &format!("File with name {what} could not be located"))
    }

    pub fn forbidden() -> Answer {
        Answer::sabre(StatusCode::FORBIDDEN, "Forbidden", "You don't have permission to change this")
    }

    /// `responses` are `d:response` elements.
    pub fn multistatus(responses: &str) -> Answer {
        Answer::xml(StatusCode::MULTI_STATUS, format!("<d:multistatus {NAMESPACES}>{responses}</d:multistatus>"))
    }

    /// A document that is no multistatus.
    pub fn document(body: String) -> Answer {
        Answer::xml(StatusCode::OK, body)
    }

    fn ocs_body(status: &str, code: u32, message: &str, data: &Value) -> Vec<u8> {
        json!({ "ocs": { "meta": { "status": status, "statuscode": code, "message": message }, "data": data } })
            .to_string()
            .into_bytes()
    }

    pub fn ocs(data: Value) -> Answer {
        let body = Answer::ocs_body("ok", 200, "OK", &data);
        Answer::bytes("application/json; charset=utf-8", body)
    }

    /// A failure of OCS.
    pub fn refused(status: StatusCode, code: u32, message: &str) -> Answer {
        let body = Answer::ocs_body("failure", code, message, &json!([]));
        Answer { status, ..Answer::bytes("application/json; charset=utf-8", body) }
    }

    /// A failure that OCS has only a number of its own for.
    pub fn invalid(code: u32, message: &str) -> Answer {
        Answer::refused(StatusCode::BAD_REQUEST, code, message)
    }
}
