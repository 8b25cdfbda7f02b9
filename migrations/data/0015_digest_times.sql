-- Inserted after migration 15.
INSERT INTO subscription (source, filter, platform, workspace, channel, topic, mode, broadcast, every, who, at, told_at, zone)
VALUES ('ci', 'pulls', 'slack', 'T1', 'C1', '', 'digest', 0, 3600, 'slack:T1:U1', 1772442000000000, 'mon,09:00', 'Europe/Zurich');
