//! The log on stderr, and how its lines meet the traces.

use std::io::IsTerminal;

use connectors::trace;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// What a verifier finds wrong is said, with its server's name, by whoever connects.
const USUAL: &str = "info,sqlx=warn,hyper=warn,rustls_platform_verifier=off";

/// Text on a terminal, a JSON object a line elsewhere; `BELLHOP_LOG` filters as `RUST_LOG` does.
pub fn log() {
    let filter = EnvFilter::try_from_env("BELLHOP_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, as in tests that start several bots, keeps the first subscriber.
    let _ = if std::io::stderr().is_terminal() {
        let builder = builder.with_target(false).compact();
        builder.map_event_format(Located).try_init()
    } else {
        let builder = builder.json().flatten_event(true).with_current_span(true).with_span_list(false);
        builder.map_event_format(Located).try_init()
    };
}

/// Lines with the ids of the trace and the span that they were written in, under the names that collectors look for
/// (<https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/>).
struct Located<F>(F);

impl<S, N, F> FormatEvent<S, N> for Located<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        let Some((trace, span)) = trace::ids() else { return self.0.format_event(context, writer, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(writer, "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}"),
            None => writeln!(writer, "{} trace_id={trace} span_id={span}", line.trim_end()),
        }
    }
}
