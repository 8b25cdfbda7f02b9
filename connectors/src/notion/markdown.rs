//! Markdown to Notion's blocks, and back (<https://developers.notion.com/reference/block>).
//!
//! Both directions know what chat knows: headings, paragraphs, lists with one list in another, to-dos, quotes, code, tables,
//! dividers, pictures by address, and in text bold, italic, struck, code and links. What Notion has beyond that is read as
//! the text or the link in it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use super::wire::{Block, plain};

/// The longest text in one piece of rich text, in characters, and as many pieces fit into one block.
const LONGEST: usize = 2000;
const PIECES: usize = 100;
/// Blocks that may stand in one request, also below one block.
pub(super) const MOST: usize = 100;

/// A text without markup as rich text.
pub(super) fn rich_text(text: &str) -> Vec<Value> {
    pieces(text, Style::default())
}

#[derive(Clone, Debug, Default)]
struct Style {
    bold: u8,
    italic: u8,
    struck: u8,
    code: bool,
    link: Option<String>,
}

fn pieces(text: &str, style: Style) -> Vec<Value> {
    let characters: Vec<char> = text.chars().collect();
    let piece = |it: &[char]| {
        // Notion refuses links that are no addresses.
        let link =
            style.link.as_ref().filter(|it| it.starts_with("http://") || it.starts_with("https://") || it.starts_with("mailto:"));
        let mut piece = json!({ "text": { "content": it.iter().collect::<String>() } });
        if let Some(link) = link {
            piece["text"]["link"] = json!({ "url": link });
        }
        let marks =
            [("bold", style.bold > 0), ("italic", style.italic > 0), ("strikethrough", style.struck > 0), ("code", style.code)];
        for (name, _) in marks.into_iter().filter(|(_, on)| *on) {
            piece["annotations"][name] = json!(true);
        }
        piece
    };
    characters.chunks(LONGEST).map(piece).collect()
}

/// Markdown in one piece of rich text, for what knows no blocks: paragraphs with their marks, everything else as it is written.
pub(super) fn lines(markdown: &str) -> Vec<Value> {
    let blocks = blocks(markdown);
    if blocks.iter().any(|it| it["type"] != "paragraph") {
        return rich_text(markdown);
    }
    let texts = blocks.iter().map(|it| it["paragraph"]["rich_text"].as_array().cloned().unwrap_or_default());
    let mut all = Vec::new();
    for text in texts {
        if !all.is_empty() {
            all.extend(rich_text("\n\n"));
        }
        all.extend(text);
    }
    if all.len() > PIECES { rich_text(markdown) } else { all }
}

/// A block that is being read.
struct Open {
    kind: &'static str,
    content: Value,
    text: Vec<Value>,
    children: Vec<Value>,
}

impl Open {
    fn new(kind: &'static str, content: Value) -> Open {
        Open { kind, content, text: Vec::new(), children: Vec::new() }
    }

    fn closed(mut self) -> Value {
        self.text.truncate(PIECES);
        self.content["rich_text"] = self.text.into();
        self.children.truncate(MOST);
        if !self.children.is_empty() {
            self.content["children"] = self.children.into();
        }
        json!({ "object": "block", "type": self.kind, self.kind: self.content })
    }
}

/// Markdown as blocks, at most two levels of them below the first: Notion takes no more in one request.
pub(super) fn blocks(markdown: &str) -> Vec<Value> {
    let mut reader = Reader::default();
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_TABLES;
    for event in Parser::new_ext(markdown, options) {
        reader.read(event);
    }
    reader.done
}

#[derive(Default)]
struct Reader {
    done: Vec<Value>,
    /// The blocks that the next text stands in, the innermost last.
    open: Vec<Open>,
    /// Whether each list is numbered, the innermost last.
    lists: Vec<bool>,
    style: Style,
    /// Rows of the table that is being read, and the cells of the last.
    table: Option<Vec<Vec<Vec<Value>>>>,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => {
                self.style.code = true;
                self.text(&text);
                self.style.code = false;
            }
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Rule => self.put(json!({ "object": "block", "type": "divider", "divider": {} })),
            Event::TaskListMarker(checked) => {
                if let Some(open) = self.open.last_mut() {
                    (open.kind, open.content) = ("to_do", json!({ "checked": checked }));
                }
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                let kind = match level {
                    HeadingLevel::H1 => "heading_1",
                    HeadingLevel::H2 => "heading_2",
                    _ => "heading_3",
                };
                self.open.push(Open::new(kind, json!({})));
            }
            // A paragraph in an item or a quote is its text.
            Tag::Paragraph if self.open.is_empty() => self.open.push(Open::new("paragraph", json!({}))),
            Tag::Paragraph if self.open.last().is_some_and(|it| !it.text.is_empty()) => self.text("\n"),
            Tag::BlockQuote(_) => self.open.push(Open::new("quote", json!({}))),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language_of(&language),
                    CodeBlockKind::Indented => "plain text",
                };
                self.open.push(Open::new("code", json!({ "language": language })));
            }
            Tag::List(first) => self.lists.push(first.is_some()),
            Tag::Item => {
                let kind = if self.lists.last() == Some(&true) { "numbered_list_item" } else { "bulleted_list_item" };
                self.open.push(Open::new(kind, json!({})));
            }
            Tag::Table(_) => self.table = Some(Vec::new()),
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.push(Vec::new());
                }
            }
            Tag::TableCell => {
                if let Some(row) = self.table.as_mut().and_then(|it| it.last_mut()) {
                    row.push(Vec::new());
                }
            }
            Tag::Strong => self.style.bold += 1,
            Tag::Emphasis => self.style.italic += 1,
            Tag::Strikethrough => self.style.struck += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.style.link = Some(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if self.open.len() == 1 && self.open[0].kind == "paragraph" => self.close(),
            TagEnd::Heading(_) | TagEnd::BlockQuote(_) | TagEnd::Item => self.close(),
            TagEnd::CodeBlock => {
                // The fence's own line break is none of the code.
                if let Some(last) = self.open.last_mut().and_then(|it| it.text.last_mut())
                    && let Some(text) = last["text"]["content"].as_str().and_then(|it| it.strip_suffix('\n'))
                {
                    last["text"]["content"] = json!(text);
                }
                self.close();
            }
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::Table => {
                let Some(rows) = self.table.take() else { return };
                let width = rows.iter().map(Vec::len).max().unwrap_or(0);
                let row = |it: Vec<Vec<Value>>| json!({ "object": "block", "type": "table_row", "table_row": { "cells": it } });
                let rows: Vec<Value> = rows.into_iter().take(MOST).map(row).collect();
                let table = json!({ "table_width": width, "has_column_header": true, "has_row_header": false, "children": rows });
                self.put(json!({ "object": "block", "type": "table", "table": table }));
            }
            TagEnd::Strong => self.style.bold -= 1,
            TagEnd::Emphasis => self.style.italic -= 1,
            TagEnd::Strikethrough => self.style.struck -= 1,
            TagEnd::Link | TagEnd::Image => self.style.link = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let pieces = pieces(text, self.style.clone());
        if let Some(cell) = self.table.as_mut().and_then(|it| it.last_mut()).and_then(|it| it.last_mut()) {
            cell.extend(pieces);
            return;
        }
        match self.open.last_mut() {
            Some(open) => open.text.extend(pieces),
            None => {
                let mut open = Open::new("paragraph", json!({}));
                open.text = pieces;
                self.put(open.closed());
            }
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            // Below the second level, what is deeper stands beside it.
            let deeper = if self.open.len() > 1 { open.closed_flat() } else { vec![open.closed()] };
            deeper.into_iter().for_each(|it| self.put(it));
        }
    }

    fn put(&mut self, block: Value) {
        match self.open.last_mut() {
            Some(open) => open.children.push(block),
            None => self.done.push(block),
        }
    }
}

impl Open {
    /// The block and what was in it, side by side.
    fn closed_flat(mut self) -> Vec<Value> {
        let children = std::mem::take(&mut self.children);
        std::iter::once(self.closed()).chain(children).collect()
    }
}

/// Notion knows a list of languages, and refuses others.
fn language_of(word: &str) -> &'static str {
    const LANGUAGES: &[(&str, &str)] = &[
        ("bash", "bash"),
        ("c", "c"),
        ("cpp", "c++"),
        ("css", "css"),
        ("diff", "diff"),
        ("docker", "docker"),
        ("dockerfile", "docker"),
        ("go", "go"),
        ("graphql", "graphql"),
        ("html", "html"),
        ("java", "java"),
        ("javascript", "javascript"),
        ("js", "javascript"),
        ("json", "json"),
        ("kotlin", "kotlin"),
        ("makefile", "makefile"),
        ("markdown", "markdown"),
        ("php", "php"),
        ("python", "python"),
        ("py", "python"),
        ("ruby", "ruby"),
        ("rust", "rust"),
        ("sh", "shell"),
        ("shell", "shell"),
        ("sql", "sql"),
        ("swift", "swift"),
        ("toml", "toml"),
        ("ts", "typescript"),
        ("typescript", "typescript"),
        ("xml", "xml"),
        ("yaml", "yaml"),
        ("yml", "yaml"),
    ];
    let word = word.split_whitespace().next().unwrap_or_default().to_lowercase();
    LANGUAGES.iter().find(|(name, _)| *name == word).map_or("plain text", |(_, language)| language)
}

/// One block as Markdown, its lines after `indent`; what is in it stands below, indented where a list's is.
pub(super) fn line(block: &Block, number: usize) -> Option<String> {
    let content = block.content();
    let text = inline(&content["rich_text"]);
    Some(match block.kind.as_str() {
        "paragraph" | "toggle" | "callout" | "template" => text,
        "heading_1" => format!("# {text}"),
        "heading_2" => format!("## {text}"),
        "heading_3" => format!("### {text}"),
        "bulleted_list_item" => format!("- {text}"),
        "numbered_list_item" => format!("{number}. {text}"),
        "to_do" => format!("- [{}] {text}", if content["checked"] == true { "x" } else { " " }),
        "quote" => text.lines().map(|it| format!("> {it}")).collect::<Vec<_>>().join("\n"),
        "code" => {
            let language = content["language"].as_str().filter(|it| *it != "plain text").unwrap_or_default();
            let code = plain(&content["rich_text"]);
            let fence = if code.contains("```") { "````" } else { "```" };
            format!("{fence}{language}\n{code}\n{fence}")
        }
        "divider" => "---".into(),
        "equation" => format!("$${}$$", content["expression"].as_str().unwrap_or_default()),
        "child_page" | "child_database" => format!("**{}**", content["title"].as_str().unwrap_or_default()),
        "table_row" => {
            let cells = content["cells"].as_array().into_iter().flatten();
            let cells: Vec<String> = cells.map(|it| inline(it).replace('|', "\\|").replace('\n', " ")).collect();
            format!("| {} |", cells.join(" | "))
        }
        "bookmark" | "embed" | "link_preview" => format!("<{}>", content["url"].as_str()?),
        "image" | "video" | "file" | "pdf" | "audio" => {
            // Notion's own addresses end after an hour, and are worth nothing then.
            let address = content["external"]["url"].as_str().map_or_else(String::new, |it| format!("({it})"));
            let name = Some(plain(&content["caption"])).filter(|it| !it.is_empty());
            let name = name.or_else(|| content["name"].as_str().map(str::to_owned)).unwrap_or_else(|| block.kind.clone());
            if address.is_empty() { format!("[{name}]") } else { format!("[{name}]{address}") }
        }
        _ => return None,
    })
}

/// Rich text as Markdown.
fn inline(rich_text: &Value) -> String {
    let piece = |it: &Value| {
        let text = it["plain_text"].as_str().or_else(|| it["text"]["content"].as_str()).unwrap_or_default();
        let core = text.trim();
        if core.is_empty() {
            return text.to_owned();
        }
        let on = |name: &str| it["annotations"][name] == true;
        let mut marked = core.to_owned();
        if on("code") {
            marked = format!("`{marked}`");
        }
        if let Some(link) = it["href"].as_str().or_else(|| it["text"]["link"]["url"].as_str()) {
            marked = format!("[{marked}]({link})");
        }
        for (name, mark) in [("bold", "**"), ("italic", "*"), ("strikethrough", "~~")] {
            if on(name) {
                marked = format!("{mark}{marked}{mark}");
            }
        }
        // Marks hold only next to words.
        let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
        format!("{}{marked}{}", &text[..start], &text[end..])
    };
    rich_text.as_array().into_iter().flatten().map(piece).collect()
}
