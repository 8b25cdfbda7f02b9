//! What a server's version lacks, by its feature level: <https://zulip.com/api/changelog>.

use commands::Result;

use super::{Zulip, client::server::Settings};
use crate::{Features, Missing};

/// What came after Zulip 9, the oldest version that the connector works with: the action, the feature level that brought it, the version of that,
/// and what there is instead.
const SINCE: &[(&str, u32, &str, &str)] = &[
    ("channel unarchive", 388, "11", "Whoever runs the server can: `manage.py unarchive_channel`."),
    ("group deactivate", 290, "10", "Take the people out of the group instead: `group remove`."),
];

pub(super) async fn features(on: &Zulip) -> Result<Features> {
    on.client.server().await.map(|it| read(&it))
}

fn read(server: &Settings) -> Features {
    let Settings { zulip_version, zulip_feature_level, .. } = server;
    let lacks = SINCE.iter().filter(|(_, level, ..)| zulip_feature_level < level);
    let missing = lacks.map(|(action, _, since, instead)| Missing {
        action,
        why: format!("Zulip {zulip_version} cannot do that by its API, which Zulip {since} can. {instead}"),
    });
    Features { version: Some(format!("Zulip {zulip_version}")), missing: missing.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Connector;

    fn lacking(level: u32) -> Vec<&'static str> {
        let server = Settings { zulip_version: "x".into(), zulip_feature_level: level, realm_name: String::new() };
        read(&server).missing.iter().map(|it| it.action).collect()
    }

    #[test]
    fn what_came_later_is_missing() {
        assert_eq!(lacking(388), [""; 0]);
        assert_eq!(lacking(387), ["channel unarchive"]);
        assert_eq!(lacking(289), ["channel unarchive", "group deactivate"]);
        assert_eq!(lacking(0).len(), SINCE.len());
        for (action, ..) in SINCE {
            assert!(Zulip::ACTIONS.iter().any(|it| it.spec.name == *action), "{action}");
        }
    }
}
