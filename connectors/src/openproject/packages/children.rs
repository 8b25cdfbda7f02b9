//! `wp children`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::openproject::{
    OpenProject,
    api::{PAGE, filter, filters},
    card, param, reply,
};

/// How many are listed.
const MOST: usize = 200;

/// Lists the work packages that are part of one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Children {
    /// The work package's number.
    package: param::PackageId,
}

impl Action for Children {
    type On = OpenProject;
    const NAME: &str = "wp children";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["wp children 42"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let parent = on.package(id).await?;
        let wanted = filters(&[filter("parent", "=", &[&id.to_string()])]);
        let query = [("filters", wanted.as_str()), ("sortBy", r#"[["id","asc"]]"#), ("pageSize", PAGE)];
        let found = on.first("/api/v3/work_packages", &query, MOST).await?;
        let lines: Vec<Text> = found.items.iter().map(|it| card::line(on.http.base(), it)).collect();
        let mut message = match lines.is_empty() {
            true => Message::text(format!("#{id} has no children.")),
            false => reply::all(lines, "child work package"),
        };
        if found.more {
            let all = Text::new().plain(format!("These are the first {MOST}. "));
            message = message.context(all.link(card::url(on.http.base(), id), "All of them are in OpenProject"));
        }
        let mut params = json!({ "parent": id.to_string() });
        if let Some(project) = parent.link("project").and_then(|it| it.id()) {
            params["project"] = json!(project.to_string());
        }
        Ok(Reply::to_channel(message.buttons(vec![Button::form("Add a child", ctx.call("wp create", params))])))
    }
}
