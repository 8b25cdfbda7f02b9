//! A post that Slack takes as several messages, and its files.
//!
//! They are sent in order, each when Slack has the one before. Each carries the post's key and which part it is, so that
//! after a break-off only what is missing is added ([`Slack::add_missing`]); and each after the first names the first, so that
//! an edit finds them. Files have no metadata: the block of their message is named after the key.

use commands::{Audience, Error, ErrorKind, Message, Result};
use serde_json::{Map, Value, json};

use super::{
    Slack,
    client::is_private,
    find::{self, metadata},
    render::{self, Drawn},
    workspace::Workspace,
};
use crate::chat::{File, Post, Posted, Reach, Target, missing_part};

/// What a post becomes here.
pub(super) struct Parts {
    messages: Vec<Map<String, Value>>,
    files: Vec<File>,
}

impl Parts {
    pub fn count(&self) -> usize {
        self.messages.len() + self.files.len()
    }
}

impl Slack {
    pub(super) fn parts(&self, post: &Post) -> Parts {
        let Drawn { messages, files } = render::draw(&post.message, &|button| self.command_of(button));
        let files = files.into_iter().map(File::from).chain(post.files.iter().cloned());
        Parts { messages: messages.into_iter().map(render::Rendered::into_fields).collect(), files: files.collect() }
    }

    /// Whether a message is more than one of Slack's.
    pub(super) fn is_long(&self, message: &Message) -> bool {
        let Drawn { messages, files } = render::draw(message, &|button| self.command_of(button));
        messages.len() > 1 || !files.is_empty()
    }

    pub(super) async fn post_parts(&self, workspace: &Workspace, post: &Post) -> Result<Posted> {
        let mut parts = self.parts(post);
        let posted = self.send(workspace, post, &mut parts, 0, None).await?;
        if let (Some(id), 1) = (&posted.id, parts.messages.len()) {
            workspace.whole.insert(id.clone(), ()).await;
        }
        for at in 1..parts.count() {
            self.send_or_say_why(workspace, post, &mut parts, at, posted.id.as_deref()).await?;
        }
        Ok(posted)
    }

    /// Sends those parts of a post whose first is there that `found` does not hold.
    pub(super) async fn add_missing(
        &self,
        workspace: &Workspace,
        post: &Post,
        found: &[usize],
        head: Option<&str>,
    ) -> Result<()> {
        let mut parts = self.parts(post);
        for at in (1..parts.count()).filter(|at| !found.contains(at)) {
            self.send_or_say_why(workspace, post, &mut parts, at, head).await?;
        }
        Ok(())
    }

    /// # Errors
    /// That it may come later: the first part is there, so that the post must be looked for and not be sent again.
    async fn send_or_say_why(
        &self,
        workspace: &Workspace,
        post: &Post,
        parts: &mut Parts,
        at: usize,
        head: Option<&str>,
    ) -> Result<()> {
        let err = match self.send(workspace, post, parts, at, head).await {
            Ok(_) => return Ok(()),
            Err(err) if err.is_temporary() || err.maybe_done => return Err(err.maybe_done()),
            Err(err) => err,
        };
        // Trying again would be refused again: who reads the rest is told what is missing.
        tracing::warn!(part = at, "A part of a message could not be posted: {err}");
        let why = match parts.files.get(at.wrapping_sub(parts.messages.len())) {
            Some(file) => format!("The file {} could not be attached: {}", file.name, err.message),
            None => missing_part(at, parts.messages.len(), &err),
        };
        let fields = render::render(&Message::text(why), &|button| self.command_of(button)).into_fields();
        match self.say_part(workspace, post, fields, &part(&post.key, at, head)).await {
            Err(err) if err.is_temporary() || err.maybe_done => Err(err.maybe_done()),
            Err(err) => {
                tracing::error!(part = at, "Nor could be said that it is missing: {err}");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Sends a part, once.
    async fn send(&self, workspace: &Workspace, post: &Post, parts: &mut Parts, at: usize, head: Option<&str>) -> Result<Posted> {
        match parts.messages.get_mut(at) {
            Some(fields) => self.say_part(workspace, post, std::mem::take(fields), &part(&post.key, at, head)).await,
            None => {
                let file = &parts.files[at - parts.messages.len()];
                let (channel, thread) = self.place_of_files(workspace, &post.to).await?;
                workspace.share(file, &channel, thread, &find::file_block(&post.key, at)).await?;
                Ok(Posted::default())
            }
        }
    }

    async fn say_part(
        &self,
        workspace: &Workspace,
        post: &Post,
        mut fields: Map<String, Value>,
        metadata: &Value,
    ) -> Result<Posted> {
        match &post.to {
            Target::Answer { to, .. } if post.pin.is_some() => {
                // By a `response_url` nobody learns which message it is; where we cannot post, it is said all the same.
                match workspace.say(&to.place.channel, to.place.thread.as_deref(), fields.clone(), metadata).await {
                    Err(err) if err.kind == ErrorKind::Closed && to.response_url.is_some() => {
                        self.answer(workspace, to, Audience::Channel, fields, metadata).await
                    }
                    said => said,
                }
            }
            Target::Answer { to, audience } => self.answer(workspace, to, *audience, fields, metadata).await,
            Target::Place(place) => {
                if post.reach == Reach::Channel && place.thread.is_some() {
                    fields.insert("reply_broadcast".into(), true.into());
                }
                workspace.say(&place.channel, place.thread.as_deref(), fields, metadata).await
            }
            Target::Person { id, .. } => {
                let channel = workspace.direct(id).await?;
                workspace.say(&channel, None, fields, metadata).await
            }
        }
    }

    /// The conversation, and the thread in it. Slack hides no file in a channel: what is for one pair of eyes goes to their
    /// direct messages.
    async fn place_of_files<'a>(&self, workspace: &Workspace, to: &'a Target) -> Result<(String, Option<&'a str>)> {
        match to {
            Target::Answer { to, audience } if *audience != Audience::Channel && !is_private(&to.place.channel) => {
                Ok((workspace.direct(&to.asker).await?, None))
            }
            Target::Answer { to, .. } => Ok((workspace.channel_of_place(&to.place.channel).await?, to.place.thread.as_deref())),
            Target::Place(place) => Ok((workspace.channel_of_place(&place.channel).await?, place.thread.as_deref())),
            Target::Person { id, .. } => Ok((workspace.direct(id).await?, None)),
        }
    }

    /// Edits the first message, and the others with it: those that are too many go, those that are missing come. Files that
    /// were sent stay as they are, and none is sent again.
    pub(super) async fn update_parts(&self, workspace: &Workspace, post: &Post, id: &str) -> Result<()> {
        let parts = self.parts(post);
        let channel = workspace.channel_of(&post.to).await?;
        edit(workspace, &channel, id, &parts.messages[0], &metadata(&post.key)).await?;
        // Another process of ours may have drawn it longer meanwhile, so this is forgotten after some minutes.
        if parts.messages.len() == 1 && workspace.whole.get(id).await.is_some() {
            return Ok(());
        }
        let others = match workspace.others_of(&channel, thread_of(&post.to), id).await {
            Ok(others) => others,
            // What cannot be seen cannot be kept in step; the first message says what matters.
            Err(err) if matches!(err.kind, ErrorKind::Closed | ErrorKind::Permission | ErrorKind::NotFound) => {
                tracing::info!(%err, "Slack's history is closed to Bellhop here, so only the first part of a message was edited");
                return Ok(());
            }
            Err(err) => return Err(err),
        };
        for (at, fields) in parts.messages.iter().enumerate().skip(1) {
            let metadata = part(&post.key, at, Some(id));
            match others.iter().find(|it| it.part == at) {
                Some(other) => edit(workspace, &channel, &other.ts, fields, &metadata).await?,
                None => drop(workspace.say(&channel, thread_of(&post.to), fields.clone(), &metadata).await?),
            }
        }
        for other in others.iter().filter(|it| it.part >= parts.messages.len()) {
            match workspace.wire().post("chat.delete", &json!({ "channel": channel, "ts": other.ts })).await {
                Err(err) if err.kind != ErrorKind::NotFound => return Err(err),
                _ => {}
            }
        }
        match parts.messages.len() {
            1 => workspace.whole.insert(id.to_owned(), ()).await,
            _ => workspace.whole.invalidate(id).await,
        }
        Ok(())
    }
}

async fn edit(workspace: &Workspace, channel: &str, ts: &str, fields: &Map<String, Value>, metadata: &Value) -> Result<()> {
    let mut fields = fields.clone();
    // `chat.update` knows no such arguments.
    fields.remove("unfurl_links");
    fields.remove("unfurl_media");
    // What a message had besides what it has now would stay: a bar at its side, or blocks without one.
    fields.entry("attachments").or_insert_with(|| json!([]));
    fields.entry("blocks").or_insert_with(|| json!([]));
    fields.insert("channel".into(), channel.into());
    fields.insert("ts".into(), ts.into());
    fields.insert("metadata".into(), metadata.clone());
    workspace.wire().post("chat.update", &fields).await.map(|_| ())
}

fn thread_of(to: &Target) -> Option<&str> {
    match to {
        Target::Answer { to, .. } => to.place.thread.as_deref(),
        Target::Place(place) => place.thread.as_deref(),
        Target::Person { .. } => None,
    }
}

/// The metadata of a part: of the first, the post's key alone.
fn part(key: &str, at: usize, head: Option<&str>) -> Value {
    let mut metadata = metadata(key);
    if at > 0 {
        metadata["event_payload"]["part"] = at.into();
        if let Some(head) = head {
            metadata["event_payload"]["head"] = head.into();
        }
    }
    metadata
}

impl Workspace {
    async fn channel_of_place(&self, channel: &str) -> Result<String> {
        self.conversation(channel).await.map_err(|err| match err.kind {
            ErrorKind::NotFound => Error::new(ErrorKind::Closed, err.message),
            _ => err,
        })
    }
}
