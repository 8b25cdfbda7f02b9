//! What happened to a work item: `item history`, `item comments`, `item restore`.

use std::collections::BTreeMap;

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::about;
use crate::azure_devops::{
    AzureDevOps,
    api::{COMMENTS, Listed, segment},
    param, problem,
    text::{shorten, to_markdown},
    wire::{self, Person},
};

/// As many updates as Azure DevOps gives at once, and how often it is asked at most.
const PAGE: usize = 200;
const PAGES: usize = 10;
/// Lines unless somebody wants more.
const USUAL: usize = 10;

/// Fields that people change, and how they are called on the form. What the server counts and derives is nobody's deed.
const FIELDS: &[(&str, &str)] = &[
    ("System.Title", "Title"),
    ("System.State", "State"),
    ("System.Reason", "Reason"),
    ("System.AssignedTo", "Assigned to"),
    ("System.WorkItemType", "Type"),
    ("System.Tags", "Tags"),
    ("System.AreaPath", "Area"),
    ("System.IterationPath", "Iteration"),
    ("Microsoft.VSTS.Common.Priority", "Priority"),
    ("Microsoft.VSTS.Common.Severity", "Severity"),
    ("Microsoft.VSTS.Common.BusinessValue", "Business value"),
    ("Microsoft.VSTS.Scheduling.StoryPoints", "Story points"),
    ("Microsoft.VSTS.Scheduling.Effort", "Effort"),
    ("Microsoft.VSTS.Scheduling.OriginalEstimate", "Original estimate"),
    ("Microsoft.VSTS.Scheduling.RemainingWork", "Remaining work"),
    ("Microsoft.VSTS.Scheduling.CompletedWork", "Completed work"),
    ("Microsoft.VSTS.Scheduling.StartDate", "Start"),
    ("Microsoft.VSTS.Scheduling.TargetDate", "Target"),
    ("Microsoft.VSTS.Scheduling.DueDate", "Due"),
];
/// Long texts, of which only the change is told.
const TEXTS: &[(&str, &str)] = &[
    ("System.Description", "description"),
    ("Microsoft.VSTS.TCM.ReproSteps", "steps to reproduce"),
    ("Microsoft.VSTS.Common.AcceptanceCriteria", "acceptance criteria"),
];

/// <https://learn.microsoft.com/rest/api/azure/devops/wit/updates/list>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    revised_by: Person,
    #[serde(default)]
    fields: BTreeMap<String, Changed>,
    #[serde(default)]
    relations: Related,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Changed {
    old_value: Value,
    new_value: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Related {
    added: Vec<wire::Relation>,
    removed: Vec<wire::Relation>,
}

impl Update {
    /// The date of a revision is the end of its time, and of the last one in the year 9999: the field says when it was made.
    fn at(&self) -> Option<Timestamp> {
        self.fields.get("System.ChangedDate")?.new_value.as_str()?.parse().ok()
    }

    /// `State Active → Resolved`, each.
    fn deeds(&self) -> Vec<String> {
        if self.fields.get("System.Rev").is_some_and(|it| it.new_value == 1) {
            return vec!["created it".into()];
        }
        let named = |name: &str| FIELDS.iter().find(|(field, _)| *field == name).map(|(_, name)| (*name).to_owned());
        let own = |name: &str| name.strip_prefix("Custom.").map(str::to_owned);
        let mut deeds: Vec<String> = Vec::new();
        for (name, it) in &self.fields {
            if let Some(name) = named(name).or_else(|| own(name)) {
                deeds.push(format!("{name} {} → {}", value(&it.old_value), value(&it.new_value)));
            } else if let Some((_, name)) = TEXTS.iter().find(|(field, _)| field == name) {
                deeds.push(format!("changed the {name}"));
            } else if name == "System.History" && !it.new_value.is_null() {
                let said = it.new_value.as_str().unwrap_or_default();
                deeds.push(format!("said: {}", shorten(&to_markdown(said).replace('\n', " "), 200)));
            }
        }
        deeds.extend(self.relations.added.iter().map(|it| format!("linked {}", related(it))));
        deeds.extend(self.relations.removed.iter().map(|it| format!("took off {}", related(it))));
        deeds
    }
}

/// A field's value in a word or two.
fn value(it: &Value) -> String {
    match it {
        Value::Null => "none".into(),
        Value::String(text) if text.is_empty() => "none".into(),
        Value::String(text) => shorten(text, 80),
        Value::Object(person) => person.get("displayName").and_then(Value::as_str).unwrap_or("somebody").to_owned(),
        other => other.to_string(),
    }
}

/// `parent 7`, `fire.txt`, `Pull Request`.
fn related(it: &wire::Relation) -> String {
    let name = it.attributes.get("name").and_then(Value::as_str).unwrap_or("an object");
    match it.url.rsplit_once("/workItems/") {
        Some((_, id)) => format!("{} {id}", name.to_lowercase()),
        None => name.to_owned(),
    }
}

/// Shows who changed what in a work item, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct History {
    /// The work item's number, or its link.
    item: param::Item,
    /// How many changes.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for History {
    type On = AzureDevOps;
    const NAME: &str = "item history";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item history 1"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let item = acting.item(on.item_number(&self.item)?).await?;
        let path = format!("/{}/_apis/wit/workItems/{}/updates", segment(item.project()), item.id);
        let mut all: Vec<Update> = Vec::new();
        for page in 0..PAGES {
            let query = [("$top", PAGE.to_string()), ("$skip", (page * PAGE).to_string())];
            let found: Listed<Update> = acting.get(&path, &query).await.map_err(|error| about(error, item.id))?;
            let last = found.value.len() < PAGE;
            all.extend(found.value);
            if last {
                break;
            }
        }
        let limit = self.limit.map_or(USUAL, |it| it as usize);
        let line = |it: &Update| {
            let deeds = it.deeds();
            let text = Text::new().bold(&it.revised_by.display_name);
            let text = match it.at() {
                Some(at) => text.plain(" ").time(at),
                None => text,
            };
            (!deeds.is_empty()).then(|| text.plain(format!(": {}", deeds.join("; "))))
        };
        let mut lines: Vec<Text> = all.iter().rev().filter_map(line).collect();
        let more = lines.len().saturating_sub(limit);
        lines.truncate(limit);
        let head =
            Text::new().bold("History of ").link(super::url(on.http.base(), &item), format!("{} {}", item.kind(), item.id));
        let mut message = Message::text(head.plain(format!(" {}", item.title()))).list(lines);
        if more > 0 {
            message = message.context(format!("{more} older changes."));
        }
        Ok(Reply::to_channel(message))
    }
}

/// Lists what was said on a work item, the last first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Comments {
    /// The work item's number, or its link.
    item: param::Item,
    /// How many.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for Comments {
    type On = AzureDevOps;
    const NAME: &str = "item comments";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["item comments 1"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let item = acting.item(on.item_number(&self.item)?).await?;
        let path = format!("/{}/_apis/wit/workItems/{}/comments", segment(item.project()), item.id);
        let limit = self.limit.map_or(USUAL, |it| it as usize);
        let query = [("$top", limit.to_string()), ("order", "desc".to_owned())];
        let said: wire::Said = acting.get_as(COMMENTS, &path, &query).await.map_err(|error| about(error, item.id))?;
        if said.comments.is_empty() {
            return Ok(Reply::to_channel(format!("Nobody said anything on {} {}.", item.kind(), item.id)));
        }
        let line = |it: &wire::Comment| {
            let text = shorten(&to_markdown(&it.text), 600);
            Text::new().bold(&it.created_by.display_name).plain(" ").time(it.created_date).plain(format!(": {text}"))
        };
        let head =
            Text::new().bold("Comments on ").link(super::url(on.http.base(), &item), format!("{} {}", item.kind(), item.id));
        let message = Message::text(head.plain(format!(" {}", item.title()))).list(said.comments.iter().map(line).collect());
        Ok(Reply::to_channel(message))
    }
}

/// Brings a deleted work item back from the project's recycle bin.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The work item's number.
    item: param::Item,
    /// The project; the channel's or the connection's where you do not say.
    project: Option<param::Project>,
}

impl Action for Restore {
    type On = AzureDevOps;
    const NAME: &str = "item restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["item restore 3 project=demo"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let (id, project) = (on.item_number(&self.item)?, on.project_of(self.project.as_ref())?);
        let path = format!("/{}/_apis/wit/recyclebin/{id}", segment(&project));
        let restored: Result<Value> = acting.patch(&path, &json!({ "isDeleted": false })).await;
        restored.map_err(|error| problem::about(error, &format!("deleted work item {id} in {project}")))?;
        let did = format!("Brought {id} back.");
        match acting.item(id).await {
            Ok(item) => Ok(acting.shown(ctx, &item, &[], Message::text(did)).await),
            // It is back: failing to look at it must not look like failing to bring it back.
            Err(_) => Ok(Reply::to_channel(did)),
        }
    }
}
