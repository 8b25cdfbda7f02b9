INSERT INTO health_sample (name, at, state, score, took, requests, failed, timed, response, quota_left, quota_limit)
VALUES ('redmine', 1772442000000000, 1, 64, 40000, 12, 1, 12, 960000, 4999, 5000);
INSERT INTO health_hour (name, hour, samples, failing, score, score_least, took, requests, failed, timed, response, quota_left)
VALUES ('redmine', 492345, 12, 1, 1100, 20, 480000, 144, 3, 144, 9600000, 4000);
INSERT INTO health_standing (name, state, since, recent, explained_by, at)
VALUES ('redmine', 'failed', 1772442000000000, 'off', 'network', 1772442000000000);
INSERT INTO heartbeat (name, token, state, since, last_at, started_at, overdue_at)
VALUES ('backup', 'k3b9x7', 'up', 1772442000000000, 1772442000000000, NULL, 1772532000000000);
INSERT INTO heartbeat_signal (name, at, kind, exit_code, took, body)
VALUES ('backup', 1772442000000000, 'success', 0, 90000000, '12 GB in 90 s');
INSERT INTO source_hour (source, hour, events) VALUES ('ci', 492345, 17);
