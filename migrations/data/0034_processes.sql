-- Inserted after migration 34.
INSERT INTO process (id, server, gone_since) VALUES ('0b9d3f1e-5c1f-4c3e-9a55-0d6f1c2b7a10', 1772442000000000, NULL);
