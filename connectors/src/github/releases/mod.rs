//! Releases: list, show, create, update, publish, delete, and their notes.

use commands::{Audience, Block, Button, Card, Ctx, Message, Reply, Result, Text};
use serde_json::json;

use super::{
    GitHub,
    access::Level,
    card,
    issues::encoded,
    place::{Place, RepoName, Right, missing},
    wire,
};

mod list;
mod make;
mod update;

pub use list::{List, Show};
pub use make::{Create, Delete, Notes, Publish};
pub use update::Update;

/// Files of a release that are named.
const ASSETS: usize = 10;

impl Place<'_> {
    /// The release of this tag, drafts among them, which have none yet; `latest` is the last one.
    pub(super) async fn release(&self, tag: &str) -> Result<wire::Release> {
        let tag = tag.trim();
        let (path, what) = match tag {
            "latest" => ("/releases/latest".to_owned(), "release".to_owned()),
            _ => (format!("/releases/tags/{}", encoded(tag)), format!("release {tag}")),
        };
        match self.get(&path, &[]).await {
            Err(error) if error.kind == commands::ErrorKind::NotFound && tag != "latest" => {
                // Drafts are not found by tag, only listed.
                let all: Vec<wire::Release> = self.first("/releases", &[], 100).await?.items;
                all.into_iter().find(|it| it.draft && it.tag_name == tag).ok_or_else(|| missing(error, &what, &self.repo))
            }
            outcome => outcome.map_err(|it| missing(it, &what, &self.repo)),
        }
    }
}

/// A release in a line.
fn line(release: &wire::Release) -> Text {
    let name = release.name.as_deref().filter(|it| !it.is_empty() && *it != release.tag_name);
    let name = name.map(|it| format!(" {it}")).unwrap_or_default();
    let kind = if release.draft {
        " · draft"
    } else if release.prerelease {
        " · pre-release"
    } else {
        ""
    };
    let when = release.published_at.unwrap_or(release.created_at);
    Text::new().link(&release.html_url, &release.tag_name).plain(format!("{name}{kind} · ")).time(when)
}

pub(super) async fn show(on: &GitHub, ctx: &Ctx, repo: RepoName, tag: &str) -> Result<Reply> {
    let place = on.place(ctx, repo, Right::Contents, Level::Read).await?;
    let release = place.release(tag).await?;
    Ok(reply(&place, ctx, &release, Message::new()))
}

fn reply(place: &Place<'_>, ctx: &Ctx, release: &wire::Release, said: Message) -> Reply {
    let params = json!({ "release": release.tag_name, "repo": place.repo.to_string() });
    let call = |action: &str| ctx.call(action, params.clone());
    let title = release.name.as_deref().filter(|it| !it.is_empty()).unwrap_or(&release.tag_name);
    let state = if release.draft {
        "draft"
    } else if release.prerelease {
        "pre-release"
    } else {
        "published"
    };
    let author = release.author.as_ref().map(|it| format!(" · by {}", it.login)).unwrap_or_default();
    let line =
        Text::new().link(&release.html_url, format!("{} {}", place.repo, release.tag_name)).plain(format!(" · {state}{author}"));
    let mut shown = Message::new().heading(title).paragraph(line);
    if let Some(body) = card::excerpt(release.body.as_deref(), 2_000) {
        shown = shown.block(Block::Quote(body.into()));
    }
    let files: Vec<Text> = release
        .assets
        .iter()
        .take(ASSETS)
        .map(|it| Text::new().link(&it.browser_download_url, &it.name).plain(format!(" {} kB", it.size.div_ceil(1_000))))
        .collect();
    if !files.is_empty() {
        shown = shown.list(files);
    }
    let mut buttons = Vec::new();
    if release.draft {
        buttons.push(Button::run("Publish", call("release publish")).primary());
    }
    buttons.push(Button::form("Change", call("release update")));
    buttons.push(Button::run("Delete", call("release delete")));
    let shown = shown.buttons(buttons);
    let card = Card { object: release.html_url.clone(), said, shown, call: call("release show") };
    Reply::card(card, Audience::Channel)
}

/// Release notes as GitHub writes them, to be read in chat.
fn notes(title: &str, body: &str) -> Message {
    Message::new().heading(title).document("notes.md", String::new(), body)
}
