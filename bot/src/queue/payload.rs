//! What a job is to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// JSON, kept as the text that is stored: written once from the job's own type, and read into it once.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Arc<str>);

impl Payload {
    /// # Panics
    /// When `job` cannot be written as JSON, as a map with keys that are no strings.
    pub fn of(job: &impl Serialize) -> Payload {
        Payload(serde_json::to_string(job).expect("a job's type can be written as JSON").into())
    }

    /// # Errors
    /// It is not of that type: another version wrote it.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a tree; null when it is no JSON.
    pub fn value(&self) -> Value {
        self.read().unwrap_or_default()
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Payload {
        Payload(value.to_string().into())
    }
}

/// Of text that is JSON already: a row's.
impl From<String> for Payload {
    fn from(text: String) -> Payload {
        Payload(text.into())
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
