//! `wp run`: the buttons that administrators made (<https://www.openproject.org/docs/api/endpoints/custom-actions/>).

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::openproject::{
    OpenProject,
    hal::Link,
    names::{no_such, pick_link},
    param, problem,
};

/// Runs one of the custom actions that OpenProject shows as buttons on a work package.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Run {
    /// The work package's number.
    package: param::PackageId,
    /// The custom action, by name or number.
    action: String,
}

impl Action for Run {
    type On = OpenProject;
    const NAME: &str = "wp run";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp run 42 Escalate"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let package = on.package(id).await?;
        // `/api/v3/custom_actions/153/execute`, or in older versions its own address.
        let own = |it: Link| Link { href: it.href.trim_end_matches("/execute").to_owned(), ..it };
        let actions: Vec<Link> = package.links("customActions").into_iter().map(own).collect();
        let Some(action) = pick_link("custom action", "action", &self.action, &actions)? else {
            return Err(no_such("custom action", "action", &self.action, actions.iter().map(|it| it.title.clone())));
        };
        let number = action.id().unwrap_or_default();
        let body = json!({
            "lockVersion": package.0["lockVersion"].to_string(),
            "_links": { "workPackage": { "href": format!("/api/v3/work_packages/{id}") } },
        });
        let after = on.post(&format!("/api/v3/custom_actions/{number}/execute"), &body).await;
        let after =
            after.map_err(|error| problem::about(error, &format!("custom action {}", action.title), "Edit work packages"))?;
        on.card_of(ctx, after, commands::Message::text(format!("Ran {} on #{id}.", action.title))).await
    }
}
