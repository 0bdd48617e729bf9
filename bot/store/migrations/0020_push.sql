-- Telephones of reporters that wish to be woken by a red alarm. Nothing here is a secret by itself: a push service takes
-- messages for an address only from whoever has our signing key (`keys/push`), and what is sent are numbers.
create table push_devices (
    id bigint generated always as identity primary key,
    login text not null references users (login) on delete cascade,
    endpoint text not null unique,       -- the browser's push service and its name for this browser
    key bytea not null,                  -- its public key, P-256 uncompressed
    auth bytea not null,                 -- its 16 bytes
    agent text not null,                 -- the kind of device, in words
    made_at timestamptz not null default now(),
    sent_at timestamptz,
    fault text not null default ''       -- of the last try, '' when it went well
);
create index push_devices_login on push_devices (login);

-- What each was told or is to be told: one row for an alarm, until the alarm is over. `alert` "test": the first greeting.
create table push_deliveries (
    id bigint generated always as identity primary key,
    device bigint not null references push_devices (id) on delete cascade,
    number text not null,
    alert text not null,
    made_at timestamptz not null default now(),
    status text not null default 'waiting',  -- waiting, sent, late
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    unique (device, number, alert)
);
create index push_deliveries_due on push_deliveries (due_at) where status = 'waiting';
