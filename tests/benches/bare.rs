//! What the machine and this generator can do without a bot: the same in-and-out by bare hyper, on
//! the same core, with nothing stored; and requests that are only answered.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::body::{Body, to_bytes};
use hyper::{Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    Bench,
    far_ends::FarEnds,
    http1::{self, FarEnd, Reply},
    load,
    process::{Bellhop, held_to},
    requests::Webhooks,
    saturated::{OUTSTANDING, Pace, saturate},
};

/// The first word of this program's command line when it is the bare server.
pub const WORD: &str = "bare-hyper";
const LIMIT: usize = 512 * 1024;

/// Reads a webhook, answers it, and posts a message about it.
pub async fn serve(mut words: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let address: SocketAddr = words.next().context("an address to listen on")?.parse()?;
    let sink = Arc::new(words.next().context("the sink's address")?);
    let listener = TcpListener::bind(address).await?;
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (client, sink) = (client.clone(), Arc::clone(&sink));
        let service = service_fn(move |request: Request<Incoming>| {
            let (client, sink) = (client.clone(), Arc::clone(&sink));
            async move {
                let body = to_bytes(Body::new(request.into_body()), LIMIT).await.unwrap_or_default();
                let body: Value = serde_json::from_slice(&body).unwrap_or_default();
                tokio::spawn(async move {
                    if let Err(err) = post(&client, &sink, &body).await {
                        eprintln!("the sink does not answer: {err:#}");
                    }
                });
                Ok::<_, Infallible>(Response::new(Body::empty()))
            }
        });
        tokio::spawn(
            async move { hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await },
        );
    }
}

async fn post(client: &Client<HttpConnector, Body>, sink: &str, webhook: &Value) -> anyhow::Result<()> {
    let issue = &webhook["data"]["issue"];
    let key = format!("bench:issue-{}:slack:C0BENCH000", issue["id"]);
    let text = format!("{} created #{} {}", issue["author"]["name"], issue["id"], issue["subject"]);
    let message = json!({"channel": "C0BENCH000", "text": text,
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
        "metadata": {"event_type": "bench", "event_payload": {"key": key}}});
    let request = Request::post(sink)
        .header("content-type", "application/json")
        .header("authorization", "Bearer xoxb-bench")
        .body(Body::from(serde_json::to_vec(&message)?))?;
    let answer = client.request(request).await?;
    anyhow::ensure!(answer.status() == StatusCode::OK, "it answered {}", answer.status());
    let answer: Value = serde_json::from_slice(&to_bytes(Body::new(answer.into_body()), LIMIT).await?)?;
    anyhow::ensure!(answer["ok"] == true, "it refused a message");
    Ok(())
}

/// The reference that the bot is compared with.
pub async fn measure(bench: &mut Bench) -> anyhow::Result<Pace> {
    let (far_ends, ours) = (FarEnds::start().await?, std::env::current_exe()?);
    let address = SocketAddr::from(([127, 0, 0, 1], tests::free_port()));
    let sink = format!("{}/api/chat.postMessage", far_ends.url);
    let words = [WORD.to_owned(), address.to_string(), sink];
    peer(bench, "Bare hyper", (&ours, &words), address, &far_ends).await
}

/// What another server does of the same on the bot's core: `program` with these words, which listens at `address`.
pub async fn peer(
    bench: &mut Bench,
    name: &str,
    (program, words): (&Path, &[String]),
    address: SocketAddr,
    far_ends: &FarEnds,
) -> anyhow::Result<Pace> {
    let mut command = held_to(bench.options.cores.of_bot(), program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let server = Bellhop::of(command.spawn()?, address)?;
    server.listening().await?;
    let requests = Arc::new(Webhooks { address, hooks: 100 });
    let (pace, shots) =
        saturate(&server, &requests, far_ends, &far_ends.seen.messages, bench.options.cores.of_bot(), bench.options.seconds(5))
            .await?;
    let figures = &mut bench.figures;
    figures.figure(&format!("{name} on one core, nothing stored: webhook → message"), pace.rate, "/s");
    figures.figure("… processor time a message", pace.cpu, "ms");
    pace.tell_others(figures);
    figures.exactly("… messages arrived, each once", far_ends.seen.messages.once(&shots.accepted()), shots.0.len());
    server.end().await?;
    Ok(pace)
}

/// Says yes.
struct Yes;

impl FarEnd for Yes {
    fn answer(&self, _: &http1::Request<'_>) -> Reply {
        Reply::ok("{}")
    }
}

/// How many requests this generator sends a second when they are answered at once, by itself on the
/// same core: what it measures below that is the bot's limit and not its own.
pub async fn ceiling(bench: &mut Bench) -> anyhow::Result<()> {
    let address = http1::serve(Arc::new(Yes)).await?;
    let requests = Arc::new(Webhooks { address, hooks: 100 });
    let far_ends = FarEnds::start().await?;
    let (start, duration) = (Instant::now(), Duration::from_secs(3));
    let giving_back = async {
        // Here nothing arrives anywhere: there is always room.
        while start.elapsed() < duration {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let taken = OUTSTANDING.saturating_sub(far_ends.seen.room.available_permits());
            far_ends.seen.room.add_permits(taken);
        }
    };
    let sent = load::closed(&requests, &far_ends, 1, (64, OUTSTANDING), duration);
    let (shots, ()) = tokio::join!(sent, giving_back);
    let rate = shots.accepted().len() as f64 / start.elapsed().as_secs_f64();
    bench.figures.figure("The generator's own limit, each request also answered on its core", rate, "/s");
    Ok(())
}
