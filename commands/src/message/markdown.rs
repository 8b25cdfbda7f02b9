//! Markdown → blocks and spans.
//!
//! What vendors hand us is Markdown that strangers wrote. Only what a [`Message`] can say comes
//! out: no markup of any chat, no mention, no link but to `http`, `https` and `mailto`.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Block, Message, Span, Text};

impl Text {
    /// The inline content of Markdown; blocks become lines.
    pub fn from_markdown(markdown: &str) -> Text {
        let mut text = Text::new();
        for block in Message::from_markdown(markdown).blocks {
            if !text.0.is_empty() {
                text = text.plain("\n");
            }
            text = match block {
                Block::Heading(heading) => text.bold(heading),
                Block::Paragraph(inner) | Block::Quote(inner) | Block::Context(inner) => text.joined(inner),
                Block::Code(code) => text.code(code),
                Block::List(items) => join(text, items.into_iter().map(|it| Text::new().plain("• ").joined(it)), "\n"),
                Block::Table { header, rows } => {
                    let rows = rows.into_iter().map(|row| join(Text::new(), row.into_iter(), " | "));
                    join(text, [Text::from(header.join(" | "))].into_iter().chain(rows), "\n")
                }
                Block::Divider => text.plain("—"),
                // Markdown has none of these.
                Block::Facts(_) | Block::Buttons(_) | Block::Menu { .. } | Block::Image { .. } | Block::Document { .. } => text,
            };
        }
        text.tidied()
    }

    fn joined(mut self, other: Text) -> Text {
        self.0.extend(other.0);
        self
    }

    /// Without empty spans, and with neighbouring plain ones in one.
    fn tidied(self) -> Text {
        let mut spans: Vec<Span> = Vec::new();
        for span in self.0 {
            match (spans.last_mut(), span) {
                (_, Span::Plain(text) | Span::Bold(text) | Span::Italic(text) | Span::Code(text)) if text.is_empty() => {}
                (Some(Span::Plain(before)), Span::Plain(text)) => before.push_str(&text),
                (_, span) => spans.push(span),
            }
        }
        if let Some(Span::Plain(text)) = spans.last_mut() {
            text.truncate(text.trim_end().len());
        }
        spans.retain(|it| !matches!(it, Span::Plain(text) if text.is_empty()));
        Text(spans)
    }
}

fn join(text: Text, parts: impl Iterator<Item = Text>, between: &str) -> Text {
    let start = text.0.len();
    parts.fold(text, |text, part| if text.0.len() > start { text.plain(between).joined(part) } else { text.joined(part) })
}

impl Message {
    /// Headings, paragraphs, lists, code, quotes and tables. Nested lists are flattened.
    pub fn from_markdown(markdown: &str) -> Message {
        let mut writer = Writer::default();
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
        Parser::new_ext(markdown, options).for_each(|event| writer.event(event));
        writer.flush();
        Message { blocks: writer.blocks, ..Message::new() }
    }
}

#[derive(Default)]
struct Writer {
    blocks: Vec<Block>,
    text: Text,
    bold: u32,
    italic: u32,
    /// The address and the label so far.
    link: Option<(String, String)>,
    code: Option<String>,
    quotes: u32,
    /// What a quote said before the list in it.
    quoted: Text,
    /// Within an HTML comment.
    comment: bool,
    /// One for each list that is open: the next number, if it counts.
    lists: Vec<Option<u64>>,
    items: Vec<Text>,
    header: Vec<String>,
    rows: Vec<Vec<Text>>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::FootnoteReference(text) => self.say(&text),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => match &mut self.link {
                Some((_, label)) => label.push_str(&code),
                None => self.text.0.push(Span::Code(code.into_string())),
            },
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            // People who write comments mean their line breaks.
            Event::SoftBreak | Event::HardBreak => self.say("\n"),
            Event::Rule => {
                self.flush();
                self.blocks.push(Block::Divider);
            }
            Event::TaskListMarker(done) => self.say(if done { "☑ " } else { "☐ " }),
        }
    }

    /// Markup of strangers is shown as text. Comments, which issue templates are full of and nobody
    /// is meant to see, are left out; they come in pieces of a line.
    fn html(&mut self, html: &str) {
        let mut rest = html;
        loop {
            let (shown, after) = match (self.comment, rest.split_once("-->"), rest.split_once("<!--")) {
                (true, Some((_, after)), _) => ("", after),
                (true, None, _) => return,
                (false, _, Some((shown, after))) => (shown, after),
                (false, _, None) => {
                    return if !rest.trim().is_empty() {
                        self.say(rest)
                    };
                }
            };
            self.say(shown);
            self.comment = !self.comment;
            rest = after;
        }
    }

    fn say(&mut self, text: &str) {
        let text = text.to_owned();
        match (&mut self.code, &mut self.link) {
            (Some(code), _) => code.push_str(&text),
            (_, Some((_, label))) => label.push_str(&text),
            _ if self.bold > 0 => self.text.0.push(Span::Bold(text)),
            _ if self.italic > 0 => self.text.0.push(Span::Italic(text)),
            _ => self.text.0.push(Span::Plain(text)),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } if self.link.is_none() => {
                self.link = Some((dest_url.into_string(), String::new()));
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => self.code = Some(String::new()),
            Tag::BlockQuote(_) => {
                if self.lists.is_empty() && self.quotes == 0 {
                    self.flush();
                }
                self.quotes += 1;
            }
            Tag::List(number) => {
                match (self.lists.is_empty(), self.quotes) {
                    (true, 0) => self.flush(),
                    (true, _) => self.quoted = std::mem::take(&mut self.text).tidied(),
                    (false, _) => {}
                }
                self.lists.push(number);
            }
            Tag::Item => self.item(),
            Tag::Paragraph if (!self.lists.is_empty() || self.quotes > 0) && self.has_text() => self.say("\n"),
            Tag::Heading { .. } if self.lists.is_empty() && self.quotes == 0 => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.close_link(),
            TagEnd::CodeBlock => self.close_code(),
            TagEnd::Heading(level) if self.lists.is_empty() && self.quotes == 0 => {
                let text = std::mem::take(&mut self.text).tidied();
                match level {
                    HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3 => self.blocks.push(Block::Heading(text.to_plain())),
                    _ => self.blocks.push(Block::Paragraph(Text::new().bold(text.to_plain()))),
                }
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock if self.lists.is_empty() && self.quotes == 0 => self.flush(),
            TagEnd::Item => self.close_item(),
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() && self.quotes == 0 {
                    let items = std::mem::take(&mut self.items);
                    self.blocks.push(Block::List(items));
                } else if self.lists.is_empty() {
                    let items = std::mem::take(&mut self.items);
                    let bulleted = items.into_iter().map(|it| Text::new().plain("• ").joined(it));
                    let before = std::mem::take(&mut self.quoted);
                    let before = if before.0.is_empty() { before } else { before.plain("\n") };
                    self.text = join(before, bulleted, "\n");
                }
            }
            TagEnd::BlockQuote(_) => {
                self.quotes = self.quotes.saturating_sub(1);
                let text =
                    if self.quotes == 0 && self.lists.is_empty() { std::mem::take(&mut self.text).tidied() } else { Text::new() };
                if !text.0.is_empty() {
                    self.blocks.push(Block::Quote(text));
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text).tidied();
                match self.rows.last_mut() {
                    Some(row) => row.push(cell),
                    None => self.header.push(cell.to_plain()),
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => self.rows.push(Vec::new()),
            TagEnd::Table => {
                self.rows.retain(|row| !row.is_empty());
                let (header, rows) = (std::mem::take(&mut self.header), std::mem::take(&mut self.rows));
                self.blocks.push(Block::Table { header, rows });
            }
            _ => {}
        }
    }

    fn has_text(&self) -> bool {
        self.text.0.iter().any(|it| !matches!(it, Span::Plain(text) if text.trim().is_empty() || is_marker(text)))
    }

    fn item(&mut self) {
        self.close_item();
        let depth = self.lists.len().saturating_sub(1);
        let indent = "  ".repeat(depth.min(8));
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number += 1;
                marker
            }
            _ if depth > 0 => "◦ ".to_owned(),
            _ => String::new(),
        };
        if !(indent.is_empty() && marker.is_empty()) {
            self.text.0.push(Span::Plain(format!("{indent}{marker}")));
        }
    }

    /// The item that is open; or, before a list within it, what it has said so far.
    fn close_item(&mut self) {
        let text = std::mem::take(&mut self.text).tidied();
        if !text.0.is_empty() {
            self.items.push(text);
        }
    }

    fn close_link(&mut self) {
        let Some((url, label)) = self.link.take() else { return };
        let safe = ["http://", "https://", "mailto:"].iter().any(|it| url.to_ascii_lowercase().starts_with(it));
        match safe {
            true => {
                let label = if label.trim().is_empty() { url.clone() } else { label };
                self.text.0.push(Span::Link { url, label });
            }
            false => self.say(&label),
        }
    }

    fn close_code(&mut self) {
        let code = self.code.take().unwrap_or_default().trim_end_matches('\n').to_owned();
        if self.lists.is_empty() && self.quotes == 0 {
            self.flush();
            self.blocks.push(Block::Code(code));
        } else {
            self.say("\n");
            self.text.0.push(Span::Code(code));
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text).tidied();
        if !text.0.is_empty() {
            self.blocks.push(Block::Paragraph(text));
        }
    }
}

/// What [`Writer::item`] put before an item.
fn is_marker(text: &str) -> bool {
    let text = text.trim();
    text == "◦" || text.strip_suffix('.').is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}
