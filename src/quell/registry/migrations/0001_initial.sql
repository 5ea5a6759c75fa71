-- The registry: who and where, now, and what is owed. Every row here follows from the ledger and can be rebuilt.

CREATE SCHEMA registry;

-- Every subject that a fact is about or names. introduced: a fact made it known, not only mentioned it.
-- Half of every page is left free, so that laying a result on the card of a tube writes no index.
-- watched: a rule has looked at it, so that later facts about it are looked at too. state: the card that lists show.
CREATE TABLE registry.subject (
    subject_id    text PRIMARY KEY,
    kind          text NOT NULL,
    introduced    boolean NOT NULL DEFAULT false,
    watched       boolean NOT NULL DEFAULT false,
    state         jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);
CREATE INDEX subject_kind ON registry.subject (kind) WHERE kind NOT IN ('person', 'tube');
CREATE INDEX subject_watched ON registry.subject (kind) WHERE watched;

CREATE TABLE registry.relation (
    subject      text NOT NULL,
    relation     text NOT NULL,
    object       text NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz,
    PRIMARY KEY (subject, relation, object, valid_from)
);
CREATE INDEX relation_object ON registry.relation (object, relation);

-- alias -> the id it resolves to now; original ids are kept for ever.
CREATE TABLE registry.alias (
    alias       text PRIMARY KEY,
    into_id     text NOT NULL,
    subject_id  text NOT NULL
);
CREATE INDEX alias_into ON registry.alias (into_id);
CREATE INDEX alias_subject ON registry.alias (subject_id);

CREATE TABLE registry.conclusion (
    subject       text NOT NULL,
    kind          text NOT NULL,
    outbreak      text NOT NULL,
    key           text NOT NULL,
    rule          text NOT NULL,
    at            timestamptz NOT NULL,
    known_at      timestamptz NOT NULL,
    occurred      text NOT NULL,
    zone          text NOT NULL,
    jurisdiction  text NOT NULL,
    root          text NOT NULL,
    attrs         jsonb NOT NULL,
    PRIMARY KEY (subject, kind, outbreak, key)
);
CREATE INDEX conclusion_outbreak ON registry.conclusion (outbreak, kind);

CREATE TABLE registry.duty (
    duty_id       text PRIMARY KEY,
    rule          text NOT NULL,
    pack          text NOT NULL,
    pack_version  text NOT NULL,
    action        text NOT NULL,
    subject       text NOT NULL,
    root          text NOT NULL,
    because       text NOT NULL,
    occurrence    integer NOT NULL,
    desk          text NOT NULL,
    jurisdiction  text NOT NULL,
    outbreak      text NOT NULL,
    urgent        boolean NOT NULL,
    opens_at      timestamptz NOT NULL,
    due_event     timestamptz NOT NULL,
    due_known     timestamptz NOT NULL,
    closes_at     timestamptz,
    met_at        timestamptz,
    met_by        text,
    ended_at      timestamptz,
    ended_by      text,
    recordable    boolean NOT NULL
);
CREATE INDEX duty_subject ON registry.duty (subject);
CREATE INDEX duty_because ON registry.duty (because);
CREATE INDEX duty_open ON registry.duty (outbreak, desk, urgent DESC, due_known)
    WHERE met_at IS NULL AND ended_at IS NULL;

CREATE TABLE registry.restriction (
    restriction_id  text PRIMARY KEY,
    subject         text NOT NULL,
    ground          text NOT NULL,
    because         text NOT NULL,
    measure         text NOT NULL,
    legal_basis     text NOT NULL,
    ordered_by      text NOT NULL,
    notice          text NOT NULL,
    appeal          text NOT NULL,
    rule            text NOT NULL,
    outbreak        text NOT NULL,
    jurisdiction    text NOT NULL,
    opened_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    ended_at        timestamptz,
    ended_by        text,
    end_reason      text NOT NULL
);
CREATE INDEX restriction_subject ON registry.restriction (subject);

-- What waits because the world is ahead of us: a result for a tube nobody filled in, one id with two contents.
CREATE TABLE registry.pending (
    subject  text NOT NULL,
    kind     text NOT NULL,
    key      text NOT NULL,
    detail   jsonb NOT NULL,
    PRIMARY KEY (subject, kind, key)
);

CREATE TABLE registry.outbreak (
    outbreak_id  text PRIMARY KEY,
    title        jsonb NOT NULL,
    disease      text NOT NULL,
    clock        text NOT NULL,
    clock_at     timestamptz,
    simulated    boolean NOT NULL,
    recordable   text[],
    zone         text NOT NULL,
    jurisdiction text NOT NULL,
    opened_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    protocols    jsonb NOT NULL
);

CREATE TABLE registry.jurisdiction (
    code           text PRIMARY KEY,
    tier           text NOT NULL,
    parent         text,
    iso_3166_2     text,
    national_code  text,
    names          jsonb NOT NULL,
    population     bigint,
    local_zone     text
);

-- What is scarce and taken: one bed, one person, one time. claim() looks here under the lock on its subject.
CREATE TABLE registry.claim (
    subject     text NOT NULL,
    resource    text NOT NULL,
    holder      text NOT NULL,
    taken_from  timestamptz NOT NULL,
    taken_until timestamptz NOT NULL,
    fact_id     text NOT NULL,
    PRIMARY KEY (subject, fact_id)
);
CREATE INDEX claim_resource ON registry.claim (resource);

GRANT USAGE ON SCHEMA registry TO quell_web, quell_sealer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA registry TO quell_web;
