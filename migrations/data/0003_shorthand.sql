-- Inserted after migration 3.
INSERT INTO shorthand (sort, scope, name, value) VALUES ('default', 'channel:slack/T1/C1', 'project', 'demo');
