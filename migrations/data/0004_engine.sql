-- Rows of every shape that version 4 allows.
INSERT INTO job (kind, lane, priority, payload, state, run_at, holds_until, created_at, failing_since, reason)
VALUES ('post', 'slack:T1:C4:', 2, '{}', 'ready', 9, 8, 1, 1, 'the chat was away');
INSERT INTO job (kind, lane, priority, payload, state, run_at, created_at, boot, epoch, lease_until, attempts)
VALUES ('post', 'slack:T1:C5:', 0, '{}', 'ambiguous', 1, 1, 'boot', 2, 5, 1);
INSERT INTO budget (name, whole_at) VALUES ('slack:T1:C4', 7);
