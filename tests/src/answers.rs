//! What the bot says: over HTTP, and on the command line.

use reqwest::StatusCode;
use serde_json::Value;

/// What the bot answered at once.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|err| panic!("{err} in {:?}", self.body))
    }

    /// This answer, of which the asker's chat expects 200.
    pub fn accepted(self) -> Answer {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self
    }
}

/// What a subcommand printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Printed {
    pub status: Option<i32>,
    pub out: String,
    /// Standard error.
    pub errors: String,
}

impl Printed {
    /// This, of a command that has to succeed.
    pub fn done(self) -> Printed {
        assert_eq!(self.status, Some(0), "{self:#?}");
        self
    }

    /// The JSON it printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|err| panic!("{err} in {self:#?}"))
    }
}

impl From<&std::process::Output> for Printed {
    fn from(output: &std::process::Output) -> Printed {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Printed { status: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }
}
