//! People.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Jira,
    api::Api,
    names::count,
    param,
    person::{Account, Among},
    problem, wire,
};

/// People in one list.
const SHOWN: usize = 20;

/// Lists people.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those whose name or address begins with this.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
    /// Only those whom issues of this project can be given to.
    project: Option<param::Project>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "user list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user list", "user list ana project=APO"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let project = match &self.project {
            Some(project) => Some(api.project(&project.0).await?.key),
            None => None,
        };
        let among = project.as_deref().map_or(Among::Everybody, Among::Project);
        let people = api.people(among, self.words.as_deref().unwrap_or_default()).await;
        let people = people.map_err(|error| problem::about(error, "list of people", "Browse users and groups"))?;
        if people.is_empty() {
            return Ok(Reply::to_channel("Nobody matches."));
        }
        let line = |it: &Account| {
            let email = it.email.as_deref().map(|it| format!(" · {it}")).unwrap_or_default();
            Text::new().link(api.profile(it), &*it.name).plain(email)
        };
        let more = people.len().saturating_sub(SHOWN);
        let head = count(people.len(), "person").replace("persons", "people");
        let message = Message::text(Text::new().bold(head)).list(people.iter().take(SHOWN).map(line).collect());
        Ok(Reply::to_channel(if more > 0 {
            message.context(format!("and {more} more: say how the name begins"))
        } else {
            message
        }))
    }
}

/// Shows a person: their groups, and how much they have to do.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Who: me, @ana, a name, or an email address.
    who: Person,
}

impl Action for Show {
    type On = Jira;
    const NAME: &str = "user show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user show @ana"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let account = api.person(ctx, "who", &self.who.0, Among::Everybody).await?;
        Ok(Reply::to_channel(card(&api, ctx, &account).await?))
    }
}

/// Shows who you are in Jira.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

impl Action for Me {
    type On = Jira;
    const NAME: &str = "user me";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["user me"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let account = api.person(ctx, "who", "me", Among::Everybody).await?;
        Ok(Reply::new(card(&api, ctx, &account).await?, Audience::Asker))
    }
}

async fn card(api: &Api<'_>, ctx: &Ctx, account: &Account) -> Result<Message> {
    let user: wire::User = api.get("/user", &[(api.id_parameter(), &account.id), ("expand", "groups")]).await?;
    let open = api.count(&format!("assignee = {} AND statusCategory != Done", super::names::quoted(&account.id))).await?;
    let groups = api.groups_of(&account.id).await;
    let mut facts: Vec<(String, Text)> = vec![("Open issues".to_owned(), open.to_string().into())];
    if let Some(email) = &account.email {
        facts.push(("Email".to_owned(), email.as_str().into()));
    }
    if let Some(zone) = &user.time_zone {
        facts.push(("Time zone".to_owned(), zone.as_str().into()));
    }
    // Whoever may not see groups sees the rest.
    if let Ok(groups) = groups {
        facts.push(("Groups".to_owned(), groups.join(", ").into()));
    }
    facts.push(("Account".to_owned(), Text::new().code(&*account.id)));
    let buttons = vec![Button::run("Open issues", ctx.call("issue list", json!({ "assignee": account.id })))];
    let link = Text::new().link(api.profile(account), "Open in Jira");
    Ok(Message::new().heading(&*account.name).paragraph(link).facts(facts).buttons(buttons))
}
