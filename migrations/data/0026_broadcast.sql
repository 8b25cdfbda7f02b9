-- Inserted after migration 26.
INSERT INTO subscription (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at, told_at, zone)
VALUES ('ci', 'workflows', 'slack', 'T1', 'C1', '', 'thread', 'failures', 3600, 'slack:T1:U1', 1772442000000000, '', '');
