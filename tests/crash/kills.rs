//! Kill -9 at random moments, under load, with far ends and a database that have bad days.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use tokio::{sync::Notify, time::Instant};

use crate::{
    bot::Bot,
    chance::Chance,
    database::Database,
    far_ends::{FarEnds, Weather},
    journal::Journal,
    oracle::{self, Repeats, Verdict, Wrong},
    postgres::Server,
    sender::Sender,
};

/// How long the queue may stay as long as it is once everything is well again: more than what is waited for after a
/// quarter of an hour of failures.
const PATIENCE: Duration = Duration::from_secs(1800);
/// Longer than the lease of a job.
const FROZEN: Duration = Duration::from_secs(36);

pub struct Run<'a> {
    pub binary: &'a Path,
    pub folder: &'a Path,
    pub database: Database,
    /// The server of the database, when that is to have bad days too.
    pub server: Option<Arc<Server>>,
    pub seed: u64,
    pub kills: u32,
    /// Requests a second.
    pub rate: u32,
    pub bots: Bots,
    pub repeats: Repeats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bots {
    One,
    /// A second one on the same database, which is frozen for longer than its leases, and goes on.
    AndAZombie,
}

impl Run<'_> {
    /// Does it, and judges.
    pub async fn judge(&self) -> anyhow::Result<(Verdict, Arc<Journal>)> {
        let journal = Arc::new(Journal::new());
        let far_ends = Arc::new(FarEnds::start(&journal, self.seed).await?);
        let client = tests::client();
        let store = self.database.url();
        let mut bot = Bot::new(self.binary, self.folder.join("a"), &store, &far_ends)?;
        bot.run(&client).await?;
        let mut zombie = None;
        let mut urls = vec![bot.url.clone()];
        if self.bots == Bots::AndAZombie {
            let mut second = Bot::new(self.binary, self.folder.join("b"), &store, &far_ends)?;
            second.run(&client).await?;
            urls.push(second.url.clone());
            zombie = Some(second);
        }

        let sender = Arc::new(Sender::new(client.clone(), urls, far_ends.slack.url.clone(), journal.clone()));
        let sending = tokio::spawn(sender.clone().run(self.rate, self.seed));
        let weather = tokio::spawn(weather(far_ends.clone(), self.seed));
        let enough = Arc::new(Notify::new());
        let outages = self.server.clone().map(|server| tokio::spawn(outages(server, journal.clone(), self.seed, enough.clone())));
        let thaw = async {
            if let Some(zombie) = &mut zombie {
                freeze(zombie, &journal).await?;
            }
            anyhow::Ok(())
        };
        let (killed, thawed) = tokio::join!(self.kill(&mut bot, &client, &journal), thaw);

        weather.abort();
        far_ends.clear();
        enough.notify_one();
        if let Some(outages) = outages {
            outages.await??;
        }
        killed?;
        thawed?;
        bot.kill().await?;
        journal.disturbed("the last kill -9; from here on all is well");
        bot.run(&client).await?;
        sender.stop();
        sending.await?;
        self.drain(&journal, &mut bot).await?;
        bot.stop().await?;
        if let Some(mut zombie) = zombie {
            zombie.stop().await?;
        }
        for event in self.database.left().await?.into_iter().chain(self.database.buried().await?) {
            journal.note(event);
        }
        Ok((journal.read(|log| oracle::judge(log, self.repeats)), journal))
    }

    async fn kill(&self, bot: &mut Bot, client: &reqwest::Client, journal: &Journal) -> anyhow::Result<()> {
        let mut chance = Chance::new(self.seed, "killer");
        for nth in 1..=self.kills {
            // Now and then while it starts, else under load.
            if chance.below(100) < 15 {
                tokio::time::sleep(chance.millis(0..300)).await;
            } else {
                let _ = bot.is_ready(client, Duration::from_secs(15)).await?;
                tokio::time::sleep(chance.millis(20..1300)).await;
            }
            // Without its database it may refuse to start, as long as that is what is wrong.
            if let Some(status) = bot.ended()? {
                anyhow::ensure!(self.server.is_some(), "bellhop ended by itself with {status}:\n{}", bot.last_words());
                journal.disturbed(format!("bellhop ended by itself with {status}"));
            }
            bot.kill().await?;
            journal.disturbed(format!("kill -9, the {nth}."));
            if chance.one_in(3) {
                tokio::time::sleep(chance.millis(0..500)).await;
            }
            bot.start()?;
            if nth % 50 == 0 {
                println!("{nth} kills: {}", journal.read(|log| oracle::judge(log, self.repeats)).figures);
            }
        }
        // It may be waiting for its database.
        while !bot.is_ready(client, Duration::from_secs(15)).await? {
            if bot.ended()?.is_some() {
                anyhow::ensure!(self.server.is_some(), "bellhop ended by itself:\n{}", bot.last_words());
                bot.start()?;
            }
        }
        Ok(())
    }

    /// Waits until nothing that was acknowledged is outstanding.
    async fn drain(&self, journal: &Journal, bot: &mut Bot) -> anyhow::Result<()> {
        let (mut end, mut fewest) = (Instant::now() + PATIENCE, usize::MAX);
        let mut looks = tokio::time::interval(Duration::from_millis(500));
        loop {
            looks.tick().await;
            anyhow::ensure!(bot.ended()?.is_none(), "bellhop ended by itself:\n{}", bot.last_words());
            let left = self.database.left().await?;
            if left.is_empty() {
                return Ok(());
            }
            // A queue that becomes shorter is waited for, however long it is.
            if left.len() < fewest {
                (end, fewest) = (Instant::now() + PATIENCE, left.len());
            }
            if Instant::now() > end {
                let lost = journal.read(|log| oracle::judge(log, self.repeats)).faults;
                let lost = lost.iter().filter(|it| matches!(it.wrong, Wrong::Lost(_))).count();
                println!("{} jobs are left, no fewer in {PATIENCE:?}, and {lost} owed: {:#?}", left.len(), left.first());
                return Ok(());
            }
        }
    }
}

/// Bad days of the far ends, one at a time or several at once.
async fn weather(far_ends: Arc<FarEnds>, seed: u64) {
    let mut chance = Chance::new(seed, "weather");
    loop {
        tokio::time::sleep(chance.millis(300..2500)).await;
        let far_end = far_ends.all()[usize::try_from(chance.below(3)).unwrap_or_default()];
        far_end.set(chance.pick(&Weather::ALL[1..]));
        tokio::time::sleep(chance.millis(100..1200)).await;
        if !chance.one_in(4) {
            far_ends.clear();
        }
    }
}

/// Bad days of the database.
async fn outages(server: Arc<Server>, journal: Arc<Journal>, seed: u64, enough: Arc<Notify>) -> anyhow::Result<()> {
    let mut chance = Chance::new(seed, "outages");
    loop {
        tokio::select! {
            () = tokio::time::sleep(chance.millis(3000..9000)) => {}
            () = enough.notified() => return Ok(()),
        }
        let (kind, pause) = (chance.below(4), chance.millis(500..6000));
        let (server, journal) = (server.clone(), journal.clone());
        // Blocking commands.
        let outage = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            match kind {
                0 => {
                    journal.disturbed("PostgreSQL crashes");
                    server.restart("immediate")?;
                    journal.disturbed("PostgreSQL is back");
                }
                1 => {
                    journal.disturbed("PostgreSQL is restarted");
                    server.restart("fast")?;
                    journal.disturbed("PostgreSQL is back");
                }
                _ => {
                    journal.disturbed(format!("PostgreSQL is cut off for {pause:?}"));
                    server.cut_off()?;
                    std::thread::sleep(pause);
                    server.reconnect()?;
                    journal.disturbed("PostgreSQL can be reached again");
                }
            }
            Ok(())
        });
        outage.await.context("an outage")??;
    }
}

/// Stops a bot for longer than its leases, and lets it go on: what it then writes must not count.
async fn freeze(zombie: &mut Bot, journal: &Journal) -> anyhow::Result<()> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    zombie.signal("STOP").await?;
    journal.disturbed("the second bot is frozen");
    tokio::time::sleep(FROZEN).await;
    zombie.signal("CONT").await?;
    journal.note(oracle::Event::Thawed);
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}
