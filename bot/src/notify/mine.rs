//! `me` in the filter of a subscription: the account of whoever subscribes for themselves.
//!
//! It is found when the subscription is made, and kept as the account's name: what a subscription says is what it does, and
//! `subscriptions` shows it. When the person links another account, the subscription follows ([`App::follow_mine`]). A channel is
//! several people, so there `me` is nobody.

use commands::{Actor, Error, ErrorKind, Result, error::FieldProblem, filter::Filter};

use crate::{
    app::App,
    config::Destination,
    people::{PersonId, links},
};

impl App {
    /// `filter` with the actor's account in `source` where it says `me`.
    ///
    /// # Errors
    /// At `filter`, where `to` is no person or their account is not known, each with what to write; those of the system.
    pub async fn filter_for(&self, filter: Filter, source: &str, to: &Destination, actor: &Actor) -> Result<Filter> {
        let Some(part) = filter.mine() else { return Ok(filter) };
        if to.person().is_none() {
            return Err(problem(format!(
                "`{part}` could mean anybody here. Write the account itself, as in `{}`, or subscribe in a direct message with me: \
                 there `me` is you.",
                named(&part)
            )));
        }
        self.filter_of(filter, source, actor).await
    }

    /// Has subscriptions that were written with `me` follow the accounts that their people have linked by now.
    ///
    /// # Errors
    /// The store cannot be used.
    pub(super) async fn follow_mine(&self) -> anyhow::Result<()> {
        let mut renamed = Vec::new();
        for made in self.subscriptions.made() {
            let (subscription, Some(mine)) = (&made.subscription, &made.mine) else { continue };
            let (to, connection) = (&subscription.to, self.connection_of(&subscription.from));
            let (Some(id), Some(connection)) = (to.person(), connection) else { continue };
            let link = self.people.link(&PersonId::new(&to.platform, &to.workspace, id), &connection).await?;
            let Some(linked) = link.and_then(|it| it.linked) else { continue };
            match mine.of_account(&linked.account) {
                Ok(filter) if filter != subscription.filter => renamed.push((made, filter)),
                Ok(_) => {}
                Err(err) => tracing::warn!("A subscription cannot follow {}: {err}", linked.account),
            }
        }
        if renamed.is_empty() { Ok(()) } else { self.subscriptions.rename(&renamed).await }
    }

    /// The same for what only the actor reads.
    ///
    /// # Errors
    /// At `filter`, where their account is not known; those of the system.
    pub async fn filter_of(&self, filter: Filter, source: &str, actor: &Actor) -> Result<Filter> {
        let Some(part) = filter.mine() else { return Ok(filter) };
        let Some(connection) = self.connection_of(source) else {
            return Err(problem(format!(
                "Nobody's account is known in `{source}`, which is not connected: write the account itself, as in `{}`.",
                named(&part)
            )));
        };
        match links::account(self, actor, &connection).await? {
            Some(linked) => filter.of_account(&linked.account),
            None => {
                let title = self.connections.get(&connection)?.title();
                Err(problem(format!(
                    "I do not know your account in {title}. Link it with `bellhop link {connection}`, or write its name, as in `{}`.",
                    named(&part)
                )))
            }
        }
    }
}

/// `author:me` with somebody's name: an example.
pub fn named(part: &str) -> String {
    format!("{}:ana", part.split(':').next().unwrap_or(part))
}

fn problem(message: String) -> Error {
    Error::new(ErrorKind::Validation, message.clone()).with_fields(vec![FieldProblem::new("filter", message)])
}
