-- Openings that somebody began in the browser and has not let go of. No row of theirs is here: the files lie in the
-- installation's home until they are recorded, and what is recorded lies in the ledger.
CREATE SCHEMA opening;

CREATE TABLE opening.job (
    job_id   uuid PRIMARY KEY,
    made_by  text NOT NULL,
    made_at  timestamptz NOT NULL,
    state    text NOT NULL CHECK (state IN ('read', 'recording', 'done', 'failed')),
    asked    jsonb NOT NULL,
    done     integer NOT NULL DEFAULT 0,
    total    integer NOT NULL DEFAULT 0,
    beat     timestamptz,
    said     jsonb NOT NULL DEFAULT '[]',
    fault    text NOT NULL DEFAULT ''
);
CREATE INDEX job_made_by ON opening.job (made_by, made_at DESC);

GRANT USAGE ON SCHEMA opening TO quell_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON opening.job TO quell_web;
