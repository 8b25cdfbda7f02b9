//! How channels fare beside channels in trouble, measured on the built binary from outside:
//!
//! ```text
//! cargo run --release -p tests --bin faults
//! ```
//!
//! Builds `bellhop` first, takes about ten minutes, prints a table, and ends with status 1 when a message
//! is lost or a channel that is fine waits longer than 2 s for one in a hundred. The bot runs on SQLite,
//! with every proxy and far end on the same cores. See `docs/performance.md`.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use tests::{
    flow::{Accepted, Channel, Chat, Flow, Latency, posted_to},
    proxy::{Reaches::Nobody, Trouble},
};
use tokio::time::Instant;

/// What one in a hundred messages may take where nothing is wrong.
const GOAL: f64 = 2.0;
/// What has not arrived by then, after all is well again, is lost.
const LONGEST: Duration = Duration::from_secs(240);

/// Channels in trouble beside channels without.
struct Case {
    name: &'static str,
    trouble: Option<Trouble>,
    faulty: usize,
    /// Where the healthy ones are; the faulty ones are in Slack.
    beside: Chat,
    healthy: usize,
    /// For how long each healthy channel gets a message a second.
    during: Duration,
}

const fn case(name: &'static str, trouble: Option<Trouble>) -> Case {
    Case { name, trouble, faulty: 2, beside: Chat::Slack, healthy: 18, during: Duration::from_secs(20) }
}

/// So many that they could take every place at which the bot works.
const fn crowd(name: &'static str, faulty: usize, beside: Chat, healthy: usize) -> Case {
    Case { name, trouble: Some(Trouble::Hang), faulty, beside, healthy, during: Duration::from_secs(20) }
}

const CASES: [Case; 11] = [
    case("nothing", None),
    case("hang", Some(Trouble::Hang)),
    case("1 byte/s", Some(Trouble::Drip)),
    case("reset", Some(Trouble::Reset)),
    case("cut", Some(Trouble::Cut)),
    case("500", Some(Trouble::status(500))),
    case("503, Retry-After 5", Some(Trouble::later(503, "5"))),
    case("429, Retry-After 5", Some(Trouble::later(429, "5"))),
    case("200 with a login page", Some(Trouble::login_page())),
    // Of one chat that fails for the most part, the bot stays away; so the others are as many.
    crowd("100 channels hang", 100, Chat::Slack, 60),
    // Zulip takes 150 messages a minute.
    crowd("500 channels hang, beside Zulip", 500, Chat::Zulip, 2),
];

struct Result {
    /// `timeout 14`: how often tries were counted as what.
    classes: String,
    healthy: Latency,
    faulty: usize,
    delivered: usize,
    /// Seconds from the end of the trouble to the last message.
    recovery: f64,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Err(err) = build() {
        eprintln!("faults: {err:#}");
        return ExitCode::FAILURE;
    }
    println!(
        "{:34} {:34} {:>22} {:>16} {:>9}",
        "fault", "classified as", "healthy p50, p99, max", "faulty delivered", "recovery"
    );
    let mut missed = false;
    for case in CASES.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|word| it.name.contains(word))) {
        let Result { classes, healthy: Latency { median, p99, worst }, faulty, delivered, recovery } = measure(case).await;
        let failed = p99 > GOAL || delivered < faulty;
        missed |= failed;
        let times = format!("{:.3} {:.3} {:.3} s", median, p99, worst);
        let all = format!("{delivered} of {faulty}");
        let verdict = if failed { " MISSED" } else { "" };
        println!("{:34} {classes:34} {times:>22} {all:>16} {recovery:>7.0} s{verdict}", case.name);
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Builds the binary as this program was built, with the same features, so that nothing is built twice.
fn build() -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").context("start this with `cargo run --release -p tests --bin faults`")?;
    let mut command = std::process::Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "-p", "bot", "-p", "tests", "--bin", "bellhop"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    ensure!(command.status()?.success(), "bellhop cannot be built");
    Ok(())
}

async fn measure(case: &Case) -> Result {
    let channels = |chat, from, count| (from..from + count).map(move |number| Channel { chat, number });
    let faulty: Vec<_> = channels(Chat::Slack, 0, case.faulty).collect();
    let healthy: Vec<_> = channels(case.beside, case.faulty, case.healthy).collect();
    let flow = Flow::start(&[faulty.clone(), healthy.clone()].concat()).await;
    let limit = case.faulty;
    if let Some(trouble) = case.trouble {
        flow.slack.always(trouble, Nobody, move |it| posted_to(it).is_some_and(|it| it.number < limit));
    }
    // A crowd gets one message each, at once; a few get as many as the others.
    let to_the_faulty = async {
        match case.faulty > case.healthy {
            true => futures::future::join_all(faulty.iter().map(|it| flow.report(*it, "Event 000"))).await,
            false => flow.steady(&faulty, case.during, 1.0).await,
        }
    };
    let (in_trouble, beside) = tokio::join!(to_the_faulty, flow.steady(&healthy, case.during, 1.0));
    let last = |all: &[Accepted]| all.iter().map(|it| it.at).max().unwrap_or_else(Instant::now);
    wait(&flow, &beside, last(&beside) + LONGEST).await;
    let classes = classes(&flow).await;
    flow.slack.heal();
    let healed = Instant::now();
    wait(&flow, &in_trouble, healed + LONGEST).await;
    let delivered = in_trouble.iter().filter(|it| is_there(&flow, it)).count();
    Result {
        classes,
        healthy: flow.latency(&beside),
        faulty: in_trouble.len(),
        delivered,
        recovery: healed.elapsed().as_secs_f64(),
    }
}

fn is_there(flow: &Flow, it: &Accepted) -> bool {
    let (plain, marked) = flow.copies(it.channel, &it.subject);
    plain + marked > 0
}

/// Waits until all of these are there, or it is too late.
async fn wait(flow: &Flow, all: &[Accepted], end: Instant) {
    let mut left: Vec<_> = all.iter().collect();
    let mut looks = tokio::time::interval(Duration::from_millis(500));
    while !left.is_empty() && Instant::now() < end {
        looks.tick().await;
        left.retain(|it| !is_there(flow, it));
    }
}

/// How the bot classified the tries that failed.
async fn classes(flow: &Flow) -> String {
    let mut counted = Vec::new();
    for class in ["network", "timeout", "server", "rate_limited", "breaker_open"] {
        let count = flow.bot.metric("bellhop_sends_total", &[("chat", "slack"), ("outcome", class)]).await;
        if count > 0.0 {
            counted.push(format!("{class} {count}"));
        }
    }
    if counted.is_empty() { "-".to_owned() } else { counted.join(", ") }
}
