-- Programs outside the desk: who is told of what, and what still has to be told. Ids and codes only, never a word of anybody.
create table hook_targets (
    id bigint generated always as identity primary key,
    name text not null,
    url text not null,
    events text[] not null,              -- ticket.opened, ticket.changed, ticket.closed, order.moved, report.sent
    salt text not null,                  -- the signing secret is a keyed hash of it: nothing to leak, nothing to reseal
    active boolean not null default true,
    made_by text not null,
    made_at timestamptz not null default now(),
    sent bigint not null default 0,
    sent_at timestamptz,
    fault text not null default '',      -- of the last try, '' when it went well
    fault_at timestamptz
);

create table hook_deliveries (
    id bigint generated always as identity primary key,
    target bigint not null references hook_targets (id) on delete cascade,
    event text not null,
    subject text not null,               -- a ticket's, an order's or a report's number: told in order for each
    change text not null,
    at timestamptz not null,
    made_at timestamptz not null default now(),
    status text not null default 'waiting',  -- waiting, dead
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    fault text not null default ''
);
create index hook_deliveries_due on hook_deliveries (target, due_at) where status = 'waiting';
create index hook_deliveries_order on hook_deliveries (target, subject, id) where status = 'waiting';
create index hook_deliveries_dead on hook_deliveries (target, id) where status = 'dead';

-- What is to be told is written with what happened, in the same transaction: no way of dying can come between.
create function hooks_of_tickets() returns trigger language plpgsql as $$
begin
    insert into hook_deliveries (target, event, subject, change, at)
    select h.id, e.event, e.number, e.change, e.at
    from (select id, number, change, at, case when change in ('opened', 'closed') then 'ticket.' || change else 'ticket.changed' end
          as event from fresh) e
    join hook_targets h on h.active and e.event = any (h.events) order by e.id, h.id;
    return null;
end $$;
create trigger ticket_events_hooks after insert on ticket_events referencing new table as fresh
    for each statement execute function hooks_of_tickets();

create function hooks_of_orders() returns trigger language plpgsql as $$
begin
    insert into hook_deliveries (target, event, subject, change, at)
    select h.id, 'order.moved', e.number, e.change, e.at
    from fresh e join hook_targets h on h.active and 'order.moved' = any (h.events) order by e.id, h.id;
    return null;
end $$;
create trigger order_events_hooks after insert on order_events referencing new table as fresh
    for each statement execute function hooks_of_orders();

create function hooks_of_reports() returns trigger language plpgsql as $$
begin
    insert into hook_deliveries (target, event, subject, change, at)
    select h.id, 'report.sent', e.report::text, e.change, e.at
    from fresh e join hook_targets h on h.active and 'report.sent' = any (h.events)
    where e.change = 'sent' order by e.id, h.id;
    return null;
end $$;
create trigger report_events_hooks after insert on report_events referencing new table as fresh
    for each statement execute function hooks_of_reports();

-- A reporter's own filters of the queue: codes only, words that were searched for are never kept.
create table queue_views (
    id bigint generated always as identity primary key,
    owner text not null,
    name text not null,
    query text not null,
    shared boolean not null default false,
    at timestamptz not null default now(),
    unique (owner, name)
);

-- The secret address of somebody's calendar: as a hash, like a token.
create table calendar_links (
    login text primary key references users (login) on delete cascade,
    token_hash bytea not null unique,
    made_at timestamptz not null default now(),
    read_at timestamptz
);

-- An approved answer sent to those who asked: which text (its hash), to whose ticket, what came of it.
create table knowledge_told (
    code text not null,                  -- keyed hash: which answer somebody got is nobody's to read
    text_hash bytea not null,            -- keyed hash of code and text
    number text not null,
    outcome text not null,               -- sent, or why not
    by text not null,
    at timestamptz not null,
    primary key (code, text_hash, number)
);
create index knowledge_told_at on knowledge_told (code, at);
