//! Listening sockets: bound here, or passed by whoever holds them while the bot starts anew.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use anyhow::Context;
use listenfd::ListenFd;

/// Connections that may wait while one process takes over from another; the kernel caps it at `net.core.somaxconn`.
const BACKLOG: u32 = 4096;

/// Listens on `address`, such as `127.0.0.1:8080`. Needs a running tokio.
///
/// # Errors
/// With the address and the way out.
pub fn bind(address: &str) -> anyhow::Result<tokio::net::TcpListener> {
    let listen = || -> io::Result<_> {
        let address: SocketAddr = address.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let socket = if address.is_ipv6() { tokio::net::TcpSocket::new_v6()? } else { tokio::net::TcpSocket::new_v4()? };
        // What is left of earlier connections does not keep us from listening.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().with_context(|| {
        format!(
            "cannot listen on {address}: is something else there? Choose another with `listen` in [server]; if it is a bellhop \
             that this one is to follow, start this one with --take-over"
        )
    })
}

/// The sockets that systemd passed, or whoever speaks its protocol; none where nobody did
/// (<https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html>).
///
/// # Errors
/// When one is not a TCP socket.
pub fn passed(mut descriptors: ListenFd) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for at in 0..descriptors.len() {
        let listener = descriptors.take_tcp_listener(at).context(
            "one of the sockets passed in LISTEN_FDS is no TCP socket: write an address and a port at ListenStream= in bellhop.socket",
        )?;
        listeners.extend(listener);
    }
    Ok(listeners)
}

/// The same sockets, ready to be served; `listeners` stay open beside them.
///
/// # Errors
/// When the process has no file descriptors left.
pub fn served(listeners: &[TcpListener]) -> io::Result<Vec<tokio::net::TcpListener>> {
    let serve = |it: &TcpListener| {
        let it = it.try_clone()?;
        it.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(it)
    };
    listeners.iter().map(serve).collect()
}
