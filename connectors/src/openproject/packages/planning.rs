//! Where a work package is and how far: `wp move`, `progress`.

use commands::{Action, Ctx, Effect, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::openproject::{
    OpenProject,
    hal::{Draft, duration},
    names::{pick, same},
    param,
};

/// Moves a work package to another project.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Move {
    /// The work package's number.
    package: param::PackageId,
    /// The project it shall be in, by identifier or name.
    project: param::Project,
    /// What it is there, when the project does not have its type.
    #[serde(rename = "type")]
    kind: Option<param::Type>,
}

impl Action for Move {
    type On = OpenProject;
    const NAME: &str = "wp move";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp move 42 apollo", "wp move 42 apollo type=Task"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        let project = on.project(&self.project.0).await?;
        let types = on.types_of(project.id()).await?;
        let now = before.title("type").unwrap_or_default();
        let mut draft = Draft::default();
        draft.link("project", format!("/api/v3/projects/{}", project.id()));
        let wanted = self.kind.as_ref().map_or(now.as_str(), |it| &it.0);
        let kind = pick("type", "type", wanted, &types)?;
        if !same(kind.name(), &now) {
            draft.link("type", format!("/api/v3/types/{}", kind.id()));
        }
        on.change_package(ctx, &before, &draft, "", &format!("Moved #{id} to {}.", project.name())).await
    }
}

/// Says how far a work package is.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Progress {
    /// The work package's number.
    package: param::PackageId,
    /// How much is done, in percent.
    #[schemars(range(min = 0, max = 100))]
    done: u8,
    /// How much work is left: 2h, 1h30m.
    remaining: Option<String>,
    /// A comment on it.
    comment: Option<Markdown>,
}

impl Action for Progress {
    type On = OpenProject;
    const NAME: &str = "wp progress";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["wp progress 42 60", "wp progress 42 60 remaining=3h"];

    async fn run(self, on: &OpenProject, ctx: &Ctx) -> Result<Reply> {
        let id = self.package.number("package")?;
        let before = on.package(id).await?;
        on.package_form(&before).await?.writable("percentageDone", "done")?;
        let mut draft = Draft::default();
        draft.put("percentageDone", self.done);
        if let Some(remaining) = &self.remaining {
            draft.put("remainingTime", duration(param::read_hours("remaining", remaining)?));
        }
        let comment = self.comment.as_ref().map_or("", |it| it.0.as_str());
        on.change_package(ctx, &before, &draft, comment, &format!("#{id} is {} % done.", self.done)).await
    }
}
