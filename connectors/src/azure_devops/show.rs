//! `show`: what a pasted link or a bare number leads to.

use commands::{Action, Ctx, Effect, Reply, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    AzureDevOps, items,
    param::{self, Noun},
    problem::at,
    pulls, runs,
};

/// Shows what a link or a number leads to: a work item, a pull request (!7), a run of a pipeline.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// A link into Azure DevOps, a work item's number, or !7 for a pull request.
    what: String,
}

impl Action for Show {
    type On = AzureDevOps;
    const NAME: &str = "show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["show 1", "show !7"];

    async fn run(self, on: &AzureDevOps, ctx: &Ctx) -> Result<Reply> {
        let what = self.what;
        match param::read(&what, on.http.base()).map(|(noun, _)| noun.unwrap_or(Noun::Item)) {
            Some(Noun::Item) => items::Show { item: param::Item(what) }.run(on, ctx).await,
            Some(Noun::Pull) => pulls::Show { pr: param::Pull(what) }.run(on, ctx).await,
            Some(Noun::Run) => runs::Show { run: param::Run(what), project: None }.run(on, ctx).await,
            None => {
                Err(at("what", format!("`{}` leads to nothing that can be shown. Write 42, !7, or paste a link.", what.trim())))
            }
        }
    }
}
