"""Which tickets are requests of a period, and how they are split: by channel (or the source a link named), type and state."""

COHORT = (
    "created_at >= $1 and created_at < $2 and intent = any ($3) and outcome is distinct from 'duplicate'"
)  # fmt: skip
"""Requests of the period: $1 from, $2 to, $3 the intents that open a case."""

CUTS = f"""
select case when grouping(channel) = 0 then 'channel' when grouping(intent) = 0 then 'intent'
    when grouping(district) = 0 then 'district' when grouping(urgency) = 0 then 'urgency'
    when grouping(ended) = 0 then 'end' else 'status' end as cut,
    coalesce(channel, intent, district, urgency, ended, status) as code, count(*) as n
from (
    select coalesce(l.source, t.channel) as channel, intent, district, urgency, coalesce(outcome, 'open') as ended, status
    from (select * from tickets where {COHORT}) t
    left join (select k.id, l.source, l.at from landings l join contacts k on k.openid_hash = l.who) l
        on l.id = t.conversation and l.at <= t.created_at
) c
group by grouping sets ((channel), (intent), (district), (urgency), (ended), (status))
"""
