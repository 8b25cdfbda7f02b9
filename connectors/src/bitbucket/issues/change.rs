//! What is done to issues.

use commands::{
    Action, Audience, Button, Ctx, Effect, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{PLACES, USUAL, key, reply, state_name};
use crate::bitbucket::{
    Bitbucket,
    cloud::{
        Cloud,
        issues::{Fields, Issue, Kind, Priority, State},
    },
    model::{Account, RepoId},
    param,
    people::signed,
    place::at,
    problem::{gone, place},
    vendor::Only,
};

/// Creates an issue (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Create {
    /// In which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// What is wrong or wanted, in a line.
    title: String,
    /// All that helps: steps, expectations, logs.
    description: Option<Markdown>,
    /// What it is.
    kind: Option<Kind>,
    /// How urgent it is.
    priority: Option<Priority>,
    /// Who works on it.
    assignee: Option<Person>,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "issue create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &[
        "issue create The lobby is too bright repo=website",
        "issue create The lobby is too bright repo=website kind=bug assignee=@ana",
    ];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Issues)?;
        let repo = on.repo(Some(&self.repo))?;
        let assignee = match &self.assignee {
            Some(person) => Some(Some(on.person("assignee", &person.0, ctx).await?)),
            None => None,
        };
        let fields = Fields {
            title: Some(self.title.trim().to_owned()),
            content: Some(signed(ctx, self.description.as_ref().map_or("", |it| it.0.as_str()))),
            kind: Some(self.kind.unwrap_or(Kind::Bug)),
            priority: Some(self.priority.unwrap_or(USUAL)),
            assignee,
            state: None,
        };
        let issue = cloud.create_issue(&repo, &fields).await.map_err(|error| place(error, PLACES))?;
        Ok(reply(ctx, Message::text(format!("Created {}.", key(&repo, &issue))), &repo, &issue))
    }
}

/// Comments on an issue (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// What to say.
    text: Markdown,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Comment {
    type On = Bitbucket;
    const NAME: &str = "issue comment";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue comment 1 It is brighter at noon repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Issues)?;
        let (repo, id) = on.issue_id(&self.issue, self.repo.as_ref())?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "What is to be said?"));
        }
        cloud.comment_issue(&repo, id, &signed(ctx, &self.text.0)).await.map_err(|error| place(error, &[("content", "text")]))?;
        let did = format!("Commented on {repo}#{id}.");
        // The comment is written: failing to show the issue must not look like failing to write it.
        match cloud.issue(&repo, id).await {
            Ok(issue) => Ok(reply(ctx, Message::text(did), &repo, &issue)),
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}

/// Gives an issue to somebody (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Assign {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// To whom: @ana, a name, me, none.
    to: Person,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Assign {
    type On = Bitbucket;
    const NAME: &str = "issue assign";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue assign 1 me repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let person: Option<Account> = match self.to.0.eq_ignore_ascii_case("none") {
            true => None,
            false => Some(on.person("to", &self.to.0, ctx).await?),
        };
        let name = person.as_ref().map_or_else(|| "nobody".to_owned(), |it| it.name.clone());
        let fields = Fields { assignee: Some(person), ..Fields::default() };
        change(on, ctx, &self.issue, self.repo.as_ref(), &fields, |key| format!("{key} is {name}'s now.")).await
    }
}

/// Changes where an issue stands (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SetState {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// Where it stands now.
    state: State,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for SetState {
    type On = Bitbucket;
    const NAME: &str = "issue state";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue state 1 resolved repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let fields = Fields { state: Some(self.state), ..Fields::default() };
        let state = state_name(self.state);
        change(on, ctx, &self.issue, self.repo.as_ref(), &fields, |key| format!("{key} is {state} now.")).await
    }
}

/// Changes an issue (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Update {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// Its repository.
    repo: Option<param::Repo>,
    /// What is wrong or wanted, in a line.
    title: Option<String>,
    /// All that helps.
    description: Option<Markdown>,
    /// What it is.
    kind: Option<Kind>,
    /// How urgent it is.
    priority: Option<Priority>,
    /// Where it stands.
    state: Option<State>,
    /// Who works on it; `none` for nobody.
    assignee: Option<Person>,
}

impl Action for Update {
    type On = Bitbucket;
    const NAME: &str = "issue update";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue update 1 repo=website priority=critical title=\"Much too bright\""];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let assignee = match &self.assignee {
            Some(person) if person.0.eq_ignore_ascii_case("none") => Some(None),
            Some(person) => Some(Some(on.person("assignee", &person.0, ctx).await?)),
            None => None,
        };
        let fields = Fields {
            title: self.title.map(|it| it.trim().to_owned()),
            content: self.description.map(|it| it.0),
            state: self.state,
            kind: self.kind,
            priority: self.priority,
            assignee,
        };
        if fields.is_empty() {
            return Err(at("title", "What is to change? Write title=…, priority=…, state=… or another field."));
        }
        change(on, ctx, &self.issue, self.repo.as_ref(), &fields, |key| format!("Updated {key}.")).await
    }
}

async fn change(
    on: &Bitbucket,
    ctx: &Ctx,
    issue: &param::Issue,
    repo: Option<&param::Repo>,
    fields: &Fields,
    did: impl FnOnce(&str) -> String,
) -> Result<Reply> {
    let cloud = on.vendor.cloud(Only::Issues)?;
    let (repo, id) = on.issue_id(issue, repo)?;
    let changed = cloud.change_issue(&repo, id, fields).await.map_err(|error| place(error, PLACES))?;
    Ok(reply(ctx, Message::text(did(&key(&repo, &changed))), &repo, &changed))
}

/// Deletes an issue (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its number, or a link to it.
    issue: param::Issue,
    /// Its repository.
    repo: Option<param::Repo>,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Bitbucket;
    const NAME: &str = "issue delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue delete 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::Issues)?;
        let (repo, id) = on.issue_id(&self.issue, self.repo.as_ref())?;
        let issue = cloud.issue(&repo, id).await?;
        if self.confirm != Some(param::Confirm::Yes) {
            return ask(cloud, ctx, &repo, &issue).await;
        }
        gone(cloud.delete_issue(&repo, id).await)?;
        Ok(Reply::to_channel(format!("Deleted {} “{}”.", key(&repo, &issue), issue.title)))
    }
}

async fn ask(cloud: &Cloud, ctx: &Ctx, repo: &RepoId, issue: &Issue) -> Result<Reply> {
    let comments = cloud.issue_comments(repo, issue.id, 50).await?.len();
    let said = match comments {
        0 => "Nobody has commented on it.".to_owned(),
        1 => "Its comment goes with it.".to_owned(),
        50.. => "Its comments, 50 and more, go with it.".to_owned(),
        many => format!("Its {many} comments go with it."),
    };
    let text =
        format!("This deletes {} “{}”, which is {}. {said} It cannot be undone.", key(repo, issue), issue.title, issue.state);
    let params = json!({ "issue": key(repo, issue), "confirm": "yes" });
    let button = Button::run("Delete the issue", ctx.call("issue delete", params)).danger(format!("Delete #{}?", issue.id));
    Ok(Reply::new(Message::text(text).buttons(vec![button]), Audience::Private))
}
