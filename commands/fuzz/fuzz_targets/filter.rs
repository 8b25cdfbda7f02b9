//! Any text, read as a filter on events: it reads back as it prints, and says of an event what it does with it.
//!
//! `cargo +nightly fuzz run filter` from `commands/`; what it finds goes into `corpus/filter`, which
//! an ordinary test of the crate reads too.
#![no_main]

use commands::{Event, filter::Filter};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    assert_eq!(Filter::parse(&filter.to_string()).as_ref(), Ok(&filter));
    let events = [
        Event::default(),
        Event { kind: "pull.merged".into(), labels: vec!["a".into()], paths: vec!["a/b".into()], ..Event::default() },
    ];
    for event in &events {
        assert_eq!(filter.matches(event), filter.judge(event).is_passed());
    }
});
