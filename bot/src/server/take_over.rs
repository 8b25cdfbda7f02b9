//! One process takes the listening socket over from another, without a moment in which nobody listens.
//!
//! The running process waits on a local socket of the kernel's abstract namespace, named after the
//! address it listens on: it is there exactly as long as the process is, only the same user may use it,
//! and, as it belongs to the network namespace that the address is in, whoever can listen there finds it.
//!
//! ```text
//! new → old   connects
//! old → new   "bellhop take-over 1", with the listening sockets (SCM_RIGHTS)
//! new → old   "take"       it has checked all that can be checked: the old one begins to end
//! old → new   "released"   nothing is accepted any more, the database is closed
//! new → old   "serving"    the old one exits
//! ```
//!
//! Both hold the same socket, so what the old one does not accept any more waits in the kernel for
//! the new one. If either dies, the other reads the end of the stream: a new one that does not say
//! that it serves leaves the old one to serve again. See unix(7) on SCM_RIGHTS and abstract names.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    net::{SocketAddr, TcpListener},
    os::{
        fd::{AsFd, OwnedFd},
        linux::net::SocketAddrExt,
        unix::net::{self as local, UnixListener as StdUnixListener, UnixStream as StdUnixStream},
    },
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Interest},
    net::{UnixListener, UnixStream},
    time::timeout,
};

/// The version is part of it: another one may hand over in another way.
const GREETING: &[u8] = b"bellhop take-over 1\n";
const TAKE: &str = "take\n";
const RELEASED: &str = "released\n";
const SERVING: &str = "serving\n";
/// systemd may have passed several to the first process.
const MOST_SOCKETS: usize = 16;
/// The old process ends within 15 s.
const RELEASED_WITHIN: Duration = Duration::from_secs(20);
/// A local process that lives answers at once.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

fn name(address: SocketAddr) -> io::Result<local::SocketAddr> {
    local::SocketAddr::from_abstract_name(format!("bellhop {address}"))
}

fn is_ours(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
}

/// Where a running process waits for the one that follows it.
pub struct Endpoint(UnixListener);

impl Endpoint {
    /// # Errors
    /// When another process waits at this address.
    pub fn open(address: SocketAddr) -> io::Result<Endpoint> {
        let listener = StdUnixListener::bind_addr(&name(address)?)?;
        listener.set_nonblocking(true)?;
        Ok(Endpoint(UnixListener::from_std(listener)?))
    }

    /// Waits for a process that is ready to take `sockets` over.
    pub async fn successor(self, sockets: &[TcpListener]) -> Successor {
        loop {
            match self.next(sockets).await {
                Ok(Some(successor)) => return successor,
                Ok(None) => tracing::info!("A process that was to take over gave it up; this one goes on"),
                Err(err) => {
                    tracing::warn!("A process that was to take over could not: {err}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn next(&self, sockets: &[TcpListener]) -> io::Result<Option<Successor>> {
        let (stream, _) = self.0.accept().await?;
        if !is_ours(&stream)? {
            return Err(io::Error::other("it is another user's"));
        }
        let sockets: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
        stream
            .async_io(Interest::WRITABLE, || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_SOCKETS))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                if !control.push(SendAncillaryMessage::ScmRights(&sockets)) {
                    return Err(io::Error::other("there are too many sockets"));
                }
                Ok(rustix::net::sendmsg(&stream, &[IoSlice::new(GREETING)], &mut control, SendFlags::NOSIGNAL)?)
            })
            .await?;
        let mut stream = BufReader::new(stream);
        Ok((line(&mut stream).await? == TAKE).then_some(Successor(stream)))
    }
}

/// Empty at the end.
async fn line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Err(err) if err.kind() == io::ErrorKind::ConnectionReset => Ok(String::new()),
        read => read.map(|_| line),
    }
}

/// The process that takes over from this one.
pub struct Successor(BufReader<UnixStream>);

impl Successor {
    /// Tells it that nothing is accepted here any more and the database is closed, and waits until it serves; false if
    /// it ended before.
    pub async fn serves(mut self) -> bool {
        // One that is gone has also ended its stream.
        let _ = self.0.write_all(RELEASED.as_bytes()).await;
        line(&mut self.0).await.is_ok_and(|it| it == SERVING)
    }
}

/// The process that this one takes over from.
pub struct Predecessor(BufReader<UnixStream>);

/// The process that listens on `address`, and its sockets, which it serves until it is told to stop; none where
/// nobody listens.
///
/// # Errors
/// When it cannot or may not be taken over from.
pub async fn predecessor(address: SocketAddr) -> anyhow::Result<Option<(Predecessor, Vec<TcpListener>)>> {
    let stream = match StdUnixStream::connect_addr(&name(address)?) {
        Ok(stream) => stream,
        Err(err) if err.kind() == io::ErrorKind::ConnectionRefused => return Ok(None),
        Err(err) => return Err(err).with_context(|| format!("the bellhop on {address} cannot be asked to hand over")),
    };
    stream.set_nonblocking(true)?;
    let stream = UnixStream::from_std(stream)?;
    ensure!(
        is_ours(&stream)?,
        "what listens on {address} is another user's: run this as the user whose bellhop it is to take over from"
    );
    let (greeting, sockets) = timeout(ANSWERS_WITHIN, receive(&stream))
        .await
        .map_err(|_| io::ErrorKind::TimedOut.into())
        .flatten()
        .with_context(|| format!("the bellhop on {address} does not hand over"))?;
    if greeting != GREETING {
        bail!("the bellhop on {address} hands over in another way, as another version does. Stop it, then start this one");
    }
    let sockets: Vec<_> = sockets.into_iter().map(TcpListener::from).collect();
    ensure!(!sockets.is_empty(), "the bellhop on {address} handed no socket over. Stop it, then start this one");
    Ok(Some((Predecessor(BufReader::new(stream)), sockets)))
}

async fn receive(stream: &UnixStream) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let (mut greeting, mut sockets) = (Vec::new(), Vec::new());
    while !greeting.ends_with(b"\n") {
        let read = stream
            .async_io(Interest::READABLE, || {
                let mut text = [0; 64];
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_SOCKETS))];
                let mut control = RecvAncillaryBuffer::new(&mut space);
                let read =
                    rustix::net::recvmsg(stream, &mut [IoSliceMut::new(&mut text)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
                for message in control.drain() {
                    if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                        sockets.extend(descriptors);
                    }
                }
                greeting.extend_from_slice(&text[..read.bytes]);
                Ok(read.bytes)
            })
            .await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok((greeting, sockets))
}

impl Predecessor {
    /// Has it stop. It serves until what it has accepted is done.
    pub async fn take(&mut self) {
        // One that ends by itself in this moment needs no telling.
        let _ = self.0.write_all(TAKE.as_bytes()).await;
    }

    /// Waits until it has closed the database, or is gone.
    ///
    /// # Errors
    /// When it does neither.
    pub async fn released(&mut self) -> anyhow::Result<()> {
        let said = timeout(RELEASED_WITHIN, line(&mut self.0)).await;
        match said.context("The bellhop that this one takes over from did not stop in time. It goes on; try again.")?? {
            said if said == RELEASED => Ok(()),
            _ => {
                tracing::info!("The process that this one takes over from ended by itself");
                Ok(())
            }
        }
    }

    /// Tells it that this process serves, so that it exits.
    pub async fn dismiss(mut self) {
        let _ = self.0.write_all(SERVING.as_bytes()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        (listener, address)
    }

    #[tokio::test]
    async fn the_socket_goes_from_one_to_the_next() {
        let (listener, address) = listening();
        assert!(predecessor(address).await.expect("nobody is no error").is_none());
        let endpoint = Endpoint::open(address).expect("nobody waits there");
        assert!(Endpoint::open(address).is_err(), "one process waits at an address");

        let old = tokio::spawn(async move {
            let successor = endpoint.successor(&[listener]).await;
            successor.serves().await
        });
        // One that gives up changes nothing.
        let (given_up, _) = predecessor(address).await.expect("it answers").expect("it is there");
        drop(given_up);
        let (mut before, sockets) = predecessor(address).await.expect("it answers").expect("it is there");
        assert_eq!(sockets[0].local_addr().expect("it has an address"), address);
        before.take().await;
        before.released().await.expect("it lets go");
        before.dismiss().await;
        assert!(old.await.expect("no panic"), "the new one serves");
        // The old one's copy is closed; a connection waits in the new one's.
        let _client = std::net::TcpStream::connect(address).expect("somebody listens");
        sockets[0].accept().expect("it waited");
    }

    #[tokio::test]
    async fn the_old_one_goes_on_when_the_new_one_dies() {
        let (listener, address) = listening();
        let endpoint = Endpoint::open(address).expect("nobody waits there");
        let old = tokio::spawn(async move { endpoint.successor(&[listener]).await.serves().await });
        let (mut before, _sockets) = predecessor(address).await.expect("it answers").expect("it is there");
        before.take().await;
        drop(before);
        assert!(!old.await.expect("no panic"));
    }

    #[tokio::test]
    async fn the_new_one_goes_on_when_the_old_one_dies() {
        let (listener, address) = listening();
        let endpoint = Endpoint::open(address).expect("nobody waits there");
        let old = tokio::spawn(async move { drop(endpoint.successor(&[listener]).await) });
        let (mut before, sockets) = predecessor(address).await.expect("it answers").expect("it is there");
        before.take().await;
        before.released().await.expect("it is gone");
        old.await.expect("no panic");
        let _client = std::net::TcpStream::connect(address).expect("the socket lives on");
        sockets[0].accept().expect("it waited");
    }
}
