//! Time that was spent on issues.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result, Text,
    param::{Date, Markdown},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Jira, card, confirm, issues, moment, param, problem, wire};

/// Worklogs shown at once.
const SHOWN: usize = 20;

/// Logs time that was spent on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Log {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// How much: 3h, 1d 30m.
    spent: String,
    /// What was done.
    comment: Option<Markdown>,
    /// On which day; today, where you do not say.
    date: Option<Date>,
    /// What is left to do: 2h.
    remaining: Option<String>,
}

impl Action for Log {
    type On = Jira;
    const NAME: &str = "worklog add";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["worklog add APO-7 3h comment=\"Put it out\"", "worklog add APO-7 1d 30m date=yesterday"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let work = |field: &str, text: &str| {
            let text = text.trim();
            let message = || problem::at(field, format!("`{text}` is no amount of work. Write it as 3h or 1d 30m."));
            moment::is_work(text).then(|| text.to_owned()).ok_or_else(message)
        };
        let spent = work("spent", &self.spent)?;
        let started = self.date.map_or(ctx.now, |it| moment::start_of(it.0));
        let comment = self.comment.as_ref().map_or("", |it| it.0.as_str());
        let body = json!({ "timeSpent": spent, "started": moment::write(started), "comment": api.signed(comment) });
        let mut request = api.jira.http.post(&api.path(&format!("/issue/{key}/worklog"))).json(&body);
        if let Some(remaining) = &self.remaining {
            let remaining = work("remaining", remaining)?;
            request = request.query(&[("adjustEstimate", "new"), ("newEstimate", remaining.as_str())]);
        }
        api.send::<Value>(request).await.map_err(|error| problem::about(error, &format!("issue {key}"), "Work On Issues"))?;
        Ok(issues::after(&api, ctx, &key, &format!("Logged {spent} on {key}.")).await)
    }
}

/// Lists the time that was spent on an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
}

impl Action for List {
    type On = Jira;
    const NAME: &str = "worklog list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["worklog list APO-7"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let all = api.all::<wire::Worklog>(&format!("/issue/{key}/worklog"), "worklogs", &[], 500).await;
        let all = all.map_err(|error| problem::about(error, &format!("issue {key}"), "Browse Projects"))?;
        if all.is_empty() {
            return Ok(Reply::to_channel(format!("Nobody logged time on {key}.")));
        }
        let total: u64 = all.iter().map(|it| it.time_spent_seconds).sum();
        let line = |it: &wire::Worklog| {
            let who = it.author.as_ref().map_or("somebody", |it| it.label());
            let day = moment::read(&it.started).map(|it| format!("{} ", moment::day(it))).unwrap_or_default();
            let mut text = Text::new().plain(day).bold(who).plain(format!(" {} (#{})", it.time_spent, it.id));
            if let Some(said) = card::excerpt(&it.comment, 120) {
                text = text.plain(": ");
                text.0.extend(said.0);
            }
            text
        };
        let hidden = all.len().saturating_sub(SHOWN);
        let head = Text::new().bold(moment::work(total)).plain(" were logged on ").link(on.link(&key), &*key);
        let message = Message::text(head).list(all.iter().skip(hidden).map(line).collect());
        Ok(Reply::to_channel(if hidden > 0 { message.context(format!("{hidden} older ones are not shown.")) } else { message }))
    }
}

/// Deletes time that was logged. It asks first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The worklog's number, as `worklog list` shows it.
    worklog: String,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = Jira;
    const NAME: &str = "worklog delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["worklog delete APO-7 10301"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let id = super::comments::number(&self.worklog).map_err(|it| problem::renamed(it, "comment", "worklog"))?;
        let path = format!("/issue/{key}/worklog/{id}");
        let what = format!("worklog {id} on {key}");
        if self.confirm.is_none() {
            let log: wire::Worklog = api.get(&path, &[]).await.map_err(|it| problem::about(it, &what, "Browse Projects"))?;
            let who = log.author.as_ref().map_or("somebody", |it| it.label());
            let losses = [format!("{who} logged {}. It cannot be brought back.", log.time_spent)];
            return Ok(confirm::ask(
                ctx,
                Self::NAME,
                json!({ "issue": key, "worklog": id }),
                &format!("Delete the {what}?"),
                &losses,
            ));
        }
        api.delete(&path, &[]).await.map_err(|it| problem::about(it, &what, "Delete All Worklogs"))?;
        Ok(Reply::to_channel(format!("Deleted the {what}.")))
    }
}
