-- What the board and the tally count by. `staff`: acts of people with a login, as bot/store/tally.py writes it too.
create index ticket_events_staff on ticket_events (number, at) include (actor, change)
    where actor not in ('bot', 'contact', 'colleague', 'cli', 'hotline', 'system') and position(':' in actor) = 0;
create index ticket_events_staff_at on ticket_events (at) include (actor, number, change)
    where actor not in ('bot', 'contact', 'colleague', 'cli', 'hotline', 'system') and position(':' in actor) = 0;
create index tickets_acknowledged on tickets (acknowledged_at) include (acknowledged_by) where acknowledged_at is not null;
create index orders_left on orders (sent_at) where sent_at is not null;

-- Figures the record does not have, filled in by an editor for a day. Nothing of a resident stands here.
create table tally_manual (
    day date not null,
    code text not null,                  -- of data/tally.toml
    value text not null,
    by text not null,
    at timestamptz not null,
    primary key (day, code)
);
