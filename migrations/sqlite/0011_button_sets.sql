-- What the buttons of a message do, for chats where people press them by a number or a reaction.
CREATE TABLE button_set (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    -- The post's key: a repeat of the post is the same set.
    key TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- The topic, without the sign that it is resolved; empty where there is none.
    thread TEXT NOT NULL,
    -- The message, once the chat has told its id.
    message TEXT,
    choices TEXT NOT NULL CHECK (json_valid(choices)),
    shown_at INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX button_set_place ON button_set (platform, workspace, channel, thread, shown_at);
CREATE INDEX button_set_message ON button_set (platform, workspace, message) WHERE message IS NOT NULL;
CREATE INDEX button_set_age ON button_set (shown_at);
