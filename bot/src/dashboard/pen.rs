//! Messages and their buttons as HTML, for one visitor: what they may not do is not there.

use std::sync::Arc;

use commands::{Block, Button, Call, Effect, Group, Message, Press, Text, Tone, grammar, message::Style};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::door::Visitor;
use crate::{
    app::App,
    builtins::jobs,
    chat::markup::{self, leads_to_a_page},
    people::authority::Authority,
};

/// Where what is shown of a call is asked for, and where a call is sent to be done.
pub const SHOW: &str = "/dashboard/show";
pub const ACT: &str = "/dashboard/do";

/// Draws for one visitor.
pub struct Pen {
    below: String,
    form: String,
    groups: Arc<[Group]>,
    authority: Authority,
    /// Whoever is in no chat cannot be answered there.
    has_chat: bool,
}

impl Pen {
    pub async fn of(app: &App, visitor: &Visitor) -> Pen {
        Pen {
            below: app.below(),
            form: visitor.form.clone(),
            groups: app.groups(),
            authority: app.authority(&visitor.actor, None).await,
            has_chat: visitor.answering().is_some(),
        }
    }

    /// An address of ours.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.below)
    }

    pub fn may(&self, call: &Call) -> bool {
        self.effect(call).is_some()
    }

    /// None of what they may not run, or what is not there.
    fn effect(&self, call: &Call) -> Option<Effect> {
        let spec = self.groups.iter().find(|it| it.name == call.group)?.find(&call.action)?;
        self.authority.may(&call.group, spec).is_allowed().then_some(spec.effect)
    }

    /// What a page sends back with whatever it asks for.
    pub fn proof(&self) -> Markup {
        html! { input type="hidden" name="form" value=(self.form); }
    }

    /// Words that lead to what a call shows; only the words, where they may not run it.
    pub fn link(&self, call: &Call, words: &str) -> Markup {
        match self.effect(call).filter(|it| is_look(*it, call)) {
            Some(_) => html! { a href=(self.shown(call)) { (words) } },
            None => html! { (words) },
        }
    }

    fn shown(&self, call: &Call) -> String {
        let line = grammar::print(&self.groups, call);
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("line", &line).finish();
        self.to(&format!("{SHOW}?{query}"))
    }

    pub fn buttons(&self, buttons: &[Button]) -> Markup {
        html! { div.buttons { @for it in buttons { (self.button(it)) } } }
    }

    pub fn button(&self, button: &Button) -> Markup {
        let Some(effect) = self.effect(&button.call) else { return Markup::default() };
        let is_look = is_look(effect, &button.call);
        if is_look && button.press == Press::Run {
            return html! { a.button href=(self.shown(&button.call)) { (button.label) } };
        }
        if !self.has_chat {
            return Markup::default();
        }
        let line = match button.press {
            Press::Run => grammar::print(&self.groups, &button.call),
            Press::Form => grammar::print_form(&self.groups, &button.call),
        };
        let class = match button.style {
            Style::Plain => "",
            Style::Primary => "primary",
            Style::Danger => "danger",
        };
        html! {
            form method="post" action=(self.to(ACT)) {
                (self.proof())
                input type="hidden" name="line" value=(line);
                @if let Some(question) = &button.confirm { input type="hidden" name="ask" value=(question); }
                button class=(class) type="submit" title=(line) { (button.label) }
            }
        }
    }

    pub fn message(&self, message: &Message) -> Markup {
        let tone = match message.tone {
            Tone::Neutral => "neutral",
            Tone::Good => "ok",
            Tone::Warning => "degraded",
            Tone::Bad => "failing",
        };
        html! { div class={ "said " (tone) } { @for it in &message.blocks { (self.block(it)) } } }
    }

    fn block(&self, block: &Block) -> Markup {
        html! {
            @match block {
                Block::Heading(text) => h2 { (text) },
                Block::Paragraph(text) => p { (inline(text)) },
                Block::List(items) => ul { @for item in items { li { (inline(item)) } } },
                Block::Facts(facts) => dl { @for (name, value) in facts { dt { (name) } dd { (inline(value)) } } },
                Block::Table { header, rows } => div.wide { table {
                    thead { tr { @for name in header { th scope="col" { (name) } } } }
                    tbody { @for row in rows { tr { @for cell in row { td { (inline(cell)) } } } } }
                } },
                Block::Quote(text) => blockquote { (inline(text)) },
                Block::Code(code) => pre { (code) },
                Block::Context(text) => p.quiet { (inline(text)) },
                Block::Buttons(buttons) => (self.buttons(buttons)),
                Block::Menu { label, options } => { p { (label) } (self.buttons(options)) },
                Block::Divider => hr;,
                // A page of ours loads nothing from elsewhere.
                Block::Image { url, alt, title } => p {
                    @let words = title.as_deref().unwrap_or(alt);
                    @if leads_to_a_page(url) { a href=(url) { (words) } } @else { (words) }
                },
                Block::Document { name, title, text } => { p { (if title.is_empty() { name } else { title }) } pre { (text) } },
            }
        }
    }
}

/// What only looks, though it takes an administrator.
const LOOKS: [&str; 7] = ["jobs", "jobs show", "hooks", "hooks show", "hooks deliveries", "hooks delivery", "audit"];

/// Whether a call changes nothing, so that a link may lead to it.
pub fn is_look(effect: Effect, call: &Call) -> bool {
    effect == Effect::Read || (call.group == crate::app::OWN && LOOKS.contains(&call.action.as_str()))
}

pub fn inline(text: &Text) -> Markup {
    markup::inline(text, time)
}

/// How long ago something was. The page's script counts on by itself: a panel is not drawn anew for that.
pub fn age(at: Timestamp, now: Timestamp) -> Markup {
    let passed = now.duration_since(at);
    let words = if passed.as_mins() < 1 { "less than a minute".to_owned() } else { jobs::age(rounded(passed)) };
    html! { time.age datetime=(at) { (words) } }
}

/// To minutes, and past an hour to ten of them.
fn rounded(passed: SignedDuration) -> SignedDuration {
    let minutes = passed.as_mins();
    SignedDuration::from_mins(if minutes < 60 { minutes } else { minutes - minutes % 10 })
}

/// A moment, which the page's script shows as the reader's clock does.
pub fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M UTC")) } }
}
