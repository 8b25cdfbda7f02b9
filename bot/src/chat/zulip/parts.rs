//! A post that Zulip takes as several messages: long text, and buttons, which take a message's place where they are drawn.
//!
//! They are sent in order, each when Zulip has the one before. Each ends in the marker of the post's key and of which part it
//! is, so that after a break-off only what is missing is added, and an edit finds the others by the first one's marker.

use commands::{Error, ErrorKind, Result};
use connectors::zulip::client::messages::{self, Recipient, Term};

use super::{
    Zulip,
    find::{self, Said},
    marker::{self, Mark},
    places,
    render::{self, Parts, Rendered},
};
use crate::chat::{File, Post, Posted, Target, missing_part};

/// The marker's part of the message with buttons: behind all that are read.
const BUTTONS: u8 = 255;
/// How many messages of ours after the first are looked through for its others.
const NEAR: u32 = 50;

/// A part and what it says.
type Part = (u8, Rendered);

/// What there is of a post.
struct Others {
    head: Mark,
    /// Behind the first message.
    rest: Vec<(u8, Said)>,
}

impl Zulip {
    pub(super) async fn post_parts(&self, post: &Post) -> Result<Posted> {
        let to = self.destination(post).await?;
        let parts = self.parts(&to, post).await?;
        let mark = Mark::of(&post.key);
        let mut posted = None;
        for (part, rendered) in &parts {
            match self.send_part(&to, post, mark, *part, rendered).await {
                Ok(id) => posted = posted.or(Some(id)),
                Err(err) if posted.is_none() && *part == parts[0].0 => return Err(self.or_closed(&to, err).await),
                Err(err) => self.say_why(&to, post, (*part, texts(&parts)), err).await?,
            }
        }
        Ok(Posted { id: posted.map(|it| it.to_string()) })
    }

    /// Sends those parts of a post whose first is there that `found` does not hold, and notes which message its buttons are.
    pub(super) async fn add_missing(&self, to: &Recipient, post: &Post, found: &[(u8, u64)]) -> Result<()> {
        let parts = self.parts(to, post).await?;
        for (part, rendered) in &parts {
            if let Some((_, id)) = found.iter().find(|it| it.0 == *part) {
                if rendered.widget.is_some() {
                    self.found_buttons(&post.key, *id).await?;
                }
                continue;
            }
            match self.send_part(to, post, Mark::of(&post.key), *part, rendered).await {
                Ok(_) => {}
                Err(err) => self.say_why(to, post, (*part, texts(&parts)), err).await?,
            }
        }
        Ok(())
    }

    /// Says in the place of a part that was refused what is missing there: trying again would be refused again.
    ///
    /// # Errors
    /// That it may come later: the first part is there, so that the post must be looked for and not be sent again.
    async fn say_why(&self, to: &Recipient, post: &Post, (part, count): (u8, usize), err: Error) -> Result<()> {
        if err.is_temporary() || err.maybe_done {
            return Err(err.maybe_done());
        }
        tracing::warn!(part, "A part of a message could not be posted: {err}");
        let why = match part {
            BUTTONS => format!("The buttons of this message could not be shown: {}", err.message),
            part => missing_part(part.into(), count, &err),
        };
        match self.client.send(to, &marker::put(&why, &Mark::of(&post.key).write(part)), None).await {
            Ok(_) => Ok(()),
            Err(err) if err.is_temporary() || err.maybe_done => Err(err.maybe_done()),
            Err(err) => {
                tracing::error!(part, "Nor could be said that it is missing: {err}");
                Ok(())
            }
        }
    }

    /// Sends a part; what its buttons do is kept first, under the post's key.
    async fn send_part(&self, to: &Recipient, post: &Post, mark: Mark, part: u8, rendered: &Rendered) -> Result<u64> {
        if rendered.widget.is_none() {
            return self.client.send(to, &marker::put(&rendered.content, &mark.write(part)), None).await;
        }
        let place = self.place_of(to).await;
        let Rendered { content, widget } = self.offer(&place, &post.key, rendered.clone(), Some(&post.message)).await;
        let id = self.client.send(to, &marker::put(&content, &mark.write(part)), widget.as_ref()).await?;
        self.offered(&post.key, id, widget.as_ref()).await;
        Ok(id)
    }

    /// Where a post goes: an answer follows the message that asked for it.
    pub(super) async fn destination(&self, post: &Post) -> Result<Recipient> {
        let to = places::recipient(&post.to)?;
        match &post.to {
            Target::Answer { .. } => Ok(self.followed(to, &post.key).await),
            Target::Place(_) | Target::Person { .. } => Ok(to),
        }
    }

    /// With files uploaded, which nobody sees before a message links to them.
    async fn parts(&self, to: &Recipient, post: &Post) -> Result<Vec<Part>> {
        let address = self.address(to).await?;
        let Parts { mut texts, buttons, files } = render::parts(&self.connections.groups(), &address, &post.message);
        let files = files.into_iter().map(File::from).chain(post.files.iter().cloned());
        for file in files {
            let line = match self.client.upload(&file.name, "application/octet-stream", &file.content).await {
                Ok(path) => render::upload(&file.name, &path),
                // Nothing was said yet: all of it can be tried again.
                Err(mut err) if err.is_temporary() || err.maybe_done => {
                    err.maybe_done = false;
                    return Err(err);
                }
                Err(err) => render::no_upload(&file.name, &err.message),
            };
            render::append(&mut texts, line);
        }
        if let Some(first) = texts.first_mut().filter(|it| it.content.trim().is_empty()) {
            first.content = "(nothing to show)".into();
        }
        let texts = texts.into_iter().zip(0..BUTTONS).map(|(text, part)| (part, text));
        Ok(texts.chain(buttons.map(|it| (BUTTONS, it))).collect())
    }

    /// Edits the first message, and the others with it: those that are too many go, those that are missing come. Zulip edits
    /// no widget, so buttons that are others now are sent anew, and the old ones go.
    pub(super) async fn update_parts(&self, post: &Post, id: &str) -> Result<()> {
        let to = self.destination(post).await?;
        let parts = self.parts(&to, post).await?;
        let others = self.others_of(&to, id).await?;
        // What is edited keeps its marker, so that the parts stay together whatever breaks off.
        let mark = others.as_ref().map_or_else(|| Mark::of(&post.key), |it| it.head);
        self.update_first(&to, post, id, mark, &parts[0].1).await?;
        let Some(Others { rest, .. }) = others else { return Ok(()) };
        for (part, rendered) in &parts[1..] {
            let old = rest.iter().find(|it| it.0 == *part).map(|it| &it.1);
            if *part == BUTTONS {
                self.update_buttons(&to, post, mark, rendered, old).await?;
                continue;
            }
            let content = marker::put(&rendered.content, &mark.write(*part));
            match old {
                Some(old) if old.content == content => {}
                Some(old) => self.client.edit(old.id, &content).await?,
                None => drop(self.send_part(&to, post, mark, *part, rendered).await?),
            }
        }
        for (part, old) in rest.iter().filter(|it| parts.iter().all(|(part, _)| *part != it.0)) {
            if *part == BUTTONS {
                self.forget_buttons(old.id).await;
            }
            self.take_away(old.id).await?;
        }
        Ok(())
    }

    /// A first message may be nothing but buttons: then what its numbers mean changes with it.
    async fn update_first(&self, to: &Recipient, post: &Post, id: &str, mark: Mark, first: &Rendered) -> Result<()> {
        let number = id.parse::<u64>().ok();
        if let Some(number) = number {
            self.forget_buttons(number).await;
        }
        if first.widget.is_none() {
            return self.client.edit(numbered(id)?, &marker::put(&first.content, &mark.write(0))).await;
        }
        let place = self.place_of(to).await;
        let shown = self.offer(&place, &post.key, first.clone(), Some(&post.message)).await;
        self.client.edit(numbered(id)?, &marker::put(&shown.content, &mark.write(0))).await?;
        if let Some(number) = number {
            self.found_buttons(&post.key, number).await?;
        }
        Ok(())
    }

    /// Buttons that are the same as those in `old` stay, and stay known by the post that they came with.
    async fn update_buttons(
        &self,
        to: &Recipient,
        post: &Post,
        mark: Mark,
        rendered: &Rendered,
        old: Option<&Said>,
    ) -> Result<()> {
        if let Some(old) = old {
            let place = self.place_of(to).await;
            let shown = self.explained(&place, rendered.clone(), Some(&post.message));
            // Without a word on how to press them where that could not be kept.
            let is_same = |it: &Rendered| old.content == marker::put(&it.content, &mark.write(BUTTONS));
            if is_same(&shown) || is_same(rendered) {
                return Ok(());
            }
            self.forget_buttons(old.id).await;
            self.take_away(old.id).await?;
        }
        self.send_part(to, post, mark, BUTTONS, rendered).await.map(drop)
    }

    /// The messages of the post whose first is `id`; none when nobody can tell.
    async fn others_of(&self, to: &Recipient, id: &str) -> Result<Option<Others>> {
        let Ok(id) = id.parse::<u64>() else { return Ok(None) };
        let me = self.me().await?.user_id;
        let narrow = [find::place(to), Term::is("sender", me)];
        let messages: Vec<Said> = match self.client.messages_as(&narrow, messages::Part::From(id, NEAR)).await {
            Ok(page) => page.messages,
            Err(err) if err.is_temporary() => return Err(err),
            Err(err) => {
                tracing::info!(%err, "Zulip's history is closed to Bellhop here, so only the first part of a message is edited");
                return Ok(None);
            }
        };
        let mut ours = messages.into_iter().filter(|it| it.sender_id == me);
        let Some(head) = ours.next().filter(|it| it.id == id).and_then(|it| marker::read(&it.content)) else { return Ok(None) };
        let of_head = |it: Said| {
            let mark = marker::read(&it.content)?;
            mark.is_of_the_same_post(&head).then_some((mark.part, it))
        };
        Ok(Some(Others { head, rest: ours.filter_map(of_head).collect() }))
    }

    /// Deletes a message of ours; where the organization does not allow that, it says that it counts no more.
    async fn take_away(&self, id: u64) -> Result<()> {
        match self.client.erase(id).await {
            Ok(()) => Ok(()),
            Err(err) if err.is_temporary() => Err(err),
            Err(err) if err.kind == ErrorKind::NotFound => Ok(()),
            Err(_) => match self.client.edit(id, "*(out of date: see the message below)*").await {
                Err(err) if err.is_temporary() => Err(err),
                _ => Ok(()),
            },
        }
    }
}

fn texts(parts: &[Part]) -> usize {
    parts.iter().filter(|it| it.0 != BUTTONS).count()
}

fn numbered(id: &str) -> Result<u64> {
    id.parse().map_err(|_| Error::internal(format!("`{id}` is no id of a Zulip message.")))
}
