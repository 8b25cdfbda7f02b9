//! Just enough HTTP/1.1 to send and to answer small requests: what the generator and the far ends
//! cost is taken from the machine that is measured, so they parse a length and little else.
//!
//! Bodies have a `content-length`; nothing else is spoken here, and it says so where it meets it.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The longest head and body that are read.
const LONGEST: usize = 1 << 20;

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What matters of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub has_retry_after: bool,
    /// Bytes.
    pub body: usize,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, read: Vec::with_capacity(1024) })
    }

    /// Sends a whole request and reads its whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.read.clear();
        loop {
            if let Some(head) = Head::of(&self.read)? {
                let status = std::str::from_utf8(self.read.get(9..12).unwrap_or_default()).ok().and_then(|it| it.parse().ok());
                let status = status.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "no status"))?;
                while self.read.len() < head.end + head.body {
                    self.more().await?;
                }
                let has_retry_after = header(&self.read[..head.end], b"retry-after").is_some();
                return Ok(Answer { status, has_retry_after, body: head.body });
            }
            self.more().await?;
        }
    }

    /// The body of the last answer.
    pub fn body(&self, answer: Answer) -> &[u8] {
        &self.read[self.read.len() - answer.body..]
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// A request as a [`FarEnd`] sees it.
pub struct Request<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    pub body: &'a [u8],
}

/// What answers requests; without waiting, so that it never is what is waited for.
pub trait FarEnd: Send + Sync + 'static {
    fn answer(&self, request: &Request<'_>) -> Reply;
}

/// An answer in JSON.
pub struct Reply {
    status: &'static str,
    /// Seconds, told as `Retry-After`.
    retry_after: Option<u32>,
    body: String,
    /// How long the far end takes for it.
    after: Duration,
}

impl Reply {
    pub fn ok(body: impl Into<String>) -> Reply {
        Reply::with("200 OK", body)
    }

    pub fn with(status: &'static str, body: impl Into<String>) -> Reply {
        Reply { status, retry_after: None, body: body.into(), after: Duration::ZERO }
    }

    pub fn after(self, after: Duration) -> Reply {
        Reply { after, ..self }
    }

    pub fn retry_after(self, seconds: u32) -> Reply {
        Reply { retry_after: Some(seconds), ..self }
    }

    fn write(&self, out: &mut Vec<u8>) {
        use std::io::Write;
        let Reply { status, retry_after, body, after: _ } = self;
        let head = format_args!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", body.len());
        // A vector takes everything.
        let _ = out.write_fmt(head);
        if let Some(seconds) = retry_after {
            let _ = write!(out, "retry-after: {seconds}\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(body.as_bytes());
    }
}

/// Serves `far_end` on a free port of this machine, for as long as this process lives.
pub async fn serve(far_end: Arc<impl FarEnd>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", tests::free_port())).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let far_end = Arc::clone(&far_end);
            tokio::spawn(async move {
                // Ends when the other side hangs up.
                if let Err(err) = converse(stream, far_end.as_ref()).await
                    && err.kind() == ErrorKind::InvalidData
                {
                    eprintln!("a far end cannot read a request: {err}");
                }
            });
        }
    });
    Ok(address)
}

async fn converse(mut stream: TcpStream, far_end: &impl FarEnd) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut read, mut written) = (Vec::with_capacity(4096), Vec::with_capacity(1024));
    loop {
        let Some(head) = Head::of(&read)? else {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
            continue;
        };
        while read.len() < head.end + head.body {
            if stream.read_buf(&mut read).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let unreadable = || io::Error::new(ErrorKind::InvalidData, "no request line");
        let line = read[..head.end].split(|it| *it == b'\r').next().unwrap_or_default();
        let mut words = std::str::from_utf8(line).map_err(|_| unreadable())?.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(unreadable()) };
        let request = Request { method, target, body: &read[head.end..head.end + head.body] };
        written.clear();
        let reply = far_end.answer(&request);
        if !reply.after.is_zero() {
            tokio::time::sleep(reply.after).await;
        }
        reply.write(&mut written);
        stream.write_all(&written).await?;
        read.drain(..head.end + head.body);
    }
}

/// Where a head ends, and how long the body after it is.
struct Head {
    end: usize,
    body: usize,
}

impl Head {
    /// None while it has not arrived as a whole.
    fn of(bytes: &[u8]) -> io::Result<Option<Head>> {
        let Some(end) = find(bytes, b"\r\n\r\n").map(|it| it + 4) else {
            return if bytes.len() > LONGEST { Err(ErrorKind::InvalidData.into()) } else { Ok(None) };
        };
        let head = &bytes[..end];
        if header(head, b"transfer-encoding").is_some() {
            return Err(io::Error::new(ErrorKind::InvalidData, "a body without a content-length"));
        }
        let body = match header(head, b"content-length") {
            Some(value) => std::str::from_utf8(value).ok().and_then(|it| it.trim().parse().ok()).filter(|it| *it <= LONGEST),
            None => Some(0),
        };
        let body = body.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "a content-length"))?;
        Ok(Some(Head { end, body }))
    }
}

/// The value of the header of this name, which is in lower case.
fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|it| *it == b'\n').skip(1).find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// Where `wanted` begins.
pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|it| *it == first) {
        if bytes[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}
