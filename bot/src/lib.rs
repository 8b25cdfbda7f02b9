//! Bellhop: chat in, actions out, and nothing lost between.

pub mod alerts;
pub mod app;
pub mod audit;
pub mod builtins;
pub mod chat;
pub mod cli;
pub mod config;
pub mod connections;
pub mod dispatch;
pub mod documents;
pub mod escalation;
pub mod forms;
pub mod health;
pub mod hooks;
pub mod notify;
pub mod oncall;
pub mod people;
pub mod queue;
pub mod resources;
pub mod sandbox;
pub mod server;
pub mod setup;
pub mod store;
pub mod sync;
pub mod telemetry;
