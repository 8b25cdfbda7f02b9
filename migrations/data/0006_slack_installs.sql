-- Inserted after migration 6.
INSERT INTO slack_install (id, sort, name, app, bot_user, scopes, who, at, version, key_id, wrapped, sealed, renew_at, expires)
    VALUES ('T0DEMO', 'workspace', 'Example', 'A0BELL001', 'U0BELLHOP', 'chat:write,commands', 'U0ANA', 1772442000000000, 2,
        '0011223344556677', x'00', x'01', 1772521200000000, 1772528400000000);
INSERT INTO slack_install (id, sort, name, app, bot_user, scopes, who, at, version, gone, gone_why)
    VALUES ('E0DEMO', 'organization', 'Example Organization', 'A0BELL001', 'U0BELLHOP', 'chat:write', 'U0ANA', 1772442000000000, 1,
        1772442060000000, 'the app was uninstalled');
INSERT INTO slack_state (nonce, expires) VALUES ('n1', 1772528400000000);
