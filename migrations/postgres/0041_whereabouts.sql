-- Where the process runs, for another one on the same machine that can see whether it still does; null where nothing is known of it.
ALTER TABLE process ADD COLUMN whereabouts TEXT;
