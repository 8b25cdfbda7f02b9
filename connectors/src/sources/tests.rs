//! Every source against its own fixtures, against what is true of all of them, and against payloads that are broken.

mod alerts;
mod broken;
mod builds;
mod check;
mod errors;
mod mail;
mod monitors;
mod rules;
mod words;
