//! The bot as a black box: [`TestBot`] is the built `bellhop serve`, a child process between a
//! Slack, a Zulip and a Redmine that record what they are asked.
//!
//! Nothing here knows the inside of the bot: it is configured by a file, spoken to as the chats
//! speak to it, and judged by what arrives at the far ends. A story waits for a request at a far
//! end, never for time to pass.

pub mod collector;
pub mod far_end;
pub mod flow;
pub mod people;
pub mod proxy;
pub mod redmine;
pub mod slack;
pub mod wire;
pub mod zulip;

mod answers;
mod bellhop;

pub use answers::{Answer, Printed};
pub use bellhop::{Database, SECRETS, TestBot, binary, run};
pub use collector::Collector;
pub use people::{ANA, BEN, CHLOE};
pub use redmine::Redmine;
pub use slack::Slack;
pub use zulip::Zulip;

/// An HTTP client for tests. Installs the TLS provider, which reqwest wants even for plain HTTP.
pub fn client() -> reqwest::Client {
    // An error means that another test has installed it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(far_end::PATIENCE).build().expect("a client")
}

/// A port that is free now, below the range from which the kernel gives ports to outgoing connections.
///
/// They come in turn, from one that differs between processes: who is given one may take its time to listen, and may stop
/// listening for a while, before anyone else in this process is given it.
pub fn free_port() -> u16 {
    use std::{
        hash::{BuildHasher, RandomState},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
    };
    const LOWEST: u16 = 20_000;
    const COUNT: u64 = 12_000;
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(0) % COUNT));
    loop {
        let port = LOWEST + u16::try_from(NEXT.fetch_add(1, Relaxed) % COUNT).expect("it is below 12,000");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A body of `application/x-www-form-urlencoded`.
fn form(pairs: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://form/", pairs).expect("a valid address");
    url.query().unwrap_or_default().to_owned()
}

/// Reads such a body.
fn form_pairs(body: &str) -> Vec<(String, String)> {
    let mut url = reqwest::Url::parse("http://form/").expect("a valid address");
    url.set_query(Some(body));
    url.query_pairs().into_owned().collect()
}
