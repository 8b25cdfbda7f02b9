//! What people call things: `demo/printer#4`, `!2`, a link, a project's path.

use commands::{Result, event::Object};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{GitLab, problem::at};

/// An issue: `demo/printer#4`, `#4` in the channel's project, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Issue(pub String);

/// A merge request: `demo/printer!2`, `!2` in the channel's project, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct MergeRequest(pub String);

/// A pipeline: its number, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "pipeline", "x-needs" = ["project"]))]
pub struct Pipeline(pub String);

/// A job: its number, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Job(pub String);

/// A project, by its path (`demo/printer`), name or number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "project", "x-needs" = []))]
pub struct Project(pub String);

/// A milestone of the project or its groups, by title.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "milestone", "x-needs" = ["project", "issue", "mr"]))]
pub struct Milestone(pub String);

/// A label, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "label", "x-needs" = ["project", "issue", "mr"]))]
pub struct Label(pub String);

/// Labels as GitLab takes them: a name has no comma in it.
pub(super) fn labels(all: &[Label]) -> Vec<&str> {
    all.iter().flat_map(|it| it.0.split(',')).map(str::trim).filter(|it| !it.is_empty()).collect()
}

/// A branch.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "branch", "x-needs" = ["project", "mr"]))]
pub struct Branch(pub String);

/// A release, by its tag.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "release", "x-needs" = ["project"]))]
pub struct Release(pub String);

/// A tag.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "tag", "x-needs" = ["project"]))]
pub struct Tag(pub String);

/// An environment, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "environment", "x-needs" = ["project"]))]
pub struct Environment(pub String);

/// A deployment: its number, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Deployment(pub String);

/// A pipeline's schedule: its number, or its link.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "schedule", "x-needs" = ["project"]))]
pub struct Schedule(pub String);

/// What sort of thing is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Issue,
    MergeRequest,
    Pipeline,
    Job,
    Commit,
    Milestone,
    Release,
    Deployment,
    Schedule,
}

impl Noun {
    /// As it stands in an address, after the project; more than one where GitLab writes it differently now and then.
    const PLACES: &[(&str, Noun)] = &[
        ("issues", Noun::Issue),
        ("work_items", Noun::Issue),
        ("merge_requests", Noun::MergeRequest),
        ("pipelines", Noun::Pipeline),
        ("jobs", Noun::Job),
        ("commit", Noun::Commit),
        ("milestones", Noun::Milestone),
        ("releases", Noun::Release),
        // `environments/9/deployments/41`.
        ("deployments", Noun::Deployment),
        ("pipeline_schedules", Noun::Schedule),
    ];

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Noun::Issue => ("issue", "demo/printer#42"),
            Noun::MergeRequest => ("merge request", "demo/printer!42"),
            Noun::Pipeline => ("pipeline", "42"),
            Noun::Job => ("job", "42"),
            Noun::Commit => ("commit", "1a2b3c4d"),
            Noun::Milestone => ("milestone", "v1.0"),
            Noun::Release => ("release", "v1.0"),
            Noun::Deployment => ("deployment", "42"),
            Noun::Schedule => ("schedule", "42"),
        }
    }
}

/// Something in a project, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// What the text says it is; none for a bare number.
    pub noun: Option<Noun>,
    pub project: Option<String>,
    /// A number, a tag, a commit's hash.
    pub id: String,
}

/// Reads a reference or a link into the GitLab at `base`.
pub(super) fn read(text: &str, base: &str) -> Option<Named> {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    let text = text.split('|').next().unwrap_or(text);
    if let Some(path) = text.strip_prefix(base.trim_end_matches('/')).filter(|it| it.starts_with('/')) {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        return parts.iter().enumerate().skip(2).find_map(|(index, part)| {
            let (_, noun) = Noun::PLACES.iter().find(|(place, _)| place == part)?;
            // `issues/incident/7` is an issue as well.
            let id = parts[index + 1..].iter().find(|it| **it != "incident")?;
            let project = parts[..index].split(|it| *it == "-").next()?;
            Some(Named { noun: Some(*noun), project: Some(project.join("/")), id: (*id).to_owned() })
        });
    }
    let (project, noun, id) = match text.rfind(['#', '!']) {
        Some(at) if text[at..].starts_with('!') => (&text[..at], Some(Noun::MergeRequest), &text[at + 1..]),
        Some(at) => (&text[..at], Some(Noun::Issue), &text[at + 1..]),
        None => ("", None, text),
    };
    let project = Some(project.trim_matches('/').to_owned()).filter(|it| !it.is_empty());
    is_number(id).then(|| Named { noun, project, id: id.to_owned() })
}

fn is_number(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}

impl GitLab {
    /// The project (as GitLab's paths want it) and the number of what `text` names.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `field`, or at `project` where none is known.
    pub(super) async fn place(&self, field: &str, text: &str, noun: Noun, project: Option<&Project>) -> Result<(String, String)> {
        let (word, example) = noun.words();
        let wrong = || at(field, format!("`{}` is no {word}. Write it like {example}, or paste its link.", text.trim()));
        let named = match (read(text, self.http.base()), noun) {
            (Some(named), _) if named.noun.is_none_or(|it| it == noun) => named,
            (None, Noun::Commit | Noun::Release | Noun::Milestone) if !text.trim().is_empty() && !text.contains("://") => {
                Named { noun: None, project: None, id: text.trim().to_owned() }
            }
            _ => return Err(wrong()),
        };
        match named.project {
            Some(project) => Ok((project, named.id)),
            None => Ok((self.project_of(project).await?, named.id)),
        }
    }

    /// The project that was given, else the connection's own.
    ///
    /// # Errors
    /// [`commands::ErrorKind::BadInput`] at `project`.
    pub(super) async fn project_of(&self, given: Option<&Project>) -> Result<String> {
        match (given.map(|it| it.0.trim()).filter(|it| !it.is_empty()), &self.project) {
            (Some(text), _) => self.project_path(text).await,
            (None, Some(project)) => Ok(project.clone()),
            (None, None) => Err(at("project", "Which project? Write it as project=demo/printer, or in front: demo/printer#42.")),
        }
    }
}

/// Where an event's object is, for events that hold no address.
pub(super) fn link(base: &str, object: &Object) -> Option<String> {
    let (project, place, id) = match object.key.rfind(['#', '!'])? {
        at if object.key[at..].starts_with('!') => (&object.key[..at], "merge_requests", &object.key[at + 1..]),
        at => (&object.key[..at], "issues", &object.key[at + 1..]),
    };
    let project = Some(project).filter(|it| !it.is_empty()).or(object.place.as_deref())?;
    is_number(id).then(|| format!("{base}/{project}/-/{place}/{id}"))
}
