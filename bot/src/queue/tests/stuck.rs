//! Lanes whose jobs were written by transactions that did not see one another.

use super::*;

/// Ids of the lane's jobs that nothing is said to be ahead of.
async fn ahead(store: &Store) -> Vec<i64> {
    let rows = sql("SELECT id FROM job WHERE blocked = 0 ORDER BY id").all(store.read()).await.expect("jobs");
    rows.iter().map(|it| it.int(0).expect("an id")).collect()
}

#[tokio::test]
async fn a_lane_whose_first_waits_for_one_numbered_after_it_comes_forward() {
    on_each(async |bench| {
        let store = &bench.store;
        let now = store.now();
        let mut tx = store.begin().await.expect("a transaction");
        // 1 was written behind a job that has ended, 2 beside it by another bot, which then failed once.
        for (blocked, failing) in [(1_i64, None), (0, Some(now)), (1, None)] {
            sql("INSERT INTO job (kind, lane, priority, payload, run_at, created_at, blocked, failing_since, holds_until) \
                 VALUES ('probe', 'a', 2, '{}', $1, $2, $3, $4, $5)")
            .bind(now)
            .bind(now)
            .bind(blocked)
            .bind(failing)
            .bind(failing.map(|it: Timestamp| store::after(it, retry::LANE_BLOCKED)))
            .execute(&mut tx)
            .await
            .expect("a job");
        }
        assert_eq!(rescue::unstick(&mut tx).await.expect("looked at"), 1);
        assert_eq!(rescue::unstick(&mut tx).await.expect("looked at"), 0, "one is ahead, and the others wait for it");
        tx.commit().await.expect("committed");
        assert_eq!(ahead(store).await, [1, 2]);
    })
    .await;
}
