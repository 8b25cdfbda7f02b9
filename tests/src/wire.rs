//! HTTP/1.1 as bytes on a connection: a client that repeats nothing and hides nothing.
//!
//! Ready-made clients send a request again when a connection turns out to be closed, which is what
//! a story about connections has to see.

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Whether a connection is used for more than one request, as long as the server lets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    KeepAlive,
    Never,
}

/// One client, with at most one connection.
pub struct Wire {
    address: String,
    reuse: Reuse,
    stream: Option<BufReader<TcpStream>>,
}

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// `Connection: close`
    pub closes: bool,
    pub body: String,
}

impl Wire {
    pub fn new(address: &str, reuse: Reuse) -> Wire {
        Wire { address: address.into(), reuse, stream: None }
    }

    /// Sends the request and reads its answer, over the connection that is open or a new one.
    ///
    /// # Errors
    /// What went wrong, in words: refused, reset, ended early.
    pub async fn ask(&mut self, request: &str) -> Result<Reply, String> {
        let (mut stream, what) = match self.stream.take() {
            Some(stream) => (stream, "a connection that was open"),
            None => {
                let stream = TcpStream::connect(&self.address).await.map_err(|err| format!("connecting: {err}"))?;
                (BufReader::new(stream), "a new connection")
            }
        };
        stream.write_all(request.as_bytes()).await.map_err(|err| format!("writing to {what}: {err}"))?;
        let reply = read(&mut stream).await.map_err(|err| format!("reading from {what}: {err}"))?;
        if self.reuse == Reuse::KeepAlive && !reply.closes {
            self.stream = Some(stream);
        }
        Ok(reply)
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Result<Reply, String> {
    let (mut status, mut length, mut closes) = (None, 0, false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.map_err(|err| err.to_string())? == 0 {
            return Err("it ended before an answer".into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().map_err(|_| line.clone())?,
            Some(("connection", "close")) => closes = true,
            Some(_) => {}
            None if line.is_empty() => break,
            None => status = line.split(' ').nth(1).and_then(|it| it.parse().ok()),
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.map_err(|err| err.to_string())?;
    let status = status.ok_or("the answer has no status")?;
    Ok(Reply { status, closes, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A request without a body.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bellhop\r\n\r\n")
}

/// A request with one.
pub fn post(path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("POST {path} HTTP/1.1\r\nHost: bellhop\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}
