//! Branches, tags, commits and what lies in them: the groups
//! [refs](https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/),
//! [commits](https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commits/) and
//! [source](https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/).

use commands::{ErrorKind, Result};
use serde_json::json;

use super::{Cloud, quoted, wire};
use crate::bitbucket::{
    model::{AtPath, Branch, BuildStatus, Commit, Paged, RepoId, Tag, Window},
    place::{encoded, encoded_path, is_hash},
    vendor::{Answer, Refs, Repositories},
};

impl Cloud {
    async fn named_refs(&self, repo: &RepoId, kind: &str, text: Option<&str>, window: &Window) -> Result<Paged<wire::Ref>> {
        let filter = text.map(|it| format!("name~{}", quoted(it)));
        let mut query = vec![("sort", "-target.date")];
        query.extend(filter.as_deref().map(|it| ("q", it)));
        self.page(&self.of(repo, &format!("/refs/{kind}")), &query, window).await
    }

    /// The commit of a branch, a tag or a hash. Names with slashes can stand in no address that a commit stands in.
    async fn hash_of(&self, repo: &RepoId, at: &str) -> Result<String> {
        if is_hash(at) {
            return Ok(at.to_owned());
        }
        match self.branch(repo, at).await {
            Ok(branch) => Ok(branch.hash),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(self.tag(repo, at).await?.hash),
            Err(error) => Err(error),
        }
    }
}

impl Refs for Cloud {
    fn branches<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Branch>> {
        Box::pin(async move {
            let page = self.named_refs(repo, "branches", text, window).await?;
            let main = self.repository(repo).await?.main_branch;
            Ok(page.map(|it| it.branch(main.as_deref())))
        })
    }

    fn branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Branch> {
        Box::pin(async move {
            let path = self.of(repo, &format!("/refs/branches/{}", encoded(name)));
            let branch: wire::Ref = self.http.get(&path).send().await?;
            Ok(branch.branch(None))
        })
    }

    fn create_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str, from: &'a str) -> Answer<'a, Branch> {
        Box::pin(async move {
            let hash = self.hash_of(repo, from).await?;
            let body = json!({ "name": name, "target": { "hash": hash } });
            let branch: wire::Ref = self.http.post(&self.of(repo, "/refs/branches")).json(&body).send().await?;
            Ok(branch.branch(None))
        })
    }

    fn delete_branch<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = self.of(repo, &format!("/refs/branches/{}", encoded(name)));
            self.http.delete(&path).send_empty().await
        })
    }

    fn tags<'a>(&'a self, repo: &'a RepoId, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Tag>> {
        Box::pin(async move { Ok(self.named_refs(repo, "tags", text, window).await?.map(wire::Ref::tag)) })
    }

    fn tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, Tag> {
        Box::pin(async move {
            let tag: wire::Ref = self.http.get(&self.of(repo, &format!("/refs/tags/{}", encoded(name)))).send().await?;
            Ok(tag.tag())
        })
    }

    fn create_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str, at: &'a str, message: Option<&'a str>) -> Answer<'a, Tag> {
        Box::pin(async move {
            let hash = self.hash_of(repo, at).await?;
            let mut body = json!({ "type": "tag", "name": name, "target": { "type": "commit", "hash": hash } });
            if let Some(message) = message {
                body["message"] = json!(message);
            }
            let tag: wire::Ref = self.http.post(&self.of(repo, "/refs/tags")).json(&body).send().await?;
            Ok(tag.tag())
        })
    }

    fn delete_tag<'a>(&'a self, repo: &'a RepoId, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = self.of(repo, &format!("/refs/tags/{}", encoded(name)));
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
            let list = match at {
                Some(at) => self.of(repo, &format!("/commits/{}", self.hash_of(repo, at).await?)),
                // Without a revision Cloud lists the commits of all branches.
                None => match self.repository(repo).await?.main_branch {
                    Some(main) => self.of(repo, &format!("/commits/{}", self.hash_of(repo, &main).await?)),
                    None => return Ok(Paged { items: Vec::new(), next: None }),
                },
            };
            let query: Vec<(&str, &str)> = path.map(|it| ("path", it)).into_iter().collect();
            Ok(self.page::<wire::RawCommit>(&list, &query, window).await?.map(wire::RawCommit::read))
        })
    }

    fn commit<'a>(&'a self, repo: &'a RepoId, at: &'a str) -> Answer<'a, Commit> {
        Box::pin(async move {
            let hash = self.hash_of(repo, at).await?;
            let commit: wire::RawCommit = self.http.get(&self.of(repo, &format!("/commit/{hash}"))).send().await?;
            Ok(commit.read())
        })
    }

    fn statuses<'a>(&'a self, repo: &'a RepoId, hash: &'a str) -> Answer<'a, Paged<BuildStatus>> {
        Box::pin(async move {
            let path = self.of(repo, &format!("/commit/{}/statuses", encoded(hash)));
            let all = self.all::<wire::Status>(&path, &[], 100).await?;
            Ok(all.map(wire::Status::read))
        })
    }

    fn at_path<'a>(&'a self, repo: &'a RepoId, at: Option<&'a str>, path: &'a str, limit: usize) -> Answer<'a, AtPath> {
        Box::pin(async move {
            let main;
            let at = match at {
                Some(at) => at,
                None => {
                    main = self.repository(repo).await?.main_branch.unwrap_or_else(|| "main".to_owned());
                    &main
                }
            };
            let hash = self.hash_of(repo, at).await?;
            let address = self.of(repo, &format!("/src/{hash}/{}", encoded_path(path)));
            // Which of both it is; a file's own type is of no use, as a file may itself be JSON.
            let meta: wire::FileAt = match path.trim_matches('/') {
                "" => wire::FileAt { path: String::new(), kind: "commit_directory".into() },
                _ => self.http.get(&address).query(&[("format", "meta")]).send().await?,
            };
            if meta.kind == "commit_directory" {
                let address = format!("{}/", address.trim_end_matches('/'));
                let all = self.all::<wire::FileAt>(&address, &[], 200).await?;
                let name = |it: wire::FileAt| if it.kind == "commit_directory" { format!("{}/", it.path) } else { it.path };
                return Ok(AtPath::Folder(all.map(name)));
            }
            let (_, bytes) = self.http.get(&address).send_for_bytes(limit).await?;
            Ok(AtPath::File(bytes.to_vec()))
        })
    }
}
