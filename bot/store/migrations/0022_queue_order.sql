-- What is critical stands before what may be: somebody of whom nobody doubts that they are dying does not wait behind twenty
-- doubts. 0 critical, 1 a doubt nobody has taken, 2 urgent, 3 soon, 4 normal.
alter table tickets drop column queue_rank;
alter table tickets add column queue_rank smallint not null generated always as (
    case
        when urgency_rank = 0 then 0
        when 'check' = any (flags) and status in ('intake', 'triaged', 'reopened') then 1
        else urgency_rank + 1
    end
) stored;
create index tickets_desk on tickets (queue_rank, created_at, number) where outcome is null;
create index tickets_alerts on tickets (queue_rank, created_at, number) where alert <> '' and outcome is null;
create index tickets_held on tickets (reporter, queue_rank, created_at, number) where outcome is null;
create index tickets_all on tickets (queue_rank, created_at, number);
create index tickets_intent on tickets (intent, queue_rank, created_at, number);
