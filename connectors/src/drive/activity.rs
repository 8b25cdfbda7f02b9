//! `file activity`: what happened to a file, from its versions and its comments.

use commands::{Action, Ctx, Effect, ErrorKind, Message, Reply, Result, Text};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Drive, card, param::FileRef};

/// More was never said about a file.
const READ: usize = 1000;

/// Shows what happened to a file lately: who changed it, and what was said.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Activity {
    /// The file.
    file: FileRef,
    /// How much of it.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u32>,
}

impl Action for Activity {
    type On = Drive;
    const NAME: &str = "file activity";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["file activity Brief"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let file = acting.find("file", &self.file).await?;
        let mut all: Vec<(Timestamp, String, String)> = Vec::new();
        // Folders have no versions, and whoever may only look is not told of them.
        let nothing = |kind| matches!(kind, ErrorKind::Permission | ErrorKind::Validation | ErrorKind::NotFound);
        match acting.revisions(&file.id).await {
            Ok(revisions) => all.extend(revisions.into_iter().filter_map(|it| {
                let who = it.last_modifying_user.map_or_else(|| "Somebody".into(), |it| it.display_name);
                let size = it.size.and_then(|it| it.parse().ok()).map(|it| format!(" ({})", card::size(it))).unwrap_or_default();
                Some((it.modified_time?, who, format!("changed it{size}")))
            })),
            Err(error) if nothing(error.kind) => {}
            Err(error) => return Err(error),
        }
        match acting.comments(&file.id, READ).await {
            Ok(comments) => {
                for comment in comments.items {
                    let said = format!("commented: {}", card::shorten(&comment.content, 200));
                    all.extend(comment.created_time.map(|at| (at, comment.author.display_name.clone(), said)));
                    for it in comment.replies {
                        let did = match it.action.as_deref() {
                            Some("resolve") => "resolved a comment".to_owned(),
                            Some("reopen") => "opened a comment again".to_owned(),
                            _ => format!("replied: {}", card::shorten(&it.content, 200)),
                        };
                        all.extend(it.created_time.map(|at| (at, it.author.display_name.clone(), did)));
                    }
                }
            }
            Err(error) if nothing(error.kind) => {}
            Err(error) => return Err(error),
        }
        all.extend(file.created_time.filter(|_| all.is_empty()).map(|at| (at, "Somebody".into(), "made it".into())));
        all.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let most = self.limit.unwrap_or(10) as usize;
        let line =
            |(at, who, did): &(Timestamp, String, String)| Text::new().time(*at).plain(" ").bold(who).plain(format!(" {did}"));
        let head = Text::new().plain("What happened to ").link(card::link(&file), &file.name);
        Ok(Reply::to_channel(Message::text(head).list(all.iter().take(most).map(line).collect())))
    }
}
