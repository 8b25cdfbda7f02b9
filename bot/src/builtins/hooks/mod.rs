//! stub
pub const HOOK_SECRET: &str = "hooks secret";
