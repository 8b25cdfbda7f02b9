//! `bellhop check`

use std::process::ExitCode;

use serde_json::json;

use super::{Printed, print};
use crate::config::Problems;

pub fn run(printed: &Printed) -> anyhow::Result<ExitCode> {
    let file = printed.configured.config.display();
    match printed.configured.load() {
        Ok(config) if printed.json => {
            let names: Vec<&str> = config.connections.iter().map(|it| it.name.as_str()).collect();
            print(json!({ "file": file.to_string(), "problems": [], "connections": names }));
        }
        Ok(config) => {
            let chats = [("Slack", config.slack.is_some()), ("Zulip", config.zulip.is_some())];
            let chats: Vec<&str> = chats.iter().filter(|it| it.1).map(|it| it.0).collect();
            let names: Vec<&str> = config.connections.iter().map(|it| it.name.as_str()).collect();
            print(format_args!("{file} is fine: chats: {}; connections: {}", list(&chats), list(&names)));
            if chats.is_empty() {
                print("note: no chat that takes commands is configured: add a section [slack] or [zulip]");
            }
        }
        Err(err) => match err.downcast::<Problems>() {
            Ok(problems) if printed.json => {
                print(json!({ "file": problems.file, "problems": problems.problems }));
                return Ok(ExitCode::FAILURE);
            }
            Ok(problems) => anyhow::bail!("{problems}"),
            Err(err) => return Err(err),
        },
    }
    Ok(ExitCode::SUCCESS)
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
