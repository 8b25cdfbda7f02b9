//! `[telemetry]`, and the variables of the environment that count before it.

use super::{
    Surroundings,
    source::{Reader, Section},
};
use crate::telemetry::traces::{self, Settings};

pub(super) fn read(reader: &Reader<'_>, root: &Section, around: &Surroundings) -> Option<Settings> {
    let section = root.table("telemetry");
    let config = section.map(|it| reader.section::<traces::Config>("[telemetry]", it, &[]));
    if matches!(config, Some(None)) {
        return None;
    }
    let (settings, problems) = traces::read(config.flatten().as_ref(), &around.variables);
    let missing = Section::missing();
    let section = section.unwrap_or(&missing);
    for (key, problem) in problems {
        reader.note(key.map_or(section.line, |it| section.line_of(it)), problem);
    }
    settings
}
