//! `alert dismiss` and `alert reopen`.

use commands::{Action, Ctx, Effect, Message, Reply, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{GitHub, param, place::Place, problem},
    Alert, Kind, off, reply,
};

/// GitHub takes so many characters.
const COMMENT: usize = 280;

/// Dismisses an alert, with a reason.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Dismiss {
    /// The alert: dependabot/3, code/3, secret/3, or its link.
    alert: param::Alert,
    /// Why.
    reason: Reason,
    /// What to say about it.
    comment: Option<String>,
    /// The repository.
    repo: Option<param::Repo>,
}

/// Why an alert is dismissed; each scanner takes some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// False positive: it is not so.
    FalsePositive,
    /// Won't fix: of code and secrets.
    WontFix,
    /// Used in tests: of code and secrets.
    UsedInTests,
    /// Revoked: of secrets.
    Revoked,
    /// A fix was started: of Dependabot.
    FixStarted,
    /// No bandwidth to fix it: of Dependabot.
    NoBandwidth,
    /// Vulnerable code is not used: of Dependabot.
    NotUsed,
    /// Risk is tolerable: of Dependabot.
    TolerableRisk,
}

impl Reason {
    const ALL: [Reason; 8] = [
        Reason::FalsePositive,
        Reason::WontFix,
        Reason::UsedInTests,
        Reason::Revoked,
        Reason::FixStarted,
        Reason::NoBandwidth,
        Reason::NotUsed,
        Reason::TolerableRisk,
    ];

    /// What the scanner calls it; none where it knows no such reason.
    fn written(self, kind: Kind) -> Option<&'static str> {
        Some(match (kind, self) {
            (Kind::Dependabot, Reason::FalsePositive) => "inaccurate",
            (Kind::Dependabot, Reason::FixStarted) => "fix_started",
            (Kind::Dependabot, Reason::NoBandwidth) => "no_bandwidth",
            (Kind::Dependabot, Reason::NotUsed) => "not_used",
            (Kind::Dependabot, Reason::TolerableRisk) => "tolerable_risk",
            (Kind::Code, Reason::FalsePositive) => "false positive",
            (Kind::Code, Reason::WontFix) => "won't fix",
            (Kind::Code, Reason::UsedInTests) => "used in tests",
            (Kind::Secret, Reason::FalsePositive) => "false_positive",
            (Kind::Secret, Reason::WontFix) => "wont_fix",
            (Kind::Secret, Reason::UsedInTests) => "used_in_tests",
            (Kind::Secret, Reason::Revoked) => "revoked",
            _ => return None,
        })
    }
}

impl Action for Dismiss {
    type On = GitHub;
    const NAME: &str = "alert dismiss";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert dismiss dependabot/3 not_used repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (repo, kind, number) = on.alert(&self.alert, self.repo.as_ref())?;
        let Some(reason) = self.reason.written(kind) else {
            let taken = Reason::ALL.into_iter().filter(|it| it.written(kind).is_some());
            let taken: Vec<String> = taken.filter_map(|it| Some(json!(it).as_str()?.to_owned())).collect();
            return Err(problem::at("reason", format!("{} takes {}.", kind.title(), taken.join(", "))));
        };
        let place = on.place(ctx, repo, kind.right(), kind.level()).await?;
        let comment = place.asker.sign_line(self.comment.as_deref().unwrap_or_default(), COMMENT);
        let (state, names) = match kind {
            Kind::Secret => ("resolved", ["resolution", "resolution_comment"]),
            _ => ("dismissed", ["dismissed_reason", "dismissed_comment"]),
        };
        let mut body = json!({ "state": state, names[0]: reason });
        if !comment.is_empty() {
            body[names[1]] = json!(comment);
        }
        let alert = set(&place, kind, number, &body).await?;
        let did = format!("Dismissed {}/{number} of {}: {}.", kind.place(), place.repo, reason.replace('_', " "));
        Ok(reply(&place, ctx, kind, &alert, Message::text(did)))
    }
}

/// Opens a dismissed alert again.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Reopen {
    /// The alert: dependabot/3, code/3, secret/3, or its link.
    alert: param::Alert,
    /// The repository.
    repo: Option<param::Repo>,
}

impl Action for Reopen {
    type On = GitHub;
    const NAME: &str = "alert reopen";
    const EFFECT: Effect = Effect::Write;
    const EXAMPLES: &[&str] = &["alert reopen dependabot/3 repo=octo/widgets"];

    async fn run(self, on: &GitHub, ctx: &Ctx) -> Result<Reply> {
        let (repo, kind, number) = on.alert(&self.alert, self.repo.as_ref())?;
        let place = on.place(ctx, repo, kind.right(), kind.level()).await?;
        let alert = set(&place, kind, number, &json!({ "state": "open" })).await?;
        let did = format!("{}/{number} of {} is open again.", kind.place(), place.repo);
        Ok(reply(&place, ctx, kind, &alert, Message::text(did)))
    }
}

async fn set(place: &Place<'_>, kind: Kind, number: u64, body: &serde_json::Value) -> Result<Alert> {
    let set = place.patch(&Place::alert_path(kind, number), body).await;
    set.map_err(|error| off(error, kind, |it| super::missing(it, &format!("alert {}/{number}", kind.place()), &place.repo)))
}
