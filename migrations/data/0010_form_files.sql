-- Inserted after migration 10.
INSERT INTO form_file (id, name, content_type, bytes, expires)
    VALUES ('form-file:f1', 'printer.png', 'image/png', x'89504e47', 1772528400000000);
