//! What changes an issue or a pull request: comment, assign, label, update, close, reopen.

use commands::{
    Action, Ctx, Effect, Error, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::{
    super::{GitHub, access::Level, param, place::Place, problem, wire},
    is_none, key, text,
};

/// Comments on an issue or a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comment {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// What to say.
    text: Markdown,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Comment {
    type On = GitHub;
    const NAME: &str = "issue comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue comment octo/widgets#42 The fire is out."];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Read).await?;
        if self.text.0.trim().is_empty() {
            return Err(problem::at("text", "A comment needs words."));
        }
        place.comment(number, &self.text.0).await?;
        place.after(ctx, number, &format!("Commented on {}.", key(&place.repo, number))).await
    }
}

/// Gives an issue or a pull request to people, in place of those who had it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// Who: me, @ana, a login, an email address; several; or none.
    to: Vec<Person>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Assign {
    type On = GitHub;
    const NAME: &str = "issue assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue assign octo/widgets#42 me", "issue assign 42 @ana @ben repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Triage).await?;
        assign(on, &place, ctx, number, self.to).await
    }
}

/// Gives an issue or a pull request to these people alone, named in the field `to`; to nobody for `none`.
pub(in crate::github) async fn assign(on: &GitHub, place: &Place<'_>, ctx: &Ctx, number: u64, to: Vec<Person>) -> Result<Reply> {
    let named: Vec<Person> = to.into_iter().filter(|it| !is_none(&it.0)).collect();
    let logins = on.people(ctx, &place.asker, "to", &named).await?;
    let name = key(&place.repo, number);
    let did = match logins.as_slice() {
        [] => format!("{name} is nobody's now."),
        logins => format!("Assigned {name} to {}.", logins.join(", ")),
    };
    let fields = Map::from_iter([("assignees".to_owned(), json!(logins))]);
    let reply = place.change(ctx, number, fields, None, &did).await;
    reply.map_err(|mut error| {
        error.fields.iter_mut().for_each(|it| it.field = "to".into());
        error
    })
}

/// Adds labels to an issue or a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Label {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// The labels.
    label: Vec<param::Label>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Label {
    type On = GitHub;
    const NAME: &str = "issue label";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue label octo/widgets#42 bug", "issue label 42 bug,urgent repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Triage).await?;
        label(&place, ctx, number, &self.label).await
    }
}

/// Adds labels, named in the field `label`, to an issue or a pull request.
pub(in crate::github) async fn label(place: &Place<'_>, ctx: &Ctx, number: u64, labels: &[param::Label]) -> Result<Reply> {
    let names = place.known_labels("label", labels).await?;
    // Adding a label that is there changes nothing.
    let added = place.post::<Vec<wire::Label>>(&format!("/issues/{number}/labels"), &json!({ "labels": names })).await;
    place.located(number, added).await?;
    place.after(ctx, number, &format!("Labelled {}: {}.", key(&place.repo, number), names.join(", "))).await
}

/// Takes a label off an issue or a pull request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unlabel {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// The label.
    label: param::Label,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Unlabel {
    type On = GitHub;
    const NAME: &str = "issue unlabel";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue unlabel octo/widgets#42 bug"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = on.issue_place(ctx, &self.issue, self.repo.as_ref(), Level::Triage).await?;
        unlabel(&place, ctx, number, &self.label).await
    }
}

/// Takes a label, named in the field `label`, off an issue or a pull request.
pub(in crate::github) async fn unlabel(place: &Place<'_>, ctx: &Ctx, number: u64, label: &param::Label) -> Result<Reply> {
    let label = label.0.trim();
    let path = format!("/issues/{number}/labels/{}", encoded(label));
    let taken = place.delete(&path).await.map_err(|error| match error.code.as_deref() {
        Some("Label does not exist") => problem::at("label", format!("{} has no label `{label}`.", key(&place.repo, number))),
        _ => error,
    });
    place.located(number, taken).await?;
    place.after(ctx, number, &format!("Took the label {label} off {}.", key(&place.repo, number))).await
}

/// Changes an issue or a pull request. `none` empties a field.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// What is wrong or wanted, in a line.
    title: Option<String>,
    /// All that helps; replaces what was there.
    body: Option<Markdown>,
    /// The milestone it is planned for.
    milestone: Option<param::Milestone>,
    /// All its labels, in place of those it has.
    #[serde(default)]
    label: Vec<param::Label>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Update {
    type On = GitHub;
    const NAME: &str = "issue update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue update octo/widgets#42 title=\"Printer on fire\" milestone=1.0"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.issue, self.repo.as_ref()).await?;
        let mut fields = Map::new();
        if let Some(title) = &self.title {
            fields.insert("title".into(), json!(title.trim()));
        }
        if let Some(body) = text(&self.body) {
            fields.insert("body".into(), json!(if is_none(body) { "" } else { body }));
        }
        if let Some(milestone) = &self.milestone {
            fields.insert("milestone".into(), place.milestone(&milestone.0).await?);
        }
        if !self.label.is_empty() {
            let names: Vec<param::Label> = self.label.into_iter().filter(|it| !is_none(&it.0)).collect();
            fields.insert("labels".into(), json!(place.known_labels("label", &names).await?));
        }
        let name = key(&place.repo, number);
        if fields.is_empty() {
            let message = format!("What shall change in {name}? Write it as a name and a value, such as milestone=1.0.");
            return Err(Error::bad_input(message));
        }
        place.change(ctx, number, fields, None, &format!("Updated {name}.")).await
    }
}

/// Closes an issue, or a pull request without merging it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// Why.
    #[serde(default)]
    reason: Reason,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

/// Why an issue is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is done.
    #[default]
    Completed,
    /// It will not be done.
    NotPlanned,
}

impl Action for Close {
    type On = GitHub;
    const NAME: &str = "issue close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue close octo/widgets#42", "issue close 42 reason=not_planned repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.issue, self.repo.as_ref()).await?;
        let fields = Map::from_iter([("state".to_owned(), json!("closed")), ("state_reason".to_owned(), json!(self.reason))]);
        place.change(ctx, number, fields, text(&self.comment), &format!("Closed {}.", key(&place.repo, number))).await
    }
}

/// Opens a closed issue or pull request again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The issue's number, or a link to it.
    issue: param::Number,
    /// What to say about it.
    comment: Option<Markdown>,
    /// The repository, where the number does not say.
    repo: Option<param::Repo>,
}

impl Action for Reopen {
    type On = GitHub;
    const NAME: &str = "issue reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue reopen octo/widgets#42"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (place, number) = changing(on, ctx, &self.issue, self.repo.as_ref()).await?;
        let fields = Map::from_iter([("state".to_owned(), json!("open"))]);
        place.change(ctx, number, fields, text(&self.comment), &format!("Reopened {}.", key(&place.repo, number))).await
    }
}

/// The place of an issue that its author may change too.
async fn changing<'a>(on: &'a GitHub, ctx: &Ctx, issue: &param::Number, repo: Option<&param::Repo>) -> Result<(Place<'a>, u64)> {
    let (place, number) = on.issue_place(ctx, issue, repo, Level::Read).await?;
    if let Err(error) = place.allow(Level::Triage).await {
        let author = place.issue(number).await?.user.map(|it| it.login);
        place.allow_author(Level::Triage, author.as_deref()).await.map_err(|_| error)?;
    }
    Ok((place, number))
}

impl Place<'_> {
    /// Labels as the repository spells them. GitHub makes a label of every name it does not know, and so of every slip.
    ///
    /// # Errors
    /// At `field`, for each that is not known.
    pub(in crate::github) async fn known_labels(&self, field: &str, typed: &[param::Label]) -> Result<Vec<String>> {
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let known: Vec<wire::Label> = self.first("/labels", &[], 1_000).await?.items;
        let find = |name: &str| known.iter().find(|it| it.name.eq_ignore_ascii_case(name.trim())).map(|it| it.name.clone());
        let (mut names, mut unknown) = (Vec::new(), Vec::new());
        for text in typed.iter().map(|it| it.0.trim()) {
            // A label may hold a comma.
            let parts: Vec<&str> = if find(text).is_some() { vec![text] } else { text.split(',').collect() };
            for part in parts {
                match find(part) {
                    Some(name) => names.push(name),
                    None => unknown.push(self.no_label(field, part.trim(), &known)),
                }
            }
        }
        problem::all(unknown).map_or(Ok(names), Err)
    }

    fn no_label(&self, field: &str, name: &str, known: &[wire::Label]) -> Error {
        let there: Vec<&str> = known.iter().map(|it| it.name.as_str()).take(12).collect();
        let there = if there.is_empty() { "It has none.".to_owned() } else { format!("It has {}.", there.join(", ")) };
        problem::at(field, format!("{} has no label `{name}`. {there}", self.repo))
    }
}

/// A part of a path, which stays one: whatever people write, the path leads nowhere else.
pub(in crate::github) fn encoded(part: &str) -> String {
    // Dots alone mean the folder above, percent-encoded too: encoded twice they are a name that nothing has.
    if part.chars().all(|it| it == '.') {
        return part.replace('.', "%252E");
    }
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}
