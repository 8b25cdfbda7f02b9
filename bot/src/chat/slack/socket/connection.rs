//! One WebSocket, from its first frame to its last.

use std::time::{Duration, Instant};

use connectors::trace::{Span, SpanKind, Under};
use futures::{SinkExt, StreamExt};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, debug, info, warn};

use super::{
    super::{
        answer::Reply,
        inbound::{self, Inbound},
    },
    door::Stream,
    envelope::{self, Envelope, Frame, Reason, acknowledgement},
};

/// How often we ask whether the other side is there.
const PING: Duration = Duration::from_secs(5);
/// A connection on which nothing was heard for so long, not even an answer to our pings, is dead.
const SILENCE: Duration = Duration::from_secs(15);
/// What is said must leave within this time.
const SEND: Duration = Duration::from_secs(10);
/// Requests under way at the same time; when there are as many, nothing is read until one has ended.
const MOST_UNDER_WAY: usize = 256;
/// What a closing connection gets for the last acknowledgements and the farewell.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a place hears of its connection.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Slack uses it from now on, for about so long.
    Up { lasts: Option<Duration> },
    /// Slack is about to close it.
    Leaving(Reason),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As we wanted.
    Asked,
    /// Slack closed it.
    Closed,
    /// It broke.
    Broken,
    /// Nothing was heard any more.
    Silent,
}

impl End {
    /// As metrics and logs have it.
    pub fn word(self) -> &'static str {
        match self {
            End::Asked => "asked",
            End::Closed => "closed",
            End::Broken => "broken",
            End::Silent => "silent",
        }
    }
}

/// Serves a connection until it ends or `stop` says so; then nothing more is read, and what is under way is finished and
/// acknowledged. On a connection that broke it is finished too, in `tasks`, and Slack sends it again for nothing.
pub async fn serve(
    mut stream: Stream,
    inbound: Inbound,
    news: mpsc::UnboundedSender<News>,
    stop: CancellationToken,
    tasks: TaskTracker,
) -> End {
    let mut under_way: JoinSet<Option<String>> = JoinSet::new();
    let mut heard = Instant::now();
    let mut pings = interval(PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = loop {
        let is_full = under_way.len() >= MOST_UNDER_WAY;
        tokio::select! {
            biased;
            () = stop.cancelled() => break End::Asked,
            Some(done) = under_way.join_next() => {
                if let Ok(Some(text)) = done
                    && !say(&mut stream, Message::text(text)).await
                {
                    break End::Broken;
                }
            }
            frame = stream.next(), if !is_full => {
                heard = Instant::now();
                let text = match frame {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Close(_))) | None => break End::Closed,
                    Some(Ok(_)) => continue,
                    Some(Err(err)) => {
                        debug!("A WebSocket of Slack's broke: {err}");
                        break End::Broken;
                    }
                };
                match envelope::read(&text) {
                    // Nobody listens to the news of a place that is being given up.
                    Ok(Frame::Hello { lasts }) => drop(news.send(News::Up { lasts })),
                    Ok(Frame::Leaving(reason)) => drop(news.send(News::Leaving(reason))),
                    Ok(Frame::Envelope(envelope)) => {
                        let size = text.len();
                        let taking = tasks.track_future(take(inbound.clone(), envelope, size));
                        under_way.spawn(taking);
                    }
                    Ok(Frame::Other(kind)) => debug!(kind, "Slack said something that nothing here waits for"),
                    Err(reason) => warn!(reason, "Slack sent a frame that cannot be read"),
                }
            }
            _ = pings.tick() => {
                if is_full {
                    // Nobody listened.
                    heard = Instant::now();
                }
                if heard.elapsed() >= SILENCE {
                    break End::Silent;
                }
                if !say(&mut stream, Message::Ping(Default::default())).await {
                    break End::Broken;
                }
            }
        }
    };
    if end == End::Asked {
        // Slack may still send: it is not read, not acknowledged, and comes again to another connection.
        let _ = timeout(FAREWELL, part(&mut stream, &mut under_way)).await;
    }
    under_way.detach_all();
    end
}

/// Acknowledges what is under way, and closes in the proper way.
async fn part(stream: &mut Stream, under_way: &mut JoinSet<Option<String>>) {
    while let Some(done) = under_way.join_next().await {
        if let Ok(Some(text)) = done
            && !say(stream, Message::text(text)).await
        {
            return;
        }
    }
    if stream.close(None).await.is_ok() {
        while let Some(Ok(_)) = stream.next().await {}
    }
}

async fn say(stream: &mut Stream, message: Message) -> bool {
    matches!(timeout(SEND, stream.send(message)).await, Ok(Ok(())))
}

/// Takes a request; its acknowledgement, or none where Slack is to think that we never had it.
async fn take(inbound: Inbound, envelope: Envelope, size: usize) -> Option<String> {
    let began = Instant::now();
    let span = tracing::info_span!("socket", request.id = %envelope.id);
    let kind = envelope.sort.map_or("other", word);
    let traced = Span::entry("socket", SpanKind::Server, Under::Nothing);
    traced.note("bellhop.socket.kind", kind);
    traced.note_with("bellhop.request.id", || envelope.id.clone());
    let (outcome, text) = traced.around(answer(&inbound, &envelope, size).instrument(span)).await;
    traced.end();
    metrics::counter!("bellhop_socket_envelopes_total", "kind" => kind, "outcome" => outcome).increment(1);
    metrics::histogram!("bellhop_socket_seconds", "kind" => kind).record(began.elapsed().as_secs_f64());
    text
}

fn word(sort: inbound::Sort) -> &'static str {
    match sort {
        inbound::Sort::Command => "command",
        inbound::Sort::Interaction => "interaction",
        inbound::Sort::Event => "event",
    }
}

async fn answer(inbound: &Inbound, envelope: &Envelope, size: usize) -> (&'static str, Option<String>) {
    if let Some((attempt, reason)) = &envelope.again {
        info!(attempt, reason, "Slack sent an event again");
    }
    let Some(sort) = envelope.sort else {
        // Else it would come again and again.
        return ("ignored", Some(acknowledgement(&envelope.id, None)));
    };
    if size > inbound::LIMIT * 2 {
        warn!(size, "Slack sent more than any request of its holds: it is left alone");
        return ("too_large", None);
    }
    match inbound.take(sort, envelope.body(sort), &envelope.id).await {
        Reply::Said(said) if envelope.takes_payload => ("taken", Some(acknowledgement(&envelope.id, Some(&said)))),
        Reply::Said(_) => {
            warn!("Slack takes no answer to this request, so nobody sees it");
            ("taken", Some(acknowledgement(&envelope.id, None)))
        }
        Reply::Taken | Reply::Challenge(_) => ("taken", Some(acknowledgement(&envelope.id, None))),
        Reply::Again => ("busy", None),
        Reply::Unreadable => ("unreadable", None),
    }
}
