//! What moves an issue through its workflow: `issue transition`, `issue close`.

use commands::{Action, Ctx, Effect, Error, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::after;
use crate::{
    http::Repeatable,
    jira::{
        Jira,
        api::Api,
        fields,
        names::{either, pick, same},
        param, problem, wire,
    },
};

/// Moves an issue to another status.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Transition {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// The transition, or the status it leads to.
    to: param::Transition,
    /// How it was resolved, where the transition asks for it.
    resolution: Option<param::Resolution>,
    /// A comment on it.
    comment: Option<Markdown>,
    /// Another field that the transition asks for, with its value: Severity=high.
    #[serde(default)]
    field: Vec<String>,
}

impl Action for Transition {
    type On = Jira;
    const NAME: &str = "issue transition";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue transition APO-7 In Progress", "issue transition APO-7 Done resolution=Duplicate"];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let all = api.transitions(&key).await?;
        let typed = &self.to.0;
        let found = all
            .iter()
            .find(|it| same(&it.name, typed))
            .or_else(|| all.iter().find(|it| same(&it.to.name, typed) || it.id == typed.trim()));
        let Some(transition) = found else { return Err(api.not_possible(&key, typed, &all).await) };
        let wanted = Wanted { resolution: self.resolution.as_ref(), comment: self.comment.as_ref(), field: &self.field };
        api.transition(ctx, &key, transition, wanted).await?;
        Ok(after(&api, ctx, &key, &format!("{key} is {} now.", transition.to.name)).await)
    }
}

/// Closes an issue: takes the first transition that leads to a status of the category Done.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    /// The issue's key, or a link to it.
    issue: param::IssueKey,
    /// How it was resolved, where the workflow asks for it.
    resolution: Option<param::Resolution>,
    /// Why, or what was done.
    comment: Option<Markdown>,
}

impl Action for Close {
    type On = Jira;
    const NAME: &str = "issue close";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["issue close APO-7", "issue close APO-7 resolution=\"Won't Do\" comment=\"We bought a new one\""];

    async fn run(self, on: &Jira, ctx: &Ctx) -> Result<Reply> {
        let api = on.api(ctx).await?;
        let key = self.issue.key("issue")?;
        let before = api.issue_with(&key, "status", None).await?.status();
        if before.is_done() {
            return Ok(after(&api, ctx, &key, &format!("{key} is {} already.", before.name)).await);
        }
        let all = api.transitions(&key).await?;
        let Some(transition) = all.iter().find(|it| it.to.is_done()) else {
            return Err(api.not_possible(&key, "a closed status", &all).await);
        };
        let wanted = Wanted { resolution: self.resolution.as_ref(), comment: self.comment.as_ref(), field: &[] };
        api.transition(ctx, &key, transition, wanted).await?;
        Ok(after(&api, ctx, &key, &format!("{key} is {} now.", transition.to.name)).await)
    }
}

struct Wanted<'a> {
    resolution: Option<&'a param::Resolution>,
    comment: Option<&'a Markdown>,
    field: &'a [String],
}

impl Api<'_> {
    /// What can be done with an issue now, by the bot.
    pub async fn transitions(&self, key: &str) -> Result<Vec<wire::Transition>> {
        #[derive(Deserialize)]
        struct Answer {
            transitions: Vec<wire::Transition>,
        }
        let path = format!("/issue/{key}/transitions");
        let answer = self.get::<Answer>(&path, &[("expand", "transitions.fields")]).await;
        answer.map(|it| it.transitions).map_err(|error| problem::about(error, &format!("issue {key}"), "Browse Projects"))
    }

    async fn transition(&self, ctx: &Ctx, key: &str, to: &wire::Transition, wanted: Wanted<'_>) -> Result<()> {
        let screen = fields::screen(&to.fields);
        let mut body = self.custom_values(ctx, wanted.field, &screen).await?;
        if let Some(typed) = wanted.resolution {
            let Some(field) = screen.iter().find(|it| it.id == "resolution") else {
                return Err(problem::at("resolution", format!("“{}” asks for no resolution: leave it out.", to.name)));
            };
            let names = field.choices();
            let name = pick("resolution", "resolution", &typed.0, &names, |it| (it, it))?;
            body.insert("resolution".into(), json!({ "name": name }));
        }
        let missing = screen.iter().filter(|it| it.required && !it.has_default_value && !body.contains_key(&it.id));
        let missing: Vec<Error> = missing.map(|it| wants(to, it)).collect();
        if let Some(error) = problem::all(missing) {
            return Err(error);
        }
        let mut request = Map::from_iter([("transition".to_owned(), json!({ "id": to.id }))]);
        if !body.is_empty() {
            request.insert("fields".into(), Value::Object(body));
        }
        if let Some(comment) = wanted.comment.filter(|it| !it.0.trim().is_empty()) {
            request.insert("update".into(), json!({ "comment": [{ "add": { "body": self.signed(&comment.0) } }] }));
        }
        // The same transition is rarely there from the status it led to, and a comment would be there twice.
        let sent = self.do_post(&format!("/issue/{key}/transitions"), &Value::Object(request), Repeatable::No).await;
        sent.map_err(|error| problem::about(error, &format!("issue {key}"), "Transition Issues"))
    }

    async fn not_possible(&self, key: &str, typed: &str, all: &[wire::Transition]) -> Error {
        let status = match self.issue_with(key, "status", None).await {
            Ok(issue) => issue.status().name,
            Err(error) => return error,
        };
        let names: Vec<String> = all
            .iter()
            .map(|it| if same(&it.name, &it.to.name) { it.name.clone() } else { format!("{} (→ {})", it.name, it.to.name) })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let way = match names.as_slice() {
            [] => "The bot's account may move it nowhere: it takes the permission “Transition Issues”.".to_owned(),
            names => format!("From there it can go by {}.", either(names)),
        };
        problem::at("to", format!("{key} is {status}, and its workflow does not lead to {typed}. {way}"))
    }
}

fn wants(to: &wire::Transition, field: &fields::Field) -> Error {
    let choices = field.choices();
    let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
    let can_be = if choices.is_empty() { String::new() } else { format!(" It can be {}.", either(&choices)) };
    let place = if field.id == "resolution" { "resolution" } else { "field" };
    problem::at(place, format!("“{}” wants “{}”.{can_be}", to.name, field.name))
}
