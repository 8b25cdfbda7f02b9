//! What is discussed on a merge request: <https://docs.gitlab.com/api/discussions/#merge-requests>.

use commands::{Action, Block, Button, Ctx, Effect, Message, Reply, Result, Text, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Found, find};
use crate::gitlab::{
    GitLab,
    api::Acting,
    card::shorten,
    param,
    problem::at,
    wire::{Discussion, Note},
};

/// As many as are shown at once.
const SHOWN: usize = 10;

impl Discussion {
    /// What people said in it; internal notes stay in GitLab.
    fn said(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|it| !it.system && !it.internal)
    }

    fn is_thread(&self) -> bool {
        self.said().any(|it| it.resolvable)
    }

    fn is_open(&self) -> bool {
        self.notes.iter().any(|it| it.resolvable && !it.resolved)
    }

    /// `src/fan.rs:12`, or the first signs of its id where it is about all of it.
    fn place(&self) -> String {
        let position = self.notes.first().and_then(|it| it.position.as_ref());
        let file = position.and_then(|it| it.new_path.as_ref().or(it.old_path.as_ref()));
        match (file, position.and_then(|it| it.new_line.or(it.old_line))) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (Some(file), None) => file.clone(),
            _ => self.id.chars().take(8).collect(),
        }
    }
}

impl Found {
    /// Its threads that people began, the oldest first.
    async fn threads(&self, acting: &Acting<'_>) -> Result<Vec<Discussion>> {
        let all: Result<Vec<Discussion>> = acting.all(&format!("{}/discussions", self.path), &[], 500).await;
        let mut all = all.map_err(|error| self.about(error))?;
        all.retain(Discussion::is_thread);
        Ok(all)
    }

    /// The thread that `text` means: its file and line, or the begin of its id.
    async fn thread(&self, acting: &Acting<'_>, text: &str, is_open: bool) -> Result<Discussion> {
        let typed = text.trim().trim_start_matches('/');
        let mut threads = self.threads(acting).await?;
        let is_it = |it: &&Discussion| it.place() == typed || (typed.len() >= 8 && it.id.starts_with(typed));
        let state = if is_open { "open" } else { "resolved" };
        let fitting: Vec<&Discussion> = threads.iter().filter(is_it).collect();
        // Of several at one line the one that can be meant.
        let named = match fitting.as_slice() {
            [one] => Some(one.id.clone()),
            several => {
                let mut meant = several.iter().filter(|it| it.is_open() == is_open);
                match (meant.next(), meant.next()) {
                    (Some(one), None) => Some(one.id.clone()),
                    (Some(_), Some(_)) => {
                        let ids: Vec<String> = several.iter().map(|it| it.id.chars().take(8).collect()).collect();
                        let message = format!("There are several threads at `{typed}`. Write one of {}.", ids.join(", "));
                        return Err(at("thread", message));
                    }
                    _ => None,
                }
            }
        };
        match named.and_then(|id| threads.iter().position(|it| it.id == id)) {
            Some(index) => Ok(threads.swap_remove(index)),
            None => {
                let there: Vec<String> =
                    threads.iter().filter(|it| it.is_open() == is_open).map(Discussion::place).take(10).collect();
                let there = match there.as_slice() {
                    [] => format!("It has none that is {state}."),
                    there => format!("There is {}.", there.join(", ")),
                };
                Err(at("thread", format!("{} has no thread `{typed}`. {there}", self.key)))
            }
        }
    }

    async fn settle(&self, acting: &Acting<'_>, ctx: &Ctx, thread: &str, resolved: bool) -> Result<Reply> {
        // What is to be resolved is open now, and the other way round.
        let thread = self.thread(acting, thread, resolved).await?;
        let path = format!("{}/discussions/{}?resolved={resolved}", self.path, thread.id);
        let set: Result<Value> = acting.put(&path, &Value::Null).await;
        set.map_err(|error| self.about(error))?;
        let did = match resolved {
            true => format!("Resolved the thread {} of {}.", thread.place(), self.key),
            false => format!("The thread {} of {} is open again.", thread.place(), self.key),
        };
        Ok(self.after(acting, ctx, &did).await)
    }
}

/// Lists the threads of a merge request that are not resolved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Threads {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
    /// Those that are resolved as well.
    #[serde(default)]
    all: bool,
}

impl Action for Threads {
    type On = GitLab;
    const NAME: &str = "mr threads";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["mr threads demo/printer!1", "mr threads demo/printer!1 --all"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        let mut threads = found.threads(&acting).await?;
        threads.retain(|it| self.all || it.is_open());
        if threads.is_empty() {
            let open = if self.all { "" } else { " open" };
            return Ok(Reply::to_channel(format!("{} has no{open} threads.", found.key)));
        }
        let open = threads.iter().filter(|it| it.is_open()).count();
        let address = format!("{}/{}/-/merge_requests/{}", on.http.base(), found.project, found.iid);
        let head = Text::new().link(&address, &found.key).bold(format!(": {open} unresolved"));
        let line = |it: &Discussion| {
            let more = it.said().count().saturating_sub(1);
            let more = if more > 0 { format!(" (+{more})") } else { String::new() };
            let resolved = if it.is_open() { "" } else { " (resolved)" };
            let text = Text::new().code(it.place());
            match it.said().next() {
                Some(first) => {
                    let said = shorten(&first.body.replace('\n', " "), 200);
                    text.plain(" ").bold(&first.author.name).plain(format!(": {said}{more}{resolved}"))
                }
                None => text,
            }
        };
        let shown = &threads[..threads.len().min(SHOWN)];
        let mut message = Message::text(head).list(shown.iter().map(line).collect());
        let params = |it: &Discussion| json!({ "mr": found.key, "thread": it.id });
        let is_open = |it: &&Discussion| it.is_open();
        let resolve = |it: &Discussion| Button::run(format!("Resolve {}", it.place()), ctx.call(Resolve::NAME, params(it)));
        let answer = |it: &Discussion| Button::form(format!("Answer {}", it.place()), ctx.call(Answer::NAME, params(it)));
        let options: Vec<Button> = shown.iter().filter(is_open).map(resolve).collect();
        if !options.is_empty() {
            message = message.block(Block::Menu { label: "Resolve".into(), options });
        }
        message = message.block(Block::Menu { label: "Answer".into(), options: shown.iter().map(answer).collect() });
        if threads.len() > SHOWN {
            message = message.context(format!("{} more in GitLab.", threads.len() - SHOWN));
        }
        Ok(Reply::to_channel(message))
    }
}

/// Answers in a thread of a merge request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Answer {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// The thread: its file and line, such as src/fan.rs:12, or its id.
    thread: String,
    /// What to say.
    text: Markdown,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Answer {
    type On = GitLab;
    const NAME: &str = "mr answer";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr answer demo/printer!1 src/fan.rs:12 It turns slower at night."];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        if self.text.0.trim().is_empty() {
            return Err(at("text", "An answer needs words."));
        }
        let thread = found.thread(&acting, &self.thread, true).await?;
        let body = json!({ "body": acting.sign(&self.text.0) });
        let said: Result<Value> = acting.post(&format!("{}/discussions/{}/notes", found.path, thread.id), &body).await;
        said.map_err(|error| found.about(error))?;
        let did = Message::text(format!("Answered in the thread {} of {}.", thread.place(), found.key));
        let params = json!({ "mr": found.key, "thread": thread.id });
        let buttons = match thread.is_open() {
            true => vec![Button::run("Resolve", ctx.call(Resolve::NAME, params))],
            false => Vec::new(),
        };
        Ok(Reply::to_channel(did.buttons(buttons)))
    }
}

/// Resolves a thread of a merge request.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resolve {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// The thread: its file and line, such as src/fan.rs:12, or its id.
    thread: String,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Resolve {
    type On = GitLab;
    const NAME: &str = "mr resolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr resolve demo/printer!1 src/fan.rs:12"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        found.settle(&acting, ctx, &self.thread, true).await
    }
}

/// Opens a resolved thread of a merge request again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unresolve {
    /// The merge request: demo/printer!2, !2, or its link.
    mr: param::MergeRequest,
    /// The thread: its file and line, such as src/fan.rs:12, or its id.
    thread: String,
    /// Its project, where the number stands alone.
    project: Option<param::Project>,
}

impl Action for Unresolve {
    type On = GitLab;
    const NAME: &str = "mr unresolve";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["mr unresolve demo/printer!1 src/fan.rs:12"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let found = find(on, &self.mr, self.project.as_ref()).await?;
        found.settle(&acting, ctx, &self.thread, false).await
    }
}
