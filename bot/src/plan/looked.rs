//! Plans that are looked at in chat, and carried out later by a button, or when others have agreed.
//!
//! What was looked at is named by the SHA-256 of the file and of what it would do. When it is carried out the plan is made anew:
//! if it would do anything else by then, its name is another, and nothing is done. The file is kept until then; there are no
//! secrets in it, because a file from chat that holds one is refused ([`super::file`]).

use commands::{Error, ErrorKind, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    apply::Work,
    difference::{Plan, Shown, Unsaid},
    file::Door,
    store,
};
use crate::{
    app::App,
    config::Problem,
    resources::{By, ledger::What},
};

/// What text that was pasted is called where a file has its name.
pub const PASTED: &str = "text pasted in chat";

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// [`identify`] of it: 32 digits.
    pub id: String,
    /// Its name; empty of what was pasted, which is no file's: nothing is removed because it does not say it.
    pub file: String,
    pub text: String,
    pub unsaid: Unsaid,
}

impl Planned {
    pub fn title(&self) -> &str {
        if self.file.is_empty() { PASTED } else { &self.file }
    }
}

/// The SHA-256 of a file and of what it would do, as far as it fits into a command.
fn identify(file: &str, text: &str, unsaid: Unsaid, shown: &Shown) -> String {
    let does = json!([shown.added, shown.changed, shown.removed]).to_string();
    let rest = if unsaid == Unsaid::Prune { "prune" } else { "keep" };
    let mut hash = Sha256::new();
    for part in [file, text, rest, &does] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

impl App {
    /// What a file from chat would do, and under which name that is kept to be carried out.
    ///
    /// # Errors
    /// The store cannot be used; inside, what is wrong with the file, by line.
    pub async fn plan_from_chat(&self, file: &str, text: &str, unsaid: Unsaid) -> Result<Result<(Planned, Plan), Vec<Problem>>> {
        let plan = match self.plan(file, text, Door::Chat, unsaid).await.map_err(unusable)? {
            Ok(plan) => plan,
            Err(problems) => return Ok(Err(problems)),
        };
        let id = identify(file, text, unsaid, &plan.shown);
        let planned = Planned { id, file: file.to_owned(), text: text.to_owned(), unsaid };
        if !plan.shown.is_empty() {
            store::keep(&self.store, &planned).await.map_err(unusable)?;
        }
        Ok(Ok((planned, plan)))
    }

    /// What was looked at under that name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it is not kept any more; the store cannot be read.
    pub async fn planned(&self, id: &str) -> Result<Planned> {
        let found = store::load(&self.store, id.trim()).await.map_err(unusable)?;
        found.ok_or_else(|| {
            Error::not_found(
                "That plan is not kept any more: a week is as long as it waits. Give the file again to `bellhop apply`.",
            )
        })
    }

    /// The lines of what was looked at, as it would be done now; none when it would be something else.
    pub async fn planned_lines(&self, id: &str) -> Option<String> {
        let planned = self.planned(id).await.ok()?;
        let plan = self.plan(&planned.file, &planned.text, Door::Chat, planned.unsaid).await.ok()?.ok()?;
        if identify(&planned.file, &planned.text, planned.unsaid, &plan.shown) != planned.id {
            return None;
        }
        Some(self.lines_of(&plan.shown).await)
    }

    /// A plan's lines for a chat, where people go by their names.
    pub async fn lines_of(&self, shown: &Shown) -> String {
        let names = self.called(shown.people()).await;
        shown.clone().called(&names).lines()
    }

    /// Carries out what was looked at, all of it or nothing; the change's number, none when it is so already.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] when by now it would do something else; those of [`App::try_out`] and [`App::carry_out`]. Then
    /// nothing was done.
    pub async fn apply_planned(&self, planned: &Planned, by: &By) -> Result<Option<i64>> {
        let again = "Give it to `bellhop apply` once more to see what it would do now.";
        let plan = match self.plan(&planned.file, &planned.text, Door::Chat, planned.unsaid).await.map_err(unusable)? {
            Ok(plan) => plan,
            Err(problems) => {
                let first = problems.first().map(|it| format!("line {}: {}", it.line, it.message)).unwrap_or_default();
                let message = format!("{} cannot be carried out any more: {first}. Nothing was done. {again}", planned.title());
                return Err(Error::new(ErrorKind::Conflict, message));
            }
        };
        if plan.shown.is_empty() {
            return Ok(None);
        }
        if identify(&planned.file, &planned.text, planned.unsaid, &plan.shown) != planned.id {
            let message = format!(
                "Something was set up otherwise since {} was looked at, so that it would do something else now. Nothing was done. {again}",
                planned.title()
            );
            return Err(Error::new(ErrorKind::Conflict, message));
        }
        let now = self.set_up().await.map_err(unusable)?;
        self.try_out(&plan.steps, &now).await?;
        let said = (!planned.file.is_empty()).then(|| plan.said());
        let (subject, generation) = (planned.title(), plan.generation);
        let work = Work { what: What::Apply, subject, steps: &plan.steps, said, generation, by };
        self.carry_out(work, &now).await.map(Some)
    }
}

fn unusable(err: anyhow::Error) -> Error {
    tracing::error!("What is set up cannot be read or written: {err:#}");
    Error::internal(
        "The store cannot be used right now, and nothing was done. Try again in a moment; `bellhop doctor` says more.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::difference::Entry;

    #[test]
    fn what_is_looked_at_has_another_name_when_anything_about_it_is_other() {
        let entry = |name: &str| Entry { kind: "team".into(), name: name.into(), fields: Vec::new(), who: None };
        let shown = |name: &str| Shown { added: vec![entry(name)], ..Shown::default() };
        let id = identify("ops.toml", "text", Unsaid::Keep, &shown("oncall"));
        assert_eq!(id.len(), 32);
        // What stays as it is does not count: somebody else may subscribe meanwhile.
        let beside = Shown { kept: vec![entry("other")], unchanged: 7, ..shown("oncall") };
        assert_eq!(identify("ops.toml", "text", Unsaid::Keep, &beside), id);
        for other in [
            identify("other.toml", "text", Unsaid::Keep, &shown("oncall")),
            identify("ops.toml", "text ", Unsaid::Keep, &shown("oncall")),
            identify("ops.toml", "text", Unsaid::Prune, &shown("oncall")),
            identify("ops.toml", "text", Unsaid::Keep, &shown("offcall")),
            identify("ops.tomlt", "ext", Unsaid::Keep, &shown("oncall")),
            identify("ops.toml", "text", Unsaid::Keep, &Shown { removed: vec![entry("oncall")], ..Shown::default() }),
        ] {
            assert_ne!(other, id);
        }
    }
}
