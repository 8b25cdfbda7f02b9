//! What can go wrong, as people and programs need to tell it apart.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The class of a failure: code branches on it, people read [`Error::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The person typed something that cannot be understood.
    BadInput,
    /// An administrator configured something that cannot work.
    BadConfig,
    /// The system has no such object, or hides it.
    NotFound,
    /// The place that it is for takes nothing from us: gone, archived, or one that we are not in.
    Closed,
    /// The object changed meanwhile, or exists already.
    Conflict,
    /// The system refused the values; [`Error::fields`] says which.
    Validation,
    /// Our credentials are refused.
    Auth,
    /// The credentials are fine, but do not allow this.
    Permission,
    /// Too many requests; [`Error::retry_after`] says how long to wait, if known.
    RateLimited,
    /// The system could not be reached.
    Network,
    /// The system did not answer in time.
    Timeout,
    /// The system answered that it failed, or answered nonsense.
    Server,
    /// We keep away from a system that keeps failing; nothing was sent.
    BreakerOpen,
    /// A fault of our own.
    Internal,
}

impl ErrorKind {
    /// As metrics and logs label it.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::BadInput => "bad_input",
            ErrorKind::BadConfig => "bad_config",
            ErrorKind::NotFound => "not_found",
            ErrorKind::Closed => "closed",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Validation => "validation",
            ErrorKind::Auth => "auth",
            ErrorKind::Permission => "permission",
            ErrorKind::RateLimited => "rate_limited",
            ErrorKind::Network => "network",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Server => "server",
            ErrorKind::BreakerOpen => "breaker_open",
            ErrorKind::Internal => "internal",
        }
    }
}

/// A failure with a sentence that says what to do about it.
///
/// The message is for people: it names the input or the system and the way out, and never holds a
/// secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Error {
    pub kind: ErrorKind,
    pub message: String,
    /// Which fields of a form are wrong and why, where that is known.
    #[serde(default)]
    pub fields: Vec<FieldProblem>,
    #[serde(default)]
    pub retry_after: Option<Duration>,
    /// The system's own code of the failure, for the connector that knows its codes: `REACTION_ALREADY_EXISTS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// True when the request left us and its fate is unknown: doing it again might do it twice.
    #[serde(default)]
    pub maybe_done: bool,
}

/// One form field and what is wrong with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    pub field: String,
    pub message: String,
}

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), fields: Vec::new(), retry_after: None, code: None, maybe_done: false }
    }

    pub fn bad_input(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::BadInput, message)
    }

    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::NotFound, message)
    }

    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Internal, message)
    }

    /// The same failure, with the form fields it is about.
    pub fn with_fields(mut self, fields: Vec<FieldProblem>) -> Error {
        self.fields = fields;
        self
    }

    pub fn with_retry_after(mut self, after: Option<Duration>) -> Error {
        self.retry_after = after;
        self
    }

    pub fn with_code(mut self, code: Option<String>) -> Error {
        self.code = code;
        self
    }

    /// The same failure, of a request that may have been carried out.
    pub fn maybe_done(mut self) -> Error {
        self.maybe_done = true;
        self
    }

    /// Whether the same request can succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RateLimited | ErrorKind::Network | ErrorKind::Timeout | ErrorKind::Server | ErrorKind::BreakerOpen
        )
    }
}

impl FieldProblem {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> FieldProblem {
        FieldProblem { field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
