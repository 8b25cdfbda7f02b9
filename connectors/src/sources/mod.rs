//! Systems that only send: monitors, build servers, and any that can call an address. A file and a line each.

use crate::Source;

/// Every kind of hook that is no connector.
pub const ALL: &[Source] = &[];
