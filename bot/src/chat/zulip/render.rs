//! Neutral messages as Zulip Markdown.
//!
//! Zulip draws buttons (`zform`) only in its web and desktop apps, so a message must work without
//! them: every button is also a numbered line with the command to type, which is what pressing it
//! posts. Where they are drawn, they stand in place of the message's text, of which only their
//! heading is left: so what is to be read and what is to be pressed are two messages ([`parts`]),
//! or, where only one can be sent, the heading says it all.
//! See <https://zulip.com/help/format-your-message-using-markdown>.

use commands::{Block, Button, Group, Message, Press, Span, Text, Tone, grammar, message::document::File};
use serde_json::{Value, json};

use super::escape;
use crate::chat::whole;

/// Zulip's limit, in characters, less what a post's marker takes.
pub const LIMIT: usize = 10_000 - super::marker::ROOM;
/// The same less what a sign takes.
const TEXT: usize = LIMIT - 40;
/// Messages to read that one post becomes at most; what is longer is a file.
const TEXTS: usize = 4;

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

/// Writes `message` for a place where the bot is addressed like `address`, as the one message that an answer can be.
pub fn message(groups: &[Group], address: &Address, message: &Message) -> Rendered {
    let (message, _) = message.with_files();
    let mut choices = Vec::new();
    let blocks: Vec<String> =
        message.blocks.iter().map(|it| block(groups, address, it, &mut choices)).filter(|it| !it.is_empty()).collect();
    let content = signed(message.tone, &blocks.join("\n\n"));
    Rendered { content: cut(&content), widget: widget(&heading(&message), &choices) }
}

/// A sign before a fence, a list or a table would break it.
fn signed(tone: Tone, written: &str) -> String {
    let sign = sign(tone);
    let is_broken = written.starts_with(['`', '|', '>', '-']) || written.starts_with("* ");
    if !sign.is_empty() && is_broken { format!("{sign}\n{written}") } else { format!("{sign}{written}") }
}

fn block(groups: &[Group], address: &Address, block: &Block, choices: &mut Vec<Choice>) -> String {
    match block {
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
        Block::Buttons(buttons) => numbered(groups, address, buttons, choices),
        Block::Menu { label, options } => {
            let before = choices.len();
            let lines = numbered(groups, address, options, choices);
            // Where buttons are drawn, nothing else says what they choose.
            choices[before..].iter_mut().for_each(|it| it.long = format!("{label}: {}", it.long));
            format!("{}\n{lines}", bold(label))
        }
        Block::Divider => "---".into(),
        // Zulip shows the picture below the message that links to it, unless its administrator decided otherwise.
        Block::Image { url, alt, title } => match title.as_deref().map(bold).filter(|it| !it.is_empty()) {
            Some(title) => format!("{title}\n{}", escape::link(url, alt)),
            None => escape::link(url, alt),
        },
        // `with_files` has made other blocks of these.
        Block::Document { title, .. } => bold(title),
    }
}

/// All that a post becomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// To be read, in order; at least one, which may be the one to be pressed.
    pub texts: Vec<Rendered>,
    /// To be pressed.
    pub buttons: Option<Rendered>,
    /// To be uploaded, and linked to from the last text.
    pub files: Vec<File>,
}

/// Writes `message` as messages to read, each within Zulip's limit, and, where there are buttons, one to press.
pub fn parts(groups: &[Group], address: &Address, message: &Message) -> Parts {
    let is_button = |it: &Block| matches!(it, Block::Buttons(_) | Block::Menu { .. });
    let (shown, mut files) = message.with_files();
    let (pressed, read): (Vec<Block>, Vec<Block>) = shown.blocks.iter().cloned().partition(is_button);
    if read.is_empty() {
        return Parts { texts: vec![self::message(groups, address, &shown)], buttons: None, files };
    }
    let mut texts: Vec<String> = Vec::new();
    for written in read.iter().flat_map(|it| pieces(groups, address, it)) {
        match texts.last_mut() {
            Some(last) if width(last) + 2 + width(&written) <= TEXT => {
                last.push_str("\n\n");
                last.push_str(&written);
            }
            _ => texts.push(written),
        }
    }
    if texts.len() > TEXTS {
        texts.truncate(TEXTS - 1);
        let file = whole::file(message, &|button| command(groups, button));
        texts.push(emphasis(&escape::line(&format!("The message is longer than Zulip shows; {} holds all of it.", file.name))));
        files.push(file);
    }
    let read = Message { blocks: read, tone: shown.tone, object: None };
    let mut texts: Vec<Rendered> = texts.into_iter().map(|content| Rendered { content, widget: None }).collect();
    match texts.first_mut() {
        Some(first) => first.content = signed(shown.tone, &first.content),
        None => texts.push(Rendered::default()),
    }
    if pressed.is_empty() {
        return Parts { texts, buttons: None, files };
    }
    let about: String = read
        .blocks
        .iter()
        .find_map(|it| if let Block::Heading(text) = it { Some(text.clone()) } else { None })
        .unwrap_or_else(|| read.summary());
    let mut buttons = self::message(groups, address, &Message { blocks: pressed, ..Message::default() });
    if let Some(widget) = &mut buttons.widget {
        widget["extra_data"]["heading"] = json!(about.chars().take(200).collect::<String>());
    }
    Parts { texts, buttons: Some(buttons), files }
}

/// A block as it is written, in as many pieces as it takes; none is empty.
fn pieces(groups: &[Group], address: &Address, block: &Block) -> Vec<String> {
    let written = self::block(groups, address, block, &mut Vec::new());
    match block.halves().filter(|_| width(&written) > TEXT) {
        Some(halves) => halves.iter().flat_map(|it| pieces(groups, address, it)).collect(),
        None if written.is_empty() => Vec::new(),
        None => vec![cut(&written)],
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
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

/// A link to a file that was uploaded.
pub fn upload(name: &str, path: &str) -> String {
    let safe = escape::path(path);
    let name = escape::line(name);
    format!("[{}]({safe})", if name.is_empty() { "file" } else { &name })
}

/// What stands in the place of a file that Zulip does not take.
pub fn no_upload(name: &str, why: &str) -> String {
    emphasis(&escape::line(&format!("The file {name} could not be attached: {why}")))
}

/// Puts a paragraph after the last text.
pub fn append(texts: &mut Vec<Rendered>, paragraph: String) {
    match texts.last_mut() {
        Some(last) if last.content.trim().is_empty() => last.content = paragraph,
        Some(last) if width(&last.content) + 2 + width(&paragraph) <= LIMIT => {
            last.content.push_str("\n\n");
            last.content.push_str(&paragraph);
        }
        _ => texts.push(Rendered { content: paragraph, widget: None }),
    }
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
    for span in &words.merged().0 {
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
mod attacks;
#[cfg(test)]
mod tests;
