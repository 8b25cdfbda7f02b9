//! `[health]` and `[deadman]`.

use super::source::{Reader, Section};
use crate::health::{Config, Deadman};

pub(super) fn health(reader: &Reader<'_>, root: &Section) -> Config {
    let Some(section) = root.table("health") else { return Config::default() };
    let mut config: Config = reader.section("[health]", section, &["weights"]).unwrap_or_default();
    for (key, problem) in config.problems() {
        reader.note(section.line_of(key), problem);
    }
    if let Some(weights) = section.table("weights") {
        config.weights = reader.section("[health.weights]", weights, &[]).unwrap_or_default();
    }
    config
}

pub(super) fn deadman(reader: &Reader<'_>, root: &Section) -> Option<Deadman> {
    let section = root.table("deadman")?;
    let config: Deadman = reader.section("[deadman]", section, &[])?;
    for (key, problem) in config.problems() {
        reader.note(section.line_of(key), problem);
    }
    Some(config)
}
