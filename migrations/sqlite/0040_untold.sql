-- What became of a pair and was not told yet, as a list of texts: it is told when the run ends, or by the next one.
ALTER TABLE sync_pair ADD COLUMN untold TEXT CHECK (json_valid(untold));
CREATE INDEX sync_pair_untold ON sync_pair (sync, updated_at) WHERE untold IS NOT NULL;
