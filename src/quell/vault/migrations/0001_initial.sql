-- The vault: what may have to be forgotten. The web role cannot read these tables at all. It writes and reads through
-- the functions below, which log every read in the same transaction, and cannot read without a purpose.

CREATE SCHEMA vault;

CREATE TABLE vault.record (
    record_id        uuid PRIMARY KEY,
    subject          text NOT NULL,
    class            text NOT NULL CHECK (class IN ('identity', 'free_text', 'attachment', 'movement')),
    retention_class  text NOT NULL,
    content          jsonb,
    attachment       bytea,
    kept_at          timestamptz NOT NULL,
    kept_by          text NOT NULL
);
CREATE INDEX record_subject ON vault.record (subject);

-- Search is equality or prefix on tokens: pieces of names, pinyin, the last digits of a number.
CREATE TABLE vault.token (
    token      text NOT NULL,
    record_id  uuid NOT NULL REFERENCES vault.record ON DELETE CASCADE,
    subject    text NOT NULL
);
CREATE INDEX token_token ON vault.token (token text_pattern_ops);
CREATE INDEX token_record ON vault.token (record_id);

-- What is left of an erased record: that it was, and under which rule it went. Never what it said.
CREATE TABLE vault.tombstone (
    record_id        uuid PRIMARY KEY,
    class            text NOT NULL,
    retention_class  text NOT NULL,
    rule             text NOT NULL,
    erased_at        timestamptz NOT NULL,
    erased_by        text NOT NULL
);

-- One row per request, with the whole set of subjects that it read.
CREATE TABLE vault.read_log (
    read_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at     timestamptz NOT NULL DEFAULT now(),
    read_by     text NOT NULL,
    desk        text NOT NULL,
    purpose     text NOT NULL,
    subjects    text[] NOT NULL
);
CREATE INDEX read_log_subjects ON vault.read_log USING gin (subjects);

CREATE FUNCTION vault.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'vault.% is never changed: % was refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.read_log
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON vault.tombstone
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

CREATE FUNCTION vault.keep(
    p_record uuid, p_subject text, p_class text, p_retention text, p_content jsonb, p_attachment bytea,
    p_tokens text[], p_at timestamptz, p_by text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF EXISTS (SELECT FROM vault.tombstone WHERE record_id = p_record) THEN
        RAISE EXCEPTION 'vault record % was erased and is not taken back', p_record USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO vault.record VALUES (p_record, p_subject, p_class, p_retention, p_content, p_attachment, p_at, p_by)
        ON CONFLICT (record_id) DO NOTHING;
    IF FOUND THEN
        INSERT INTO vault.token SELECT token, p_record, p_subject FROM unnest(p_tokens) AS token;
    END IF;
END $$;

CREATE FUNCTION vault.read(p_subjects text[], p_class text, p_by text, p_desk text, p_purpose text)
RETURNS TABLE (record_id uuid, subject text, class text, content jsonb, attachment bytea, kept_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF coalesce(p_by, '') = '' OR coalesce(p_desk, '') = '' OR coalesce(p_purpose, '') = '' THEN
        RAISE EXCEPTION 'the vault is read by somebody, at a desk, for a purpose' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO vault.read_log (read_by, desk, purpose, subjects) VALUES (p_by, p_desk, p_purpose, p_subjects);
    RETURN QUERY SELECT r.record_id, r.subject, r.class, r.content, r.attachment, r.kept_at
        FROM vault.record r WHERE r.subject = ANY (p_subjects) AND r.class = p_class ORDER BY r.kept_at;
END $$;

-- Finding subjects by a token gives ids, no identity; it is logged with the subjects that it found.
CREATE FUNCTION vault.find(p_tokens text[], p_limit integer, p_by text, p_desk text, p_purpose text)
RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE found text[];
BEGIN
    IF coalesce(p_by, '') = '' OR coalesce(p_desk, '') = '' OR coalesce(p_purpose, '') = '' THEN
        RAISE EXCEPTION 'the vault is searched by somebody, at a desk, for a purpose' USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(array_agg(s), '{}') INTO found FROM (
        SELECT t.subject AS s FROM vault.token t
        JOIN unnest(p_tokens) AS wanted(prefix) ON t.token ^@ wanted.prefix
        GROUP BY t.subject HAVING count(DISTINCT wanted.prefix) = cardinality(p_tokens)
        ORDER BY t.subject LIMIT p_limit
    ) hits;
    INSERT INTO vault.read_log (read_by, desk, purpose, subjects) VALUES (p_by, p_desk, p_purpose, found);
    RETURN QUERY SELECT unnest(found);
END $$;

CREATE FUNCTION vault.erase(p_subjects text[], p_rule text, p_at timestamptz, p_by text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE gone integer;
BEGIN
    IF coalesce(p_rule, '') = '' OR coalesce(p_by, '') = '' THEN
        RAISE EXCEPTION 'erasure names its rule and who ordered it' USING ERRCODE = 'check_violation';
    END IF;
    WITH erased AS (
        DELETE FROM vault.record WHERE subject = ANY (p_subjects) RETURNING record_id, class, retention_class
    )
    INSERT INTO vault.tombstone
        SELECT record_id, class, retention_class, p_rule, p_at, p_by FROM erased;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- Erasing what was kept as long as its retention class allows: only those records, whatever else is kept of the person.
CREATE FUNCTION vault.erase_expired(p_retention text, p_before timestamptz, p_rule text, p_at timestamptz, p_by text)
RETURNS TABLE (subject text, records integer) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH erased AS (
        DELETE FROM vault.record r WHERE r.retention_class = p_retention AND r.kept_at < p_before
        RETURNING r.record_id, r.subject, r.class, r.retention_class
    ), left_behind AS (
        INSERT INTO vault.tombstone SELECT record_id, class, retention_class, p_rule, p_at, p_by FROM erased
    )
    SELECT erased.subject, count(*)::integer FROM erased GROUP BY erased.subject ORDER BY erased.subject
$$;

-- Which of these references the vault holds ("kept"), has erased ("erased under R") or never had ("missing").
CREATE FUNCTION vault.state_of(p_records uuid[])
RETURNS TABLE (record_id uuid, state text) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT wanted.id, CASE
        WHEN r.record_id IS NOT NULL THEN 'kept'
        WHEN t.record_id IS NOT NULL THEN 'erased under rule ' || t.rule
        ELSE 'missing' END
    FROM unnest(p_records) AS wanted(id)
    LEFT JOIN vault.record r ON r.record_id = wanted.id
    LEFT JOIN vault.tombstone t ON t.record_id = wanted.id
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
GRANT USAGE ON SCHEMA vault TO quell_web;
GRANT EXECUTE ON FUNCTION vault.keep, vault.read, vault.find, vault.erase, vault.erase_expired, vault.state_of TO quell_web;
GRANT SELECT ON vault.tombstone, vault.read_log TO quell_web;
