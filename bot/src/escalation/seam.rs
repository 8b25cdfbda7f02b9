//! What escalation asks of alerts, in one place.

use crate::{
    alerts::{Alert, State},
    app::App,
    people::PersonId,
    store::Tx,
};

/// The alert.
pub(super) async fn alert(app: &App, id: i64) -> anyhow::Result<Option<Alert>> {
    #[cfg(test)]
    if let Some(standin) = super::tests::standin(app).await {
        return standin.alert(id).await;
    }
    app.alert(id).await
}

/// Whether anybody is to be paged for it now.
pub(super) async fn pages_now(app: &App, tx: &mut Tx, id: i64) -> anyhow::Result<bool> {
    #[cfg(test)]
    if let Some(standin) = super::tests::standin(app).await {
        return standin.pages_now(tx, id).await;
    }
    app.pages_now(tx, id).await
}

/// A line of its timeline.
pub(super) async fn note_on_alert(app: &App, tx: &mut Tx, id: i64, who: Option<&PersonId>, text: &str) -> anyhow::Result<()> {
    #[cfg(test)]
    if let Some(standin) = super::tests::standin(app).await {
        return standin.note(tx, id, who, text).await;
    }
    app.note_on_alert(tx, id, who, text).await
}

/// Whether it may page again later: it fires, and is only held back.
pub(super) fn may_page_later(alert: &Alert) -> bool {
    alert.state == State::Firing
}
