//! One connection of an app's.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, interval_at, sleep_until},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use tokio_util::sync::CancellationToken;

use super::SlackSim;
use crate::standin::Fault;

/// How often Slack asks whether the app is there.
const PING: Duration = Duration::from_secs(10);
/// A connection that is frozen is given up after this.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// What is to be said.
pub(super) enum Say {
    Text(String),
    /// That it closes in a moment, and why.
    Leaving(&'static str),
}

pub(super) struct Line {
    pub number: u64,
    says: mpsc::UnboundedSender<Say>,
    /// Who waits for the acknowledgement of an envelope.
    waiting: Mutex<HashMap<String, oneshot::Sender<Vec<u8>>>>,
    /// The app was told that it closes: nothing new is sent by it.
    is_leaving: AtomicBool,
    pub is_over: AtomicBool,
    pub frozen: CancellationToken,
    pub cut: CancellationToken,
}

impl Line {
    pub fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Vec<u8>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether requests may go to it. Slack does not see that a connection is frozen.
    pub fn is_usable(&self) -> bool {
        !self.is_leaving.load(Ordering::SeqCst) && !self.is_over.load(Ordering::SeqCst)
    }

    /// # Errors
    /// When it has ended.
    pub fn say(&self, say: Say) -> Result<(), ()> {
        if self.is_over.load(Ordering::SeqCst) {
            return Err(());
        }
        self.says.send(say).map_err(|_| ())
    }

    pub fn leave(&self, reason: &'static str) {
        if !self.is_leaving.swap(true, Ordering::SeqCst) {
            let _ = self.say(Say::Leaving(reason));
        }
    }

    /// Hands an acknowledgement to whoever waits for it.
    fn acknowledge(&self, text: &str) {
        #[derive(Deserialize)]
        struct Acknowledgement {
            envelope_id: String,
            #[serde(default)]
            payload: Value,
        }
        let Ok(Acknowledgement { envelope_id, payload }) = serde_json::from_str(text) else {
            tracing::warn!("An app said something that is no acknowledgement");
            return;
        };
        let body = match payload {
            Value::Null => Vec::new(),
            Value::String(text) => text.into_bytes(),
            payload => payload.to_string().into_bytes(),
        };
        if let Some(waiting) = self.waiting().remove(&envelope_id) {
            let _ = waiting.send(body);
        }
    }
}

type Stream = WebSocketStream<TokioIo<Upgraded>>;

fn disconnect(reason: &str) -> Message {
    Message::text(json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}).to_string())
}

/// Serves a connection until it ends.
pub(super) async fn serve(sim: SlackSim, mut stream: Stream) {
    let (says, to_say) = mpsc::unbounded_channel();
    let line = |number| {
        Arc::new(Line {
            number,
            says,
            waiting: Mutex::default(),
            is_leaving: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            frozen: CancellationToken::new(),
            cut: CancellationToken::new(),
        })
    };
    let (line, count) = match sim.admit(line) {
        Ok(admitted) => admitted,
        Err(reason) => {
            let _ = stream.send(disconnect(reason)).await;
            let _ = stream.close(None).await;
            return;
        }
    };
    let hello = json!({
        "type": "hello", "num_connections": count, "connection_info": {"app_id": sim.look(|state| state.app.app_id.clone())},
        "debug_info": {"host": "applink-1", "build_number": 1,
            "approximate_connection_time": sim.0.options.connection_time.as_secs()},
    });
    if stream.send(Message::text(hello.to_string())).await.is_ok() {
        sim.0.sockets.count();
        tokio::select! {
            () = converse(&sim, &line, &mut stream, to_say) => {}
            () = line.cut.cancelled() => {}
            () = sim.0.switch.until(|fault| *fault == Fault::Down) => {}
        }
    }
    sim.dismiss(&line);
}

/// Until either side closes, or the connection breaks.
async fn converse(sim: &SlackSim, line: &Line, stream: &mut Stream, mut to_say: mpsc::UnboundedReceiver<Say>) {
    let mut pings = interval_at(Instant::now() + PING, PING);
    let aged = Instant::now() + sim.0.options.connection_time;
    let mut closes: Option<Instant> = None;
    loop {
        tokio::select! {
            () = line.frozen.cancelled() => break,
            say = to_say.recv() => {
                let message = match say {
                    Some(Say::Text(text)) => Message::text(text),
                    Some(Say::Leaving(reason)) => {
                        closes = Some(Instant::now() + sim.0.options.disconnect_after);
                        disconnect(reason)
                    }
                    None => return,
                };
                if stream.send(message).await.is_err() {
                    return;
                }
            }
            heard = stream.next() => match heard {
                Some(Ok(Message::Text(text))) => line.acknowledge(&text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            _ = pings.tick() => {
                if stream.send(Message::Ping("Ping from applink-1".into())).await.is_err() {
                    return;
                }
            }
            () = sleep_until(aged), if closes.is_none() => {
                line.leave("warning");
                sim.0.sockets.count();
                closes = Some(Instant::now() + sim.0.options.disconnect_after);
            }
            () = sleep_until(closes.unwrap_or(aged)), if closes.is_some() => {
                let _ = stream.close(None).await;
                // The other side's farewell, and what it still acknowledges.
                while let Some(Ok(heard)) = stream.next().await {
                    if let Message::Text(text) = heard {
                        line.acknowledge(&text);
                    }
                }
                return;
            }
        }
    }
    tokio::time::sleep(FORGOTTEN).await;
}
