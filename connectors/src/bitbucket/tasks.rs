//! Tasks of a pull request: what has to be done before it is merged.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Bitbucket,
    lists::{in_a_line, listed, with_rest},
    model::{Pull, Task},
    param,
    people::signed,
    place::at,
    pulls::key,
    vendor::TaskState,
};

/// A task of a pull request, by number.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline, extend("x-lookup" = "task", "x-needs" = ["pull", "repo"]))]
pub struct TaskId(String);

impl TaskId {
    fn number(&self) -> Result<u64> {
        let text = self.0.trim().trim_start_matches('#');
        text.parse().map_err(|_| at("task", format!("`{text}` is no task. Write its number, as `task list` shows it.")))
    }
}

/// Lists the tasks of a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// The pull request's number, or a link to it.
    pull: param::Pull,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for List {
    type On = Bitbucket;
    const NAME: &str = "task list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["task list 1 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        let pull = on.pull(&repo, id).await?;
        Ok(Reply::to_channel(all(on, ctx, &pull).await?))
    }
}

/// Adds a task to a pull request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Add {
    /// The pull request's number, or a link to it.
    pull: param::Pull,
    /// What is to be done.
    text: Markdown,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Add {
    type On = Bitbucket;
    const NAME: &str = "task add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["task add 1 Try it on the small screen repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (repo, id) = on.pull_id(&self.pull, self.repo.as_ref())?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "What is to be done?"));
        }
        let pull = on.pull(&repo, id).await?;
        let task = on.api().add_task(&pull, &signed(ctx, &self.text.0)).await?;
        told(on, ctx, &pull, format!("Added task {} to {}.", task.id, key(&pull))).await
    }
}

/// Marks a task of a pull request as done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// The pull request's number, or a link to it.
    pull: param::Pull,
    /// The task's number.
    task: TaskId,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Done {
    type On = Bitbucket;
    const NAME: &str = "task done";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["task done 1 101 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (pull, task) = find(on, &self.pull, self.repo.as_ref(), &self.task).await?;
        on.api().set_task(&pull, &task, TaskState::Done).await?;
        told(on, ctx, &pull, format!("Task {} of {} is done.", task.id, key(&pull))).await
    }
}

/// Opens a task of a pull request again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The pull request's number, or a link to it.
    pull: param::Pull,
    /// The task's number.
    task: TaskId,
    /// Its repository.
    repo: Option<param::Repo>,
}

impl Action for Reopen {
    type On = Bitbucket;
    const NAME: &str = "task reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["task reopen 1 101 repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let (pull, task) = find(on, &self.pull, self.repo.as_ref(), &self.task).await?;
        on.api().set_task(&pull, &task, TaskState::Open).await?;
        told(on, ctx, &pull, format!("Task {} of {} is open again.", task.id, key(&pull))).await
    }
}

async fn find(on: &Bitbucket, pull: &param::Pull, repo: Option<&param::Repo>, task: &TaskId) -> Result<(Pull, Task)> {
    let (repo, id) = on.pull_id(pull, repo)?;
    let number = task.number()?;
    let pull = on.pull(&repo, id).await?;
    let tasks = on.api().tasks(&pull).await?;
    let missing = match tasks.next {
        Some(_) => {
            format!("Task {number} is not among the first {} of {}. Look for it in Bitbucket.", tasks.items.len(), key(&pull))
        }
        None => format!("{} has no task {number}. `task list` shows those it has.", key(&pull)),
    };
    let task = tasks.items.into_iter().find(|it| it.id == number).ok_or_else(|| at("task", missing))?;
    Ok((pull, task))
}

/// What was done, and all tasks as they are now. The change stands even if they cannot be read.
async fn told(on: &Bitbucket, ctx: &Ctx, pull: &Pull, did: String) -> Result<Reply> {
    let mut message = Message::text(did);
    if let Ok(list) = all(on, ctx, pull).await {
        message.blocks.extend(list.blocks);
    }
    Ok(Reply::to_channel(message))
}

async fn all(on: &Bitbucket, ctx: &Ctx, pull: &Pull) -> Result<Message> {
    let page = on.api().tasks(pull).await?;
    let tasks = &page.items;
    let line = |it: &Task| {
        let mark = if it.done { "☑" } else { "☐" };
        Text::from(format!("{mark} {} {} · {}", it.id, in_a_line(&it.text, 200), it.author))
    };
    let open = tasks.iter().filter(|it| !it.done).count();
    let head = format!("Tasks of {}: {open} open of {}", key(pull), tasks.len());
    let message = listed(&head, &format!("{} has no tasks.", key(pull)), tasks.iter().map(line).collect(), None);
    let done = |it: &Task| {
        let params = json!({ "pull": key(pull), "task": it.id.to_string() });
        Button::run(format!("Done: {}", in_a_line(&it.text, 20)), ctx.call("task done", params))
    };
    let mut buttons: Vec<Button> = tasks.iter().filter(|it| !it.done).take(4).map(done).collect();
    buttons.push(Button::form("Add a task", ctx.call("task add", json!({ "pull": key(pull) }))));
    Ok(with_rest(message.buttons(buttons), &page, "tasks"))
}
