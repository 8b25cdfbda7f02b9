//! Files of what is set up, from chat: what one would change, carrying it out, and all that there is as such a file.
//!
//! Nothing is carried out unseen: `apply` shows the plan, and its button holds the plan's name, which is made of the file and of
//! what it would do ([`crate::plan::looked`]).

use commands::{
    Action, Block, Button, Ctx, Effect, Error, ErrorKind, FieldProblem, Message, Reply, Result, Text, Tone,
    param::{File, Markdown},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::unreadable;
use crate::{app::App, config::Problem, people::PersonId, plan::difference::Unsaid, resources::By};

/// Larger than any configuration that people write.
const LARGEST: usize = 512 * 1024;

/// What somebody gave: a file, or its text.
struct Given {
    /// Empty of text without a name.
    file: String,
    text: String,
    unsaid: Unsaid,
}

impl Given {
    async fn take(ctx: &Ctx, file: Option<File>, text: Option<Markdown>, name: Option<String>, prune: bool) -> Result<Given> {
        let name = name.map(|it| it.trim().to_owned()).unwrap_or_default();
        let unsaid = if prune { Unsaid::Prune } else { Unsaid::Keep };
        let file = file.filter(|it| !it.0.trim().is_empty());
        let text = text.filter(|it| !it.0.trim().is_empty());
        let (called, bytes) = match (file, text) {
            (Some(file), None) => {
                let file = ctx.host.download(&file.0).await?;
                (file.name, file.bytes)
            }
            (None, Some(text)) => (String::new(), unfenced(&text.0).as_bytes().to_vec()),
            (given, _) => {
                let both = given.is_some();
                let message = if both {
                    "Give the file or its text, not both."
                } else {
                    "Attach the file, or paste what it says into the form."
                };
                let field = if both { "text" } else { "file" };
                return Err(Error::bad_input(message).with_fields(vec![FieldProblem::new(field, message)]));
            }
        };
        if bytes.len() > LARGEST {
            let message = format!("That is {} KiB, and a configuration is {} at most.", bytes.len() / 1024, LARGEST / 1024);
            return Err(Error::new(ErrorKind::Validation, message));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::new(
                ErrorKind::Validation,
                format!("`{called}` is no text: give the TOML file, as `bellhop export` writes it."),
            )
        })?;
        Ok(Given { file: if name.is_empty() { called } else { name }, text, unsaid })
    }
}

/// Without the fence that people put around what they paste.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|it| it.strip_suffix("```")) else { return text };
    match inner.split_once('\n') {
        Some((language, rest)) if language.chars().all(|it| it.is_ascii_alphanumeric()) => rest,
        _ => inner,
    }
}

/// Show what a configuration file would change of what is set up. Secrets in it are those that are kept.
#[derive(Deserialize, JsonSchema)]
pub struct Plan {
    /// The file, as `bellhop export` writes it.
    #[serde(default)]
    #[schemars(extend("x-positional" = true))]
    file: Option<File>,
    /// Or what it says, pasted; a longer one is attached.
    #[serde(default)]
    // A box of plain text: what is typed is meant as it is.
    #[schemars(extend("maxLength" = 3000))]
    text: Option<Markdown>,
    /// Which file it is, where it is pasted: what that file said before and says no more is then removed.
    #[serde(default)]
    name: Option<String>,
    /// Also count as to be removed what is in no file.
    #[serde(default)]
    prune: bool,
}

impl Action for Plan {
    type On = App;
    const NAME: &str = "plan";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["plan https://example.org/bellhop.toml"];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let given = Given::take(ctx, self.file, self.text, self.name, self.prune).await?;
        shown(app, ctx, &given, "").await.map(Reply::to_asker)
    }
}

/// Carry a configuration file out: you see what it would change first, and then all of it is done or nothing.
#[derive(Deserialize, JsonSchema)]
pub struct Apply {
    /// The file, as `bellhop export` writes it. Secrets are named in it, `${NAME}`, and mean those that are kept.
    #[serde(default)]
    #[schemars(extend("x-positional" = true))]
    file: Option<File>,
    /// Or what it says, pasted; a longer one is attached.
    #[serde(default)]
    // A box of plain text: what is typed is meant as it is.
    #[schemars(extend("maxLength" = 3000))]
    text: Option<Markdown>,
    /// Which file it is, where it is pasted: what that file said before and says no more is then removed.
    #[serde(default)]
    name: Option<String>,
    /// Also remove what is in no file.
    #[serde(default)]
    prune: bool,
    /// Why, for the history.
    #[serde(default)]
    why: String,
    /// The plan that was looked at.
    #[serde(default)]
    #[schemars(extend("x-hidden" = true))]
    plan: Option<String>,
}

impl Apply {
    /// Whether such a call is meant, and not only looked at.
    pub fn is_meant(params: &Map<String, Value>) -> bool {
        params.contains_key("plan")
    }

    /// What such a call would do.
    pub async fn lines(app: &App, params: &Map<String, Value>) -> Option<String> {
        app.planned_lines(params.get("plan")?.as_str()?).await
    }
}

impl Action for Apply {
    type On = App;
    const NAME: &str = "apply";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["apply https://example.org/bellhop.toml why=\"the new team\""];

    async fn run(self, app: &App, ctx: &Ctx) -> Result<Reply> {
        let Some(id) = self.plan else {
            let given = Given::take(ctx, self.file, self.text, self.name, self.prune).await?;
            return shown(app, ctx, &given, self.why.trim()).await.map(Reply::to_asker);
        };
        let planned = app.planned(&id).await?;
        let by = By { why: self.why.trim().to_owned(), ..By::person(&PersonId::from(&ctx.actor)) };
        let title = planned.title().to_owned();
        Ok(match app.apply_planned(&planned, &by).await? {
            None => Reply::to_asker(Message::text(format!("Everything is as {title} says already."))),
            Some(change) => {
                let text = Text::new().bold(format!("Carried out {title}")).plain(format!(", as change {change}."));
                let why = Some(by.why).filter(|it| !it.is_empty());
                let message = why.into_iter().fold(Message::text(text).tone(Tone::Good), |message, why| message.paragraph(why));
                let back = ctx.call("rollback", json!({ "to": change - 1 }));
                Reply::to_channel(message.buttons(vec![
                    Button::run("Who changed what", ctx.call("history", json!({}))),
                    Button::run("Go back …", back),
                ]))
            }
        })
    }
}

/// The plan for eyes, with the button that carries it out.
async fn shown(app: &App, ctx: &Ctx, given: &Given, why: &str) -> Result<Message> {
    let (planned, plan) = match app.plan_from_chat(&given.file, &given.text, given.unsaid).await? {
        Ok(looked) => looked,
        Err(problems) => return Ok(wrong(&given.file, &problems)),
    };
    let message = Message::new()
        .heading(format!("What {} would change", planned.title()))
        .block(Block::Code(app.lines_of(&plan.shown).await));
    if plan.shown.is_empty() {
        return Ok(message);
    }
    let mut params = json!({ "plan": planned.id });
    if !why.is_empty() {
        params["why"] = why.into();
    }
    let sure = format!("{} All of it is done, or nothing.", plan.shown.sums());
    let apply = Button::run("Apply", ctx.call(Apply::NAME, params)).danger(sure);
    let message = match plan.shown.drift.is_empty() {
        true => message,
        false => message.paragraph(
            "What was changed in chat since (drift) is undone by this. `bellhop export` shows how to keep it instead.",
        ),
    };
    Ok(message
        .tone(Tone::Warning)
        .buttons(vec![apply])
        .context("Connections are tried against their systems before anything is written."))
}

fn wrong(file: &str, problems: &[Problem]) -> Message {
    let title = if file.is_empty() { "What you pasted" } else { file };
    let problems = problems.iter().map(|it| Text::marked(&format!("line {}: {}", it.line, it.message))).collect();
    Message::text(format!("{title} cannot be carried out:")).list(problems).tone(Tone::Bad)
}

/// Show everything that is set up as the file that says it, without secrets.
#[derive(Deserialize, JsonSchema)]
pub struct Export {}

impl Action for Export {
    type On = App;
    const NAME: &str = "export";
    const EFFECT: Effect = Effect::Admin;
    const EXAMPLES: &[&str] = &["export"];

    async fn run(self, app: &App, _: &Ctx) -> Result<Reply> {
        let text = app.export().await.map_err(unreadable)?;
        Ok(Reply::to_asker(Message::new().document("bellhop-export.toml", "What is set up", text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_around_what_is_pasted_is_no_part_of_it() {
        let text = "[[team]]\nname = \"oncall\"";
        for pasted in [text.to_owned(), format!("```\n{text}\n```"), format!("```toml\n{text}\n```\n"), format!("```{text}```")] {
            assert_eq!(unfenced(&pasted).trim(), text, "{pasted}");
        }
    }
}
