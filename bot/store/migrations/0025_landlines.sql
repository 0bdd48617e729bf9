-- Landlines are found without their area code: what is open, or ended lately, is read once more.
update tickets set indexed = 0 where body <> '' and (outcome is null or closed_at > now() - interval '14 days');
