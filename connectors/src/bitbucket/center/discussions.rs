//! Comments and tasks. A task is a comment that keeps the pull request from being merged (since 7.2).

use commands::{ErrorKind, Result};
use serde::Deserialize;
use serde_json::json;

use super::{Center, wire};
use crate::bitbucket::{
    model::{Comment, NewComment, Paged, Pull, Task, Window},
    place::encoded_path,
    vendor::{Answer, Discussions, TaskState},
};

/// How many parts of what happened are looked through for comments.
const PARTS: usize = 10;

/// How a file was changed; some versions put it into a list of one.
#[derive(Deserialize)]
struct Diff {
    #[serde(default)]
    hunks: Vec<Hunk>,
    #[serde(default)]
    diffs: Vec<Diff>,
}

#[derive(Deserialize)]
struct Hunk {
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    /// Its number in the file as it is now.
    destination: Option<u32>,
}

impl Diff {
    fn adds(&self, line: u32) -> bool {
        let added = self.hunks.iter().flat_map(|it| &it.segments).filter(|it| it.kind == "ADDED");
        added.flat_map(|it| &it.lines).any(|it| it.destination == Some(line)) || self.diffs.iter().any(|it| it.adds(line))
    }
}

impl Center {
    /// What a line of a file is in the difference: a comment is anchored to its kind, too.
    async fn line_type(&self, pull: &Pull, path: &str, line: u32) -> Result<&'static str> {
        let address = self.at(pull, &format!("/diff/{}", encoded_path(path)));
        let diff: Diff = self.http.get(&address).query(&[("withComments", "false")]).send().await?;
        Ok(if diff.adds(line) { "ADDED" } else { "CONTEXT" })
    }
}

impl Discussions for Center {
    fn comments<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Comment>> {
        Box::pin(async move {
            // A list of comments there is of one file only; all of them are among what happened.
            let (mut said, mut window) = (Vec::new(), window.clone());
            for _ in 0..PARTS {
                let page = self.page::<wire::Activity>(&self.at(pull, "/activities"), &[], &window).await?;
                let is_said = |it: &wire::Activity| it.action == "COMMENTED" && it.comment_action != "DELETED";
                let found: Vec<_> = page.items.into_iter().filter(is_said).collect();
                window = Window { limit: window.limit.saturating_sub(found.len() as u32), after: page.next };
                said.extend(found);
                if window.limit == 0 || window.after.is_none() {
                    break;
                }
            }
            let mut items = Vec::new();
            for activity in said {
                let Some(mut comment) = activity.comment else { continue };
                let mut replies = std::mem::take(&mut comment.comments);
                items.push(comment.read(activity.comment_anchor.as_ref()));
                while let Some(mut reply) = replies.pop() {
                    replies.append(&mut reply.comments);
                    items.push(reply.read(None));
                }
            }
            items.sort_by_key(|it| std::cmp::Reverse(it.at));
            Ok(Paged { items, next: window.after })
        })
    }

    fn comment<'a>(&'a self, pull: &'a Pull, new: &'a NewComment<'a>) -> Answer<'a, Comment> {
        Box::pin(async move {
            let mut body = json!({ "text": new.text });
            if let Some(parent) = new.reply_to {
                body["parent"] = json!({ "id": parent });
            }
            if let Some(path) = new.path {
                body["anchor"] = json!({ "path": path, "diffType": "EFFECTIVE" });
                if let Some(line) = new.line {
                    body["anchor"]["line"] = json!(line);
                    body["anchor"]["lineType"] = json!(self.line_type(pull, path, line).await?);
                    body["anchor"]["fileType"] = json!("TO");
                }
            }
            let comment: wire::Comment = self.http.post(&self.at(pull, "/comments")).json(&body).send().await?;
            Ok(comment.read(None))
        })
    }

    fn tasks<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Paged<Task>> {
        Box::pin(async move {
            let all = self.all::<wire::Comment>(&self.at(pull, "/blocker-comments"), &[], 100).await?;
            Ok(all.map(wire::Comment::task))
        })
    }

    fn add_task<'a>(&'a self, pull: &'a Pull, text: &'a str) -> Answer<'a, Task> {
        Box::pin(async move {
            let body = json!({ "text": text, "severity": "BLOCKER" });
            let task: wire::Comment = self.http.post(&self.at(pull, "/blocker-comments")).json(&body).send().await?;
            Ok(task.task())
        })
    }

    fn set_task<'a>(&'a self, pull: &'a Pull, task: &'a Task, state: TaskState) -> Answer<'a, Task> {
        Box::pin(async move {
            let state = match state {
                TaskState::Open => "OPEN",
                TaskState::Done => "RESOLVED",
            };
            let path = self.at(pull, &format!("/blocker-comments/{}", task.id));
            let body = json!({ "state": state, "version": task.version });
            let request = self.http.put(&path).json(&body).repeatable(crate::http::Repeatable::No);
            let changed = request.send::<wire::Comment>().await;
            changed.map(wire::Comment::task).map_err(|mut error| {
                if error.kind == ErrorKind::Conflict {
                    error.message = "Somebody changed the task in this moment. Look at it again, and then repeat it.".into();
                }
                error
            })
        })
    }
}
