//! `page search` and `page mine`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    http::pages::{Part, first},
    notion::{Notion, view, wire},
};

const LIMIT: usize = 10;
/// Databases that are asked for somebody's tasks.
const DATABASES: usize = 10;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Pages,
    Databases,
}

/// Searches pages and databases by their titles, the last edited first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// Words of the title.
    query: String,
    /// Only these.
    only: Option<What>,
    /// How many at most.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
}

impl Action for Search {
    type On = Notion;
    const NAME: &str = "page search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["page search printer", "page search tasks only=databases"];

    async fn run(self, on: &Notion, _: &Ctx) -> Result<Reply> {
        let what = self.only.map(|it| if it == What::Pages { "page" } else { "data_source" });
        let found = first(self.limit.unwrap_or(LIMIT), on.search(&self.query, what)).await?;
        let line = |it: &wire::Found| match it {
            wire::Found::Page(page) => Some(view::line(page, None)),
            wire::Found::DataSource(source) => Some(Text::new().link(source.link(), source.name()).plain(" · database")),
            wire::Found::Other => None,
        };
        let lines: Vec<Text> = found.items.iter().filter_map(line).collect();
        if lines.is_empty() {
            let message = format!("Nothing that is shared with the integration has `{}` in its title.", self.query);
            return Ok(Reply::to_channel(message));
        }
        let heading = if found.more {
            format!("The first {}", view::count(lines.len(), "result"))
        } else {
            view::count(lines.len(), "result")
        };
        Ok(Reply::to_channel(Message::text(heading).list(lines)))
    }
}

/// Lists your open tasks in all databases: the entries that name you.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Mine {
    /// How many at most.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
}

impl Action for Mine {
    type On = Notion;
    const NAME: &str = "page mine";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["page mine"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let Some(me) = on.asker(ctx).await? else {
            let message = "I do not know who you are in Notion: nobody there has your email address. Link the account.";
            return Err(commands::Error::not_found(message));
        };
        let limit = self.limit.unwrap_or(LIMIT);
        let Part { items: mut sources, more } = on.sources("").await?;
        sources.retain(|it| it.properties.values().any(|it| it["type"] == "people"));
        let mut lines = Vec::new();
        let mut more = more || sources.len() > DATABASES;
        for source in sources.iter().take(DATABASES) {
            let mut body = Map::new();
            body.insert("filter".into(), named_and_open(source, &me.id));
            let path = format!("/v1/data_sources/{}/query", source.id);
            let found = first(limit, on.found::<wire::Page>(path, body)).await?;
            more |= found.more;
            let name = source.name();
            lines.extend(found.items.iter().map(|it| view::line(it, Some(&name))));
        }
        if lines.is_empty() {
            return Ok(Reply::to_asker(format!("No open entry in Notion names {}.", me.name())));
        }
        more |= lines.len() > limit;
        lines.truncate(limit);
        let heading = if more {
            format!("The first {} of {}", view::count(lines.len(), "task"), me.name())
        } else {
            format!("{} of {}", view::count(lines.len(), "task"), me.name())
        };
        Ok(Reply::to_asker(Message::text(heading).list(lines)))
    }
}

/// Entries in which any property of people names this one, and which no status calls complete and no box done.
fn named_and_open(source: &wire::Source, person: &str) -> Value {
    let people = source.properties.iter().filter(|(_, it)| it["type"] == "people");
    let named: Vec<Value> = people.map(|(name, _)| json!({ "property": name, "people": { "contains": person } })).collect();
    let mut all = vec![if let [only] = named.as_slice() { only.clone() } else { json!({ "or": named }) }];
    for (name, schema) in &source.properties {
        let words = ["done", "complete", "completed", "closed"];
        match schema["type"].as_str() {
            Some("status") => {
                // A status has groups, of which one is the end.
                let groups = schema["status"]["groups"].as_array().into_iter().flatten();
                let ends = groups.filter(|it| it["name"].as_str().is_some_and(|it| words.contains(&it.to_lowercase().as_str())));
                let ids: Vec<&Value> = ends.flat_map(|it| it["option_ids"].as_array().into_iter().flatten()).collect();
                let options = schema["status"]["options"].as_array().into_iter().flatten();
                let ended = options.filter(|it| ids.contains(&&it["id"])).filter_map(|it| it["name"].as_str());
                all.extend(ended.map(|it| json!({ "property": name, "status": { "does_not_equal": it } })));
            }
            Some("checkbox") if words.contains(&name.to_lowercase().as_str()) => {
                all.push(json!({ "property": name, "checkbox": { "equals": false } }));
            }
            _ => {}
        }
    }
    if all.len() == 1 { all.remove(0) } else { json!({ "and": all }) }
}
