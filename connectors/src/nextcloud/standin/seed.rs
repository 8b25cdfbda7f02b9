//! The small world that a new simulated Nextcloud starts with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    BOT, PASSWORD,
    sharing::Share,
    state::{Group, State, Tag, User, Version},
};

fn user(id: &str, name: &str, app_password: &str) -> User {
    User {
        id: id.into(),
        name: name.into(),
        email: format!("{id}@example.org"),
        enabled: true,
        quota: (id != BOT).then_some(5_000_000_000),
        language: "en".into(),
        manager: String::new(),
        app_password: app_password.into(),
        administers: BTreeSet::new(),
        mails: Vec::new(),
        password: String::new(),
    }
}

fn group(id: &str, members: &[&str]) -> Group {
    Group { id: id.into(), name: id.into(), members: members.iter().map(|it| (*it).to_owned()).collect() }
}

impl Default for State {
    fn default() -> State {
        let mut state = State {
            clock: None,
            nodes: Vec::new(),
            users: vec![
                user(BOT, "Bellhop", PASSWORD),
                user("ana", "Ana Example", "nextcloud-app-password-of-ana"),
                user("ben", "Ben Example", "nextcloud-app-password-of-ben"),
                user("chloe", "Chloe Example", "nextcloud-app-password-of-chloe"),
            ],
            groups: vec![group("admin", &[BOT]), group("design", &["ana", "ben"]), group("demo", &["ana", "ben", "chloe"])],
            shares: Vec::new(),
            tags: vec![
                Tag { id: 1, name: "Draft".into(), can_assign: true },
                Tag { id: 2, name: "Final".into(), can_assign: true },
                Tag { id: 3, name: "Legal hold".into(), can_assign: false },
            ],
            trash: Vec::new(),
            versions: BTreeMap::new(),
            uploads: BTreeMap::new(),
            statuses: BTreeMap::new(),
            webhooks: Vec::new(),
            listeners: Vec::new(),
            activities: Vec::new(),
            off: BTreeSet::new(),
            is_admin: true,
            copies: None,
            last_id: 0,
        };
        state.add("/", true, Vec::new(), "");
        for folder in
            ["/Handbook", "/Inbox", "/Projects", "/Reports", "/Templates", "/Templates/client", "/Templates/client/Drawings"]
        {
            state.add(folder, true, Vec::new(), "");
        }
        let pdf = [b"%PDF-1.7\n".to_vec(), vec![b'0'; 1_200_000]].concat();
        for (path, bytes, mime) in [
            ("/Handbook/house-rules.md", b"# House rules\n\nThe last one switches the lights off.\n".to_vec(), "text/markdown"),
            ("/Reports/2026.pdf", pdf, "application/pdf"),
            ("/Reports/apollo.txt", b"Apollo is on its way.\n".to_vec(), "text/plain"),
            ("/Reports/printers.csv", b"printer,pages\nlobby,120\ncats,9000\n".to_vec(), "text/csv"),
            ("/Templates/client/Contract.md", b"# Contract\n".to_vec(), "text/markdown"),
        ] {
            state.add(path, false, bytes, mime);
        }
        for node in state.nodes.iter_mut().filter(|it| it.path.starts_with("/Handbook")) {
            (node.owner, node.is_read_only) = ("Chloe Example", true);
        }
        let id_of = |state: &State, path: &str| state.at(path).map_or(0, |it| state.nodes[it].id);
        let (apollo, reports) = (id_of(&state, "/Reports/apollo.txt"), id_of(&state, "/Reports"));
        if let Some(at) = state.at("/Reports/apollo.txt") {
            state.nodes[at].tags.insert(1);
        }
        let before = state.now() - SignedDuration::from_hours(24);
        state.versions.insert(
            apollo,
            vec![Version { name: before.as_second().to_string(), bytes: b"Apollo waits.\n".to_vec(), at: before }],
        );
        state.shares.push(Share::seeded(1, reports, 0, "ana", 1));
        state.shares.push(Share::seeded(2, reports, 3, "", 1));
        state.statuses.insert("ana".into(), super::apps::status_of("ana", "away", Some("Lunch"), Some("🍜")));
        state.note("file_changed", "ana", "changed", apollo, "/Reports/apollo.txt");
        state
    }
}

impl State {
    /// Lets the clock stand still at `now`, with everything as of then.
    #[cfg(test)]
    pub fn stop_clock(&mut self, now: jiff::Timestamp) {
        self.clock = Some(now);
        for node in &mut self.nodes {
            node.modified = now;
        }
        let before = now - SignedDuration::from_hours(24);
        for version in self.versions.values_mut().flatten() {
            (version.name, version.at) = (before.as_second().to_string(), before);
        }
        for entry in &mut self.activities {
            entry["datetime"] = now.to_string().into();
        }
        for share in &mut self.shares {
            share.at = now;
        }
    }
}
