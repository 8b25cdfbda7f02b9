//! Branches, tags, commits and what lies in them. Deleting is done by its plugins: `branch-utils` and `git`.

use commands::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Center, Page, wire};
use crate::bitbucket::{
    model::{AtPath, Branch, BuildStatus, Commit, Paged, RepoId, Tag, Window},
    place::{encoded, encoded_path, is_hash},
    vendor::{Answer, Refs},
};

/// What is read of a folder, as in Cloud; its own pages are of 500, where nobody made them shorter.
const ENTRIES: usize = 200;

/// What lies in a folder.
#[derive(Deserialize)]
struct Listing {
    children: Option<Page<Child>>,
}

#[derive(Deserialize)]
struct Child {
    path: Value,
    #[serde(default, rename = "type")]
    kind: String,
}

impl Center {
    fn branch_page(&self, repo: &RepoId, name: &str) -> String {
        self.page_of(repo, &format!("/browse?at={}", encoded(&format!("refs/heads/{name}"))))
    }

    fn read_branch(&self, repo: &RepoId, branch: wire::Ref) -> Branch {
        let url = self.branch_page(repo, &branch.display_id);
        branch.branch(url)
    }

    fn read_tag(&self, repo: &RepoId, tag: wire::Ref) -> Tag {
        let url = self.page_of(repo, &format!("/commits?until={}", encoded(&format!("refs/tags/{}", tag.display_id))));
        tag.tag(url)
    }

    fn read_commit(&self, repo: &RepoId, commit: wire::RawCommit) -> Commit {
        let url = self.page_of(repo, &format!("/commits/{}", commit.id));
        commit.read(url)
    }

    /// What lies in a folder, in as many parts as `most` entries take; none where it is a file.
    async fn folder(&self, repo: &RepoId, at: Option<&str>, path: &str, most: usize) -> Result<Option<Paged<Child>>> {
        let path = if path.is_empty() { self.of(repo, "/browse") } else { self.of(repo, &format!("/browse/{path}")) };
        let (mut items, mut start) = (Vec::new(), None::<String>);
        loop {
            // A list that is not told how long its pages are to be.
            let query = [("at", at), ("start", start.as_deref())];
            let query: Vec<_> = query.into_iter().filter_map(|(key, it)| Some((key, it?))).collect();
            let listing: Listing = self.http.get(&path).query(&query).send().await?;
            let Some(page) = listing.children.map(Page::part) else { return Ok(None) };
            items.extend(page.items);
            match page.next {
                Some(next) if items.len() < most => start = Some(next),
                next => return Ok(Some(Paged { items, next })),
            }
        }
    }
}

impl Refs for Center {
    fn branches<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Branch>> {
        Box::pin(async move {
            let mut query = vec![("details", "true"), ("orderBy", "MODIFICATION")];
            query.extend(text.map(|it| ("filterText", it)));
            let page = self.page::<wire::Ref>(&self.of(repo, "/branches"), &query, window).await?;
            Ok(page.map(|it| self.read_branch(repo, it)))
        })
    }

    fn branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Branch> {
        Box::pin(async move {
            // There is no address of one branch: the filter finds it, and those that hold its name.
            let query = [("details", "true"), ("filterText", name), ("boostMatches", "true")];
            let page = self.page::<wire::Ref>(&self.of(repo, "/branches"), &query, &Window::first(100)).await?;
            let found = page.items.into_iter().find(|it| it.display_id == name || it.id == name);
            found.map(|it| self.read_branch(repo, it)).ok_or_else(|| Error::not_found(format!("{repo} has no branch `{name}`.")))
        })
    }

    fn create_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str, from: &'a str) -> Answer<'a, Branch> {
        Box::pin(async move {
            let body = json!({ "name": name, "startPoint": from });
            let branch: wire::Ref = self.http.post(&self.of(repo, "/branches")).json(&body).send().await?;
            Ok(self.read_branch(repo, branch))
        })
    }

    fn delete_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let name = format!("refs/heads/{}", name.trim_start_matches("refs/heads/"));
            let path = self.plugin("branch-utils", repo, "/branches");
            self.http.delete(&path).json(&json!({ "name": name, "dryRun": false })).send_empty().await
        })
    }

    fn tags<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Tag>> {
        Box::pin(async move {
            let mut query = vec![("orderBy", "MODIFICATION")];
            query.extend(text.map(|it| ("filterText", it)));
            let page = self.page::<wire::Ref>(&self.of(repo, "/tags"), &query, window).await?;
            Ok(page.map(|it| self.read_tag(repo, it)))
        })
    }

    fn tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Tag> {
        Box::pin(async move {
            let tag: wire::Ref = self.http.get(&self.of(repo, &format!("/tags/{}", encoded_path(name)))).send().await?;
            Ok(self.read_tag(repo, tag))
        })
    }

    fn create_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str, at: &'a str, message: Option<&'a str>) -> Answer<'a, Tag> {
        Box::pin(async move {
            let mut body = json!({ "name": name, "startPoint": at });
            if let Some(message) = message {
                body["message"] = json!(message);
            }
            let tag: wire::Ref = self.http.post(&self.of(repo, "/tags")).json(&body).send().await?;
            let tag = self.read_tag(repo, tag);
            Ok(Tag { message: message.map(str::to_owned), ..tag })
        })
    }

    fn delete_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = self.plugin("git", repo, &format!("/tags/{}", encoded_path(name)));
            self.http.delete(&path).send_empty().await
        })
    }

    fn commits<'a>(
        &'a self,
        repo: &'a RepoId,
        at: Option<&'a str>,
        path: Option<&'a str>,
        window: &'a Window,
    ) -> Answer<'a, Paged<Commit>> {
        Box::pin(async move {
            let query: Vec<_> = [("until", at), ("path", path)].into_iter().filter_map(|(key, it)| Some((key, it?))).collect();
            let page = self.page::<wire::RawCommit>(&self.of(repo, "/commits"), &query, window).await?;
            Ok(page.map(|it| self.read_commit(repo, it)))
        })
    }

    fn commit<'a>(&'a self, repo: &'a RepoId, at: &'a str) -> Answer<'a, Commit> {
        Box::pin(async move {
            if is_hash(at) {
                let commit: wire::RawCommit = self.http.get(&self.of(repo, &format!("/commits/{at}"))).send().await?;
                return Ok(self.read_commit(repo, commit));
            }
            // A name may hold slashes, which its web server takes in a query only.
            let newest = self.commits(repo, Some(at), None, &Window::first(1)).await?.items.into_iter().next();
            newest.ok_or_else(|| Error::not_found(format!("{repo} has no commit of `{at}`.")))
        })
    }

    fn statuses<'a>(&'a self, _: &'a RepoId, hash: &'a str) -> Answer<'a, Paged<BuildStatus>> {
        Box::pin(async move {
            let path = format!("/build-status/latest/commits/{}", encoded(hash));
            let all = self.all::<wire::Status>(&path, &[], 100).await?;
            Ok(all.map(wire::Status::read))
        })
    }

    fn at_path<'a>(&'a self, repo: &'a RepoId, at: Option<&'a str>, path: &'a str, limit: usize) -> Answer<'a, AtPath> {
        Box::pin(async move {
            let whole = encoded_path(path);
            let Some(entries) = self.folder(repo, at, &whole, ENTRIES).await? else {
                let address = self.of(repo, &format!("/raw/{whole}"));
                let query: Vec<(&str, &str)> = at.map(|it| ("at", it)).into_iter().collect();
                let (_, bytes) = self.http.get(&address).query(&query).send_for_bytes(limit).await?;
                return Ok(AtPath::File(bytes.to_vec()));
            };
            let folder = path.trim_matches('/');
            let name = |it: Child| {
                let name = it.path.as_str().or_else(|| it.path["toString"].as_str()).unwrap_or_default();
                let slash = if it.kind == "DIRECTORY" { "/" } else { "" };
                if folder.is_empty() { format!("{name}{slash}") } else { format!("{folder}/{name}{slash}") }
            };
            Ok(AtPath::Folder(entries.map(name)))
        })
    }
}
