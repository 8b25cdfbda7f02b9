//! `pr create`, `pr update`, and who reviews.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key;
use crate::bitbucket::{
    Bitbucket,
    model::{Account, NewPull, Pull, PullChange},
    param,
    people::signed,
    place::at,
    problem,
};

/// How both editions name what our parameters hold.
const PLACES: &[(&str, &str)] = &[
    ("title", "title"),
    ("description", "description"),
    ("source", "source"),
    ("source.branch", "source"),
    ("source.branch.name", "source"),
    ("fromRef", "source"),
    ("destination", "target"),
    ("destination.branch", "target"),
    ("toRef", "target"),
    ("reviewers", "reviewer"),
];

/// Opens a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// Its repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// The branch with the changes.
    #[schemars(extend("x-named" = true))]
    source: param::Branch,
    /// What it does, in a line.
    title: String,
    /// The branch that it goes into; the main branch where you do not say.
    target: Option<param::Branch>,
    /// What a reviewer should know.
    description: Option<Markdown>,
    /// Who is asked to review it.
    #[serde(default)]
    reviewer: Vec<Person>,
    /// Delete the branch once it is merged.
    #[serde(default)]
    close_source: bool,
    /// Not ready for review yet.
    #[serde(default)]
    draft: bool,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "pr create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "pr create Dim the lobby lamps repo=website source=feature/lamps",
        "pr create Dim the lobby lamps repo=website source=feature/lamps target=main reviewer=@ben --close_source",
    ];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let new = NewPull {
            title: self.title.trim().to_owned(),
            description: signed(ctx, self.description.as_ref().map_or("", |it| it.0.as_str())),
            source: self.source.0.trim().to_owned(),
            target: self.target.as_ref().map(|it| it.0.trim().to_owned()),
            reviewers: on.people("reviewer", &self.reviewer, ctx).await?,
            close_source: self.close_source,
            draft: self.draft,
        };
        let created = on.api().create_pull(&repo, &new).await;
        let pull = created.map_err(|error| problem::place(problem::about(error, &format!("repository {repo}")), PLACES))?;
        let did = Message::text(format!("Opened {}.", key(&pull)));
        Ok(on.pull_reply(ctx, did, &pull).await)
    }
}

/// Changes a pull request's title, description or target.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Update {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
    /// What it does, in a line.
    title: Option<String>,
    /// What a reviewer should know.
    description: Option<Markdown>,
    /// The branch that it goes into.
    target: Option<param::Branch>,
}

impl Action for Update {
    type On = Bitbucket;
    const NAME: &str = "pr update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr update 1 repo=website title=\"Dim all lamps\" target=main"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let change = PullChange {
            title: self.title.map(|it| it.trim().to_owned()),
            description: self.description.map(|it| it.0),
            target: self.target.map(|it| it.0.trim().to_owned()),
            reviewers: None,
        };
        if change.title.is_none() && change.description.is_none() && change.target.is_none() {
            return Err(at("title", "What is to change? Write title=…, description=… or target=…"));
        }
        let pull = on.pull(&repo, id).await?;
        let changed = on.api().change_pull(&pull, &change).await.map_err(|error| problem::place(error, PLACES))?;
        let did = Message::text(format!("Updated {}.", key(&changed)));
        Ok(on.pull_reply(ctx, did, &changed).await)
    }
}

/// Asks people to review a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddReviewer {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Who.
    person: Vec<Person>,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for AddReviewer {
    type On = Bitbucket;
    const NAME: &str = "reviewer add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reviewer add 1 @chloe repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let asked = on.people("person", &self.person, ctx).await?;
        if let Some(author) = asked.iter().find(|it| pull.author.as_ref().is_some_and(|author| author.id == it.id)) {
            return Err(at("person", format!("{} wrote this pull request, and cannot review it.", author.name)));
        }
        let mut all: Vec<Account> = pull.reviews.iter().map(|it| it.person.clone()).collect();
        all.extend(asked.iter().filter(|it| !pull.reviews.iter().any(|known| known.person.id == it.id)).cloned());
        reviewed_by(on, ctx, &pull, all, format!("Asked {} to review {}.", names(&asked), key(&pull))).await
    }
}

/// Takes people off a pull request's reviewers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemoveReviewer {
    /// Its number, or a link to it.
    pull: param::Pull,
    /// Who.
    person: Vec<Person>,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for RemoveReviewer {
    type On = Bitbucket;
    const NAME: &str = "reviewer remove";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["reviewer remove 1 @ben repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        let gone = on.people("person", &self.person, ctx).await?;
        if let Some(other) = gone.iter().find(|it| !pull.reviews.iter().any(|known| known.person.id == it.id)) {
            return Err(at("person", format!("{} is no reviewer of {}.", other.name, key(&pull))));
        }
        let stay = pull.reviews.iter().filter(|it| !gone.iter().any(|gone| gone.id == it.person.id));
        let all = stay.map(|it| it.person.clone()).collect();
        reviewed_by(on, ctx, &pull, all, format!("{} no longer reviews {}.", names(&gone), key(&pull))).await
    }
}

async fn reviewed_by(on: &Bitbucket, ctx: &Ctx, pull: &Pull, all: Vec<Account>, did: String) -> Result<Reply> {
    let change = PullChange { reviewers: Some(all), ..PullChange::default() };
    let changed = on.api().change_pull(pull, &change).await.map_err(|error| problem::place(error, &[("reviewers", "person")]))?;
    Ok(on.pull_after(ctx, Message::text(did), changed).await)
}

fn names(people: &[Account]) -> String {
    let names: Vec<&str> = people.iter().map(|it| it.name.as_str()).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
