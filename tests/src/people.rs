//! Who lives in the simulated workspaces.

/// A person of both chats.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub login: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    /// Slack's user id.
    pub slack: &'static str,
    /// Zulip's user id.
    pub zulip: u64,
}

pub const ANA: Person = Person { login: "ana", name: "Ana Abel", email: "ana@example.org", slack: "U0ANA0001", zulip: 10 };
pub const BEN: Person = Person { login: "ben", name: "Ben Berg", email: "ben@example.org", slack: "U0BEN0001", zulip: 11 };
pub const CHLOE: Person =
    Person { login: "chloe", name: "Chloe Cole", email: "chloe@example.org", slack: "U0CHLOE01", zulip: 12 };
pub const ALL: [Person; 3] = [ANA, BEN, CHLOE];
