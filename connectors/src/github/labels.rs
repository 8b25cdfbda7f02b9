//! Labels of a repository: list, create, delete.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card,
    issues::encoded,
    param,
    place::{Right, missing},
    problem, wire,
};

/// Lists the labels of a repository.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "label list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["label list repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Read).await?;
        let all: Vec<wire::Label> = place.first("/labels", &[], 1_000).await?.items;
        let line = |it: &wire::Label| {
            let description =
                it.description.as_deref().filter(|it| !it.is_empty()).map(|it| format!(" {it}")).unwrap_or_default();
            Text::new().bold(&it.name).plain(format!("{description} · #{}", it.color))
        };
        let lines = all.iter().map(line).collect();
        let title = format!("{} in {}", card::count(all.len() as u64, "label"), place.repo);
        Ok(Reply::to_channel(card::listed(title, &format!("{} has no labels.", place.repo), lines, 1, None)))
    }
}

/// Creates a label.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// Its name.
    name: String,
    /// Its colour, as six hexadecimal digits: d73a4a.
    color: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "label create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label create urgent color=d73a4a repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Write).await?;
        let mut body = json!({ "name": self.name.trim() });
        if let Some(color) = &self.color {
            let color = color.trim().trim_start_matches('#');
            if color.len() != 6 || !color.bytes().all(|it| it.is_ascii_hexdigit()) {
                return Err(problem::at(
                    "color",
                    format!("`{color}` is no colour. Write six hexadecimal digits, such as d73a4a."),
                ));
            }
            body["color"] = json!(color.to_lowercase());
        }
        if let Some(description) = &self.description {
            body["description"] = json!(description.trim());
        }
        let made: Result<wire::Label> = place.post("/labels", &body).await;
        let fields = [("name", "name"), ("color", "color"), ("description", "description")];
        let made = made.map_err(|it| problem::place(it, &fields))?;
        Ok(Reply::to_channel(format!("Created the label {} in {}.", made.name, place.repo)))
    }
}

/// Deletes a label, and takes it off all issues and pull requests.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its name.
    label: param::Label,
    /// The repository.
    repo: Option<param::Repo>,
    /// Say yes to do it.
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = GitHub;
    const NAME: &str = "label delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["label delete urgent repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Issues, Level::Write).await?;
        let path = format!("/labels/{}", encoded(self.label.0.trim()));
        let found: Result<wire::Label> = place.get(&path, &[]).await;
        let label = found.map_err(|it| missing(it, &format!("label {}", self.label.0.trim()), &place.repo))?;
        if self.confirm.is_none() {
            let query = format!("repo:{} label:\"{}\"", place.repo, label.name.replace('"', ""));
            let found: wire::Found<wire::Issue> = on.get("/search/issues", &[("q", &query), ("per_page", "1")]).await?;
            let has = if found.total_count == 1 { "has" } else { "have" };
            let will = [
                format!("{} or pull requests {has} it, and lose it.", card::count(found.total_count, "issue")),
                "Which they were cannot be found out afterwards.".to_owned(),
            ];
            let call = ctx.call("label delete", json!({ "label": label.name, "repo": place.repo.to_string() }));
            return Ok(card::really(format!("Delete the label {} of {}?", label.name, place.repo), &will, "Delete it", call));
        }
        place.delete(&path).await?;
        Ok(Reply::to_channel(format!("Deleted the label {} of {}.", label.name, place.repo)))
    }
}
