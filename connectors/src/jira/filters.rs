//! Saved filters: queries with a name.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Jira,
    api::Api,
    confirm, issues,
    names::{count, no_such, same, shorten},
    param, problem, wire,
};

/// Filters in one list.
const SHOWN: usize = 20;

impl Api<'_> {
    /// Filters with this in their name; on Data Center only the bot's favourites can be listed.
    pub async fn filters(&self, text: &str) -> Result<Vec<wire::Filter>> {
        if self.is_cloud() {
            let mut query = vec![("expand", "jql,owner"), ("orderBy", "name")];
            if !text.trim().is_empty() {
                query.push(("filterName", text.trim()));
            }
            return self.all("/filter/search", "values", &query, 100).await;
        }
        let mut all: Vec<wire::Filter> = self.get("/filter/favourite", &[]).await?;
        all.retain(|it| it.name.to_lowercase().contains(&text.trim().to_lowercase()));
        Ok(all)
    }

    async fn filter(&self, typed: &str) -> Result<wire::Filter> {
        let typed = typed.trim();
        if !typed.is_empty() && typed.bytes().all(|it| it.is_ascii_digit()) {
            let found = self.get(&format!("/filter/{typed}"), &[]).await;
            return found.map_err(|error| {
                // Jira refuses a number that is none with 400.
                let error = commands::Error { kind: commands::ErrorKind::NotFound, ..error };
                problem::about(error, &format!("filter {typed}"), "Share dashboards and filters")
            });
        }
        let all = self.filters(typed).await?;
        match all.iter().find(|it| same(&it.name, typed)) {
            Some(filter) => Ok(filter.clone()),
            None => Err(no_such("filter", "filter", typed, all.iter().map(|it| it.name.as_str()))),
        }
    }
}

/// Lists saved filters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only those with this in their name.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "filter list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["filter list", "filter list bugs"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let filters = api.filters(self.words.as_deref().unwrap_or_default()).await?;
        if filters.is_empty() {
            let why = if api.is_cloud() {
                ""
            } else {
                " Data Center shows the bot its favourites only: star a filter as the bot's account."
            };
            return Ok(Reply::to_channel(format!("No filter matches.{why}")));
        }
        let line = |it: &wire::Filter| {
            let address = format!("{}/issues/?filter={}", on.site, it.id);
            let owner = it.owner.as_ref().map(|it| format!(" · {}", it.label())).unwrap_or_default();
            Text::new().link(address, &*it.name).plain(format!("{owner} · ")).code(shorten(&it.jql, 120))
        };
        let head = Text::new().bold(count(filters.len(), "filter"));
        let menu = filters
            .iter()
            .take(SHOWN)
            .map(|it| Button::run(&*it.name, ctx.call("filter run", json!({ "filter": it.id }))))
            .collect();
        let message = Message::text(head).list(filters.iter().take(SHOWN).map(line).collect());
        Ok(Reply::to_channel(message.block(commands::Block::Menu { label: "Run".into(), options: menu })))
    }
}

/// Runs a saved filter.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub struct Run {
    /// The filter, by name or number.
    filter: param::Filter,
    /// How many to show.
    #[schemars(range(min = 1, max = 50))]
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u8>,
    /// Where to go on.
    #[schemars(extend("x-hidden" = true))]
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

impl Action for Run {
    type On = Jira;
    const NAME: &str = "filter run";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["filter run Open bugs", "filter run 10001"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let filter = api.filter(&self.filter.0).await?;
        let again = |page: &str| {
            let next = Run { page: Some(page.to_owned()), filter: param::Filter(filter.id.clone()), ..self.clone() };
            Button::run("Show more", ctx.call(Self::NAME, serde_json::to_value(next).unwrap_or_default()))
        };
        let mut reply = issues::found(&api, &filter.jql, self.limit, self.page.as_deref(), again).await?;
        reply.message.blocks.insert(0, commands::Block::Heading(filter.name));
        Ok(reply)
    }
}

/// Saves a query under a name.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Save {
    /// What it shall be called.
    name: String,
    /// The query: project = APO AND type = Bug.
    jql: String,
    /// What it is for.
    description: Option<String>,
}

impl Action for Save {
    type On = Jira;
    const NAME: &str = "filter save";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["filter save \"Open bugs\" type = Bug AND statusCategory != Done"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let mut body = json!({ "name": self.name.trim(), "jql": self.jql.trim(), "favourite": true });
        if let Some(description) = &self.description {
            body["description"] = json!(description);
        }
        let filter: wire::Filter = api.post("/filter", &body).await.map_err(|it| problem::at_jql(it, self.jql.trim()))?;
        let address = format!("{}/issues/?filter={}", on.site, filter.id);
        let buttons = vec![Button::run("Run it", ctx.call("filter run", json!({ "filter": filter.id })))];
        Ok(Reply::to_channel(
            Message::text(Text::new().plain("Saved the filter ").link(address, filter.name).plain(".")).buttons(buttons),
        ))
    }
}

/// Deletes a saved filter. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The filter, by name or number.
    filter: param::Filter,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "filter delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["filter delete 10001"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let filter = api.filter(&self.filter.0).await?;
        let name = &filter.name;
        if self.confirm.is_none() {
            let losses = [
                format!("Its query is {}", filter.jql),
                "Boards and subscriptions that go by it stop working. No issue is touched.".to_owned(),
            ];
            return Ok(confirm::ask(
                ctx,
                Self::NAME,
                json!({ "filter": filter.id }),
                &format!("Delete the filter {name}?"),
                &losses,
            ));
        }
        api.delete(&format!("/filter/{}", filter.id), &[])
            .await
            .map_err(|error| problem::about(error, &format!("filter {name}"), "Administer Jira"))?;
        Ok(Reply::to_channel(format!("Deleted the filter {name}.")))
    }
}
