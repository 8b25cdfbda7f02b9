//! Tags: <https://docs.gitlab.com/api/tags/>.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitLab,
    api::segment,
    confirm,
    list::{USUAL, given, listed},
    names, param, problem, wire,
};

fn path(project: &str, tag: &str) -> String {
    format!("/projects/{}/repository/tags/{}", segment(project), segment(tag.trim()))
}

/// GitLab tells no address of a tag; this is where its page is.
fn url(on: &GitLab, project: &str, tag: &str) -> String {
    format!("{}/{project}/-/tags/{}", on.http.base(), segment(tag))
}

/// Lists tags, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of the name; ^v1 finds those that begin so.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "tag list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["tag list project=demo/printer", "tag list v0 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let mut query = Vec::new();
        if let Some(words) = self.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("search", words.to_owned()));
        }
        let number = self.page.unwrap_or(1);
        let all = format!("/projects/{}/repository/tags", segment(&project));
        let page = acting.page::<wire::Tag>(&all, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let words = self.words.as_ref().map(|it| json!(it));
        let call = ctx.call(Self::NAME, given(vec![("words", words), ("project", Some(json!(project)))]));
        let line = |it: &wire::Tag| {
            let said = it.message.as_deref().and_then(|it| it.trim().lines().next()).filter(|it| !it.is_empty());
            let marks = [(it.protected, "protected"), (it.release.is_some(), "released")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| format!(" · {mark}")).collect();
            let text = Text::new().link(url(on, &project, &it.name), &it.name).plain(format!("{marks} · "));
            text.code(&it.commit.short_id).plain(format!(" {}", said.unwrap_or(&it.commit.title)))
        };
        Ok(listed(&page, number, ("tag", "tags"), call, line))
    }
}

/// Makes a tag.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    tag: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What it names: a branch, a commit or another tag; the default branch where you do not say.
    from: Option<param::Branch>,
    /// What to say about it, which makes it an annotated one.
    message: Option<String>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "tag create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag create v1.0 project=demo/printer", "tag create v1.0 from=main message=\"The first one\""];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let from = match &self.from {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let message = self.message.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let body = given(vec![
            ("tag_name", Some(json!(self.tag.trim()))),
            ("ref", Some(json!(from))),
            ("message", message.map(|it| json!(it))),
        ]);
        let created = acting.post(&format!("/projects/{}/repository/tags", segment(&project)), &body).await;
        let tag: wire::Tag = created.map_err(|error| problem::place(names::in_project(error, &project), &["tag", "from"]))?;
        let text = Text::new().plain("Created the tag ").link(url(on, &project, &tag.name), &tag.name);
        let text = text.plain(format!(" from {from}, at ")).code(&tag.commit.short_id).plain(format!(" {}.", tag.commit.title));
        let release = json!({ "tag": tag.name, "project": project });
        let release = Button::form("Make a release", ctx.call("release create", release));
        Ok(Reply::to_channel(Message::text(text).buttons(vec![release])))
    }
}

/// Deletes a tag.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    tag: param::Tag,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "tag delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["tag delete v0.9-rc project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let path = path(&project, &self.tag.0);
        let about = |error| problem::about(error, &format!("tag {} in {project}", self.tag.0.trim()));
        let tag: wire::Tag = acting.get(&path, &[]).await.map_err(about)?;
        if !self.confirm {
            let question = format!("This deletes the tag {} of {project}.", tag.name);
            let mut lost = vec![format!("It names {} “{}”, which stays.", tag.commit.short_id, tag.commit.title)];
            lost.extend(tag.release.map(|it| format!("Its release {} goes with it.", it.tag_name)));
            let params = json!({ "tag": tag.name, "project": project });
            return Ok(confirm::ask(&question, &lost, "Delete the tag", ctx.call(Self::NAME, params)));
        }
        acting.delete(&path).await.map_err(about)?;
        Ok(Reply::to_channel(format!("Deleted the tag {} of {project}; it named {}.", tag.name, tag.commit.short_id)))
    }
}
