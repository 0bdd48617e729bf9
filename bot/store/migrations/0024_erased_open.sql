-- Tickets whose resident was erased while they were open: their words are gone, so that no act of a person could end them.
with ended as (
    update tickets t set outcome = 'withdrawn', status = 'closed', reporter = '', claim_until = null, alert = '',
        updated_at = now(), closed_at = coalesce(t.closed_at, c.erased_at), changed = nextval('ticket_changes')
    from contacts c
    where c.id = t.conversation and c.erased_at is not null and t.outcome is null
    returning t.number
)
insert into ticket_events (number, at, actor, change) select number, now(), 'bot', 'erased' from ended;
