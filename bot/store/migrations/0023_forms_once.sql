-- What is sent again after a lost connection is kept once: the form's own id, of whoever filled it in.
alter table calls add column form text;
create unique index calls_form on calls (form) where form is not null;
alter table ticket_events add column form text;
create unique index ticket_events_form on ticket_events (form) where form is not null;
alter table supervision add column form text;
create unique index supervision_form on supervision (form) where form is not null;
alter table revisits add column form text;
create unique index revisits_form on revisits (form) where form is not null;
