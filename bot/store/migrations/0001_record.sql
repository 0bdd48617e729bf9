-- The record. Residents' words and data are sealed (bytea); plain columns are codes, times, ids and keyed hashes.

create table installation (
    name text primary key,
    value bytea not null
);

create table contacts (
    id uuid primary key,
    openid_hash bytea unique,            -- keyed hash of channel, account, openid; null once erased
    channel text not null,
    account text not null,
    openid bytea,                        -- sealed under the contact's data key
    data_key bytea,                      -- sealed under the service key; destroying it erases the contact
    created_at timestamptz not null default now(),
    erased_at timestamptz
);

create table conversations (
    id uuid primary key references contacts (id),
    turn integer not null,
    phase text not null,
    state bytea not null,                -- sealed, versioned JSON
    updated_at timestamptz not null
);

create table inbox (
    key bytea primary key,               -- keyed hash of channel, account, message id: a delivery is heard once
    conversation uuid not null,
    turn integer not null,
    answered smallint not null,          -- position of the message that answered it, for redeliveries; 0 for none
    received_at timestamptz not null
);
create index inbox_received on inbox (received_at);

create table history (
    conversation uuid not null,
    turn integer not null,
    kind text not null,
    at timestamptz not null,
    event bytea not null,                -- sealed: the event with its reading, and the numbers handed to step
    primary key (conversation, turn)
);

create table messages (
    conversation uuid not null,
    turn integer not null,
    position smallint not null,          -- 0 what came in; from 1 on what went out
    direction "char" not null,           -- i, o
    case_key integer not null,
    author text not null,                -- contact, bot, or a reporter's login
    kind text not null,
    body bytea not null,                 -- sealed
    at timestamptz not null,
    delivery text not null,              -- received; slot, pending, delivered, unsure, failed, stored, told
    note text not null default '',
    primary key (conversation, turn, position)
);
create index messages_case on messages (conversation, case_key, at);

create table ticket_counters (
    prefix text primary key,
    last integer not null
);

create sequence ticket_changes;

create table tickets (
    number text primary key,
    conversation uuid not null,
    case_key integer not null,
    channel text not null,
    account text not null,
    intent text not null,
    urgency text not null,
    urgency_rank smallint not null,
    status text not null,
    outcome text,
    verification text not null,
    flags text[] not null,
    desk text not null,
    district text not null,
    reporter text not null,
    claim_until timestamptz,
    wants_human boolean not null,
    confidence real not null,
    model text not null,
    missing text[] not null,
    body bytea not null,                 -- sealed: summary, slots, reasons, further intents
    created_at timestamptz not null,
    updated_at timestamptz not null,
    acted_at timestamptz,
    closed_at timestamptz,
    acknowledge_due timestamptz not null,
    call_due timestamptz not null,
    contact_due timestamptz not null,
    revisit_due timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text not null default '',
    alert text not null default '',      -- why the desk is interrupted; '' once acknowledged
    changed bigint not null,             -- from ticket_changes: what a desk has not seen yet
    indexed bigint not null default 0,   -- `changed` when the blind index was last made
    unique (conversation, case_key)
);
create index tickets_queue on tickets (urgency_rank, created_at) where outcome is null;
create index tickets_changed on tickets (changed);
create index tickets_unindexed on tickets (changed) where indexed < changed;
create index tickets_created on tickets (created_at);

-- Apart from the tickets, which change with every message: a GIN index is slow to change.
create table ticket_terms (
    number text primary key,
    terms integer[] not null
);
create index ticket_terms_terms on ticket_terms using gin (terms);

create table ticket_events (
    id bigint generated always as identity primary key,
    number text not null,
    at timestamptz not null,
    actor text not null,
    change text not null,
    detail bytea                         -- sealed
);
create index ticket_events_number on ticket_events (number, id);

create table outbox (
    effect_id text primary key,
    kind text not null,                  -- send, timer
    conversation uuid not null,
    case_key integer not null,
    purpose text not null,
    due_at timestamptz not null,
    lease_until timestamptz,
    attempts integer not null default 0,
    status text not null default 'pending',  -- pending, slot, sending, dead
    payload bytea not null,              -- a timer's name and turn in plain JSON; a text is read from messages
    created_at timestamptz not null
);
create index outbox_due on outbox (due_at) where status <> 'dead';
create index outbox_conversation on outbox (conversation) where kind = 'send';

create table media (
    id bigint generated always as identity primary key,
    conversation uuid not null,
    turn integer not null,
    kind text not null,
    source bytea not null,               -- sealed: the platform's ids
    status text not null default 'waiting',
    sha256 bytea,
    created_at timestamptz not null
);

create table dead_letters (
    id bigint generated always as identity primary key,
    channel text not null,
    account text not null,
    reason text not null,
    body bytea not null,                 -- sealed under the service key
    at timestamptz not null default now()
);

create table labels (
    id bigint generated always as identity primary key,
    number text not null,
    field text not null,                 -- intent, urgency
    was text not null,
    value text not null,
    by text not null,
    at timestamptz not null default now(),
    unique (number, field)
);

create table models (
    id text primary key,
    status text not null,                -- candidate, current, former
    scores jsonb not null,
    artefact bytea,
    created_at timestamptz not null default now(),
    promoted_at timestamptz
);

create table users (
    login text primary key,
    name text not null,
    role text not null,                  -- reporter, editor, liaison, admin, auditor
    password text not null,              -- argon2id
    active boolean not null default true,
    must_change boolean not null default false,
    created_at timestamptz not null default now()
);

create table sessions (
    token_hash bytea primary key,
    login text not null references users (login) on delete cascade,
    csrf text not null,
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create table tokens (
    token_hash bytea primary key,
    name text not null,
    role text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

create table throttle (
    key bytea primary key,               -- keyed hash of login or address
    failures integer not null,
    until timestamptz not null
);

create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    actor text not null,
    action text not null,
    subject text not null,
    detail jsonb not null default '{}'
);
create index audit_at on audit (at);

-- The audit cannot be edited, not even by a mistaken statement of ours.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_guard before update or delete on audit for each row execute function audit_is_append_only();
