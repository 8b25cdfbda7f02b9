//! What the bot counts anyway (`/metrics`), read back: requests of each connection, how many failed, how long they took.
//!
//! The format is Prometheus's text: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::collections::{BTreeMap, HashMap};

/// One value, with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

impl Sample {
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// All samples of a text; lines that cannot be read are left out.
pub fn samples(text: &str) -> impl Iterator<Item = Sample> {
    text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')).filter_map(sample)
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(|it: char| it == '{' || it.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = match rest.split_whitespace().next()? {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        number => number.parse().ok()?,
    };
    Some(Sample { name: name.to_owned(), labels, value })
}

/// What stands in braces, after the first, and what follows.
fn labels(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Some((found, after));
        }
        let (name, value) = rest.split_once("=\"")?;
        let mut written = String::new();
        let mut chars = value.char_indices();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => written.push(match chars.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => written.push(other),
            }
        };
        found.push((name.trim().to_owned(), written));
        rest = value[end + 1..].trim_start().trim_start_matches(',').trim_start();
    }
}

/// A condition on a metric, as people write it: `bellhop_queue_depth`, `bellhop_sends_total{outcome="ok"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    pub name: String,
    pub labels: Vec<(String, String)>,
}

impl Selector {
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str) -> Result<Selector, String> {
        let text = text.trim();
        let (name, rest) = text.split_once('{').unwrap_or((text, "}"));
        let is_name = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_:".contains(it));
        match labels(rest) {
            Some((labels, "")) if is_name(name) => Ok(Selector { name: name.to_owned(), labels }),
            _ => Err(format!(
                "`{text}` is no metric: write one of /metrics, such as bellhop_queue_depth or name{{label=\"value\"}}"
            )),
        }
    }

    /// The sum of all samples that fit; none where there are none.
    pub fn sum(&self, text: &str) -> Option<f64> {
        let fits =
            |it: &Sample| it.name == self.name && self.labels.iter().all(|(name, value)| it.label(name) == Some(value.as_str()));
        samples(text).filter(fits).map(|it| it.value).reduce(|a, b| a + b)
    }
}

/// How a connection's requests went, since the process began or between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub requests: u64,
    pub failed: u64,
    /// Of all of them together, in seconds.
    pub seconds: f64,
    /// How many `seconds` is of.
    pub timed: u64,
}

impl Tally {
    /// What came since `before`.
    pub fn since(self, before: Tally) -> Tally {
        Tally {
            requests: self.requests.saturating_sub(before.requests),
            failed: self.failed.saturating_sub(before.failed),
            seconds: (self.seconds - before.seconds).max(0.0),
            timed: self.timed.saturating_sub(before.timed),
        }
    }
}

/// What counts as the system's failure, and not as the answer to a wrong question.
pub const FAILURES: [&str; 6] = ["network", "timeout", "server", "auth", "rate_limited", "internal"];

/// The tally of every connection and chat.
pub fn tallies(text: &str) -> BTreeMap<String, Tally> {
    let mut found: HashMap<String, Tally> = HashMap::new();
    for sample in samples(text) {
        let Some(connection) = sample.label("connection") else { continue };
        match sample.name.as_str() {
            "bellhop_http_requests_total" => {
                let tally = found.entry(connection.to_owned()).or_default();
                tally.requests += sample.value as u64;
                if sample.label("outcome").is_some_and(|it| FAILURES.contains(&it)) {
                    tally.failed += sample.value as u64;
                }
            }
            "bellhop_http_request_seconds_sum" => found.entry(connection.to_owned()).or_default().seconds += sample.value,
            "bellhop_http_request_seconds_count" => found.entry(connection.to_owned()).or_default().timed += sample.value as u64,
            _ => {}
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
# HELP bellhop_http_requests_total Requests
# TYPE bellhop_http_requests_total counter
bellhop_http_requests_total{connection="redmine",method="GET",outcome="ok"} 90
bellhop_http_requests_total{connection="redmine",method="GET",outcome="not_found"} 6
bellhop_http_requests_total{connection="redmine",method="POST",outcome="timeout"} 4
bellhop_http_request_seconds_bucket{connection="redmine",method="GET",le="+Inf"} 96
bellhop_http_request_seconds_sum{connection="redmine",method="GET"} 12.5
bellhop_http_request_seconds_count{connection="redmine",method="GET"} 96
bellhop_breaker_state{connection="slack"} 2
bellhop_breaker_state{connection="redmine"} 0
odd{label="a \"b\", {c}\\"} 1.5e3 1795168860000
plain 7
this is no sample
broken{label="x 1
"#;

    #[test]
    fn requests_are_counted_from_what_the_client_counts() {
        let tallies = tallies(TEXT);
        let redmine = Tally { requests: 100, failed: 4, seconds: 12.5, timed: 96 };
        assert_eq!(tallies.into_iter().collect::<Vec<_>>(), [("redmine".to_owned(), redmine)]);
        let before = Tally { requests: 60, failed: 4, seconds: 2.5, timed: 56 };
        assert_eq!(redmine.since(before), Tally { requests: 40, failed: 0, seconds: 10.0, timed: 40 });
        assert_eq!(before.since(redmine), Tally::default(), "a process that began anew");
    }

    #[test]
    fn labels_may_hold_anything() {
        let odd = samples(TEXT).find(|it| it.name == "odd").expect("it is there");
        assert_eq!((odd.label("label"), odd.value), (Some(r#"a "b", {c}\"#), 1500.0));
        assert_eq!(samples(TEXT).filter(|it| it.name == "broken" || it.name == "this").count(), 0);
    }

    #[test]
    fn a_metric_is_chosen_by_name_and_labels() {
        let sum = |text: &str| Selector::parse(text).expect("a metric").sum(TEXT);
        assert_eq!(sum("bellhop_http_requests_total"), Some(100.0));
        assert_eq!(sum(r#"bellhop_http_requests_total{outcome="ok", method="GET"}"#), Some(90.0));
        assert_eq!([sum("plain"), sum("unheard_of")], [Some(7.0), None]);
        for wrong in ["", "{}", "a b", "name{label}", "name{label=\"x\"} 1"] {
            assert!(Selector::parse(wrong).is_err(), "{wrong}");
        }
    }
}
