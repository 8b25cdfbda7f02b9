-- Inserted after migration 2.
INSERT INTO form (id, platform, workspace, channel, thread, person, asking, saved, body, expires)
    VALUES ('f1', 'zulip', 'https://chat.example.org', 'channel:3', 'printing', '10', 1, 1, '{}', 1772528400000000);
INSERT INTO connection (name, version, kind, settings, who, at, removed)
    VALUES ('redmine', 1, 'redmine', '{"url":"https://redmine.example.org"}', 'Ana', 1772442000000000, 0);
INSERT INTO secret (connection, version, field, key_id, wrapped, sealed)
    VALUES ('redmine', 1, 'api_key', '0011223344556677', x'00', x'01');
