//! `alert list` and `alert show`.

use commands::{Action, Ctx, Effect, Error, ErrorKind, Message, Reply, Result, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{GitHub, access::Level, card, param, place::Right},
    Alert, Kind, hiding, line, off, show,
};

/// As many of each kind are shown; the rest is on GitHub's page.
const SHOWN: usize = 10;

/// Lists what Dependabot, code scanning and secret scanning found, to you alone.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct List {
    /// The repository.
    repo: Option<param::Repo>,
    /// Found by whom; by all of them where you do not say.
    by: Option<Scanner>,
    /// Those that are dismissed or fixed, too.
    #[serde(default)]
    all: bool,
}

/// Who found it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scanner {
    Dependabot,
    Code,
    Secret,
}

impl Action for List {
    type On = GitHub;
    const NAME: &str = "alert list";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert list repo=octo/widgets", "alert list by=dependabot repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let kinds: &[Kind] = match self.by {
            None => &Kind::ALL,
            Some(Scanner::Dependabot) => &[Kind::Dependabot],
            Some(Scanner::Code) => &[Kind::Code],
            Some(Scanner::Secret) => &[Kind::Secret],
        };
        let mut place = on.place(ctx, on.repo(self.repo.as_ref())?, Right::Metadata, Level::Write).await?;
        let mut message = Message::new();
        let mut count = 0;
        let mut refused: Vec<Error> = Vec::new();
        for kind in kinds {
            place.right = kind.right();
            let mut query = hiding(*kind).to_vec();
            if !self.all {
                query.push(("state", "open"));
            }
            let found = match place.allow(kind.level()).await {
                Ok(()) => {
                    let found = place.first::<Alert>(&format!("/{}/alerts", kind.place()), &query, SHOWN).await;
                    found.map_err(|error| off(error, *kind, |it| it))
                }
                Err(error) => Err(error),
            };
            match found {
                Ok(found) => {
                    count += found.items.len();
                    if found.items.is_empty() {
                        continue;
                    }
                    let head = Text::new().bold(format!("{} in {}", kind.title(), place.repo));
                    message = message.paragraph(head).list(found.items.iter().map(|it| line(*kind, it)).collect());
                    if found.more {
                        let page = format!("{}/{}/security/{}", on.site, place.repo, kind.place());
                        message = message.paragraph(Text::new().link(page, "More of them at GitHub"));
                    }
                }
                // What cannot be seen of one kind must not hide the others.
                Err(error) if matches!(error.kind, ErrorKind::Permission | ErrorKind::NotFound) => refused.push(error),
                Err(error) => return Err(error),
            }
        }
        if refused.len() == kinds.len()
            && let Some(first) = refused.pop()
        {
            return Err(refused.into_iter().next().unwrap_or(first));
        }
        if count == 0 {
            let open = if self.all { "" } else { "open " };
            message = Message::text(format!("There are no {open}alerts in {}.", place.repo));
        }
        let message = refused.into_iter().fold(message, |message, it| message.context(card::shorten(&it.message, 300)));
        // What is insecure is nothing for a whole channel.
        Ok(Reply::to_asker(message))
    }
}

/// Shows what Dependabot, code scanning or secret scanning found, to you alone; a secret itself is never shown.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {
    /// The alert: dependabot/3, code/3, secret/3, or its link.
    alert: param::Alert,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Show {
    type On = GitHub;
    const NAME: &str = "alert show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["alert show dependabot/3 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (repo, kind, number) = on.alert(&self.alert, self.repo.as_ref())?;
        show(on, ctx, repo, kind, number).await
    }
}
