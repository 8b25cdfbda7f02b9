//! Neutral messages as Zulip Markdown.
//!
//! Zulip draws buttons (`zform`) only in its web and desktop apps, so a message must work without
//! them: every button is also a numbered line with the command to type, which is what pressing it
//! posts. Where they are drawn, they stand in place of the message's text, of which only their
//! heading is left: so what is to be read and what is to be pressed are two messages ([`parts`]),
//! or, where only one can be sent, the heading says it all.
//! See <https://zulip.com/help/format-your-message-using-markdown>.

use commands::{Block, Button, Group, Message, Press, Span, Text, Tone, grammar};
use serde_json::{Value, json};

use super::escape;

/// Zulip's limit, in characters, less what a post's marker takes.
pub const LIMIT: usize = 10_000 - super::marker::ROOM;

/// A message as Zulip takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    pub content: String,
    /// The `zform` widget; on the wire it is a string that holds this JSON.
    pub widget: Option<Value>,
}

/// How people address the bot where the message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A direct message: just talk.
    Direct,
    /// A channel: `@**Bellhop**` first.
    Mention(String),
}

impl Address {
    /// What to type for the bot to hear `command`.
    pub fn say(&self, command: &str) -> String {
        match self {
            Address::Direct => command.to_owned(),
            Address::Mention(name) => format!("@**{name}** {command}"),
        }
    }
}

/// One choice of a `zform`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// On the button: `1`.
    pub short: String,
    /// Beside it.
    pub long: String,
    /// What the person who presses it posts.
    pub reply: String,
}

/// The widget for `choices`; none when there are none.
pub fn widget(heading: &str, choices: &[Choice]) -> Option<Value> {
    let choices: Vec<Value> = choices
        .iter()
        .map(|it| json!({"type": "multiple_choice", "short_name": it.short, "long_name": it.long, "reply": it.reply}))
        .collect();
    (!choices.is_empty())
        .then(|| json!({"widget_type": "zform", "extra_data": {"type": "choices", "heading": heading, "choices": choices}}))
}

/// What stands before a message that reports a state.
pub fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "",
        Tone::Good => ":check: ",
        Tone::Warning => ":warning: ",
        Tone::Bad => ":cross_mark: ",
    }
}

/// Writes `message` for a place where the bot is addressed like `address`.
pub fn message(groups: &[Group], address: &Address, message: &Message) -> Rendered {
    let mut blocks = Vec::new();
    let mut choices = Vec::new();
    for block in &message.blocks {
        let written = match block {
            Block::Heading(words) => bold(words),
            Block::Paragraph(words) => text(words),
            Block::List(items) => items.iter().map(|it| format!("* {}", flat(it))).collect::<Vec<_>>().join("\n"),
            Block::Facts(facts) => {
                let line = |(name, value): &(String, Text)| format!("* {}: {}", bold(name), flat(value));
                facts.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            Block::Table { header, rows } => table(header, rows),
            Block::Quote(words) => text(words).lines().map(|it| format!("> {it}")).collect::<Vec<_>>().join("\n"),
            Block::Code(code) => escape::block(code),
            Block::Context(words) => italic(words),
            Block::Buttons(buttons) => numbered(groups, address, buttons, &mut choices),
            Block::Menu { label, options } => {
                let before = choices.len();
                let lines = numbered(groups, address, options, &mut choices);
                // Where buttons are drawn, nothing else says what they choose.
                choices[before..].iter_mut().for_each(|it| it.long = format!("{label}: {}", it.long));
                format!("{}\n{lines}", bold(label))
            }
            Block::Divider => "---".into(),
        };
        if !written.is_empty() {
            blocks.push(written);
        }
    }
    let sign = sign(message.tone);
    // A sign before a fence, a list or a table would break it.
    let content = match blocks.first() {
        Some(first) if !sign.is_empty() && first.starts_with(['`', '|', '>', '-']) => format!("{sign}\n{}", blocks.join("\n\n")),
        Some(first) if !sign.is_empty() && first.starts_with("* ") => format!("{sign}\n{}", blocks.join("\n\n")),
        _ => format!("{sign}{}", blocks.join("\n\n")),
    };
    Rendered { content: cut(&content), widget: widget(&heading(message), &choices) }
}

/// The same as one message to read and, where there are buttons, one to press.
pub fn parts(groups: &[Group], address: &Address, message: &Message) -> Vec<Rendered> {
    let is_button = |it: &Block| matches!(it, Block::Buttons(_) | Block::Menu { .. });
    let (pressed, read): (Vec<Block>, Vec<Block>) = message.blocks.iter().cloned().partition(is_button);
    if pressed.is_empty() || read.is_empty() {
        return vec![self::message(groups, address, message)];
    }
    let read = Message { blocks: read, tone: message.tone, object: None };
    let about: String = read
        .blocks
        .iter()
        .find_map(|it| if let Block::Heading(text) = it { Some(text.clone()) } else { None })
        .unwrap_or_else(|| read.summary());
    let mut buttons = self::message(groups, address, &Message { blocks: pressed, ..Message::default() });
    if let Some(widget) = &mut buttons.widget {
        widget["extra_data"]["heading"] = json!(about.chars().take(200).collect::<String>());
    }
    vec![self::message(groups, address, &read), buttons]
}

/// What is left of a message where its buttons are drawn: all of its words.
fn heading(message: &Message) -> String {
    let is_text = |it: &&Block| !matches!(it, Block::Buttons(_) | Block::Menu { .. });
    let words = Message { blocks: message.blocks.iter().filter(is_text).cloned().collect(), tone: message.tone, object: None };
    let plain = words.to_plain(&[]);
    let lines: Vec<&str> = plain.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    lines.join(" · ").chars().take(1_000).collect()
}

/// `content` within Zulip's limit, with a note where it was cut and fences closed.
pub fn cut(content: &str) -> String {
    if content.chars().count() <= LIMIT {
        return content.to_owned();
    }
    const NOTE: &str = "\n\n*(cut: too long for one Zulip message)*";
    let room = LIMIT - NOTE.chars().count() - 64;
    let end = content.char_indices().nth(room).map_or(content.len(), |(at, _)| at);
    // A whole line, so that no entity or link is cut in two; a single line of that length is cut
    // at a space, which entities do not hold.
    let head = &content[..end];
    let head = head.rfind('\n').filter(|at| *at > end / 2).or_else(|| head.rfind(' ')).map_or(head, |at| &head[..at]);
    let mut open: Option<&str> = None;
    for line in head.lines() {
        let fence = &line[..line.len() - line.trim_start_matches('`').len()];
        match open {
            Some(opened) if line.trim_end() == opened => open = None,
            None if fence.len() >= 3 && line[fence.len()..].chars().all(char::is_alphanumeric) => open = Some(fence),
            _ => {}
        }
    }
    let close = open.map(|it| format!("\n{}", it.chars().take(60).collect::<String>())).unwrap_or_default();
    format!("{head}{close}{NOTE}")
}

/// The command that a button stands for.
pub fn command(groups: &[Group], button: &Button) -> String {
    match button.press {
        Press::Run => grammar::print(groups, &button.call),
        Press::Form => grammar::print_form(groups, &button.call),
    }
}

fn numbered(groups: &[Group], address: &Address, buttons: &[Button], choices: &mut Vec<Choice>) -> String {
    let mut lines = Vec::new();
    for button in buttons {
        let number = choices.len() + 1;
        let command = command(groups, button);
        let sure = button.confirm.as_deref().map(|it| format!(" ({})", escape::line(it))).unwrap_or_default();
        lines.push(format!("{number}. {}{sure}: {}", bold(&button.label), escape::code(&address.say(&command))));
        let long = match &button.confirm {
            Some(question) => format!("{} ({question})", button.label),
            None => button.label.clone(),
        };
        // The slash says that it is a command even where a conversation waits for an answer.
        choices.push(Choice { short: number.to_string(), long, reply: address.say(&format!("/{command}")) });
    }
    lines.join("\n")
}

fn table(header: &[String], rows: &[Vec<Text>]) -> String {
    let head = header.iter().map(|it| escape::line(it)).collect::<Vec<_>>().join(" | ");
    let rule = header.iter().map(|_| "---").collect::<Vec<_>>().join(" | ");
    let mut lines = vec![format!("| {head} |"), format!("| {rule} |")];
    for row in rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}

/// A pipe in a code span would end the cell: there the code becomes plain text.
fn cell(words: &Text) -> String {
    let spans = words.0.iter().map(|it| match it {
        Span::Code(code) if code.contains('|') => Span::Plain(code.clone()),
        other => other.clone(),
    });
    flat(&Text(spans.collect()))
}

fn text(words: &Text) -> String {
    let mut out = String::new();
    for span in &words.0 {
        let written = match span {
            Span::Plain(words) if out.is_empty() || out.ends_with('\n') => escape::text(words),
            Span::Plain(words) => escape::rest(words),
            Span::Bold(words) => spaced(words, &bold(words)),
            Span::Italic(words) => spaced(words, &emphasis(&escape::line(words))),
            Span::Code(code) => escape::code(code),
            Span::Link { url, label } => escape::link(url, label),
            // By id, so that no name can make it somebody else's.
            Span::Person { id, .. } if !id.is_empty() && id.bytes().all(|it| it.is_ascii_digit()) => format!("@**|{id}**"),
            Span::Person { name, .. } => escape::line(name),
            Span::Time(at) => format!("<time:{}>", at.strftime("%Y-%m-%dT%H:%M:%SZ")),
        };
        // Two spans side by side must not read as one mark, nor as `example.org`.
        let meets = |mark: char| out.ends_with(mark) && written.starts_with(mark);
        let word = out.ends_with(['.', ':', '/']) && written.starts_with(|it: char| it.is_alphanumeric() || it == '/');
        if meets('*') || meets('`') || word {
            out.push(escape::ZERO_WIDTH);
        }
        out.push_str(&written);
    }
    out.trim().to_owned()
}

/// Within one line.
fn flat(words: &Text) -> String {
    text(words).split('\n').map(str::trim).collect::<Vec<_>>().join(" ")
}

fn italic(words: &Text) -> String {
    emphasis(&flat(words))
}

/// Zulip's emphasis cannot hold other marks: with any, the words stay upright.
fn emphasis(written: &str) -> String {
    if written.is_empty() || written.contains(['*', '^']) { written.to_owned() } else { format!("*{written}*") }
}

fn bold(words: &str) -> String {
    let words = escape::line(words);
    if words.is_empty() { words } else { format!("**{words}**") }
}

/// Marks must touch the words they are around: spaces move outside.
fn spaced(words: &str, marked: &str) -> String {
    let (before, after) = (words.starts_with(char::is_whitespace), words.ends_with(char::is_whitespace));
    match (before, after) {
        _ if marked.is_empty() => " ".into(),
        (true, true) => format!(" {marked} "),
        (true, false) => format!(" {marked}"),
        (false, true) => format!("{marked} "),
        (false, false) => marked.to_owned(),
    }
}

#[cfg(test)]
mod tests;
