-- What rings until somebody has looked is not silenced by a lesser alert, a ticket that was opened again is closed when it
-- is closed the last time, and what somebody says whose matter goes on in another ticket is seen by whoever has that one.

-- 2 rings on, 1 sounds once, 0 is none. `conversations/alerts.py` says the same of them, and a test holds both together.
create function alert_rank(alert text) returns integer language sql immutable as $$
    select case
        when alert = '' then 0
        when alert in ('critical', 'check', 'raised', 'danger', 'deceased', 'no_phone', 'child', 'mute') then 2
        else 1
    end
$$;

-- The resident of a part has written: a line and an alert for the open ticket it is part of. What has a ticket of its own
-- rings by itself.
create function tell_whole(
    moved uuid[], m_conversation uuid[], m_case integer[], m_direction "char"[], at timestamptz
) returns void language plpgsql as $$
declare
    wholes text[];
begin
    with recursive up as (
        select d.duplicate_of as number
        from unnest(m_conversation, m_case, m_direction) as u (conversation, case_key, direction)
        join tickets p on p.conversation = u.conversation and p.outcome = 'duplicate'
        join ticket_duplicates d on d.number = p.number
        where u.direction = 'i' and u.conversation = any (moved) and not exists
            (select from tickets o where o.conversation = u.conversation and o.case_key = u.case_key and o.outcome is null)
        union
        select d.duplicate_of from up join ticket_duplicates d using (number)
    )
    select array_agg(number) into wholes from up join tickets using (number) where outcome is null;
    if wholes is null then
        return;
    end if;
    perform from tickets where number = any (wholes) order by number for no key update;
    update tickets set changed = nextval('ticket_changes'), updated_at = tell_whole.at,
        alert = case when alert_rank(alert) > 1 then alert else 'further_need' end
    where number = any (wholes) and outcome is null;
    insert into ticket_events (number, at, actor, change)
    select number, tell_whole.at, 'contact', 'part_wrote' from unnest(wholes) as number;
end $$;

create or replace function commit_turns(
    c_id uuid[], c_hash bytea[], c_channel text[], c_account text[], c_openid bytea[], c_key bytea[],
    v_id uuid[], v_expected integer[], v_turn integer[], v_phase text[], v_state bytea[],
    i_key bytea[], i_conversation uuid[], i_turn integer[], i_answered smallint[],
    h_conversation uuid[], h_turn integer[], h_kind text[], h_event bytea[],
    m_conversation uuid[], m_turn integer[], m_position smallint[], m_direction "char"[], m_case integer[],
    m_author text[], m_kind text[], m_body bytea[], m_at timestamptz[], m_delivery text[],
    t_number text[], t_conversation uuid[], t_case integer[], t_channel text[], t_account text[], t_intent text[],
    t_urgency text[], t_rank smallint[], t_status text[], t_outcome text[], t_verification text[], t_flags text[],
    t_desk text[], t_district text[], t_reporter text[], t_claim timestamptz[], t_human boolean[], t_confidence real[],
    t_model text[], t_missing text[], t_body bytea[], t_created timestamptz[], t_acted timestamptz[],
    t_ack timestamptz[], t_call timestamptz[], t_contact timestamptz[], t_revisit timestamptz[], t_alert text[],
    e_number text[], e_conversation uuid[], e_actor text[], e_change text[], e_detail bytea[],
    o_id text[], o_kind text[], o_conversation uuid[], o_case integer[], o_purpose text[], o_due timestamptz[],
    o_status text[], o_payload bytea[],
    l_number text[], l_conversation uuid[], l_field text[], l_was text[], l_value text[], l_by text[],
    done text[], at timestamptz
) returns uuid[] language plpgsql as $$
declare
    lost uuid[] := '{}';
    fresh uuid[];
    heard bytea[];
    moved uuid[];
begin
    if cardinality(done) > 0 then
        delete from outbox where effect_id = any (done);
        update messages set delivery = 'delivered'
        from (select split_part(id, '/', 1)::uuid as conversation, split_part(id, '/', 2)::integer as turn,
                     split_part(id, '/', 3)::smallint as position from unnest(done) as id) as d
        where messages.conversation = d.conversation and messages.turn = d.turn and messages.position = d.position;
    end if;

    if cardinality(c_id) > 0 then
        with made as (
            insert into contacts (id, openid_hash, channel, account, openid, data_key, created_at)
            select id, hash, channel, account, openid, key, at
            from unnest(c_id, c_hash, c_channel, c_account, c_openid, c_key) as u (id, hash, channel, account, openid, key)
            order by hash
            on conflict (openid_hash) do nothing returning id
        ) select coalesce(array_agg(id), '{}') from made into fresh;
        lost := array(select unnest(c_id) except select unnest(fresh));
    end if;

    if cardinality(i_key) > 0 then
        -- Waits for a delivery another process is committing this moment: the unique key is where redeliveries meet.
        with marked as (
            insert into inbox (key, conversation, turn, answered, received_at)
            select key, conversation, turn, answered, at
            from unnest(i_key, i_conversation, i_turn, i_answered) as u (key, conversation, turn, answered)
            order by key
            on conflict (key) do nothing returning key
        ) select coalesce(array_agg(key), '{}') from marked into heard;
        lost := lost || array(
            select distinct conversation from unnest(i_key, i_conversation) as u (key, conversation)
            where not key = any (heard)
        );
    end if;

    with changed as (
        update conversations set turn = u.turn, phase = u.phase, state = u.state, updated_at = at
        from (select * from unnest(v_id, v_expected, v_turn, v_phase, v_state) as u (id, expected, turn, phase, state)
              where expected > 0 order by id) as u
        where conversations.id = u.id and conversations.turn = u.expected and not u.id = any (lost)
        returning conversations.id
    ), begun as (
        insert into conversations (id, turn, phase, state, updated_at)
        select id, turn, phase, state, at
        from unnest(v_id, v_expected, v_turn, v_phase, v_state) as u (id, expected, turn, phase, state)
        where expected = 0 and not id = any (lost) order by id
        on conflict (id) do nothing returning id
    ) select coalesce(array_agg(id), '{}') from (select id from changed union all select id from begun) as w into moved;
    lost := array(select unnest(v_id) except select unnest(moved));

    if cardinality(lost) > 0 then
        delete from inbox where key = any (heard) and conversation = any (lost);
        delete from contacts where id = any (fresh) and id = any (lost);
        if cardinality(moved) = 0 then
            return lost;
        end if;
    end if;

    insert into history (conversation, turn, kind, at, event)
    select conversation, turn, kind, commit_turns.at, event
    from unnest(h_conversation, h_turn, h_kind, h_event) as u (conversation, turn, kind, event)
    where conversation = any (moved);

    insert into messages (conversation, turn, position, direction, case_key, author, kind, body, at, delivery)
    select conversation, turn, position, direction, case_key, author, kind, body, u.at, delivery
    from unnest(m_conversation, m_turn, m_position, m_direction, m_case, m_author, m_kind, m_body, m_at, m_delivery)
        as u (conversation, turn, position, direction, case_key, author, kind, body, at, delivery)
    where conversation = any (moved);

    if cardinality(t_number) > 0 then
        -- What its resident had opened again is no part of another matter any more.
        with freed as (
            delete from ticket_duplicates d using tickets t, unnest(t_number, t_conversation, t_outcome)
                as u (number, conversation, outcome)
            where d.number = u.number and t.number = u.number and t.outcome = 'duplicate' and u.outcome = ''
            and u.conversation = any (moved)
            returning d.duplicate_of
        ), told as (
            insert into ticket_events (number, at, actor, change)
            select duplicate_of, commit_turns.at, 'bot', 'let_go' from freed
        )
        update tickets set changed = nextval('ticket_changes') where number in (select duplicate_of from freed);

        insert into tickets as t (
            number, conversation, case_key, channel, account, intent, urgency, urgency_rank, status, outcome, verification,
            flags, desk, district, reporter, claim_until, wants_human, confidence, model, missing, body, created_at,
            updated_at, acted_at, closed_at, acknowledge_due, call_due, contact_due, revisit_due, alert, changed)
        select number, conversation, case_key, channel, account, intent, urgency, rank, status, nullif(outcome, ''),
            verification, string_to_array(flags, ','), desk, district, reporter, claim, human, confidence, model,
            string_to_array(missing, ','), body, created, commit_turns.at, acted,
            case when outcome <> '' then commit_turns.at end, ack, call, contact, revisit, alert, nextval('ticket_changes')
        from unnest(t_number, t_conversation, t_case, t_channel, t_account, t_intent, t_urgency, t_rank, t_status, t_outcome,
            t_verification, t_flags, t_desk, t_district, t_reporter, t_claim, t_human, t_confidence, t_model, t_missing,
            t_body, t_created, t_acted, t_ack, t_call, t_contact, t_revisit, t_alert)
            as u (number, conversation, case_key, channel, account, intent, urgency, rank, status, outcome, verification,
            flags, desk, district, reporter, claim, human, confidence, model, missing, body, created, acted, ack, call,
            contact, revisit, alert)
        where conversation = any (moved)
        on conflict (number) do update set
            intent = excluded.intent, urgency = excluded.urgency, urgency_rank = excluded.urgency_rank,
            status = excluded.status, outcome = excluded.outcome, verification = excluded.verification,
            flags = excluded.flags, desk = excluded.desk, district = excluded.district, reporter = excluded.reporter,
            claim_until = excluded.claim_until, wants_human = excluded.wants_human, confidence = excluded.confidence,
            model = excluded.model, missing = excluded.missing, body = excluded.body, updated_at = excluded.updated_at,
            acted_at = excluded.acted_at,
            closed_at = case when excluded.outcome is null then null when t.outcome is null then excluded.closed_at
                else t.closed_at end,
            acknowledge_due = excluded.acknowledge_due, call_due = excluded.call_due,
            contact_due = excluded.contact_due, revisit_due = excluded.revisit_due,
            alert = case when t.outcome is not null and excluded.alert <> '' then excluded.alert
                when alert_rank(excluded.alert) >= alert_rank(t.alert) then excluded.alert else t.alert end,
            changed = excluded.changed;
    end if;

    if cardinality(e_number) > 0 then
        insert into ticket_events (number, at, actor, change, detail)
        select number, commit_turns.at, actor, change, detail
        from unnest(e_number, e_conversation, e_actor, e_change, e_detail) as u (number, conversation, actor, change, detail)
        where conversation = any (moved);
    end if;

    perform tell_whole(moved, m_conversation, m_case, m_direction, commit_turns.at);

    if cardinality(l_number) > 0 then
        insert into labels as l (number, field, was, value, by, at)
        select number, field, was, value, by, commit_turns.at
        from unnest(l_number, l_conversation, l_field, l_was, l_value, l_by) as u (number, conversation, field, was, value, by)
        where conversation = any (moved)
        on conflict (number, field) do update set value = excluded.value, by = excluded.by, at = excluded.at;
    end if;

    if cardinality(o_id) > 0 then
        insert into outbox (effect_id, kind, conversation, case_key, purpose, due_at, status, payload, created_at)
        select id, kind, conversation, case_key, purpose, due, status, payload, commit_turns.at
        from unnest(o_id, o_kind, o_conversation, o_case, o_purpose, o_due, o_status, o_payload)
            as u (id, kind, conversation, case_key, purpose, due, status, payload)
        where conversation = any (moved)
        on conflict (effect_id) do update set due_at = excluded.due_at, payload = excluded.payload, attempts = 0,
            lease_until = null, status = excluded.status, created_at = excluded.created_at;
    end if;
    return lost;
end $$;

delete from ticket_duplicates d using tickets t where t.number = d.number and t.outcome is null;

-- Nothing is closed that is open; what was opened again is closed when its history says so for the last time.
update tickets set closed_at = null where outcome is null and closed_at is not null;
with last as (
    select e.number, max(e.at) as at from ticket_events e
    where e.change in ('closed', 'erased') and exists
        (select from ticket_events r where r.number = e.number and r.change in ('reopened', 'says_not_solved'))
    group by e.number
)
update tickets t set closed_at = last.at from last
where last.number = t.number and t.outcome is not null and last.at > t.closed_at;
