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
        let all = on.first("/api/v3/work_packages", &query, 200).await?.items;
        let lines: Vec<Text> = all.iter().map(|it| card::line(on.http.base(), it)).collect();
        let message = match lines.is_empty() {
            true => Message::text(format!("#{id} has no children.")),
            false => reply::all(lines, "child work package"),
        };
        let mut params = json!({ "parent": id.to_string() });
        if let Some(project) = parent.title("project") {
            params["project"] = json!(project);
        }
        Ok(Reply::to_channel(message.buttons(vec![Button::form("Add a child", ctx.call("wp create", params))])))
    }
}
