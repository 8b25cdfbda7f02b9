//! Long output, page by page, and the buttons that hold more than a chat's button can.

use commands::{Action, Block, Button, Ctx, Effect, Error, FieldProblem, Message, Reply, Result, Text, message::document};
use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};

use super::unreadable;
use crate::{
    app::App,
    documents::{Document, PRESS, SHOW},
};

/// Memory that a pattern may take.
const PATTERN: usize = 1 << 20;

/// Show long output page by page, or only the lines that fit a filter.
#[derive(Deserialize, JsonSchema)]
pub struct Show {
    /// The output, by the id in its buttons.
    output: String,
    /// Only lines that hold this, or fit this pattern between slashes: `error`, `/timeout|refused/`.
    filter: Option<String>,
    /// Which page.
    #[serde(default = "one")]
    page: u32,
}

fn one() -> u32 {
    1
}

impl Action for Show {
    type On = App;
    const NAME: &str = SHOW;
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["output show 3f2a99c01b7d page=2", "output show 3f2a99c01b7d filter=/timeout|refused/"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let found = app.documents.load(self.output.trim()).await.map_err(unreadable)?;
        // Whether it exists is nobody else's business either.
        let found = found.filter(|it| it.readers.include(&ctx.actor, ctx.channel.as_deref()));
        let document = found.ok_or_else(|| {
            let text = format!("There is no output `{}` for you: output is kept for a day. Ask for it anew.", self.output.trim());
            Error::not_found(text)
        })?;
        let filter = self.filter.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let wanted = filter.map(pattern).transpose()?;
        Ok(Reply::to_asker(page(&document, filter, wanted.as_ref(), usize::try_from(self.page).unwrap_or(1).max(1), ctx)))
    }
}

/// A text to be found anywhere in a line, or a pattern; upper and lower case are the same.
fn pattern(filter: &str) -> Result<Regex> {
    let inside = filter.strip_prefix('/').and_then(|it| it.strip_suffix('/')).filter(|it| !it.is_empty());
    let pattern = inside.map_or_else(|| regex::escape(filter), str::to_owned);
    RegexBuilder::new(&pattern).case_insensitive(true).size_limit(PATTERN).build().map_err(|err| {
        // The first line names the kind of mistake; the others draw the pattern.
        let why = err.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let text = format!("`{filter}` is no pattern: {why}. Leave the slashes out to look for the text as it is.");
        Error::bad_input(text.clone()).with_fields(vec![FieldProblem::new("filter", text)])
    })
}

fn page(document: &Document, filter: Option<&str>, wanted: Option<&Regex>, page: usize, ctx: &Ctx) -> Message {
    let all: Vec<&str> = document::lines(&document.text).collect();
    let (header, body) = match document::is_table(&document.name) {
        true => all.split_at(1.min(all.len())),
        false => all.split_at(0),
    };
    let fitting: Vec<&str> = body.iter().copied().filter(|it| wanted.is_none_or(|wanted| wanted.is_match(it))).collect();
    let pages = pages(header, &fitting);
    let heading = if document.title.is_empty() { &document.name } else { &document.title };
    let mut message = Message::new().paragraph(Text::new().bold(heading.clone()));
    let things = if header.is_empty() { "lines" } else { "rows" };
    let mut buttons = Vec::new();
    let button = |label: String, to: usize| {
        let mut params = Map::from_iter([("output".to_owned(), json!(document.id))]);
        params.extend(filter.map(|it| ("filter".to_owned(), json!(it))));
        params.insert("page".into(), json!(to));
        Button::run(label, ctx.call(SHOW, params.into()))
    };
    match pages.get(page - 1) {
        Some(lines) => {
            let shown: Vec<&str> = header.iter().chain(lines).copied().collect();
            message = message.block(document::excerpt(&document.name, &shown));
            let first = 1 + pages[..page - 1].iter().map(Vec::len).sum::<usize>();
            let range = format!("{first} to {} of {}", first + lines.len() - 1, fitting.len());
            message = message.context(match filter {
                Some(filter) => {
                    Text::from(format!("Of {} {things}, those that fit ", body.len())).code(filter).plain(format!(": {range}."))
                }
                None => Text::from(format!("The {things} {range}.")),
            });
            if page > 1 {
                buttons.push(button("Previous page".into(), page - 1));
            }
            if page < pages.len() {
                buttons.push(button("Next page".into(), page + 1));
            }
        }
        None if pages.is_empty() => {
            message = message.paragraph(match filter {
                Some(filter) => Text::from(format!("None of the {} {things} fits ", body.len())).code(filter).plain("."),
                None => Text::from("It is empty."),
            });
        }
        None => {
            message = message.paragraph(format!("It has {} pages.", pages.len()));
            buttons.push(button(format!("Page {}", pages.len()), pages.len()));
        }
    }
    let mut params = Map::from_iter([("output".to_owned(), json!(document.id))]);
    params.extend(filter.map(|it| ("filter".to_owned(), json!(it))));
    buttons.push(Button::form("Filter", ctx.call(SHOW, params.into())));
    message.block(Block::Buttons(buttons))
}

/// Lines by page, each with room for the header.
fn pages<'a>(header: &[&str], lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut pages = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let with_header: Vec<&str> = header.iter().chain(rest).copied().take(document::LINES).collect();
        let shown = document::shown(&with_header).saturating_sub(header.len()).clamp(1, rest.len());
        let (page, after) = rest.split_at(shown);
        pages.push(page.to_vec());
        rest = after;
    }
    pages
}

/// Do what a button stands for whose command is too long to be typed.
#[derive(Deserialize, JsonSchema)]
pub struct Pressed {
    /// The id in the button.
    button: String,
}

impl Action for Pressed {
    type On = App;
    const NAME: &str = PRESS;
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["press 0d4f6a52c1e84b7f9b30cf3a2d9e1f77"];

    /// What the button stands for is taken in its place before it becomes a job: this is a button whose day is over.
    async fn run(self, _: &App, _: &Ctx) -> Result<Reply> {
        Err(Error::not_found(format!("The button `{}` is older than a day, so what it did is forgotten. Ask anew.", self.button)))
    }
}

#[cfg(test)]
mod tests;
