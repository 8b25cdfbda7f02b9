//! Credentials that end: administrators are reminded before they do.
//!
//! Every morning a job looks at when each connection's credentials end, as its key `expires` says, and when Slack stops renewing
//! a workspace's token. Whether credentials work at all is asked of each system with its health, every five minutes.

use std::sync::Arc;

use commands::BoxFuture;
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    app::App,
    dispatch::post::note::NoteJob,
    plan::live::Now,
    queue::{CatchUp, Handler, Job, Lease, NewJob, Outcome, Payload, Priority, Repeating, Timetable, Writes},
    resources::ledger::CONNECTION,
};

/// So many days before, it is said: once each.
const DAYS: [i64; 5] = [30, 14, 7, 3, 1];

/// Looks at what ends.
pub struct Expiry {
    pub app: Arc<App>,
}

impl Expiry {
    pub const KIND: &'static str = "expiry";

    /// Every morning.
    pub fn daily() -> Repeating {
        let timetable = Timetable::parse("0 8 * * *", "UTC").expect("a constant timetable is one");
        let job = NewJob {
            kind: Expiry::KIND,
            lane: None,
            priority: Priority::Chatter,
            payload: Payload::from(serde_json::json!({})),
            run_at: None,
            expires: None,
            unique: None,
        };
        Repeating { name: Expiry::KIND.into(), timetable, job, catch_up: CatchUp::Latest, who: "bellhop".into() }
    }
}

impl Handler for Expiry {
    fn run<'a>(&'a self, _: &'a Job, _: &'a Lease) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let now = match self.app.set_up().await {
                Ok(now) => now,
                Err(err) => {
                    let reason = format!("what is set up cannot be read: {err:#}");
                    return Outcome::Retry { after: None, reason, writes: Writes::default() };
                }
            };
            let moment = self.app.store.now();
            let today = moment.to_zoned(TimeZone::UTC).date();
            let notes = ending(&now, today)
                .into_iter()
                .map(|(name, on, left)| NoteJob::expires(&name, &on.to_string(), &sentence(&name, on, left)).into_job(moment));
            Outcome::Done(Writes { jobs: notes.collect(), ..Writes::default() })
        })
    }

    fn unknown_fate<'a>(&'a self, _: &'a Job) -> BoxFuture<'a, Outcome> {
        // Looking changes nothing, and a note is told once a day.
        let reason = "the bot stopped".to_owned();
        Box::pin(async { Outcome::Retry { after: None, reason, writes: Writes::default() } })
    }
}

/// What is to be said today: a connection, when its credentials end, and in how many days.
fn ending(now: &Now, today: Date) -> Vec<(String, Date, i64)> {
    let dated = now.all.iter().filter(|it| it.kind == CONNECTION).filter_map(|it| {
        let on: Date = it.body.get("expires")?.as_str()?.parse().ok()?;
        Some((it.name.clone(), on, i64::from((on - today).get_days())))
    });
    // Once they have ended, each day: nothing works until somebody renews them.
    dated.filter(|(_, _, left)| DAYS.contains(left) || *left <= 0).collect()
}

fn sentence(name: &str, on: Date, left: i64) -> String {
    let when = match left {
        ..0 => format!("ended on {on}"),
        0 => "end today".to_owned(),
        1 => "end tomorrow".to_owned(),
        left => format!("end in {left} days, on {on}"),
    };
    format!("The credentials of `{name}` {when}. Make new ones there, then connect it again with them and their `expires`.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        plan::live::{Live, Stands},
        resources::By,
    };

    #[test]
    fn it_is_said_a_few_times_before_and_daily_after() {
        let on = |name: &str, expires: &str| Live {
            kind: CONNECTION.into(),
            name: name.into(),
            body: json!({ "kind": "redmine", "expires": expires }).as_object().cloned().unwrap_or_default(),
            version: 1,
            stands: Stands::Kept { by: By { who: "slack:T1:U1".into(), why: String::new() }, at: jiff::Timestamp::UNIX_EPOCH },
            applied: None,
        };
        let all = vec![on("soon", "2026-03-16"), on("later", "2026-03-17"), on("past", "2026-03-01"), on("none", "never")];
        let now = Now { all, generation: 0, applied: Vec::new(), implied: Vec::new() };
        let found = ending(&now, "2026-03-02".parse().expect("a date"));
        let said: Vec<String> = found.iter().map(|(name, on, left)| sentence(name, *on, *left)).collect();
        expect_test::expect![[r#"
            [
                "The credentials of `soon` end in 14 days, on 2026-03-16. Make new ones there, then connect it again with them and their `expires`.",
                "The credentials of `past` ended on 2026-03-01. Make new ones there, then connect it again with them and their `expires`.",
            ]
        "#]]
        .assert_debug_eq(&said);
    }
}
