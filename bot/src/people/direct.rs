//! Of what somebody wants to be told directly: all that concerns them, but for what they switched off.

use std::collections::BTreeSet;

use commands::event::Why;

use super::{People, PersonId};
use crate::store::{Statement, sql};

/// All that somebody can be told of directly.
pub const WHYS: [Why; 3] = [Why::Assigned, Why::ReviewAsked, Why::Mentioned];

/// As it is stored, and typed.
pub fn word(why: Why) -> &'static str {
    match why {
        Why::Assigned => "assigned",
        Why::ReviewAsked => "review",
        Why::Mentioned => "mentioned",
    }
}

/// Whether somebody is told of an object directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hush {
    /// Not any more.
    Yes,
    No,
}

const IS_PERSON: &str = "platform = $1 AND (workspace = $2 OR $2 = '') AND person = $3";

fn of(text: String, person: &PersonId) -> Statement {
    sql(text).bind(person.platform.as_str()).bind(person.workspace.as_str()).bind(person.id.as_str())
}

impl People {
    /// Of what the person is told.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn wanted(&self, person: &PersonId) -> anyhow::Result<Vec<Why>> {
        let rows = of(format!("SELECT why FROM direct_off WHERE {IS_PERSON}"), person).all(self.store.read()).await?;
        let off = rows.iter().map(|row| row.text(0)).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(WHYS.into_iter().filter(|it| !off.contains(word(*it))).collect())
    }

    /// # Errors
    /// The store cannot be written to.
    pub async fn save_wanted(&self, person: &PersonId, wanted: &[Why]) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        for why in WHYS {
            let text = match wanted.contains(&why) {
                true => format!("DELETE FROM direct_off WHERE {IS_PERSON} AND why = $4"),
                false => {
                    "INSERT INTO direct_off (platform, workspace, person, why) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
                        .into()
                }
            };
            of(text, person).bind(word(why)).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether the person does not want to hear of that object any more.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn is_hushed(&self, person: &PersonId, object: &str) -> anyhow::Result<bool> {
        let text = format!("SELECT 1 FROM hush WHERE {IS_PERSON} AND object = $4");
        Ok(of(text, person).bind(object).first(self.store.read()).await?.is_some())
    }

    /// # Errors
    /// The store cannot be written to.
    pub async fn save_hush(&self, person: &PersonId, object: &str, hush: Hush) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        match hush {
            Hush::Yes => {
                let text = "INSERT INTO hush (platform, workspace, person, object, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
                of(text.into(), person).bind(object).bind(now).execute(&mut tx).await?;
            }
            Hush::No => {
                of(format!("DELETE FROM hush WHERE {IS_PERSON} AND object = $4"), person).bind(object).execute(&mut tx).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_each;

    #[tokio::test]
    async fn all_that_concerns_somebody_is_told_until_they_say_otherwise() {
        on_each(|bench| async move {
            let people = People::open(&bench.store);
            let (ana, ben) = (PersonId::new("slack", "T1", "U1"), PersonId::new("slack", "T1", "U2"));
            assert_eq!(people.wanted(&ana).await.expect("read"), WHYS);
            people.save_wanted(&ana, &[Why::Assigned]).await.expect("saved");
            people.save_wanted(&ana, &[Why::Assigned]).await.expect("saved again");
            assert_eq!(people.wanted(&ana).await.expect("read"), [Why::Assigned]);
            assert_eq!(people.wanted(&ben).await.expect("read"), WHYS);
            people.save_wanted(&ana, &WHYS).await.expect("saved");
            assert_eq!(people.wanted(&ana).await.expect("read"), WHYS);

            people.save_hush(&ana, "https://example.org/7", Hush::Yes).await.expect("saved");
            people.save_hush(&ana, "https://example.org/7", Hush::Yes).await.expect("saved again");
            assert!(people.is_hushed(&ana, "https://example.org/7").await.expect("read"));
            assert!(!people.is_hushed(&ben, "https://example.org/7").await.expect("read"));
            people.save_hush(&ana, "https://example.org/7", Hush::No).await.expect("saved");
            assert!(!people.is_hushed(&ana, "https://example.org/7").await.expect("read"));
        })
        .await;
    }
}
