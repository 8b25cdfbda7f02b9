//! Lists that come in parts, read to their end by pressing the button below them.

use commands::{Block, Button, Message};

use super::*;

pub(super) fn rows(message: &Message) -> usize {
    let count = |it: &Block| match it {
        Block::List(items) => items.len(),
        Block::Table { rows, .. } => rows.len(),
        _ => 0,
    };
    message.blocks.iter().map(count).sum()
}

pub(super) fn more(message: &Message) -> Option<&Button> {
    let buttons = message.blocks.iter().filter_map(|it| match it {
        Block::Buttons(buttons) => Some(buttons),
        _ => None,
    });
    buttons.flatten().find(|it| it.label == "Show more")
}

#[tokio::test]
async fn every_list_is_read_to_its_end() {
    for door in [Door::Cloud, Door::Center] {
        let desk = desk(door).await;
        desk.run("tag create v1.1 repo=website").await.expect("a tag");
        desk.run("pr comment 1 Nice repo=website").await.expect("a comment");
        let both = [
            ("pr list repo=website state=all", 3),
            ("pr list author=chloe state=all", 2),
            ("pr list author=chloe state=all text=stage", 1),
            ("pr list reviewer=ana state=all", 3),
            ("pr list reviewer=ana --waiting", 2),
            ("pr list repo=website reviewer=ana state=all --waiting", 1),
            ("pr files 1 repo=website", 2),
            ("branch list repo=website", 3),
            ("tag list repo=website", 2),
            ("commit list repo=website branch=feature/footer", 3),
            ("repo list", 2),
            ("project list", 2),
            ("pr comments 1 repo=website", 2),
        ];
        let cloud = [("pipeline list repo=website", 3), ("issue list repo=website --all", 3)];
        let lines = both.into_iter().chain(cloud.into_iter().filter(|_| door == Door::Cloud));
        for (line, all) in lines {
            let mut call = desk.call(&format!("{line} limit=1"));
            let mut seen = 0;
            for _ in 0..10 {
                let reply = desk.connected.run(&call, &desk.ctx()).await.unwrap_or_else(|err| panic!("{line}: {err}"));
                seen += rows(&reply.message);
                match more(&reply.message) {
                    Some(button) => call = button.call.clone(),
                    None => break,
                }
            }
            assert_eq!(seen, all, "{line} in {door:?}");
        }
    }
}
