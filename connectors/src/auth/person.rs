//! Acting as the person who asks: with credentials of their own, for as long as one thing is done for them.
//!
//! Whose credentials a connection's requests carry is said around the action, not in each of them: inside of [`as_person`],
//! every client of that connection that shows who the connection is ([`crate::Http`]) shows who the person is instead, and
//! answers that are kept for others are not used. A client that shows nobody (a token server's, a public file's) stays so.

use std::{future::Future, sync::Arc};

use super::Credentials;

tokio::task_local! {
    static PERSON: Person;
}

/// A person, to one connection.
#[derive(Clone)]
pub struct Person {
    /// The connection's name.
    pub connection: String,
    /// As one word that nobody else has: kept answers and look-ups are theirs alone.
    pub whose: String,
    pub credentials: Arc<dyn Credentials>,
}

/// Runs `future` as `person`.
pub fn as_person<F: Future>(person: Person, future: F) -> impl Future<Output = F::Output> {
    PERSON.scope(person, future)
}

/// Whether what happens here is done by the person's own account, so that nobody has to write who asked.
pub fn is_person() -> bool {
    PERSON.try_with(|_| ()).is_ok()
}

/// Whose eyes this is seen with, as one word, for what a connector keeps in mind; empty for the bot's own.
pub fn whose() -> String {
    PERSON.try_with(|it| it.whose.clone()).unwrap_or_default()
}

/// As whom `connection` is asked now, where that is not the bot.
pub(crate) fn acting(connection: &str) -> Option<Person> {
    PERSON.try_with(|it| (it.connection == connection).then(|| it.clone())).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use commands::ErrorKind;
    use serde_json::{Value, json};
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::header};

    use super::*;
    use crate::{
        Http,
        auth::{Token, Tokens},
        http::Policy,
    };

    fn person(name: &str) -> Person {
        let token = format!("token-of-{name}");
        let fetch = move || -> commands::BoxFuture<'static, _> {
            let secret = token.clone().into();
            Box::pin(async move { Ok(Token { secret, lasts: None }) })
        };
        Person { connection: "notes".into(), whose: name.into(), credentials: Arc::new(Tokens::new(fetch)) }
    }

    async fn who(http: &Http) -> String {
        let answer: Value = http.get("/me").cached(Duration::from_secs(60)).send().await.unwrap();
        answer["name"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn each_is_asked_for_and_remembered_as_themselves() {
        let server = MockServer::start().await;
        for (value, name) in [("Bearer token-of-ana", "ana"), ("Bearer token-of-ben", "ben")] {
            let answer = ResponseTemplate::new(200).set_body_json(json!({ "name": name }));
            Mock::given(header("authorization", value)).respond_with(answer).expect(1).mount(&server).await;
        }
        let answer = ResponseTemplate::new(200).set_body_json(json!({ "name": "bot" }));
        Mock::given(header("x-api-key", "of-the-bot")).respond_with(answer).expect(1).mount(&server).await;
        let http = Http::new("notes", "Notes", &server.uri(), Policy { retries: 0, ..Policy::default() }).unwrap();
        let own = http.clone().with_secret_header("x-api-key", "of-the-bot");
        for _ in 0..2 {
            assert_eq!(who(&own).await, "bot");
            assert_eq!(as_person(person("ana"), who(&own)).await, "ana");
            assert_eq!(as_person(person("ben"), who(&own)).await, "ben");
        }
        for request in server.received_requests().await.unwrap() {
            let both = request.headers.contains_key("authorization") && request.headers.contains_key("x-api-key");
            assert!(!both, "the bot's key goes nowhere with a person's token");
        }
        // Who shows nobody shows nobody still, and another connection is another affair.
        let refused = as_person(person("ana"), http.get("/me").send::<Value>()).await.map_err(|it| it.kind);
        assert_eq!(refused, Err(ErrorKind::NotFound));
        let other = Person { connection: "elsewhere".into(), ..person("ana") };
        assert_eq!(as_person(other, who(&own)).await, "bot");
        assert!(!is_person() && whose().is_empty());
    }
}
