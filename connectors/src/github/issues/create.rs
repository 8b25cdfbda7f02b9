//! `issue create`.

use commands::{
    Action, Ctx, Effect, Message, Reply, Result,
    param::{Markdown, Person},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    super::{GitHub, access::Level, card, param, place::Right, problem, wire},
    FIELDS, key,
};

/// Creates an issue.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// What is wrong or wanted, in a line.
    title: String,
    /// The repository it belongs to.
    repo: Option<param::Repo>,
    /// All that helps: steps, expectations, logs.
    body: Option<Markdown>,
    /// A label; may be given several times.
    #[serde(default)]
    label: Vec<param::Label>,
    /// Who works on it; may be given several times.
    #[serde(default)]
    assignee: Vec<Person>,
    /// The milestone it is planned for.
    milestone: Option<param::Milestone>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "issue create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["issue create Printer on fire repo=octo/widgets", "issue create Dark mode repo=octo/widgets label=feature assignee=me"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let repo = on.repo(self.repo.as_ref())?;
        // Everybody who sees a repository may open an issue; who labels and assigns needs more, as at GitHub.
        let organizes = !self.label.is_empty() || !self.assignee.is_empty() || self.milestone.is_some();
        let level = if organizes { Level::Triage } else { Level::Read };
        let place = on.place(ctx, repo, Right::Issues, level).await?;
        let mut fields = Map::new();
        fields.insert("title".into(), json!(self.title.trim()));
        fields.insert("body".into(), json!(place.asker.sign(self.body.as_ref().map_or("", |it| it.0.trim()))));
        if !self.label.is_empty() {
            fields.insert("labels".into(), json!(place.known_labels("label", &self.label).await?));
        }
        if !self.assignee.is_empty() {
            let logins = on.people(ctx, &place.asker, "assignee", &self.assignee).await?;
            fields.insert("assignees".into(), json!(logins));
        }
        if let Some(milestone) = &self.milestone {
            fields.insert("milestone".into(), place.milestone(&milestone.0).await?);
        }
        let created: Result<wire::Issue> = place.post("/issues", &Value::Object(fields.clone())).await;
        let created = created.map_err(|it| problem::place(it, FIELDS))?;
        let mut said = Message::text(format!("Created {}.", key(&place.repo, created.number)));
        if let Some(dropped) = dropped(&fields, &created) {
            said = said.context(dropped);
        }
        Ok(card::issue_reply(&place.repo, &created, ctx, said))
    }
}

/// GitHub drops without a word what the bot may not set.
fn dropped(asked: &Map<String, Value>, got: &wire::Issue) -> Option<String> {
    let kept =
        [("labels", !got.labels.is_empty()), ("assignees", !got.assignees.is_empty()), ("milestone", got.milestone.is_some())];
    let lost: Vec<&str> = kept
        .iter()
        .filter(|(name, there)| !there && asked.get(*name).is_some_and(|it| !it.is_null()))
        .map(|(name, _)| *name)
        .collect();
    (!lost.is_empty())
        .then(|| format!("GitHub did not take: {}. It takes write access of the bot to the repository.", lost.join(", ")))
}
