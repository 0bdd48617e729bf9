-- What residents sent besides words. The files lie outside the database, sealed; a row says what is owed, what was kept
-- and under which name, or why it was not. `sha256` is a keyed hash of contact and content: the file's name, the same
-- for the same picture sent twice, and nothing to anybody without the index key.
alter table media
    add column link uuid not null default gen_random_uuid(),  -- how pages name it: not to be guessed
    add column position smallint not null default 0,          -- among the attachments of its message
    add column upload text not null default '',               -- an upload waiting in our own folder; '' at a platform
    add column due_at timestamptz not null default now(),
    add column lease_until timestamptz,
    add column attempts integer not null default 0,
    add column expires_at timestamptz not null default now() + interval '3 days',
    add column fault text not null default '',                -- why it is lost, or why the last try failed
    add column type text not null default '',                 -- by content: image/jpeg, audio/amr …
    add column size bigint not null default 0,                -- bytes as sent
    add column width integer not null default 0,              -- of the picture as shown; 0 where nothing can be shown
    add column height integer not null default 0,
    add column kept_at timestamptz;                           -- status: waiting, kept, lost
create unique index media_message on media (conversation, turn, position);
create unique index media_link on media (link);
create index media_due on media (due_at) where status = 'waiting';
create index media_file on media (sha256) where sha256 is not null;
create index media_upload on media (upload) where upload <> '';

-- Files to be deleted: an erasure says which, and whoever has the folder deletes them.
create table media_gone (
    name text primary key,
    at timestamptz not null default now()
);

-- Whoever destroys a contact's key, by whichever way, gives up their files too.
create function media_forget() returns trigger language plpgsql as $$
begin
    insert into media_gone (name)
    select distinct encode(sha256, 'hex') from media where conversation = new.id and sha256 is not null
    union select distinct 'upload-' || upload from media where conversation = new.id and upload <> ''
    on conflict do nothing;
    delete from media where conversation = new.id;
    return null;
end $$;
create trigger media_erased after update of data_key on contacts for each row
    when (old.data_key is not null and new.data_key is null) execute function media_forget();
