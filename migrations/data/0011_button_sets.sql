-- Inserted after migration 10.
INSERT INTO button_set (platform, workspace, key, channel, thread, message, choices, shown_at)
    VALUES ('zulip', 'https://chat.example.org', 'k1', 'channel:3', 'printers', '501', '[]', 1772442000000000);
