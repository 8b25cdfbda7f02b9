//! Values for pickers, kept.
//!
//! A chat waits three seconds for a picker's values, and a system may be slow or away. So what it
//! answered is kept for a day: for a minute it is as good as new, after that it is asked for again
//! while the old list stands in where the answer takes long, and says its age where it is old.
//! People see different things, so that each person's lists are their own.

use std::{sync::Arc, time::Duration};

use commands::{Choice, Error, ErrorKind, Result};
use connectors::cache::Cache;
use connectors::trace::Span;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::matching;

/// As good as new for so long.
const FRESH: Duration = Duration::from_secs(60);
/// From when on an old list says how old it is.
const OLD: Duration = Duration::from_secs(600);
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long an answer is waited for where there is nothing else to show, and where there is.
const PATIENCE: Duration = Duration::from_millis(2_000);
const HASTE: Duration = Duration::from_millis(400);
/// How long the system is asked in the background.
const EFFORT: Duration = Duration::from_secs(20);

/// What a picker shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    pub choices: Vec<Choice>,
    /// What is to be known about them, or why there are none: `Redmine does not answer …`.
    pub remark: Option<String>,
}

/// The lists of all look-ups. Cheap to clone.
#[derive(Clone)]
pub struct Choices {
    kept: Cache<String, Kept>,
    asking: Cache<String, Asked>,
}

#[derive(Clone)]
struct Kept {
    choices: Arc<Vec<Choice>>,
    at: Instant,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices {
            kept: Cache::new(10_000, KEPT),
            // An answer is taken out when it is there; what a race leaves here goes by itself.
            asking: Cache::new(10_000, Duration::from_secs(5)),
        }
    }
}

/// What a picker wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub connection: String,
    /// As people call the system.
    pub title: String,
    pub lookup: String,
    pub typed: String,
    /// The other values that the list goes by.
    pub given: Map<String, Value>,
    /// Who asks, as one word.
    pub whose: String,
}

impl Wanted {
    fn key(&self, typed: &str) -> String {
        let given = serde_json::to_string(&self.given).unwrap_or_default();
        [&self.connection, &self.lookup, &self.whose, typed, &given].map(|it| it.replace('\n', " ")).join("\n")
    }
}

type Asked = Shared<BoxFuture<'static, Result<Arc<Vec<Choice>>>>>;

impl Choices {
    /// The values that are `wanted`, within two and a half seconds; `look` asks the system for them.
    pub async fn offer(&self, wanted: &Wanted, look: impl FnOnce() -> BoxFuture<'static, Result<Vec<Choice>>> + Send) -> Offer {
        let own = wanted.key(&wanted.typed);
        let kept = self.kept.get(&own).await;
        if let Some(kept) = kept.as_ref().filter(|it| it.at.elapsed() < FRESH) {
            return Offer { choices: kept.choices.to_vec(), remark: None };
        }
        let asked = self.ask(own, wanted, look).await;
        let patience = if kept.is_some() { HASTE } else { PATIENCE };
        let failure = match tokio::time::timeout(patience, asked).await {
            Ok(Ok(choices)) => return Offer { choices: choices.to_vec(), remark: None },
            Ok(Err(err)) => Some(err),
            Err(_) => None,
        };
        // What the system refuses the person is not shown from memory.
        if let Some(err) = failure.as_ref().filter(|it| !it.is_temporary()) {
            return Offer { choices: Vec::new(), remark: Some(err.message.clone()) };
        }
        let title = &wanted.title;
        let old = match kept {
            Some(kept) => Some((kept.choices.to_vec(), kept.at)),
            None => self.kept.get(&wanted.key("")).await.map(|it| (matching(&it.choices, &wanted.typed), it.at)),
        };
        match old {
            Some((choices, at)) => {
                let is_old = failure.is_some() || at.elapsed() >= OLD;
                let remark = is_old.then(|| format!("{title} does not answer: as of {} ago", age(at.elapsed())));
                Offer { choices, remark }
            }
            None => Offer { choices: Vec::new(), remark: Some(format!("{title} does not answer now. Try again in a moment.")) },
        }
    }

    /// Asks the system, once for all who want the same at the same time, and goes on asking when nobody waits any more.
    #[expect(clippy::async_yields_async, reason = "what is kept is the wait itself: all who want the same share it")]
    async fn ask(
        &self,
        key: String,
        wanted: &Wanted,
        look: impl FnOnce() -> BoxFuture<'static, Result<Vec<Choice>>> + Send,
    ) -> Asked {
        let start = async {
            let Choices { kept, asking } = self.clone();
            let (key, asked) = (key.clone(), look());
            let (connection, lookup) = (wanted.connection.clone(), wanted.lookup.clone());
            let here = Span::here();
            let task = tokio::spawn(async move {
                let answer = tokio::time::timeout(EFFORT, here.around(asked)).await;
                let answer = answer.unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, "It took too long.")));
                let answer = answer.map(Arc::new);
                match &answer {
                    Ok(choices) => kept.insert(key.clone(), Kept { choices: choices.clone(), at: Instant::now() }).await,
                    Err(err) => tracing::warn!(%connection, "No {lookup} can be offered: {err}"),
                }
                asking.invalidate(&key).await;
                answer
            });
            let asked = async move { task.await.unwrap_or_else(|_| Err(Error::internal("The look-up broke off."))) };
            let asked: Asked = asked.boxed().shared();
            asked
        };
        self.asking.get_with(key.clone(), start).await
    }
}

/// `5 min`, `3 h`.
fn age(age: Duration) -> String {
    match age.as_secs() / 60 {
        0 => "a moment".into(),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes => format!("{} h", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    /// What a system answers, after how long, and how often it was asked.
    struct World {
        choices: Choices,
        asked: Arc<AtomicU32>,
        answers: Arc<Mutex<Result<Vec<Choice>>>>,
        takes: Duration,
    }

    fn world(takes: Duration) -> World {
        let all = vec![Choice::new("demo", "Demo"), Choice::new("apollo", "Apollo")];
        World { choices: Choices::default(), asked: Arc::default(), answers: Arc::new(Mutex::new(Ok(all))), takes }
    }

    impl World {
        async fn offer(&self, typed: &str, whose: &str) -> (Vec<String>, Option<String>) {
            let wanted = Wanted {
                connection: "redmine".into(),
                title: "Redmine".into(),
                lookup: "project".into(),
                typed: typed.into(),
                given: Map::new(),
                whose: whose.into(),
            };
            let (asked, answers, takes) = (self.asked.clone(), self.answers.clone(), self.takes);
            let typed = typed.to_owned();
            let look = move || {
                async move {
                    let count = asked.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(takes).await;
                    let all = answers.lock().expect("no test holds it").clone()?;
                    let counted = all.into_iter().map(|it| Choice::new(it.value, format!("{} {count}", it.label)));
                    Ok(matching(&counted.collect::<Vec<_>>(), &typed))
                }
                .boxed()
            };
            let offer = self.choices.offer(&wanted, look).await;
            (offer.choices.into_iter().map(|it| it.label).collect(), offer.remark)
        }

        fn fails(&self, kind: ErrorKind) {
            *self.answers.lock().expect("no test holds it") = Err(Error::new(kind, "Your account is locked."));
        }

        fn asked(&self) -> u32 {
            self.asked.load(Ordering::SeqCst)
        }
    }

    fn labels(labels: &[&str]) -> (Vec<String>, Option<String>) {
        (labels.iter().map(|it| (*it).to_owned()).collect(), None)
    }

    #[tokio::test(start_paused = true)]
    async fn a_fresh_list_is_not_asked_for_again_and_each_person_has_their_own() {
        let world = world(Duration::from_millis(100));
        assert_eq!(world.offer("", "ana").await, labels(&["Demo 0", "Apollo 0"]));
        assert_eq!(world.offer("", "ana").await, labels(&["Demo 0", "Apollo 0"]));
        assert_eq!(world.offer("", "ben").await, labels(&["Demo 1", "Apollo 1"]));
        // Two who want the same at once ask once.
        let (one, other) = tokio::join!(world.offer("de", "ana"), world.offer("de", "ana"));
        assert_eq!((&one, one == other, world.asked()), (&labels(&["Demo 2"]), true, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_list_stands_in_while_the_new_one_is_fetched() {
        let world = world(Duration::from_secs(4));
        let start = Instant::now();
        let (found, remark) = world.offer("", "ana").await;
        assert_eq!((found.len(), remark.as_deref()), (0, Some("Redmine does not answer now. Try again in a moment.")));
        assert!(start.elapsed() < Duration::from_millis(2_500), "a chat waits three seconds");
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(world.offer("", "ana").await, labels(&["Demo 0", "Apollo 0"]), "it came meanwhile");
        tokio::time::sleep(FRESH).await;
        assert_eq!(world.offer("", "ana").await, labels(&["Demo 0", "Apollo 0"]), "the old one, at once");
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(world.offer("", "ana").await, labels(&["Demo 1", "Apollo 1"]), "and then the new one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_system_that_is_down_leaves_what_was_there_with_its_age() {
        let world = world(Duration::from_millis(10));
        world.offer("", "ana").await;
        world.fails(ErrorKind::Network);
        tokio::time::sleep(Duration::from_secs(300)).await;
        let (found, remark) = world.offer("", "ana").await;
        assert_eq!((found.len(), remark.as_deref()), (2, Some("Redmine does not answer: as of 5 min ago")));
        // What was never typed before is found in the list of all.
        let (found, remark) = world.offer("apo", "ana").await;
        let told = Some("Redmine does not answer: as of 5 min ago");
        assert_eq!((found, remark.as_deref()), (vec!["Apollo 0".to_owned()], told));
        assert!(world.offer("", "ben").await.0.is_empty(), "what Ana sees is not Ben's to see");
    }

    #[tokio::test(start_paused = true)]
    async fn who_may_not_see_it_any_more_does_not() {
        let world = world(Duration::from_millis(10));
        world.offer("", "ana").await;
        world.fails(ErrorKind::Permission);
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(world.offer("", "ana").await, (Vec::new(), Some("Your account is locked.".into())));
    }
}
