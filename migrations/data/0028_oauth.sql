-- Inserted after migration 28.
INSERT INTO oauth_grant (connection, owner, bound, account, scopes, at, version, key_id, wrapped, sealed, renewable, renew_at, expires)
    VALUES ('github', 'slack:T1:U0ANA', 'b1', 'ana', 'repo read:org', 1772442000000000, 3, '0011223344556677', x'00', x'01', 1,
        1772448000000000, 1772449200000000);
INSERT INTO oauth_grant (connection, owner, bound, account, at, version, key_id, wrapped, sealed, renewable, refused)
    VALUES ('notion', '', 'b2', 'Example', 1772442000000000, 1, '0011223344556677', x'00', x'01', 0, 'Notion does not accept its token any more');
INSERT INTO oauth_start (nonce, person, connection, state, expires, key_id, wrapped, sealed)
    VALUES ('n1', 'slack:T1:U0ANA', 'github', 'open', 1772442600000000, '0011223344556677', x'00', x'01');
