//! Names that people type, held against those that there are.

pub(super) use crate::words::{nearest, same};
