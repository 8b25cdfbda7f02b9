//! How PostgreSQL goes about what the queue asks of it all the time.

use super::*;
use crate::store::Tx;

/// What the writer's connection does for the one statement that begins like this, each of whose values is `value`.
async fn plan(tx: &mut Tx, beginning: &str, values: usize, value: &str) -> String {
    let found = sql("SELECT name, custom_plans FROM pg_prepared_statements WHERE statement LIKE $1 || '%'").bind(beginning);
    let found = found.all(&mut *tx).await.expect("statements");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].int(1).expect("a count"), 0, "planned each time");
    let values = vec![value; values].join(", ");
    let explain = sql(format!("EXPLAIN EXECUTE {} ({values})", found[0].text(0).expect("a name")));
    let lines = explain.all(tx).await.expect("a plan");
    lines.iter().map(|it| it.text(0).expect("a line") + "\n").collect()
}

#[tokio::test]
async fn a_queue_that_has_filled_is_not_read_as_an_empty_one() {
    on_each(async |bench| {
        let store = &bench.store;
        if store.dialect() == Dialect::Sqlite {
            return;
        }
        let (handlers, _) = probe(|_, _| done());
        let claimer = claim::Claimer { boot: "one", kinds: &["test"], handlers: &handlers };
        let mut queueing = budget::Queueing::default();
        let lanes = || (1..=16).map(|it| format!("lane {it}")).collect();
        let mut tx = store.begin_ahead().await.expect("a transaction");
        assert!(claim::claim(&mut tx, &claimer, &mut queueing, 8, 0).await.expect("a claim").is_empty());
        store::come_forward(&mut tx, lanes()).await.expect("nobody is there");
        tx.commit().await.expect("a commit");

        let mut tx = store.begin().await.expect("another's transaction");
        sql("INSERT INTO job (kind, lane, priority, payload, run_at, created_at, blocked)
             SELECT 'test', 'lane ' || n % 100, 2, '{}', $1, $1, CASE WHEN n > 100 THEN 1 ELSE 0 END FROM generate_series(1, 20000) n")
        .bind(store.now())
        .execute(&mut tx)
        .await
        .expect("jobs");
        tx.commit().await.expect("a commit");

        let mut tx = store.begin_ahead().await.expect("a transaction");
        tx.plan_anew().await.expect("an answer");
        assert_eq!(claim::claim(&mut tx, &claimer, &mut queueing, 8, 0).await.expect("a claim").len(), 8);
        let claims = plan(&mut tx, "SELECT * FROM (SELECT id", 4, "8").await;
        assert_eq!(claims.matches("Index Scan using job_ready").count(), 3, "{claims}");
        assert!(claims.contains("job_lane") && !claims.contains("job_pkey") && !claims.contains("Seq Scan"), "{claims}");
        store::come_forward(&mut tx, lanes()).await.expect("sixteen");
        let comes = plan(&mut tx, "WITH v (lane)", 16, "'lane 1'").await;
        assert!(comes.contains("job_blocked") && comes.contains("Index Cond: (id = "), "{comes}");
    })
    .await;
}
