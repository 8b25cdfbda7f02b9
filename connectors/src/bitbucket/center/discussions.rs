//! Comments and tasks. A task is a comment that keeps the pull request from being merged (since 7.2).

use commands::ErrorKind;
use serde_json::json;

use super::{Center, wire};
use crate::bitbucket::{
    model::{Comment, NewComment, Paged, Pull, Task, Window},
    vendor::{Answer, Discussions, TaskState},
};

impl Discussions for Center {
    fn comments<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Comment>> {
        Box::pin(async move {
            // A list of comments there is of one file only; all of them are among what happened.
            let page = self.page::<wire::Activity>(&self.at(pull, "/activities"), &[], window).await?;
            let said = page.items.into_iter().filter(|it| it.action == "COMMENTED" && it.comment_action != "DELETED");
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
            Ok(Paged { items, next: page.next })
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
                    body["anchor"]["lineType"] = json!("ADDED");
                    body["anchor"]["fileType"] = json!("TO");
                }
            }
            let comment: wire::Comment = self.http.post(&self.at(pull, "/comments")).json(&body).send().await?;
            Ok(comment.read(None))
        })
    }

    fn tasks<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Vec<Task>> {
        Box::pin(async move {
            let all = self.all::<wire::Comment>(&self.at(pull, "/blocker-comments"), &[], 100).await?;
            Ok(all.into_iter().map(wire::Comment::task).collect())
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
