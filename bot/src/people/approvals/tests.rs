//! Calls that wait for others, on both databases.

use std::sync::atomic::{AtomicUsize, Ordering};

use commands::Call;
use futures::future::join_all;
use jiff::ToSpan;
use serde_json::json;

use secrecy::{ExposeSecret, SecretString};

use super::{store::Kept, *};
use crate::{
    audit,
    chat::{Answering, Place},
    connections::{Vault, seal::MasterKey},
    queue::{NewJob, Payload, Priority},
    store::{
        Store, sql,
        testing::{on_each, start},
    },
};

fn job(request: &str, params: Value) -> RunJob {
    let place = Place { platform: "slack".into(), workspace: "T1".into(), channel: "C1".into(), thread: None };
    let to = Answering { place, asker: "U1".into(), response_url: None, pressed: None };
    let job = RunJob::new(Call::new("redmine", "issue delete", params), to, request.into());
    RunJob { asked_at: start(), ..job }
}

fn kept(needed: u32) -> Approval {
    let job = job("r1", json!({ "issue": 42 }));
    Approval {
        id: 0,
        rule: "deleting".into(),
        asker: "slack:T1:U1".into(),
        asker_name: "Ana".into(),
        asker_email: Some("ana@example.org".into()),
        line: "redmine issue delete 42".into(),
        detail: "all of it".into(),
        digest: digest(&job),
        job,
        approvers: vec!["team:oncall".into()],
        needed,
        asked: Vec::new(),
        state: State::Waiting,
        at: start(),
        expires: start() + 4.hours(),
        ended: None,
        why: String::new(),
        votes: Vec::new(),
    }
}

fn record(action: &str) -> audit::Record {
    audit::Record { actor: "slack:T1:U2".into(), action: action.into(), request_id: "r2".into() }
}

fn vote(at: usize) -> Vote {
    Vote { person: format!("slack:T1:V{at}"), name: format!("Approver {at}"), at: start() }
}

fn runs() -> Vec<NewJob> {
    vec![NewJob {
        kind: "run",
        lane: None,
        priority: Priority::Command,
        payload: Payload::of(&json!({})),
        run_at: None,
        expires: None,
        unique: Some("approved:1".into()),
    }]
}

async fn keep(approvals: &Approvals, needed: u32) -> i64 {
    approvals.keep(&kept(needed), |id| record(&format!("[asked {id}]")), |_| Vec::new(), None).await.expect("kept").0
}

async fn count(store: &Store, kind: &str) -> i64 {
    let row = sql("SELECT COUNT(*) FROM job WHERE kind = $1").bind(kind).first(store.read()).await.expect("a count");
    row.map_or(0, |row| row.int(0).expect("a number"))
}

#[tokio::test]
async fn what_is_kept_is_as_it_was_and_a_request_is_asked_about_once() {
    on_each(async |bench| {
        let approvals = Approvals::open(&bench.store);
        let id = keep(&approvals, 1).await;
        let loaded = approvals.load(id).await.expect("read").expect("there");
        assert_eq!(loaded, Approval { id, ..kept(1) });
        let again = approvals.keep(&kept(1), |_| record("[asked again]"), |_| runs(), None).await.expect("known");
        assert_eq!((again, count(&bench.store, "run").await), ((id, Kept::Before), 0));
        assert_eq!(count(&bench.store, FollowJob::KIND).await, 1, "its end is a timer");
        assert_eq!(approvals.waiting().await.expect("read").len(), 1);
        assert_eq!(audit::list(&bench.store, 10, &audit::Filter::default()).await.expect("lines").len(), 1);
    })
    .await;
}

/// However many decide at the same moment, and whatever they say: it is decided once, and at most one run follows.
#[tokio::test]
async fn decided_by_many_at_once_it_is_decided_once() {
    on_each(async |bench| {
        for (round, needed) in [(0, 1), (1, 3), (2, 1), (3, 3)] {
            let approvals = Approvals::open(&bench.store);
            let new = Approval { job: job(&format!("round-{round}"), json!({})), ..kept(needed) };
            let (id, _) = approvals.keep(&new, |_| record("[asked]"), |_| Vec::new(), None).await.expect("kept");
            let before = count(&bench.store, "run").await;
            let decided = AtomicUsize::new(0);
            // In the later rounds somebody disagrees at the same time.
            let all = (0..12).map(|at| {
                let (approvals, decided) = (&approvals, &decided);
                async move {
                    let counted = match at == 5 && round >= 2 {
                        true => approvals.deny(id, "no", &record("[denied]"), Vec::new()).await,
                        false => {
                            let unique = Some(format!("approved:{id}:{at}"));
                            let then = || runs().into_iter().map(|it| NewJob { unique: unique.clone(), ..it }).collect();
                            approvals.approve(id, &vote(at), &record("[approved]"), then).await
                        }
                    };
                    if counted.expect("an answer") == Counted::Decided {
                        decided.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            join_all(all).await;
            assert_eq!(decided.load(Ordering::Relaxed), 1, "round {round}");
            let end = approvals.load(id).await.expect("read").expect("there");
            let ran = count(&bench.store, "run").await - before;
            assert_eq!(ran, i64::from(end.state == State::Approved), "round {round}: {end:?}");
            match end.state {
                State::Approved => assert_eq!(end.votes.len(), needed as usize),
                State::Denied => assert!(round >= 2 && end.votes.len() < needed as usize, "{end:?}"),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_counts_twice_and_what_expired_is_over() {
    on_each(async |bench| {
        let approvals = Approvals::open(&bench.store);
        let id = keep(&approvals, 2).await;
        let approve = async |at| approvals.approve(id, &vote(at), &record("[approved]"), runs).await.expect("an answer");
        assert_eq!(approve(1).await, Counted::More { given: 1 });
        assert_eq!(approve(1).await, Counted::Twice);
        let expire = async || approvals.expire(id, &record("[expired]"), Vec::new()).await.expect("an answer");
        assert_eq!(expire().await, Counted::TooLate, "its time is not over");
        bench.clock.advance(std::time::Duration::from_secs(4 * 3600));
        assert_eq!(approve(2).await, Counted::TooLate, "its time is over, whether somebody noticed or not");
        assert_eq!(expire().await, Counted::Decided);
        assert_eq!(expire().await, Counted::TooLate);
        let denied = approvals.deny(id, "no", &record("[denied]"), Vec::new()).await.expect("an answer");
        assert_eq!((denied, count(&bench.store, "run").await), (Counted::TooLate, 0));
        let it = approvals.load(id).await.expect("read").expect("there");
        assert_eq!((it.state, it.votes.len()), (State::Expired, 1));
        assert!(approvals.waiting().await.expect("read").is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_decided_is_dropped_with_age_and_what_waits_is_not() {
    on_each(async |bench| {
        let approvals = Approvals::open(&bench.store);
        let id = keep(&approvals, 1).await;
        approvals.approve(id, &vote(1), &record("[approved]"), runs).await.expect("an answer");
        let other = Approval { job: job("r2", json!({})), ..kept(1) };
        let (waits, _) = approvals.keep(&other, |_| record("[asked]"), |_| Vec::new(), None).await.expect("kept");
        bench.clock.advance(std::time::Duration::from_secs(31 * 24 * 3600));
        bench.store.prune().await.expect("pruned");
        assert_eq!(approvals.load(id).await.expect("read"), None);
        assert!(approvals.load(waits).await.expect("read").is_some());
        let votes = sql("SELECT COUNT(*) FROM approval_vote").first(bench.store.read()).await.expect("a count");
        assert_eq!(votes.map(|row| row.int(0).expect("a number")), Some(0));
    })
    .await;
}

#[tokio::test]
async fn secrets_of_a_form_are_sealed_until_it_is_decided() {
    on_each(async |bench| {
        let key = MasterKey::parse(MasterKey::generate().expose_secret()).expect("a key");
        let vault = Vault::open(&bench.store, key).await.expect("a vault");
        let approvals = Approvals::open(&bench.store);
        let mut ids = Vec::new();
        for (at, secret) in ["canary-one", "canary-two"].into_iter().enumerate() {
            let new = Approval { job: job(&format!("sealed-{at}"), json!({})), ..kept(1) };
            let secrets = [("api_key".to_owned(), SecretString::from(secret))].into();
            let sealing = Some(Sealing { vault: &vault, secrets });
            ids.push(approvals.keep(&new, |_| record("[asked]"), |_| Vec::new(), sealing).await.expect("kept").0);
        }
        let opened = async |id: i64| {
            let secrets = approvals.secrets(&vault, id).await.expect("opened");
            secrets.get("api_key").map(|it| it.expose_secret().to_owned())
        };
        assert_eq!((opened(ids[0]).await.as_deref(), opened(ids[1]).await.as_deref()), (Some("canary-one"), Some("canary-two")));
        assert!(vault.list().await.expect("read").is_empty(), "it is no connection");
        // One approval's seal does not open another's.
        let swap = "UPDATE secret SET wrapped = (SELECT o.wrapped FROM secret o WHERE o.connection = $2), \
                    sealed = (SELECT o.sealed FROM secret o WHERE o.connection = $2) WHERE connection = $1";
        let third = Approval { job: job("sealed-2", json!({})), ..kept(1) };
        let secrets = [("api_key".to_owned(), SecretString::from("canary-three"))].into();
        let sealing = Some(Sealing { vault: &vault, secrets });
        let (id, _) = approvals.keep(&third, |_| record("[asked]"), |_| Vec::new(), sealing).await.expect("kept");
        let mut tx = bench.store.begin().await.expect("a transaction");
        sql(swap).bind(format!("approval:{id}")).bind(format!("approval:{}", ids[0])).execute(&mut tx).await.expect("swapped");
        tx.commit().await.expect("committed");
        assert!(approvals.secrets(&vault, id).await.is_err(), "it was moved from another place");

        approvals.deny(ids[0], "no", &record("[denied]"), Vec::new()).await.expect("an answer");
        assert_eq!(opened(ids[0]).await, None, "what is denied is forgotten");
        approvals.approve(ids[1], &vote(1), &record("[approved]"), Vec::new).await.expect("an answer");
        assert_eq!(opened(ids[1]).await.as_deref(), Some("canary-two"), "it is still to be run");
        approvals.forget(ids[1]).await.expect("forgotten");
        assert_eq!(opened(ids[1]).await, None);
        bench.clock.advance(std::time::Duration::from_secs(31 * 24 * 3600));
        bench.store.prune().await.expect("pruned");
        let left = sql("SELECT COUNT(*) FROM connection").first(bench.store.read()).await.expect("a count");
        assert_eq!(left.map(|row| row.int(0).expect("a number")), Some(1), "the third still waits");
    })
    .await;
}

#[test]
fn what_was_agreed_to_is_done_and_nothing_else() {
    let given = Approval { state: State::Approved, ..kept(1) };
    assert!(check(Some(&given), &given.job).is_ok());
    // The order of keys means nothing.
    let (one, other) = (json!({ "a": 1, "b": { "c": [1], "d": 2 } }), json!({ "b": { "d": 2, "c": [1] }, "a": 1 }));
    assert_eq!(digest(&job("r", one.clone())), digest(&job("r", other)));
    assert_ne!(digest(&job("r", one)), digest(&job("r", json!({ "a": 1, "b": { "c": [2], "d": 2 } }))));
    let mut changed: Vec<RunJob> =
        vec![job("r1", json!({ "issue": 43 })), job("r1", json!({})), job("r2", json!({ "issue": 42 }))];
    let mut elsewhere = given.job.clone();
    elsewhere.to.place.channel = "C2".into();
    changed.push(elsewhere);
    let mut another = given.job.clone();
    another.to.asker = "U9".into();
    changed.push(another);
    changed.push(RunJob { sealed: vec!["api_key".into()], ..given.job.clone() });
    for job in changed {
        assert_eq!(check(Some(&given), &job).expect_err("refused").kind, ErrorKind::Permission, "{job:?}");
    }
    for state in [State::Waiting, State::Denied, State::Expired] {
        assert!(check(Some(&Approval { state, ..given.clone() }), &given.job).is_err(), "{state:?}");
    }
    assert!(check(None, &given.job).is_err());
}

#[test]
fn a_rule_says_what_is_wrong_with_it() {
    let rule = Rule {
        actions: vec!["* delete".into()],
        approvers: vec!["role:operator".into()],
        count: 1,
        expires: "4h".into(),
        ask: Vec::new(),
        on: Vec::new(),
        within: Vec::new(),
    };
    let fields = |it: &Rule| it.problems().into_iter().map(|it| it.field).collect::<Vec<_>>();
    assert!(fields(&rule).is_empty());
    for expires in ["", "soon", "10s", "8d", "-4h"] {
        assert_eq!(fields(&Rule { expires: expires.into(), ..rule.clone() }), ["expires"], "{expires}");
    }
    assert_eq!(fields(&Rule { count: 0, ..rule.clone() }), ["count"]);
    assert_eq!(fields(&Rule { ask: vec!["nowhere".into()], ..rule.clone() }), ["ask.0"]);
    assert_eq!(fields(&Rule { approvers: vec!["everybody".into()], ..rule.clone() }), ["ask"]);
    assert_eq!(fields(&Rule { actions: Vec::new(), approvers: Vec::new(), ..rule }), ["actions", "approvers"]);
}
