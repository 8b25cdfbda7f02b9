//! Whether there are traces, and where they go: `[telemetry]`, and over it the variables that OpenTelemetry names for every
//! program (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>,
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>).

use std::{collections::BTreeMap, fmt, fs, time::Duration};

use commands::param::Secret;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

/// `[telemetry]`
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where a collector takes OTLP over HTTP, such as `http://127.0.0.1:4318`; without it nothing is traced.
    pub endpoint: Option<String>,
    /// Headers that the collector wants: `authorization=Bearer ${TOKEN}`, several with commas between them.
    pub headers: Option<Secret>,
    /// Which part of the traces that begin here is kept, from 0 to 1.
    pub sample_ratio: Option<f64>,
    /// What the bot is called among other services.
    pub service_name: Option<String>,
}

/// Where traces go, and which.
#[derive(Clone)]
pub struct Settings {
    /// The whole address, with `/v1/traces`.
    pub endpoint: Url,
    pub headers: HeaderMap,
    /// The certificate of an authority of one's own, as PEM.
    pub certificate: Option<Vec<u8>>,
    /// The whole of one request, in time.
    pub timeout: Duration,
    /// How long spans are gathered.
    pub delay: Duration,
    /// Spans that wait at most; more are dropped.
    pub waiting: usize,
    /// Spans in one request.
    pub together: usize,
    pub sampling: Sampling,
    /// What every span says about its service.
    pub resource: BTreeMap<String, String>,
}

/// Which traces are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Of those that begin here, from 0 to 1.
    pub ratio: f64,
    /// Of those that others began: as they decided, or as if they began here.
    pub follows: bool,
}

/// Variables of the process, those of OpenTelemetry; an empty one is none.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process.
    pub fn of_process() -> Variables {
        std::env::vars().filter(|(name, _)| name.starts_with("OTEL_")).collect()
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(all: T) -> Variables {
        Variables(all.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect())
    }
}

/// Headers are secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Something that is wrong, with the key that it is about; none where it is a variable.
pub type Problem = (Option<&'static str>, String);

/// What follows from both; none where there are no traces. A variable counts before its key.
pub fn read(config: Option<&Config>, variables: &Variables) -> (Option<Settings>, Vec<Problem>) {
    let mut reading = Reading { variables, problems: Vec::new() };
    let settings = reading.settings(config.cloned().unwrap_or_default());
    (settings.filter(|_| reading.problems.is_empty()), reading.problems)
}

struct Reading<'a> {
    variables: &'a Variables,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    fn variable(&self, name: &str) -> Option<&'a str> {
        self.variables.0.get(name).map(|it| it.trim())
    }

    /// `OTEL_EXPORTER_OTLP_TRACES_…`, else `OTEL_EXPORTER_OTLP_…`.
    fn exporter(&self, what: &str) -> Option<(String, &'a str)> {
        let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{what}"), format!("OTEL_EXPORTER_OTLP_{what}")];
        names.into_iter().find_map(|name| self.variable(&name).map(|value| (name, value)))
    }

    fn wrong(&mut self, variable: &str, message: &str) {
        self.problems.push((None, format!("the environment's {variable} {message}")));
    }

    fn settings(&mut self, config: Config) -> Option<Settings> {
        match self.variable("OTEL_SDK_DISABLED").map(str::to_ascii_lowercase).as_deref() {
            Some("true") => return None,
            Some("false") | None => {}
            Some(_) => self.wrong("OTEL_SDK_DISABLED", "is neither true nor false"),
        }
        let is_asked_for = match self.variable("OTEL_TRACES_EXPORTER") {
            Some("none") => return None,
            Some("otlp") => true,
            None => false,
            Some(_) => {
                self.wrong("OTEL_TRACES_EXPORTER", "must be otlp, or none for no traces");
                false
            }
        };
        let sample_ratio = self.ratio(&config);
        let headers = self.headers(&config);
        let endpoint = self.endpoint(&config, is_asked_for)?;
        if let Some((name, protocol)) = self.exporter("PROTOCOL")
            && protocol != "http/protobuf"
        {
            let message = format!(
                "is {protocol}, and the bot speaks http/protobuf alone: for the bot, set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL to that \
                 and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to the collector's port for it (4318), or OTEL_SDK_DISABLED to true"
            );
            self.wrong(&name, &message);
        }
        Some(Settings {
            endpoint,
            headers,
            certificate: self.certificate(),
            timeout: self.milliseconds("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT", 10_000),
            delay: self.milliseconds("OTEL_BSP_SCHEDULE_DELAY", "", 5_000),
            waiting: self.number("OTEL_BSP_MAX_QUEUE_SIZE", 4_096),
            together: self.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
            sampling: self.sampling(sample_ratio),
            resource: self.resource(&config),
        })
    }

    fn endpoint(&mut self, config: &Config, is_asked_for: bool) -> Option<Url> {
        let whole = self.variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let base = self.variable("OTEL_EXPORTER_OTLP_ENDPOINT");
        let (key, name, text) = match (whole, base, config.endpoint.as_deref()) {
            (Some(text), ..) => (None, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", text),
            (None, Some(text), _) => (None, "OTEL_EXPORTER_OTLP_ENDPOINT", text),
            (None, None, Some(text)) => (Some("endpoint"), "`endpoint` in [telemetry]", text.trim()),
            (None, None, None) if is_asked_for => (None, "", "http://localhost:4318"),
            (None, None, None) => return None,
        };
        let problem = match Url::parse(text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) => {
                "must start with http:// or https://, such as http://127.0.0.1:4318"
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => "holds a password: use a header",
            Ok(mut url) => {
                if whole.is_none() && !url.path().ends_with("/v1/traces") {
                    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
                    url.set_path(&path);
                }
                return Some(url);
            }
            Err(_) => "is no web address: write something like http://127.0.0.1:4318",
        };
        match key {
            Some(key) => self.problems.push((Some(key), format!("{name} {problem}"))),
            None => self.wrong(name, problem),
        }
        None
    }

    /// `name=value`, with commas between them and `%20` for what cannot stand there.
    fn headers(&mut self, config: &Config) -> HeaderMap {
        let (key, name, text) = match (self.exporter("HEADERS"), &config.headers) {
            (Some((name, text)), _) => (None, name, text.to_owned()),
            (None, Some(headers)) => (Some("headers"), "`headers` in [telemetry]".to_owned(), headers.expose().to_owned()),
            (None, None) => return HeaderMap::new(),
        };
        let mut headers = HeaderMap::new();
        for pair in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let read = pair.split_once('=').and_then(|(name, value)| {
                let mut value = HeaderValue::from_str(&decoded(value.trim())?).ok()?;
                value.set_sensitive(true);
                Some((HeaderName::try_from(name.trim()).ok()?, value))
            });
            match read {
                Some((name, value)) => drop(headers.insert(name, value)),
                None if key.is_some() => {
                    let message = format!("{name} must be `name=value`, several with commas between them");
                    self.problems.push((key, message));
                }
                None => self.wrong(&name, "must be name=value, several with commas between them"),
            }
        }
        headers
    }

    fn certificate(&mut self) -> Option<Vec<u8>> {
        let (name, path) = self.exporter("CERTIFICATE")?;
        match fs::read(path) {
            Ok(pem) => Some(pem),
            Err(err) => {
                self.wrong(&name, &format!("names a file that cannot be read: {err}"));
                None
            }
        }
    }

    fn ratio(&mut self, config: &Config) -> f64 {
        let ratio = config.sample_ratio.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&ratio) {
            let message = "`sample_ratio` in [telemetry] must be from 0 (nothing) to 1 (everything)";
            self.problems.push((Some("sample_ratio"), message.into()));
        }
        ratio
    }

    fn sampling(&mut self, of_file: f64) -> Sampling {
        let ratio = match self.variable("OTEL_TRACES_SAMPLER_ARG").map(str::parse::<f64>) {
            None => 1.0,
            Some(Ok(ratio)) if (0.0..=1.0).contains(&ratio) => ratio,
            Some(_) => {
                self.wrong("OTEL_TRACES_SAMPLER_ARG", "must be from 0 (nothing) to 1 (everything)");
                1.0
            }
        };
        let (ratio, follows) = match self.variable("OTEL_TRACES_SAMPLER") {
            None => (of_file, true),
            Some("always_on") => (1.0, false),
            Some("always_off") => (0.0, false),
            Some("traceidratio") => (ratio, false),
            Some("parentbased_always_on") => (1.0, true),
            Some("parentbased_always_off") => (0.0, true),
            Some("parentbased_traceidratio") => (ratio, true),
            Some(_) => {
                let names = "must be always_on, always_off, traceidratio, or one of these after parentbased_";
                self.wrong("OTEL_TRACES_SAMPLER", names);
                (of_file, true)
            }
        };
        Sampling { ratio, follows }
    }

    fn resource(&mut self, config: &Config) -> BTreeMap<String, String> {
        let mut resource = BTreeMap::from([
            ("service.name".to_owned(), config.service_name.clone().unwrap_or_else(|| "bellhop".into())),
            ("service.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            ("telemetry.sdk.name".to_owned(), "opentelemetry".to_owned()),
            ("telemetry.sdk.language".to_owned(), "rust".to_owned()),
        ]);
        let given = self.variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        for pair in given.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let read = pair.split_once('=').and_then(|(name, value)| Some((name.trim(), decoded(value.trim())?)));
            match read {
                Some((name, value)) if !name.is_empty() => drop(resource.insert(name.to_owned(), value)),
                _ => self.wrong("OTEL_RESOURCE_ATTRIBUTES", "must be name=value, several with commas between them"),
            }
        }
        if let Some(name) = self.variable("OTEL_SERVICE_NAME") {
            resource.insert("service.name".into(), name.to_owned());
        }
        resource
    }

    fn milliseconds(&mut self, name: &str, general: &str, usual: u64) -> Duration {
        let name = if self.variable(name).is_some() { name } else { general };
        Duration::from_millis(self.number(name, usual as usize) as u64)
    }

    fn number(&mut self, name: &str, usual: usize) -> usize {
        match self.variable(name).map(str::parse::<usize>) {
            None => usual,
            Some(Ok(number)) if number > 0 => number,
            Some(_) => {
                self.wrong(name, "must be a whole number above 0");
                usual
            }
        }
    }
}

/// Text in which `%20` stands for a space; none where it is no such text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
