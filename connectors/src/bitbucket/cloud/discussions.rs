//! Comments and tasks of pull requests.

use serde_json::json;

use super::{Cloud, wire};
use crate::bitbucket::{
    model::{Comment, NewComment, Paged, Pull, Task, Window},
    vendor::{Answer, Discussions, TaskState},
};

impl Cloud {
    fn talk(&self, pull: &Pull, rest: &str) -> String {
        self.of(&pull.repo, &format!("/pullrequests/{}{rest}", pull.id))
    }
}

impl Discussions for Cloud {
    fn comments<'a>(&'a self, pull: &'a Pull, window: &'a Window) -> Answer<'a, Paged<Comment>> {
        Box::pin(async move {
            let query = [("sort", "-created_on"), ("q", "deleted=false")];
            let page = self.page::<wire::Comment>(&self.talk(pull, "/comments"), &query, window).await?;
            let items = page.items.into_iter().filter(|it| !it.deleted).map(wire::Comment::read).collect();
            Ok(Paged { items, next: page.next })
        })
    }

    fn comment<'a>(&'a self, pull: &'a Pull, new: &'a NewComment<'a>) -> Answer<'a, Comment> {
        Box::pin(async move {
            let mut body = json!({ "type": "pullrequest_comment", "content": { "raw": new.text } });
            if let Some(parent) = new.reply_to {
                body["parent"] = json!({ "type": "pullrequest_comment", "id": parent });
            }
            if let Some(path) = new.path {
                body["inline"] = json!({ "path": path });
                if let Some(line) = new.line {
                    body["inline"]["to"] = json!(line);
                }
            }
            let comment: wire::Comment = self.http.post(&self.talk(pull, "/comments")).json(&body).send().await?;
            Ok(comment.read())
        })
    }

    fn tasks<'a>(&'a self, pull: &'a Pull) -> Answer<'a, Paged<Task>> {
        Box::pin(async move {
            let all = self.all::<wire::PullTask>(&self.talk(pull, "/tasks"), &[], 100).await?;
            Ok(all.map(wire::PullTask::read))
        })
    }

    fn add_task<'a>(&'a self, pull: &'a Pull, text: &'a str) -> Answer<'a, Task> {
        Box::pin(async move {
            let body = json!({ "content": { "raw": text } });
            let task: wire::PullTask = self.http.post(&self.talk(pull, "/tasks")).json(&body).send().await?;
            Ok(task.read())
        })
    }

    fn set_task<'a>(&'a self, pull: &'a Pull, task: &'a Task, state: TaskState) -> Answer<'a, Task> {
        Box::pin(async move {
            let state = match state {
                TaskState::Open => "UNRESOLVED",
                TaskState::Done => "RESOLVED",
            };
            let path = self.talk(pull, &format!("/tasks/{}", task.id));
            let task: wire::PullTask = self.http.put(&path).json(&json!({ "state": state })).send().await?;
            Ok(task.read())
        })
    }
}
