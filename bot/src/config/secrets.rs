//! `[secrets]`: the key that seals what is secret, and where it comes from.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::connections::seal;

/// `[secrets]`
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// 32 bytes in base64, for the secrets of connections made in chat; `bellhop keys new` prints one.
    pub key: Option<commands::param::Secret>,
    /// Instead: a program and its arguments, whose output is the key: `["pass", "show", "bellhop"]`.
    #[serde(default)]
    pub key_command: Vec<String>,
    /// While the key is changed, the one before (or the one to come, on bots that are not changed yet): what it sealed is opened
    /// as well.
    pub previous_key: Option<commands::param::Secret>,
}

impl Secrets {
    /// What seals and opens; none without a key.
    ///
    /// # Errors
    /// Says what a key looks like.
    pub fn master(&self) -> anyhow::Result<Option<seal::MasterKey>> {
        let Some(key) = &self.key else { return Ok(None) };
        let previous = self.previous_key.as_ref().map(|it| seal::MasterKey::parse(it.expose())).transpose()?;
        Ok(Some(seal::MasterKey::parse(key.expose())?.accepting(previous)))
    }

    /// Asks the program for the key.
    pub(super) fn ask_command(&mut self) -> Result<(), String> {
        let Some((program, arguments)) = self.key_command.split_first() else { return Ok(()) };
        if self.key.is_some() {
            return Err("both `key` and `key_command` are there: keep one".into());
        }
        let output = std::process::Command::new(program).args(arguments).stdin(std::process::Stdio::null()).output();
        let output = output.map_err(|err| format!("`key_command`: {program} cannot be run: {err}"))?;
        if !output.status.success() {
            // What it wrote may hold the key, or half of it.
            return Err(format!("`key_command`: {program} ended with {}", output.status));
        }
        let text = String::from_utf8(output.stdout).map_err(|_| format!("`key_command`: {program} printed what is no text"))?;
        self.key = Some(text.trim().to_owned().into());
        Ok(())
    }
}
