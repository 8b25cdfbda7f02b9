//! Pipelines: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/>.

use commands::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Cloud, wire};
use crate::bitbucket::{
    model::{Outcome, Paged, RepoId, Window},
    place::encoded,
};

/// A run of a pipeline.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Run {
    pub uuid: String,
    pub build_number: u64,
    pub state: State,
    #[serde(default)]
    pub target: Target,
    pub creator: Option<wire::User>,
    pub created_on: Timestamp,
    /// Whole seconds, once it is over.
    pub duration_in_seconds: Option<u64>,
}

/// `{"name": "COMPLETED", "result": {"name": "SUCCESSFUL"}}`, or `{"name": "IN_PROGRESS", "stage": {"name": "PAUSED"}}`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct State {
    #[serde(default)]
    name: String,
    result: Option<Named>,
    stage: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    name: String,
    error: Option<Reason>,
}

#[derive(Clone, Debug, Deserialize)]
struct Reason {
    message: Option<String>,
}

impl State {
    pub fn outcome(&self) -> Outcome {
        match self.result.as_ref().map(|it| it.name.as_str()) {
            Some("SUCCESSFUL" | "PASSED") => Outcome::Passed,
            Some("STOPPED" | "NOT_RUN" | "EXPIRED") => Outcome::Stopped,
            Some(_) => Outcome::Failed,
            None => Outcome::Running,
        }
    }

    /// As its page says it.
    pub fn title(&self) -> &'static str {
        match (self.name.as_str(), self.result.as_ref().or(self.stage.as_ref()).map(|it| it.name.as_str())) {
            (_, Some("SUCCESSFUL" | "PASSED")) => "Successful",
            (_, Some("FAILED")) => "Failed",
            (_, Some("ERROR")) => "Error",
            (_, Some("STOPPED")) => "Stopped",
            (_, Some("NOT_RUN")) => "Not run",
            (_, Some("EXPIRED")) => "Expired",
            (_, Some("PAUSED")) => "Paused",
            (_, Some("HALTED")) => "Halted",
            ("PENDING" | "READY", _) => "Pending",
            _ => "In progress",
        }
    }

    pub fn problem(&self) -> Option<&str> {
        self.result.as_ref()?.error.as_ref()?.message.as_deref()
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::bitbucket) struct Target {
    /// `branch`, `tag`.
    pub ref_type: Option<String>,
    pub ref_name: Option<String>,
    pub source: Option<String>,
    pub selector: Option<Selector>,
    pub commit: Option<wire::Hash>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Selector {
    #[serde(default, rename = "type")]
    pub kind: String,
    pub pattern: Option<String>,
}

impl Target {
    /// `main`, `main (custom: deploy)`, `0123456789`.
    pub fn title(&self) -> String {
        let hash = self.commit.as_ref().map(|it| crate::bitbucket::model::short(&it.hash).to_owned());
        let place = self.ref_name.clone().or_else(|| self.source.clone()).or(hash).unwrap_or_default();
        match self.selector.as_ref().filter(|it| it.kind == "custom").and_then(|it| it.pattern.as_ref()) {
            Some(pattern) => format!("{place} (custom: {pattern})"),
            None => place,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::bitbucket) struct Step {
    pub uuid: String,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub state: State,
    pub duration_in_seconds: Option<u64>,
}

/// What a pipeline is run of.
#[derive(Clone, Copy, Debug)]
pub(in crate::bitbucket) enum At<'a> {
    Branch(&'a str),
    Tag(&'a str),
    /// A whole hash.
    Commit(&'a str),
}

/// What is to be run.
#[derive(Clone, Debug)]
pub(in crate::bitbucket) struct Wanted<'a> {
    pub at: At<'a>,
    /// One that is started by hand only.
    pub custom: Option<&'a str>,
    pub variables: Vec<(&'a str, &'a str)>,
}

impl Cloud {
    pub async fn runs(&self, repo: &RepoId, branch: Option<&str>, status: Option<&str>, window: &Window) -> Result<Paged<Run>> {
        let mut query = vec![("sort", "-created_on")];
        query.extend(branch.map(|it| ("target.branch", it)));
        query.extend(status.map(|it| ("status", it)));
        let number: usize = window.after.as_deref().and_then(|it| it.parse().ok()).unwrap_or(1);
        let (page, limit) = (number.to_string(), window.limit.to_string());
        query.extend([("page", page.as_str()), ("pagelen", limit.as_str())]);
        // Pipelines count their pages, and do not say where the next one is.
        #[derive(Deserialize)]
        struct Counted {
            values: Vec<Run>,
            #[serde(default)]
            size: usize,
        }
        let page: Counted = self.http.get(&self.of(repo, "/pipelines")).query(&query).send().await.map_err(off)?;
        let more = number * (window.limit as usize) < page.size;
        Ok(Paged { items: page.values, next: more.then(|| (number + 1).to_string()) })
    }

    /// By its number, which Cloud takes where it takes the uuid.
    pub async fn run(&self, repo: &RepoId, number: u64) -> Result<Run> {
        self.http.get(&self.of(repo, &format!("/pipelines/{number}"))).send().await.map_err(off)
    }

    pub async fn start(&self, repo: &RepoId, wanted: &Wanted<'_>) -> Result<Run> {
        let of = |kind: &str, name: &str| json!({ "type": "pipeline_ref_target", "ref_type": kind, "ref_name": name });
        let mut target = match wanted.at {
            At::Branch(name) => of("branch", name),
            At::Tag(name) => of("tag", name),
            // Of which branch it is nobody says, and so not which of the pipelines either.
            At::Commit(hash) => {
                let commit = json!({ "type": "commit", "hash": hash });
                json!({ "type": "pipeline_commit_target", "commit": commit, "selector": { "type": "default" } })
            }
        };
        if let Some(pattern) = wanted.custom {
            target["selector"] = json!({ "type": "custom", "pattern": pattern });
        }
        let mut body = json!({ "type": "pipeline", "target": target });
        if !wanted.variables.is_empty() {
            let variable = |(key, value): &(&str, &str)| json!({ "type": "pipeline_variable", "key": key, "value": value });
            body["variables"] = wanted.variables.iter().map(variable).collect::<Value>();
        }
        self.http.post(&self.of(repo, "/pipelines")).json(&body).send().await.map_err(off)
    }

    pub async fn stop(&self, repo: &RepoId, run: &Run) -> Result<()> {
        let path = self.of(repo, &format!("/pipelines/{}/stopPipeline", encoded(&run.uuid)));
        self.http.post(&path).repeatable(crate::http::Repeatable::Yes).send_empty().await
    }

    pub async fn steps(&self, repo: &RepoId, run: &Run) -> Result<Vec<Step>> {
        let path = self.of(repo, &format!("/pipelines/{}/steps", encoded(&run.uuid)));
        Ok(self.all(&path, &[], 100).await?.items)
    }

    /// What a step wrote, of at most `limit` bytes.
    pub async fn log(&self, repo: &RepoId, run: &Run, step: &Step, limit: usize) -> Result<Vec<u8>> {
        let path = self.of(repo, &format!("/pipelines/{}/steps/{}/log", encoded(&run.uuid), encoded(&step.uuid)));
        // A log of a while ago has moved to where only a signed address leads.
        Ok(self.http.get(&path).send_for_file(limit).await?.to_vec())
    }
}

/// Cloud answers 404 for a repository whose pipelines are off, as for one that is not there.
fn off(error: Error) -> Error {
    match error.kind {
        ErrorKind::NotFound => Error {
            message: "There is no such pipeline, or this repository has none: they are switched on under Repository settings → Pipelines → \
                      Settings, and described in the file bitbucket-pipelines.yml."
                .into(),
            ..error
        },
        _ => error,
    }
}
