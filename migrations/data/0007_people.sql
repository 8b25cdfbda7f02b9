-- Inserted after migration 7.
INSERT INTO person (platform, workspace, id, zone, quiet) VALUES ('slack', 'T1', 'U1', 'Europe/Berlin',
    '{"hours": {"from": "20:00:00", "to": "08:00:00"}, "days": ["sunday"]}');
INSERT INTO mute (platform, workspace, person, source, until) VALUES ('slack', 'T1', 'U1', 'redmine', 1772442000000000);
INSERT INTO link (platform, workspace, person, connection, account, how, claim, who, at)
    VALUES ('slack', 'T1', 'U1', 'redmine', 'ana.k', 'administrator', NULL, 'slack:T1:U3', 1772442000000000);
INSERT INTO team (name, who, at) VALUES ('oncall', 'slack:T1:U1', 1772442000000000);
INSERT INTO team_member (team, platform, workspace, person, label) VALUES ('oncall', 'slack', 'T1', 'U1', 'Ana');
INSERT INTO team_group (platform, workspace, id, team, label, pushed) VALUES ('slack', 'T1', 'S1', 'oncall', '@oncall', '["U1"]');
