//! `issue list` and `issue search`.

use commands::{
    Action, Button, Ctx, Effect, Message, Reply, Result, Text,
    param::{Date, Person},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::redmine::{
    Redmine,
    api::{Acting, Page},
    card,
    names::{self, is_none, pick},
    param, wire,
};

const LIMIT: u32 = 10;

/// Lists issues, the last changed first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// Only this project and those below it.
    project: Option<param::Project>,
    /// open, closed, any, or a status by name.
    #[serde(default = "open")]
    status: String,
    /// Who works on it: me, @ana, none.
    assignee: Option<Person>,
    /// Who reported it.
    author: Option<Person>,
    /// Kind of issue.
    tracker: Option<param::Tracker>,
    /// How urgent it is.
    priority: Option<param::Priority>,
    /// The version it is planned for; needs a project.
    version: Option<param::Version>,
    /// Changed on this day or later.
    since: Option<Date>,
    /// Words in the subject.
    text: Option<String>,
    /// What comes first.
    sort: Option<Sort>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

fn open() -> String {
    "open".into()
}

/// An order of issues.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Last changed first.
    Updated,
    /// Newest first.
    Created,
    /// Most urgent first.
    Priority,
    /// Next due first.
    Due,
}

impl Sort {
    fn written(self) -> &'static str {
        match self {
            Sort::Updated => "updated_on:desc",
            Sort::Created => "created_on:desc",
            Sort::Priority => "priority:desc,updated_on:desc",
            Sort::Due => "due_date,priority:desc",
        }
    }
}

impl Action for List {
    type On = Redmine;
    const NAME: &str = "issue list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["issue list project=demo", "issue list assignee=me sort=due", "issue list status=Feedback tracker=Bug"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let query = self.query(&acting).await?;
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let page: Page<wire::Issue> = acting.list("/issues.json", "issues", &query).await?;
        let offset = self.offset.unwrap_or(0);
        let lines: Vec<Text> = page.items.iter().map(|it| card::line(on.http.base(), it)).collect();
        let more = |next: u32| {
            let mut params = self.params();
            params["offset"] = json!(next);
            Button::run("Show more", ctx.call("issue list", params))
        };
        let message = listed(lines, offset, page.total, "issue", more);
        Ok(Reply::to_channel(with_note(message, &acting)))
    }
}

impl List {
    /// In Redmine's terms: <https://www.redmine.org/projects/redmine/wiki/Rest_Issues>.
    async fn query(&self, acting: &Acting<'_>) -> Result<Vec<(&'static str, String)>> {
        let redmine = acting.redmine;
        let mut query: Vec<(&'static str, String)> = Vec::new();
        let mut project = None;
        if let Some(text) = &self.project {
            let found = acting.project(&text.0).await?;
            query.push(("project_id", found.id.to_string()));
            project = Some(found);
        }
        query.push((
            "status_id",
            match self.status.trim().to_lowercase().as_str() {
                "" | "open" => "open".into(),
                "closed" => "closed".into(),
                "any" | "all" | "*" => "*".into(),
                name => redmine.entry(names::List::Status, "status", name).await?.id.to_string(),
            },
        ));
        for (key, field, person) in [("assigned_to_id", "assignee", &self.assignee), ("author_id", "author", &self.author)] {
            match person {
                Some(person) if is_none(&person.0) => query.push((key, "!*".into())),
                Some(person) => {
                    let found = acting.person(field, &person.0, project.as_ref().map(|it| it.id)).await?;
                    query.push((key, found.id.to_string()));
                }
                None => {}
            }
        }
        if let Some(tracker) = &self.tracker {
            let id = match &project {
                Some(project) => pick("tracker", "tracker", &tracker.0, &project.trackers)?.id,
                None => redmine.entry(names::List::Tracker, "tracker", &tracker.0).await?.id,
            };
            query.push(("tracker_id", id.to_string()));
        }
        if let Some(priority) = &self.priority {
            query.push(("priority_id", redmine.entry(names::List::Priority, "priority", &priority.0).await?.id.to_string()));
        }
        if let Some(version) = &self.version {
            let Some(project) = &project else {
                return Err(crate::redmine::problem::at("project", "Versions belong to a project: say which, with project=…"));
            };
            query.push(("fixed_version_id", acting.version(project.id, "version", &version.0).await?.id.to_string()));
        }
        if let Some(since) = self.since {
            query.push(("updated_on", format!(">={}", since.0)));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            query.push(("subject", format!("~{text}")));
        }
        query.push(("sort", self.sort.unwrap_or(Sort::Updated).written().to_owned()));
        query.push(("limit", self.limit.unwrap_or(LIMIT).clamp(1, 50).to_string()));
        query.push(("offset", self.offset.unwrap_or(0).to_string()));
        Ok(query)
    }

    /// The parameters again, for the next page.
    fn params(&self) -> Value {
        let mut params = json!({ "status": self.status });
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                params[key] = value;
            }
        };
        put("project", self.project.as_ref().map(|it| json!(it.0)));
        put("assignee", self.assignee.as_ref().map(|it| json!(it.0)));
        put("author", self.author.as_ref().map(|it| json!(it.0)));
        put("tracker", self.tracker.as_ref().map(|it| json!(it.0)));
        put("priority", self.priority.as_ref().map(|it| json!(it.0)));
        put("version", self.version.as_ref().map(|it| json!(it.0)));
        put("since", self.since.map(|it| json!(it.0)));
        put("text", self.text.as_ref().map(|it| json!(it)));
        put("sort", self.sort.map(|it| json!(it)));
        put("limit", self.limit.map(|it| json!(it)));
        params
    }
}

/// Searches issues for words, in subjects, descriptions and comments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// What to look for; an issue has to hold every word.
    words: String,
    /// Only this project.
    project: Option<param::Project>,
    /// Closed issues too.
    #[serde(default)]
    closed: bool,
    /// How many to skip.
    #[schemars(extend("x-hidden" = true))]
    offset: Option<u32>,
}

impl Action for Search {
    type On = Redmine;
    const NAME: &str = "issue search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["issue search printer fire", "issue search printer project=demo --closed"];

    async fn run(self, on: &Redmine, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let offset = self.offset.unwrap_or(0);
        let (limit, skip) = (LIMIT.to_string(), offset.to_string());
        let mut query = vec![("q", self.words.trim()), ("issues", "1"), ("limit", &limit), ("offset", &skip)];
        if !self.closed {
            query.push(("open_issues", "1"));
        }
        let path = match &self.project {
            Some(project) => format!("/projects/{}/search.json", acting.project(&project.0).await?.identifier),
            None => "/search.json".to_owned(),
        };
        let page: Page<wire::Found> = acting.list(&path, "results", &query).await?;
        // Redmine's title is `Bug #42 (New): Printer on fire`; the number is the link.
        let line = |it: &wire::Found| Text::new().link(card::url(on.http.base(), it.id), it.title.as_str());
        let lines: Vec<Text> = page.items.iter().map(line).collect();
        let more = |next: u32| {
            let mut params = json!({ "words": self.words, "closed": self.closed, "offset": next });
            if let Some(project) = &self.project {
                params["project"] = json!(project.0);
            }
            Button::run("Show more", ctx.call("issue search", params))
        };
        let message = listed(lines, offset, page.total, "issue", more);
        Ok(Reply::to_channel(with_note(message, &acting)))
    }
}

/// Lines with how many there are, and a button for the next ones.
pub(in crate::redmine) fn listed(
    lines: Vec<Text>,
    offset: u32,
    total: usize,
    noun: &str,
    more: impl FnOnce(u32) -> Button,
) -> Message {
    let shown = lines.len();
    if shown == 0 {
        return Message::text(match offset {
            0 => format!("No {noun} matches."),
            _ => format!("No more {noun}s."),
        });
    }
    let last = offset as usize + shown;
    let head = match total {
        1 => format!("1 {noun}"),
        _ if shown == total => format!("{total} {noun}s"),
        _ => format!("{} to {last} of {total} {noun}s", offset + 1),
    };
    let message = Message::text(Text::new().bold(head)).list(lines);
    if last < total { message.buttons(vec![more(last as u32)]) } else { message }
}

pub(in crate::redmine) fn with_note(message: Message, acting: &Acting<'_>) -> Message {
    match acting.note() {
        Some(note) => message.context(note),
        None => message,
    }
}
