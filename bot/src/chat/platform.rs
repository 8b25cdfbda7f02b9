//! A chat, as the rest of the bot knows it.

use std::sync::Arc;

use async_trait::async_trait;
use commands::{Actor, Download, Message, Pin, Result};
use connectors::Check;
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    Ending, FormView, Found, InstalledWorkspace, Limit, Opener, Place, Post, Posted, Profile, Sharing, Target, UserGroup,
};
use crate::dispatch::Dispatch;

/// A chat platform, as the rest of the bot knows it.
#[async_trait]
pub trait Platform: Send + Sync {
    fn name(&self) -> &'static str;

    /// Delivers a message.
    ///
    /// # Errors
    /// By class; [`commands::Error::maybe_done`] when it may have been delivered.
    async fn post(&self, post: &Post) -> Result<Posted>;

    /// The limits that a post to `to` counts against. Asked inside a claim: no waiting, no network.
    fn limits(&self, to: &Target) -> Vec<Limit> {
        let _ = to;
        Vec::new()
    }

    /// Those who administer the workspace and can be written to, the most responsible first, five at most.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn administrators(&self) -> Result<Vec<Target>> {
        Ok(Vec::new())
    }

    /// Looks for a post whose delivery was not confirmed, by its [`Post::key`], among what was said
    /// since `since`. Of a post that the chat takes as several messages, what is missing is added.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn find(&self, post: &Post, since: Timestamp) -> Result<Found> {
        let _ = (post, since);
        Ok(Found::CannotTell)
    }

    /// Puts what `post` says in the place of what the bot said there before, in the message `id`. Doing it twice changes
    /// nothing.
    ///
    /// # Errors
    /// [`commands::ErrorKind::NotFound`] when the message is gone, [`commands::ErrorKind::Permission`] when it can no longer
    /// be edited: then it has to be posted anew.
    async fn update(&self, post: &Post, id: &str) -> Result<()>;

    /// Opens a form where the person is.
    async fn open_form(&self, opener: &Opener, form: &FormView) -> Result<()>;

    /// Who that is: name, email, whether they administer the workspace. Cached.
    async fn person(&self, workspace: &str, id: &str) -> Result<Actor>;

    /// The one active person whose verified email address this is; none where the chat has no such person, or does not say.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn person_of(&self, email: &str) -> Result<Option<Actor>> {
        let _ = email;
        Ok(None)
    }

    /// The configuration's workspace, as its people have it; empty where a chat has none, or several and none of its own.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn home(&self) -> Result<String> {
        Ok(String::new())
    }

    /// What stands in a channel's header: Slack's topic, Zulip's description; none where a chat shows none.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn header(&self, place: &Place) -> Result<Option<String>> {
        let _ = place;
        Ok(None)
    }

    /// Puts it there. Doing it twice changes nothing.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::Validation`] when it is longer than the chat takes.
    async fn set_header(&self, place: &Place, text: &str) -> Result<()> {
        let _ = text;
        Err(commands::Error::bad_input(format!("{} has no header in `{}` that could be changed.", self.name(), place.channel)))
    }

    /// Where and how somebody reads, as far as the chat says.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn profile(&self, workspace: &str, id: &str) -> Result<Profile> {
        let _ = (workspace, id);
        Ok(Profile::default())
    }

    /// A user group by its id, or by its name with or without `@`; none when there is none.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn group(&self, workspace: &str, group: &str) -> Result<Option<UserGroup>> {
        let _ = (workspace, group);
        Ok(None)
    }

    /// Puts exactly these people into a user group. Doing it twice changes nothing.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::Validation`] when the chat takes no such group, as Slack takes no empty one.
    async fn set_group(&self, workspace: &str, group: &str, people: &[String]) -> Result<()> {
        let _ = (workspace, people);
        Err(commands::Error::bad_input(format!("{} has no user group `{group}` that could be changed.", self.name())))
    }

    /// The person that `text` mentions, in the platform's own way (`<@U123>`, `@**Ana**`), or by a
    /// bare `@name`; none when it is no mention, or nobody's.
    async fn mentioned(&self, workspace: &str, text: &str) -> Result<Option<Actor>> {
        let _ = (workspace, text);
        Ok(None)
    }

    /// Fetches a file that was attached in this chat; none when `file` is not one of this chat.
    async fn download(&self, workspace: &str, file: &str) -> Result<Option<Download>> {
        let _ = (workspace, file);
        Ok(None)
    }

    /// Keeps what a message says in sight in its channel: Slack pins it, Zulip shows its link in the channel's description.
    /// Doing it twice changes nothing.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::BadInput`] where nothing of the kind is shown, as in direct messages.
    async fn pin(&self, place: &Place, message: &str, pin: &Pin) -> Result<()> {
        let _ = (message, pin);
        Err(commands::Error::bad_input(format!("{} keeps nothing in sight in `{}`.", self.name(), place.channel)))
    }

    /// A permanent link to a message, for cards that point back.
    async fn permalink(&self, place: &Place, message: &str) -> Result<Option<String>> {
        let _ = (place, message);
        Ok(None)
    }

    /// The workspaces that the bot lives in, where a chat can have several.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn workspaces(&self) -> Result<Vec<InstalledWorkspace>> {
        Ok(Vec::new())
    }

    /// Forgets a workspace that is gone.
    ///
    /// # Errors
    /// [`commands::ErrorKind::NotFound`] when there is none of this id that is gone.
    async fn forget_workspace(&self, id: &str) -> Result<()> {
        Err(commands::Error::not_found(format!("There is no workspace `{id}` to forget.")))
    }

    /// Shows a person the page of their own, section by section; what to give as `seen` the next time. With `seen`, nothing
    /// is shown where another page has been shown since.
    ///
    /// # Errors
    /// [`commands::ErrorKind::Conflict`] when another page has been shown since `seen`; by class.
    async fn show_page(&self, workspace: &str, person: &str, page: &[Message], seen: Option<&str>) -> Result<Option<String>> {
        let _ = (workspace, person, page, seen);
        Err(commands::Error::not_found("This chat has no pages of one's own."))
    }

    /// Shows these cards below their links in a message.
    ///
    /// # Errors
    /// By class.
    async fn show_links(&self, sharing: &Sharing, cards: &[(String, Message)]) -> Result<()> {
        let _ = (sharing, cards);
        Ok(())
    }

    /// Tells who shared links, and nobody else, what keeps them from being shown.
    ///
    /// # Errors
    /// By class.
    async fn hint_at_links(&self, sharing: &Sharing, hint: &Message) -> Result<()> {
        let _ = (sharing, hint);
        Ok(())
    }

    /// Whether a person is in the channel of `place`; none where the chat does not tell.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn is_in(&self, person: &str, place: &Place) -> Result<Option<bool>> {
        let _ = (person, place);
        Ok(None)
    }

    /// By whose credentials posts to this workspace leave, where there are several: empty is the configuration's. When they are
    /// refused, those of others go on.
    async fn credentials(&self, workspace: &str) -> String {
        let _ = workspace;
        String::new()
    }

    /// Credentials that end and are not renewed by themselves any more.
    ///
    /// # Errors
    /// By class, when that cannot be told.
    async fn ending(&self) -> Result<Vec<Ending>> {
        Ok(Vec::new())
    }

    /// What a channel is called and was called before, as people write it (`#dev`), the present name first; empty where
    /// nobody can tell. What was remembered of it is forgotten.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn names_of(&self, workspace: &str, channel: &str) -> Result<Vec<String>> {
        let _ = (workspace, channel);
        Ok(Vec::new())
    }

    /// A place that is written by names, as commands come from it: by ids.
    ///
    /// # Errors
    /// By class; [`commands::ErrorKind::NotFound`] when the chat shows us no such place.
    async fn whereabouts(&self, place: &Place) -> Result<Place> {
        Ok(place.clone())
    }

    /// Whether our credentials work, what they lack.
    async fn health(&self) -> Vec<Check>;

    /// How it hears what it has to ask for; none when all comes by requests.
    fn ear(self: Arc<Self>) -> Option<Arc<dyn Ear>> {
        None
    }
}

/// A chat that is listened to by asking it. What it heard is kept by [`Dispatch::hear`], and comes back here from a job.
#[async_trait]
pub trait Ear: Send + Sync {
    /// Follows what is said until `stopping`.
    async fn listen(&self, dispatch: Dispatch, stopping: CancellationToken);

    /// Does what was heard, and tells what to say to it, in the chat's own form. Doing it twice does nothing twice.
    ///
    /// # Errors
    /// By class: temporary ones are tried again.
    async fn understand(&self, dispatch: &Dispatch, heard: &Value, request_id: &str) -> Result<Option<Value>>;

    /// Says it; `key` tells it from all others.
    ///
    /// # Errors
    /// By class; [`commands::Error::maybe_done`] when it may have been said.
    async fn say(&self, said: &Value, key: &str) -> Result<Posted>;

    /// Looks for what may have been said, among all since `since`.
    ///
    /// # Errors
    /// By class, when the chat could not be asked.
    async fn find_said(&self, said: &Value, key: &str, since: Timestamp) -> Result<Found>;
}
