//! An alert's story, line by line, and the places where it is told.

pub(super) mod store;
