//! Files as they are at some revision.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bitbucket, lists::with_rest, model::AtPath, param, place::at};

/// What is fetched of a file; more is read in Bitbucket.
const LARGEST: usize = 1 << 20;

/// Shows a file, or what is in a folder.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Show {
    /// Of which repository.
    #[schemars(extend("x-named" = true))]
    repo: param::Repo,
    /// Its path, such as `docs/README.md`; the repository's first folder where you do not say.
    #[serde(default)]
    #[schemars(extend("x-positional" = true))]
    path: Option<String>,
    /// At which branch, tag or commit; the main branch where you do not say.
    at: Option<param::Branch>,
}

impl Action for Show {
    type On = Bitbucket;
    const NAME: &str = "file show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] =
        &["file show README.md repo=website", "file show repo=website", "file show lamps.css repo=website at=feature/lamps"];

    async fn run(self, on: &Bitbucket, _: &Ctx) -> Result<Reply> {
        let repo = on.repo(Some(&self.repo))?;
        let path = self.path.as_deref().unwrap_or_default().trim().trim_matches('/').to_owned();
        let revision = self.at.as_ref().map(|it| it.0.trim());
        let found = on.api().at_path(&repo, revision, &path, LARGEST).await;
        let place = revision.map(|it| format!(" at {it}")).unwrap_or_default();
        let found = found.map_err(|error| match error.kind {
            ErrorKind::NotFound if path.is_empty() => at("at", format!("There is nothing in {repo}{place}.")),
            ErrorKind::NotFound => at("path", format!("There is no `{path}` in {repo}{place}.")),
            _ => error,
        })?;
        match found {
            AtPath::File(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| {
                    Error::new(
                        ErrorKind::BadInput,
                        format!("`{path}` is no text that could be shown here. Look at it in Bitbucket."),
                    )
                })?;
                let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                Ok(Reply::to_channel(Message::new().document(name, format!("{path} of {repo}{place}"), text)))
            }
            AtPath::Folder(mut page) => {
                let paths = &mut page.items;
                paths.sort_by_key(|it| (!it.ends_with('/'), it.clone()));
                let folder = if path.is_empty() { repo.to_string() } else { format!("{path} of {repo}") };
                if paths.is_empty() {
                    return Ok(Reply::to_channel(format!("{folder}{place} is empty.")));
                }
                let lines = paths.iter().map(|it| Text::new().code(it)).collect();
                let message = Message::text(Text::new().bold(format!("{folder}{place}"))).list(lines);
                Ok(Reply::to_channel(with_rest(message, &page, "entries")))
            }
        }
    }
}
