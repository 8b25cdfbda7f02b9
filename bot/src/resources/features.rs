//! Flags: what is brought to some channels first, or switched off where it is not wanted.
//!
//! Code asks [`App::feature`]. A flag is on or off; on for some channels; or on for some per cent of them, always the same ones:
//! who has it keeps it while the number grows.

use commands::FieldProblem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Declared;
use crate::app::App;

/// Something that code asks for.
pub struct Flag {
    pub name: &'static str,
    pub help: &'static str,
    /// Where nobody said anything.
    pub default: bool,
}

/// Cards below links that people share.
pub const LINK_CARDS: Flag =
    Flag { name: "link_cards", help: "a card below each link that people share in a channel", default: true };
/// All there are.
pub const FLAGS: &[Flag] = &[LINK_CARDS];

pub fn find(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|it| it.name == name)
}

/// A line of `[features]`, or `[[feature]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Off everywhere when false.
    #[serde(default = "yes")]
    pub on: bool,
    /// Only in these channels, by their ids: `slack:T0123:C0123`, or `C0123`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Only in so many of a hundred channels, besides those named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

fn yes() -> bool {
    true
}

impl Declared for Feature {
    const KIND: &str = "feature";

    fn problems(&self) -> Vec<FieldProblem> {
        let is_too_much = self.percent.is_some_and(|it| it > 100);
        is_too_much.then(|| FieldProblem::new("percent", "It is of a hundred: 0 to 100.")).into_iter().collect()
    }
}

impl Feature {
    /// Whether it is on in a channel, which is `slack:T1:C1`; outside of any, where it is on everywhere.
    pub fn is_on(&self, name: &str, channel: Option<&str>) -> bool {
        if !self.on {
            return false;
        }
        if self.channels.is_empty() && self.percent.is_none() {
            return true;
        }
        let Some(channel) = channel else { return self.percent == Some(100) };
        let id = channel.rsplit(':').next().unwrap_or(channel);
        self.channels.iter().any(|it| it == channel || it == id)
            || self.percent.is_some_and(|percent| bucket(name, channel) < u64::from(percent))
    }
}

/// 0 to 99: the same channel is in another one for each flag.
fn bucket(name: &str, channel: &str) -> u64 {
    let hash = Sha256::new().chain_update(name).chain_update([0]).chain_update(channel).finalize();
    hash.iter().take(8).fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte)) % 100
}

impl App {
    /// Whether a flag is on in a channel, which is `slack:T1:C1`.
    pub fn feature(&self, flag: &Flag, channel: Option<&str>) -> bool {
        match self.resources.get::<Feature>(flag.name) {
            Some(found) => found.value.is_on(flag.name, channel),
            None => flag.default,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(percent: Option<u8>, channels: &[&str]) -> Feature {
        Feature { on: true, channels: channels.iter().map(|it| (*it).to_owned()).collect(), percent }
    }

    #[test]
    fn who_has_it_keeps_it_while_the_number_grows() {
        let channels: Vec<String> = (0..1000).map(|it| format!("slack:T1:C{it}")).collect();
        let on = |percent: u8| -> Vec<&String> {
            channels.iter().filter(|it| feature(Some(percent), &[]).is_on("link_cards", Some(it))).collect()
        };
        assert_eq!((on(0).len(), on(100).len()), (0, 1000));
        let (few, more) = (on(20), on(50));
        assert!((150..250).contains(&few.len()) && (440..560).contains(&more.len()), "{} {}", few.len(), more.len());
        assert!(few.iter().all(|it| more.contains(it)));
        let other = channels.iter().filter(|it| feature(Some(20), &[]).is_on("other", Some(it)));
        assert!(!other.eq(few), "another flag is on in other channels");
    }

    #[test]
    fn a_channel_is_named_by_its_id_or_in_full() {
        let some = feature(None, &["slack:T1:C1", "C2"]);
        let is_on = |channel: Option<&str>| some.is_on("link_cards", channel);
        assert!(is_on(Some("slack:T1:C1")) && is_on(Some("slack:T9:C2")));
        assert!(!is_on(Some("slack:T1:C3")) && !is_on(None));
        assert!(!Feature { on: false, ..some }.is_on("link_cards", Some("slack:T1:C1")));
    }
}
