//! Pull requests: <https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/>.

use commands::{Error, ErrorKind, Result};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Cloud, FRESH, quoted, wire};
use crate::bitbucket::{
    model::{
        Account, After, Commit, FileChange, Merged, Merging, NewPull, Opinion, Paged, Pull, PullChange, PullFilter, RepoId,
        Theirs, Verdict, Which, Window,
    },
    place::encoded,
    vendor::{Answer, Pulls, Role},
};

/// Lists leave out who reviews, unless they are told not to.
const WITH_REVIEWS: (&str, &str) = ("fields", "+values.participants,+values.reviewers");
/// As many as Cloud gives at once.
const MOST: u32 = 50;
/// Repositories that are asked for somebody's reviews: those that changed last. Cloud has no such list of its own.
const REPOSITORIES: &str = "20";

/// Somebody whom a repository, or its project, asks to review every pull request.
#[derive(Deserialize)]
struct DefaultReviewer {
    user: Option<wire::User>,
}

impl Cloud {
    fn at(&self, pull: &Pull, rest: &str) -> String {
        self.of(&pull.repo, &format!("/pullrequests/{}{rest}", pull.id))
    }

    async fn reviews_in(&self, repo: RepoId, query: String) -> Result<Paged<Pull>> {
        let query = [("sort", "-updated_on"), ("q", query.as_str()), WITH_REVIEWS];
        let found = self.page::<wire::Pull>(&self.of(&repo, "/pullrequests"), &query, &Window::first(MOST)).await;
        match found {
            Ok(page) => Ok(page.map(|it| it.read(Some(&repo)))),
            // One that the token may not see into is no reason to show none.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Permission) => Ok(Paged::default()),
            Err(error) => Err(error),
        }
    }

    /// What is left of them after the filter, from the place in all of it that `window` names.
    async fn reviews_of(&self, filter: &PullFilter, window: &Window) -> Result<Theirs> {
        let start: usize = match &window.after {
            Some(after) => after.parse().map_err(|_| super::astray())?,
            None => 0,
        };
        let path = format!("/repositories/{}", encoded(&self.workspace));
        let query = [("sort", "-updated_on"), ("pagelen", REPOSITORIES), ("fields", "values.full_name,next")];
        let all: super::Page<wire::Place> = self.http.get(&path).query(&query).cached(FRESH).send().await?;
        let query = written(filter);
        let found = stream::iter(all.values).map(|it| self.reviews_in(wire::repo_id(&it.full_name), query.clone()));
        let found: Vec<Paged<Pull>> = found.buffered(5).try_collect().await?;
        let unseen = match (all.next.is_some(), found.iter().any(|it| it.next.is_some())) {
            (false, false) => None,
            (true, false) => Some(format!("I looked only into the {REPOSITORIES} repositories that changed last.")),
            (repositories, true) => {
                let of = if repositories {
                    format!("each of the {REPOSITORIES} repositories that changed last")
                } else {
                    "each repository".to_owned()
                };
                Some(format!("I looked only at the {MOST} pull requests of {of} that changed last."))
            }
        };
        let mut pulls: Vec<Pull> = found.into_iter().flat_map(|it| it.items).filter(|it| filter.fits(it)).collect();
        pulls.sort_by_key(|it| std::cmp::Reverse(it.updated));
        let end = start.saturating_add(window.limit as usize);
        let next = (end < pulls.len()).then(|| end.to_string());
        let items = pulls.into_iter().skip(start).take(window.limit as usize).collect();
        Ok(Theirs { pulls: Paged { items, next }, unseen })
    }

    /// Whom it asks to review every pull request.
    pub async fn default_reviewers(&self, repo: &RepoId) -> Result<Vec<Account>> {
        let all = self.all::<DefaultReviewer>(&self.of(repo, "/effective-default-reviewers"), &[], 100).await?;
        Ok(all.items.into_iter().filter_map(|it| Some(it.user?.account())).collect())
    }
}

/// In Cloud's filter language. The state is always said: without it Cloud lists the open ones only.
fn written(filter: &PullFilter) -> String {
    let states: &[&str] = match filter.which {
        Which::Open => &["OPEN"],
        Which::Merged => &["MERGED"],
        Which::Declined => &["DECLINED", "SUPERSEDED"],
        Which::All => &["OPEN", "MERGED", "DECLINED", "SUPERSEDED"],
    };
    let states: Vec<String> = states.iter().map(|it| format!("state={}", quoted(it))).collect();
    let mut parts = vec![if states.len() == 1 { states.concat() } else { format!("({})", states.join(" OR ")) }];
    parts.extend(filter.author.as_ref().map(|it| format!("author.uuid={}", quoted(&it.id))));
    parts.extend(filter.reviewer.as_ref().map(|it| format!("reviewers.uuid={}", quoted(&it.id))));
    parts.extend(filter.into.as_ref().map(|it| format!("destination.branch.name={}", quoted(it))));
    parts.extend(filter.text.as_ref().map(|it| format!("title~{}", quoted(it))));
    parts.join(" AND ")
}

impl Pulls for Cloud {
    fn pulls<'a>(&'a self, repo: &'a RepoId, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Paged<Pull>> {
        Box::pin(async move {
            let written = written(filter);
            let query = [("sort", "-updated_on"), WITH_REVIEWS, ("q", written.as_str())];
            let window = Window { limit: window.limit.min(MOST), ..window.clone() };
            let page = self.page::<wire::Pull>(&self.of(repo, "/pullrequests"), &query, &window).await?;
            Ok(page.map(|it| it.read(Some(repo))))
        })
    }

    fn pulls_of<'a>(&'a self, person: &'a Account, role: Role, filter: &'a PullFilter, window: &'a Window) -> Answer<'a, Theirs> {
        Box::pin(async move {
            if role == Role::Reviewer {
                return self.reviews_of(filter, window).await;
            }
            let path = format!("/workspaces/{}/pullrequests/{}", encoded(&self.workspace), encoded(&person.id));
            // The address names the author already.
            let written = written(&PullFilter { author: None, ..filter.clone() });
            let query = [("sort", "-updated_on"), WITH_REVIEWS, ("q", written.as_str())];
            let window = Window { limit: window.limit.min(MOST), ..window.clone() };
            let pulls = self.page::<wire::Pull>(&path, &query, &window).await?.map(|it| it.read(None));
            Ok(Theirs { pulls, unseen: None })
        })
    }

    fn pull<'a>(&'a self, repo: &'a RepoId, id: u64) -> Answer<'a, Pull> {
        Box::pin(async move {
            let pull: wire::Pull = self.http.get(&self.of(repo, &format!("/pullrequests/{id}"))).send().await?;
            Ok(pull.read(Some(repo)))
        })
    }

    fn create_pull<'a>(&'a self, repo: &'a RepoId, new: &'a NewPull) -> Answer<'a, Pull> {
        Box::pin(async move {
            let mut body = json!({
                "type": "pullrequest",
                "title": new.title,
                "description": new.description,
                "source": { "branch": { "name": new.source } },
                "close_source_branch": new.close_source,
                "draft": new.draft,
            });
            if let Some(target) = &new.target {
                body["destination"] = json!({ "branch": { "name": target } });
            }
            if !new.reviewers.is_empty() {
                body["reviewers"] = reviewers(&new.reviewers);
            }
            let pull: wire::Pull = self.http.post(&self.of(repo, "/pullrequests")).json(&body).send().await?;
            Ok(pull.read(Some(repo)))
        })
    }

    fn change_pull<'a>(&'a self, pull: &'a Pull, change: &'a PullChange) -> Answer<'a, Pull> {
        Box::pin(async move {
            // What is left out of a PUT is emptied.
            let body = json!({
                "type": "pullrequest",
                "title": change.title.as_ref().unwrap_or(&pull.title),
                "description": change.description.as_ref().unwrap_or(&pull.description),
                "destination": { "branch": { "name": change.target.as_ref().unwrap_or(&pull.target.branch) } },
                "reviewers": reviewers(change.reviewers.as_ref().unwrap_or(&pull.reviewers())),
                "close_source_branch": pull.close_source,
                "draft": change.draft.unwrap_or(pull.draft),
            });
            let changed: wire::Pull = self.http.put(&self.at(pull, "")).json(&body).send().await?;
            Ok(changed.read(Some(&pull.repo)))
        })
    }

    fn review<'a>(&'a self, pull: &'a Pull, verdict: Verdict) -> Answer<'a, ()> {
        Box::pin(async move {
            use crate::http::Repeatable::Yes;
            let request = match verdict {
                // To say it twice is to say it once.
                Verdict::Approve => self.http.post(&self.at(pull, "/approve")).repeatable(Yes),
                Verdict::RequestChanges => self.http.post(&self.at(pull, "/request-changes")).repeatable(Yes),
                Verdict::Withdraw(Opinion::ChangesRequested) => self.http.delete(&self.at(pull, "/request-changes")),
                Verdict::Withdraw(_) => self.http.delete(&self.at(pull, "/approve")),
            };
            request.send_empty().await
        })
    }

    fn merge<'a>(&'a self, pull: &'a Pull, merging: &'a Merging) -> Answer<'a, Merged> {
        Box::pin(async move {
            let mut body = Map::from_iter([("type".to_owned(), json!("pullrequest_merge_parameters"))]);
            let mut put = |key: &str, value: Option<Value>| body.extend(value.map(|it| (key.to_owned(), it)));
            put("message", merging.message.as_ref().map(|it| json!(it)));
            put("close_source_branch", merging.close_source.map(|it| json!(it)));
            put("merge_strategy", merging.strategy.map(|it| json!(it)));
            let answer: Value = self.http.post(&self.at(pull, "/merge")).json(&Value::Object(body)).send().await?;
            // 202 has no pull request in it: the merge takes longer than Cloud waits.
            if answer.get("id").is_none() {
                return Ok(Merged::UnderWay);
            }
            match serde_json::from_value::<wire::Pull>(answer) {
                Ok(merged) => Ok(Merged::Done(Box::new(merged.read(Some(&pull.repo)).into()))),
                Err(_) => self.pull(&pull.repo, pull.id).await.map(|it| Merged::Done(Box::new(it.into()))),
            }
        })
    }

    fn decline<'a>(&'a self, pull: &'a Pull, comment: Option<&'a str>) -> Answer<'a, After> {
        Box::pin(async move {
            let declined: wire::Pull = self.http.post(&self.at(pull, "/decline")).send().await?;
            let mut after = After::from(declined.read(Some(&pull.repo)));
            if let Some(text) = comment {
                let body = json!({ "type": "pullrequest_comment", "content": { "raw": text } });
                // It is declined, whatever becomes of the reason; failing here would ask for a second decline.
                let said = self.http.post(&self.at(pull, "/comments")).json(&body).send_empty().await;
                after.undone = said.err().map(|error| format!("But the comment was not written: {}", error.message));
            }
            Ok(after)
        })
    }

    fn reopen<'a>(&'a self, _: &'a Pull) -> Answer<'a, Pull> {
        Box::pin(async {
            Err(Error::bad_input("Bitbucket Cloud cannot reopen a declined pull request. Open a new one from the same branch."))
        })
    }

    fn changed_files<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<FileChange>> {
        Box::pin(async move {
            if let Some(after) = &window.after {
                let (path, query) = after.split_once('?').filter(|(path, _)| is_diffstat(path)).ok_or_else(super::astray)?;
                let window = Window { after: Some(query.to_owned()), ..window.clone() };
                return Ok(whole(path, self.page::<wire::DiffStat>(path, &[], &window).await?));
            }
            // Cloud sends on to the difference between the two commits, with what it takes to show it as the page does.
            let location = self.http.get(&self.at(pull, "/diffstat")).send_for_location().await?;
            let strange =
                || Error::new(ErrorKind::Server, "Bitbucket keeps the changes of this pull request where I may not look.");
            let address = self.http.below(location.as_str()).ok_or_else(strange)?;
            let path = address.split('?').next().filter(|it| is_diffstat(it)).ok_or_else(strange)?;
            let request = self.http.get(address).query(&[("pagelen", window.limit.to_string())]);
            Ok(whole(path, self.read_page::<wire::DiffStat>(request).await?))
        })
    }

    fn pull_commits<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Commit>> {
        Box::pin(async move {
            let page = self.page::<wire::RawCommit>(&self.at(pull, "/commits"), &[], window).await?;
            Ok(page.map(wire::RawCommit::read))
        })
    }
}

/// Whether that is the address of a difference between commits, and leads nowhere else.
fn is_diffstat(path: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_graphic() && !matches!(it, b'#' | b'?' | b'"' | b'<' | b'>' | b'\\');
    let climbs = |it: &&str| it.to_lowercase().replace("%2e", ".").bytes().all(|it| it == b'.');
    let parts: Vec<&str> = path.split('/').collect();
    let is_one = matches!(parts.as_slice(), ["", "repositories", _, _, "diffstat", _, ..]);
    is_one && path.bytes().all(is_plain) && !parts[1..].iter().any(climbs)
}

/// Where the list goes on is below the address that Cloud sent us to, which names the fork that the changes come from.
fn whole(path: &str, page: Paged<wire::DiffStat>) -> Paged<FileChange> {
    let next = page.next.as_ref().map(|query| format!("{path}?{query}"));
    Paged { next, ..page.map(wire::DiffStat::read) }
}

fn reviewers(all: &[Account]) -> Value {
    all.iter().map(|it| json!({ "type": "user", "uuid": it.id })).collect()
}
