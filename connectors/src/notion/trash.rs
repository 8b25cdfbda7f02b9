//! Databases that go to the trash, and come back: <https://developers.notion.com/reference/update-database>.

use commands::{Action, Audience, Button, Ctx, Effect, Message, Reply, Result, Tone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Notion,
    names::id_in,
    pages::Confirm,
    param,
    problem::at,
    schema::told,
    wire::{self, plain},
};

/// Archives a database with all its entries: it goes to the trash, and can be restored for 30 days.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Archive {
    /// The database.
    database: param::Database,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<Confirm>,
}

impl Action for Archive {
    type On = Notion;
    const NAME: &str = "database archive";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["database archive Tasks"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let source = on.source("database", &self.database.0).await?;
        let id = source.parent["database_id"].as_str().unwrap_or(&source.id).to_owned();
        let path = format!("/v1/databases/{id}");
        let database: wire::Database = on.get(&path).await?;
        if self.confirm.is_none() {
            let others = database.data_sources.iter().filter(|it| it.id != source.id).filter_map(|it| it.name.as_deref());
            let others: Vec<&str> = others.collect();
            let with = if others.is_empty() { String::new() } else { format!(" and what else it holds: {}", others.join(", ")) };
            let what = format!(
                "“{}” would go to the trash with all its entries{with}. It can be restored for 30 days, then it is gone for good.",
                source.name()
            );
            let call = ctx.call(Self::NAME, json!({ "database": source.id, "confirm": "yes" }));
            let button = Button::run("Archive the database", call).danger("Send the database to the trash?");
            return Ok(Reply::new(Message::text(what).tone(Tone::Warning).buttons(vec![button]), Audience::Private));
        }
        on.patch::<Value>(&path, &json!({ "in_trash": true })).await?;
        on.sources.invalidate(&source.id).await;
        let restore = Button::run("Restore", ctx.call(Restore::NAME, json!({ "database": id })));
        Ok(Reply::to_channel(Message::text(format!("Archived {}.", source.name())).buttons(vec![restore])))
    }
}

/// Takes a database out of the trash.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Restore {
    /// The database, by its link or id.
    database: param::Database,
}

impl Action for Restore {
    type On = Notion;
    const NAME: &str = "database restore";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["database restore be633bf1dfa0436db259571129a590e5"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        let typed = self.database.0.trim();
        // What is in the trash is found by no search.
        let id = id_in(typed).ok_or_else(|| at("database", format!("Paste the link of `{typed}`: the trash has no names.")))?;
        let path = format!("/v1/databases/{id}");
        let database: wire::Database = on.get(&path).await?;
        let name = plain(&database.title);
        if !database.in_trash {
            return Ok(Reply::to_channel(format!("{name} is not in the trash.")));
        }
        on.patch::<Value>(&path, &json!({ "in_trash": false })).await?;
        let source = database.data_sources.first().map(|it| it.id.as_str());
        Ok(told(on, source, ctx, format!("Restored {name}.")).await)
    }
}
