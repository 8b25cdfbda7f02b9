//! Bodies that take their time: requests that trickle in, answers that never end.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{READ_TIMEOUT, drain::Drain};

/// A body may take longer the more of it there is, by a second for each of these.
const SLOWEST: u64 = 64 * 1024;

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// It came slower than anybody sends.
    TooSlow,
    /// The bot stops.
    Stopping,
}

impl IntoResponse for GivenUp {
    fn into_response(self) -> Response {
        match self {
            GivenUp::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")], "the request's body came too slowly\n")
                    .into_response()
            }
            GivenUp::Stopping => stopping(),
        }
    }
}

/// What a request is told that the bot cannot take any more.
pub(super) fn stopping() -> Response {
    let headers = [(header::RETRY_AFTER, "5"), (header::CONNECTION, "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "the bot is stopping\n").into_response()
}

/// Set when a body is given up.
pub(super) type Fate = Arc<OnceLock<GivenUp>>;

/// `body`, given up when it comes too slowly or the bot stops.
pub(super) fn arriving(body: Body, drain: &Drain, fate: &Fate) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::new(Arriving { body, drain: drain.clone(), started: Instant::now(), received: 0, waiting: None, fate: fate.clone() })
}

struct Arriving {
    body: Body,
    drain: Drain,
    started: Instant,
    /// Bytes.
    received: u64,
    /// From the first time that there was nothing to read: most bodies come at once.
    waiting: Option<Waiting>,
    fate: Fate,
}

struct Waiting {
    slow: Pin<Box<Sleep>>,
    stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Arriving {
    fn due(&self) -> Instant {
        self.started + READ_TIMEOUT + Duration::from_millis(self.received.saturating_mul(1000) / SLOWEST)
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            let data = frame.as_ref().and_then(|it| it.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
            this.received += data as u64;
            return Poll::Ready(frame);
        }
        let due = this.due();
        let waiting = this
            .waiting
            .get_or_insert_with(|| Waiting { slow: Box::pin(sleep_until(due)), stopping: Box::pin(this.drain.bodies_over()) });
        if waiting.slow.deadline() != due {
            waiting.slow.as_mut().reset(due);
        }
        let given_up = if waiting.stopping.as_mut().poll(context).is_ready() {
            GivenUp::Stopping
        } else if waiting.slow.as_mut().poll(context).is_ready() {
            GivenUp::TooSlow
        } else {
            return Poll::Pending;
        };
        let _ = this.fate.set(given_up);
        Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream of events, which ends when the bot begins to stop: a browser connects again by itself.
pub(super) fn until_stop(body: Body, drain: &Drain) -> Body {
    let drain = drain.clone();
    let stop = async move {
        drain.begun().await;
    };
    Body::new(Endless { body, stop: Box::pin(stop) })
}

struct Endless {
    body: Body,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures::{StreamExt, stream};

    use super::*;

    /// A body of `count` pieces of this size, one a second.
    fn trickle(count: usize, size: usize) -> Body {
        let pieces = stream::iter(0..count).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, io::Error>(vec![b'a'; size])
        });
        Body::from_stream(pieces)
    }

    async fn read(body: Body, drain: &Drain) -> (Option<usize>, Option<GivenUp>) {
        let fate = Fate::default();
        let read = to_bytes(arriving(body, drain, &fate), usize::MAX).await;
        (read.ok().map(|it| it.len()), fate.get().copied())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_be_large_but_not_slow() {
        let drain = Drain::within(Duration::from_secs(15));
        let start = Instant::now();
        assert_eq!(read(trickle(9, 1), &drain).await, (Some(9), None));
        assert_eq!(read(trickle(60, 1 << 16), &drain).await, (Some(60 << 16), None));
        assert_eq!(start.elapsed(), Duration::from_secs(69));
        assert_eq!(read(trickle(60, 1), &drain).await, (None, Some(GivenUp::TooSlow)));
        assert_eq!(start.elapsed().as_secs(), 79);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_given_up_when_the_bot_stops() {
        let drain = Drain::within(Duration::from_secs(15));
        drain.begin();
        drain.close();
        let start = Instant::now();
        assert_eq!(read(trickle(9, 1), &drain).await, (None, Some(GivenUp::Stopping)));
        assert_eq!(start.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn events_end_when_the_bot_begins_to_stop() {
        let drain = Drain::within(Duration::from_secs(15));
        let body = until_stop(trickle(usize::MAX, 1), &drain);
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(3500)).await;
            drain.begin();
        };
        let (read, ()) = tokio::join!(to_bytes(body, usize::MAX), stopping);
        assert_eq!(read.expect("a clean end").len(), 3);
    }
}
