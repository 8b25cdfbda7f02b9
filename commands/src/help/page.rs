//! The reference page of a connector.

use std::fmt::Write;

use super::{explained, usage};
use crate::{Effect, Group};

/// The connector's reference page in Markdown: every command with usage, fields and examples.
pub fn page(group: &Group) -> String {
    let mut page = format!("# {} commands\n", group.title);
    for spec in &group.actions {
        let who = match spec.effect {
            Effect::Read => "",
            Effect::Write => " Changes are audited.",
            Effect::Admin => " For administrators.",
        };
        let mut section = || -> std::fmt::Result {
            writeln!(page, "\n## {} {}\n\n{}{who}\n", group.name, spec.name, spec.summary())?;
            writeln!(page, "```text\n{}\n```", usage(&group.name, spec))?;
            let fields: Vec<_> = spec.fields().iter().filter(|it| !it.hidden).collect();
            if !fields.is_empty() {
                writeln!(page, "\n| field | what it is |\n|---|---|")?;
            }
            for field in fields {
                writeln!(page, "| `{}` | {} |", field.name, explained(field).replace('|', "\\|"))?;
            }
            for (at, example) in spec.examples.iter().enumerate() {
                writeln!(page, "{}    {} {example}", if at == 0 { "\nFor example:\n\n" } else { "" }, group.name)?;
            }
            Ok(())
        };
        // Writing to a string cannot fail; the result only satisfies the signature.
        let _ = section();
    }
    page
}
