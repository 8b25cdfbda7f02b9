-- What is found by a delivery is found by its number, and an object by the digits in its name: an index by keys that come in no
-- order costs each transaction a page for each of them.
ALTER TABLE news ADD COLUMN delivery_id BIGINT;
UPDATE news SET delivery_id = (SELECT d.id FROM delivery d WHERE d.source = 'hook:' || news.source AND d.key = news.delivery)
    WHERE delivery IS NOT NULL;
DROP INDEX news_delivery;
CREATE INDEX news_delivery ON news (delivery_id) WHERE delivery_id IS NOT NULL;

ALTER TABLE hook_delivery ADD COLUMN delivery_id BIGINT;
UPDATE hook_delivery
    SET delivery_id = (SELECT d.id FROM delivery d WHERE d.source = 'hook:' || hook_delivery.hook AND d.key = hook_delivery.key)
    WHERE key IS NOT NULL;
DROP INDEX hook_delivery_key;
CREATE INDEX hook_delivery_kept ON hook_delivery (delivery_id) WHERE delivery_id IS NOT NULL;

-- Whether the address does not end with the number of the key, and so is not found by it.
ALTER TABLE news ADD COLUMN url_apart BIGINT NOT NULL DEFAULT 1;
DROP INDEX news_key;
CREATE INDEX news_key ON news (object_key, id) WHERE object_number = '';
DROP INDEX news_url;
CREATE INDEX news_url ON news (object_url, id) WHERE url_apart = 1 AND object_url <> '';
-- The same as news_latest.
DROP INDEX news_of_source;
