-- The W3C `traceparent` of what a job follows from, so that a trace goes on in another process and after a restart. Null where
-- traces are off, which is where nobody asked for them.
ALTER TABLE job ADD COLUMN trace TEXT;
