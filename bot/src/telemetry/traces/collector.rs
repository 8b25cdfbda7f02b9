//! The collector: one request with spans, and what its answer means
//! (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

use std::{error::Error as _, time::Duration};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message;
use reqwest::{
    StatusCode,
    header::{self, HeaderMap, HeaderValue},
};

use super::Settings;

/// No answer that we read is longer.
const LONGEST: usize = 64 << 10;

/// Where spans are sent to.
#[derive(Clone)]
pub struct Collector {
    client: reqwest::Client,
    endpoint: url::Url,
    headers: HeaderMap,
}

/// Why the collector did not take what was sent, without a word of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untaken {
    pub reason: String,
    /// What to do about it.
    pub fix: &'static str,
    pub again: Again,
}

/// Whether the same may be taken later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    No,
    /// Not before this, where the collector said so.
    After(Option<Duration>),
}

impl Collector {
    /// # Errors
    /// The certificate in the settings is none.
    pub fn new(settings: &Settings) -> anyhow::Result<Collector> {
        // The same TLS as everywhere else: reqwest takes the provider that was installed for the process.
        connectors::http::install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.timeout / 2)
            .timeout(settings.timeout);
        if let Some(pem) = &settings.certificate {
            for certificate in reqwest::Certificate::from_pem_bundle(pem)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let mut headers = settings.headers.clone();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
        Ok(Collector { client: builder.build()?, endpoint: settings.endpoint.clone(), headers })
    }

    /// Scheme, host and port, for people.
    pub fn origin(&self) -> String {
        self.endpoint.origin().ascii_serialization()
    }

    /// How many of the spans were refused one by one, with the rest taken.
    ///
    /// # Errors
    /// Nothing was taken, or nobody knows.
    pub async fn send(&self, spans: &ExportTraceServiceRequest) -> Result<u64, Untaken> {
        let request = self.client.post(self.endpoint.clone()).headers(self.headers.clone()).body(spans.encode_to_vec());
        let answer = request.send().await.map_err(|err| unreachable(&err))?;
        let (status, after) = (answer.status(), retry_after(answer.headers()));
        let is_page = answer.headers().get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
        let body = read(answer).await.map_err(|err| unreachable(&err))?;
        match status {
            _ if is_page || body.trim_ascii_start().starts_with(b"<") => Err(Untaken {
                reason: format!("it answered with a web page ({})", status.as_u16()),
                fix: "Something else stands at that address, such as a login page: `endpoint` must be the collector's port for OTLP over HTTP, mostly 4318.",
                again: Again::No,
            }),
            status if status.is_success() => {
                let said = ExportTraceServiceResponse::decode(body.as_slice()).ok().and_then(|it| it.partial_success);
                Ok(said.map_or(0, |it| u64::try_from(it.rejected_spans).unwrap_or_default()))
            }
            status => Err(refused(status, after)),
        }
    }
}

fn refused(status: StatusCode, after: Option<Duration>) -> Untaken {
    let again = match status.as_u16() {
        429 | 502..=504 => Again::After(after),
        _ => Again::No,
    };
    let fix = match status.as_u16() {
        401 | 403 => "Give the token that the collector wants in `headers` of [telemetry], or in OTEL_EXPORTER_OTLP_HEADERS.",
        404 | 405 | 415 => {
            "See that it takes OTLP over HTTP at /v1/traces: mostly port 4318, where 4317 is for gRPC, which the bot does not speak."
        }
        429 | 502..=504 => "It has too much to do, or is starting: what cannot wait is dropped.",
        _ => "Its own log says why.",
    };
    Untaken { reason: format!("it answered {}", status.as_u16()), fix, again }
}

/// The library's own words may hold addresses with secrets.
fn unreachable(err: &reqwest::Error) -> Untaken {
    let (reason, fix) = if err.is_timeout() {
        ("it did not answer in time", "See that it is up and not overloaded, and that nothing on the way swallows requests.")
    } else if err.is_connect() && of_certificate(err) {
        ("its certificate is not trusted", "Name its authority's certificate in OTEL_EXPORTER_OTLP_CERTIFICATE.")
    } else if err.is_connect() {
        ("it cannot be reached", "See that it runs, and that the address and the port are right: mostly 4318.")
    } else {
        ("the connection broke", "See that the port is the one for OTLP over HTTP (mostly 4318), not the one for gRPC (4317).")
    };
    Untaken { reason: reason.into(), fix, again: Again::After(None) }
}

fn of_certificate(err: &reqwest::Error) -> bool {
    let mut source = err.source();
    while let Some(err) = source {
        let inner = err.downcast_ref::<std::io::Error>().and_then(|it| it.get_ref());
        if err.is::<rustls::Error>() || inner.is_some_and(|it| it.is::<rustls::Error>()) {
            return true;
        }
        source = err.source();
    }
    false
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

async fn read(mut answer: reqwest::Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
