-- Inserted after migration 32.
UPDATE news SET url_apart = 0 WHERE event_id = '7';
INSERT INTO news (at, source, event_id, delivery, delivery_id, object_key, object_number, object_url, url_apart, event, decisions)
VALUES (1772442001000000, 'ci', '8', NULL, NULL, 'main', '', 'https://github.com/acme/widgets/tree/main', 1,
    '{"id": "8", "source": "ci", "kind": "branch.created", "at": "2026-03-02T09:00:01Z", "object": {"key": "main", "title": "main"}}', '[]');
