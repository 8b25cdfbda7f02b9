-- Inserted after migration 9.
INSERT INTO document (id, reader, channel, name, title, body, expires)
    VALUES ('0011223344ff', 'slack:T0DEMO:U0ANA', '', 'audit.csv', '', 'When,Who', 1772528400000000);
INSERT INTO long_call (id, body, expires) VALUES ('c1', '{}', 1772528400000000);
