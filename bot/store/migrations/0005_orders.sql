-- Work orders for the 12345 hotline. Fields, answers, the hotline's numbers and the bytes to be sent are sealed under the
-- contact's key; states, codes and clocks are plain.
create table orders (
    number text primary key,             -- the ticket's number and a count: the idempotency key at the gateway too
    ticket text not null,
    conversation uuid not null,
    status text not null,                -- draft, sent, filed, received, assigned, answered, returned, closed
    way text not null default '',        -- gateway, hand; '' while a draft
    level text not null,
    kind text not null,
    called text not null,                -- whether the resident called 12345: no, yes_with_no, yes_no_number, …
    form bytea not null,                 -- sealed: the fields, the reason for not waiting
    reply bytea,                         -- sealed: the hotline's number, the unit, the answer
    made_by text not null,
    made_at timestamptz not null,
    sent_by text not null default '',
    sent_at timestamptz,
    receive_due timestamptz,
    answer_due timestamptz,
    news_at timestamptz,                 -- the hotline's own time of the newest news
    told text not null default '',       -- what the resident was last told of
    untold boolean not null default false,
    delivery text not null default '',   -- waiting, sending, unsure, refused, taken, dropped
    payload bytea,                       -- sealed: the very bytes to be sent, the same at every try
    fault text not null default '',
    attempts integer not null default 0,
    alarmed boolean not null default false,
    due_at timestamptz,
    lease_until timestamptz,
    updated_at timestamptz not null
);
create unique index orders_open on orders (ticket) where status <> 'closed';
create index orders_ticket on orders (ticket);
create index orders_due on orders (due_at) where delivery in ('waiting', 'sending', 'unsure');
create index orders_work on orders (status, answer_due) where status <> 'closed' or untold;

create table order_events (
    id bigint generated always as identity primary key,
    number text not null,
    at timestamptz not null,
    actor text not null,                 -- a login, hotline, or system
    change text not null,
    late boolean not null default false, -- told after something later: noted, changed nothing
    key text,                            -- the gateway's own id of this news: heard once
    detail bytea                         -- sealed
);
create unique index order_events_key on order_events (number, key) where key is not null;
create index order_events_number on order_events (number, id);

-- Whoever destroys a contact's key, by whichever way, takes the orders with it and stops what was still to be sent.
create function orders_forget() returns trigger language plpgsql as $$
begin
    update orders set form = '', reply = null, payload = null, lease_until = null, due_at = null,
        delivery = case when delivery in ('waiting', 'sending', 'unsure') then 'dropped' else delivery end
    where conversation = new.id;
    update order_events set detail = null where number in (select number from orders where conversation = new.id);
    return null;
end $$;
create trigger orders_erased after update of data_key on contacts for each row
    when (old.data_key is not null and new.data_key is null) execute function orders_forget();
