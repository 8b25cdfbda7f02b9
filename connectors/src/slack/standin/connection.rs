//! The workspace as a system to act in: its API without the client of its people.

use axum::Router;
use serde_json::{Map, Value, json};

use super::{Options, SlackSim, state::ChannelKind};
use crate::standin::{Panel, Standin};

/// A workspace for a connection.
pub(in crate::slack) fn new() -> Box<dyn Standin> {
    crate::http::install_crypto();
    let sim = SlackSim::new(Options::default());
    Box::new(sim.expect("a client without a proxy or certificates of its own can be made"))
}

impl Standin for SlackSim {
    fn router(&self) -> Router {
        self.api_routes()
    }

    fn connection(&self, url: &str) -> Map<String, Value> {
        self.with(|state| state.base = url.to_owned());
        Map::from_iter([
            ("url".to_owned(), json!(format!("{url}/api/"))),
            ("bot_token".to_owned(), json!(self.credentials().bot_token)),
        ])
    }

    fn panel(&self) -> Panel {
        self.look(|state| {
            let channels = state.channels.iter().filter(|it| matches!(it.kind, ChannelKind::Public | ChannelKind::Private));
            let rows = channels.map(|it| {
                let open = match it.kind {
                    _ if it.archived => "archived",
                    ChannelKind::Private => "private",
                    _ => "public",
                };
                vec![json!(it.id), json!(it.name), json!(it.topic), json!(open), json!(it.members.len())]
            });
            Panel {
                title: "Channels".into(),
                header: ["Id", "Name", "Topic", "State", "Members"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }
        })
    }
}
