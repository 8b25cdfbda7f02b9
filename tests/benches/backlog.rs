//! A million posts that wait, as after a day without the chat: what a claim takes then, and how much memory.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bot::{
    chat::{Place, Post, Target},
    dispatch::post::PostJob,
    queue::Priority,
};
use commands::{Message, Text};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::{
    Bench,
    far_ends::{FarEnds, Mood},
    folder_on_disk,
    options::Database,
    process::{Bellhop, Setup},
    scrape,
};

const JOBS: usize = 1_000_000;
const LANES: usize = 500;
/// How long Slack goes on to answer 429 after the start.
const LIMITING: Duration = Duration::from_secs(5);
/// The first claim may be late: the bot has a million rows to find its way in.
const FIRST_WITHIN: Duration = Duration::from_secs(30);

/// Stand for the number of a post and of its channel in the template.
const NUMBER: &str = "@number@";
const CHANNEL: &str = "@channel@";

pub async fn measure(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let (folder, far_ends) = (folder_on_disk(&bench.binary)?, FarEnds::start().await?);
    let store = database.make(folder.path()).await?;
    let setup = Setup {
        binary: &bench.binary,
        folder: folder.path(),
        store: &store,
        connections: 0,
        hooks: 1,
        channel_rate: 0.0,
        core: bench.options.cores.of_bot(),
    };
    // Makes the tables.
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.ready().await?;
    bellhop.end().await?;
    let inserting = Instant::now();
    fill(database, folder.path(), &store).await?;
    eprintln!("{JOBS} jobs inserted in {:.1} s", inserting.elapsed().as_secs_f64());

    let seen = &far_ends.seen;
    seen.be(Mood::Limiting);
    let started = Instant::now();
    let bellhop = Bellhop::start(&setup, &far_ends).await?;
    bellhop.ready().await?;
    let ready = started.elapsed();
    tokio::time::sleep(LIMITING).await;
    seen.be(Mood::Up);
    let released = Instant::now();
    while seen.messages.count() == 0 && released.elapsed() < FIRST_WITHIN {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (first, start, cpu) = (released.elapsed(), Instant::now(), bellhop.cpu()?);
    tokio::time::sleep(bench.options.seconds(10)).await;
    let (end, cpu) = (Instant::now(), bellhop.cpu()? - cpu);
    let posted = seen.messages.between(start, end);
    let metrics = bellhop.metrics().await?;

    let (figures, name) = (&mut bench.figures, database.name());
    let title = format!("Backlog of {JOBS} jobs over {LANES} lanes on {name}, claim p99");
    match scrape::quantile(&metrics, "bellhop_queue_claim_seconds", 0.99) {
        Some(seconds) => {
            figures.at_most(&title, seconds * 1e3, 20.0, "ms");
            if let Some(median) = scrape::quantile(&metrics, "bellhop_queue_claim_seconds", 0.5) {
                figures.figure("… p50", median * 1e3, "ms");
            }
        }
        None => figures.note(&title, "not measured: /metrics has no bellhop_queue_claim_seconds"),
    }
    figures.at_most("… resident memory at most", bellhop.most_memory()?, 256.0, "MB");
    figures.figure("… start until it is ready", ready.as_secs_f64() * 1e3, "ms");
    figures.figure("… first message once Slack takes some", first.as_secs_f64(), "s");
    figures.figure("… messages a second", posted as f64 / end.duration_since(start).as_secs_f64(), "/s");
    figures.figure("… processor time of bellhop a message", cpu * 1e3 / posted.max(1) as f64, "ms");
    figures.exactly("… messages that arrived twice", seen.messages.repeated(), 0);
    bellhop.end().await
}

/// Inserts the jobs as the bot itself would, but in one statement.
async fn fill(database: Database, folder: &Path, store: &str) -> anyhow::Result<()> {
    let place = Place { platform: "slack".into(), workspace: String::new(), channel: CHANNEL.into(), thread: None };
    let text = Text::new().bold("Ana Abel").plain(format!(" created Printer {NUMBER} on fire in Demo"));
    let key = format!("bench:issue-{NUMBER}:slack:{CHANNEL}");
    let post = Post::new(Target::Place(place), Message::text(text), key.clone());
    let job = PostJob::new(post, key).into_job(Priority::Chatter);
    let lane = job.lane.unwrap_or_default();
    let (kind, payload) = (job.kind, job.payload.as_str().to_owned());
    // An hour ago, in microseconds.
    let then = (jiff::Timestamp::now() - jiff::Span::new().hours(1)).as_microsecond();
    let channel = match database {
        Database::Sqlite => format!("printf('C0BENCH%03d', n % {LANES})"),
        Database::Postgres => format!("'C0BENCH' || lpad((n % {LANES})::text, 3, '0')"),
    };
    let numbers = match database {
        Database::Sqlite => format!(
            "(WITH RECURSIVE it(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM it WHERE n < {}) SELECT n FROM it) numbers",
            JOBS - 1
        ),
        Database::Postgres => format!("generate_series(0, {}) numbers(n)", JOBS - 1),
    };
    let text = match database {
        Database::Sqlite => "CAST(n AS TEXT)",
        Database::Postgres => "n::text",
    };
    // The first of each lane is free, and all the others wait for the one before them.
    let insert = format!(
        "INSERT INTO job (kind, lane, priority, payload, run_at, created_at, blocked)
         SELECT $1, replace($2, '{CHANNEL}', {channel}), 2,
             replace(replace($3, '{NUMBER}', {text}), '{CHANNEL}', {channel}),
             {then} + n, {then} + n, CASE WHEN n < {LANES} THEN 0 ELSE 1 END
         FROM {numbers} ORDER BY n"
    );
    let insert = sqlx::AssertSqlSafe(insert);
    match database {
        Database::Sqlite => {
            let mut connection = SqliteConnection::connect(&format!("sqlite://{}", folder.join("bellhop.db").display())).await?;
            for pragma in ["PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"] {
                sqlx::query(pragma).execute(&mut connection).await?;
            }
            sqlx::query(insert).bind(kind).bind(&lane).bind(&payload).execute(&mut connection).await?;
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
            connection.close().await?;
        }
        Database::Postgres => {
            let mut connection = PgConnection::connect(store).await?;
            sqlx::query(insert).bind(kind).bind(&lane).bind(&payload).execute(&mut connection).await?;
            // What the server itself does a minute later.
            sqlx::query("VACUUM ANALYZE job").execute(&mut connection).await?;
            connection.close().await?;
        }
    }
    Ok(())
}
