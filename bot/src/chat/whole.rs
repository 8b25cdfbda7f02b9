//! A message that is too long for a chat's messages, as a file.

use commands::{Block, Button, Message, Text, message::document::File};

/// All of it as text; buttons as what they run.
pub fn file(message: &Message, print: &dyn Fn(&Button) -> String) -> File {
    let listed = |buttons: &[Button]| {
        let line = |it: &Button| Text::from(format!("{}: {}", it.label, print(it)));
        Block::List(buttons.iter().map(line).collect())
    };
    let blocks = message.blocks.iter().map(|block| match block {
        Block::Buttons(buttons) => listed(buttons),
        Block::Menu { options, .. } => listed(options),
        block => block.clone(),
    });
    let text = Message { blocks: blocks.collect(), tone: message.tone, object: None }.to_plain(&[]);
    let summary = message.summary();
    let title = if summary.trim().is_empty() { "Message".into() } else { summary.chars().take(100).collect() };
    File { name: "message.txt".into(), title, text: text + "\n" }
}
