-- What the desk learns from: messages worth a label, what people said of them, trainings, a candidate read in the shadow.
-- Words stand sealed under the contact's key and go with it; everything plain is a code, a time, an id or a login.

create table learning_cursors (
    name text primary key,               -- inbox, labels
    at timestamptz not null,
    key bytea not null default ''
);

create table label_candidates (
    conversation uuid not null,
    turn integer not null,
    reason text not null,                -- danger, corrected, unsure, drawn
    score real not null,                 -- 0 to 1: what is labelled first
    drawn boolean not null default false,-- by chance alone: figures over these are unbiased
    heard_at timestamptz not null,
    said_intent text not null,           -- how it was read when it came
    said_urgency text not null,
    model text not null,
    status text not null default 'waiting',  -- waiting, second, settle, done, skipped
    skipped_by text[] not null default '{}',
    held_by text not null default '',
    held_until timestamptz not null default '-infinity',
    primary key (conversation, turn)
);
create index label_candidates_next on label_candidates (score desc) where status in ('waiting', 'second');
create index label_candidates_status on label_candidates (status);

create table label_looks (
    conversation uuid not null,
    turn integer not null,
    place smallint not null,             -- 1 the first look, 2 a second person's, 3 what settled it
    by text not null,
    at timestamptz not null default now(),
    intent text not null,
    further text[] not null,
    urgency text not null,
    flags text[] not null,
    body bytea not null,                 -- sealed: the text without whom and where, as this person saw and left it
    rules smallint not null,             -- version of the rules that took it out
    primary key (conversation, turn, place)
);
create index label_looks_by on label_looks (by, at);

create table training_runs (
    id bigint generated always as identity primary key,
    by text not null,
    began_at timestamptz not null default now(),
    at timestamptz not null default now(),   -- when it last gave a sign
    state text not null default 'running',   -- running, done, failed, stopped
    stage text not null default '',
    share real not null default 0,
    model text not null default '',
    told text not null default ''
);
create unique index training_runs_one on training_runs ((true)) where state = 'running';

create table shadow_runs (
    id bigint generated always as identity primary key,
    model text not null,
    by text not null,
    began_at timestamptz not null default now(),
    ended_at timestamptz,
    ended_by text not null default '',
    cursor_at timestamptz not null default now(),
    cursor_key bytea not null default '',
    read integer not null default 0,
    agreed integer not null default 0,
    left_out integer not null default 0, -- not read because messages came faster than they could be read beside
    fault text not null default ''
);
create unique index shadow_runs_one on shadow_runs ((true)) where ended_at is null;

create table shadow_differences (
    run bigint not null references shadow_runs (id) on delete cascade,
    conversation uuid not null,
    turn integer not null,
    heard_at timestamptz not null,
    served text not null,                -- the serving model's id
    intent_was text not null,
    intent_now text not null,
    urgency_was text not null,
    urgency_now text not null,
    check_was boolean not null,
    check_now boolean not null,
    primary key (run, conversation, turn)
);

-- Whoever destroys a contact's key takes along what was learnt from their words, released or not.
create function learning_forget() returns trigger language plpgsql as $$
begin
    delete from label_looks where conversation = new.id;
    delete from label_candidates where conversation = new.id;
    delete from shadow_differences where conversation = new.id;
    return null;
end $$;
create trigger learning_erased after update of data_key on contacts for each row
    when (old.data_key is not null and new.data_key is null) execute function learning_forget();
