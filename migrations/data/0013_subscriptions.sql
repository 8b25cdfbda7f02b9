-- Inserted after migration 13.
INSERT INTO subscription (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at)
    VALUES ('redmine', '', 'slack', 'T1', 'C1', '', 'live', 0, 3600, 'slack:T1:U1', 1772442000000000);
