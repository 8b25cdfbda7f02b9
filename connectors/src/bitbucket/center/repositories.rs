//! Repositories, projects and webhooks.

use serde_json::json;

use super::{Center, wire};
use crate::bitbucket::{
    model::{Hook, NewRepository, Paged, Project, RepoId, Repository, Window},
    place::encoded,
    vendor::{Answer, Repositories},
};

/// As [`super::super::cloud::FRESH`].
const FRESH: std::time::Duration = std::time::Duration::from_secs(30);

impl Repositories for Center {
    fn repositories<'a>(
        &'a self,
        owner: Option<&'a str>,
        text: Option<&'a str>,
        window: &'a Window,
    ) -> Answer<'a, Paged<Repository>> {
        Box::pin(async move {
            let query = [("projectkey", owner), ("name", text)];
            let query: Vec<_> = query.into_iter().filter_map(|(key, it)| Some((key, it?))).collect();
            let page = self.page::<wire::RawRepository>("/api/latest/repos", &query, window).await?;
            Ok(page.map(wire::RawRepository::read))
        })
    }

    fn repository<'a>(&'a self, repo: &'a RepoId) -> Answer<'a, Repository> {
        Box::pin(async move {
            let repository: wire::RawRepository = self.http.get(&self.of(repo, "")).cached(FRESH).send().await?;
            let mut repository = repository.read();
            if repository.main_branch.is_none() {
                // Most versions leave it out, and answer 204 while there is none.
                let path = self.of(repo, "/default-branch");
                let main = self.http.get(&path).cached(FRESH).send::<Option<wire::Ref>>().await;
                repository.main_branch = main.ok().flatten().map(|it| it.display_id);
            }
            Ok(repository)
        })
    }

    fn create_repository<'a>(&'a self, project: &'a str, new: &'a NewRepository) -> Answer<'a, Repository> {
        Box::pin(async move {
            let mut body = json!({ "name": new.name, "scmId": "git", "public": !new.private });
            if let Some(description) = &new.description {
                body["description"] = json!(description);
            }
            if let Some(main) = &new.main_branch {
                body["defaultBranch"] = json!(main);
            }
            let path = format!("/api/latest/projects/{}/repos", encoded(project));
            let created: wire::RawRepository = self.http.post(&path).json(&body).send().await?;
            Ok(created.read())
        })
    }

    fn projects<'a>(&'a self, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Project>> {
        Box::pin(async move {
            let query: Vec<(&str, &str)> = text.map(|it| ("name", it)).into_iter().collect();
            Ok(self.page::<wire::RawProject>("/api/latest/projects", &query, window).await?.map(wire::RawProject::read))
        })
    }

    fn create_project<'a>(&'a self, key: &'a str, name: &'a str, description: Option<&'a str>) -> Answer<'a, Project> {
        Box::pin(async move {
            let mut body = json!({ "key": key, "name": name });
            if let Some(description) = description {
                body["description"] = json!(description);
            }
            let project: wire::RawProject = self.http.post("/api/latest/projects").json(&body).send().await?;
            Ok(project.read())
        })
    }

    fn hooks<'a>(&'a self, repo: &'a RepoId, window: &'a Window) -> Answer<'a, Paged<Hook>> {
        Box::pin(async move {
            // A list that is not told how long its pages are to be.
            let start: Vec<(&str, &str)> = window.after.as_deref().map(|it| ("start", it)).into_iter().collect();
            let request = self.http.get(&self.of(repo, "/webhooks")).query(&start);
            Ok(self.read_page::<wire::RawHook>(request).await?.map(wire::RawHook::read))
        })
    }

    fn create_hook<'a>(&'a self, repo: &'a RepoId, url: &'a str, secret: &'a str, events: &'a [String]) -> Answer<'a, Hook> {
        Box::pin(async move {
            let configuration = json!({ "secret": secret });
            let body = json!({ "name": "Bellhop", "url": url, "active": true, "events": events, "configuration": configuration });
            let hook: wire::RawHook = self.http.post(&self.of(repo, "/webhooks")).json(&body).send().await?;
            Ok(hook.read())
        })
    }

    fn delete_hook<'a>(&'a self, repo: &'a RepoId, id: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { self.http.delete(&self.of(repo, &format!("/webhooks/{}", encoded(id)))).send_empty().await })
    }
}
