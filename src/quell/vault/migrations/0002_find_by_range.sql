-- Finding by tokens as ranges of the index: with the prefix known only when the function runs, ^@ read every token.
-- Who is found, in which order, what is logged and what is refused stay as they were.
CREATE OR REPLACE FUNCTION vault.find(p_tokens text[], p_limit integer, p_by text, p_desk text, p_purpose text)
RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE found text[];
BEGIN
    IF coalesce(p_by, '') = '' OR coalesce(p_desk, '') = '' OR coalesce(p_purpose, '') = '' THEN
        RAISE EXCEPTION 'the vault is searched by somebody, at a desk, for a purpose' USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(array_agg(s), '{}') INTO found FROM (
        SELECT hit.subject AS s FROM (
            SELECT DISTINCT wanted.prefix, t.subject FROM unnest(p_tokens) AS wanted(prefix)
            JOIN vault.token t ON t.token ~>=~ wanted.prefix AND t.token ~<~ (wanted.prefix || U&'\+10FFFF')
        ) hit
        GROUP BY hit.subject HAVING count(*) = cardinality(p_tokens)
        ORDER BY hit.subject LIMIT p_limit
    ) hits;
    INSERT INTO vault.read_log (read_by, desk, purpose, subjects) VALUES (p_by, p_desk, p_purpose, found);
    RETURN QUERY SELECT unnest(found);
END $$;
