-- A second step of coming in, sessions people can tell apart, what is kept how long.
create table second_factors (
    login text primary key references users (login) on delete cascade,
    secret bytea not null,               -- sealed under the service key
    confirmed_at timestamptz,            -- null: begun, the first code not given yet
    last_step bigint not null default 0, -- of the last code that was right: none is good twice
    made_at timestamptz not null default now()
);

create table recovery_codes (
    login text not null references users (login) on delete cascade,
    hash bytea not null,                 -- keyed hash: a stolen table does not give the codes away
    used_at timestamptz,
    primary key (login, hash)
);

-- Whose password was right and whose code is still to come; minutes, not hours.
create table half_logins (
    token_hash bytea primary key,
    login text not null references users (login) on delete cascade,
    expires_at timestamptz not null
);

alter table sessions
    add column id uuid not null default gen_random_uuid() unique,  -- how pages name it; the token stays unknown
    add column agent text not null default '',                     -- kind of device and browser, never the whole header
    add column address text not null default '',                   -- masked: which network, not which house
    add column second boolean not null default false;              -- came in by both steps

-- What was erased or made anonymous when, by class of data/retention.toml.
create table retention_runs (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    by text not null,                    -- a login, cli, or worker
    plan text not null,                  -- retain, finish
    counts jsonb not null
);
create table retention_switch (
    single boolean primary key default true check (single),
    nightly boolean not null,
    by text not null,
    at timestamptz not null,
    last_night date
);

-- The audit stays as it was written. One thing may leave it: network logs (who came in, who did not, who went) older than
-- half a year, taken out by the retention run, which says so itself.
create or replace function audit_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('bangnong.retention', true) = 'network_logs'
        and old.action in ('login.ok', 'login.failed', 'logout', 'logout.everywhere')
        and old.at < now() - interval '6 months' then
        return old;
    end if;
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_guard_whole before truncate on audit for each statement execute function audit_is_append_only();
