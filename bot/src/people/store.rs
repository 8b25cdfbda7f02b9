//! Rows about people: settings, mutes, linked accounts.

use jiff::Timestamp;

use super::{
    People, PersonId,
    links::{Found, Link, Linked},
    settings::{Mute, Settings},
};
use crate::store::{Row, Statement, sql};

/// A message may be addressed to somebody without saying in which workspace.
const IS_PERSON: &str = "platform = $1 AND (workspace = $2 OR $2 = '')";

fn of(text: String, person: &PersonId) -> Statement {
    sql(text).bind(person.platform.as_str()).bind(person.workspace.as_str()).bind(person.id.as_str())
}

impl People {
    /// What the person set; what they did not is none.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn settings(&self, person: &PersonId) -> anyhow::Result<Settings> {
        let row = of(format!("SELECT zone, locale, quiet FROM person WHERE {IS_PERSON} AND id = $3 LIMIT 1"), person)
            .first(self.store.read())
            .await?;
        let Some(row) = row else { return Ok(Settings::default()) };
        let quiet = row.maybe_text(2)?.map(|it| serde_json::from_str(&it)).transpose()?;
        Ok(Settings { zone: row.maybe_text(0)?, locale: row.maybe_text(1)?, quiet })
    }

    /// # Errors
    /// The store cannot be written to.
    pub async fn save_settings(&self, person: &PersonId, settings: &Settings) -> anyhow::Result<()> {
        let quiet = settings.quiet.as_ref().map(serde_json::to_string).transpose()?;
        let mut tx = self.store.begin().await?;
        of(
            "INSERT INTO person (platform, workspace, id, zone, locale, quiet) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (platform, workspace, id) DO UPDATE SET zone = excluded.zone, locale = excluded.locale, quiet = excluded.quiet"
                .into(),
            person,
        )
        .bind(settings.zone.as_deref())
        .bind(settings.locale.as_deref())
        .bind(quiet)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What the person wants to hear nothing of at `now`, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn mutes(&self, person: &PersonId, now: Timestamp) -> anyhow::Result<Vec<Mute>> {
        let text = format!(
            "SELECT source, until FROM mute WHERE {IS_PERSON} AND person = $3 AND (until IS NULL OR until > $4) ORDER BY source"
        );
        let rows = of(text, person).bind(now).all(self.store.read()).await?;
        rows.iter().map(|row| Ok(Mute { source: row.text(0)?, until: row.maybe_time(1)? })).collect()
    }

    /// # Errors
    /// The store cannot be written to.
    pub async fn mute(&self, person: &PersonId, mute: &Mute) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        // What has passed is of no use to anybody.
        let passed = format!("DELETE FROM mute WHERE {IS_PERSON} AND person = $3 AND until <= $4");
        of(passed, person).bind(tx.now()).execute(&mut tx).await?;
        of(
            "INSERT INTO mute (platform, workspace, person, source, until) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (platform, workspace, person, source) DO UPDATE SET until = excluded.until"
                .into(),
            person,
        )
        .bind(mute.source.as_str())
        .bind(mute.until)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether it was muted.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn unmute(&self, person: &PersonId, source: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let text =
            format!("DELETE FROM mute WHERE {IS_PERSON} AND person = $3 AND source = $4 AND (until IS NULL OR until > $5)");
        let removed = of(text, person).bind(source).bind(tx.now()).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// What is kept of the person's account in a connection.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn link(&self, person: &PersonId, connection: &str) -> anyhow::Result<Option<Link>> {
        let text = format!("{LINK} WHERE {IS_PERSON} AND person = $3 AND connection = $4");
        let row = of(text, person).bind(connection).first(self.store.read()).await?;
        row.map(|row| read_link(&row)).transpose()
    }

    /// The account that counts as the person's in a connection, as of now or a few seconds ago where another bot changed it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn account(&self, person: &PersonId, connection: &str) -> anyhow::Result<Option<Linked>> {
        let key = (person.clone(), connection.to_owned());
        if let Some(known) = self.accounts.get(&key).await {
            return Ok(known);
        }
        let linked = self.link(person, connection).await?.and_then(|it| it.linked);
        self.accounts.insert(key, linked.clone()).await;
        Ok(linked)
    }

    /// All links, by connection and account; of one connection, where it is named.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn links(&self, connection: Option<&str>) -> anyhow::Result<Vec<Link>> {
        let text = format!("{LINK} WHERE connection = $1 OR $1 = '' ORDER BY connection, COALESCE(account, claim), person");
        let rows = sql(text).bind(connection.unwrap_or_default()).all(self.store.read()).await?;
        rows.iter().map(read_link).collect()
    }

    /// Says which account is the person's; a claim to another is settled by it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn set_link(&self, person: &PersonId, connection: &str, linked: &Linked, who: &PersonId) -> anyhow::Result<()> {
        self.set_links(&[(person.clone(), connection.to_owned(), linked.clone())], who).await
    }

    /// The same for many, all or none.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn set_links(&self, links: &[(PersonId, String, Linked)], who: &PersonId) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        for (person, connection, linked) in links {
            of(
                "INSERT INTO link (platform, workspace, person, connection, account, how, who, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (platform, workspace, person, connection)
                 DO UPDATE SET account = excluded.account, how = excluded.how, claim = NULL, who = excluded.who, at = excluded.at"
                    .into(),
                person,
            )
            .bind(connection.as_str())
            .bind(linked.account.as_str())
            .bind(linked.found.word())
            .bind(who.to_string())
            .bind(now)
            .execute(&mut tx)
            .await?;
        }
        tx.commit().await?;
        self.accounts.invalidate_all();
        Ok(())
    }

    /// Notes what the person says their account is; what counts so far goes on counting.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn claim(&self, person: &PersonId, connection: &str, account: &str) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        of(
            "INSERT INTO link (platform, workspace, person, connection, claim, who, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (platform, workspace, person, connection) DO UPDATE SET claim = excluded.claim"
                .into(),
            person,
        )
        .bind(connection)
        .bind(account)
        .bind(person.to_string())
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what is kept of the person's account in a connection; what that was.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn unlink(&self, person: &PersonId, connection: &str) -> anyhow::Result<Option<Link>> {
        let before = self.link(person, connection).await?;
        let mut tx = self.store.begin().await?;
        let text = format!("DELETE FROM link WHERE {IS_PERSON} AND person = $3 AND connection = $4");
        let removed = of(text, person).bind(connection).execute(&mut tx).await?;
        tx.commit().await?;
        self.accounts.invalidate_all();
        Ok(before.filter(|_| removed > 0))
    }

    /// Whether the person ever had something done; help does not count.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn is_newcomer(&self, person: &PersonId) -> anyhow::Result<bool> {
        let row = sql("SELECT 1 FROM audit WHERE actor = $1 LIMIT 1").bind(person.to_string()).first(self.store.read()).await?;
        Ok(row.is_none())
    }
}

const LINK: &str = "SELECT platform, workspace, person, connection, account, how, claim, who, at FROM link";

fn read_link(row: &Row) -> anyhow::Result<Link> {
    let found = row.maybe_text(5)?.and_then(|it| Found::of(&it));
    Ok(Link {
        person: PersonId::new(&row.text(0)?, &row.text(1)?, &row.text(2)?),
        connection: row.text(3)?,
        linked: row.maybe_text(4)?.zip(found).map(|(account, found)| Linked { account, found }),
        claim: row.maybe_text(6)?,
        who: row.text(7)?,
        at: row.time(8)?,
    })
}
