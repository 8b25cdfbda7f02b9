//! Branches.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    GitLab,
    api::segment,
    confirm,
    list::{USUAL, given, listed},
    names, param, problem, wire,
};

fn path(project: &str, branch: &str) -> String {
    format!("/projects/{}/repository/branches/{}", segment(project), segment(branch.trim()))
}

fn line(it: &wire::Branch) -> Text {
    let marks = [(it.default, "default"), (it.protected, "protected"), (it.merged, "merged")];
    let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| format!(" · {mark}")).collect();
    Text::new().link(&it.web_url, &it.name).plain(format!("{marks} · {} by {}", it.commit.title, it.commit.author_name))
}

/// Lists branches.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of the name.
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
    const NAME: &str = "branch list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["branch list project=demo/printer", "branch list fan project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let mut query = vec![("sort", "updated_desc".to_owned())];
        if let Some(words) = self.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("search", words.to_owned()));
        }
        let number = self.page.unwrap_or(1);
        let all = format!("/projects/{}/repository/branches", segment(&project));
        let page = acting.page::<wire::Branch>(&all, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let words = self.words.as_ref().map(|it| json!(it));
        let call = ctx.call(Self::NAME, given(vec![("words", words), ("project", Some(json!(project)))]));
        Ok(listed(&page, number, ("branch", "branches"), call, line))
    }
}

/// Makes a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    branch: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Where it starts: a branch, tag or commit; the default branch where you do not say.
    from: Option<param::Branch>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "branch create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch create hot-fix project=demo/printer from=main"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let from = match &self.from {
            Some(it) => it.0.trim().to_owned(),
            None => acting.default_branch(&project).await.map_err(|error| names::in_project(error, &project))?,
        };
        let body = json!({ "branch": self.branch.trim(), "ref": from });
        let created = acting.post(&format!("/projects/{}/repository/branches", segment(&project)), &body).await;
        let branch: wire::Branch =
            created.map_err(|error| problem::place(names::in_project(error, &project), &["branch", "from"]))?;
        let request = json!({ "source": branch.name, "project": project });
        let message =
            Message::text(Text::new().plain("Created ").link(&branch.web_url, &branch.name).plain(format!(" from {from}.")));
        Ok(Reply::to_channel(message.buttons(vec![Button::form("Open merge request", ctx.call("mr create", request))])))
    }
}

/// Protects a branch from being pushed to and deleted by everybody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Protect {
    /// Its name.
    branch: param::Branch,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Protect {
    type On = GitLab;
    const NAME: &str = "branch protect";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["branch protect release-1 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let name = self.branch.0.trim();
        let made: Result<Value> =
            acting.post(&format!("/projects/{}/protected_branches", segment(&project)), &json!({ "name": name })).await;
        made.map_err(|error| problem::place(names::in_project(error, &project), &["branch"]))?;
        Ok(Reply::to_channel(format!("{name} of {project} is protected: only maintainers push and merge into it.")))
    }
}

/// Takes a branch's protection away.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unprotect {
    /// Its name.
    branch: param::Branch,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Unprotect {
    type On = GitLab;
    const NAME: &str = "branch unprotect";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["branch unprotect release-1 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let name = self.branch.0.trim();
        let path = format!("/projects/{}/protected_branches/{}", segment(&project), segment(name));
        let what = format!("protected branch {name} in {project}");
        acting.delete(&path).await.map_err(|error| problem::about(error, &what))?;
        Ok(Reply::to_channel(format!("{name} of {project} is not protected any more.")))
    }
}

/// Deletes a branch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    branch: param::Branch,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "branch delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["branch delete quiet-fan project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let path = path(&project, &self.branch.0);
        let about = |error| problem::about(error, &format!("branch {} in {project}", self.branch.0.trim()));
        let branch: wire::Branch = acting.get(&path, &[]).await.map_err(about)?;
        if !self.confirm {
            let question = format!("This deletes the branch {} of {project}.", branch.name);
            let merged = if branch.merged { "It is merged." } else { "It is not merged: commits that are only there are lost." };
            let lost = [format!("Its last commit is {} “{}”.", branch.commit.short_id, branch.commit.title), merged.to_owned()];
            let params = json!({ "branch": branch.name, "project": project });
            return Ok(confirm::ask(&question, &lost, "Delete the branch", ctx.call(Self::NAME, params)));
        }
        acting.delete(&path).await.map_err(about)?;
        Ok(Reply::to_channel(format!("Deleted the branch {} of {project}; it ended at {}.", branch.name, branch.commit.short_id)))
    }
}
