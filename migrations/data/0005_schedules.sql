-- Inserted after migration 5.
INSERT INTO schedule (name, cron, zone, kind, priority, payload, catch_up, who, changed_at, next_run, last_run, fired_at)
    VALUES ('report', '0 9 * * 1-5', 'Europe/Berlin', 'run', 1, '{}', 'latest', 'Ana', 1772442000000000, 1772524800000000,
        1772438400000000, 1772438400500000);
INSERT INTO duty (name, boot, epoch, until, ran_at) VALUES ('prune', 'gone', 1, 1772442012000000, 1772442000000000);
