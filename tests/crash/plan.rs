//! Who subscribes to what: the same in the bot's configuration and in what the oracle expects.

pub const LANES: u64 = 24;
pub const HOOKS: [&str; 4] = ["hook-0", "hook-1", "hook-2", "hook-3"];
/// Each to the same Redmine, and each with a budget of its own in the bot.
pub const CONNECTIONS: [&str; 4] = ["redmine-0", "redmine-1", "redmine-2", "redmine-3"];

/// What a lane's deliveries come in through.
pub fn hook(lane: u64) -> &'static str {
    HOOKS[usize::try_from(lane).unwrap_or_default() % HOOKS.len()]
}

pub fn project(lane: u64) -> String {
    format!("lane-{lane:03}")
}

/// Where a lane's deliveries go, as the configuration writes it: all to Slack, and some to Zulip too.
pub fn places(lane: u64) -> Vec<String> {
    let mut places = vec![format!("slack:C0LANE{lane:03}")];
    if lane.is_multiple_of(6) {
        places.push(format!("zulip:dev>lane {lane:03}"));
    }
    places
}
