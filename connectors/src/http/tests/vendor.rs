//! A server that does to each connection what it was told, byte by byte.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What to do with one connection, once the request was read.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Answer(String),
    /// Starts to answer, and breaks off.
    BreakOff,
    /// Breaks off without a word.
    Reset,
    Hang,
    /// Answers a byte at a time, forever.
    Drip,
    /// Answers in chunks of 1 MiB, forever, without saying how much it will be.
    Flood,
}

impl Act {
    pub(super) fn answer(status: &str, headers: &str, body: &str) -> Act {
        Act::Answer(format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()))
    }

    pub(super) fn json(body: &str) -> Act {
        Act::answer("200 OK", "content-type: application/json\r\n", body)
    }

    pub(super) fn status(code: u16) -> Act {
        Act::answer(&format!("{code} Status"), "", "")
    }

    pub(super) fn redirect(to: &str) -> Act {
        Act::answer("301 Moved Permanently", &format!("location: {to}\r\n"), "")
    }
}

pub(super) struct Vendor {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    _server: JoinSet<()>,
}

impl Vendor {
    /// Does one act a connection, and the last one from then on.
    pub(super) async fn start(acts: impl IntoIterator<Item = Act>) -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (acts, seen): (Vec<_>, _) = (acts.into_iter().collect(), requests.clone());
        let mut server = JoinSet::new();
        server.spawn(async move {
            let mut connections = JoinSet::new();
            for turn in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream, acts[turn.min(acts.len() - 1)].clone(), seen.clone()));
            }
        });
        Vendor { address, requests, _server: server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Head and body of each request, as it came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, act: Act, seen: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    seen.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    // The client leaves when it has had enough, so writing may fail.
    let _ = match act {
        Act::Answer(answer) => stream.write_all(answer.as_bytes()).await,
        Act::BreakOff => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":").await,
        Act::Reset => stream.set_zero_linger(),
        Act::Hang => std::future::pending().await,
        Act::Drip => drip(&mut stream).await,
        Act::Flood => flood(&mut stream).await,
    };
}

async fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await?;
    loop {
        stream.write_all(b" ").await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    loop {
        stream.write_all(chunk.as_bytes()).await?;
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}
