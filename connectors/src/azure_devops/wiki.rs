//! Pages of wikis: <https://learn.microsoft.com/rest/api/azure/devops/wiki/pages>.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    AzureDevOps,
    api::{Acting, Listed, segment},
    param,
    problem::{self, at, either},
};
use crate::words::same;

/// As many pages below one are named.
const BELOW: usize = 50;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wiki {
    name: String,
    /// `projectWiki`, of which a project has one, or `codeWiki`.
    #[serde(rename = "type")]
    kind: String,
    remote_url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    path: String,
    content: Option<String>,
    remote_url: Option<String>,
    #[serde(default)]
    sub_pages: Vec<Page>,
}

/// A page of a wiki, as people name it.
struct Found {
    /// Of requests, below the organization.
    pages: String,
    wiki: String,
    /// `/Runbooks/Fire`.
    path: String,
}

impl Found {
    fn about(&self, error: Error) -> Error {
        match error.kind {
            ErrorKind::NotFound => at("path", format!("The wiki {} has no page {}.", self.wiki, self.path)),
            _ => error,
        }
    }
}

impl Acting<'_> {
    async fn wikis(&self, project: &str) -> Result<Vec<Wiki>> {
        let found: Result<Listed<Wiki>> = self.get(&format!("/{}/_apis/wiki/wikis", segment(project)), &[]).await;
        Ok(found.map_err(|error| problem::about(error, &format!("project {project}")))?.value)
    }

    /// The page of that path, in the wiki of that name, or the project's own.
    async fn wiki_page(&self, project: &str, wiki: Option<&str>, path: &str) -> Result<Found> {
        let path = format!("/{}", path.trim().trim_matches('/'));
        let all = self.wikis(project).await?;
        let named = wiki.map(str::trim).filter(|it| !it.is_empty());
        let found = match named {
            Some(name) => all.iter().find(|it| same(&it.name, name)),
            None => all.iter().find(|it| it.kind == "projectWiki").or(all.first()),
        };
        let Some(wiki) = found else {
            let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
            let message = match (names.as_slice(), named) {
                ([], _) => format!("{project} has no wiki yet. Make one in Azure DevOps: Overview → Wiki."),
                (names, name) => format!("{project} has no wiki `{}`. There is {}.", name.unwrap_or_default(), either(names)),
            };
            return Err(at("wiki", message));
        };
        let pages = format!("/{}/_apis/wiki/wikis/{}/pages", segment(project), segment(&wiki.name));
        Ok(Found { pages, wiki: wiki.name.clone(), path })
    }

    /// The page with the version of it that was read, by which a change is bound to it.
    async fn read_page(&self, found: &Found) -> Result<(Page, Option<String>)> {
        let query =
            [("path", found.path.clone()), ("includeContent", "true".to_owned()), ("recursionLevel", "oneLevel".to_owned())];
        let (headers, page) = self.get_with_headers(&found.pages, &query).await.map_err(|error| found.about(error))?;
        let version = headers.get("etag").and_then(|it| it.to_str().ok()).map(str::to_owned);
        Ok((page, version))
    }

    async fn write_page(&self, found: &Found, content: &str, version: Option<&str>) -> Result<Page> {
        let query = [("path", found.path.clone())];
        let written = self.put_if(&found.pages, &query, &json!({ "content": content }), version).await;
        written.map_err(|error| match (error.kind, version) {
            (ErrorKind::Conflict, None) => {
                at("path", format!("The wiki {} has a page {} already: `wiki append` adds to it.", found.wiki, found.path))
            }
            (ErrorKind::NotFound, None) => at("path", format!("The page above {} is not there: make that first.", found.path)),
            (ErrorKind::Conflict, Some(_)) => {
                let message = format!("Somebody changed {} just now. Look at it, then say it again.", found.path);
                Error { message, ..error }
            }
            _ => found.about(error),
        })
    }
}

fn shown(ctx: &Ctx, project: &str, found: &Found, page: &Page, said: Message) -> Reply {
    let address = page.remote_url.clone().unwrap_or_default();
    let title = page.path.rsplit('/').next().filter(|it| !it.is_empty()).unwrap_or("Home");
    let head = if address.is_empty() { Text::new().bold(&page.path) } else { Text::new().link(address, &page.path) };
    let mut message = said.heading(title).paragraph(head.plain(format!(" · {}", found.wiki)));
    if let Some(content) = page.content.as_deref().filter(|it| !it.trim().is_empty()) {
        message = message.document(format!("{}.md", title.replace(' ', "-")), String::new(), content);
    }
    if !page.sub_pages.is_empty() {
        let line = |it: &Page| match &it.remote_url {
            Some(url) => Text::new().link(url, &it.path),
            None => Text::from(it.path.as_str()),
        };
        message = message.paragraph("Below it").list(page.sub_pages.iter().take(BELOW).map(line).collect());
    }
    let params = json!({ "path": page.path, "wiki": found.wiki, "project": project });
    let append = Button::form("Append", ctx.call(Append::NAME, params));
    Reply::to_channel(message.buttons(vec![append]))
}

/// Lists the wikis of a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project; the channel's or the connection's where you do not say.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
}

impl Action for List {
    type On = AzureDevOps;
    const NAME: &str = "wiki list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wiki list demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let project = on.project_of(self.project.as_ref())?;
        let all = on.acting(ctx).wikis(&project).await?;
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("{project} has no wiki.")));
        }
        let line = |it: &Wiki| {
            let kind = if it.kind == "codeWiki" { " · of a repository" } else { "" };
            match &it.remote_url {
                Some(url) => Text::new().link(url, &it.name).plain(kind),
                None => Text::new().plain(format!("{}{kind}", it.name)),
            }
        };
        Ok(Reply::to_channel(Message::text(Text::new().bold(format!("Wikis of {project}"))).list(all.iter().map(line).collect())))
    }
}

/// Shows a page of a wiki, and what is below it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The page's path, such as Runbooks/Fire; the first page where you do not say.
    #[schemars(extend("x-positional" = true))]
    path: Option<String>,
    /// The wiki, by name; the project's own where you do not say.
    wiki: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "wiki show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wiki show project=demo", "wiki show Runbooks/Fire project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let (acting, project) = (on.acting(ctx), on.project_of(self.project.as_ref())?);
        let found = acting.wiki_page(&project, self.wiki.as_deref(), self.path.as_deref().unwrap_or_default()).await?;
        let (page, _) = acting.read_page(&found).await?;
        Ok(shown(ctx, &project, &found, &page, Message::new()))
    }
}

/// Makes a page of a wiki.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The page's path, such as Runbooks/Fire; the page above it has to be there.
    path: String,
    /// What stands on it.
    text: Markdown,
    /// The wiki, by name; the project's own where you do not say.
    wiki: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Create {
    type On = AzureDevOps;
    const NAME: &str = "wiki create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wiki create Runbooks/Flood project=demo text=\"Take the **pump**.\""];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let (acting, project) = (on.acting(ctx), on.project_of(self.project.as_ref())?);
        let found = acting.wiki_page(&project, self.wiki.as_deref(), &self.path).await?;
        if found.path == "/" {
            return Err(at("path", "Which page? Write its path, such as Runbooks/Fire."));
        }
        let page = acting.write_page(&found, &acting.sign(&self.text.0), None).await?;
        Ok(shown(ctx, &project, &found, &page, Message::text(format!("Made the page {} in {}.", found.path, found.wiki))))
    }
}

/// Adds text at the end of a page of a wiki.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Append {
    /// The page's path, such as Runbooks/Fire.
    path: String,
    /// What to add.
    text: Markdown,
    /// The wiki, by name; the project's own where you do not say.
    wiki: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Append {
    type On = AzureDevOps;
    const NAME: &str = "wiki append";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wiki append Runbooks/Fire project=demo text=\"The new hose is on the left.\""];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let (acting, project) = (on.acting(ctx), on.project_of(self.project.as_ref())?);
        let text = words(&self.text)?;
        let found = acting.wiki_page(&project, self.wiki.as_deref(), &self.path).await?;
        let (before, version) = acting.read_page(&found).await?;
        let content = before.content.unwrap_or_default();
        let content = format!("{}\n\n{}\n", content.trim_end(), acting.sign(text));
        let page = acting.write_page(&found, content.trim_start(), version.as_deref()).await?;
        Ok(shown(ctx, &project, &found, &page, Message::text(format!("Added to {} in {}.", found.path, found.wiki))))
    }
}

/// Replaces what stands on a page of a wiki; what was there stays in the page's history.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The page's path, such as Runbooks/Fire.
    path: String,
    /// What stands on it from now on.
    text: Markdown,
    /// The wiki, by name; the project's own where you do not say.
    wiki: Option<String>,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Update {
    type On = AzureDevOps;
    const NAME: &str = "wiki update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wiki update Runbooks/Fire project=demo text=\"Call 112, then run.\""];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let (acting, project) = (on.acting(ctx), on.project_of(self.project.as_ref())?);
        let text = words(&self.text)?;
        let found = acting.wiki_page(&project, self.wiki.as_deref(), &self.path).await?;
        let (_, version) = acting.read_page(&found).await?;
        let page = acting.write_page(&found, &acting.sign(text), version.as_deref()).await?;
        Ok(shown(ctx, &project, &found, &page, Message::text(format!("Changed {} in {}.", found.path, found.wiki))))
    }
}

fn words(text: &Markdown) -> Result<&str> {
    match text.0.trim() {
        "" => Err(at("text", "There is nothing to write: say some words.")),
        text => Ok(text),
    }
}
