//! The app's Home tab: <https://docs.slack.dev/surfaces/app-home>, <https://docs.slack.dev/reference/methods/views.publish>.

use commands::{Message, Result};
use serde_json::{Value, json};

use super::{
    Slack,
    render::{Print, context, render},
};

/// The `callback_id` of every Home tab of ours.
pub const CALLBACK: &str = "home";
/// The command that its refresh button holds.
pub const REFRESH: &str = "bellhop home";
/// Slack's limit for blocks.
const BLOCKS: usize = 100;
/// Slack's limit for a whole view is 250 KB.
const BYTES: usize = 240_000;

impl Slack {
    pub(super) async fn publish(
        &self,
        workspace: &str,
        person: &str,
        page: &[Message],
        seen: Option<&str>,
    ) -> Result<Option<String>> {
        let view = view(page, &|button| self.command_of(button));
        let mut arguments = json!({ "user_id": person, "view": view });
        if let Some(hash) = seen {
            arguments["hash"] = hash.into();
        }
        // As JSON, for the same reasons as modals.
        let published = self.workspace(workspace).await?.wire().post("views.publish", &arguments).await?;
        Ok(published.body["view"]["hash"].as_str().map(str::to_owned))
    }
}

/// Draws a page: its sections one below the other, the last one always, and of the others as much as Slack takes.
pub fn view(page: &[Message], print: Print<'_>) -> Value {
    let mut sections: Vec<Vec<Value>> = page.iter().map(|it| render(it, print).blocks).collect();
    let end = sections.pop().unwrap_or_default();
    let mut blocks: Vec<Value> = Vec::new();
    let size = |blocks: &[Value]| blocks.iter().map(|it| it.to_string().len() + 1).sum::<usize>();
    // Two more: that something was left out, and the line before the end.
    let (most, room) = (BLOCKS.saturating_sub(end.len() + 2), BYTES.saturating_sub(size(&end) + 4_000));
    let (mut used, mut left_out) = (0, 0);
    for section in sections {
        let divider = (!blocks.is_empty()).then(|| json!({ "type": "divider" }));
        for block in divider.into_iter().chain(section) {
            let bytes = size(std::slice::from_ref(&block));
            if left_out > 0 || blocks.len() >= most || used + bytes > room {
                left_out += 1;
                continue;
            }
            used += bytes;
            blocks.push(block);
        }
    }
    if left_out > 0 {
        blocks.push(context(vec![format!("… and {left_out} more parts, which do not fit into one Home tab.")]));
    }
    if !blocks.is_empty() {
        blocks.push(json!({ "type": "divider" }));
    }
    blocks.extend(end);
    number(&mut blocks);
    json!({ "type": "home", "callback_id": CALLBACK, "blocks": blocks })
}

/// Each section was numbered from one; in a view each action has a number of its own.
fn number(blocks: &mut [Value]) {
    let mut count = 0;
    for block in blocks {
        let elements = block.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten();
        for element in elements.filter(|it| it.get("action_id").is_some()) {
            count += 1;
            element["action_id"] = format!("call-{count}").into();
        }
        if let Some(accessory) = block.get_mut("accessory").filter(|it| it.get("action_id").is_some()) {
            count += 1;
            accessory["action_id"] = format!("call-{count}").into();
        }
    }
}
