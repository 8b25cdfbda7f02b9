INSERT INTO news (at, source, event_id, delivery, object_key, object_number, object_url, event, decisions)
VALUES (1772442000000000, 'ci', '7', 'd-1', 'acme/widgets#512', '512', 'https://github.com/acme/widgets/pull/512',
    '{"id": "7", "source": "ci", "kind": "pull.merged", "at": "2026-03-02T09:00:00Z", "actor": "ana", "object": {"key": "acme/widgets#512", "title": "Add water"}}',
    '[{"to": "slack:#dev", "mode": "live", "post": "ci:7:slack:#dev"}]');
