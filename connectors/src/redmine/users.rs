//! People.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Redmine,
    api::{Acting, Page},
    issues::{listed, with_note},
    wire,
};

#[derive(Deserialize)]
struct One {
    user: wire::User,
}

/// Lists people, or finds some by name, login or email address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of a name, login or address.
    text: Option<String>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list text=ana"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let offset = self.offset.unwrap_or(0);
        let skip = offset.to_string();
        let mut query = vec![("limit", "20"), ("offset", skip.as_str())];
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("name", text));
        }
        let page: Page<wire::User> = acting.list("/users.json", "users", &query).await.map_err(|error| match error.kind {
            ErrorKind::Permission => {
                let way = "To see who is in a project, write member list and the project.";
                Error::new(ErrorKind::Permission, format!("Redmine lets only administrators list people. {way}"))
            }
            _ => error,
        })?;
        let line = |it: &wire::User| Text::new().link(url(on, it.id), it.name()).plain(" ").code(&it.login);
        let lines: Vec<Text> = page.items.iter().map(line).collect();
        let more = |next: u32| {
            let mut params = json!({ "offset": next });
            if let Some(text) = &self.text {
                params["text"] = json!(text);
            }
            Button::run("Show more", ctx.call("user list", params))
        };
        Ok(Reply::to_asker(with_note(listed(lines, offset, page.total, "user", more), &acting)))
    }
}

/// Shows a person: projects, roles, open issues.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a login, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = Redmine;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let somebody = acting.person("user", &self.user.0, None).await?;
        let path = format!("/users/{}.json", somebody.id);
        let user = acting.get::<One>(&path, &[("include", "memberships")]).await?.user;
        show(on, &acting, ctx, &user).await
    }
}

/// Shows who you are in Redmine, and so what I may do for you.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = Redmine;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let user = acting.get::<One>("/users/current.json", &[("include", "memberships")]).await?.user;
        show(on, &acting, ctx, &user).await
    }
}

async fn show(on: &Redmine, acting: &Acting<'_>, ctx: &Ctx, user: &wire::User) -> Result<Reply> {
    let id = user.id.to_string();
    let query = [("assigned_to_id", id.as_str()), ("status_id", "open"), ("limit", "1")];
    let open: Page<wire::Issue> = acting.list("/issues.json", "issues", &query).await?;
    let role = |it: &wire::Membership| {
        let roles = it.roles.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ");
        format!("{} ({roles})", it.project.name)
    };
    let projects = user.memberships.iter().map(role).collect::<Vec<_>>().join(", ");
    let mut facts: Vec<(String, Text)> = vec![("Login".into(), Text::new().code(&user.login))];
    if user.admin {
        facts.push(("Administrator".into(), "yes".into()));
    }
    facts.push(("Projects".into(), if projects.is_empty() { "none".into() } else { projects.into() }));
    facts.push(("Open issues".into(), open.total.to_string().into()));
    if let Some(at) = user.last_login_on {
        facts.push(("Last login".into(), Text::new().time(at)));
    }
    let message = Message::new()
        .heading(user.name())
        .paragraph(Text::new().link(url(on, user.id), "Open in Redmine"))
        .facts(facts)
        .buttons(vec![Button::run("Open issues", ctx.call("issue list", json!({ "assignee": user.login })))]);
    Ok(Reply::to_asker(with_note(message, acting)))
}

fn url(on: &Redmine, id: u64) -> String {
    format!("{}/users/{id}", on.http.base())
}
