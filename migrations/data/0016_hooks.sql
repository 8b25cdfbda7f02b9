INSERT INTO hook (name, kind, settings, secret, previous, previous_until, vendor, who, at)
VALUES ('ci', 'github', '{"disabled": false, "allow": ["192.0.2.0/24"]}', 2, 1, 1772528400000000,
    '{"connection": "github", "hook": {"id": "1", "of": "acme/widgets"}}', 'slack:T1:U1', 1772442000000000);
INSERT INTO hook_delivery (hook, at, key, verdict, status, proof, method, query, peer, headers, body, size)
VALUES ('ci', 1772442000000000, 'd-1', 'accepted', 200, 'its secret', 'POST', '', '192.0.2.7', '[["x-github-event", "push"]]', x'7b7d', 2);
INSERT INTO hook_refused (hook, hour, reason, count) VALUES ('ci', 1772442000000000, 'a bad signature', 7);
INSERT INTO posted (key, source, platform, workspace, channel, thread, message, at, took)
VALUES ('ci:7:slack:#dev', 'ci', 'slack', '', '#dev', '', '1772442000.000100', 1772442000040000, 40000);
