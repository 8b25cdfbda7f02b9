-- Inserted after migration 31.
INSERT INTO planned (id, file, text, prune, at)
    VALUES ('0123456789abcdef0123456789abcdef', 'ops.toml', '[[team]]', 0, 1772442000000000);
UPDATE approval SET detail = '+ team oncall' WHERE request_id = 'r1';
UPDATE subscription SET filter = 'author:ana', mine = 'author:me' WHERE source = 'ci' AND filter = 'workflows';
