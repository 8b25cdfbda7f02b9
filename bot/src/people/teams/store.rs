//! Rows of teams, their people and the user groups bound to them.

use super::{Bound, Job, Member, Team};
use crate::{
    people::{People, PersonId},
    queue::{NewJob, Queue},
    resources::ledger,
    store::{Row, Tx, sql},
};

impl People {
    /// Whether there was none of that name.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn create_team(&self, name: &str, who: &PersonId) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let now = tx.now();
        let statement = sql("INSERT INTO team (name, who, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING");
        let made = statement.bind(name).bind(who.to_string()).bind(now).execute(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(made > 0)
    }

    /// Whether there was one. The user groups that were bound to it stay as they are.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn delete_team(&self, name: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        for table in ["team_group", "team_member"] {
            sql(format!("DELETE FROM {table} WHERE team = $1")).bind(name).execute(&mut tx).await?;
        }
        let gone = sql("DELETE FROM team WHERE name = $1").bind(name).execute(&mut tx).await?;
        compare(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(gone > 0)
    }

    /// Makes a team what a file or an earlier version says, in a transaction of one's own.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn put_team_in(&self, tx: &mut Tx, team: &Team, who: &str) -> anyhow::Result<()> {
        let now = tx.now();
        sql("INSERT INTO team (name, who, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(team.name.as_str())
            .bind(who)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sql("DELETE FROM team_member WHERE team = $1").bind(team.name.as_str()).execute(&mut *tx).await?;
        for member in &team.members {
            insert_member(tx, &team.name, member).await?;
        }
        let before =
            sql("SELECT platform, workspace, id FROM team_group WHERE team = $1").bind(team.name.as_str()).all(&mut *tx).await?;
        for row in &before {
            let (platform, workspace, id) = (row.text(0)?, row.text(1)?, row.text(2)?);
            if !team.groups.iter().any(|it| it.platform == platform && it.workspace == workspace && it.id == id) {
                sql("DELETE FROM team_group WHERE platform = $1 AND workspace = $2 AND id = $3")
                    .bind(platform)
                    .bind(workspace)
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        for group in &team.groups {
            sql("INSERT INTO team_group (platform, workspace, id, team, label) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (platform, workspace, id) DO UPDATE SET team = excluded.team")
            .bind(group.platform.as_str())
            .bind(group.workspace.as_str())
            .bind(group.id.as_str())
            .bind(team.name.as_str())
            .bind(group.label.as_str())
            .execute(&mut *tx)
            .await?;
        }
        enqueue(tx, &team.name).await?;
        compare(tx).await?;
        Ok(())
    }

    /// Ends a team, in a transaction of one's own.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn remove_team_in(&self, tx: &mut Tx, name: &str) -> anyhow::Result<()> {
        for table in ["team_group", "team_member"] {
            sql(format!("DELETE FROM {table} WHERE team = $1")).bind(name).execute(&mut *tx).await?;
        }
        sql("DELETE FROM team WHERE name = $1").bind(name).execute(&mut *tx).await?;
        compare(tx).await?;
        Ok(())
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn team(&self, name: &str) -> anyhow::Result<Option<Team>> {
        Ok(self.teams().await?.into_iter().find(|it| it.name == name))
    }

    /// All teams, by name.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn teams(&self) -> anyhow::Result<Vec<Team>> {
        let rows = sql("SELECT name FROM team ORDER BY name").all(self.store.read()).await?;
        let mut teams = Vec::new();
        for row in &rows {
            teams.push(Team { name: row.text(0)?, members: Vec::new(), groups: Vec::new() });
        }
        let members = sql("SELECT team, platform, workspace, person, label FROM team_member ORDER BY team, label, person");
        for row in members.all(self.store.read()).await? {
            let team = row.text(0)?;
            let member = Member { person: PersonId::new(&row.text(1)?, &row.text(2)?, &row.text(3)?), label: row.text(4)? };
            if let Some(it) = teams.iter_mut().find(|it| it.name == team) {
                it.members.push(member);
            }
        }
        for bound in self.bound().await? {
            if let Some(it) = teams.iter_mut().find(|it| it.name == bound.team) {
                it.groups.push(bound);
            }
        }
        Ok(teams)
    }

    /// All user groups that are bound to a team.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn bound(&self) -> anyhow::Result<Vec<Bound>> {
        let rows =
            sql("SELECT team, platform, workspace, id, label, pushed, found FROM team_group ORDER BY team, platform, label")
                .all(self.store.read())
                .await?;
        rows.iter().map(read_bound).collect()
    }

    /// Puts somebody into a team, and its user groups in order; whether they were not in it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn add_member(&self, team: &str, member: &Member) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let added = insert_member(&mut tx, team, member).await?;
        enqueue(&mut tx, team).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(added > 0)
    }

    /// Takes somebody out of a team, and puts its user groups in order; whether they were in it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn remove_member(&self, team: &str, person: &PersonId) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let removed = sql("DELETE FROM team_member WHERE team = $1 AND platform = $2 AND workspace = $3 AND person = $4")
            .bind(team)
            .bind(person.platform.as_str())
            .bind(person.workspace.as_str())
            .bind(person.id.as_str())
            .execute(&mut tx)
            .await?;
        enqueue(&mut tx, team).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// Binds a user group to a team. What is in the group now counts as put there by us: a team that differs is pushed.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn bind(&self, bound: &Bound) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("INSERT INTO team_group (platform, workspace, id, team, label, pushed) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (platform, workspace, id)
             DO UPDATE SET team = excluded.team, label = excluded.label, pushed = excluded.pushed, found = NULL")
        .bind(bound.platform.as_str())
        .bind(bound.workspace.as_str())
        .bind(bound.id.as_str())
        .bind(bound.team.as_str())
        .bind(bound.label.as_str())
        .bind(bound.pushed.as_ref().map(serde_json::to_string).transpose()?)
        .execute(&mut tx)
        .await?;
        enqueue(&mut tx, &bound.team).await?;
        compare(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether it was bound to that team.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn unbind(&self, bound: &Bound) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let text = "DELETE FROM team_group WHERE platform = $1 AND workspace = $2 AND id = $3 AND team = $4";
        let removed = of(text, bound).bind(bound.team.as_str()).execute(&mut tx).await?;
        compare(&mut tx).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// Notes what is in a user group: what we put there, or what somebody else did, with what is to be said of it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub(in crate::people) async fn note_group(&self, bound: &Bound, say: Vec<NewJob>) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        let text = "UPDATE team_group SET pushed = $4, found = $5 WHERE platform = $1 AND workspace = $2 AND id = $3";
        of(text, bound)
            .bind(bound.pushed.as_ref().map(serde_json::to_string).transpose()?)
            .bind(bound.found.as_ref().map(serde_json::to_string).transpose()?)
            .execute(&mut tx)
            .await?;
        for job in &say {
            Queue::enqueue(&mut tx, job).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Has the team's people put back where somebody else changed a user group; how many groups that are.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn overrule(&self, team: &str) -> anyhow::Result<u64> {
        let mut tx = self.store.begin().await?;
        let text = "UPDATE team_group SET pushed = found, found = NULL WHERE team = $1 AND found IS NOT NULL";
        let groups = sql(text).bind(team).execute(&mut tx).await?;
        enqueue(&mut tx, team).await?;
        tx.commit().await?;
        Ok(groups)
    }

    /// Makes these the team's people of the user group's chat, as they were found in it.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn take_people(&self, bound: &Bound, people: &[Member]) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("DELETE FROM team_member WHERE team = $1 AND platform = $2 AND (workspace = $3 OR $3 = '')")
            .bind(bound.team.as_str())
            .bind(bound.platform.as_str())
            .bind(bound.workspace.as_str())
            .execute(&mut tx)
            .await?;
        for member in people {
            insert_member(&mut tx, &bound.team, member).await?;
        }
        let ids: Vec<&str> = people.iter().map(|it| it.person.id.as_str()).collect();
        let text = "UPDATE team_group SET pushed = $4, found = NULL WHERE platform = $1 AND workspace = $2 AND id = $3";
        of(text, bound).bind(serde_json::to_string(&ids)?).execute(&mut tx).await?;
        enqueue(&mut tx, &bound.team).await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Has all user groups compared for as long as any is bound.
async fn compare(tx: &mut Tx) -> sqlx::Result<()> {
    if sql("SELECT 1 FROM team_group LIMIT 1").first(&mut *tx).await?.is_some() {
        Queue::repeat(tx, &super::comparing()).await
    } else {
        Queue::end_repeating(tx, super::SCHEDULE).await.map(|_| ())
    }
}

async fn insert_member(tx: &mut Tx, team: &str, member: &Member) -> sqlx::Result<u64> {
    sql("INSERT INTO team_member (team, platform, workspace, person, label) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (team, platform, workspace, person) DO NOTHING")
    .bind(team)
    .bind(member.person.platform.as_str())
    .bind(member.person.workspace.as_str())
    .bind(member.person.id.as_str())
    .bind(member.label.as_str())
    .execute(tx)
    .await
}

/// In the transaction of what changed: a change that is kept is pushed.
async fn enqueue(tx: &mut Tx, team: &str) -> sqlx::Result<()> {
    Queue::enqueue(tx, &Job { team: Some(team.into()) }.into_job()).await.map(|_| ())
}

fn of(text: &'static str, bound: &Bound) -> crate::store::Statement {
    sql(text).bind(bound.platform.as_str()).bind(bound.workspace.as_str()).bind(bound.id.as_str())
}

fn read_bound(row: &Row) -> anyhow::Result<Bound> {
    let people = |column| -> anyhow::Result<Option<Vec<String>>> {
        row.maybe_text(column)?.map(|it| Ok(serde_json::from_str(&it)?)).transpose()
    };
    Ok(Bound {
        team: row.text(0)?,
        platform: row.text(1)?,
        workspace: row.text(2)?,
        id: row.text(3)?,
        label: row.text(4)?,
        pushed: people(5)?,
        found: people(6)?,
    })
}
