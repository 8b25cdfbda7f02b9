//! `page attach`: <https://developers.notion.com/guides/data-apis/uploading-small-files>.

use commands::{Action, Ctx, Download, Effect, Reply, Result, param::File};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    notion::{Notion, api, markdown::rich_text, param, problem, view},
    words::size,
};

/// What Notion takes in one piece; a free workspace takes less, and says so.
const LARGEST: usize = 20 << 20;

/// Puts a file from this chat, or from a public link, at the end of a page.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Attach {
    /// The page.
    page: param::Page,
    /// A file from this chat, or a public link to one.
    #[schemars(extend("x-named" = true))]
    file: File,
    /// What to write below it.
    #[schemars(length(max = 1000))]
    caption: Option<String>,
}

/// What a file looks like on a page: <https://developers.notion.com/reference/block#file>.
fn kind(content_type: &str) -> &'static str {
    match content_type.split('/').next() {
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ if content_type.starts_with("application/pdf") => "pdf",
        _ => "file",
    }
}

impl Action for Attach {
    type On = Notion;
    const NAME: &str = "page attach";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["page attach \"Lobby handbook\" file=https://example.org/fire.txt"];

    async fn run(self, on: &Notion, ctx: &Ctx) -> Result<Reply> {
        // Before the file travels: a wrong page is found out now.
        let page = on.page("page", &self.page.0).await?;
        let file: Download = ctx.host.download(&self.file.0).await.map_err(|error| {
            let message = error.message.clone();
            error.with_fields(vec![commands::FieldProblem::new("file", message)])
        })?;
        if file.bytes.len() > LARGEST {
            let message = format!(
                "“{}” is {}, more than the {} that Notion takes at once. Put it into Notion there.",
                file.name,
                size(file.bytes.len() as u64),
                size(LARGEST as u64)
            );
            return Err(problem::at("file", message));
        }
        let id = on.upload(&file).await.map_err(|it| problem::place(it, "file"))?;
        let kind = kind(&file.content_type);
        let caption = self.caption.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let caption = caption.map_or_else(|| api::asked(ctx), |it| format!("{it} ({})", api::asked(ctx).trim_end_matches('.')));
        let block = json!({
            "object": "block", "type": kind,
            kind: { "type": "file_upload", "file_upload": { "id": id }, "caption": rich_text(&caption) },
        });
        on.add(&format!("/v1/blocks/{}/children", page.id), &json!({ "children": [block] })).await?;
        Ok(view::after(on, &page.id, ctx, &format!("Put “{}” on “{}”.", file.name, page.title())).await)
    }
}
