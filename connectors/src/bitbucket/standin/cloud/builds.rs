//! Pipelines and issues, where a repository has them.

use serde_json::json;

use super::{Answer, Asked, Outcome, Refusal, State, list, page, render, text};
use crate::bitbucket::standin::state::{Comment, Issue, Run, Step, uuid};

pub fn pipelines(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = |what: &str| Refusal::Missing(format!("{what} not found"));
    if !state.repo(slug)?.has_pipelines {
        return Err(missing("Pipelines"));
    }
    let is = |slug: &str, run: &Run, wanted: &str| {
        run.number.to_string() == wanted || uuid(&format!("{slug}-run-{}", run.number)) == wanted
    };
    match (asked.method.as_str(), rest) {
        ("GET", []) => {
            let repo = state.repo(slug)?;
            let word = |run: &Run| match run.result {
                Some("SUCCESSFUL") => "PASSED",
                Some(result) => result,
                None => "BUILDING",
            };
            let branch = asked.get("target.branch");
            let status = asked.get("status");
            let fits = |run: &&Run| branch.is_none_or(|it| run.branch == it) && status.is_none_or(|it| word(run) == it);
            Ok(list(asked, repo.runs.iter().filter(fits).map(|it| render::run(state, repo, it, asked)).collect()))
        }
        ("POST", []) => start(state, slug, asked),
        (method, [wanted, rest @ ..]) => {
            let repo = state.repo_mut(slug)?;
            let run = repo.runs.iter_mut().find(|it| is(slug, it, wanted)).ok_or_else(|| missing("Pipeline"))?;
            match (method, rest) {
                ("POST", ["stopPipeline"]) if run.result.is_some() => {
                    Err(Refusal::Invalid("state", "This pipeline has already completed.".into()))
                }
                ("POST", ["stopPipeline"]) => {
                    run.result = Some("STOPPED");
                    run.steps.iter_mut().filter(|it| it.result.is_none()).for_each(|it| it.result = Some("STOPPED"));
                    Ok(Answer::no_content())
                }
                ("GET", rest) => {
                    let number = run.number;
                    let repo = state.repo(slug)?;
                    let run = repo.runs.iter().find(|it| it.number == number).ok_or_else(|| missing("Pipeline"))?;
                    match rest {
                        [] => Ok(Answer::json(render::run(state, repo, run, asked))),
                        ["steps"] => Ok(page(asked, run.steps.iter().map(|it| render::step(repo, run, it)).collect())),
                        ["steps", wanted, "log"] => {
                            let name = |it: &Step| uuid(&format!("{slug}-run-{number}-{}", it.name));
                            let step = run.steps.iter().find(|it| name(it) == *wanted).ok_or_else(|| missing("Step"))?;
                            step.log.as_deref().map(Answer::text).ok_or_else(|| missing("Log"))
                        }
                        _ => Err(missing("Resource")),
                    }
                }
                _ => Err(missing("Resource")),
            }
        }
        _ => Err(missing("Resource")),
    }
}

fn start(state: &mut State, slug: &str, asked: &Asked) -> Outcome {
    let (now, body) = (state.now(), &asked.body);
    let repo = state.repo_mut(slug)?;
    let branch = text(body, "/target/ref_name").unwrap_or_default().to_owned();
    let (ref_type, found) = match text(body, "/target/type") {
        Some("pipeline_commit_target") => {
            (None, text(body, "/target/commit/hash").and_then(|it| repo.commit(it)).map(|it| it.hash.clone()))
        }
        _ if text(body, "/target/ref_type") == Some("tag") => {
            (Some("tag"), repo.tags.iter().find(|it| it.name == branch).map(|it| it.hash.clone()))
        }
        _ => (Some("branch"), repo.branch(&branch).map(|it| it.hash.clone())),
    };
    let Some(hash) = found else {
        return Err(Refusal::Invalid("target", format!("The {} {branch} does not exist", ref_type.unwrap_or("commit"))));
    };
    let custom = text(body, "/target/selector/pattern").map(str::to_owned);
    if let Some(name) = custom.as_ref().filter(|it| it.as_str() != "deploy") {
        return Err(Refusal::Invalid("selector", format!("There is no custom pipeline {name} in bitbucket-pipelines.yml")));
    }
    let variable = |it: &serde_json::Value| Some((it["key"].as_str()?.to_owned(), it["value"].as_str()?.to_owned()));
    let number = repo.runs.iter().map(|it| it.number).max().unwrap_or(0) + 1;
    repo.runs.push(Run {
        number,
        branch,
        ref_type,
        hash,
        custom,
        variables: body["variables"].as_array().into_iter().flatten().filter_map(variable).collect(),
        creator: asked.who,
        created: now,
        result: None,
        steps: vec![Step { name: "Build", result: None, seconds: 0, log: None }],
    });
    let repo = state.repo(slug)?;
    let run = repo.runs.last().ok_or_else(|| Refusal::Missing("Pipeline not found".into()))?;
    Ok(Answer::created(render::run(state, repo, run, asked)))
}

pub fn issues(state: &mut State, slug: &str, rest: &[&str], asked: &Asked) -> Outcome {
    let missing = || Refusal::Missing("Issue not found".to_owned());
    if !state.repo(slug)?.has_issues {
        return Err(Refusal::Missing("Repository has no issue tracker.".into()));
    }
    let shown = |state: &State, id: u64| {
        let repo = state.repo(slug)?;
        repo.issues.iter().find(|it| it.id == id).map(|it| render::issue(state, repo, it, asked)).ok_or_else(missing)
    };
    let (method, number) = (asked.method.as_str(), rest.first().and_then(|it| it.parse::<u64>().ok()));
    match (method, number, rest.get(1)) {
        ("GET", None, _) => {
            let repo = state.repo(slug)?;
            Ok(list(asked, repo.issues.iter().map(|it| render::issue(state, repo, it, asked)).collect()))
        }
        ("POST", None, _) => {
            let id = create(state, slug, asked)?;
            Ok(Answer::created(shown(state, id)?))
        }
        ("GET", Some(id), None) => shown(state, id).map(Answer::json),
        ("PUT", Some(id), None) => {
            let now = state.now();
            let change = Change::read(state, asked)?;
            let issue = state.repo_mut(slug)?.issues.iter_mut().find(|it| it.id == id).ok_or_else(missing)?;
            change.apply(issue);
            issue.updated = now;
            shown(state, id).map(Answer::json)
        }
        ("DELETE", Some(id), None) => {
            shown(state, id)?;
            state.repo_mut(slug)?.issues.retain(|it| it.id != id);
            Ok(Answer::no_content())
        }
        ("GET", Some(id), Some(&"comments")) => {
            let repo = state.repo(slug)?;
            let issue = repo.issues.iter().find(|it| it.id == id).ok_or_else(missing)?;
            let at = format!("/issues/{id}");
            Ok(list(asked, issue.comments.iter().map(|it| render::comment(state, repo, &at, it, asked)).collect()))
        }
        ("POST", Some(id), Some(&"comments")) => {
            let (at, number) = (state.now(), state.next_id());
            let what = text(&asked.body, "/content/raw").filter(|it| !it.trim().is_empty());
            let what = what.ok_or(Refusal::Invalid("content", "This field is required.".into()))?.to_owned();
            let issue = state.repo_mut(slug)?.issues.iter_mut().find(|it| it.id == id).ok_or_else(missing)?;
            issue.comments.push(Comment { id: number, author: asked.who, text: what, parent: None, place: None, at });
            issue.updated = at;
            Ok(Answer::created(json!({ "type": "issue_comment", "id": number })))
        }
        _ => Err(missing()),
    }
}

/// What a body says of an issue.
struct Change {
    title: Option<String>,
    content: Option<String>,
    state: Option<String>,
    kind: Option<String>,
    priority: Option<String>,
    /// Somebody, or nobody.
    assignee: Option<Option<usize>>,
}

impl Change {
    fn read(state: &State, asked: &Asked) -> Outcome<Change> {
        let body = &asked.body;
        let one_of = |key: &'static str, all: &[&str]| match text(body, &format!("/{key}")) {
            Some(value) if !all.contains(&value) => Err(Refusal::Invalid(key, format!("{value} is not a valid choice."))),
            value => Ok(value.map(str::to_owned)),
        };
        let assignee = match body.get("assignee") {
            None => None,
            Some(serde_json::Value::Null) => Some(None),
            Some(person) => {
                let found = person["uuid"].as_str().and_then(|it| state.person_with_uuid(it));
                Some(Some(found.ok_or(Refusal::Invalid("assignee", "No such user.".into()))?))
            }
        };
        let title = text(body, "/title").map(str::to_owned);
        if title.as_ref().is_some_and(|it| it.trim().is_empty()) {
            return Err(Refusal::Invalid("title", "This field may not be blank.".into()));
        }
        Ok(Change {
            title,
            content: text(body, "/content/raw").map(str::to_owned),
            state: one_of("state", &["new", "open", "on hold", "resolved", "duplicate", "invalid", "wontfix", "closed"])?,
            kind: one_of("kind", &["bug", "enhancement", "proposal", "task"])?,
            priority: one_of("priority", &["trivial", "minor", "major", "critical", "blocker"])?,
            assignee,
        })
    }

    fn apply(self, issue: &mut Issue) {
        let set = |to: &mut String, from: Option<String>| {
            if let Some(value) = from {
                *to = value;
            }
        };
        set(&mut issue.title, self.title);
        set(&mut issue.content, self.content);
        set(&mut issue.state, self.state);
        set(&mut issue.kind, self.kind);
        set(&mut issue.priority, self.priority);
        if let Some(assignee) = self.assignee {
            issue.assignee = assignee;
        }
    }
}

fn create(state: &mut State, slug: &str, asked: &Asked) -> Outcome<u64> {
    let (now, change) = (state.now(), Change::read(state, asked)?);
    if change.title.is_none() {
        return Err(Refusal::Invalid("title", "This field is required.".into()));
    }
    let repo = state.repo_mut(slug)?;
    let id = repo.issues.iter().map(|it| it.id).max().unwrap_or(0) + 1;
    let mut issue = Issue {
        id,
        title: String::new(),
        content: String::new(),
        state: "new".into(),
        kind: "bug".into(),
        priority: "major".into(),
        reporter: asked.who,
        assignee: None,
        comments: Vec::new(),
        created: now,
        updated: now,
    };
    change.apply(&mut issue);
    repo.issues.push(issue);
    Ok(id)
}
