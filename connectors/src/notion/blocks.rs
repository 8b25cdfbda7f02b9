//! A page's content: read as Markdown, and added to.

use commands::{BoxFuture, Result};
use futures::TryStreamExt;
use serde_json::{Value, json};

use super::{Notion, markdown, wire::Block};

/// Blocks of one page that are read; the rest is a click away.
const MOST: usize = 500;
/// How deep blocks in blocks are read.
const DEPTH: usize = 4;

/// A page's content.
pub(super) struct Content {
    pub markdown: String,
    /// Whether there is more than is read.
    pub cut: bool,
}

impl Notion {
    /// The blocks of a page or in a block.
    pub(super) async fn children(&self, parent: &str) -> Result<Vec<Block>> {
        self.all(format!("/v1/blocks/{parent}/children"), Vec::new()).try_collect().await
    }

    /// A page's content as Markdown.
    pub(super) async fn content(&self, page: &str) -> Result<Content> {
        let (mut lines, mut left) = (Vec::new(), MOST);
        self.write(page, 0, 0, &mut lines, &mut left).await?;
        Ok(Content { markdown: lines.join("\n"), cut: left == 0 })
    }

    fn write<'a>(
        &'a self,
        parent: &'a str,
        depth: usize,
        indent: usize,
        lines: &'a mut Vec<String>,
        left: &'a mut usize,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (mut number, mut before) = (0, String::new());
            for block in self.children(parent).await? {
                if *left == 0 {
                    return Ok(());
                }
                *left -= 1;
                number = if block.kind == "numbered_list_item" { number + 1 } else { 0 };
                let is_row = block.kind == "table_row";
                // Items and rows stand together; everything else is parted by an empty line.
                let apart = !before.is_empty() && (!is_item(&block.kind) || !is_item(&before)) && !is_row;
                if apart && depth == 0 {
                    lines.push(String::new());
                }
                if let Some(text) = markdown::line(&block, number) {
                    lines.extend(text.lines().map(|it| format!("{:indent$}{it}", "")));
                    if is_row && before.is_empty() {
                        let columns = block.content()["cells"].as_array().map_or(1, Vec::len);
                        lines.push(format!("|{}", " --- |".repeat(columns)));
                    }
                }
                // A page in the page has its own content.
                if block.has_children && depth < DEPTH && !block.kind.starts_with("child_") {
                    let deeper = if is_item(&block.kind) { indent + 2 } else { indent };
                    self.write(&block.id, depth + 1, deeper, lines, left).await?;
                }
                before = block.kind;
            }
            Ok(())
        })
    }

    /// Adds Markdown at a page's end, as many requests as it takes.
    ///
    /// # Errors
    /// As [`Notion::add`]; with how much of it is there, where some is.
    pub(super) async fn append(&self, page: &str, markdown: &str) -> Result<()> {
        let blocks = markdown::blocks(markdown);
        for (at, some) in blocks.chunks(markdown::MOST).enumerate() {
            let body: Value = json!({ "children": some });
            self.add(&format!("/v1/blocks/{page}/children"), &body).await.map_err(|mut error| {
                if at > 0 {
                    error.message =
                        format!("The first {} of {} blocks are there. {}", at * markdown::MOST, blocks.len(), error.message);
                }
                error
            })?;
        }
        Ok(())
    }
}

fn is_item(kind: &str) -> bool {
    matches!(kind, "bulleted_list_item" | "numbered_list_item" | "to_do")
}
