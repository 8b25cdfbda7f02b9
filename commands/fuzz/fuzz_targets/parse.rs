//! Any bytes, read as a line typed at the tracker that the crate's own tests speak about.
//!
//! `cargo +nightly fuzz run parse` from `commands/`; what it finds goes into `corpus/parse`, which
//! an ordinary test of the crate reads too.
#![no_main]

// The tracker is written against the crate's root, which is this file here.
use commands::*;

#[allow(dead_code)]
#[path = "../../src/tracker.rs"]
mod tracker;

libfuzzer_sys::fuzz_target!(|line: &str| tracker::check(line));
