//! `pr create`, `pr update`, and who reviews.

use commands::{
    Action, Ctx, Effect, ErrorKind, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::key;
use crate::bitbucket::{
    Bitbucket,
    cloud::Cloud,
    model::{Account, NewPull, Pull, PullChange, RepoId},
    param,
    people::signed,
    place::at,
    problem,
    vendor::{People, Vendor},
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
    /// Do not ask those who review everything in the repository (Cloud).
    #[serde(default)]
    no_default_reviewers: bool,
    /// Delete the branch once it is merged (Cloud).
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
        if self.close_source && matches!(on.vendor, Vendor::Center(_)) {
            let message = "Bitbucket Data Center does not remember that the branch is to be deleted. Leave this out, and say \
                           close_source=true at `pr merge`.";
            return Err(at("close_source", message));
        }
        let mut reviewers = on.people("reviewer", &self.reviewer, ctx).await?;
        let undone = match &on.vendor {
            Vendor::Cloud(cloud) if !self.no_default_reviewers => add_defaults(cloud, &repo, &mut reviewers).await?,
            _ => None,
        };
        let new = NewPull {
            title: self.title.trim().to_owned(),
            description: signed(ctx, self.description.as_ref().map_or("", |it| it.0.as_str())),
            source: self.source.0.trim().to_owned(),
            target: self.target.as_ref().map(|it| it.0.trim().to_owned()),
            reviewers,
            close_source: self.close_source,
            draft: self.draft,
        };
        let created = on.api().create_pull(&repo, &new).await;
        let pull = created.map_err(|error| problem::place(problem::about(error, &format!("repository {repo}")), PLACES))?;
        let mut did = Message::text(format!("Opened {}.", key(&pull)));
        if let Some(undone) = undone {
            did = did.paragraph(undone);
        }
        Ok(on.pull_reply(ctx, did, &pull).await)
    }
}

/// Adds those whom Cloud's own page would ask: its API asks nobody by itself. Says why where it cannot.
async fn add_defaults(cloud: &Cloud, repo: &RepoId, reviewers: &mut Vec<Account>) -> Result<Option<String>> {
    let defaults = match cloud.default_reviewers(repo).await {
        Ok(defaults) => defaults,
        Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound) => {
            return Ok(Some(format!("But its default reviewers were not asked: {}", error.message)));
        }
        Err(error) => return Err(error),
    };
    if defaults.is_empty() {
        return Ok(None);
    }
    // Nobody reviews their own. A token that is nobody's is among no reviewers.
    let author = cloud.myself().await.ok();
    for person in defaults {
        let is = |it: &Account| it.id == person.id;
        if !author.as_ref().is_some_and(is) && !reviewers.iter().any(is) {
            reviewers.push(person);
        }
    }
    Ok(None)
}

/// Changes a pull request's title, description or target, or makes a draft ready.
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
    /// Whether it is not ready for review yet.
    draft: Option<bool>,
}

impl Action for Update {
    type On = Bitbucket;
    const NAME: &str = "pr update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["pr update 1 repo=website title=\"Dim all lamps\" target=main", "pr update 1 repo=website draft=no"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let change = PullChange {
            title: self.title.map(|it| it.trim().to_owned()),
            description: self.description.map(|it| it.0),
            target: self.target.map(|it| it.0.trim().to_owned()),
            reviewers: None,
            draft: self.draft,
        };
        if change.title.is_none() && change.description.is_none() && change.target.is_none() && change.draft.is_none() {
            return Err(at("title", "What is to change? Write title=…, description=…, target=… or draft=no."));
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
        let mut all = pull.reviewers();
        all.extend(asked.iter().filter(|it| !pull.reviewers().iter().any(|known| known.id == it.id)).cloned());
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
        let mut all = pull.reviewers();
        if let Some(other) = gone.iter().find(|it| !all.iter().any(|known| known.id == it.id)) {
            return Err(at("person", format!("{} is no reviewer of {}.", other.name, key(&pull))));
        }
        all.retain(|it| !gone.iter().any(|gone| gone.id == it.id));
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
