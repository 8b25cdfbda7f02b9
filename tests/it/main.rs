//! Stories: the whole bot driven from outside, a module a story.
//!
//! One binary, so that the bot is linked once. `tests/run` starts the real servers that some need.

mod backup;
mod config;
mod deps;
mod faults;
mod flood;
mod jobs;
mod real;
mod reconcile;
mod redmine_faults;
mod secrets;
mod shutdown;
mod slack;
mod store;
mod zulip;
mod zulip_events;
