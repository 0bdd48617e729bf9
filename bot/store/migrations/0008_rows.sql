-- Rows changed while the service runs: drafts, and the sets that were released, one after another.

create table row_sets (
    id bigint generated always as identity primary key,
    previous bigint not null unique,     -- 0: the program's own; of two released at once the second is refused
    kind text not null,                  -- release, rollback
    target bigint,                       -- rollback: the set gone back to; 0 the program's own
    draft bigint,                        -- null: from the command line
    author text not null,
    approver text not null,              -- who released it
    urgent boolean not null,             -- released by one person alone, with a reason
    reason text not null,                -- what was changed and why, in the author's words
    urgency_reason text not null default '',
    at timestamptz not null default now(),
    digest text not null,
    texts jsonb not null,                -- file: its whole text; what is not named is the program's own
    shipped jsonb not null,              -- file: digest of the program's own text it was laid over
    dangers text[] not null default '{}',
    seen_by text not null default '',    -- urgent: the second person who has looked
    seen_at timestamptz
);

-- What was released stays as it was; only a second look is added.
create function row_sets_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (to_jsonb(new) - 'seen_by' - 'seen_at') <> (to_jsonb(old) - 'seen_by' - 'seen_at') then
        raise exception 'a released set does not change';
    end if;
    return new;
end $$;
create trigger row_sets_guard before update or delete on row_sets for each row execute function row_sets_stay();

create table row_drafts (
    id bigint generated always as identity primary key,
    kind text not null,                  -- change, rollback
    target bigint,
    author text not null,
    title text not null default '',      -- what for, in the author's words
    status text not null,                -- open, offered, released, dropped
    version integer not null default 1,
    texts jsonb not null default '{}',   -- file: its whole text; of a rollback the whole overlay
    bases jsonb not null default '{}',   -- file: digest of the text that served when it was begun
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    offered_at timestamptz,
    ended_at timestamptz,
    ended_by text not null default ''
);
create unique index row_drafts_open on row_drafts (author) where status = 'open' and kind = 'change';
create index row_drafts_status on row_drafts (status, updated_at);

-- A draft told against recorded conversations; words stand under each contact's own key, so erasing one erases them here.
create table row_previews (
    draft bigint primary key references row_drafts (id) on delete cascade,
    run text not null,                   -- whoever holds it writes; a later run takes over
    digest text not null,                -- of what was told
    total integer not null,
    done integer not null default 0,
    turns integer not null default 0,
    changed integer not null default 0,
    unreadable integer not null default 0,
    state text not null default 'running',  -- running, done, failed
    began_at timestamptz not null default now(),
    at timestamptz not null default now()
);
create table row_preview_turns (
    draft bigint not null references row_previews (draft) on delete cascade,
    conversation uuid not null,
    turn integer not null,
    body bytea not null,
    primary key (draft, conversation, turn)
);
