//! Whether the bot's account works, and whether it is of the sort that it has to be.

use connectors::{
    Check,
    zulip::client::{server::Settings, users::User},
};
use jiff::Timestamp;

use super::{Mode, Zulip};

/// Zulip 5.0: the first with everything that is used here.
const FEATURE_LEVEL: u32 = 119;
/// Zulip 7.0 knows `type=direct`.
const FEATURE_LEVEL_FOR_DIRECT: u32 = 174;

impl Zulip {
    pub(super) async fn checks(&self) -> Vec<Check> {
        let mut checks = self.queue_checks().await;
        match self.client.server_and_clock().await {
            Ok((settings, date)) => {
                checks.push(version(&settings));
                checks.extend(date.map(|date| clock(Timestamp::now(), date)));
            }
            Err(err) => return vec![Check::failed("reachability", err.message.clone(), "Mend zulip.site, or wait for Zulip.")],
        }
        if let Some(err) = self.way.kept_back() {
            checks.push(Check::warning("breaker", err.message, "Nothing to do: it is tried again by itself."));
        }
        if let Some(quota) = self.way.quota() {
            let of = quota.limit.map(|it| format!(" of {it}")).unwrap_or_default();
            checks.push(Check::ok("quota", format!("{}{of} requests a minute are left", quota.remaining)));
        }
        match self.client.me().await {
            // Only the full record tells the bot's type.
            Ok(me) => match self.client.user(me.user_id).await {
                Ok(me) => checks.extend(bot(&me, self.mode)),
                Err(err) => checks.push(Check::failed("credentials", err.message, "Give the bot the role Member.")),
            },
            Err(err) => {
                checks.push(Check::failed("credentials", err.message.clone(), "Copy email and key from the bot's zuliprc."))
            }
        }
        checks
    }
}

fn version(settings: &Settings) -> Check {
    let found = format!("Zulip {} (feature level {})", settings.zulip_version, settings.zulip_feature_level);
    match settings.zulip_feature_level {
        0..FEATURE_LEVEL => Check::failed("version", found, "Upgrade Zulip to 7.0 or later."),
        FEATURE_LEVEL..FEATURE_LEVEL_FOR_DIRECT => {
            Check::failed("version", format!("{found}, which knows no `direct` messages"), "Upgrade Zulip to 7.0 or later.")
        }
        _ => Check::ok("version", found),
    }
}

fn clock(now: Timestamp, theirs: Timestamp) -> Check {
    let apart = now.duration_since(theirs).as_secs().abs();
    if apart > 60 {
        let fix = "Set the clock of this machine, or of Zulip's, by NTP.";
        Check::warning("clock", format!("{apart} s apart from Zulip's"), fix)
    } else {
        Check::ok("clock", format!("{apart} s apart from Zulip's"))
    }
}

fn bot(me: &User, mode: Mode) -> Vec<Check> {
    if !me.is_bot {
        let detail = format!("signed in as the person {}", me.full_name);
        return vec![Check::failed(
            "credentials",
            detail,
            match mode {
                Mode::Webhook => "Use a bot's key: Settings > Bots > Add a new bot, type Outgoing webhook.",
                Mode::Events => "Use a bot's key: Settings > Bots > Add a new bot, type Generic bot.",
            },
        )];
    }
    let signed_in = Check::ok("credentials", format!("signed in as the bot {}", me.full_name));
    let kind = match me.bot_type {
        // Zulip keeps no messages for bots of the other types: they would miss mentions, and find none in the history.
        _ if mode == Mode::Events => match me.bot_type {
            Some(1) => Check::ok("bot type", "generic"),
            _ => Check::failed(
                "bot type",
                "no generic bot: Zulip tells it of no mentions by the event queue",
                "Add a bot of type Generic bot, or write mode = \"webhook\".",
            ),
        },
        Some(3) => Check::ok("bot type", "outgoing webhook"),
        Some(2) => Check::failed("bot type", "incoming webhook: it may only post", "Add a bot of type Outgoing webhook."),
        _ => Check::failed("bot type", "Zulip posts nothing to /zulip for it", "Add a bot of type Outgoing webhook."),
    };
    let mut checks = vec![signed_in, kind];
    if me.administers() {
        let fix = "Give the bot the role Member: it needs no more.";
        checks.push(Check::warning("role", "the bot administers the organization", fix));
    }
    checks
}

#[cfg(test)]
mod tests {
    use connectors::State;

    use super::{super::platform::tests::user, *};

    #[test]
    fn health_says_what_to_do() {
        let settings = |level| Settings { zulip_version: "6.2".into(), zulip_feature_level: level, realm_name: String::new() };
        assert_eq!((version(&settings(160)).state, version(&settings(372)).state), (State::Failed, State::Ok));
        let moment = |second| Timestamp::from_second(second).expect("a moment");
        assert_eq!(
            (clock(moment(1000), moment(1030)).state, clock(moment(1000), moment(2000)).state),
            (State::Ok, State::Warning)
        );
        let ana = user(10, "Ana", "ana@example.org");
        assert_eq!(bot(&ana, Mode::Webhook)[0].state, State::Failed);
        let of = |mode, kind, role| bot(&User { is_bot: true, bot_type: Some(kind), role: Some(role), ..ana.clone() }, mode);
        let bellhop = |kind, role| of(Mode::Webhook, kind, role);
        assert_eq!((of(Mode::Events, 1, 400)[1].state, of(Mode::Events, 3, 400)[1].state), (State::Ok, State::Failed));
        assert!(bellhop(3, 400).iter().all(|it| it.state == State::Ok));
        assert_eq!(bellhop(1, 400)[1].state, State::Failed);
        assert_eq!(bellhop(3, 200)[2].state, State::Warning);
    }
}
