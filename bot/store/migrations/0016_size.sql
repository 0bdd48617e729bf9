-- The queue of a desk with a million tickets behind it: every list it shows is read off an index in its own order, and what
-- is closed is never walked through to find what is open.
drop index tickets_alerts;
create index tickets_alerts on tickets (queue_rank, created_at, number) where alert <> '' and outcome is null;
create index tickets_levels on tickets (urgency, alert) where outcome is null;
create index tickets_held on tickets (reporter, queue_rank, created_at, number) where outcome is null;
create index tickets_all on tickets (queue_rank, created_at, number);
create index tickets_intent on tickets (intent, queue_rank, created_at, number);
