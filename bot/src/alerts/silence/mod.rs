//! Silences: that nobody is to be paged for something, for a while.

pub(super) mod store;
