//! Tokens that end: fetched once for all who wait, a little before the last one ends.

use std::time::Duration;

use commands::{BoxFuture, Result, param::Secret};
use tokio::{sync::Mutex, time::Instant};

use super::Credentials;

/// A token that is this close to its end is not used any more: the request has to arrive as well.
const EARLY: Duration = Duration::from_secs(60);

/// What a token is fetched by.
type Fetch = Box<dyn Fn() -> BoxFuture<'static, Result<Token>> + Send + Sync>;

/// A token, as it was given out.
pub struct Token {
    pub secret: Secret,
    /// How long it is good from now; none when it does not say, or does not end.
    pub lasts: Option<Duration>,
}

/// Bearer tokens (RFC 6750), the next of which is fetched when the last one ends or is refused.
pub struct Tokens {
    fetch: Fetch,
    /// Locked while one is fetched, so that all who need it wait for the same.
    held: Mutex<Option<Held>>,
}

struct Held {
    header: Secret,
    ends: Option<Instant>,
}

impl Tokens {
    pub fn new(fetch: impl Fn() -> BoxFuture<'static, Result<Token>> + Send + Sync + 'static) -> Tokens {
        Tokens { fetch: Box::new(fetch), held: Mutex::new(None) }
    }
}

impl Credentials for Tokens {
    fn header(&self) -> BoxFuture<'_, Result<Secret>> {
        Box::pin(async {
            let mut held = self.held.lock().await;
            let now = Instant::now();
            if let Some(it) = held.as_ref().filter(|it| it.ends.is_none_or(|ends| now < ends)) {
                return Ok(it.header.clone());
            }
            let Token { secret, lasts } = (self.fetch)().await?;
            let header = Secret::from(format!("Bearer {}", secret.expose()));
            // One that lasts shorter than a minute is used for half of its time.
            let ends = lasts.map(|it| now + it.saturating_sub(EARLY).max(it / 2));
            *held = Some(Held { header: header.clone(), ends });
            Ok(header)
        })
    }

    fn refused<'a>(&'a self, value: &'a Secret) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // Another request may have been told so before, and the next one may be here already.
            self.held.lock().await.take_if(|it| it.header == *value);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    /// Tokens `t1`, `t2`… that last an hour and take a second to fetch.
    fn counted() -> (Arc<AtomicU32>, Tokens) {
        let fetched = Arc::new(AtomicU32::new(0));
        let count = fetched.clone();
        let tokens = Tokens::new(move || {
            let count = count.clone();
            Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                Ok(Token { secret: Secret::from(format!("t{number}")), lasts: Some(Duration::from_secs(3600)) })
            })
        });
        (fetched, tokens)
    }

    async fn header(tokens: &Tokens) -> String {
        tokens.header().await.unwrap().expose().to_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_get_the_same_token_until_it_is_about_to_end() {
        let (fetched, tokens) = counted();
        let all = futures::future::join_all((0..100).map(|_| header(&tokens))).await;
        assert!(all.iter().all(|it| it == "Bearer t1"), "{all:?}");
        tokio::time::advance(Duration::from_secs(3530)).await;
        assert_eq!(header(&tokens).await, "Bearer t1");
        tokio::time::advance(Duration::from_secs(15)).await;
        assert_eq!(header(&tokens).await, "Bearer t2");
        assert_eq!(fetched.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_replaced_once() {
        let (fetched, tokens) = counted();
        let first = tokens.header().await.unwrap();
        // Two requests were under way with it.
        tokens.refused(&first).await;
        assert_eq!(header(&tokens).await, "Bearer t2");
        tokens.refused(&first).await;
        assert_eq!(header(&tokens).await, "Bearer t2");
        assert_eq!(fetched.load(Ordering::Relaxed), 2);
    }
}
