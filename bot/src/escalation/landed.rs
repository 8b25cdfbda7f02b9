//! What follows from what became of a page: the next way, or the next step, at once.

use super::{
    desk::{Answer, Landed, again},
    edit::EditPageJob,
    page::PageJob,
    store::{self, Escalation, Page, PageState, State},
};
use crate::{app::App, store::Tx};

/// What became of a page, and what follows: the next way, or the next step, at once.
pub(super) async fn land(app: &App, tx: &mut Tx, id: i64, landed: &Landed) -> anyhow::Result<Answer> {
    let now = tx.now();
    let Some(page) = store::page_in(tx, id).await? else { return Ok(Answer::No("there is no such page any more".into())) };
    let row = match page.alert {
        Some(alert) => store::lock(tx, alert).await?,
        None => None,
    };
    let Some(mut page) = store::page_in(tx, id).await? else { return Ok(Answer::No("there is no such page any more".into())) };
    let (name, how) = (page.name.clone(), page.kind.said());
    if matches!(page.state, PageState::Failed) {
        return Ok(Answer::No("it failed before".into()));
    }
    let (state, reason) = match landed {
        // Twilio may tell that it arrived before it tells that it took it.
        Landed::Sent { .. } if page.state == PageState::Delivered => return Ok(Answer::Done),
        Landed::Sent { message } => {
            page.message = message.clone().or(page.message.take());
            (PageState::Sent, None)
        }
        Landed::Delivered => (PageState::Delivered, None),
        Landed::Troubled { reason } => (PageState::Waiting, Some(reason.clone())),
        Landed::Failed { reason } => (PageState::Failed, Some(reason.clone())),
    };
    let is_news = page.state != state;
    metrics::counter!("bellhop_pages_total", "way" => page.kind.word(), "outcome" => state.word()).increment(1);
    (page.state, page.changed_at, page.reason) = (state, now, reason.clone());
    let Some(alert) = page.alert else {
        store::write_page(tx, &page).await?;
        return Ok(Answer::Done);
    };
    // Whoever acknowledged meanwhile called off what had not left; what is under way is only written down.
    let is_over = row.as_ref().is_none_or(|it| it.state == State::Stopped);
    if is_over && page.state == PageState::Waiting {
        page.state = PageState::Off;
    }
    let Some(reason) = reason else {
        store::write_page(tx, &page).await?;
        // Somebody saw to it while it was on its way.
        if is_over && page.message.is_some() {
            EditPageJob { page: page.id }.enqueue(tx).await?;
        }
        if is_news && page.state == PageState::Sent {
            app.note_on_alert(tx, alert, page.person.as_ref(), &format!("{name} was paged {how}.")).await?;
        }
        return Ok(Answer::Done);
    };
    let was_passed_on = std::mem::replace(&mut page.passed_on, true);
    store::write_page(tx, &page).await?;
    if is_over {
        return Ok(Answer::Done);
    }
    let all = store::pages_of_step(tx, alert, page.tick).await?;
    let of_party = || all.iter().filter(|it| it.party == page.party && it.id != page.id);
    let mut followed = None;
    if !was_passed_on
        && let Some(next) = of_party().find(|it| it.place > page.place && it.state == PageState::Waiting && !it.passed_on)
    {
        store::write_page(tx, &Page { due: now, changed_at: now, ..next.clone() }).await?;
        // The job of before finds it gone, if this one was faster.
        PageJob::of(next).enqueue(tx, now).await?;
        followed = Some(next.kind.said());
    }
    let is_final = page.state == PageState::Failed;
    if !was_passed_on || is_final {
        let then = match followed {
            Some(how) => format!(" {name} is paged {how} now."),
            None => String::new(),
        };
        let what = if is_final { "cannot be paged" } else { "could not be paged yet" };
        app.note_on_alert(tx, alert, page.person.as_ref(), &format!("{name} {what} {how}: {reason}{then}")).await?;
    }
    let reaches = |it: &Page| it.state.is_hopeful();
    if is_final && !of_party().any(reaches) {
        let mut text = format!("{name} cannot be reached.");
        let is_nobody = !all.iter().any(|it| it.id != page.id && reaches(it));
        if let Some(row) = &row {
            app.look_for_hearers(tx, row).await?;
        }
        // Only while the step after this one is what is waited for.
        if let Some(row) = row.filter(|it| is_nobody && it.state == State::Running && it.tick == page.tick + 1) {
            text.push_str(" Nobody of this step can: the next one at once.");
            again(tx, Escalation { tick: row.tick + 1, due: Some(now), ..row }, now).await?;
        }
        app.note_on_alert(tx, alert, None, &text).await?;
    }
    Ok(Answer::Done)
}
