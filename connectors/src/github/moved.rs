//! Issues that are in another repository now. GitHub sends on from where they were (301), which is not followed: nothing is read or
//! changed in a repository that nobody named. Whoever asks is told where the issue is.
//! <https://docs.github.com/en/rest/issues/issues#get-an-issue>

use commands::{Error, Result};
use reqwest::Method;
use serde::{Deserialize, de::IgnoredAny};

use super::{
    card,
    place::{Place, Target},
    problem,
};

/// Of an issue only where people see it.
#[derive(Deserialize)]
struct There {
    html_url: String,
}

impl Place<'_> {
    /// The answer to a request for the issue `number`, or for something of it.
    ///
    /// # Errors
    /// That of the answer; where the issue was moved [`commands::ErrorKind::NotFound`], saying where it is now. Where it is the repository
    /// that has another name, its issues are not gone: then it is [`commands::ErrorKind::BadConfig`].
    pub async fn located<T>(&self, number: u64, answer: Result<T>) -> Result<T> {
        match answer {
            Err(error) if problem::is_elsewhere(&error) => Err(self.moved(number).await),
            answer => answer,
        }
    }

    async fn moved(&self, number: u64) -> Error {
        // A repository of another name sends on from all that is in it.
        if let Err(error) = self.get::<IgnoredAny>("", &[]).await {
            return error;
        }
        let here = card::key(&self.repo, number);
        Error::not_found(match self.new_key(number).await {
            Some(there) => format!("{here} was moved to another repository: it is {there} now. Write that instead."),
            None => format!("{here} was moved to another repository. GitHub tells which to those who may see it."),
        })
    }

    /// `octo/other#12`, where both the bot and the person may see it.
    async fn new_key(&self, number: u64) -> Option<String> {
        let github = self.github;
        let asked = github.request(Method::GET, &self.path(&format!("/issues/{number}")));
        let address = asked.send_for_location().await.ok()?;
        let there: There = github.get(github.http.below(address.as_str())?, &[]).await.ok()?;
        let (repo, Target::Number(number)) = github.target("issue", &there.html_url, None).ok()? else { return None };
        let key = card::key(&repo, number);
        github.keep_visible(&self.asker, None, vec![key], |_| Some(repo.clone())).await.ok()?.pop()
    }
}
