-- What may be the same matter. Hashes keyed with the installation's index key, made by the indexer beside the search terms.
create table ticket_marks (
    number text not null,
    kind text not null,                  -- phone, household, building
    mark bytea not null,                 -- keyed hash of the number as dialled, of the door as everybody writes it
    primary key (number, mark)
);
create index ticket_marks_mark on ticket_marks (mark);

create table ticket_sketches (
    number text primary key,
    pieces integer[] not null,           -- keyed hashes of three-character pieces of the longest message
    keys integer[] not null              -- fewer, of longer pieces: what is worth comparing shares one
);
create index ticket_sketches_keys on ticket_sketches using gin (keys);

-- A person looked at two tickets and said they are not the same: never proposed again.
create table ticket_apart (
    one text not null,
    other text not null,
    by text not null,
    at timestamptz not null,
    primary key (one, other),
    check (one < other)
);

-- A person made a ticket part of another one.
create table ticket_duplicates (
    number text primary key,
    duplicate_of text not null,
    by text not null,
    at timestamptz not null,
    check (number <> duplicate_of)
);
create index ticket_duplicates_of on ticket_duplicates (duplicate_of);

-- What is there already is read once more.
update tickets set indexed = 0 where body <> '' and (outcome is null or closed_at > now() - interval '14 days');
