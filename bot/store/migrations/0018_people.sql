-- One person who writes on several channels, and posters with a code that says from which of them somebody came.

-- Two contacts that a member of staff has said are one person, after the resident agreed. Ids, codes and logins.
create table contact_links (
    one uuid not null references contacts (id),
    other uuid not null references contacts (id),
    reason text not null,                -- phone: both stated the same number
    consent text not null,               -- chat, phone: how the resident agreed
    by text not null,
    at timestamptz not null,
    primary key (one, other),
    check (one < other)
);
create index contact_links_other on contact_links (other);

-- Asked whether the two conversations may be looked at together; asked once.
create table contact_asks (
    conversation uuid not null references contacts (id),
    other uuid not null references contacts (id),
    by text not null,
    at timestamptz not null,
    primary key (conversation, other)
);

create table posters (
    scene text primary key,              -- what the platform brings with whoever scans
    account text not null,
    title text not null,                 -- where it hangs; nothing of a resident's
    picture bytea not null,              -- PNG or JPEG, made by WeChat
    by text not null,
    at timestamptz not null,
    retired_at timestamptz
);

-- Whoever is erased is no longer tied to anybody, whichever way they are erased.
create function people_forget() returns trigger language plpgsql as $$
begin
    delete from contact_links where one = old.id or other = old.id;
    delete from contact_asks where conversation = old.id or other = old.id;
    return new;
end $$;
create trigger people_erased before update of data_key on contacts
    for each row when (old.data_key is not null and new.data_key is null) execute function people_forget();
