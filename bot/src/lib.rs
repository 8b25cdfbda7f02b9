//! Bellhop: chat in, actions out, and nothing lost between.

// A chat's calls lead through its SDK, spans and connectors; the compiler lays these futures out at once when it optimizes.
#![recursion_limit = "256"]

pub mod alerts;
pub mod app;
pub mod audit;
pub mod builtins;
pub mod chart;
pub mod chat;
pub mod cli;
pub mod config;
pub mod connections;
pub mod dashboard;
pub mod dispatch;
pub mod documents;
pub mod escalation;
pub mod forms;
pub mod health;
pub mod hooks;
pub mod import;
pub mod notify;
pub mod oncall;
pub mod people;
pub mod plan;
pub mod queue;
pub mod resources;
pub mod sandbox;
pub mod server;
pub mod setup;
pub mod store;
pub mod sync;
pub mod telemetry;
mod vital;
