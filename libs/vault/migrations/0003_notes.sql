-- Keys are destroyed before the log says so. What the log is to say stands here meanwhile, from the same transaction in which
-- the keys went until it is written: so a process that dies in between leaves to whoever comes next what is to be said.
-- A note holds no name; it goes with the debt.
alter table vault.person add column note text;
create index person_note on vault.person (region, person) where note is not null;

create function vault.forget_with_notes(p_region text, p_persons uuid[], p_notes text[]) returns void
language plpgsql as $$
begin
    perform vault.forget(p_region, p_persons);
    -- The first note stays: what it says was in the way of no other.
    update vault.person as known set note = asked.note
    from unnest(p_persons, p_notes) as asked (person, note)
    where known.region = p_region and known.person = asked.person and known.note is null;
end $$;

create function vault.notes(p_region text, p_limit integer) returns table (person uuid, note text)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select known.person, known.note from vault.person as known
        where known.region = p_region and known.note is not null
        order by known.person limit p_limit;
end $$;

create function vault.strike_notes(p_region text, p_persons uuid[]) returns void
language plpgsql as $$
begin
    perform set_config('regiohub.region', p_region, true);
    update vault.person set note = null where region = p_region and person = any (p_persons) and note is not null;
end $$;

-- A page of those who were forgotten, by id.
create function vault.forgotten(p_region text, p_after uuid, p_limit integer) returns table (person uuid)
language plpgsql as $$
#variable_conflict use_column
begin
    perform set_config('regiohub.region', p_region, true);
    return query
        select known.person from vault.person as known
        where known.region = p_region and known.person > p_after and known.forgotten_at is not null
        order by known.person limit p_limit;
end $$;
