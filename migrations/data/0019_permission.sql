INSERT INTO approval (request_id, rule, asker, asker_name, asker_email, line, job, digest, approvers, needed, asked, state, at, expires, ended, why)
    VALUES ('r1', 'deleting', 'slack:T0DEMO:U0ANA', 'Ana', 'ana@example.org', 'redmine issue delete 42',
        '{"call":{"group":"redmine","action":"issue delete","params":{"issue":42}},"to":{"place":{"platform":"slack","workspace":"T0DEMO","channel":"C0DEV","thread":null},"asker":"U0ANA","response_url":null,"pressed":null},"request_id":"r1","asked_at":"2026-03-02T09:00:00Z"}',
        'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184', '["team:oncall"]', 1, '[]', 'denied', 1772442000000000, 1772456400000000, 1772442060000000, 'Ben: not today');
INSERT INTO approval_vote (approval, person, name, at) VALUES (1, 'slack:T0DEMO:U0BEN', 'Ben', 1772442030000000);
