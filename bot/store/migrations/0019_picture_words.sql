-- What is written on a resident's picture. The words are sealed under the contact's key; a row goes with its picture,
-- so whatever erases the picture erases them.
create table picture_words (
    media bigint primary key references media (id) on delete cascade,
    status text not null default 'waiting',   -- waiting, read, empty, unread (given up: `fault` says why)
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts smallint not null default 0,     -- times a recogniser began with it
    fault text not null default '',
    words bytea,
    told boolean not null default false,      -- the conversation has heard of it
    read_at timestamptz
);
create index picture_words_due on picture_words (due_at) where status = 'waiting' or (status = 'read' and not told);
create index picture_words_busy on picture_words (lease_until) where lease_until is not null;

-- A picture fetched and drawn owes its words, whoever fetched it, in the statement that says it is kept. What reporters
-- send is kept from the beginning and owes nothing.
create function picture_words_owed() returns trigger language plpgsql as $$
begin
    insert into picture_words (media, due_at) values (new.id, coalesce(new.kept_at, now())) on conflict do nothing;
    return null;
end $$;
create trigger media_picture_kept after update of status on media for each row
    when (old.status = 'waiting' and new.status = 'kept' and new.kind = 'image' and new.width > 0)
    execute function picture_words_owed();
