//! What was looked up a moment ago, kept for a while, so that it is not asked for again.
//!
//! All of them are one type of `moka`'s inside, compiled once and not for each of some fifty pairs of types: it makes the program
//! several megabytes smaller, and costs an allocation for a key.

use std::{
    any::Any,
    borrow::Borrow,
    fmt,
    future::Future,
    hash::{Hash, Hasher},
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use commands::Error;
use equivalent::Equivalent;
use moka::future::Cache as Erased;

type Anything = Arc<dyn Any + Send + Sync>;
type Looking<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Values by key, the least wanted of which go when there are too many, and all after a while. Clones share them.
pub struct Cache<K, V> {
    kept: Erased<Key, Anything>,
    of: PhantomData<fn(K) -> V>,
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Cache { kept: self.kept.clone(), of: PhantomData }
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({})", self.kept.entry_count())
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> Cache<K, V> {
    /// Up to `entries`, each for `age`.
    pub fn new(entries: u64, age: Duration) -> Cache<K, V> {
        Cache::of(Erased::builder().max_capacity(entries).time_to_live(age).build())
    }

    /// Up to `entries`, each until nobody asks for it for `idle`.
    pub fn while_used(entries: u64, idle: Duration) -> Cache<K, V> {
        Cache::of(Erased::builder().max_capacity(entries).time_to_idle(idle).build())
    }

    fn of(kept: Erased<Key, Anything>) -> Cache<K, V> {
        Cache { kept, of: PhantomData }
    }

    pub async fn get<Q: Hash + Eq + Sync + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.kept.get(&Borrowed::<K, Q>::of(key) as &dyn Like).await.map(read)
    }

    pub fn contains_key<Q: Hash + Eq + Sync + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.kept.contains_key(&Borrowed::<K, Q>::of(key) as &dyn Like)
    }

    pub async fn insert(&self, key: K, value: V) {
        self.kept.insert(Key(Box::new(key)), Arc::new(value)).await;
    }

    /// Keeps `value` unless there is one; whether there was none.
    pub async fn insert_new(&self, key: K, value: V) -> bool {
        self.kept.entry(Key(Box::new(key))).or_insert(Arc::new(value)).await.is_fresh()
    }

    pub async fn invalidate<Q: Hash + Eq + Sync + ?Sized>(&self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.kept.invalidate(&Borrowed::<K, Q>::of(key) as &dyn Like).await;
    }

    /// Forgets each whose value is such; their keys.
    pub async fn invalidate_where(&self, is_such: impl Fn(&V) -> bool + Send) -> Vec<K>
    where
        K: Clone,
    {
        let such = |(key, value): (Arc<Key>, Anything)| {
            let key: &dyn Any = &*key.0;
            value.downcast_ref().is_some_and(&is_such).then(|| key.downcast_ref().cloned()).flatten()
        };
        let keys: Vec<K> = self.kept.iter().filter_map(such).collect();
        for key in &keys {
            self.invalidate(key).await;
        }
        keys
    }

    pub fn invalidate_all(&self) {
        self.kept.invalidate_all();
    }

    /// What is kept, or else what `look` finds: of those who ask at the same time one looks, and the others wait for it.
    pub async fn get_with(&self, key: K, look: impl Future<Output = V> + Send) -> V {
        let look: Looking<'_, Anything> = Box::pin(async { Arc::new(look.await) as Anything });
        read(self.kept.get_with(Key(Box::new(key)), look).await)
    }

    /// The same where looking may fail, which is not kept.
    ///
    /// # Errors
    /// That of `look`, for all who waited.
    pub async fn try_get_with<E: Send + Sync + 'static>(
        &self,
        key: K,
        look: impl Future<Output = Result<V, E>> + Send,
    ) -> Result<V, Arc<E>> {
        let look: Looking<'_, Result<Anything, Anything>> = Box::pin(async {
            match look.await {
                Ok(value) => Ok(Arc::new(value) as Anything),
                Err(err) => Err(Arc::new(err) as Anything),
            }
        });
        let found = self.kept.try_get_with(Key(Box::new(key)), look).await;
        found.map(read).map_err(|err| Anything::clone(&err).downcast().unwrap_or_else(|_| unreachable!("errors of one look")))
    }

    /// What is kept, or else what a system answers: when a thousand ask at the same time, it is asked once.
    ///
    /// # Errors
    /// That of `ask`, for all who waited; it is not kept.
    pub async fn or_ask(&self, key: K, ask: impl Future<Output = Result<V, Error>> + Send) -> Result<V, Error> {
        self.try_get_with(key, ask).await.map_err(|err| Error::clone(&err))
    }

    /// The same for what may not be there, which is not kept either: somebody who was added just now is found.
    ///
    /// # Errors
    /// Those of [`Cache::or_ask`].
    pub async fn or_ask_for(
        &self,
        key: K,
        ask: impl Future<Output = Result<Option<V>, Error>> + Send,
    ) -> Result<Option<V>, Error> {
        let found = self.try_get_with(key, async { ask.await.map_err(Some)?.ok_or(None) }).await;
        match found {
            Ok(value) => Ok(Some(value)),
            Err(none) => none.as_ref().clone().map_or(Ok(None), Err),
        }
    }
}

/// Only values of this type are ever put in.
fn read<V: Clone + 'static>(value: Anything) -> V {
    value.downcast_ref::<V>().cloned().unwrap_or_else(|| unreachable!("values of one type"))
}

trait AnyKey: Any + Send + Sync {
    fn digest(&self, state: &mut dyn Hasher);
    fn is(&self, other: &dyn Any) -> bool;
}

impl<K: Hash + Eq + Send + Sync + 'static> AnyKey for K {
    fn digest(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<K>().is_some_and(|it| it == self)
    }
}

struct Key(Box<dyn AnyKey>);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.digest(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.is(other)
    }
}

impl Eq for Key {}

/// What a key may be looked for by: `str` for `String`, as [`Borrow`] says.
trait Like: Sync {
    fn digest(&self, state: &mut dyn Hasher);
    fn is(&self, key: &Key) -> bool;
}

struct Borrowed<'a, K, Q: ?Sized>(&'a Q, PhantomData<fn(K)>);

impl<'a, K, Q: ?Sized> Borrowed<'a, K, Q> {
    fn of(key: &'a Q) -> Self {
        Borrowed(key, PhantomData)
    }
}

impl<K: Borrow<Q> + 'static, Q: Hash + Eq + Sync + ?Sized> Like for Borrowed<'_, K, Q> {
    fn digest(&self, mut state: &mut dyn Hasher) {
        self.0.hash(&mut state);
    }

    fn is(&self, key: &Key) -> bool {
        let key: &dyn Any = &*key.0;
        key.downcast_ref::<K>().is_some_and(|it| it.borrow() == self.0)
    }
}

impl Hash for dyn Like + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest(state);
    }
}

impl Equivalent<Key> for dyn Like + '_ {
    fn equivalent(&self, key: &Key) -> bool {
        self.is(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn what_is_kept_is_found_by_its_key_and_by_what_that_borrows_as() {
        let texts: Cache<String, u32> = Cache::new(100, LONG);
        texts.insert("a".into(), 1).await;
        assert_eq!((texts.get("a").await, texts.get("b").await), (Some(1), None));
        assert!(texts.contains_key("a") && !texts.contains_key("b"));
        texts.insert("a".into(), 2).await;
        assert_eq!(texts.clone().get(&"a".to_owned()).await, Some(2), "a clone has the same");
        texts.invalidate("a").await;
        assert_eq!(texts.get("a").await, None);

        let pairs: Cache<(u64, String), Arc<str>> = Cache::while_used(100, LONG);
        assert!(pairs.insert_new((1, "x".into()), "first".into()).await);
        assert!(!pairs.insert_new((1, "x".into()), "second".into()).await);
        assert_eq!(pairs.get(&(1, "x".to_owned())).await.as_deref(), Some("first"));
        assert_eq!(pairs.invalidate_where(|it| it.starts_with("sec")).await, []);
        assert_eq!(pairs.invalidate_where(|it| it.starts_with("fir")).await, [(1, "x".to_owned())]);
        assert!(pairs.insert_new((1, "x".into()), "third".into()).await);
        pairs.invalidate_all();
        assert_eq!(pairs.get(&(1, "x".to_owned())).await, None);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_have_one_look_and_a_failure_is_not_kept() {
        let kept: Cache<u64, String> = Cache::new(100, LONG);
        let looks = std::sync::atomic::AtomicU32::new(0);
        let look = async |answer: Result<&str, &'static str>| {
            tokio::task::yield_now().await;
            looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            answer.map(str::to_owned)
        };
        let (one, two) = tokio::join!(kept.try_get_with(7, look(Err("no"))), kept.try_get_with(7, look(Err("no"))));
        assert_eq!((one.map_err(|it| *it), two.map_err(|it| *it)), (Err("no"), Err("no")));
        assert_eq!(looks.swap(0, std::sync::atomic::Ordering::Relaxed), 1, "the second waited for the first");
        let (one, two) = tokio::join!(kept.try_get_with(7, look(Ok("yes"))), kept.try_get_with(7, look(Ok("later"))));
        assert_eq!((one.expect("found"), two.expect("found")), ("yes".to_owned(), "yes".to_owned()));
        assert_eq!(kept.get_with(7, async { "later".into() }).await, "yes");
        assert_eq!(looks.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_thousand_who_miss_the_same_ask_once_for_it() {
        let kept: Cache<u64, String> = Cache::new(100, LONG);
        let asked = std::sync::atomic::AtomicU32::new(0);
        let ask = async |answer: Result<Option<&str>, Error>| {
            tokio::task::yield_now().await;
            asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(answer?.map(str::to_owned))
        };
        let all = async |answer: Result<Option<&'static str>, Error>| {
            let found = futures::future::join_all((0..1_000).map(|_| kept.or_ask_for(7, ask(answer.clone())))).await;
            let times = asked.swap(0, std::sync::atomic::Ordering::Relaxed);
            assert!(found.iter().all(|it| *it == found[0]), "all have the same");
            (found.into_iter().next().expect("a thousand"), times)
        };
        let down = Error::new(commands::ErrorKind::Network, "It is down.");
        assert_eq!(all(Err(down.clone())).await, (Err(down), 1));
        assert_eq!(all(Ok(None)).await, (Ok(None), 1), "neither a failure is kept");
        assert_eq!(all(Ok(Some("ana"))).await, (Ok(Some("ana".into())), 1), "nor that there is none");
        assert_eq!(all(Ok(Some("ben"))).await, (Ok(Some("ana".into())), 0));
        assert_eq!(kept.or_ask(7, async { Ok("ben".into()) }).await, Ok("ana".into()));
    }
}
