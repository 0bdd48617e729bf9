-- Who above a ticket's unit was told of it, when and how, what they promised by when, and what came of it. Whom, what was
-- promised and what was said are sealed under the contact's key; codes, times and the directory's unit are plain.
create table supervision (
    id bigint generated always as identity primary key,
    number text not null,                -- the ticket's
    conversation uuid not null,
    level text not null,                 -- a code of data/supervision.toml; '' where a person decided not to go up now
    rank smallint not null,              -- of the level, the lowest 0; -1 where nobody was told
    trigger text not null default '',    -- why it was proposed; '' when a person thought of it
    unit bigint references units (id),   -- null: somebody the directory does not have
    way text not null default '',
    at timestamptz not null,
    by text not null,
    due timestamptz,                     -- by when they promised it, or by when to ask them again
    promised boolean not null default false,
    state text not null,                 -- open; a result of data/supervision.toml; waived
    settled_at timestamptz,
    settled_by text not null default '',
    body bytea                           -- sealed: whom, what was promised, what came of it
);
create index supervision_ticket on supervision (number, id);
create index supervision_open on supervision (due) where state = 'open';
create index supervision_unit on supervision (unit, settled_at) where unit is not null;
create index supervision_at on supervision (at);

-- Proposals open desks have been told of: a clock that runs out makes no news by itself.
create table supervision_noted (
    number text not null,
    trigger text not null,
    at timestamptz not null,             -- when the thing happened that is the reason
    primary key (number, trigger, at)
);

-- Erasing a contact's key, by whichever way, takes the words, and nothing is waited for any more.
create function supervision_forget() returns trigger language plpgsql as $$
begin
    update supervision set body = null, state = case when state = 'open' then 'erased' else state end
    where conversation = new.id;
    return null;
end $$;
create trigger supervision_erased after update of data_key on contacts for each row
    when (old.data_key is not null and new.data_key is null) execute function supervision_forget();
