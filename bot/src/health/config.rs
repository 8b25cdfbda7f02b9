//! `[health]` and `[deadman]`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::score::Weights;

/// `[health]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How often everything is checked, `10s` to `1d`; the queue more often.
    #[serde(default = "every")]
    pub every: String,
    /// So many of the last checks (`of`) must agree before something counts as failed, or as well again.
    #[serde(default = "agreeing")]
    pub agreeing: u32,
    /// How many of the last checks are looked at.
    #[serde(default = "of")]
    pub of: u32,
    /// Whether it is told when a source reports nothing for longer than is usual for it.
    #[serde(default = "yes")]
    pub silence: bool,
    /// What counts for how much in a score; `[health.weights]`.
    #[serde(default, skip)]
    pub weights: Weights,
}

fn every() -> String {
    "5m".into()
}

fn agreeing() -> u32 {
    2
}

fn of() -> u32 {
    3
}

fn yes() -> bool {
    true
}

impl Default for Config {
    fn default() -> Config {
        Config { every: every(), agreeing: agreeing(), of: of(), silence: yes(), weights: Weights::default() }
    }
}

/// The shortest and the longest time between two checks.
const EVERY: (Duration, Duration) = (Duration::from_secs(10), Duration::from_hours(24));

/// The same between two calls of the dead man's switch.
const CALLED: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(24));

impl Config {
    /// What is wrong that the schema cannot say, by key.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        if between(&self.every, EVERY).is_none() {
            found.push(("every", format!("`every` in [health] is `{}`: write a time from 10s to 1d, such as 5m", self.every)));
        }
        if !(1..=20).contains(&self.of) {
            found.push(("of", format!("`of` in [health] is {}: write a number from 1 to 20", self.of)));
        } else if self.agreeing > self.of || self.agreeing * 2 <= self.of {
            let problem =
                format!("`agreeing` in [health] is {}: write more than half of `of`, which is {}", self.agreeing, self.of);
            found.push(("agreeing", problem));
        }
        found
    }

    pub fn interval(&self) -> Duration {
        between(&self.every, EVERY).unwrap_or(Duration::from_secs(300))
    }
}

/// `[deadman]`: somebody outside who notices when we fall silent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deadman {
    /// What is called for as long as all is well, such as `https://hc-ping.com/…`.
    pub url: String,
    /// How often, `1s` to `1d`.
    #[serde(default = "minute")]
    pub every: String,
}

fn minute() -> String {
    "60s".into()
}

impl Deadman {
    /// What is wrong that the schema cannot say, by key.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        // What it is stays unsaid: whoever knows the address can keep it quiet.
        if !Url::parse(&self.url).is_ok_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host()) {
            found.push(("url", "`url` in [deadman] is no address: write one that begins with https://".to_owned()));
        }
        if between(&self.every, CALLED).is_none() {
            found.push(("every", format!("`every` in [deadman] is `{}`: write a time from 1s to 1d", self.every)));
        }
        found
    }

    pub fn interval(&self) -> Duration {
        between(&self.every, CALLED).unwrap_or(Duration::from_secs(60))
    }
}

/// `90s`, `5m`, `1h30m`, `2d`, `1w`: a time as people write it, a day being 24 hours.
pub fn duration(text: &str) -> Option<Duration> {
    let span = text.trim().parse::<jiff::Span>().ok()?;
    let time = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(time).ok()
}

/// The same, if it lies between two others.
pub fn between(text: &str, (least, most): (Duration, Duration)) -> Option<Duration> {
    duration(text).filter(|it| (least..=most).contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let seconds = |text: &str| duration(text).map(|it| it.as_secs());
        assert_eq!(
            [seconds("90s"), seconds("5m"), seconds(" 1d "), seconds("1h30m")],
            [Some(90), Some(300), Some(86_400), Some(5_400)]
        );
        assert_eq!([seconds("soon"), seconds(""), seconds("-5m")], [None; 3]);
        assert_eq!(between("9s", EVERY), None);
    }

    #[test]
    fn a_minority_decides_nothing() {
        let problems = |agreeing, of| Config { agreeing, of, ..Config::default() }.problems().len();
        assert_eq!(
            [problems(2, 3), problems(1, 1), problems(1, 3), problems(2, 4), problems(4, 3), problems(0, 0)],
            [0, 0, 1, 1, 1, 1]
        );
    }
}
