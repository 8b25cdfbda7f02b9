//! People's accounts.

use commands::{
    Action, Audience, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text,
    param::{Email, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    OpenProject,
    api::{PAGE, filter, filters},
    hal::{Draft, Resource},
    names::same,
    param,
    problem::{self, either},
    reply::{self, listed},
};

const PLACES: &[&str] = &["login", "email", "first_name", "last_name", "admin", "language", "status"];
/// How many of a person's projects are shown.
const PROJECTS: usize = 200;
/// A global role can have it.
const RIGHT: &str = "Create users";

/// Lists people's accounts, or finds some by name, login or email address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Part of a name, login or address.
    text: Option<String>,
    /// Only those in this state.
    status: Option<Status>,
    /// Which page of them.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// The state of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// May sign in.
    Active,
    /// Waits to be let in.
    Registered,
    /// May not sign in.
    Locked,
    /// Has not accepted the invitation yet.
    Invited,
}

impl Action for List {
    type On = OpenProject;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list text=ana", "user list status=locked"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let mut wanted = Vec::new();
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            wanted.push(filter("name", "~", &[text]));
        }
        if let Some(status) = self.status {
            wanted.push(filter("status", "=", &[json!(status).as_str().unwrap_or_default()]));
        }
        let page = self.page.unwrap_or(1);
        let (wanted, offset) = (filters(&wanted), page.to_string());
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["name","asc"]]"#), ("pageSize", "20"), ("offset", &offset)];
        let found = on.page("/api/v3/users", &query).await.map_err(|error| problem::about(error, "list of people", RIGHT))?;
        let line = |it: &Resource| {
            let state = Some(it.text("status"))
                .filter(|it| !matches!(*it, "active" | ""))
                .map(|it| format!(" · {it}"))
                .unwrap_or_default();
            Text::new().link(url(on, it.id()), it.name()).plain(" ").code(it.text("login")).plain(state)
        };
        let lines: Vec<Text> = found.elements().iter().map(line).collect();
        let mut again = json!({ "page": page + 1 });
        if let Some(text) = &self.text {
            again["text"] = json!(text);
        }
        if let Some(status) = self.status {
            again["status"] = json!(status);
        }
        let more = Button::run("Show more", ctx.call("user list", again));
        let from = (page.max(1) as usize - 1) * 20 + 1;
        Ok(Reply::to_asker(listed(lines, from, found.total(), "account", Some(more))))
    }
}

/// Shows a person: projects, roles, open work packages.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a login, an email address or a name.
    user: Person,
}

impl Action for Show {
    type On = OpenProject;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show ana"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let user = on.user(ctx, "user", &self.user.0).await?;
        show(on, ctx, &user, Message::new()).await
    }
}

/// Shows who you are in OpenProject, and whose account acts for you.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = OpenProject;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let bot = on.myself().await?.name().to_owned();
        let note = format!("What you ask for is done by the account {bot}, with a note that it was you.");
        match on.asker(ctx).await? {
            Some(me) => {
                let user = on.get(&format!("/api/v3/users/{}", me.id)).await?;
                show(on, ctx, &user, Message::new().context(note)).await
            }
            None => {
                let message = "I do not know who you are in OpenProject: nobody there that the bot can see has your email address. \
                               Link your account, and `me` means you.";
                Ok(Reply::to_asker(Message::text(Text::marked(message)).context(note)))
            }
        }
    }
}

/// Makes an account, and invites whom it is for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Their email address, where the invitation goes.
    email: Email,
    /// First name.
    #[schemars(extend("x-named" = true))]
    first_name: String,
    /// Last name.
    #[schemars(extend("x-named" = true))]
    last_name: String,
    /// What they sign in with; the email address where you do not say.
    login: Option<String>,
    /// The language of their pages, such as en or de.
    language: Option<String>,
    /// May do everything in OpenProject.
    #[serde(default)]
    admin: bool,
}

impl Action for Create {
    type On = OpenProject;
    const NAME: &str = "user create";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user create dora@example.org first_name=Dora last_name=Example"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let email = self.email.0.trim();
        let body = json!({
            "email": email,
            "login": self.login.as_deref().map_or(email, str::trim),
            "firstName": self.first_name.trim(),
            "lastName": self.last_name.trim(),
            "admin": self.admin,
            "language": self.language.as_deref().unwrap_or("en"),
            "status": "invited",
        });
        let user = on
            .post("/api/v3/users", &body)
            .await
            .map_err(|error| problem::place(problem::about(error, "list of people", RIGHT), PLACES))?;
        show(on, ctx, &user, Message::text(format!("Invited {} ({email}).", user.name()))).await
    }
}

/// Changes an account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
    /// Another email address.
    email: Option<Email>,
    /// Another login.
    login: Option<String>,
    /// Another first name.
    first_name: Option<String>,
    /// Another last name.
    last_name: Option<String>,
    /// The language of their pages.
    language: Option<String>,
    /// Whether they may do everything in OpenProject.
    admin: Option<param::YesNo>,
}

impl Action for Update {
    type On = OpenProject;
    const NAME: &str = "user update";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user update ana last_name=Sample", "user update ben admin=yes"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let user = on.user(ctx, "user", &self.user.0).await?;
        let mut draft = Draft::default();
        draft
            .put_some("email", self.email.as_ref().map(|it| it.0.trim()))
            .put_some("login", self.login.as_deref().map(str::trim))
            .put_some("firstName", self.first_name.as_deref().map(str::trim))
            .put_some("lastName", self.last_name.as_deref().map(str::trim))
            .put_some("language", self.language.as_deref().map(str::trim))
            .put_some("admin", self.admin.map(|it| it == param::YesNo::Yes));
        if draft.is_empty() {
            let message =
                format!("What shall change about {}? Write it as a name and a value, such as last_name=Sample.", user.name());
            return Err(commands::Error::bad_input(message));
        }
        let user = on
            .patch(&format!("/api/v3/users/{}", user.id()), &draft.to_json())
            .await
            .map_err(|error| problem::place(problem::about(error, &format!("account {}", user.name()), "Edit users"), PLACES))?;
        show(on, ctx, &user, Message::text(format!("Changed the account of {}.", user.name()))).await
    }
}

/// Locks an account: its owner cannot sign in any more, and all they did stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Lock {
    /// Who: @ana, a login, an email address or a name.
    user: Person,
}

impl Action for Lock {
    type On = OpenProject;
    const NAME: &str = "user lock";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user lock chloe"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let user = on.user(ctx, "user", &self.user.0).await?;
        if user.text("status") == "locked" {
            return Ok(Reply::to_asker(format!("{} is locked already.", user.name())));
        }
        if user.id() == on.myself().await?.id() {
            return Err(problem::at("user", "That is the bot's own account: locked, it could not even unlock itself."));
        }
        let locked = on.act(&format!("/api/v3/users/{}/lock", user.id())).await;
        locked.map_err(|error| problem::about(error, &format!("account {}", user.name()), "Edit users"))?;
        on.askers.invalidate_all();
        let unlock = Button::run("Unlock", ctx.call("user unlock", json!({ "user": user.text("login") })));
        Ok(Reply::to_asker(Message::text(format!("{} is locked now.", user.name())).buttons(vec![unlock])))
    }
}

/// Unlocks an account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlock {
    /// Who: a login, an email address or a name.
    user: Person,
}

impl Action for Unlock {
    type On = OpenProject;
    const NAME: &str = "user unlock";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user unlock chloe"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let user = on.user(ctx, "user", &self.user.0).await?;
        if user.text("status") != "locked" {
            return Ok(Reply::to_asker(format!("{} is not locked.", user.name())));
        }
        on.delete(&format!("/api/v3/users/{}/lock", user.id()))
            .await
            .map_err(|error| problem::about(error, &format!("account {}", user.name()), "Edit users"))?;
        Ok(Reply::to_asker(format!("{} can sign in again.", user.name())))
    }
}

/// Deletes an account for good. To keep somebody out, `user lock` is enough.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Who: a login, an email address or a name.
    user: Person,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "user delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["user delete chloe"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        // The question's button holds the account's number, which is no login then.
        let user = match (self.confirm, self.user.0.trim().parse()) {
            (Some(_), Ok(id)) => on.user_numbered(id).await?,
            _ => on.user(ctx, "user", &self.user.0).await?,
        };
        let name = format!("{} ({})", user.name(), user.text("login"));
        if user.id() == on.myself().await?.id() {
            return Err(problem::at("user", "That is the bot's own account, which it does not delete."));
        }
        if self.confirm.is_none() {
            let theirs = filters(&[filter("assignee", "=", &[&user.id().to_string()]), filter("status", "o", &[])]);
            let open =
                on.page("/api/v3/work_packages", &[("filters", &theirs), ("pageSize", "1"), ("offset", "1")]).await?.total();
            let happens = Message::text(format!("This deletes the account of {name}."))
                .list(vec![
                    format!("{open} open work package{} assigned to them", if open == 1 { " is" } else { "s are" }).into(),
                    "what they wrote stays, as written by “Deleted user”".into(),
                    "their memberships, private queries and settings are gone".into(),
                ])
                .paragraph(Text::marked("`user lock` keeps somebody out and keeps the account."));
            return Ok(reply::ask(ctx, "user delete", json!({ "user": user.id().to_string() }), "Delete the account", happens));
        }
        on.delete(&format!("/api/v3/users/{}", user.id()))
            .await
            .map_err(|error| problem::about(error, &format!("account {}", user.name()), problem::ADMINISTRATOR))?;
        on.askers.invalidate_all();
        // OpenProject does it in the background.
        Ok(Reply::new(Message::text(format!("OpenProject is deleting the account of {name}.")), Audience::Private))
    }
}

impl OpenProject {
    /// An account, locked ones too: whom somebody unlocks is no person that work is given to.
    pub(super) async fn user(&self, ctx: &Ctx, field: &str, text: &str) -> Result<Resource> {
        let typed = text.trim().trim_start_matches('@');
        if matches!(typed.to_lowercase().as_str(), "me" | "myself") {
            let me = self.person(ctx, field, text, None).await?;
            return self.get(&format!("/api/v3/users/{}", me.id)).await;
        }
        // A login may be a number, too.
        if let Some(user) = self.user_signing_in_as(typed).await? {
            return Ok(user);
        }
        if let Ok(id) = typed.parse() {
            return self.user_numbered(id).await;
        }
        let found = self.principals(&[filter("any_name_attribute", "~", &[typed]), filter("type", "=", &["User"])]).await?;
        let exact = |it: &&Resource| ["login", "email"].iter().any(|key| same(it.text(key), typed));
        let theirs: Vec<&Resource> = found.items.iter().filter(exact).collect();
        match theirs.as_slice() {
            [] => {}
            [user] => return self.get(&format!("/api/v3/users/{}", user.id())).await,
            // One may sign in with what is another's address.
            many => {
                let numbers: Vec<String> = many.iter().map(|it| format!("{} ({})", it.id(), it.name())).collect();
                let message = format!("`{typed}` can be any of {}. Write the number.", either(&numbers));
                return Err(problem::at(field, message));
            }
        }
        let person = self.person(ctx, field, text, None).await?;
        self.get(&format!("/api/v3/users/{}", person.id)).await
    }

    async fn user_numbered(&self, id: u64) -> Result<Resource> {
        let user = self.get(&format!("/api/v3/users/{id}")).await;
        user.map_err(|error| problem::about(error, &format!("account {id}"), RIGHT))
    }

    /// The account with exactly this login, where the bot's account may list accounts.
    async fn user_signing_in_as(&self, login: &str) -> Result<Option<Resource>> {
        let wanted = filters(&[filter("login", "=", &[login])]);
        match self.page("/api/v3/users", &[("filters", &wanted)]).await {
            Ok(found) => Ok(found.elements().into_iter().find(|it| same(it.text("login"), login))),
            Err(error) if error.kind == ErrorKind::Permission => Ok(None),
            Err(error) => Err(error),
        }
    }
}

async fn show(on: &OpenProject, ctx: &Ctx, user: &Resource, said: Message) -> Result<Reply> {
    let id = user.id().to_string();
    let theirs = filters(&[filter("assignee", "=", &[&id]), filter("status", "o", &[])]);
    let open = on.page("/api/v3/work_packages", &[("filters", &theirs), ("pageSize", "1"), ("offset", "1")]).await?.total();
    let memberships = filters(&[filter("principal", "=", &[&id])]);
    let memberships = on.first("/api/v3/memberships", &[("filters", &memberships), ("pageSize", PAGE)], PROJECTS).await?;
    let role = |it: &Resource| {
        let roles: Vec<String> = it.links("roles").into_iter().map(|it| it.title).collect();
        format!("{} ({})", it.title("project").unwrap_or_else(|| "everywhere".into()), roles.join(", "))
    };
    let projects = memberships.items.iter().map(role).collect::<Vec<_>>().join(", ");
    let mut facts: Vec<(String, Text)> = vec![("Login".into(), Text::new().code(user.text("login")))];
    if !user.text("email").is_empty() {
        facts.push(("Email".into(), user.text("email").into()));
    }
    if !user.text("status").is_empty() {
        facts.push(("State".into(), user.text("status").into()));
    }
    if user.flag("admin") {
        facts.push(("Administrator".into(), "yes".into()));
    }
    facts.push(("Projects".into(), if projects.is_empty() { "none".into() } else { projects.into() }));
    facts.push(("Open work packages".into(), open.to_string().into()));
    let mut message =
        said.heading(user.name()).paragraph(Text::new().link(url(on, user.id()), "Open in OpenProject")).facts(facts);
    if memberships.more {
        let note = format!("These are the first {PROJECTS} projects; `member list` shows who is in one.");
        message = message.context(Text::marked(&note));
    }
    // What was said below the heading of another message stays last.
    message.blocks.sort_by_key(|it| matches!(it, commands::Block::Context(_)));
    let login = user.text("login");
    let mut buttons = vec![Button::run("Open work packages", ctx.call("wp list", json!({ "assignee": login })))];
    match user.text("status") {
        "locked" => buttons.push(Button::run("Unlock", ctx.call("user unlock", json!({ "user": login })))),
        _ if user.offers("lock") => buttons.push(Button::run("Lock", ctx.call("user lock", json!({ "user": login })))),
        _ => {}
    }
    Ok(Reply::to_asker(message.buttons(buttons)))
}

fn url(on: &OpenProject, id: u64) -> String {
    format!("{}/users/{id}", on.http.base())
}
