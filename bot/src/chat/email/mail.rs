//! One mail: its headers, its two texts, its files.

use commands::{Error, Message, Result};
use jiff::Timestamp;
use lettre::{
    Address,
    message::{
        Attachment, Mailbox, MultiPart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};

use super::render;
use crate::chat::Post;

/// The longest subject, in characters; mail programs show half as many.
const SUBJECT: usize = 150;
/// Of all files of a mail together: servers refuse mails of 10 MB and more, and base64 makes a third more of them.
const FILES: usize = 6 << 20;

/// What a mail is made of.
pub struct Mail<'a> {
    pub from: &'a Mailbox,
    pub reply_to: Option<&'a Mailbox>,
    pub to: Address,
    pub post: &'a Post,
    /// The post's, with links in the place of buttons.
    pub message: &'a Message,
    pub now: Timestamp,
}

impl Mail<'_> {
    /// # Errors
    /// [`commands::ErrorKind::Internal`] when there is no such mail.
    pub fn build(self) -> Result<lettre::Message> {
        let impossible = |err: &dyn std::fmt::Display| Error::internal(format!("a mail cannot be written: {err}"));
        let (message, documents) = self.message.with_files();
        let domain = self.from.email.domain();
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .subject(subject(self.message))
            .date(self.now.into())
            .message_id(Some(id(domain, "post", &[self.post.to.address(), &self.post.key])))
            .raw_header(plain("Auto-Submitted", "auto-generated"))
            .raw_header(plain("X-Auto-Response-Suppress", "All"));
        if let Some(reply_to) = self.reply_to {
            mail = mail.reply_to(reply_to.clone());
        }
        if let Some(about) = &self.post.about {
            // The first mail of an object and all others refer to what no mail is: so it is of no matter which is first.
            let object = id(domain, "object", &[self.post.to.address(), about]);
            mail = mail.in_reply_to(object.clone()).references(object);
        }
        let texts = MultiPart::alternative_plain_html(render::text(&message), render::html(&message));
        let files: Vec<(String, Vec<u8>)> = documents
            .into_iter()
            .map(|it| (it.name, it.text.into_bytes()))
            .chain(self.post.files.iter().map(|it| (it.name.clone(), it.content.clone())))
            .collect();
        if files.is_empty() {
            return mail.multipart(texts).map_err(|err| impossible(&err));
        }
        let mut left = FILES;
        let mut whole = MultiPart::mixed().multipart(texts);
        for (name, content) in files {
            let Some(rest) = left.checked_sub(content.len()) else {
                tracing::warn!(file = name, "A file is too large for a mail, and left out");
                continue;
            };
            left = rest;
            whole = whole.singlepart(Attachment::new(file_name(&name)).body(content, content_type(&name)));
        }
        mail.multipart(whole).map_err(|err| impossible(&err))
    }
}

/// A header whose value is ours.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// One line: no text of a message can begin a header.
fn subject(message: &Message) -> String {
    let line = render::one_line(&message.summary());
    let cut: String = line.chars().take(SUBJECT).collect();
    match (cut.is_empty(), cut.len() < line.len()) {
        (true, _) => "A message of Bellhop".into(),
        (false, true) => cut + "…",
        (false, false) => cut,
    }
}

/// The same id for the same thing, whoever asks and whenever.
fn id(domain: &str, what: &str, parts: &[&str]) -> String {
    let digest = parts.iter().fold(Sha256::new().chain_update(what), |hash, part| {
        hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part.as_bytes())
    });
    format!("<{what}.{}@{domain}>", hex::encode(&digest.finalize()[..16]))
}

fn file_name(name: &str) -> String {
    let safe: String = name.chars().map(|it| if it.is_control() || "\"\\/".contains(it) { '_' } else { it }).take(100).collect();
    if safe.trim().is_empty() { "file".into() } else { safe }
}

fn content_type(name: &str) -> ContentType {
    let kind = match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "txt" | "log" | "md" | "diff" | "patch" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "pdf" => "application/pdf",
        // What could run is a file and nothing else.
        _ => "application/octet-stream",
    };
    ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN)
}
