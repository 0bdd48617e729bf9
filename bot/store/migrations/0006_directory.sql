-- Who can be called, who was called, what they promised, and whether it helped.

-- Public numbers of offices; nothing of a resident stands here.
create table units (
    id bigint generated always as identity primary key,
    name text not null,
    kind text not null,                  -- a code of data/directory.toml
    district text not null,              -- '' for the whole city
    street text not null,                -- '' for the whole district
    scope text[] not null,               -- intents; empty: what its kind is for
    numbers text[] not null,
    hours text not null,
    note text not null,
    source text not null,
    verified_at timestamptz,
    verified_by text not null default '',
    retired_at timestamptz,
    version integer not null default 1,  -- two people who change it at once: the second looks again
    unique (district, street, name)
);

create table unit_changes (
    id bigint generated always as identity primary key,
    unit bigint not null references units (id),
    at timestamptz not null,
    by text not null,
    change text not null,                -- added, changed, verified, retired, restored
    detail jsonb not null default '{}'   -- column: [was, now]
);
create index unit_changes_unit on unit_changes (unit, id);

create table calls (
    id bigint generated always as identity primary key,
    number text not null,                -- the ticket's
    conversation uuid not null,
    unit bigint references units (id),   -- null: the resident was called
    dialled text not null,               -- a unit's number; '' when it is a resident's
    at timestamptz not null,
    by text not null,
    result text not null,                -- a code of data/directory.toml
    promise_due timestamptz,
    promise_state text not null default '',  -- '' none, open, kept, missed
    settled_at timestamptz,
    settled_by text not null default '',
    body bytea                           -- sealed: a resident's number, what was promised, the note
);
create index calls_ticket on calls (number, id);
create index calls_unit on calls (unit, at desc) where unit is not null;
create index calls_promises on calls (promise_due) where promise_state = 'open';
create index calls_at on calls (at desc);

create table revisits (
    id bigint generated always as identity primary key,
    number text not null,
    conversation uuid not null,
    at timestamptz not null,
    by text not null,
    way text not null,                   -- phone, chat
    contacted text not null,             -- yes, no; '' asked in the chat, no answer yet
    solved text not null,                -- yes, partly, no, ''
    satisfied text not null,             -- good, fair, bad, none, ''
    again_at timestamptz,                -- a person chose when to ask next
    body bytea                           -- sealed: the note
);
create index revisits_ticket on revisits (number, id);
create index revisits_at on revisits (at desc);
