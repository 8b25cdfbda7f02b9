//! Files as they are at some revision: <https://docs.github.com/en/rest/repos/contents>.

use base64::{Engine, engine::general_purpose::STANDARD};
use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{GitHub, access::Level, param, place::Right, problem, pulls::encoded_branch};

/// Shows a file, or what is in a folder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// Its path, such as docs/README.md; the repository's first folder where you do not say.
    #[schemars(extend("x-positional" = true))]
    path: Option<String>,
    /// At which branch, tag or commit; the default branch where you do not say.
    at: Option<param::Branch>,
    /// The repository.
    repo: Option<param::Repo>,
}

/// Of one path; a folder is a list of such.
#[derive(Deserialize)]
#[serde(untagged)]
enum Found {
    Folder(Vec<Entry>),
    One(Entry),
}

#[derive(Deserialize)]
struct Entry {
    /// `file`, `dir`, `symlink`, `submodule`.
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    size: u64,
    html_url: Option<String>,
    /// `base64`, and `none` of what is more than 1 MB.
    encoding: Option<String>,
    content: Option<String>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "file show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file show README.md repo=octo/widgets", "file show docs at=release repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Contents, Level::Read).await?;
        let path = self.path.as_deref().unwrap_or_default().trim().trim_matches('/');
        if path.split('/').any(|it| it == ".." || it == ".") {
            return Err(problem::at("path", format!("`{path}` is no path of a file. Write it like docs/README.md.")));
        }
        let at = self.at.as_ref().map(|it| it.0.trim()).filter(|it| !it.is_empty());
        let query: Vec<(&str, &str)> = at.map(|it| ("ref", it)).into_iter().collect();
        let place_in_time = at.map(|it| format!(" at {it}")).unwrap_or_default();
        let found = place.get::<Found>(&format!("/contents/{}", encoded_branch(path)), &query).await;
        let found = found.map_err(|error| match error.kind {
            ErrorKind::NotFound => {
                let what = if path.is_empty() { "nothing".to_owned() } else { format!("no `{path}`") };
                problem::at("path", format!("There is {what} in {}{place_in_time}.", place.repo))
            }
            _ => error,
        })?;
        let entry = match found {
            Found::Folder(mut all) => {
                all.sort_by_key(|it| (it.kind != "dir", it.name.clone()));
                let folder = if path.is_empty() { place.repo.to_string() } else { format!("{path} of {}", place.repo) };
                if all.is_empty() {
                    return Ok(Reply::to_channel(format!("{folder}{place_in_time} is empty.")));
                }
                let line =
                    |it: &Entry| Text::new().code(if it.kind == "dir" { format!("{}/", it.name) } else { it.name.clone() });
                let message = Message::text(Text::new().bold(format!("{folder}{place_in_time}")));
                return Ok(Reply::to_channel(message.list(all.iter().map(line).collect())));
            }
            Found::One(entry) => entry,
        };
        let look = entry.html_url.as_deref().unwrap_or(&on.site);
        if entry.kind != "file" {
            let message = format!("`{path}` is a {}, not a file. Look at it at GitHub: {look}", entry.kind);
            return Err(Error::new(ErrorKind::BadInput, message));
        }
        if entry.encoding.as_deref() != Some("base64") {
            let size = crate::words::size(entry.size);
            let message = format!("`{path}` is {size}, more than GitHub hands over this way. Look at it there: {look}");
            return Err(Error::new(ErrorKind::BadInput, message));
        }
        let content: String = entry.content.unwrap_or_default().split_whitespace().collect();
        let text = STANDARD.decode(content).ok().and_then(|it| String::from_utf8(it).ok()).ok_or_else(|| {
            Error::new(ErrorKind::BadInput, format!("`{path}` is no text that could be shown here. Look at it at GitHub: {look}"))
        })?;
        Ok(Reply::to_channel(Message::new().document(entry.name, format!("{path} of {}{place_in_time}", place.repo), text)))
    }
}
