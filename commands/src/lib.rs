//! The vocabulary and the language of chat-ops, without any I/O.
//!
//! An [`Action`] is a documented struct of parameters and the only declaration of them. From its
//! schema come the slash grammar ([`grammar`]), forms of every kind ([`form`]), help, usage,
//! completion and documentation ([`help`]). A [`Call`] is a request to run one, wherever it came
//! from, and prints as the command a person could have typed. [`Message`] is what comes back, free
//! of any one chat's markup. Time and chat are handed in by the caller, never reached for.

pub mod action;
pub mod error;
pub mod event;
pub mod filter;
pub mod form;
pub mod grammar;
pub mod help;
pub mod message;
mod nearest;
pub mod param;

pub use action::{
    Action, ActionDef, ActionSpec, Actor, Audience, BoxFuture, Call, Card, Ctx, Download, Effect, File, Group, Host, Pin, Reply,
};
pub use error::{Error, ErrorKind, FieldProblem, Result};
pub use event::Event;
pub use form::{Choice, Field, FieldKind, Now};
pub use message::{Block, Button, Message, Press, Span, Text, Tone};
#[cfg(test)]
mod tracker;
