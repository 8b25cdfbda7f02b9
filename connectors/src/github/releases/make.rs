//! `release create`, `notes`, `publish` and `delete`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, param::Markdown};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{GitHub, access::Level, card, param, place::Right, problem, wire},
    notes, reply,
};

/// GitHub's names of fields, and the parameters that hold them.
pub(super) const FIELDS: &[(&str, &str)] =
    &[("tag_name", "tag"), ("target_commitish", "target"), ("name", "title"), ("body", "body")];

/// Creates a release, and its tag where there is none.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Create {
    /// The tag, such as v1.2.0.
    tag: String,
    /// Its title; the tag where you do not say.
    title: Option<String>,
    /// What is new; GitHub writes it where you do not.
    body: Option<Markdown>,
    /// The branch or commit that a new tag is for; the default branch where you do not say.
    target: Option<param::Branch>,
    /// As a draft that nobody sees yet.
    #[serde(default)]
    draft: bool,
    /// Not for production yet.
    #[serde(default)]
    prerelease: bool,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Create {
    type On = GitHub;
    const NAME: &str = "release create";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] =
        &["release create v1.2.0 repo=octo/widgets", "release create v1.2.0 --draft title=\"The cat release\""];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let tag = self.tag.trim();
        let mut body = json!({
            "tag_name": tag,
            "name": self.title.as_deref().map_or(tag, str::trim),
            "draft": self.draft,
            "prerelease": self.prerelease,
        });
        match &self.body {
            Some(text) => body["body"] = json!(text.0.trim()),
            None => body["generate_release_notes"] = json!(true),
        }
        if let Some(target) = &self.target {
            body["target_commitish"] = json!(target.0.trim());
        }
        let made: Result<wire::Release> = place.post("/releases", &body).await;
        let made = made.map_err(|it| problem::place(it, FIELDS))?;
        let draft = if made.draft { "draft of " } else { "" };
        Ok(reply(&place, ctx, &made, Message::text(format!("Created the {draft}release {} of {}.", made.tag_name, place.repo))))
    }
}

/// Shows the notes that GitHub would write for a release: what was merged since the last one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Notes {
    /// The tag, which need not be there yet.
    tag: String,
    /// The tag that came before; the last release where you do not say.
    since: Option<String>,
    /// The branch or commit that a new tag would be for.
    target: Option<param::Branch>,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Notes {
    type On = GitHub;
    const NAME: &str = "release notes";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["release notes v1.2.0 since=v1.1.0 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        #[derive(Deserialize)]
        struct Written {
            name: String,
            body: String,
        }
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let mut body = json!({ "tag_name": self.tag.trim() });
        if let Some(since) = &self.since {
            body["previous_tag_name"] = json!(since.trim());
        }
        if let Some(target) = &self.target {
            body["target_commitish"] = json!(target.0.trim());
        }
        // Written down nowhere: asking twice is no harm.
        let request = on.request(reqwest::Method::POST, &place.path("/releases/generate-notes")).json(&body);
        let written: Result<Written> = request.repeatable(crate::http::Repeatable::Yes).send().await;
        let written = written.map_err(|it| problem::place(place.explain(problem::explain(it)), FIELDS))?;
        Ok(Reply::to_channel(notes(&written.name, &written.body)))
    }
}

/// Publishes a release that is a draft.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Publish {
    /// Its tag.
    release: param::Release,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Publish {
    type On = GitHub;
    const NAME: &str = "release publish";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["release publish v1.2.0 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let release = place.release(&self.release.0).await?;
        if !release.draft {
            return Ok(reply(&place, ctx, &release, Message::text(format!("{} is published already.", release.tag_name))));
        }
        let made: wire::Release = place.patch(&format!("/releases/{}", release.id), &json!({ "draft": false })).await?;
        Ok(reply(&place, ctx, &made, Message::text(format!("Published {} of {}.", made.tag_name, place.repo))))
    }
}

/// Deletes a release. Its tag stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delete {
    /// Its tag.
    release: param::Release,
    /// The repository.
    repo: Option<param::Repo>,
    /// Say yes to do it.
    confirm: Option<param::Confirm>,
}

impl Action for Delete {
    type On = GitHub;
    const NAME: &str = "release delete";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["release delete v1.2.0 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Write).await?;
        let release = place.release(&self.release.0).await?;
        let tag = &release.tag_name;
        if self.confirm.is_none() {
            let files = match release.assets.as_slice() {
                [] => "It has no files.".to_owned(),
                all => format!("Its files go with it: {}.", card::join(all.iter().map(|it| it.name.as_str()))),
            };
            let notes = if release.body.as_deref().is_some_and(|it| !it.trim().is_empty()) {
                "Its notes go with it."
            } else {
                "It has no notes."
            };
            let will = [files, notes.to_owned(), format!("The tag {tag} stays."), "This cannot be undone.".to_owned()];
            let call = ctx.call("release delete", json!({ "release": tag, "repo": place.repo.to_string() }));
            return Ok(card::really(format!("Delete the release {tag} of {}?", place.repo), &will, "Delete it", call));
        }
        place.delete(&format!("/releases/{}", release.id)).await?;
        Ok(Reply::to_channel(format!("Deleted the release {tag} of {}. Its tag stays.", place.repo)))
    }
}
