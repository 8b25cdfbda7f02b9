-- Inserted after migration 1, so that each later one is tried on rows. Bytes are written x'…'.
INSERT INTO meta (name, value) VALUES ('instance', '6a4d1f0e-32a4-4c0a-9d59-0d8b6f6a2f10');
INSERT INTO cursor (name, value, updated_at) VALUES ('redmine', '2026-03-02T09:00:00Z', 1772442000000000);
INSERT INTO delivery (source, key, body, received_at) VALUES ('slack', '1337.42', x'746578743d68656c70', 1772442000000000);
INSERT INTO job (kind, lane, priority, payload, state, run_at, created_at, boot, epoch, lease_until, attempts)
    VALUES ('run', 'slack/T1/C1', 1, '{"name":"a"}', 'sending', 1772442000000000, 1772442000000000, 'gone', 1, 1772442030000000, 1);
INSERT INTO job (kind, lane, priority, payload, blocked, run_at, created_at, expires, unique_key)
    VALUES ('post', 'slack/T1/C1', 2, '{"name":"b"}', 1, 1772442000000000, 1772442000000000, 1772452000000000, 'post/1');
INSERT INTO job_history (id, kind, priority, state, attempts, created_at, ended_at)
    VALUES (1001, 'run', 1, 'done', 1, 1772442000000000, 1772442001000000);
INSERT INTO job_history (id, kind, priority, payload, state, attempts, created_at, ended_at, reason)
    VALUES (1002, 'run', 1, '{"name":"c"}', 'dead', 3, 1772442000000000, 1772442001000000, 'HTTP 422');
INSERT INTO audit (id, at, actor, action, request_id, previous, hash)
    VALUES (1, 1772442000000000, 'slack/T1/U1', 'redmine issue create', 'r1', x'00', x'01');
