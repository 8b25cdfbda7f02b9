//! `pr recheck`: <https://learn.microsoft.com/rest/api/azure/devops/policy/evaluations/requeue-policy-evaluation>.

use commands::{Action, Button, Ctx, Effect, Error, ErrorKind, Message, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{look::evaluations, refused};
use crate::{
    azure_devops::{
        AzureDevOps,
        api::{PREVIEW, segment},
        param,
        problem::at,
    },
    words::same,
};

/// Has the builds that a pull request has to pass run again; a build that runs is cancelled for it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Recheck {
    /// The pull request's number, or its link.
    pr: param::Pull,
    /// Only this one, by its name; all that failed or ended where you do not say.
    build: Option<String>,
}

impl Action for Recheck {
    type On = AzureDevOps;
    const NAME: &str = "pr recheck";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["pr recheck 7", "pr recheck 7 build=build"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx);
        let pull = acting.pull(&self.pr).await?;
        let id = pull.pull_request_id;
        // Of all policies only builds do anything when they are asked for again.
        let mut builds = evaluations(&acting, &pull).await?;
        builds.retain(|it| it.is_build());
        if builds.is_empty() {
            let message = format!("!{id} has to pass no build. `pr checks` shows what it waits for.");
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let names: Vec<String> = builds.iter().map(|it| it.name().to_owned()).collect();
        match self.build.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(name) => {
                builds.retain(|it| same(it.name(), name));
                if builds.is_empty() {
                    return Err(at("build", format!("!{id} has no build `{name}` to pass. There is {}.", names.join(", "))));
                }
            }
            None => builds.retain(|it| !it.is_running()),
        }
        let mut again = Vec::new();
        for it in &builds {
            let path = format!("/{}/_apis/policy/evaluations/{}", segment(&pull.repository.project.name), segment(it.id()));
            let queued = acting.patch_done(PREVIEW, &path, &[], &Value::Null).await;
            queued.map_err(|error| refused(error, &pull))?;
            again.push(it.name());
        }
        let said = match again.as_slice() {
            [] => format!("All builds of !{id} run already."),
            again => format!("Running again for !{id}: {}.", again.join(", ")),
        };
        let checks = Button::run("Checks", ctx.call("pr checks", json!({ "pr": id.to_string() })));
        Ok(Reply::to_channel(Message::text(said).buttons(vec![checks])))
    }
}
