//! What links show: <https://docs.slack.dev/messaging/unfurling-links-in-messages>,
//! <https://docs.slack.dev/reference/methods/chat.unfurl>.

use commands::{Message, Result};
use serde_json::{Map, Value, json};

use super::{
    Slack,
    render::{Print, color, plain, render},
};
use crate::chat::{Sharing, Stage};

/// Slack's limit for a preview's title is not documented; a header's is.
const TITLE: usize = 150;

impl Slack {
    pub(super) async fn unfurl(&self, sharing: &Sharing, cards: &[(String, Message)]) -> Result<()> {
        let unfurls: Map<String, Value> = cards
            .iter()
            .map(|(url, card)| (url.clone(), unfurl(card, sharing.stage, &|button| self.command_of(button))))
            .collect();
        let mut arguments = address(sharing);
        arguments.insert("unfurls".into(), unfurls.into());
        self.workspace(&sharing.place.workspace).await?.wire().post("chat.unfurl", &arguments).await.map(|_| ())
    }

    /// Slack shows it to who shared the link alone, with ways to hear no more of it.
    pub(super) async fn ask_to_link(&self, sharing: &Sharing, hint: &Message) -> Result<()> {
        let blocks = render(hint, &|button| self.command_of(button)).blocks;
        let mut arguments = address(sharing);
        arguments.insert("unfurls".into(), json!({}));
        arguments.insert("user_auth_required".into(), true.into());
        arguments.insert("user_auth_blocks".into(), blocks.into());
        self.workspace(&sharing.place.workspace).await?.wire().post("chat.unfurl", &arguments).await.map(|_| ())
    }
}

/// A message that is there has a place; one that is being written has only what Slack called it.
fn address(sharing: &Sharing) -> Map<String, Value> {
    let fields = match (&sharing.preview, sharing.stage) {
        (Some(preview), Stage::Writing) => [("unfurl_id", &preview.id), ("source", &preview.source)],
        _ => [("channel", &sharing.place.channel), ("ts", &sharing.message)],
    };
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.as_str().into())).collect()
}

/// A card below a link; while the message is written, with the title that Slack shows of it.
pub fn unfurl(card: &Message, stage: Stage, print: Print<'_>) -> Value {
    let mut unfurl = json!({ "blocks": render(card, print).blocks });
    if let Some(color) = color(card.tone) {
        unfurl["color"] = color.into();
    }
    if stage == Stage::Writing {
        unfurl["preview"] = json!({ "title": plain(&card.summary(), TITLE) });
    }
    unfurl
}
