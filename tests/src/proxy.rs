//! A fault proxy: it stands between the bot and a far end, and breaks what passes.
//!
//! [`crate::far_end::FarEnd`] fails as a server does that answers; this fails as networks, load
//! balancers and login pages do, down to the packet: a closed port, a reset in the middle, an answer
//! that drips. It works on TCP and reads just as much HTTP as it takes to choose a request. What a
//! [`Trouble`] leaves open is whether the far end was asked before ([`Reaches`]): that is the
//! difference between a message that is lost and one that is there twice.

use std::{
    io,
    net::{SocketAddr, TcpListener as Listener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::{Notify, watch},
    task::JoinHandle,
    time::Instant,
};

use crate::far_end::{PATIENCE, Recorded, lock};

/// What a proxy that wants a password says to everything.
pub const LOGIN_PAGE: &str = "<!doctype html><title>Sign in</title><form>Please sign in to the proxy</form>";

/// What becomes of a chosen request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is reset instead of an answer.
    Reset,
    /// Nothing is ever answered, and the connection stays.
    Hang,
    /// The answer comes at a byte a second.
    Drip,
    /// Half of the answer comes, and then the end of the connection.
    Cut,
    /// Half of the answer comes as if it were all of it.
    Truncated,
    /// A good answer that does not end before 40 MiB.
    Oversized,
    /// This is answered.
    Answer(Canned),
}

/// An answer that is not the far end's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canned {
    pub status: u16,
    /// The header's value: Slack sends whole seconds, Zulip fractions.
    pub retry_after: Option<&'static str>,
    pub content_type: &'static str,
    pub body: &'static str,
}

impl Trouble {
    /// This status, and nothing else.
    pub const fn status(status: u16) -> Trouble {
        Trouble::Answer(Canned { status, retry_after: None, content_type: "text/plain", body: "" })
    }

    /// This status with `Retry-After`.
    pub const fn later(status: u16, seconds: &'static str) -> Trouble {
        Trouble::Answer(Canned { status, retry_after: Some(seconds), content_type: "text/plain", body: "" })
    }

    pub const fn json(status: u16, body: &'static str) -> Trouble {
        Trouble::Answer(Canned { status, retry_after: None, content_type: "application/json", body })
    }

    /// 200, as all login pages answer.
    pub const fn login_page() -> Trouble {
        Trouble::Answer(Canned { status: 200, retry_after: None, content_type: "text/html", body: LOGIN_PAGE })
    }
}

/// Whether the far end is asked before the trouble: whether what was wanted happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaches {
    FarEnd,
    Nobody,
}

/// What becomes of connections before anything is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Open,
    /// Nobody listens: connections are refused, and those that are there are reset.
    Closed,
    /// Connections are accepted and reset before a byte is read.
    Resetting,
}

type Wanted = Box<dyn Fn(&Recorded) -> bool + Send + Sync>;

struct Rule {
    wanted: Wanted,
    trouble: Trouble,
    reaches: Reaches,
    /// How many more requests it is for.
    left: AtomicUsize,
}

/// A request that came to the proxy.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When it was there as a whole.
    pub at: Instant,
    pub request: Recorded,
    pub met: Option<Trouble>,
}

struct Shared {
    upstream: String,
    client: reqwest::Client,
    rules: Mutex<Vec<Arc<Rule>>>,
    door: watch::Sender<Door>,
    log: Mutex<Vec<Arrival>>,
    arrived: Notify,
}

/// One far end's proxy, on a port that it keeps.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// What holds the port, and ends when the door is closed.
    listening: Mutex<Option<JoinHandle<()>>>,
    /// Of its own: a test that is busy does not slow it down, and dropping it cuts every connection.
    runtime: Option<Runtime>,
}

impl Proxy {
    /// Puts itself in the place of the server in this address, and keeps the path.
    ///
    /// # Panics
    /// When the address is not like `http://127.0.0.1:23456/api/`.
    pub fn before(address: &mut toml::Value) -> Proxy {
        let text = address.as_str().expect("an address is a text");
        let rest = text.strip_prefix("http://").expect("far ends speak plain HTTP");
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let proxy = Proxy::to(format!("http://{host}"));
        *address = toml::Value::String(format!("{}{path}", proxy.url()));
        proxy
    }

    /// A proxy to the server at `upstream`, `http://127.0.0.1:23456`.
    pub fn to(upstream: String) -> Proxy {
        let shared = Arc::new(Shared {
            upstream,
            client: crate::client(),
            rules: Mutex::default(),
            door: watch::Sender::new(Door::Closed),
            log: Mutex::default(),
            arrived: Notify::new(),
        });
        let address = ([127, 0, 0, 1], crate::free_port()).into();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime starts");
        let proxy = Proxy { address, shared, listening: Mutex::default(), runtime: Some(runtime) };
        proxy.door(Door::Open);
        proxy
    }

    /// `http://127.0.0.1:23456`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on its connections fare so; those that are there are reset when it is not [`Door::Open`].
    pub fn door(&self, door: Door) {
        let before = self.shared.door.send_replace(door);
        if before == Door::Closed && door != Door::Closed {
            // Bound here, so that whoever comes next is let in; a socket of before may take a moment to close.
            let end = std::time::Instant::now() + PATIENCE;
            let listener = loop {
                match Listener::bind(self.address) {
                    Ok(listener) => break listener,
                    Err(err) => assert!(std::time::Instant::now() < end, "{}: {err}", self.address),
                }
                std::thread::yield_now();
            };
            listener.set_nonblocking(true).expect("the socket is ours");
            let runtime = self.runtime.as_ref().expect("it runs until it is dropped");
            *lock(&self.listening) = Some(runtime.spawn(listen(listener, self.shared.clone())));
        }
        if door == Door::Closed {
            // Nobody is let in any more when this returns.
            let end = std::time::Instant::now() + PATIENCE;
            while lock(&self.listening).as_ref().is_some_and(|it| !it.is_finished()) {
                assert!(std::time::Instant::now() < end, "{} stays open", self.address);
                std::thread::yield_now();
            }
        }
    }

    /// From now on every such request meets this.
    pub fn always(&self, trouble: Trouble, reaches: Reaches, wanted: impl Fn(&Recorded) -> bool + Send + Sync + 'static) {
        self.first(usize::MAX, trouble, reaches, wanted);
    }

    /// The next `times` such requests meet this, and those after them pass.
    pub fn first(
        &self,
        times: usize,
        trouble: Trouble,
        reaches: Reaches,
        wanted: impl Fn(&Recorded) -> bool + Send + Sync + 'static,
    ) {
        let rule = Rule { wanted: Box::new(wanted), trouble, reaches, left: AtomicUsize::new(times) };
        lock(&self.shared.rules).push(Arc::new(rule));
    }

    /// Everything passes again. What hangs goes on hanging.
    pub fn heal(&self) {
        lock(&self.shared.rules).clear();
        self.door(Door::Open);
    }

    /// Everything that came here, oldest first.
    pub fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.shared.log).clone()
    }

    /// Waits until something of what came here is such, and tells it.
    ///
    /// # Panics
    /// When nothing was in time.
    pub async fn arrival(&self, what: &str, wanted: impl Fn(&Arrival) -> bool) -> Arrival {
        let end = Instant::now() + PATIENCE;
        loop {
            let arrived = self.shared.arrived.notified();
            if let Some(arrival) = lock(&self.shared.log).iter().find(|it| wanted(it)) {
                return arrival.clone();
            }
            assert!(tokio::time::timeout_at(end, arrived).await.is_ok(), "{what} did not come within {PATIENCE:?}");
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn listen(listener: Listener, shared: Arc<Shared>) {
    let listener = TcpListener::from_std(listener).expect("the socket is ours");
    let mut door = shared.door.subscribe();
    loop {
        let stream = tokio::select! {
            closed = door.wait_for(|it| *it == Door::Closed) => return drop(closed),
            accepted = listener.accept() => accepted.expect("a listener accepts").0,
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            let mut door = shared.door.subscribe();
            let mut stream = BufReader::new(stream);
            let reset = tokio::select! {
                biased;
                _ = door.wait_for(|it| *it != Door::Open) => true,
                end = serve(&mut stream, &shared) => end.is_ok_and(|it| it == End::Reset),
            };
            if reset {
                // Closing then throws away what was not sent, and tells the other side by a reset.
                let _ = stream.get_ref().set_zero_linger();
            }
        });
    }
}

/// How a connection ends.
#[derive(PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

async fn serve(stream: &mut BufReader<TcpStream>, shared: &Shared) -> io::Result<End> {
    while let Some(request) = read(stream).await? {
        let rule = lock(&shared.rules).iter().find(|it| (it.wanted)(&request) && it.take()).cloned();
        let (trouble, reaches) = rule.map_or((None, Reaches::FarEnd), |it| (Some(it.trouble), it.reaches));
        let arrival = Arrival { at: Instant::now(), request: request.clone(), met: trouble };
        let answer = match reaches {
            Reaches::FarEnd => shared.forward(&request).await,
            Reaches::Nobody => Answer::like_any(),
        };
        // Only now is it known here: what it asks for is done.
        lock(&shared.log).push(arrival);
        shared.arrived.notify_waiters();
        let Some(trouble) = trouble else {
            stream.write_all(&answer.bytes()).await?;
            continue;
        };
        match trouble {
            Trouble::Reset => return Ok(End::Reset),
            Trouble::Hang => {
                // Until the bot has had enough.
                stream.read_to_end(&mut Vec::new()).await?;
                return Ok(End::Closed);
            }
            Trouble::Drip => {
                for byte in answer.bytes() {
                    stream.write_all(&[byte]).await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            Trouble::Cut => {
                let bytes = answer.bytes();
                stream.write_all(&bytes[..bytes.len() - answer.body.len().div_ceil(2)]).await?;
                return Ok(End::Closed);
            }
            Trouble::Truncated => {
                let half = answer.body.len() / 2;
                stream.write_all(&Answer { body: answer.body[..half].to_vec(), ..answer }.bytes()).await?;
            }
            Trouble::Oversized => {
                // Without a length, so that only counting helps.
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"pad\": \"")
                    .await?;
                for _ in 0..40 * 16 {
                    stream.write_all(&[b'x'; 64 << 10]).await?;
                }
                stream.write_all(b"\"}").await?;
                return Ok(End::Closed);
            }
            Trouble::Answer(canned) => stream.write_all(&Answer::from(canned).bytes()).await?,
        }
    }
    Ok(End::Closed)
}

impl Rule {
    /// Whether it is for one more request.
    fn take(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

impl Shared {
    async fn forward(&self, request: &Recorded) -> Answer {
        let method = request.method.parse().expect("a method");
        let mut asked = self.client.request(method, format!("{}{}", self.upstream, request.url)).body(request.body.clone());
        for (name, value) in &request.headers {
            if !["host", "connection", "content-length", "accept-encoding"].contains(&name.as_str()) {
                asked = asked.header(name, value);
            }
        }
        let failed = |err| Answer { status: 502, headers: Vec::new(), body: format!("{err}").into_bytes() };
        let response = match asked.send().await {
            Ok(response) => response,
            Err(err) => return failed(err),
        };
        let status = response.status().as_u16();
        let headers =
            response.headers().iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let headers =
            headers.filter(|(name, _)| !["connection", "content-length", "transfer-encoding"].contains(&name.as_str())).collect();
        match response.bytes().await {
            Ok(body) => Answer { status, headers, body: body.to_vec() },
            Err(err) => failed(err),
        }
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// Something to drip, to cut, to truncate, where nobody was asked.
    fn like_any() -> Answer {
        let body = br#"{"ok": true, "result": "success", "msg": "", "channel": "C0DEMO001"}"#;
        Answer { status: 200, headers: vec![("content-type".into(), "application/json".into())], body: body.to_vec() }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Told\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

impl From<Canned> for Answer {
    fn from(canned: Canned) -> Answer {
        let mut headers = vec![("content-type".to_owned(), canned.content_type.to_owned())];
        headers.extend(canned.retry_after.map(|it| ("retry-after".to_owned(), it.to_owned())));
        Answer { status: canned.status, headers, body: canned.body.into() }
    }
}

/// The next request of a connection; none when it ends before one begins.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Recorded>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = Recorded { system: "", method, url, headers: Default::default(), body: String::new() };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    assert!(!request.headers.contains_key("transfer-encoding"), "the bot says how long its bodies are");
    let length = request.headers.get("content-length").map_or(0, |it| it.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    request.body = String::from_utf8(body).expect("what stories send is text");
    Ok(Some(request))
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::post};

    use super::*;
    use crate::far_end::FarEnd;

    /// What a client makes of each trouble, and whether the far end heard of it.
    #[tokio::test]
    async fn each_trouble_is_what_it_says() {
        let far_end = FarEnd::serve("", Router::new().route("/{*path}", post(async || r#"{"ok": true}"#))).await;
        let proxy = Proxy::to(far_end.url());
        // No connection is used twice, so that no trouble meets the next request.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).timeout(Duration::from_millis(1500)).build();
        let client = client.expect("a client");
        let ask = async |path: &str| {
            let response = client.post(format!("{}/{path}", proxy.url())).body(path.to_owned()).send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let after = headers.get("retry-after").and_then(|it| it.to_str().ok()).map(str::to_owned);
            reqwest::Result::Ok((status, after, response.text().await?))
        };
        let good = (200, None, r#"{"ok": true}"#.to_owned());
        assert_eq!(ask("pass").await.expect("it passes"), good);
        for (path, trouble) in
            [("reset", Trouble::Reset), ("hang", Trouble::Hang), ("drip", Trouble::Drip), ("cut", Trouble::Cut)]
        {
            for reaches in [Reaches::FarEnd, Reaches::Nobody] {
                proxy.first(1, trouble, reaches, move |it| it.path().ends_with(path));
                let before = far_end.count(|it| it.body == path);
                let err = ask(path).await.expect_err(path);
                assert_eq!(err.is_timeout(), ["hang", "drip"].contains(&path), "{path}: {err:?}");
                let heard = far_end.count(|it| it.body == path) - before;
                assert_eq!(heard, usize::from(reaches == Reaches::FarEnd), "{path}");
            }
            assert_eq!(ask(path).await.expect("it was for one request each"), good);
        }
        proxy.first(1, Trouble::Truncated, Reaches::FarEnd, |_| true);
        assert_eq!(ask("truncated").await.expect("an answer"), (200, None, r#"{"ok":"#.to_owned()));
        proxy.first(1, Trouble::later(503, "2.5"), Reaches::Nobody, |_| true);
        assert_eq!(ask("later").await.expect("an answer"), (503, Some("2.5".to_owned()), String::new()));
        proxy.always(Trouble::login_page(), Reaches::Nobody, |it| it.path() == "/page");
        assert_eq!(ask("page").await.expect("an answer").2, LOGIN_PAGE);
        assert_eq!(ask("other").await.expect("not chosen"), good);
        proxy.heal();
        assert_eq!(ask("page").await.expect("healed"), good);
        proxy.first(1, Trouble::Oversized, Reaches::Nobody, |_| true);
        assert!(ask("oversized").await.expect("an answer").2.len() > 40 << 20);

        proxy.door(Door::Closed);
        assert!(ask("refused").await.expect_err("nobody listens").is_connect());
        proxy.door(Door::Resetting);
        let err = ask("resetting").await.expect_err("it is reset");
        assert!(!err.is_timeout() && far_end.count(|it| it.body == "resetting") == 0, "{err:?}");
        proxy.door(Door::Open);
        assert_eq!(ask("pass").await.expect("it is open"), good);
        assert_eq!(proxy.arrivals().iter().filter(|it| it.met.is_none()).count(), far_end.count(|_| true) - 5);
    }
}
