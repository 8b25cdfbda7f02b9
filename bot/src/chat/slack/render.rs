//! A neutral [`Message`] as Block Kit, inside every limit that Slack sets:
//! <https://docs.slack.dev/reference/block-kit/blocks>.

use commands::{Block, Button, Message, Span, Text, Tone, message::Style};
use serde_json::{Map, Value, json};

use super::{
    escape::{Within, escape_cut, link, plain_cut, units, width},
    table,
};
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

/// Draws a message.
pub fn render(message: &Message, print: Print<'_>) -> Rendered {
    let mut pen = Pen { print, blocks: Vec::new(), actions: 0 };
    for block in &message.blocks {
        pen.draw(block);
    }
    let Pen { mut blocks, .. } = pen;
    if blocks.len() > BLOCKS {
        let left_out = blocks.len() - (BLOCKS - 1);
        blocks.truncate(BLOCKS - 1);
        blocks.push(context(vec![format!("… and {left_out} more parts, which do not fit into one Slack message.")]));
    }
    if let Some(object) = &message.object {
        mark_card(&mut blocks, object);
    }
    let summary = message.summary();
    let text = escape_cut(if summary.trim().is_empty() { "Bellhop" } else { &summary }, SECTION);
    if blocks.is_empty() {
        blocks.push(section(text.clone()));
    }
    Rendered { text, blocks, color: color(message.tone) }
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
        }
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
            .take(OPTIONS)
            .map(|(option, command)| json!({ "text": plain(&option.label, LABEL), "value": command }))
            .collect();
        if !options.is_empty() {
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

/// The text as mrkdwn in pieces of at most `limit`, broken at line ends where possible; no link or
/// mention is ever broken, and no piece is empty.
fn chunks(text: &Text, limit: usize) -> Vec<String> {
    let mut flow = Flow { limit, done: Vec::new(), now: String::new(), used: 0 };
    for span in &text.0 {
        match span {
            Span::Plain(text) => flow.styled(text, Within::Plain, ""),
            Span::Bold(text) => flow.styled(text, Within::Bold, "*"),
            Span::Italic(text) => flow.styled(text, Within::Italic, "_"),
            Span::Code(text) => flow.styled(text, Within::Code, "`"),
            Span::Link { url, label } => flow.whole(&link(url, label, limit)),
            Span::Person { id, name } if is_member_id(id) => {
                let _ = name;
                flow.whole(&format!("<@{id}>"));
            }
            Span::Person { name, .. } => flow.styled(name, Within::Plain, ""),
            Span::Time(at) => flow.whole(&format!(
                "<!date^{}^{{date_short_pretty}} {{time}}|{}>",
                at.as_second(),
                at.strftime("%Y-%m-%d %H:%M UTC")
            )),
        }
    }
    flow.finish()
}

/// Whether it has the form of a member's id, and so can stand in a mention.
pub fn is_member_id(id: &str) -> bool {
    id.starts_with(['U', 'W']) && id.len() <= 32 && id.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

struct Flow {
    limit: usize,
    done: Vec<String>,
    now: String,
    used: usize,
}

impl Flow {
    /// Appends what must not be broken.
    fn whole(&mut self, token: &str) {
        let wide = width(token);
        if self.used + wide > self.limit {
            self.turn();
        }
        self.now.push_str(token);
        self.used += wide;
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.now));
        self.used = 0;
    }

    /// Appends text, a line at a time, each between `marks`, which Slack reads only around words.
    fn styled(&mut self, text: &str, within: Within, mark: &str) {
        for line in text.split_inclusive('\n') {
            let (body, end) = match line.strip_suffix('\n') {
                Some(body) => (body, "\n"),
                None => (line, ""),
            };
            let inner = body.trim();
            if mark.is_empty() || inner.is_empty() {
                self.units(units(body, within), "");
            } else {
                let lead = &body[..body.len() - body.trim_start().len()];
                self.units(units(lead, Within::Plain), "");
                if self.now.ends_with(char::is_alphanumeric) {
                    self.whole("\u{200b}");
                }
                self.units(units(inner, within), mark);
                self.units(units(&body[body.trim_end().len()..], Within::Plain), "");
            }
            self.whole(end);
        }
    }

    fn units(&mut self, units: Vec<String>, mark: &str) {
        let wide: usize = units.iter().map(|it| width(it)).sum::<usize>() + 2 * mark.len();
        if wide <= self.limit {
            if !units.is_empty() {
                self.whole(&format!("{mark}{}{mark}", units.concat()));
            }
            return;
        }
        // A line that fits no piece: filled up from where we are.
        let room = self.limit - 2 * mark.len();
        let mut piece = String::new();
        let mut used = 0;
        for unit in units {
            let wide = width(&unit);
            if used + wide > room {
                self.whole(&format!("{mark}{piece}{mark}"));
                piece.clear();
                used = 0;
            }
            piece.push_str(&unit);
            used += wide;
        }
        if !piece.is_empty() {
            self.whole(&format!("{mark}{piece}{mark}"));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.turn();
        self.done.into_iter().map(|it| it.trim_end().to_owned()).filter(|it| !it.trim().is_empty()).collect()
    }
}
