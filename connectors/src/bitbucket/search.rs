//! `search`: code, in all repositories of the workspace.

use commands::{Action, Ctx, Effect, ErrorKind, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Bitbucket, cloud,
    lists::{limit, listed, more, shorten},
    model::Window,
    param,
    place::encoded_path,
    vendor::Only,
};

/// Searches code (Cloud).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Code {
    /// What to look for; `lang:rust`, `ext:css` and `path:src` narrow it down.
    words: String,
    /// Only in this repository.
    repo: Option<param::Repo>,
    /// How many at once.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
    /// Where the list goes on.
    #[schemars(extend("x-hidden" = true))]
    after: Option<String>,
}

impl Action for Code {
    type On = Bitbucket;
    const NAME: &str = "search";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["search brightness", "search brightness repo=website"];

    async fn run(self, on: &Bitbucket, ctx: &Ctx) -> Result<Reply> {
        let cloud = on.vendor.cloud(Only::CodeSearch)?;
        let words = match &self.repo {
            Some(repo) => format!("{} repo:{}", self.words.trim(), on.repo(Some(repo))?.slug),
            None => self.words.trim().to_owned(),
        };
        let window = Window { limit: limit(self.limit), after: self.after.clone() };
        let page = cloud.search_code(&words, &window).await.map_err(|mut error| {
            if error.kind == ErrorKind::NotFound {
                error.message = format!(
                    "Code search is off in the workspace {0}. An administrator switches it on at {1}/search?account=%7B{0}%7D.",
                    cloud.workspace, cloud.web
                );
            }
            error
        })?;
        let lines = page.items.iter().map(|it| line(&cloud.web, it)).collect();
        let more = more(ctx, "search", &self, page.next);
        let none = format!("Nothing in {} holds “{}”.", cloud.workspace, self.words.trim());
        Ok(Reply::to_channel(listed(&format!("Files that hold “{}”", self.words.trim()), &none, lines, more)))
    }
}

fn line(web: &str, found: &cloud::search::Found) -> Text {
    let path = &found.file.path;
    let line = found.line();
    let text = match found.place() {
        Some((workspace, slug, commit)) => {
            let at = line.as_ref().map(|(number, _)| format!("#lines-{number}")).unwrap_or_default();
            let url = format!("{web}/{workspace}/{slug}/src/{commit}/{}{at}", encoded_path(path));
            Text::new().plain(format!("{slug}: ")).link(url, path.as_str())
        }
        None => Text::from(path.as_str()),
    };
    match line {
        Some((number, content)) => text.plain(format!(" line {number}: ")).code(shorten(&content, 120)),
        None => text,
    }
}
