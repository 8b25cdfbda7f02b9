//! What happens next: a chance of each thing that can happen, and an end at which all is well.

use std::time::Duration;

use anyhow::ensure;
use jiff::Timestamp;
use rand::RngExt;

use super::{
    model::{Place, SCHEDULES},
    world::World,
    write::Ask,
};
use crate::queue::{
    Outcome, Writes,
    claim::Fate,
    store::{Fence, behind},
    writer::Inherited,
};

/// Rounds in which all that was accepted must have come to its end.
const ROUNDS: usize = 400;

pub async fn all(world: &mut World) -> anyhow::Result<()> {
    let started = world.now();
    for _ in 0..world.rng.random_range(30..=90) {
        if world.chance(10) {
            break_it(world).await?;
        }
        one(world).await?;
    }
    get_well(world, started).await
}

/// Where the queue is to be broken.
async fn break_it(world: &mut World) -> anyhow::Result<()> {
    if let Some(flaw) = world.flaw {
        world.tell(format!("the queue is broken: {flaw:?}"));
        flaw.strike(&world.store).await?;
    }
    Ok(())
}

async fn one(world: &mut World) -> anyhow::Result<()> {
    let awake: Vec<usize> = (0..world.bots.len()).filter(|it| !world.bots[*it].frozen).collect();
    let frozen: Vec<usize> = (0..world.bots.len()).filter(|it| world.bots[*it].frozen).collect();
    if awake.is_empty() {
        return thaw(world, frozen[0]).await;
    }
    let nth = world.one_of(&awake);
    match world.rng.random_range(0..100) {
        0..52 => {
            let asks = asks(world, nth).await?;
            let free = world.rng.random_range(0..=5);
            world.write(nth, asks, free).await
        }
        52..76 => {
            go_on(world);
            Ok(())
        }
        76..84 => world.schedules(nth).await,
        84..90 => world.operate().await,
        90..93 => {
            let gone = world.bots.remove(nth);
            world.tell(format!("{} is killed", gone.boot));
            // On SQLite the next one knows that nobody else is there.
            let inherited = if world.bots.is_empty() { Inherited::Yes } else { Inherited::No };
            world.hire(inherited).await
        }
        93..97 => {
            world.bots[nth].frozen = true;
            let name = world.bots[nth].boot.clone();
            world.tell(format!("{name} is frozen"));
            if world.chance(70) {
                let by = Duration::from_secs(world.rng.random_range(25..60));
                turn(world, by);
            }
            Ok(())
        }
        _ if !frozen.is_empty() => thaw(world, frozen[0]).await,
        _ if world.bots.len() < 4 => world.hire(Inherited::No).await,
        _ => Ok(()),
    }
}

/// It goes on where it stood, not knowing that time has passed.
async fn thaw(world: &mut World, nth: usize) -> anyhow::Result<()> {
    world.bots[nth].frozen = false;
    let name = world.bots[nth].boot.clone();
    world.tell(format!("{name} goes on"));
    let mut asks = Vec::new();
    for claimed in 0..world.claimed(nth).len() {
        let fence = world.claimed(nth)[claimed].fence();
        asks.push(if world.chance(30) { Ask::Sending(fence) } else { Ask::End(claimed, outcome(world)) });
    }
    world.write(nth, asks, 1).await
}

async fn asks(world: &mut World, nth: usize) -> anyhow::Result<Vec<Ask>> {
    let mut asks = Vec::new();
    if world.chance(40) {
        let key = world.rng.random_range(0..200).to_string();
        let jobs = world.jobs(4);
        asks.push(Ask::Accept { key, jobs });
    }
    let mut idle: Vec<Fence> = Vec::new();
    for claimed in 0..world.claimed(nth).len() {
        let (fence, fate) = (world.claimed(nth)[claimed].fence(), world.claimed(nth)[claimed].fate);
        match world.rng.random_range(0..10) {
            0..4 => asks.push(Ask::End(claimed, outcome(world))),
            4 if fate == Fate::NotSent => asks.push(Ask::Sending(fence)),
            _ => idle.push(fence),
        }
    }
    if world.chance(40) {
        // Also of what ends at this moment, and of what it has lost.
        let bot = &world.bots[nth];
        let fences = bot.at_work.iter().map(crate::queue::claim::Claimed::fence).chain(bot.stale.iter().rev().take(2).copied());
        asks.push(Ask::Heartbeat(fences.collect()));
    }
    if let Some(fence) = idle.first().copied() {
        if world.chance(10) {
            asks.push(Ask::Release(idle));
        } else if world.chance(10)
            && let Some(claimed) = world.claimed(nth).iter().find(|it| it.fence() == fence)
            && let Some(lane) = claimed.job.lane.clone()
        {
            let payload = claimed.job.payload.clone();
            let others = behind(&lane, fence.id, 3).all(world.store.read()).await?;
            let others = others.iter().map(|row| row.int(0)).collect::<sqlx::Result<_>>()?;
            asks.push(Ask::Fold { fence, others, payload });
        }
    }
    match world.rng.random_range(0..5) {
        0 => asks.push(Ask::Look),
        1 => asks.push(Ask::GoOn),
        2 | 3 => asks.push(Ask::Scan),
        _ => (),
    }
    if asks.is_empty() {
        asks.push(Ask::Look);
    }
    Ok(asks)
}

fn outcome(world: &mut World) -> Outcome {
    let jobs = if world.chance(30) { world.jobs(2) } else { Vec::new() };
    let writes = Writes { jobs, ..Writes::default() };
    let (after, reason) = (world.some_time(), String::from("so it is"));
    match world.rng.random_range(0..100) {
        0..40 => Outcome::Done(writes),
        40..60 => Outcome::Retry { after: Some(after), reason, writes },
        60..75 => Outcome::Snooze { after, reason, writes },
        75..85 => Outcome::Ambiguous { after, reason, writes },
        85..90 => Outcome::Cancel { reason, writes },
        _ => Outcome::Dead { reason, writes },
    }
}

fn turn(world: &mut World, by: Duration) {
    world.clock.set(world.now() + by);
    world.tell(format!("{by:?} pass"));
}

fn go_on(world: &mut World) {
    let moments = world.model.moments(world.now());
    if !moments.is_empty() && world.chance(40) {
        let at: Timestamp = world.one_of(&moments[..moments.len().min(4)]);
        let off = world.rng.random_range(-1..=1);
        let at = Timestamp::from_microsecond(at.as_microsecond() + off).expect("a time").max(world.now());
        world.clock.set(at);
        world.tell("it is that late".into());
    } else {
        let days = world.chance(4).then(|| Duration::from_hours(world.rng.random_range(12..80)));
        let by = days.unwrap_or_else(|| world.some_time());
        turn(world, by);
    }
}

/// All bots are well, and do what there is: what was accepted comes to its end.
async fn get_well(world: &mut World, started: Timestamp) -> anyhow::Result<()> {
    world.tell("all are well".into());
    for nth in 0..world.bots.len() {
        if world.bots[nth].frozen {
            thaw(world, nth).await?;
        }
    }
    turn(world, Duration::from_hours(2));
    for nth in 0..world.bots.len() {
        // What was found before is fired, then all that is due by now.
        for _ in 0..3 {
            world.schedules(nth).await?;
            break_it(world).await?;
        }
    }
    let now = world.now();
    for (name, _, period, skips) in SCHEDULES {
        let latest = Timestamp::from_second(now.as_second() / period * period)?;
        let fired = world.model.fired.get(name).copied();
        ensure!(skips || latest <= started || fired == Some(latest), "{name} fired {fired:?} and not {latest}");
    }
    for _ in 0..ROUNDS {
        if world.model.live().next().is_none() {
            return Ok(());
        }
        let mut busy = false;
        for nth in 0..world.bots.len() {
            let fences = world.claimed(nth).iter().map(crate::queue::claim::Claimed::fence).collect();
            world.write(nth, vec![Ask::Heartbeat(fences), Ask::Scan], 50).await?;
            let ends: Vec<Ask> = (0..world.claimed(nth).len()).map(|it| Ask::End(it, Outcome::Done(Writes::default()))).collect();
            busy |= !ends.is_empty();
            world.write(nth, ends, 0).await?;
        }
        let moments = world.model.moments(world.now());
        match moments.first() {
            Some(at) if !busy => {
                world.clock.set(*at);
                world.tell("nothing is to be done until then".into());
            }
            _ => turn(world, Duration::from_secs(1)),
        }
    }
    let left: Vec<(i64, &Place)> = world.model.live().map(|(id, it)| (id, &it.place)).collect();
    anyhow::bail!("these never come to their end: {left:?}")
}
