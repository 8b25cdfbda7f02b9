-- Files that were given on a form's web page, until the form's day is over.
CREATE TABLE form_file (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX form_file_expires ON form_file (expires);
