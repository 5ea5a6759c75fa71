-- What lists show: narrow rows of plain typed columns, so that 300,000 of them are filtered, counted and sorted in some
-- ten milliseconds without an index for every column. A subject has a row in the list of each outbreak that its facts
-- name, or one under '' where they name none. Written with the cards, in the same transaction; rebuilt like them.
-- COLLATE "C": sorted and compared byte by byte on every server, and ranges of prefixes hold.

CREATE TABLE registry.listed_person (
    subject           text COLLATE "C" NOT NULL,
    outbreak          text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    age               smallint,
    age_to            smallint,
    sex               text COLLATE "C",
    occupation        text COLLATE "C",
    household         text COLLATE "C",
    lives_at          text COLLATE "C",
    classification    text COLLATE "C",
    test_result       text COLLATE "C",
    facility          text COLLATE "C",
    outcome           text COLLATE "C",
    died              date,
    is_case           boolean NOT NULL,
    is_contact        boolean NOT NULL,
    restricted_until  timestamptz,
    PRIMARY KEY (subject, outbreak)
);

CREATE TABLE registry.listed_case (
    subject           text COLLATE "C" NOT NULL,
    outbreak          text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    at                timestamptz NOT NULL,
    onset             date,
    sampled           date,
    reported          date,
    classification    text COLLATE "C",
    found_in          text COLLATE "C",
    age               smallint,
    age_to            smallint,
    sex               text COLLATE "C",
    occupation        text COLLATE "C",
    household         text COLLATE "C",
    infected_by       text COLLATE "C",
    hospitalised      date,
    facility          text COLLATE "C",
    outcome           text COLLATE "C",
    died              date,
    restricted_until  timestamptz,
    PRIMARY KEY (subject, outbreak)
);

-- One row for each case that a contact met.
CREATE TABLE registry.listed_contact (
    subject           text COLLATE "C" NOT NULL,
    outbreak          text COLLATE "C" NOT NULL,
    source            text COLLATE "C" NOT NULL,
    kind              text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    at                timestamptz NOT NULL,
    grade             text COLLATE "C",
    setting           text COLLATE "C",
    relation          text COLLATE "C",
    certainty         text COLLATE "C",
    first_exposure    date,
    last_exposure     date,
    age               smallint,
    age_to            smallint,
    sex               text COLLATE "C",
    notified          date,
    seen              date,
    seen_as           text COLLATE "C",
    is_case           boolean NOT NULL,
    restricted_until  timestamptz,
    PRIMARY KEY (subject, outbreak, source)
);
CREATE INDEX listed_contact_source ON registry.listed_contact (source);

-- Half of every page is left free, so that a result which comes in writes no index.
CREATE TABLE registry.listed_tube (
    subject           text COLLATE "C" NOT NULL,
    outbreak          text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    pool_size         smallint,
    people            smallint,
    purpose           text COLLATE "C",
    round             text COLLATE "C",
    place             text COLLATE "C",
    sampled           timestamptz,
    result            text COLLATE "C",
    ct                float8,
    resulted          timestamptz,
    PRIMARY KEY (subject, outbreak)
) WITH (fillfactor = 50);

CREATE TABLE registry.listed_place (
    subject           text COLLATE "C" NOT NULL,
    outbreak          text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    place_kind        text COLLATE "C",
    within            text COLLATE "C",
    names             jsonb NOT NULL,
    closed            boolean NOT NULL,
    PRIMARY KEY (subject, outbreak)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON registry.listed_person TO quell_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.listed_case TO quell_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.listed_contact TO quell_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.listed_tube TO quell_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON registry.listed_place TO quell_web;

-- What is owed, as an index that answers by itself how many duties of a desk are open and late, and in which order
-- the list of duties has them: hundreds of thousands are owed where tens of thousands of contacts are looked after.
DROP INDEX registry.duty_open;
CREATE INDEX duty_owed ON registry.duty (outbreak, desk, urgent DESC, due_known)
    INCLUDE (opens_at, closes_at, met_at, recordable, duty_id, action, subject, jurisdiction)
    WHERE met_at IS NULL AND ended_at IS NULL;
