//! A rich message that belongs to no chat: each platform's renderer writes it in its own markup.
//!
//! Text is a list of [`Span`]s, so text from outside can never become markup, a mention or a link:
//! only the code that builds a message decides what is bold and where a link leads.

pub mod document;
mod halves;
mod markdown;
mod plain;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Call;

/// A message: blocks from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub blocks: Vec<Block>,
    #[serde(default)]
    pub tone: Tone,
    /// The object that this message is the card of, by its address: what it shows can be replaced by what it has become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}

/// The state that a message reports; chats show it as a colour or a sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    #[default]
    Neutral,
    Good,
    Warning,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A bold line that stands by itself.
    Heading(String),
    Paragraph(Text),
    List(Vec<Text>),
    /// Names and values, side by side where there is room.
    Facts(Vec<(String, Text)>),
    /// A header row and rows of the same length.
    Table {
        header: Vec<String>,
        rows: Vec<Vec<Text>>,
    },
    Quote(Text),
    /// Shown as it is, in a fixed-width font.
    Code(String),
    /// Small and grey: where it comes from, how old it is.
    Context(Text),
    Buttons(Vec<Button>),
    /// A menu of calls: choosing one is pressing it.
    Menu {
        label: String,
        options: Vec<Button>,
    },
    Divider,
    /// A picture on the web, at an `https` address that whoever sees the message can reach.
    Image {
        url: String,
        /// What it shows, for whoever cannot see it.
        alt: String,
        title: Option<String>,
    },
    /// Text that may be long: all of it where it is short, else its first lines and a file that holds all; see [`document`].
    /// What is called `*.csv` is shown as a table.
    Document {
        /// The file's name: `audit.csv`.
        name: String,
        /// Shown above; may be empty.
        title: String,
        text: String,
    },
}

/// A button. What it does is a call, so that it can be typed and audited like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    pub call: Call,
    pub press: Press,
    #[serde(default)]
    pub style: Style,
    /// A question to answer with yes before anything happens.
    #[serde(default)]
    pub confirm: Option<String>,
}

/// What pressing a button does with its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Runs it; a missing required parameter opens the form.
    Run,
    /// Opens its form, with the call's parameters filled in.
    Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    #[default]
    Plain,
    Primary,
    Danger,
}

impl Button {
    pub fn run(label: impl Into<String>, call: Call) -> Button {
        Button { label: label.into(), call, press: Press::Run, style: Style::Plain, confirm: None }
    }

    pub fn form(label: impl Into<String>, call: Call) -> Button {
        Button { press: Press::Form, ..Button::run(label, call) }
    }

    pub fn primary(mut self) -> Button {
        self.style = Style::Primary;
        self
    }

    pub fn danger(mut self, confirm: impl Into<String>) -> Button {
        self.style = Style::Danger;
        self.confirm = Some(confirm.into());
        self
    }
}

/// Inline text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Span>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Plain(String),
    Bold(String),
    Italic(String),
    Code(String),
    Link {
        url: String,
        label: String,
    },
    /// A person of the chat, by id: shown with their name, and told where the chat does that.
    Person {
        id: String,
        name: String,
    },
    /// A moment, shown in the reader's time zone where the chat can do that.
    Time(Timestamp),
}

impl Text {
    pub fn new() -> Text {
        Text::default()
    }

    pub fn plain(self, text: impl Into<String>) -> Text {
        self.push(Span::Plain(text.into()))
    }

    pub fn bold(self, text: impl Into<String>) -> Text {
        self.push(Span::Bold(text.into()))
    }

    pub fn italic(self, text: impl Into<String>) -> Text {
        self.push(Span::Italic(text.into()))
    }

    pub fn code(self, text: impl Into<String>) -> Text {
        self.push(Span::Code(text.into()))
    }

    pub fn link(self, url: impl Into<String>, label: impl Into<String>) -> Text {
        self.push(Span::Link { url: url.into(), label: label.into() })
    }

    pub fn time(self, at: Timestamp) -> Text {
        self.push(Span::Time(at))
    }

    pub fn person(self, id: impl Into<String>, name: impl Into<String>) -> Text {
        self.push(Span::Person { id: id.into(), name: name.into() })
    }

    fn push(mut self, span: Span) -> Text {
        self.0.push(span);
        self
    }

    /// Our own words with what stands in backticks as code; they use no other markup.
    pub fn marked(text: &str) -> Text {
        let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
        Text(parts.map(|(at, part)| if at % 2 == 1 { Span::Code(part.into()) } else { Span::Plain(part.into()) }).collect())
    }

    /// The same with neighbouring plain spans as one: what two of them spell together is seen only so.
    pub fn merged(&self) -> Text {
        let mut spans: Vec<Span> = Vec::with_capacity(self.0.len());
        for span in &self.0 {
            match (spans.last_mut(), span) {
                (Some(Span::Plain(before)), Span::Plain(text)) => before.push_str(text),
                (_, span) => spans.push(span.clone()),
            }
        }
        Text(spans)
    }

    /// The text without any markup.
    pub fn to_plain(&self) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Plain(text) | Span::Bold(text) | Span::Italic(text) | Span::Code(text) => text.clone(),
                Span::Link { label, .. } => label.clone(),
                Span::Person { name, .. } => name.clone(),
                Span::Time(at) => at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
            })
            .collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::new().plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::new().plain(text)
    }
}

impl Message {
    pub fn new() -> Message {
        Message::default()
    }

    /// One paragraph.
    pub fn text(text: impl Into<Text>) -> Message {
        Message::new().paragraph(text)
    }

    pub fn tone(mut self, tone: Tone) -> Message {
        self.tone = tone;
        self
    }

    /// Makes it the card of an object.
    pub fn card_of(mut self, object: impl Into<String>) -> Message {
        self.object = Some(object.into());
        self
    }

    pub fn heading(self, text: impl Into<String>) -> Message {
        self.block(Block::Heading(text.into()))
    }

    pub fn paragraph(self, text: impl Into<Text>) -> Message {
        self.block(Block::Paragraph(text.into()))
    }

    pub fn list(self, items: Vec<Text>) -> Message {
        self.block(Block::List(items))
    }

    pub fn facts(self, facts: Vec<(String, Text)>) -> Message {
        self.block(Block::Facts(facts))
    }

    pub fn context(self, text: impl Into<Text>) -> Message {
        self.block(Block::Context(text.into()))
    }

    pub fn buttons(self, buttons: Vec<Button>) -> Message {
        self.block(Block::Buttons(buttons))
    }

    pub fn image(self, url: impl Into<String>, alt: impl Into<String>) -> Message {
        self.block(Block::Image { url: url.into(), alt: alt.into(), title: None })
    }

    pub fn document(self, name: impl Into<String>, title: impl Into<String>, text: impl Into<String>) -> Message {
        self.block(Block::Document { name: name.into(), title: title.into(), text: text.into() })
    }

    pub fn block(mut self, block: Block) -> Message {
        self.blocks.push(block);
        self
    }

    /// One line for notifications and for clients that show no blocks.
    pub fn summary(&self) -> String {
        self.blocks
            .iter()
            .find_map(|block| match block {
                Block::Heading(text) => Some(text.clone()),
                Block::Paragraph(text) | Block::Quote(text) => Some(text.to_plain()),
                Block::List(items) => items.first().map(Text::to_plain),
                Block::Image { alt: title, .. } | Block::Document { title, .. } if !title.is_empty() => Some(title.clone()),
                Block::Document { name, .. } => Some(name.clone()),
                _ => None,
            })
            .unwrap_or_default()
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Message {
        Message::text(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Message {
        Message::text(text)
    }
}

impl From<Text> for Message {
    fn from(text: Text) -> Message {
        Message::text(text)
    }
}
