-- The ledger. Facts are appended and nothing in it is ever changed: the triggers below refuse it to everybody,
-- and `quell ledger verify` names what a database owner changed by going round them.

CREATE SCHEMA ledger;

-- One row per call of record(): who wrote, when, how many facts.
CREATE TABLE ledger.write (
    write_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    written_by   text NOT NULL,
    recorded_at  timestamptz NOT NULL,
    fact_count   integer NOT NULL CHECK (fact_count >= 0)
);

-- No foreign key to the write: it is checked a million times a day for what one statement guarantees, and verify
-- names a fact that has no write.
CREATE TABLE ledger.fact (
    write_id      bigint NOT NULL,
    ordinal       integer NOT NULL,
    fact_id       uuid NOT NULL,
    kind          text NOT NULL,
    version       smallint NOT NULL,
    subject       text NOT NULL,
    occurred_at   timestamptz NOT NULL,
    body          jsonb NOT NULL,
    content_hash  bytea NOT NULL,
    PRIMARY KEY (write_id, ordinal)
);
-- The same id with the same content is a repetition; with other content it is a conflict, and both are kept.
CREATE UNIQUE INDEX fact_identity ON ledger.fact (fact_id, content_hash);
CREATE INDEX fact_subject ON ledger.fact (subject);

-- Who else a fact names, and in which role: the way from a person to the tubes they are in.
CREATE TABLE ledger.link (
    named      text NOT NULL,
    role       text NOT NULL,
    subject    text NOT NULL,
    write_id   bigint NOT NULL,
    ordinal    integer NOT NULL
);
CREATE INDEX link_named ON ledger.link (named, role);

-- The packs that were ever adopted, by digest: duties can be rebuilt even when a file changes later.
CREATE TABLE ledger.pack (
    digest      text PRIMARY KEY,
    pack_id     text NOT NULL,
    version     text NOT NULL,
    content     text NOT NULL,
    adopted_at  timestamptz NOT NULL
);

-- The order that the sealer gave. leaves holds 48 bytes a fact (16 of its id, 32 of its content hash), so that
-- verify can name one changed fact; chain_hash covers everything before.
CREATE TABLE ledger.seal (
    position    bigint PRIMARY KEY,
    write_id    bigint NOT NULL UNIQUE REFERENCES ledger.write,
    first_fact  bigint NOT NULL,
    leaves      bytea NOT NULL,
    chain_hash  bytea NOT NULL,
    sealed_at   timestamptz NOT NULL
);
ALTER TABLE ledger.seal ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- What is written and not yet sealed. A queue, not a record: the sealer empties it.
CREATE TABLE ledger.unsealed (
    write_id  bigint PRIMARY KEY REFERENCES ledger.write
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: % on %.% was refused. Record a correction instead.',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.write
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.fact
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.link
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.pack
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.seal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

GRANT USAGE ON SCHEMA ledger TO quell_web, quell_sealer;
GRANT SELECT, INSERT ON ledger.write, ledger.fact, ledger.link, ledger.pack TO quell_web;
GRANT SELECT ON ledger.seal TO quell_web;
GRANT SELECT, INSERT ON ledger.unsealed TO quell_web;
GRANT SELECT ON ledger.write, ledger.fact, ledger.link TO quell_sealer;
GRANT SELECT, INSERT ON ledger.seal TO quell_sealer;
GRANT SELECT, DELETE ON ledger.unsealed TO quell_sealer;
