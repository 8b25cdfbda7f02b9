//! `bellhop why` over a million deliveries: from the command to its answer, in this process, as a bot runs it.

use std::time::Instant;

use bot::{cli::start, config, store::Store};
use commands::{Actor, Call, Event, event::Object};
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::{Bench, figures::Times, folder_on_disk, options::Database};

/// What is asked of the object of that number.
type Question = fn(i64) -> String;

const DELIVERIES: i64 = 1_000_000;
/// Hooks that they came to, in turn.
const HOOKS: i64 = 50;
/// How often each question is asked, each time of another object.
const QUESTIONS: i64 = 100;
/// In Zulip, which is not asked for a message's address: what a chat takes is not measured here.
const PLACE: &str = "zulip:3>printers";

pub async fn measure(bench: &mut Bench, database: Database) -> anyhow::Result<()> {
    let folder = folder_on_disk(&bench.binary)?;
    let url = database.make(folder.path()).await?;
    // Makes the tables.
    Store::open(&url).await?.close().await;
    let filling = Instant::now();
    fill(database, &url).await?;
    eprintln!("{DELIVERIES} deliveries written in {:.1} s", filling.elapsed().as_secs_f64());

    let mut text = format!(
        "[store]\nurl = \"{url}\"\n[zulip]\nsite = \"https://chat.example.org\"\nemail = \"bot@chat.example.org\"\napi_key = \"0\"\n\
         webhook_token = \"0\"\n"
    );
    for hook in 0..HOOKS {
        text.push_str(&format!(
            "[[hook]]\nname = \"hook{hook}\"\nkind = \"redmine\"\nsecret = \"0\"\n\
             [[subscription]]\nfrom = \"hook{hook}\"\nto = \"{PLACE}\"\nfilter = \"label:urgent\"\n"
        ));
    }
    let config = config::read(&text, &|_| None).map_err(|it| anyhow::anyhow!("{it:?}"))?;
    let (app, _) = start::assemble(config).await?;
    let (platform, workspace) = ("cli".to_owned(), String::new());
    let actor = Actor { platform, workspace, id: "bench".into(), name: "bench".into(), email: None, admin: true };
    let place = bot::chat::Place { platform: String::new(), workspace: String::new(), channel: String::new(), thread: None };
    let ctx = app.ctx(actor, "bellhop", "bench", &place);

    let questions: [(&str, Question); 4] = [
        ("a number", |nth| format!("issue {}", nth * 9_973 % DELIVERIES)),
        ("an address", |nth| format!("https://redmine.example.org/issues/{}", nth * 9_973 % DELIVERIES)),
        ("a message", |nth| {
            format!("https://chat.example.org/#narrow/channel/3-dev/topic/printers/near/{}", nth * 9_973 % DELIVERIES)
        }),
        ("what never came", |nth| format!("PROJ-{}", DELIVERIES + nth)),
    ];
    for (name, what) in questions {
        let mut times = Vec::new();
        for nth in 0..QUESTIONS {
            let call = Call::new("bellhop", "why", json!({ "what": what(nth) }));
            let asked = Instant::now();
            app.run(&call, &ctx).await?;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        let title = format!("Why, of {name}, among {DELIVERIES} deliveries on {}, p99", database.name());
        let times = Times::new(times);
        bench.figures.at_most(&title, times.percentile(99.0), 100.0, "ms");
        bench.figures.figure("… p50", times.percentile(50.0), "ms");
    }
    app.store.close().await;
    Ok(())
}

/// Writes deliveries, news and posts as the bot itself would, but in one statement each.
async fn fill(database: Database, url: &str) -> anyhow::Result<()> {
    let (numbers, text, blob) = match database {
        Database::Sqlite => (
            format!(
                "(WITH RECURSIVE it(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM it WHERE n < {}) SELECT n FROM it) numbers",
                DELIVERIES - 1
            ),
            "CAST(n AS TEXT)",
            "x'7b7d'",
        ),
        Database::Postgres => (format!("generate_series(0, {}) numbers(n)", DELIVERIES - 1), "n::text", "'\\x7b7d'::bytea"),
    };
    // Six days, evenly.
    let then = (jiff::Timestamp::now() - jiff::Span::new().hours(6 * 24)).as_microsecond();
    let at = format!("{then} + n * 500000");
    let hook = match database {
        Database::Sqlite => format!("'hook' || CAST(n % {HOOKS} AS TEXT)"),
        Database::Postgres => format!("'hook' || (n % {HOOKS})::text"),
    };
    let event = Event {
        id: "@n@".into(),
        source: "@hook@".into(),
        kind: "issue.created".into(),
        actor: Some("Ana Abel".into()),
        object: Object {
            key: "#@n@".into(),
            title: "Printer on fire".into(),
            url: Some("https://redmine.example.org/issues/@n@".into()),
            place: Some("Demo".into()),
            state: Some("New".into()),
        },
        ..Event::default()
    };
    let event = serde_json::to_string(&event)?;
    let key = format!("{hook} || ':' || {text} || ':{PLACE}'");
    let delivery = format!("(SELECT id FROM delivery WHERE source = 'hook:' || {hook} AND key = 'd' || {text})");
    let statements = [
        format!("INSERT INTO delivery (source, key, body, received_at) SELECT 'hook:' || {hook}, 'd' || {text}, {blob}, {at} FROM {numbers}"),
        format!(
            "INSERT INTO hook_delivery (hook, at, key, verdict, status, proof, method, query, headers, size, delivery_id)
             SELECT {hook}, {at}, 'd' || {text}, 'accepted', 200, 'its secret', 'POST', '', '[]', 2, {delivery} FROM {numbers}"
        ),
        format!(
            "INSERT INTO news (at, source, event_id, delivery, delivery_id, object_key, object_number, object_url, url_apart, event,
                 decisions)
             SELECT {at}, {hook}, {text}, 'd' || {text}, {delivery}, '#' || {text}, {text},
                 'https://redmine.example.org/issues/' || {text}, 0,
                 replace(replace('{event}', '@n@', {text}), '@hook@', {hook}),
                 '[{{\"to\":\"{PLACE}\",\"filter\":\"label:urgent\",\"mode\":\"live\",\"post\":\"' || {key} || '\"}}]' FROM {numbers}"
        ),
        format!(
            "INSERT INTO posted (key, source, platform, workspace, channel, thread, message, at, took)
             SELECT {key}, {hook}, 'zulip', '', 'channel:3', 'printers', {text}, {at}, 40000 FROM {numbers}"
        ),
    ];
    match database {
        Database::Sqlite => {
            let mut connection = SqliteConnection::connect(url).await?;
            for pragma in ["PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"] {
                sqlx::query(pragma).execute(&mut connection).await?;
            }
            for statement in statements {
                sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
            }
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
            connection.close().await?;
        }
        Database::Postgres => {
            let mut connection = PgConnection::connect(url).await?;
            for statement in statements {
                sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
            }
            for vacuum in
                ["VACUUM ANALYZE news", "VACUUM ANALYZE posted", "VACUUM ANALYZE hook_delivery", "VACUUM ANALYZE delivery"]
            {
                sqlx::query(vacuum).execute(&mut connection).await?;
            }
            connection.close().await?;
        }
    }
    Ok(())
}
