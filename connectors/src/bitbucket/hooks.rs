//! Webhooks at Bitbucket's end: what makes it tell the bot what happens.

use commands::{Action, Audience, Button, Ctx, Effect, ErrorKind, Message, Reply, Result, Text, param::Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::{
    Bitbucket,
    lists::{count, limit, listed, more},
    model::{Hook, RepoId, Window},
    param,
    place::at,
    problem::{about, gone, place},
    vendor::Vendor,
};
use crate::{HookMade, HookWanted};

/// What the bot understands of Cloud: <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>.
const CLOUD: &[&str] = &[
    "repo:push",
    "repo:fork",
    "repo:updated",
    "repo:transfer",
    "repo:deleted",
    "repo:imported",
    "repo:commit_comment_created",
    "repo:commit_status_created",
    "repo:commit_status_updated",
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:push",
    "pullrequest:approved",
    "pullrequest:unapproved",
    "pullrequest:changes_request_created",
    "pullrequest:changes_request_removed",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
    "pullrequest:comment_created",
    "pullrequest:comment_updated",
    "pullrequest:comment_deleted",
    "pullrequest:comment_resolved",
    "pullrequest:comment_reopened",
    "issue:created",
    "issue:updated",
    "issue:comment_created",
];

/// The same of Data Center: <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>.
const CENTER: &[&str] = &[
    "repo:refs_changed",
    "repo:modified",
    "repo:forked",
    "repo:comment:added",
    "repo:comment:edited",
    "repo:comment:deleted",
    "pr:opened",
    "pr:modified",
    "pr:from_ref_updated",
    "pr:to_ref_updated",
    "pr:reviewer:updated",
    "pr:reviewer:approved",
    "pr:reviewer:unapproved",
    "pr:reviewer:needs_work",
    "pr:merged",
    "pr:declined",
    "pr:deleted",
    "pr:comment:added",
    "pr:comment:edited",
    "pr:comment:deleted",
    "repo:secret_detected",
];

/// Those of them that not every Bitbucket can tell: a webhook without them is better than none.
const NOT_EVERYWHERE: &[&str] = &["repo:deleted", "repo:imported", "pr:to_ref_updated", "repo:secret_detected"];

/// Lists the webhooks of a repository.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "hook list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["hook list repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = on.api().hooks(&repo, &window).await?;
        let line = |it: &Hook| {
            let off = if it.active { "" } else { " · off" };
            let events = count(it.events.len() as u64, "event", "events");
            Text::new().code(&it.id).plain(format!(" {} · {} · {events}{off}", it.name, place_of(&it.url)))
        };
        let lines = page.items.iter().map(line).collect();
        let more = more(ctx, "hook list", &self, page.next);
        let none = format!("{repo} has no webhooks.");
        Ok(Reply::new(listed(&format!("Webhooks of {repo}"), &none, lines, more), Audience::Private))
    }
}

/// Where a webhook goes, without what may be a secret in it.
fn place_of(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) => format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
        Err(_) => "an address that cannot be read".to_owned(),
    }
}

/// Makes Bitbucket tell an address, such as a hook of this bot, what happens in a repository.
#[derive(Deserialize, JsonSchema)]
pub struct Create {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// The address that is told: `https://bot.example.org/hooks/NAME`.
    #[schemars(extend("x-named" = true))]
    url: commands::param::Link,
    /// What it signs with: the hook's secret in this bot.
    secret: Secret,
    /// What it tells; all that the bot understands where you do not say.
    #[serde(default)]
    event: Vec<String>,
}

impl Action for Create {
    type On = Bitbucket;
    const NAME: &str = "hook create";
    // Whoever may do it may send what happens in a repository anywhere.
    const EFFECT: Effect = Effect::Admin;

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        if self.secret.expose().trim().is_empty() {
            return Err(at("secret", "A webhook without a secret could be anybody's: give it the hook's."));
        }
        let created = match self.event.as_slice() {
            [] => on.create_hook(&repo, &self.url.0, &self.secret).await,
            events => on.api().create_hook(&repo, &self.url.0, self.secret.expose(), events).await,
        };
        let places = [("url", "url"), ("events", "event"), ("secret", "secret"), ("configuration", "secret")];
        let hook = created.map_err(|error| place(error, &places))?;
        let text = Text::new()
            .plain(format!("{repo} now tells {} what happens: ", place_of(&hook.url)))
            .plain(count(hook.events.len() as u64, "kind of event", "kinds of events"))
            .plain(", webhook ")
            .code(&hook.id)
            .plain(".");
        Ok(Reply::new(Message::text(text), Audience::Private))
    }
}

impl Bitbucket {
    /// What the bot understands of this edition.
    fn events(&self) -> Vec<String> {
        let all = match self.vendor {
            Vendor::Cloud(_) => CLOUD,
            Vendor::Center(_) => CENTER,
        };
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    /// A webhook of all that the bot understands and this Bitbucket can tell.
    async fn create_hook(&self, repo: &RepoId, url: &str, secret: &Secret) -> Result<Hook> {
        let mut events = self.events();
        match self.api().create_hook(repo, url, secret.expose(), &events).await {
            Err(error) if error.kind == ErrorKind::Validation => {
                events.retain(|it| !NOT_EVERYWHERE.contains(&it.as_str()));
                self.api().create_hook(repo, url, secret.expose(), &events).await
            }
            created => created,
        }
    }

    async fn find_hook(&self, repo: &RepoId, id: &str) -> Result<Option<Hook>> {
        let mut window = Window::first(50);
        loop {
            let page = self.api().hooks(repo, &window).await?;
            let found = page.items.into_iter().find(|it| it.id == id);
            if found.is_some() || page.next.is_none() || page.next == window.after {
                return Ok(found);
            }
            window.after = page.next;
        }
    }
}

/// See [`crate::Hooking::create`].
pub(super) async fn create(on: &Bitbucket, wanted: HookWanted<'_>) -> Result<HookMade> {
    let repo = on.repo(wanted.of.map(|it| param::Repo(it.to_owned())).as_ref())?;
    let created = on.create_hook(&repo, wanted.url, wanted.secret).await;
    let hook = created.map_err(|error| about(error, &format!("repository {repo}")))?;
    Ok(HookMade { id: hook.id, of: Some(repo.to_string()) })
}

/// See [`crate::Hooking::remove`].
pub(super) async fn remove(on: &Bitbucket, made: &HookMade) -> Result<()> {
    let repo = on.repo(made.of.clone().map(param::Repo).as_ref())?;
    gone(on.api().delete_hook(&repo, &made.id).await)
}

/// Deletes a webhook of a repository.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its number, as `hook list` shows it.
    hook: String,
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Bitbucket;
    const NAME: &str = "hook delete";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["hook delete 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let id = self.hook.trim().trim_matches(['{', '}']);
        let found = on.find_hook(&repo, id).await?;
        let hook = found.ok_or_else(|| at("hook", format!("{repo} has no webhook `{id}`. `hook list` shows those it has.")))?;
        if self.confirm != Some(param::Confirm::Yes) {
            let text = format!(
                "This deletes the webhook “{}” of {repo}. {} is then told nothing more, of {} that it is told now. Its secret is lost with it.",
                hook.name,
                place_of(&hook.url),
                count(hook.events.len() as u64, "kind of event", "kinds of events")
            );
            let params = json!({ "hook": id, "repo": repo.to_string(), "confirm": "yes" });
            let button =
                Button::run("Delete the webhook", ctx.call("hook delete", params)).danger(format!("Delete “{}”?", hook.name));
            return Ok(Reply::new(Message::text(text).buttons(vec![button]), Audience::Private));
        }
        gone(on.api().delete_hook(&repo, id).await)?;
        Ok(Reply::new(Message::text(format!("Deleted the webhook “{}” of {repo}.", hook.name)), Audience::Private))
    }
}
