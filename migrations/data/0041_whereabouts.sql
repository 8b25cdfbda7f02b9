-- Inserted after migration 41.
INSERT INTO process (id, server, gone_since, whereabouts) VALUES ('5d1c9a70-3c5e-4d55-8a7e-6b1f2c3d4e50', 1772442000000000, NULL,
    'b3a1c9de-7f64-4b57-9b0a-2f6d8e1c4a35 4026531836 999 4711 83012');
