//! Projects.

use commands::{Action, Audience, Block, Button, Card, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitLab,
    api::segment,
    card::shorten,
    list::{USUAL, given, listed},
    names, param, wire,
};

/// Lists the projects that the bot is in, the last active first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Words in the name.
    #[schemars(extend("x-positional" = true))]
    words: Option<String>,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

impl Action for List {
    type On = GitLab;
    const NAME: &str = "project list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project list", "project list print"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let mut query = vec![("membership", "true".to_owned()), ("order_by", "last_activity_at".to_owned())];
        if let Some(words) = self.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("search", words.to_owned()));
        }
        let number = self.page.unwrap_or(1);
        let page = acting.page::<wire::Project>("/projects", &query, number, USUAL).await?;
        let line = |it: &wire::Project| {
            let issues = it.open_issues_count.map(|it| format!(" · {it} open issues")).unwrap_or_default();
            let archived = if it.archived { " · archived" } else { "" };
            Text::new().link(&it.web_url, &it.path_with_namespace).plain(format!("{issues}{archived}"))
        };
        let call = ctx.call(Self::NAME, given(vec![("words", self.words.map(|it| json!(it)))]));
        Ok(listed(&page, number, ("project", "projects"), call, line))
    }
}

/// Shows a project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its path, such as demo/printer.
    project: param::Project,
}

impl Action for Show {
    type On = GitLab;
    const NAME: &str = "project show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["project show demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = on.project_of(Some(&self.project)).await?;
        let found = acting.get::<wire::Project>(&format!("/projects/{}", segment(&project)), &[]).await;
        let it = found.map_err(|error| names::in_project(error, &project))?;
        let mut facts: Vec<(String, Text)> = Vec::new();
        let mut fact = |name: &str, value: Option<String>| facts.extend(value.map(|it| (name.to_owned(), it.into())));
        fact("Visibility", it.visibility.clone());
        fact("Default branch", it.default_branch.clone());
        fact("Open issues", it.open_issues_count.map(|it| it.to_string()));
        fact("Stars", it.star_count.filter(|it| *it > 0).map(|it| it.to_string()));
        let line = Text::new().link(&it.web_url, &it.path_with_namespace).plain(format!(" · project {}", it.id));
        let mut shown = Message::new().heading(&it.name).paragraph(line).facts(facts);
        if let Some(text) = it.description.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            shown = shown.block(Block::Quote(shorten(text, 600).into()));
        }
        let params = json!({ "project": it.path_with_namespace });
        shown = shown.buttons(vec![
            Button::run("Issues", ctx.call("issue list", params.clone())),
            Button::run("Merge requests", ctx.call("mr list", params.clone())),
            Button::run("Pipelines", ctx.call("pipeline list", params.clone())),
            Button::form("New issue", ctx.call("issue create", params.clone())),
        ]);
        if let Some(at) = it.last_activity_at {
            shown = shown.context(Text::new().plain("Last active ").time(at));
        }
        let card = Card { object: it.web_url.clone(), said: Message::new(), shown, call: ctx.call(Self::NAME, params) };
        Ok(Reply::card(card, Audience::Channel))
    }
}
