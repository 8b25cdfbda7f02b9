//! Releases.

use commands::{Action, Audience, Block, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitLab,
    api::{Acting, segment},
    card::shorten,
    confirm,
    list::{USUAL, given, listed},
    names,
    param::{self, Noun},
    problem, wire,
};

const PLACES: &[&str] = &["tag", "ref", "name", "milestone", "description"];

struct Found {
    path: String,
    project: String,
    tag: String,
}

async fn find(on: &GitLab, tag: &str, project: Option<&param::Project>) -> Result<Found> {
    let (project, tag) = on.place("tag", tag, Noun::Release, project).await?;
    Ok(Found { path: format!("/projects/{}/releases/{}", segment(&project), segment(&tag)), project, tag })
}

impl Found {
    fn about(&self, error: Error) -> Error {
        problem::place(problem::about(error, &format!("release {} in {}", self.tag, self.project)), PLACES)
    }

    async fn get(&self, acting: &Acting<'_>) -> Result<wire::Release> {
        acting.get(&self.path, &[]).await.map_err(|error| self.about(error))
    }
}

fn title(release: &wire::Release) -> &str {
    release.name.as_deref().filter(|it| !it.is_empty()).unwrap_or(&release.tag_name)
}

fn address(on: &GitLab, project: &str, release: &wire::Release) -> String {
    let known = release.links.as_ref().and_then(|it| it.this.clone());
    known.unwrap_or_else(|| format!("{}/{project}/-/releases/{}", on.http.base(), segment(&release.tag_name)))
}

fn shown(on: &GitLab, project: &str, release: &wire::Release, ctx: &Ctx, did: Message) -> Reply {
    let url = address(on, project, release);
    let author = release.author.as_ref().map(|it| format!(" · by {}", it.name)).unwrap_or_default();
    let line = Text::new().link(&url, project).plain(" · ").code(&release.tag_name).plain(author);
    let mut shown = Message::new().heading(title(release)).paragraph(line);
    if !release.milestones.is_empty() {
        let titles: Vec<&str> = release.milestones.iter().map(|it| it.title.as_str()).collect();
        shown = shown.facts(vec![("Milestones".into(), titles.join(", ").into())]);
    }
    if let Some(text) = release.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        shown = shown.block(Block::Quote(shorten(text, 1500).into()));
    }
    let links = release.assets.iter().flat_map(|it| &it.links).map(|it| Text::new().link(&it.url, &it.name)).collect::<Vec<_>>();
    if !links.is_empty() {
        shown = shown.list(links);
    }
    let params = json!({ "tag": release.tag_name, "project": project });
    let edit = Button::form("Change", ctx.call("release update", params.clone()));
    let news = Button::form("Next release", ctx.call("release create", json!({ "project": project })));
    shown = shown.buttons(vec![edit, news]);
    if let Some(at) = release.released_at {
        shown = shown.context(Text::new().plain("Released ").time(at));
    }
    Reply::card(Card { object: url, said: did, shown, call: ctx.call("release show", params) }, Audience::Channel)
}

/// Lists releases, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "release list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["release list demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::Release>(&format!("/projects/{}/releases", segment(&project)), &[], number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Release| {
            let text = Text::new().link(address(on, &project, it), &it.tag_name).plain(format!(" {}", title(it)));
            it.released_at.map_or(text.clone(), |at| text.plain(" · ").time(at))
        };
        let call = ctx.call(Self::NAME, json!({ "project": project }));
        Ok(listed(&page, number, ("release", "releases"), call, line))
    }
}

/// Shows a release.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its tag, or its link.
    pub(super) tag: param::Release,
    /// The project, such as demo/printer.
    pub(super) project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "release show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["release show v0.9 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.tag.0, self.project.as_ref()).await?;
        let release = found.get(&acting).await?;
        Ok(shown(on, &found.project, &release, ctx, Message::new()))
    }
}

/// Makes a release, with its tag where that is not there yet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its tag, such as v1.0.
    tag: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What people read; the tag where you do not say.
    name: Option<String>,
    /// What is new.
    description: Option<Markdown>,
    /// Where a new tag is put: a branch or a commit; the default branch where you do not say.
    #[serde(rename = "ref")]
    branch: Option<param::Branch>,
    /// Milestones that it fulfils.
    #[serde(default)]
    milestone: Vec<param::Milestone>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "release create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["release create v1.0 project=demo/printer description=\"Quieter fan\" milestone=v1.0"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let branch = match &self.branch {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let milestones: Vec<&str> = self.milestone.iter().map(|it| it.0.trim()).collect();
        let body = given(vec![
            ("tag_name", Some(json!(self.tag.trim()))),
            ("ref", Some(json!(branch))),
            ("name", self.name.as_deref().map(|it| json!(it.trim()))),
            ("description", Some(json!(acting.sign(self.description.as_ref().map_or("", |it| &it.0))))),
            ("milestones", (!milestones.is_empty()).then(|| json!(milestones))),
        ]);
        let created = acting.post(&format!("/projects/{}/releases", segment(&project)), &body).await;
        let release: wire::Release = created.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        Ok(shown(on, &project, &release, ctx, Message::text(format!("Released {} of {project}.", release.tag_name))))
    }
}

/// Changes a release's name, text or milestones.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its tag, or its link.
    tag: param::Release,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What people read.
    name: Option<String>,
    /// What is new; replaces what was there.
    description: Option<Markdown>,
    /// Milestones that it fulfils, from now on.
    #[serde(default)]
    milestone: Vec<param::Milestone>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "release update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["release update v0.9 project=demo/printer name=\"First light\""];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.tag.0, self.project.as_ref()).await?;
        let milestones: Vec<&str> = self.milestone.iter().map(|it| it.0.trim()).collect();
        let body = given(vec![
            ("name", self.name.as_deref().map(|it| json!(it.trim()))),
            ("description", self.description.as_ref().map(|it| json!(it.0.trim()))),
            ("milestones", (!milestones.is_empty()).then(|| json!(milestones))),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(Error::bad_input(format!("What shall change in {}? Write name=… or description=….", found.tag)));
        }
        let release: wire::Release = acting.put(&found.path, &body).await.map_err(|error| found.about(error))?;
        Ok(shown(on, &found.project, &release, ctx, Message::text(format!("Updated {}.", found.tag))))
    }
}

/// Deletes a release; its tag stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its tag, or its link.
    tag: param::Release,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "release delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["release delete v0.9 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.tag.0, self.project.as_ref()).await?;
        let release = found.get(&acting).await?;
        if !self.confirm {
            let links = release.assets.as_ref().map_or(0, |it| it.links.len());
            let question = format!("This deletes the release “{}” of {}.", title(&release), found.project);
            let lost =
                [format!("Its text and {links} links go with it."), format!("The tag {} and its commits stay.", found.tag)];
            let params = json!({ "tag": found.tag, "project": found.project });
            return Ok(confirm::ask(&question, &lost, "Delete the release", ctx.call(Self::NAME, params)));
        }
        acting.delete(&found.path).await.map_err(|error| found.about(error))?;
        Ok(Reply::to_channel(format!("Deleted the release {} of {}; the tag stays.", found.tag, found.project)))
    }
}
