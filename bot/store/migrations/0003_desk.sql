-- The desk's order: what may be red and nobody has taken stands with the critical ones until somebody has it.
alter table tickets add column queue_rank smallint not null generated always as (
    case when 'check' = any (flags) and status in ('intake', 'triaged', 'reopened') then 0 else urgency_rank end
) stored;
drop index tickets_queue;
create index tickets_desk on tickets (queue_rank, created_at, number) where outcome is null;
create index tickets_alerts on tickets (queue_rank, created_at) where alert <> '';
create index tickets_mine on tickets (reporter) where reporter <> '';
