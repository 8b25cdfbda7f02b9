//! `share show`, `share list`.

use commands::{Action, Button, Ctx, Effect, Message, Reply, Result, Text, param::Person};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Share, USER};
use crate::nextcloud::{Nextcloud, card::listed, param};

/// Shows a share: of what, for whom, until when.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The share's number, or the link that it gave.
    share: param::ShareRef,
}

impl Action for Show {
    type On = Nextcloud;
    const NAME: &str = "share show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["share show 7", "share show https://cloud.example.org/s/kFy9Hek5sm928xP"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let share = on.find_share(&self.share).await?;
        Ok(Reply::to_channel(shown(on, &share, ctx)))
    }
}

pub(super) fn shown(on: &Nextcloud, share: &Share, ctx: &Ctx) -> Message {
    let path = on.shared_path(share);
    let mut facts: Vec<(String, Text)> = Vec::new();
    let mut fact = |name: &str, value: Text| facts.push((name.to_owned(), value));
    fact("Of", super::shown(&path).into());
    fact("For", share.whom().into());
    fact("May", share.may().into());
    if let Some(url) = &share.url {
        fact("Link", Text::new().link(url, url.clone()));
        fact("Password", if share.has_password() { "yes" } else { "none" }.into());
    }
    fact("Until", share.until().map_or_else(|| "no end".to_owned(), |it| it.to_string()).into());
    for (name, text) in [("Label", &share.label), ("Note", &share.note), ("Shared by", &share.displayname_owner)] {
        if let Some(text) = text.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            fact(name, text.into());
        }
    }
    let id = json!({ "share": share.id });
    let buttons =
        vec![Button::form("Change", ctx.call("share update", id.clone())), Button::run("Revoke", ctx.call("share revoke", id))];
    Message::new().heading(format!("Share #{} of {}", share.id, super::title(&path))).facts(facts).buttons(buttons)
}

/// Lists shares: all that the bot gave, those of a file, or those for somebody.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The file or folder: its path, its number, or a link to it.
    #[schemars(extend("x-positional" = true))]
    file: Option<param::FileRef>,
    /// For whom: me, @ana, a user name or an email address.
    with: Option<Person>,
    /// Only public links.
    #[serde(default)]
    links: bool,
    /// How many to show.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u8>,
}

impl Action for List {
    type On = Nextcloud;
    const NAME: &str = "share list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["share list /Reports", "share list with=me", "share list --links"];

    async fn run(self, on: &Nextcloud, ctx: &Ctx) -> Result<Reply> {
        let (heading, mut shares) = match &self.file {
            Some(file) => {
                let entry = on.resolve("file", file).await?;
                (format!("Shares of {}", entry.path), on.shares_of(&entry.path).await?)
            }
            None => ("Shares".to_owned(), on.all_shares().await?),
        };
        if let Some(person) = &self.with {
            let account = on.person("with", &person.0, ctx).await?;
            let (id, email) = (account.id, account.email);
            shares.retain(|it| {
                let with = it.share_with.as_deref();
                (it.share_type == USER && with == Some(id.as_str())) || (with.is_some() && with == email.as_deref())
            });
        }
        if self.links {
            shares.retain(|it| it.url.is_some());
        }
        let limit = usize::from(self.limit.unwrap_or(20));
        let lines: Vec<Text> =
            shares.iter().take(limit).map(|it| it.line(&on.shared_page(it), super::shown(&on.shared_path(it)))).collect();
        let options: Vec<Button> = shares
            .iter()
            .take(limit.min(25))
            .map(|it| {
                Button::run(
                    format!("#{} {}", it.id, super::title(&on.shared_path(it))),
                    ctx.call("share show", json!({ "share": it.id })),
                )
            })
            .collect();
        let mut message = listed(heading, "Nothing is shared like that.", lines, shares.len() > limit);
        if !options.is_empty() {
            message = message.block(commands::Block::Menu { label: "Show".into(), options });
        }
        Ok(Reply::to_asker(message))
    }
}
