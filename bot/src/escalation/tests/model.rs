//! Whatever happens, against an interpreter that knows nothing of databases.

use std::collections::VecDeque;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::*;

/// What happens to an escalation.
#[derive(Clone, Debug)]
enum Happens {
    Wait(u64),
    Further,
    Acknowledged,
}

#[derive(Clone, Debug)]
struct Case {
    /// For each step: how long it waits, in minutes, and whether it counts.
    steps: Vec<(u64, bool)>,
    repeat: u32,
    happens: Vec<Happens>,
}

fn case() -> impl Strategy<Value = Case> {
    let happens = prop_oneof![
        12 => (1_u64..900).prop_map(Happens::Wait),
        2 => Just(Happens::Further),
        1 => Just(Happens::Acknowledged),
    ];
    let step = (0_u64..8, prop::bool::weighted(0.8));
    (prop::collection::vec(step, 1..4), 0_u32..3, prop::collection::vec(happens, 1..14))
        .prop_map(|(steps, repeat, happens)| Case { steps, repeat, happens })
}

/// When which step fires, told by a list of all that there is to do; `9` is the last resort.
fn naive(case: &Case) -> Vec<(u64, usize)> {
    let all = |_| case.steps.iter().enumerate().filter(|(_, (_, counts))| *counts).map(|(at, (wait, _))| (at, wait * 60));
    let mut left: VecDeque<(usize, u64)> = (0..=case.repeat).flat_map(all).collect();
    left.push_back((9, u64::MAX));
    let (mut now, mut due, mut fired) = (0, 0, Vec::new());
    for it in std::iter::once(&Happens::Wait(0)).chain(&case.happens) {
        match it {
            Happens::Wait(seconds) => now += seconds,
            Happens::Further => due = now,
            Happens::Acknowledged => break,
        }
        while due <= now
            && let Some((step, wait)) = left.pop_front()
        {
            fired.push((now, step));
            due = now.saturating_add(wait);
        }
    }
    fired
}

#[tokio::test]
async fn whatever_happens_the_steps_are_those_of_a_naive_interpreter() {
    on_each(async |bench| {
        let world = World::new(&bench).await;
        let mut runner = TestRunner::deterministic();
        for nth in 0..40 {
            let mut case = case().new_tree(&mut runner).expect("a case").current();
            // After its end an escalation that is asked for more begins anew, which the list does not know.
            let whole = naive(&case);
            if whole.last().is_some_and(|it| it.1 == 9) {
                case.happens.retain(|it| !matches!(it, Happens::Further));
            }
            let expected = naive(&case);
            let steps: Vec<String> = case
                .steps
                .iter()
                .enumerate()
                .map(|(at, (wait, counts))| {
                    let severity = if *counts { "info" } else { "critical" };
                    format!("sms:+4179000010{at} wait={wait}m severity={severity}")
                })
                .collect();
            world.set_policy(&steps.iter().map(String::as_str).collect::<Vec<_>>(), case.repeat, &["sms:+41790000109"]).await;
            let begin = bench.store.now();
            world.begin().await;
            world.look().await;
            for it in &case.happens {
                match it {
                    Happens::Wait(seconds) => bench.clock.advance(Duration::from_secs(*seconds)),
                    Happens::Further => {
                        let mut tx = bench.store.begin().await.expect("a transaction");
                        world.app.escalate_further(&mut tx, world.alert.get()).await.expect("more help");
                        tx.commit().await.expect("committed");
                    }
                    Happens::Acknowledged => {
                        world.acknowledge().await;
                        bench.clock.advance(Duration::from_secs(100_000));
                    }
                }
                world.look().await;
                if matches!(it, Happens::Acknowledged) {
                    break;
                }
            }
            let pages = world.app.pages(world.alert.get()).await.expect("pages");
            let fired: Vec<(u64, usize)> = pages
                .iter()
                .map(|it| {
                    let at = it.due.duration_since(begin).as_secs().unsigned_abs();
                    (at, it.to.address().chars().last().and_then(|it| it.to_digit(10)).expect("a digit") as usize)
                })
                .collect();
            assert_eq!(fired, expected, "case {nth}: {case:?}");
        }
    })
    .await;
}
