INSERT INTO direct_off (platform, workspace, person, why) VALUES ('slack', 'T1', 'U1', 'mentioned');
INSERT INTO hush (platform, workspace, person, object, at) VALUES ('slack', 'T1', 'U1', 'https://redmine.example.org/issues/42', 1795254000000000);
