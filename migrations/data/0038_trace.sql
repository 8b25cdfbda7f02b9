-- Inserted after migration 38.
INSERT INTO job (kind, lane, priority, payload, run_at, created_at, trace) VALUES ('post', 'slack:T1:C38', 2, '{}', 1795254000000000, 1795254000000000, '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
