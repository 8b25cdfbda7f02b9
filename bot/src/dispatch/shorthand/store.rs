use super::{Scope, Shorthand};
use crate::{
    resources::ledger,
    store::{Tx, sql},
};

impl Shorthand {
    /// Writes one as a file or an earlier version says it; with no value that it is gone. Both in a transaction of one's own.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub async fn put_in(&self, tx: &mut Tx, sort: &str, scope: &str, name: &str, value: Option<&str>) -> anyhow::Result<()> {
        sql("DELETE FROM shorthand WHERE sort = $1 AND scope = $2 AND name = $3")
            .bind(sort)
            .bind(scope)
            .bind(name)
            .execute(&mut *tx)
            .await?;
        if let Some(value) = value {
            sql("INSERT INTO shorthand (sort, scope, name, value) VALUES ($1, $2, $3, $4)")
                .bind(sort)
                .bind(scope)
                .bind(name)
                .bind(value)
                .execute(tx)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn set(&self, sort: &str, scope: &Scope, name: &str, value: &str) -> anyhow::Result<()> {
        let mut tx = self.store.begin().await?;
        sql("INSERT INTO shorthand (sort, scope, name, value) VALUES ($1, $2, $3, $4)
             ON CONFLICT (sort, scope, name) DO UPDATE SET value = excluded.value")
        .bind(sort)
        .bind(scope.0.as_str())
        .bind(name)
        .bind(value)
        .execute(&mut tx)
        .await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.forget(sort, scope).await;
        Ok(())
    }

    pub(super) async fn remove(&self, sort: &str, scope: &Scope, name: &str) -> anyhow::Result<bool> {
        let mut tx = self.store.begin().await?;
        let removed = sql("DELETE FROM shorthand WHERE sort = $1 AND scope = $2 AND name = $3")
            .bind(sort)
            .bind(scope.0.as_str())
            .bind(name)
            .execute(&mut tx)
            .await?;
        ledger::note(&mut tx).await?;
        tx.commit().await?;
        self.forget(sort, scope).await;
        Ok(removed > 0)
    }

    pub(super) async fn list(&self, sort: &str, scope: &Scope) -> anyhow::Result<Vec<(String, String)>> {
        let key = cache_key(sort, scope);
        if let Some(known) = self.cache.get(&key).await {
            return Ok(known);
        }
        let rows = sql("SELECT name, value FROM shorthand WHERE sort = $1 AND scope = $2 ORDER BY name")
            .bind(sort)
            .bind(scope.0.as_str())
            .all(self.store.read())
            .await?;
        let mut all = Vec::new();
        for row in rows {
            all.push((row.text(0)?, row.text(1)?));
        }
        self.cache.insert(key, all.clone()).await;
        Ok(all)
    }

    async fn forget(&self, sort: &str, scope: &Scope) {
        self.cache.invalidate(&cache_key(sort, scope)).await;
    }
}

fn cache_key(sort: &str, scope: &Scope) -> String {
    format!("{sort}\n{}", scope.0)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::store::testing::on_each;

    #[tokio::test]
    async fn many_at_the_same_moment_are_one_version_each() {
        on_each(async |bench| {
            let shorthand = Shorthand::new(bench.store.clone());
            let setting = (0..40).map(|nth| {
                let shorthand = &shorthand;
                async move {
                    let scope = Scope(format!("person:slack:T1:U{}", nth % 3));
                    shorthand.set("alias", &scope, &format!("word{nth}"), "redmine list").await
                }
            });
            for set in join_all(setting).await {
                set.expect("nobody is in another's way");
            }
            let entries = ledger::newest_of_all(&bench.store).await.unwrap();
            let versions: Vec<(i64, bool)> = entries.iter().map(|(_, it)| (it.version, it.body.is_some())).collect();
            assert_eq!(versions, vec![(1, true); 40]);
        })
        .await;
    }
}
