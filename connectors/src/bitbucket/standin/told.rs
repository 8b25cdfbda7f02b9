//! What the simulated Bitbucket reports: of Cloud
//! <https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/>, of Data Center
//! <https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html>.

use serde_json::{Value, json};

use super::{
    Asked, Door, State, center, cloud,
    state::{Comment, Issue, Opinion, Pull, Repo},
};
use crate::standin::report::{self, Change, Listener, Report, changes, signed};

/// What was there before a request is held against what is there after it.
pub fn told(before: &[Repo], state: &State, asked: &Asked, door: &Door) -> Vec<Report> {
    let mut all = Vec::new();
    for change in changes(before, &state.repos, |it| it.slug.clone(), |_, _| false) {
        let Change::Changed { from, to } = change else { continue };
        let teller = Teller { state, repo: to, asked, door };
        for change in changes(&from.pulls, &to.pulls, |it| it.id, |_, _| false) {
            match change {
                Change::Made(it) => all.extend(teller.pull(it, ("created", "opened"), Value::Null)),
                Change::Changed { from, to } => all.extend(teller.changed(from, to)),
                Change::Gone(_) => {}
            }
        }
        for change in changes(&from.issues, &to.issues, |it| it.id, |_, _| false) {
            match change {
                Change::Made(it) => all.extend(teller.issue(it, "created", Value::Null)),
                Change::Changed { from, to } => all.extend(teller.issue_changed(from, to)),
                Change::Gone(_) => {}
            }
        }
    }
    all
}

struct Teller<'a> {
    state: &'a State,
    repo: &'a Repo,
    asked: &'a Asked,
    door: &'a Door,
}

impl Teller<'_> {
    fn changed(&self, from: &Pull, to: &Pull) -> Vec<Report> {
        let mut all = Vec::new();
        if from.state != to.state {
            let words = if to.state == "MERGED" { ("fulfilled", "merged") } else { ("rejected", "declined") };
            all.extend(self.pull(to, words, Value::Null));
        } else if from.title != to.title || from.description != to.description {
            let previous = json!({ "previousTitle": from.title, "previousDescription": from.description });
            all.extend(self.pull(to, ("updated", "modified"), if self.is_cloud() { Value::Null } else { previous }));
        }
        for review in &to.reviews {
            let before = from.reviews.iter().find(|it| it.who == review.who).map(|it| it.opinion);
            let (words, status) = match review.opinion {
                opinion if Some(opinion) == before => continue,
                Opinion::Approved => (("approved", "reviewer:approved"), "APPROVED"),
                Opinion::ChangesRequested => (("changes_request_created", "reviewer:needs_work"), "NEEDS_WORK"),
                Opinion::Waiting => continue,
            };
            let who = self.user(review.who);
            let more = match self.is_cloud() {
                true if status == "APPROVED" => json!({ "approval": { "date": self.state.now(), "user": who } }),
                true => json!({ "changes_request": { "date": self.state.now(), "user": who } }),
                false => {
                    json!({ "participant": { "user": who, "role": "REVIEWER", "approved": status == "APPROVED", "status": status },
                    "previousStatus": "UNAPPROVED" })
                }
            };
            all.extend(self.pull(to, words, more));
        }
        for comment in to.comments.iter().filter(|it| from.comments.iter().all(|known| known.id != it.id)) {
            let more = json!({ "comment": self.comment(comment, &format!("/pull-requests/{}", to.id)) });
            all.extend(self.pull(to, ("comment_created", "comment:added"), more));
        }
        all
    }

    fn issue_changed(&self, from: &Issue, to: &Issue) -> Vec<Report> {
        let mut all = Vec::new();
        let mut changed = json!({});
        let texts =
            [("status", &from.state, &to.state), ("title", &from.title, &to.title), ("priority", &from.priority, &to.priority)];
        for (name, old, new) in texts.into_iter().filter(|(_, old, new)| old != new) {
            changed[name] = json!({ "old": old, "new": new });
        }
        if from.assignee != to.assignee {
            changed["assignee"] =
                json!({ "old": from.assignee.map(|it| self.user(it)), "new": to.assignee.map(|it| self.user(it)) });
        }
        if changed.as_object().is_some_and(|it| !it.is_empty()) {
            all.extend(self.issue(to, "updated", json!({ "changes": changed })));
        }
        for comment in to.comments.iter().filter(|it| from.comments.iter().all(|known| known.id != it.id)) {
            let more = json!({ "comment": self.comment(comment, &format!("/issues/{}", to.id)) });
            all.extend(self.issue(to, "comment_created", more));
        }
        all
    }

    fn pull(&self, it: &Pull, (cloud_word, center_word): (&str, &str), more: Value) -> Vec<Report> {
        match self.door {
            Door::Cloud => {
                let body = json!({ "pullrequest": cloud::render::pull(self.state, self.repo, it, self.asked) });
                self.addressed(format!("pullrequest:{cloud_word}"), body, more)
            }
            Door::Center => {
                let mut pull = center::render::pull(self.state, self.repo, it, self.asked);
                // Links to the repository stand at its ends, and none at the pull request itself.
                let repository = center::render::repository(self.repo, self.asked);
                (pull["fromRef"]["repository"], pull["toRef"]["repository"]) = (repository.clone(), repository);
                pull["links"] = json!({ "self": [null] });
                self.addressed(format!("pr:{center_word}"), json!({ "pullRequest": pull }), more)
            }
        }
    }

    fn issue(&self, it: &Issue, word: &str, more: Value) -> Vec<Report> {
        let body = json!({ "issue": cloud::render::issue(self.state, self.repo, it, self.asked) });
        self.addressed(format!("issue:{word}"), body, more)
    }

    fn addressed(&self, event: String, mut body: Value, more: Value) -> Vec<Report> {
        body["actor"] = self.user(self.asked.who);
        if self.is_cloud() {
            body["repository"] = cloud::render::repository(self.repo, self.asked);
        } else {
            body["eventKey"] = json!(event);
            body["date"] = json!(self.state.now().strftime("%Y-%m-%dT%H:%M:%S+0000").to_string());
        }
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let hooks = self.repo.hooks.iter().filter(|it| it.events.contains(&event));
        let registered = hooks.map(|it| Listener::of_all(&it.url, it.secret.as_deref().unwrap_or_default()));
        let listeners: Vec<Listener> = registered.chain(self.state.listeners.iter().cloned()).collect();
        report::to(&listeners, &[], &body, |it, body| {
            let id = if self.is_cloud() { "x-request-uuid" } else { "x-request-id" };
            let mut headers = vec![("x-event-key", event.clone()), (id, report::id())];
            if !it.secret.is_empty() {
                headers.push(("x-hub-signature", signed(&it.secret, body)));
            }
            headers
        })
    }

    fn comment(&self, it: &Comment, at: &str) -> Value {
        match self.door {
            Door::Cloud => cloud::render::comment(self.state, self.repo, at, it, self.asked),
            Door::Center => center::render::comment(self.state, it, Vec::new()),
        }
    }

    fn user(&self, index: usize) -> Value {
        match self.door {
            Door::Cloud => cloud::render::user(&self.state.people[index], self.asked),
            Door::Center => center::render::user(&self.state.people[index]),
        }
    }

    fn is_cloud(&self) -> bool {
        matches!(self.door, Door::Cloud)
    }
}
