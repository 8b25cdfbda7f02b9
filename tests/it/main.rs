//! Stories: the whole bot driven from outside, a module a story.
//!
//! One binary, so that the bot is linked once. `tests/run` starts the real servers that some need.

mod alerts;
mod backup;
mod cards;
mod config;
mod configuration;
mod deps;
mod faults;
mod flood;
mod forms;
mod health;
mod hooks;
mod hooks_by_api;
mod jobs;
mod live_cards;
mod messages;
mod oncall;
mod outgoing;
mod outward;
mod paging;
mod people;
mod permission;
mod real;
mod reconcile;
mod redmine_faults;
mod secrets;
mod setup;
mod shutdown;
mod slack;
mod slack_client;
mod slack_home;
mod slack_install;
mod slack_socket;
mod store;
mod subscriptions;
mod subscriptions_lines;
mod sync;
mod zulip;
mod zulip_client;
mod zulip_events;
