//! `quota show`.

use commands::{Action, Ctx, Effect, Message, Reply, Result, Text, Tone};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Drive, card::size, wire::StorageQuota};

/// Shows how much of the storage is used.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Show {}

impl Action for Show {
    type On = Drive;
    const NAME: &str = "quota show";
    const EFFECT: Effect = Effect::Read;
    const EXAMPLES: &[&str] = &["quota show"];

    async fn run(self, on: &Drive, ctx: &Ctx) -> Result<Reply> {
        let acting = on.acting(ctx).await?;
        let about = acting.about().await?;
        let quota = &about.storage_quota;
        let full = percent(quota);
        let head = match full {
            Some(full) => format!("{full} % of the storage is used"),
            None => "The storage has no limit".to_owned(),
        };
        let fact = |name: &str, value: &Option<String>| Some((name.to_owned(), Text::from(size(value.as_ref()?.parse().ok()?))));
        let mut facts = vec![("Account".to_owned(), Text::from(about.user.email_address.as_deref().unwrap_or(acting.who())))];
        facts.extend(fact("Used", &quota.usage));
        facts.extend(fact("Of", &quota.limit));
        facts.extend(fact("In Drive", &quota.usage_in_drive));
        facts.extend(fact("In the trash", &quota.usage_in_drive_trash));
        let warns = full.is_some_and(|it| it >= u64::from(on.settings.quota_warning));
        let message = Message::new().tone(if warns { Tone::Warning } else { Tone::Neutral }).heading(head).facts(facts);
        Ok(Reply::to_asker(match acting.note() {
            Some(note) => message.context(note),
            None => message,
        }))
    }
}

/// How full it is; none where there is no limit. A service account may have no storage of its own: that is full.
pub(super) fn percent(quota: &StorageQuota) -> Option<u64> {
    let number = |it: &Option<String>| it.as_ref().and_then(|it| it.parse::<u64>().ok());
    let (limit, usage) = (number(&quota.limit)?, number(&quota.usage).unwrap_or(0));
    Some(usage.saturating_mul(100).checked_div(limit).unwrap_or(100))
}
