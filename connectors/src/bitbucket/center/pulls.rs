//! Pull requests. Every change names the version it was seen in, so that nobody's change is lost.

use commands::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::{Center, is_outdated, wire};
use crate::{
    bitbucket::{
        model::{
            Account, After, Commit, FileChange, Merged, Merging, NewPull, Paged, Pull, PullChange, PullFilter, RepoId, Strategy,
            Theirs, Verdict, Which, Window,
        },
        place::encoded,
        vendor::{Answer, People, Pulls, Refs, Repositories, Role},
    },
    http::Repeatable,
};

impl Center {
    pub(super) fn at(&self, pull: &Pull, rest: &str) -> String {
        self.of(&pull.repo, &format!("/pull-requests/{}{rest}", pull.id))
    }

    /// Sends a change of the pull request's state.
    async fn change(&self, pull: &Pull, what: &str, body: &Value) -> Result<Pull> {
        let version = pull.version.to_string();
        let request = self.http.post(&self.at(pull, what)).query(&[("version", version)]).json(body);
        request.send::<wire::Pull>().await.map(wire::Pull::read).map_err(outdated)
    }

    /// Deletes the branch of a pull request that is merged whatever becomes of it, and which its owner may have protected. Says
    /// why it is still there.
    async fn close_source(&self, pull: &Pull) -> Option<String> {
        let branch = &pull.source.branch;
        if let Some(fork) = &pull.source.repo {
            return Some(format!("But the branch `{branch}` was not deleted: it is in {fork}."));
        }
        let error = self.delete_branch(&pull.repo, branch).await.err()?;
        // Somebody else deleted it: that is what was wanted.
        let still_there = error.kind != ErrorKind::NotFound;
        still_there.then(|| format!("But the branch `{branch}` was not deleted: {}", error.message))
    }
}

fn outdated(error: Error) -> Error {
    if is_outdated(&error) {
        return Error {
            message: "The pull request changed in this moment. Look at it again, and then repeat it.".into(),
            ..error
        };
    }
    error
}

fn state(which: Which) -> &'static str {
    match which {
        Which::Open => "OPEN",
        Which::Merged => "MERGED",
        Which::Declined => "DECLINED",
        Which::All => "ALL",
    }
}

/// As Data Center calls them: Repository settings → Merge strategies.
fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::MergeCommit => "no-ff",
        Strategy::Squash => "squash",
        Strategy::FastForward => "ff-only",
        Strategy::SquashFastForward => "squash-ff-only",
        Strategy::RebaseFastForward => "rebase-ff-only",
        Strategy::RebaseMerge => "rebase-no-ff",
    }
}

fn reviewers(all: &[Account]) -> Value {
    all.iter().map(|it| json!({ "user": { "name": it.id } })).collect()
}

/// A branch of a repository, as the body of a request names it.
fn end(repo: &RepoId, branch: &str) -> Value {
    let name = branch.trim_start_matches("refs/heads/");
    json!({ "id": format!("refs/heads/{name}"), "repository": { "slug": repo.slug, "project": { "key": repo.owner } } })
}

impl Pulls for Center {
    fn pulls<'a>(&'a self, repo: &'a RepoId, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Paged<Pull>> {
        Box::pin(async move {
            let mut query = vec![("state", state(filter.which)), ("order", "NEWEST")];
            let into = filter.into.as_ref().map(|it| format!("refs/heads/{it}"));
            if let Some(into) = &into {
                query.extend([("at", into.as_str()), ("direction", "INCOMING")]);
            }
            query.extend(filter.text.as_deref().map(|it| ("filterText", it)));
            // Filters by people are numbered.
            let people = [("AUTHOR", &filter.author), ("REVIEWER", &filter.reviewer)];
            let people = people.into_iter().filter_map(|(role, person)| Some((role, person.as_ref()?)));
            let names = [("username.1", "role.1"), ("username.2", "role.2")];
            for ((name, kind), (role, person)) in names.into_iter().zip(people) {
                query.extend([(name, person.id.as_str()), (kind, role)]);
            }
            Ok(self.page::<wire::Pull>(&self.of(repo, "/pull-requests"), &query, window).await?.map(wire::Pull::read))
        })
    }

    fn pulls_of<'a>(&'a self, person: &'a Account, role: Role, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Theirs> {
        Box::pin(async move {
            let role = match role {
                Role::Author => "AUTHOR",
                Role::Reviewer => "REVIEWER",
            };
            let mut query = vec![("role", role), ("user", person.id.as_str()), ("order", "NEWEST")];
            // Without a state it lists all.
            query.extend(Some(state(filter.which)).filter(|it| *it != "ALL").map(|it| ("state", it)));
            query.extend(filter.waiting.then_some(("participantStatus", "UNAPPROVED")));
            let page = self.page::<wire::Pull>("/api/latest/dashboard/pull-requests", &query, window).await?;
            Ok(Theirs { pulls: page.map(wire::Pull::read), unseen: None })
        })
    }

    fn pull<'a>(&'a self, repo: &'a RepoId, id: u64) -> Answer<'a, Pull> {
        Box::pin(async move {
            let path = self.of(repo, &format!("/pull-requests/{id}"));
            Ok(self.http.get(&path).send::<wire::Pull>().await?.read())
        })
    }

    fn create_pull<'a>(&'a self, repo: &'a RepoId, new: &'a NewPull) -> Answer<'a, Pull> {
        Box::pin(async move {
            let target = match &new.target {
                Some(target) => target.clone(),
                None => self.repository(repo).await?.main_branch.unwrap_or_else(|| "main".to_owned()),
            };
            let mut body = json!({
                "title": new.title,
                "description": new.description,
                "fromRef": end(repo, &new.source),
                "toRef": end(repo, &target),
                "reviewers": reviewers(&new.reviewers),
            });
            // Since 8.18; older ones refuse what they do not know.
            if new.draft {
                body["draft"] = json!(true);
            }
            Ok(self.http.post(&self.of(repo, "/pull-requests")).json(&body).send::<wire::Pull>().await?.read())
        })
    }

    fn change_pull<'a>(&'a self, pull: &'a Pull, change: &'a PullChange) -> Answer<'a, Pull> {
        Box::pin(async move {
            // What is left out of a PUT is emptied.
            let mut body = json!({
                "version": pull.version,
                "title": change.title.as_ref().unwrap_or(&pull.title),
                "description": change.description.as_ref().unwrap_or(&pull.description),
                "toRef": end(&pull.repo, change.target.as_ref().unwrap_or(&pull.target.branch)),
                "reviewers": reviewers(change.reviewers.as_ref().unwrap_or(&pull.reviewers())),
            });
            // Older ones refuse what they do not know.
            if change.draft.is_some() || pull.draft {
                body["draft"] = json!(change.draft.unwrap_or(pull.draft));
            }
            // A second one would be of a version that is over, and look like somebody else's change.
            let request = self.http.put(&self.at(pull, "")).json(&body).repeatable(Repeatable::No);
            let changed = request.send::<wire::Pull>().await;
            changed.map(wire::Pull::read).map_err(outdated)
        })
    }

    fn review<'a>(&'a self, pull: &'a Pull, verdict: Verdict) -> Answer<'a, ()> {
        Box::pin(async move {
            let status = match verdict {
                Verdict::Approve => "APPROVED",
                Verdict::RequestChanges => "NEEDS_WORK",
                Verdict::Withdraw(_) => "UNAPPROVED",
            };
            let me = self.myself().await?;
            let path = self.at(pull, &format!("/participants/{}", encoded(&me.slug)));
            self.http.put(&path).json(&json!({ "status": status })).send_empty().await
        })
    }

    fn merge<'a>(&'a self, pull: &'a Pull, merging: &'a Merging) -> Answer<'a, Merged> {
        Box::pin(async move {
            let mut body = Map::new();
            if let Some(message) = &merging.message {
                body.insert("message".into(), json!(message));
            }
            if let Some(wanted) = merging.strategy {
                body.insert("strategyId".into(), json!(strategy(wanted)));
            }
            let merged = self.change(pull, "/merge", &Value::Object(body)).await?;
            let mut after = After::from(merged);
            if merging.close_source == Some(true) {
                after.undone = self.close_source(pull).await;
            }
            Ok(Merged::Done(Box::new(after)))
        })
    }

    fn decline<'a>(&'a self, pull: &'a Pull, comment: Option<&'a str>) -> Answer<'a, After> {
        Box::pin(async move {
            let body = match comment {
                Some(text) => json!({ "comment": text }),
                None => json!({}),
            };
            self.change(pull, "/decline", &body).await.map(After::from)
        })
    }

    fn reopen<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Pull> {
        Box::pin(async move { self.change(pull, "/reopen", &json!({})).await })
    }

    fn changed_files<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<FileChange>> {
        Box::pin(async move {
            let page = self.page::<wire::Change>(&self.at(pull, "/changes"), &[], window).await?;
            Ok(page.map(wire::Change::read))
        })
    }

    fn pull_commits<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Commit>> {
        Box::pin(async move {
            let page = self.page::<wire::RawCommit>(&self.at(pull, "/commits"), &[], window).await?;
            Ok(page.map(|it| {
                let url = self.page_of(&pull.repo, &format!("/commits/{}", it.id));
                it.read(url)
            }))
        })
    }
}
