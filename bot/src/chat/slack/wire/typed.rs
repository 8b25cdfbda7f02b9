//! slack-morphism's typed calls over our own wire.

use commands::{Error, Result};
use futures::future::{BoxFuture, FutureExt};
use serde::{Deserialize, Serialize};
use slack_morphism::{
    ClientResult, SlackClientApiCallContext, SlackClientHttpConnector, SlackClientId, SlackClientSecret,
    errors::{SlackClientError, SlackClientSystemError},
    multipart_form::FileMultipartData,
};
use url::Url;

use super::{Reply, Wire};

/// Our error inside slack-morphism's; [`ours`] takes it out again.
fn theirs(err: Error) -> SlackClientError {
    SlackClientError::SystemError(SlackClientSystemError::new().with_cause(Box::new(err)))
}

/// What a typed call failed with.
pub fn ours(err: SlackClientError) -> Error {
    match err {
        SlackClientError::SystemError(SlackClientSystemError { cause: Some(cause), .. }) => match cause.downcast::<Error>() {
            Ok(err) => *err,
            Err(_) => Error::internal("A call to Slack failed inside Bellhop."),
        },
        // Its text holds the body, so it is not repeated. Asking again would give the same answer.
        SlackClientError::ProtocolError(_) => Error::internal("Slack's answer is not as Slack documents it."),
        _ => Error::internal("A call to Slack could not be made."),
    }
}

fn typed<T: for<'de> Deserialize<'de>>(reply: Result<Reply>) -> ClientResult<T> {
    let reply = reply.map_err(theirs)?;
    serde_json::from_value(reply.body).map_err(|err| slack_morphism::errors::map_serde_error(err, None))
}

fn method_of(uri: &Url) -> &str {
    uri.path_segments().and_then(Iterator::last).unwrap_or_default()
}

/// What no call that Bellhop makes needs.
fn unused<'a, T: Send + 'a>() -> BoxFuture<'a, ClientResult<T>> {
    std::future::ready(Err(theirs(Error::internal("Bellhop makes no such call to Slack.")))).boxed()
}

impl SlackClientHttpConnector for Wire {
    fn http_get_uri<'a, RS>(&'a self, uri: Url, _: SlackClientApiCallContext<'a>) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        async move {
            let request = self.http.get(uri.clone());
            typed(self.send(request, method_of(&uri), None).await)
        }
        .boxed()
    }

    fn http_post_uri<'a, RQ, RS>(
        &'a self,
        uri: Url,
        body: &'a RQ,
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RQ: Serialize + Send + Sync,
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        async move {
            let request = self.http.post(uri.clone()).json(body);
            typed(self.send(request, method_of(&uri), None).await)
        }
        .boxed()
    }

    fn create_method_uri_path(&self, method: &str) -> ClientResult<Url> {
        self.method(method).map_err(theirs)
    }

    fn http_get_with_client_secret<'a, RS>(
        &'a self,
        _: Url,
        _: &'a SlackClientId,
        _: &'a SlackClientSecret,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        unused()
    }

    fn http_post_uri_multipart_form<'a, 'p, RS, PT, TS>(
        &'a self,
        _: Url,
        _: Option<FileMultipartData<'p>>,
        _: &'p PT,
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
        PT: IntoIterator<Item = (&'p str, Option<TS>)> + Clone,
        TS: AsRef<str> + 'p + Send,
    {
        unused()
    }

    fn http_post_uri_binary<'a, 'p, RS>(
        &'a self,
        _: Url,
        _: String,
        _: &'a [u8],
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: for<'de> Deserialize<'de> + Send + 'a,
    {
        unused()
    }
}
