//! A message as plain text: for terminals and e-mail.

use super::{Block, Button, Message, Press, Span, Text, document};
use crate::{Group, grammar};

impl Message {
    /// The message as lines of text. Buttons are listed as the commands that they run.
    pub fn to_plain(&self, groups: &[Group]) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(|it| block(it, groups)).filter(|it| !it.is_empty()).collect();
        blocks.join("\n\n")
    }
}

fn block(block: &Block, groups: &[Group]) -> String {
    match block {
        Block::Heading(text) => format!("{text}\n{}", "=".repeat(width(text))),
        Block::Paragraph(text) | Block::Context(text) => inline(text),
        Block::List(items) => items.iter().map(|it| indented("- ", &inline(it))).collect::<Vec<_>>().join("\n"),
        Block::Facts(facts) => {
            let widest = facts.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
            let line = |(name, text): &(String, Text)| indented(&padded(&format!("{name}:"), widest + 2), &inline(text));
            facts.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Block::Table { header, rows } => table(header, rows),
        Block::Quote(text) => inline(text).lines().map(|it| format!("> {it}")).collect::<Vec<_>>().join("\n"),
        Block::Code(code) => code.lines().map(|it| format!("    {it}")).collect::<Vec<_>>().join("\n"),
        Block::Buttons(all) => buttons(all, groups),
        Block::Menu { label, options } => format!("{label}:\n{}", buttons(options, groups)),
        Block::Divider => "---".into(),
        Block::Image { url, alt, title } => match title {
            Some(title) => format!("[{title}: {alt}] {url}"),
            None => format!("[{alt}] {url}"),
        },
        // A terminal scrolls: all of it.
        Block::Document { name, title, text } => {
            let lines: Vec<&str> = document::lines(text).collect();
            let shown = match document::excerpt(name, &lines) {
                Block::Table { header, rows } => table(&header, &rows),
                _ => lines.join("\n"),
            };
            if title.is_empty() { shown } else { format!("{title}\n\n{shown}") }
        }
    }
}

fn buttons(buttons: &[Button], groups: &[Group]) -> String {
    let line = |it: &Button| {
        let command = match it.press {
            Press::Run => grammar::print(groups, &it.call),
            Press::Form => grammar::print_form(groups, &it.call),
        };
        format!("[{}] {command}", it.label)
    };
    buttons.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Unlike [`Text::to_plain`], a link says where it leads.
fn inline(text: &Text) -> String {
    let span = |it: &Span| match it {
        Span::Link { url, label } if url != label => format!("{label} <{url}>"),
        it => Text(vec![it.clone()]).to_plain(),
    };
    text.0.iter().map(span).collect()
}

fn table(header: &[String], rows: &[Vec<Text>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|it| inline(it).replace('\n', " ")).collect()).collect();
    let column = |at: usize| rows.iter().filter_map(move |row| row.get(at)).chain(header.get(at)).map(|it| width(it)).max();
    let widths: Vec<usize> = (0..header.len()).filter_map(column).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, widest)| padded(cell, *widest));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|it| "-".repeat(*it)).collect();
    [line(header), line(&rule)].into_iter().chain(rows.iter().map(|it| line(it))).collect::<Vec<_>>().join("\n")
}

/// Lines after the first stand below the first one's text.
fn indented(lead: &str, text: &str) -> String {
    format!("{lead}{}", text.replace('\n', &format!("\n{}", " ".repeat(width(lead)))))
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

fn width(text: &str) -> usize {
    text.chars().count()
}

impl Text {
    /// At most so many characters; what was cut off leaves an ellipsis.
    pub fn truncated(&self, chars: usize) -> Text {
        if width(&self.to_plain()) <= chars {
            return self.clone();
        }
        let mut left = chars.saturating_sub(1);
        let mut cut = Text::new();
        for span in &self.0 {
            let shown = Text(vec![span.clone()]).to_plain();
            let fits = width(&shown) <= left;
            if fits {
                left -= width(&shown);
                cut.0.push(span.clone());
                continue;
            }
            let start = |text: &str| text.chars().take(left).collect::<String>();
            match span {
                Span::Plain(text) => cut.0.push(Span::Plain(start(text))),
                Span::Bold(text) => cut.0.push(Span::Bold(start(text))),
                Span::Italic(text) => cut.0.push(Span::Italic(start(text))),
                Span::Code(text) => cut.0.push(Span::Code(start(text))),
                Span::Link { url, label } => cut.0.push(Span::Link { url: url.clone(), label: start(label) }),
                // Half a name is another name, and half a moment none.
                Span::Person { .. } | Span::Time(_) => {}
            }
            break;
        }
        cut.0.retain(|it| !matches!(it, Span::Plain(text) | Span::Bold(text) | Span::Italic(text) | Span::Code(text) | Span::Link { label: text, .. } if text.is_empty()));
        if chars == 0 { cut } else { cut.plain("…") }
    }
}
