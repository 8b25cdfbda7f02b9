//! Alerts through their life, on both databases.
