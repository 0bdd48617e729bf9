-- Whose a ticket is and why: what people can do, when they are on duty, what was proposed to whom.
create table profiles (
    login text primary key references users (login) on delete cascade,
    specialities text[] not null default '{}',  -- codes of data/assignment.toml
    districts text[] not null default '{}',
    department text not null default '',
    helper boolean not null default false,      -- lent by another department
    guide_done_at timestamptz                   -- when they put the first guide away
);

create table shifts (
    id bigint generated always as identity primary key,
    login text not null references users (login) on delete cascade,
    kind text not null,                  -- a code of data/assignment.toml
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    phone bytea,                         -- sealed under the service key: where the night watch is rung
    made_by text not null,
    made_at timestamptz not null,
    ended_at timestamptz,                -- when it was handed over
    handed jsonb not null default '[]',  -- what was held then: number, and what became of it
    note bytea,                          -- sealed under the service key: what the next ones must know
    cancelled_by text not null default ''
);
create index shifts_time on shifts (starts_at, ends_at);
create index shifts_open on shifts (login, ends_at) where ended_at is null and cancelled_by = '';

-- Every automatic act, with its reason: codes, districts and counts, never a resident's word.
create table assignments (
    id bigint generated always as identity primary key,
    number text not null,
    login text not null,                 -- '' when there was nobody to give it to
    way text not null,                   -- proposed, assigned, next, nobody
    why text not null,
    at timestamptz not null,
    state text not null,                 -- open, taken, passed, lapsed
    settled_at timestamptz
);
create unique index assignments_open on assignments (number) where state = 'open';
create index assignments_number on assignments (number, id);
create index assignments_login on assignments (login, at);

-- Who is being given something at this moment: counting what somebody holds and giving them more is one act.
create table assignment_leases (
    login text primary key,
    until timestamptz not null
);
