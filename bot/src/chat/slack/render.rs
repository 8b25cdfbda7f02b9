//! A neutral [`Message`] as Block Kit, inside every limit that Slack sets:
//! <https://docs.slack.dev/reference/block-kit/blocks>.
//!
//! What one message cannot hold is drawn as several ([`draw`]), in order; what is longer than a few is a file.

use commands::{Block, Button, Message, Span, Text, Tone, message::Style, message::document::File};
use serde_json::{Map, Value, json};

pub use super::flow::is_member_id;
use super::{
    escape::{Within, escape_cut, plain_cut, units, width},
    flow::chunks,
    table,
};
use crate::chat::whole;
use crate::dispatch::post::card;

const BLOCKS: usize = 50;
const SECTION: usize = 3000;
const CONTEXT: usize = 2000;
const FIELD: usize = 2000;
const FIELDS: usize = 10;
const HEADER: usize = 150;
const LABEL: usize = 75;
const ELEMENTS: usize = 25;
const OPTIONS: usize = 100;
/// A button's value.
const COMMAND: usize = 2000;
/// An option's value.
pub const OPTION: usize = 150;
const IMAGE_URL: usize = 3000;
const ALT: usize = 2000;
/// Characters in all blocks of a message. Slack refuses what is too long (`msg_blocks_too_long`) without a documented figure;
/// for `markdown` blocks it documents this one.
const MESSAGE: usize = 12_000;
/// Messages that one post becomes at most; what is longer is a file.
const MESSAGES: usize = 4;

/// Turns a button into the command it stands for.
pub type Print<'a> = &'a dyn Fn(&Button) -> String;

/// A message as Slack takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// For notifications and clients that show no blocks; escaped.
    pub text: String,
    pub blocks: Vec<Value>,
    /// The bar at the side.
    pub color: Option<&'static str>,
}

impl Rendered {
    /// The arguments of `chat.postMessage`, of a `response_url` and of an answer to a command.
    ///
    /// Colour exists only for attachments, so a coloured message is one attachment; its fallback is
    /// what notifications show. Nothing in it is parsed for names, links or previews.
    pub fn into_fields(self) -> Map<String, Value> {
        let mut fields = Map::new();
        match self.color {
            Some(color) => {
                let attachment = json!({ "color": color, "fallback": self.text, "blocks": self.blocks });
                fields.insert("attachments".into(), json!([attachment]));
            }
            None => {
                fields.insert("text".into(), self.text.into());
                fields.insert("blocks".into(), self.blocks.into());
            }
        }
        fields.insert("unfurl_links".into(), false.into());
        fields.insert("unfurl_media".into(), false.into());
        fields.insert("parse".into(), "none".into());
        fields.insert("link_names".into(), false.into());
        fields
    }
}

/// All that a post becomes: the messages in order, then the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// At least one.
    pub messages: Vec<Rendered>,
    pub files: Vec<File>,
}

/// Draws a message where only one fits; what it does not hold is said to be missing.
pub fn render(message: &Message, print: Print<'_>) -> Rendered {
    let (message, _) = message.with_files();
    let mut blocks = blocks(&message, print);
    let mut first = grouped(blocks.clone()).into_iter().next().unwrap_or_default().len();
    if first < blocks.len() {
        first = first.min(BLOCKS - 1);
        let left_out = blocks.len() - first;
        blocks.truncate(first);
        blocks.push(context(vec![format!("… and {left_out} more parts, which do not fit into one Slack message.")]));
    }
    let text = summary(&message);
    Rendered { text, blocks, color: color(message.tone) }
}

/// Draws a message as what Slack takes of it at once, each within the limits.
pub fn draw(message: &Message, print: Print<'_>) -> Drawn {
    let (shown, mut files) = message.with_files();
    let mut groups = grouped(blocks(&shown, print));
    if groups.len() > MESSAGES {
        groups.truncate(MESSAGES - 1);
        let file = whole::file(message, print);
        let note = format!("The message is longer than Slack shows; {} holds all of it.", escape_cut(&file.name, 100));
        groups.push(vec![context(vec![note])]);
        files.push(file);
    }
    let (text, color) = (summary(&shown), color(shown.tone));
    let messages = groups.into_iter().enumerate().map(|(at, blocks)| {
        let text = if at == 0 { text.clone() } else { format!("{text} ({})", at + 1) };
        Rendered { text, blocks, color }
    });
    Drawn { messages: messages.collect(), files }
}

/// For notifications; escaped.
fn summary(message: &Message) -> String {
    let summary = message.summary();
    escape_cut(if summary.trim().is_empty() { "Bellhop" } else { &summary }, SECTION)
}

/// At least one block.
fn blocks(message: &Message, print: Print<'_>) -> Vec<Value> {
    let mut pen = Pen { print, blocks: Vec::new(), actions: 0 };
    message.blocks.iter().for_each(|block| pen.draw(block));
    if pen.blocks.is_empty() {
        pen.blocks.push(section(summary(message)));
    }
    if let Some(object) = &message.object {
        mark_card(&mut pen.blocks, object);
    }
    pen.blocks
}

/// What a block with buttons of a card has in front of its `block_id`.
const CARD: &str = "card-";

/// Says with each press which object's card the message is.
fn mark_card(blocks: &mut [Value], object: &str) {
    let mark = card::mark(object);
    for (nth, block) in blocks.iter_mut().filter(|it| it["type"] == "actions").enumerate() {
        block["block_id"] = format!("{CARD}{mark}-{nth}").into();
    }
}

/// The mark of the object that a pressed button's message is the card of.
pub fn card_of(block_id: &str) -> Option<String> {
    let (mark, _) = block_id.strip_prefix(CARD)?.split_once('-')?;
    Some(mark.to_owned())
}

/// Blocks by message. What is pressed and what is small stay with what they belong to, a heading with what follows.
fn grouped(blocks: Vec<Value>) -> Vec<Vec<Value>> {
    let mut groups: Vec<Vec<Value>> = Vec::new();
    let mut used = 0;
    for block in blocks {
        let wide = weight(&block);
        let fits = groups.last().is_some_and(|it| it.len() < BLOCKS && used + wide <= MESSAGE);
        if fits {
            used += wide;
        } else {
            let belongs = |block: &Value| matches!(block["type"].as_str(), Some("actions" | "context"));
            let leads = |block: &Value| block["type"] == "header";
            let mut moved = Vec::new();
            if let Some(last) = groups.last_mut().filter(|it| it.len() > 1)
                && let Some(end) = last.pop_if(|it| (belongs(&block) && !belongs(it)) || leads(it))
            {
                moved.push(end);
            }
            used = wide + moved.iter().map(weight).sum::<usize>();
            groups.push(moved);
        }
        if let Some(group) = groups.last_mut() {
            group.push(block);
        }
    }
    groups
}

/// The characters that a block shows.
fn weight(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, it)| match it {
                Value::String(text) if name == "text" || name == "alt_text" => width(text),
                Value::String(_) => 0,
                it => weight(it),
            })
            .sum(),
        Value::Array(items) => items.iter().map(weight).sum(),
        _ => 0,
    }
}

/// The bar beside a message.
pub fn color(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Neutral => None,
        Tone::Good => Some("#2eb67d"),
        Tone::Warning => Some("#ecb22e"),
        Tone::Bad => Some("#e01e5a"),
    }
}

struct Pen<'a> {
    print: Print<'a>,
    blocks: Vec<Value>,
    /// How many elements have an `action_id` already: they are numbered through the message.
    actions: usize,
}

impl Pen<'_> {
    fn draw(&mut self, block: &Block) {
        match block {
            Block::Heading(text) if !text.trim().is_empty() && width(text) <= HEADER => {
                self.blocks.push(json!({ "type": "header", "text": plain(text, HEADER) }));
            }
            Block::Heading(text) => self.sections(&Text::new().bold(text.clone())),
            Block::Paragraph(text) => self.sections(text),
            Block::List(items) => {
                let lines = items.iter().enumerate().flat_map(|(index, item)| {
                    let bullet = if index == 0 { "• " } else { "\n• " };
                    std::iter::once(Span::Plain(bullet.into())).chain(item.0.iter().cloned())
                });
                self.sections(&Text(lines.collect()));
            }
            Block::Facts(facts) => {
                let fields: Vec<Value> = facts.iter().map(|(name, value)| mrkdwn(fact(name, value))).collect();
                self.blocks.extend(fields.chunks(FIELDS).map(|fields| json!({ "type": "section", "fields": fields })));
            }
            Block::Table { header, rows } => {
                let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Text::to_plain).collect()).collect();
                self.code(table::lines(header, &rows));
            }
            Block::Quote(text) => {
                // Half the room, because every line break gets a `>`.
                let chunks = chunks(text, SECTION / 2 - 1);
                self.blocks.extend(chunks.into_iter().map(|it| section(format!(">{}", it.replace('\n', "\n>")))));
            }
            Block::Code(text) => {
                let lines = text.lines().flat_map(|line| {
                    let units = units(line, Within::Code);
                    // A line longer than a section goes on in the next.
                    let pieces: Vec<String> = units.chunks((SECTION - 8) / 6).map(|it| it.concat()).collect();
                    if pieces.is_empty() { vec![String::new()] } else { pieces }
                });
                self.code(lines.collect());
            }
            Block::Context(text) => {
                let elements = chunks(text, CONTEXT);
                self.blocks.extend(elements.chunks(FIELDS).map(|it| context(it.to_vec())));
            }
            Block::Buttons(buttons) => self.buttons(buttons),
            Block::Menu { label, options } => self.menu(label, options),
            Block::Divider => self.blocks.push(json!({ "type": "divider" })),
            Block::Image { url, alt, title } => self.image(url, alt, title.as_deref()),
            // `with_files` has made other blocks of these.
            Block::Document { title, .. } => self.sections(&Text::from(title.as_str())),
        }
    }

    /// Slack fetches the picture itself, and refuses a message whose picture it cannot fetch by its address.
    fn image(&mut self, url: &str, alt: &str, title: Option<&str>) {
        let address = url::Url::parse(url).ok().filter(|it| matches!(it.scheme(), "https" | "http") && it.host().is_some());
        let Some(address) = address.filter(|it| width(it.as_str()) <= IMAGE_URL) else {
            return self.sections(&Text::from(if alt.trim().is_empty() { "A picture that cannot be shown." } else { alt }));
        };
        let mut image = json!({ "type": "image", "image_url": address.as_str(), "alt_text": plain_cut(alt, ALT) });
        if let Some(title) = title.filter(|it| !it.trim().is_empty()) {
            image["title"] = plain(title, ALT);
        }
        self.blocks.push(image);
    }

    fn sections(&mut self, text: &Text) {
        self.blocks.extend(chunks(text, SECTION).into_iter().map(section));
    }

    fn code(&mut self, lines: Vec<String>) {
        let groups = table::groups(lines, SECTION - 8);
        self.blocks.extend(groups.into_iter().filter(|it| !it.trim().is_empty()).map(|it| section(format!("```\n{it}\n```"))));
    }

    fn buttons(&mut self, buttons: &[Button]) {
        let elements: Vec<Value> = buttons.iter().filter_map(|button| self.button(button)).collect();
        self.blocks.extend(elements.chunks(ELEMENTS).map(|it| json!({ "type": "actions", "elements": it })));
    }

    fn button(&mut self, button: &Button) -> Option<Value> {
        let command = (self.print)(button);
        if width(&command) > COMMAND {
            // A press would come back cut. The same can be typed, so nothing is out of reach.
            tracing::warn!(action = %button.call.action, "Left out a button whose command is longer than Slack stores");
            return None;
        }
        let mut element =
            json!({ "type": "button", "action_id": self.action_id(), "text": plain(&button.label, LABEL), "value": command });
        match button.style {
            Style::Plain => {}
            Style::Primary => element["style"] = "primary".into(),
            Style::Danger => element["style"] = "danger".into(),
        }
        if let Some(question) = &button.confirm {
            element["confirm"] = json!({
                "title": plain("Are you sure?", 100),
                "text": plain(question, 300),
                "confirm": plain(&button.label, 30),
                "deny": plain("Cancel", 30),
            });
            if button.style == Style::Danger {
                element["confirm"]["style"] = "danger".into();
            }
        }
        Some(element)
    }

    /// A menu's values are shorter than a button's, and it asks no question for one option alone:
    /// where that matters it becomes buttons.
    fn menu(&mut self, label: &str, options: &[Button]) {
        let commands: Vec<String> = options.iter().map(self.print).collect();
        if options.iter().any(|it| it.confirm.is_some()) || commands.iter().any(|it| width(it) > OPTION) {
            return self.buttons(options);
        }
        let options: Vec<Value> = options
            .iter()
            .zip(commands)
            .map(|(option, command)| json!({ "text": plain(&option.label, LABEL), "value": command }))
            .collect();
        // More than a menu holds is in the next one.
        for options in options.chunks(OPTIONS) {
            let select = json!({ "type": "static_select", "action_id": self.action_id(), "placeholder": plain(label, 150), "options": options });
            self.blocks.push(json!({ "type": "actions", "elements": [select] }));
        }
    }

    fn action_id(&mut self) -> String {
        self.actions += 1;
        format!("call-{}", self.actions)
    }
}

fn fact(name: &str, value: &Text) -> String {
    let name = chunks(&Text::new().bold(name), 200).into_iter().next().unwrap_or_default();
    let room = FIELD - width(&name) - 1;
    let mut value = chunks(value, room - 1).into_iter();
    let first = value.next().unwrap_or_else(|| "–".into());
    let value = if value.next().is_some() { first + "…" } else { first };
    if name.is_empty() { value } else { format!("{name}\n{value}") }
}

/// A `plain_text` object.
pub fn plain(text: &str, limit: usize) -> Value {
    json!({ "type": "plain_text", "text": plain_cut(text, limit), "emoji": false })
}

/// `verbatim`: Slack makes no links and mentions of what we did not write as such.
pub fn mrkdwn(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

pub fn section(text: String) -> Value {
    json!({ "type": "section", "text": mrkdwn(text) })
}

pub fn context(texts: Vec<String>) -> Value {
    json!({ "type": "context", "elements": texts.into_iter().map(mrkdwn).collect::<Vec<_>>() })
}
