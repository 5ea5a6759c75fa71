-- The identity of a fact is its id and which of the contents under that id it is: 0, save where a source said two
-- things under one id, which is a conflict of which both are kept. Half as wide as id and content hash were together,
-- since this index is written at a random place for each of a day's hundreds of thousands of results; and a fact that
-- is already there is met by the index itself, so that nothing has to be asked first.

ALTER TABLE ledger.fact ADD COLUMN rival smallint NOT NULL DEFAULT 0;

ALTER TABLE ledger.fact DISABLE TRIGGER never_changed;
UPDATE ledger.fact f SET rival = ranked.rival
FROM (
    SELECT write_id, ordinal, row_number() OVER (PARTITION BY fact_id ORDER BY write_id, ordinal) - 1 AS rival
    FROM ledger.fact
    WHERE fact_id IN (SELECT fact_id FROM ledger.fact GROUP BY fact_id HAVING count(*) > 1)
) ranked
WHERE f.write_id = ranked.write_id AND f.ordinal = ranked.ordinal AND ranked.rival > 0;
ALTER TABLE ledger.fact ENABLE TRIGGER never_changed;

DROP INDEX ledger.fact_identity;
CREATE UNIQUE INDEX fact_identity ON ledger.fact (fact_id, rival);
