//! What changes a pull request as an issue is changed: comment, assign, label, update, close, reopen.

use commands::{
    Action, Ctx, Effect, Error, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::{
    GitHub,
    access::Level,
    card::key,
    issues::{assign, is_none, label, text, unlabel},
    param,
    place::{Place, missing},
    problem, wire,
};

/// GitHub's names of fields, and the parameters that hold them.
const FIELDS: &[(&str, &str)] = &[("title", "title"), ("base", "base"), ("body", "body"), ("state", "pr")];

/// Comments on a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What to say.
    text: Markdown,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Comment {
    type On = GitHub;
    const NAME: &str = "pr comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr comment octo/widgets#7 Looks good."];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Read).await?;
        if self.text.0.trim().is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        place.comment(number, &self.text.0).await?;
        place.pull_done(ctx, number, &format!("Commented on {}.", key(&place.repo, number))).await
    }
}

/// Gives a pull request to people, in place of those who had it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// Who: me, @ana, a login, an email address; several; or none.
    to: Vec<Person>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Assign {
    type On = GitHub;
    const NAME: &str = "pr assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr assign octo/widgets#7 me"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Triage).await?;
        assign(on, &place, ctx, number, self.to).await
    }
}

/// Adds labels to a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The labels.
    label: Vec<param::Label>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Label {
    type On = GitHub;
    const NAME: &str = "pr label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr label octo/widgets#7 bug"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Triage).await?;
        label(&place, ctx, number, &self.label).await
    }
}

/// Takes a label off a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlabel {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// The label.
    label: param::Label,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Unlabel {
    type On = GitHub;
    const NAME: &str = "pr unlabel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr unlabel octo/widgets#7 bug"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.pull_place(ctx, &self.pr, self.repo.as_ref(), Level::Triage).await?;
        unlabel(&place, ctx, number, &self.label).await
    }
}

/// Changes a pull request's title, description or the branch that it goes into. `none` empties the description.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What it does, in a line.
    title: Option<String>,
    /// What and why; replaces what was there.
    body: Option<Markdown>,
    /// The branch to merge it into.
    base: Option<param::Branch>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Update {
    type On = GitHub;
    const NAME: &str = "pr update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr update octo/widgets#7 title=\"A longer hose\"", "pr update octo/widgets#7 base=release"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.pr, self.repo.as_ref()).await?;
        let mut fields = Map::new();
        if let Some(title) = &self.title {
            fields.insert("title".into(), json!(title.trim()));
        }
        if let Some(body) = text(&self.body) {
            fields.insert("body".into(), json!(if is_none(body) { "" } else { body }));
        }
        if let Some(base) = &self.base {
            fields.insert("base".into(), json!(base.0.trim()));
        }
        let name = key(&place.repo, number);
        if fields.is_empty() {
            let message = format!("What shall change in {name}? Write it as a name and a value, such as base=release.");
            return Err(Error::bad_input(message));
        }
        place.change_pull(ctx, number, fields, None, &format!("Updated {name}.")).await
    }
}

/// Closes a pull request without merging it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Close {
    type On = GitHub;
    const NAME: &str = "pr close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr close octo/widgets#7", "pr close octo/widgets#7 comment=\"Done another way\""];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.pr, self.repo.as_ref()).await?;
        place.open_pull(number).await?;
        let fields = Map::from_iter([("state".to_owned(), json!("closed"))]);
        place.change_pull(ctx, number, fields, text(&self.comment), &format!("Closed {}.", key(&place.repo, number))).await
    }
}

/// Opens a closed pull request again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// Its number, or a link to it.
    pr: param::Pull,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Reopen {
    type On = GitHub;
    const NAME: &str = "pr reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr reopen octo/widgets#7"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.pr, self.repo.as_ref()).await?;
        if place.pull(number).await?.is_merged() {
            let message = format!("{} is merged, and stays so. Open a new one.", key(&place.repo, number));
            return Err(Error::new(commands::ErrorKind::Conflict, message));
        }
        let fields = Map::from_iter([("state".to_owned(), json!("open"))]);
        place.change_pull(ctx, number, fields, text(&self.comment), &format!("Reopened {}.", key(&place.repo, number))).await
    }
}

/// The place of a pull request that its author may change too.
async fn changing<'a>(on: &'a GitHub, ctx: &Ctx, pull: &param::Pull, repo: Option<&param::Repo>) -> Result<(Place<'a>, u64)> {
    let (place, number) = on.pull_place(ctx, pull, repo, Level::Read).await?;
    if let Err(error) = place.allow(Level::Triage).await {
        let pull = place.pull(number).await?;
        place.allow_author(Level::Triage, pull.author()).await.map_err(|_| error)?;
    }
    Ok((place, number))
}

impl Place<'_> {
    /// Sets fields of a pull request, comments on it, and shows what it has become.
    async fn change_pull(
        &self,
        ctx: &Ctx,
        number: u64,
        fields: Map<String, Value>,
        comment: Option<&str>,
        did: &str,
    ) -> Result<Reply> {
        let changed: Result<wire::Pull> = self.patch(&format!("/pulls/{number}"), &Value::Object(fields)).await;
        changed.map_err(|error| problem::place(missing(error, &format!("pull request #{number}"), &self.repo), FIELDS))?;
        let said = match comment.map(str::trim).filter(|it| !it.is_empty()) {
            Some(comment) => self.comment(number, comment).await.map(drop),
            None => Ok(()),
        };
        match said {
            Ok(()) => self.pull_done(ctx, number, did).await,
            // The change is made, and must not look as if it were not.
            Err(error) => self.pull_done(ctx, number, &format!("{did} The comment was not written: {}", error.message)).await,
        }
    }
}
