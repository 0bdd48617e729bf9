-- Ways in beside the platforms: cases filed by staff, links from Toutiao, comments brought in by hand.

-- Who filed a case for somebody, and how it reached us. Codes and logins; the words are the conversation's.
create table filings (
    id text primary key,                 -- the form's own: pressing twice files once
    number text not null,
    way text not null,                   -- phone, live, visit, letter, other
    by text not null,
    at timestamptz not null
);
create index filings_number on filings (number);

-- From which article a visitor of the chat page came; written when they first write something, not when they look.
create table landings (
    who bytea primary key,               -- the contact's openid_hash, known before the contact exists
    source text not null,
    item text not null,
    at timestamptz not null
);

-- Comments of Toutiao that the desk brought in. Public words, yet somebody's: sealed, and gone once they became a case.
create table public_comments (
    id bigint generated always as identity primary key,
    mark bytea not null unique,          -- keyed hash of link, author and words: brought in twice is there once
    words bytea not null,                -- keyed hash of the words alone: copies of one plea find each other
    body bytea,                          -- sealed under the service key: link, author, words; null once a case or dropped
    written_at timestamptz,              -- as the platform says; null where nobody knows
    intent text not null,
    urgency text not null,
    red boolean not null,
    status text not null default 'new',  -- new, case, answered, dropped
    number text,                         -- the ticket it became
    by text not null,
    at timestamptz not null,
    done_by text not null default '',
    done_at timestamptz
);
create index public_comments_new on public_comments (red desc, at desc) where status = 'new';
create index public_comments_words on public_comments (words);
create index public_comments_number on public_comments (number) where number is not null;

-- Whoever is erased leaves none of this behind, whichever way they are erased.
create function channels_forget() returns trigger language plpgsql as $$
begin
    delete from landings where who = old.openid_hash;
    return new;
end $$;
create trigger channels_erased before update of data_key on contacts
    for each row when (old.data_key is not null and new.data_key is null) execute function channels_forget();
