-- Inserted after migration 37.
INSERT INTO cursor (name, value, updated_at) VALUES ('card:5c1f4c3e9a550d6f1c2b7a1000000037', '{}', 1772442000000000);
