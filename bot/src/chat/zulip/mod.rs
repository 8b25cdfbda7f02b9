//! Zulip.
