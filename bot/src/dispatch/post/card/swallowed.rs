//! Cards of what a digest tells: nothing is said of it by itself, but where its object has a card already, that is to show what
//! became of the object.
//!
//! What a flood would have done to cards goes along with the digest that tells it, an entry an object, and is done with the
//! digest's end: in the lane of the place, so that a card still has one writer. The edits are jobs, and leave as the chat's
//! limits allow.

use std::collections::BTreeMap;

use super::{Card, CardPost, Edit, EditJob, Kept, Standing, State, object_of, shown_names, told_name};
use crate::{
    app::App,
    chat::Target,
    dispatch::post::{PostJob, Purpose},
    queue::Writes,
};

impl PostJob {
    /// Takes along what a post that is told in this one would have done to a card.
    pub(in crate::dispatch::post) fn swallow(&mut self, card: Option<CardPost>, before: BTreeMap<String, Card>) {
        // Those of a digest at a set time stand in another lane than the cards of the place.
        if self.purpose != Purpose::Message {
            return;
        }
        let own = match card {
            Some(CardPost::Told { card, .. }) => Some((object_of(&card.source, &card.noun, &card.object), *card)),
            _ => None,
        };
        for (object, later) in before.into_iter().chain(own) {
            match self.swallowed.get_mut(&object) {
                Some(so_far) => so_far.add(&later),
                None => drop(self.swallowed.insert(object, later)),
            }
        }
    }

    /// What brings the cards up to date whose objects this digest tells of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(in crate::dispatch::post) async fn catch_up_cards(&self, app: &App, writes: &mut Writes) -> anyhow::Result<()> {
        if self.swallowed.is_empty() || !matches!(self.post.to, Target::Place(_)) {
            return Ok(());
        }
        let now = app.store.now();
        let mut changed: BTreeMap<String, Kept> = BTreeMap::new();
        for (object, card) in &self.swallowed {
            let name = told_name(&self.post.to, object);
            let shown: Vec<String> = shown_names(object).collect();
            let (standing, shown) = self.standing(app, card, &name, &shown).await?;
            if let Some(Standing { name, kept, belongs }) = standing {
                // Several of them may belong to one card.
                let kept = changed.entry(name.clone()).or_insert(kept);
                let State::Told(so_far) = &mut kept.state else { continue };
                if belongs {
                    so_far.join(card);
                    writes.cursors.extend(self.lead_to(card, &name));
                } else {
                    so_far.add(card);
                }
            }
            writes.jobs.extend(shown.into_iter().map(|name| EditJob { edit: Edit::Shown { name } }.into_job(now)));
        }
        for (name, kept) in changed {
            if let State::Told(card) = &kept.state {
                let edit = Edit::Told { name: name.clone(), version: card.events };
                writes.jobs.push(EditJob { edit }.into_job(now));
            }
            writes.cursors.push((name, kept.text()));
        }
        Ok(())
    }
}
