//! Searching everything the bot may see.

use commands::{Action, Ctx, Effect, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    GitLab,
    api::segment,
    card,
    list::{USUAL, given, listed},
    names, param, wire,
};

/// Searches issues, merge requests, projects, milestones, commits, code or comments.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// What to look for.
    words: String,
    /// Only in this project; commits, code and comments need one, unless GitLab has advanced search.
    project: Option<param::Project>,
    /// What to look at.
    #[serde(default, rename = "in")]
    scope: Scope,
    /// Which page.
    #[schemars(extend("x-hidden" = true))]
    page: Option<u32>,
}

/// What is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    Issues,
    MergeRequests,
    Projects,
    Milestones,
    Commits,
    Code,
    Comments,
}

impl Scope {
    fn name(self) -> (&'static str, (&'static str, &'static str)) {
        match self {
            Scope::Issues => ("issues", ("issue", "issues")),
            Scope::MergeRequests => ("merge_requests", ("merge request", "merge requests")),
            Scope::Projects => ("projects", ("project", "projects")),
            Scope::Milestones => ("milestones", ("milestone", "milestones")),
            Scope::Commits => ("commits", ("commit", "commits")),
            Scope::Code => ("blobs", ("file", "files")),
            Scope::Comments => ("notes", ("comment", "comments")),
        }
    }
}

impl Action for Search {
    type On = GitLab;
    const NAME: &str = "search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["search printer fire", "search fan in=merge_requests project=demo/printer"];

    async fn run(self, on: &GitLab, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let project = match &self.project {
            Some(it) => Some(on.project_of(Some(it)).await?),
            None => None,
        };
        let (scope, noun) = self.scope.name();
        let query = [("scope", scope.to_owned()), ("search", self.words.trim().to_owned())];
        let path = project.as_ref().map_or("/search".to_owned(), |it| format!("/projects/{}/search", segment(it)));
        let number = self.page.unwrap_or(1);
        let page = acting.page::<Value>(&path, &query, number, USUAL).await;
        let mut page = page.map_err(|error| names::in_project(error, project.as_deref().unwrap_or_default()))?;
        page.items.retain(|it| it["confidential"] != true && it["internal"] != true);
        let params = vec![
            ("words", Some(json!(self.words))),
            ("project", project.as_ref().map(|it| json!(it))),
            ("in", Some(json!(self.scope))),
        ];
        let call = ctx.call(Self::NAME, given(params));
        let base = on.http.base();
        Ok(listed(&page, number, noun, call, |it| line(self.scope, it, base, project.as_deref())))
    }
}

/// A hit in a line; what is not as expected is shown by whatever title it has.
fn line(scope: Scope, hit: &Value, base: &str, project: Option<&str>) -> Text {
    let text = |name: &str| hit[name].as_str().unwrap_or_default();
    let link = |label: &str| match hit["web_url"].as_str() {
        Some(url) => Text::new().link(url, label),
        None => Text::new().bold(label),
    };
    match scope {
        Scope::Issues => serde_json::from_value::<wire::Issue>(hit.clone()).ok().map(|it| card::issue_line(&it)),
        Scope::MergeRequests => {
            serde_json::from_value::<wire::MergeRequest>(hit.clone()).ok().map(|it| card::merge_request_line(&it))
        }
        Scope::Projects => Some(link(text("path_with_namespace"))),
        Scope::Milestones => Some(link(text("title")).plain(format!(" · {}", text("state")))),
        Scope::Commits => Some(link(text("short_id")).plain(format!(" {} · {}", text("title"), text("author_name")))),
        Scope::Code => {
            let place = format!("{}:{}", text("path"), hit["startline"].as_u64().unwrap_or(1));
            let url = project.map(|it| format!("{base}/{it}/-/blob/{}/{}", segment(text("ref")), text("path")));
            let found = card::shorten(text("data").trim().lines().next().unwrap_or_default(), 120);
            let place = url.map_or_else(|| Text::new().bold(&place), |url| Text::new().link(url, &place));
            Some(place.plain(" ").code(found))
        }
        Scope::Comments => {
            let author = hit["author"]["name"].as_str().unwrap_or("somebody");
            let on = format!(" on {} {}: ", text("noteable_type"), hit["noteable_iid"].as_u64().unwrap_or_default());
            Some(Text::new().bold(author).plain(on).plain(card::shorten(text("body"), 200)))
        }
    }
    .unwrap_or_else(|| link(text("title")))
}
