//! Milestones of projects.

use commands::{
    Action, Audience, Block, Button, Card, Ctx, Effect, Error, Message, Reply, Result, Text, Tone,
    param::{Date, Markdown},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitLab,
    api::{Acting, segment},
    card::shorten,
    confirm,
    list::{USUAL, given, listed},
    names, param, problem, wire,
};

const PLACES: &[&str] = &["title", "description", "due", "start"];

fn path(project: &str, milestone: &wire::Milestone) -> String {
    format!("/projects/{}/milestones/{}", segment(project), milestone.id)
}

/// The milestone as it is now, with how far its issues are.
async fn shown(acting: &Acting<'_>, project: &str, it: &wire::Milestone, ctx: &Ctx, did: Message) -> Reply {
    let url = it.web_url.clone().unwrap_or_else(|| format!("{}/{project}/-/milestones/{}", acting.on.http.base(), it.id));
    let count = async |state: &str| {
        let query = [("milestone", it.title.clone()), ("state", state.to_owned())];
        acting.page::<Value>(&format!("/projects/{}/issues", segment(project)), &query, 1, 1).await.ok()?.total
    };
    let mut facts: Vec<(String, Text)> = vec![("State".into(), it.state.as_str().into())];
    if let (Some(open), Some(closed)) = (count("opened").await, count("closed").await) {
        facts.push(("Issues".into(), format!("{closed} of {} closed", open + closed).into()));
    }
    let today = ctx.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let overdue = it.state == "active" && it.due_date.is_some_and(|due| due < today);
    if let Some(start) = it.start_date {
        facts.push(("Starts".into(), start.to_string().into()));
    }
    if let Some(due) = it.due_date {
        facts.push(("Due".into(), if overdue { format!("{due} (overdue)") } else { due.to_string() }.into()));
    }
    let tone = if overdue { Tone::Bad } else { Tone::Neutral };
    let mut shown = Message::new().tone(tone).heading(&it.title).paragraph(Text::new().link(&url, project)).facts(facts);
    if let Some(text) = it.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        shown = shown.block(Block::Quote(shorten(text, 600).into()));
    }
    let params = json!({ "milestone": it.title, "project": project });
    let (label, action) = if it.state == "active" { ("Close", "milestone close") } else { ("Reopen", "milestone reopen") };
    shown = shown.buttons(vec![
        Button::run("Open issues", ctx.call("issue list", params.clone())),
        Button::form("Change", ctx.call("milestone update", params.clone())),
        Button::run(label, ctx.call(action, params.clone())),
    ]);
    Reply::card(Card { object: url, said: did, shown, call: ctx.call("milestone show", params) }, Audience::Channel)
}

/// Lists a project's milestones and those of its groups.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The project, such as demo/printer.
    #[schemars(extend("x-positional" = true))]
    project: Option<param::Project>,
    /// Which ones.
    #[serde(default)]
    state: State,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// Which milestones.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Active,
    Closed,
    All,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "milestone list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["milestone list demo/printer", "milestone list demo/printer state=closed"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let mut query = vec![("include_ancestors", "true".to_owned())];
        match self.state {
            State::Active => query.push(("state", "active".into())),
            State::Closed => query.push(("state", "closed".into())),
            State::All => {}
        }
        let number = self.page.unwrap_or(1);
        let all = format!("/projects/{}/milestones", segment(&project));
        let page = acting.page::<wire::Milestone>(&all, &query, number, USUAL).await;
        let page = page.map_err(|error| names::in_project(error, &project))?;
        let line = |it: &wire::Milestone| {
            let due = it.due_date.map(|it| format!(" · due {it}")).unwrap_or_default();
            let closed = if it.state == "closed" { " · closed" } else { "" };
            let url = it.web_url.clone().unwrap_or_else(|| format!("{}/{project}/-/milestones/{}", on.http.base(), it.id));
            Text::new().link(url, &it.title).plain(format!("{closed}{due}"))
        };
        let call = ctx.call(Self::NAME, json!({ "project": project, "state": self.state }));
        Ok(listed(&page, number, ("milestone", "milestones"), call, line))
    }
}

/// Shows a milestone with how far it is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its title.
    milestone: param::Milestone,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "milestone show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["milestone show v1.0 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let milestone = acting.milestone(&project, &self.milestone.0).await;
        let milestone = milestone.map_err(|error| names::in_project(error, &project))?;
        Ok(shown(&acting, &project, &milestone, ctx, Message::new()).await)
    }
}

/// Makes a milestone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its title.
    title: String,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// What it is for.
    description: Option<Markdown>,
    /// First day.
    start: Option<Date>,
    /// Last day.
    due: Option<Date>,
}

impl Action for Create {
    type On = GitLab;
    const NAME: &str = "milestone create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone create v1.1 project=demo/printer due=2026-12-18"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let body = given(vec![
            ("title", Some(json!(self.title.trim()))),
            ("description", self.description.as_ref().map(|it| json!(it.0.trim()))),
            ("start_date", self.start.map(|it| json!(it))),
            ("due_date", self.due.map(|it| json!(it))),
        ]);
        let created = acting.post(&format!("/projects/{}/milestones", segment(&project)), &body).await;
        let milestone: wire::Milestone = created.map_err(|error| problem::place(names::in_project(error, &project), PLACES))?;
        Ok(shown(&acting, &project, &milestone, ctx, Message::text(format!("Created {}.", milestone.title))).await)
    }
}

/// Changes a milestone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its title.
    milestone: param::Milestone,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Another title.
    title: Option<String>,
    /// What it is for; replaces what was there.
    description: Option<Markdown>,
    /// First day.
    start: Option<Date>,
    /// Last day.
    due: Option<Date>,
}

impl Action for Update {
    type On = GitLab;
    const NAME: &str = "milestone update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone update v1.0 project=demo/printer due=2026-12-20"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let body = given(vec![
            ("title", self.title.as_deref().map(|it| json!(it.trim()))),
            ("description", self.description.as_ref().map(|it| json!(it.0.trim()))),
            ("start_date", self.start.map(|it| json!(it))),
            ("due_date", self.due.map(|it| json!(it))),
        ]);
        if body.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(Error::bad_input(format!("What shall change in {}? Write due=… or title=….", self.milestone.0)));
        }
        set(on, ctx, &self.milestone, self.project.as_ref(), &body, "Updated").await
    }
}

async fn set(
    on: &GitLab,
    ctx: &Ctx,
    milestone: &param::Milestone,
    project: Option<&param::Project>,
    body: &Value,
    did: &str,
) -> Result<Reply> {
    let acting = on.acting(ctx).await?;
    let project = on.project_of(project).await?;
    let before = acting.milestone(&project, &milestone.0).await.map_err(|error| names::in_project(error, &project))?;
    let after = acting.put(&path(&project, &before), body).await;
    let after: wire::Milestone = after.map_err(|error| {
        let error =
            problem::about(error, &format!("milestone {} of {project} itself; one of a group is changed there", before.title));
        problem::place(error, PLACES)
    })?;
    Ok(shown(&acting, &project, &after, ctx, Message::text(format!("{did} {}.", after.title))).await)
}

/// Closes a milestone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// Its title.
    milestone: param::Milestone,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Close {
    type On = GitLab;
    const NAME: &str = "milestone close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone close v1.0 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        set(on, ctx, &self.milestone, self.project.as_ref(), &json!({ "state_event": "close" }), "Closed").await
    }
}

/// Opens a closed milestone again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// Its title.
    milestone: param::Milestone,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
}

impl Action for Reopen {
    type On = GitLab;
    const NAME: &str = "milestone reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone reopen v1.0 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        set(on, ctx, &self.milestone, self.project.as_ref(), &json!({ "state_event": "activate" }), "Opened again:").await
    }
}

/// Deletes a milestone; its issues stay.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its title.
    milestone: param::Milestone,
    /// The project, such as demo/printer.
    project: Option<param::Project>,
    /// Say yes to do it.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    confirm: bool,
}

impl Action for Delete {
    type On = GitLab;
    const NAME: &str = "milestone delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["milestone delete v1.0 project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(self.project.as_ref()).await?;
        let milestone = acting.milestone(&project, &self.milestone.0).await?;
        if !self.confirm {
            let question = format!("This deletes the milestone “{}” of {project}.", milestone.title);
            let lost = ["Its issues and merge requests stay, and belong to no milestone then.".to_owned()];
            let params = json!({ "milestone": milestone.title, "project": project });
            return Ok(confirm::ask(&question, &lost, "Delete the milestone", ctx.call(Self::NAME, params)));
        }
        acting.delete(&path(&project, &milestone)).await?;
        Ok(Reply::to_channel(format!("Deleted the milestone {} of {project}.", milestone.title)))
    }
}
