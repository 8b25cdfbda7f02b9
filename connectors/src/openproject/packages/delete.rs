//! `wp delete`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::openproject::{OpenProject, card, param, problem, reply};

/// Deletes a work package with all that belongs to it, for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// The work package's number.
    package: param::PackageId,
    /// Say yes to do it.
    #[schemars(extend("x-hidden" = true))]
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = OpenProject;
    const NAME: &str = "wp delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp delete 42"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let package = on.package(id).await?;
        let subject = package.text("subject");
        if self.confirm.is_none() {
            let place = package.title("project").map(|it| format!(" in {it}")).unwrap_or_default();
            let children = package.links("children");
            let mut what = vec!["its comments, files and relations".to_owned()];
            if let Some(hours) = package.hours("spentTime").filter(|it| *it > 0.0) {
                what.push(format!("{} h of logged time", card::hours(hours)));
            }
            if !children.is_empty() {
                let numbers: Vec<String> = children.iter().filter_map(|it| Some(format!("#{}", it.id()?))).collect();
                what.push(format!(
                    "its {} with all that is below ({})",
                    if children.len() == 1 { "child" } else { "children" },
                    numbers.join(", ")
                ));
            }
            let happens = Message::text(
                Text::new().plain("This deletes ").link(card::url(on.http.base(), id), format!("#{id} {subject}")).plain(place),
            )
            .list(what.into_iter().map(|it| Text::from(format!("and {it}"))).collect())
            .paragraph("OpenProject keeps no copy.");
            return Ok(reply::ask(ctx, "wp delete", json!({ "package": id.to_string() }), "Delete for good", happens));
        }
        let deleted = on.delete(&format!("/api/v3/work_packages/{id}")).await;
        deleted.map_err(|error| problem::about(error, &format!("work package #{id}"), "Delete work packages"))?;
        Ok(reply::done(format!("Deleted #{id} {subject}.")))
    }
}
