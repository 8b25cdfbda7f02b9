//! Repositories, projects and webhooks.

use serde_json::json;

use super::{Cloud, FRESH, quoted, wire};
use crate::bitbucket::{
    model::{Hook, NewRepository, Paged, Project, RepoId, Repository, Window},
    place::{at, encoded},
    vendor::{Answer, Repositories},
};

/// A slug as Cloud makes one of a name.
fn slug(name: &str) -> String {
    let text: String = name.to_lowercase().chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    text.split('-').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-")
}

impl Repositories for Cloud {
    fn repositories<'a>(
        &'a self,
        owner: Option<&'a str>,
        text: Option<&'a str>,
        window: &'a Window,
    ) -> Answer<'a, Paged<Repository>> {
        Box::pin(async move {
            let mut filter = Vec::new();
            filter.extend(owner.map(|it| format!("project.key={}", quoted(&it.to_uppercase()))));
            filter.extend(text.map(|it| format!("name~{}", quoted(it))));
            let filter = filter.join(" AND ");
            let mut query = vec![("sort", "-updated_on")];
            if !filter.is_empty() {
                query.push(("q", &filter));
            }
            let path = format!("/repositories/{}", encoded(&self.workspace));
            Ok(self.page::<wire::RawRepository>(&path, &query, window).await?.map(wire::RawRepository::read))
        })
    }

    fn repository<'a>(&'a self, repo: &'a RepoId) -> Answer<'a, Repository> {
        Box::pin(async move {
            // Nearly every command asks for it, and it changes seldom.
            let repository: wire::RawRepository = self.http.get(&self.of(repo, "")).cached(FRESH).send().await?;
            Ok(repository.read())
        })
    }

    fn create_repository<'a>(&'a self, project: &'a str, new: &'a NewRepository) -> Answer<'a, Repository> {
        Box::pin(async move {
            let slug = slug(&new.name);
            if slug.is_empty() {
                return Err(at("name", "The name needs a letter or a digit."));
            }
            let mut body = json!({
                "type": "repository",
                "scm": "git",
                "name": new.name,
                "is_private": new.private,
                "project": { "type": "project", "key": project.to_uppercase() },
            });
            if let Some(description) = &new.description {
                body["description"] = json!(description);
            }
            if let Some(main) = &new.main_branch {
                body["mainbranch"] = json!({ "type": "branch", "name": main });
            }
            let path = self.of(&RepoId::new(self.workspace.as_str(), slug), "");
            let created: wire::RawRepository = self.http.post(&path).json(&body).send().await?;
            Ok(created.read())
        })
    }

    fn projects<'a>(&'a self, text: Option<&'a str>, window: &'a Window) -> Answer<'a, Paged<Project>> {
        Box::pin(async move {
            let filter = text.map(|it| format!("name~{}", quoted(it)));
            let query: Vec<(&str, &str)> = filter.as_deref().map(|it| ("q", it)).into_iter().collect();
            let path = format!("/workspaces/{}/projects", encoded(&self.workspace));
            Ok(self.page::<wire::RawProject>(&path, &query, window).await?.map(wire::RawProject::read))
        })
    }

    fn create_project<'a>(&'a self, key: &'a str, name: &'a str, description: Option<&'a str>) -> Answer<'a, Project> {
        Box::pin(async move {
            let mut body = json!({ "type": "project", "key": key, "name": name });
            if let Some(description) = description {
                body["description"] = json!(description);
            }
            let path = format!("/workspaces/{}/projects", encoded(&self.workspace));
            let project: wire::RawProject = self.http.post(&path).json(&body).send().await?;
            Ok(project.read())
        })
    }

    fn hooks<'a>(&'a self, repo: &'a RepoId, window: &'a Window) -> Answer<'a, Paged<Hook>> {
        Box::pin(async move {
            let page = self.page::<wire::RawHook>(&self.of(repo, "/hooks"), &[], window).await?;
            Ok(page.map(wire::RawHook::read))
        })
    }

    fn create_hook<'a>(&'a self, repo: &'a RepoId, url: &'a str, secret: &'a str, events: &'a [String]) -> Answer<'a, Hook> {
        Box::pin(async move {
            let body = json!({ "description": "Bellhop", "url": url, "active": true, "secret": secret, "events": events });
            let hook: wire::RawHook = self.http.post(&self.of(repo, "/hooks")).json(&body).send().await?;
            Ok(hook.read())
        })
    }

    fn delete_hook<'a>(&'a self, repo: &'a RepoId, id: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let id = format!("{{{}}}", id.trim_matches(['{', '}']));
            self.http.delete(&self.of(repo, &format!("/hooks/{}", encoded(&id)))).send_empty().await
        })
    }
}
