//! Projects: `project list`, `show`, `create`, `update`; what ends or copies one is in [`life`].

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, Tone, param::Markdown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    OpenProject,
    api::{asker, filter, filters},
    card,
    hal::{Draft, Resource, formattable},
    names::is_none,
    param, problem, reply,
};

mod life;

pub use life::{Archive, Copy, Delete, Unarchive};

const PLACES: &[&str] = &["name", "identifier", "description", "parent", "status", "explanation", "public"];

/// Lists projects.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of a name or identifier.
    text: Option<String>,
    /// Archived ones instead.
    #[serde(default)]
    archived: bool,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list", "project list text=apollo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let mut wanted = vec![filter("active", "=", &[if self.archived { "f" } else { "t" }])];
        let mut again = json!({ "archived": self.archived });
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            wanted.push(filter("name_and_identifier", "~", &[text]));
            again["text"] = json!(text);
        }
        let page = self.page.unwrap_or(1);
        let (wanted, offset) = (filters(&wanted), page.to_string());
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["name","asc"]]"#), ("pageSize", "20"), ("offset", &offset)];
        let found = on.page("/api/v3/projects", &query).await?;
        let line = |it: &Resource| {
            let state = it.title("status").map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(url(on, it), it.name()).plain(" ").code(it.text("identifier")).plain(state)
        };
        again["page"] = json!(page + 1);
        let more = Button::run("Show more", ctx.call("project list", again));
        let lines = found.elements().iter().map(line).collect();
        let from = (page.max(1) as usize - 1) * 20 + 1;
        Ok(Reply::to_channel(reply::listed(lines, from, found.total(), "project", Some(more))))
    }
}

/// Shows a project: its state, versions, and how much is open.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The project, by identifier or name.
    project: param::Project,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "project show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project show demo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        Ok(Reply::to_channel(shown(on, ctx, &project, Message::new()).await?))
    }
}

/// How a project is doing, as its page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    OnTrack,
    AtRisk,
    OffTrack,
    NotStarted,
    Finished,
    Discontinued,
}

/// Makes a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What it is called.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// Its part of web addresses, such as `apollo`; made of the name where you do not say.
    identifier: Option<String>,
    /// What it is about.
    description: Option<Markdown>,
    /// The project that it is part of.
    parent: Option<param::Project>,
    /// Everybody may see it, members or not.
    #[serde(default)]
    public: bool,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "project create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["project create Moon base identifier=moon-base parent=apollo"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let mut draft = Draft::default();
        draft.put("name", self.name.trim());
        draft.put_some("identifier", self.identifier.as_deref().map(str::trim));
        draft.put_some("description", self.description.as_ref().map(|it| formattable(it.0.trim())));
        draft.put("public", self.public);
        if let Some(parent) = &self.parent {
            draft.link("parent", format!("/api/v3/projects/{}", on.project_at("parent", &parent.0).await?.id()));
        }
        let made = on.post("/api/v3/projects", &draft.to_json()).await;
        let made = made.map_err(|error| problem::place(problem::about(error, "list of projects", "Create projects"), PLACES))?;
        let said = Message::text(format!("Made the project {}.", made.name()));
        Ok(Reply::to_channel(shown(on, ctx, &made, said).await?))
    }
}

/// Changes a project, or says how it is doing. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The project, by identifier or name.
    project: param::Project,
    /// Another name.
    name: Option<String>,
    /// What it is about; replaces what was there.
    description: Option<Markdown>,
    /// How it is doing.
    status: Option<Status>,
    /// Why it is doing so.
    explanation: Option<Markdown>,
    /// The project that it is part of.
    parent: Option<param::Project>,
    /// Whether everybody may see it, members or not.
    public: Option<param::YesNo>,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "project update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["project update demo status=at_risk explanation=\"The printer burns\"", "project update demo parent=none"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let project = on.project(&self.project.0).await?;
        let mut draft = Draft::default();
        draft.put_some("name", self.name.as_deref().map(str::trim));
        draft.put_some(
            "description",
            self.description.as_ref().map(|it| formattable(if is_none(&it.0) { "" } else { it.0.trim() })),
        );
        let reason = |it: &Markdown| {
            formattable(&if is_none(&it.0) { String::new() } else { format!("{}\n\nSaid by {}.", it.0.trim(), asker(ctx)) })
        };
        draft.put_some("statusExplanation", self.explanation.as_ref().map(reason));
        draft.put_some("public", self.public.map(|it| it == param::YesNo::Yes));
        if let Some(status) = self.status {
            draft.link("status", format!("/api/v3/project_statuses/{}", json!(status).as_str().unwrap_or_default()));
        }
        match &self.parent {
            Some(parent) if is_none(&parent.0) => drop(draft.unlink("parent")),
            Some(parent) => {
                let parent = on.project_at("parent", &parent.0).await?;
                draft.link("parent", format!("/api/v3/projects/{}", parent.id()));
            }
            None => {}
        }
        if draft.is_empty() {
            let message =
                format!("What shall change about {}? Write it as a name and a value, such as status=at_risk.", project.name());
            return Err(commands::Error::bad_input(message));
        }
        let changed = on.patch(&format!("/api/v3/projects/{}", project.id()), &draft.to_json()).await.map_err(|error| {
            problem::place(problem::about(error, &format!("project {}", project.name()), "Edit project"), PLACES)
        })?;
        Ok(Reply::to_channel(shown(on, ctx, &changed, Message::text(format!("Changed {}.", changed.name()))).await?))
    }
}

async fn shown(on: &OpenProject, ctx: &Ctx, project: &Resource, said: Message) -> Result<Message> {
    let id = project.id().to_string();
    let open = filters(&[filter("project", "=", &[&id]), filter("status", "o", &[])]);
    let late = filters(&[filter("project", "=", &[&id]), filter("status", "o", &[]), filter("dueDate", "<t-", &["1"])]);
    let count = async |wanted: &str| {
        let query = [("filters", wanted), ("pageSize", "1"), ("offset", "1")];
        Ok::<_, commands::Error>(on.page("/api/v3/work_packages", &query).await?.total())
    };
    // A project without the module “Work packages” still is a project.
    let (open, late) = (count(&open).await.ok(), count(&late).await.ok());
    let versions = on.versions_of(project.id()).await.unwrap_or_default();
    let mut facts: Vec<(String, Text)> = vec![("Identifier".into(), Text::new().code(project.text("identifier")))];
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.filter(|it| !it.is_empty()).map(|it| (name.to_owned(), it.into())))
    };
    fact("Status", project.title("status"));
    fact("Why", Some(card::shorten(project.raw("statusExplanation"), 300)));
    fact("Parent", project.title("parent"));
    fact("Seen by", Some(if project.flag("public") { "everybody" } else { "members" }.to_owned()));
    fact("State", (project.0["active"] == false).then(|| "archived".to_owned()));
    fact(
        "Open work packages",
        open.map(|open| match late {
            Some(late) if late > 0 => format!("{open}, {late} of them late"),
            _ => open.to_string(),
        }),
    );
    let versions: Vec<&str> = versions.iter().filter(|it| it.text("status") == "open").map(Resource::name).collect();
    fact("Open versions", Some(versions.join(", ")));
    let mut message =
        said.heading(project.name()).paragraph(Text::new().link(url(on, project), "Open in OpenProject")).facts(facts);
    if !project.raw("description").is_empty() {
        message = message.block(commands::Block::Quote(card::shorten(project.raw("description"), 600).into()));
    }
    let tone = match project.link("status").map(|it| it.href).as_deref().and_then(|it| it.rsplit('/').next()) {
        Some("on_track" | "finished") => Tone::Good,
        Some("at_risk") => Tone::Warning,
        Some("off_track") => Tone::Bad,
        _ => Tone::Neutral,
    };
    let identifier = project.text("identifier");
    Ok(message.tone(tone).buttons(vec![
        Button::run("Work packages", ctx.call("wp list", json!({ "project": identifier }))),
        Button::form("New work package", ctx.call("wp create", json!({ "project": identifier }))),
        Button::run("Members", ctx.call("member list", json!({ "project": identifier }))),
    ]))
}

fn url(on: &OpenProject, project: &Resource) -> String {
    format!("{}/projects/{}", on.http.base(), project.text("identifier"))
}
